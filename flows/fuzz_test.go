package flows

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"nagorik/flows/place"
)

// FuzzLoad reads any bytes as a flow file, alone and beside the shipped one: no
// panic, and a catalogue exactly when there is no error.
func FuzzLoad(f *testing.F) {
	base, err := os.ReadFile("../flows.yaml")
	if err != nil {
		f.Fatal(err)
	}
	slots, err := os.ReadFile("testdata/slots.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(slots)
	gallery, err := os.ReadDir("testdata/faults")
	if err != nil {
		f.Fatal(err)
	}
	for _, entry := range gallery {
		text, err := os.ReadFile("testdata/faults/" + entry.Name())
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	wards := place.Sample()
	f.Fuzz(func(t *testing.T, text []byte) {
		checkLoad(t, wards, File{"fuzz.yaml", text})
		if (&reader{}).parse(File{"fuzz.yaml", text}) != nil {
			checkLoad(t, wards, File{"flows.yaml", base}, File{"fuzz.yaml", text})
		}
	})
}

func checkLoad(t *testing.T, wards *place.Map, files ...File) {
	c, faults := Load(wards, files...)
	failed := false
	for _, fault := range faults {
		failed = failed || !fault.Warning
		if fault.Line < 1 || fault.Col < 1 || fault.File == "" || strings.ContainsRune(fault.Message, '\n') {
			t.Fatalf("a fault without a place: %#v", fault)
		}
	}
	if failed == (c != nil) {
		t.Fatalf("errors %v, catalogue %v", failed, c != nil)
	}
	if c == nil {
		return
	}
	for _, flow := range c.Flows() {
		turn := c.Step(Session{}, Input{Kind: InputStart, Ref: flow.ID, Case: 10001, Face: faces["sms"], Found: foundNothing()})
		checkTurn(t, turn)
	}
}

func foundNothing() Found {
	return Found{Remembered: map[string]Value{}, Mine: []CaseFound{}}
}

// FuzzDecodeSession reads any bytes as a session: no panic, and what is read is
// written and read again without a change.
func FuzzDecodeSession(f *testing.F) {
	f.Add([]byte(`{"catalog":3,"language":"bn","flow":"drainage","state":"ask_ward","answers":{"trouble":["blocked"],"place":{"lat":21.1,"lon":90.5,"text":"স্কুল"},"x":null,"y":1e3,"z":true},"trail":["ask_trouble"],"misses":2,"parked":{"flow":"waste","at":12},"more":[{"a":[1,2,{}]}]}`))
	f.Add([]byte(`{"language":"\u09ac\ud83d\udc4d\ud83d\n"}`))
	f.Add([]byte(`{`))
	f.Add([]byte(strings.Repeat(`{"a":`, 100)))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := DecodeSession(b)
		if err != nil {
			return
		}
		again, err := DecodeSession(s.AppendJSON(nil))
		if err != nil {
			t.Fatalf("%v in %s", err, s.AppendJSON(nil))
		}
		if string(again.AppendJSON(nil)) != string(s.AppendJSON(nil)) {
			t.Fatalf("%s\n%s", s.AppendJSON(nil), again.AppendJSON(nil))
		}
	})
}

// FuzzStep gives any session and any input to the shipped catalogue: no panic,
// everything bounded, something said or a reason for silence, a question that stands, and a
// session that survives JSON.
func FuzzStep(f *testing.F) {
	c := withSlots(f)
	sessions := []string{
		``, `{"flow":"drainage","state":"ask_ward","ask":"ward","offer":["3","রেলগেট"]}`,
		`{"flow":"drainage","state":"ask_sure","ask":"change","offer":["ward","trouble"],"answers":{"ward":3,"trouble":["water"]}}`,
		`{"flow":"waste","state":"ask_photo","answers":{"photo":["a"]},"photos":["b","c"],"trail":["ask_trouble","ask_ward"]}`,
		`{"ask":"resume","parked":{"flow":"drainage","state":"ask_place","at":1795406000,"answers":{"ward":4},"trail":["ask_ward"]}}`,
		`{"flow":"all_slots","state":"ask_several","answers":{"several":["sun"]}}`,
		`{"flow":"all_slots","state":"ask_amount","answers":{"number":1e300,"choice":"x","several":7}}`,
		`{"flow":"human_agent","state":"pass_on"}`, `{"ask":"menu 1","case":10001,"case_at":1795406000}`,
		`{"flow":"drainage","state":"how_urgent","ask":"ward","offer":["x"],"change":"nowhere","trail":["gone"],"misses":99}`,
	}
	texts := []string{"", "১", "0", "ড্রেন", "মেনু", "বাদ", "হ্যাঁ", "না", "status 10001", "agent", "agun", "STOP", "drainage/ask_ward=unknown", "ask/change=ward", "menu=1", "command=cancel", "all_slots/ask_choice=red", "স্টেশন রোড", "\x00\xff\u202e"}
	for i, s := range sessions {
		for j, text := range texts {
			f.Add([]byte(s), text, byte(i*31+j), byte(j), 21.1795, 90.5677)
		}
	}
	f.Fuzz(func(t *testing.T, stored []byte, text string, kind, how byte, lat, lon float64) {
		s, err := DecodeSession(stored)
		if err != nil {
			return
		}
		s, err = DecodeSession(s.AppendJSON(nil)) // as it comes out of the store
		if err != nil {
			t.Fatal(err)
		}
		before := string(s.AppendJSON(nil))
		in := anyInput(text, kind, how, lat, lon)
		turn := c.Step(s, in)
		for range 4 {
			if len(turn.Lookups) == 0 {
				break
			}
			in.Found = foundNothing()
			in.Found.Cases = map[int64]*CaseFound{}
			for _, l := range turn.Lookups {
				in.Found.Cases[l.Number] = nil
				in.Found.Registers = map[RowKey]*RegisterFound{{l.Register, l.Key}: {}}
			}
			turn = c.Step(s, in)
		}
		if len(turn.Lookups) > 0 {
			t.Fatalf("still asks for %+v", turn.Lookups)
		}
		if st := c.Standing(s, in.Face, ""); st.Prompt.Text == "" || st.Flow != "" && st.Left < 1 {
			t.Fatalf("stands at %+v", st)
		}
		if string(s.AppendJSON(nil)) != before {
			t.Fatal("Step or Standing changed the session it was given")
		}
		checkTurn(t, turn)
	})
}

func anyInput(text string, kind, how byte, lat, lon float64) Input {
	kinds := []InputKind{
		InputText, InputChoice, InputPhotos, InputLocation, InputOther, InputStart, InputRemind, InputExpire, InputResume, "",
	}
	owners := []Owner{OwnerBot, OwnerBot, OwnerBot, OwnerQueue, OwnerAgent, ""}
	list := []string{"sms", "messenger", "web"}
	in := Input{
		Kind: kinds[int(kind)%len(kinds)], Text: text, Payload: text, Ref: text, Lat: lat, Lon: lon,
		Face: faces[list[int(how)%3]], Owner: owners[int(how/3)%len(owners)], Muted: how&64 != 0, First: how&128 != 0,
		Case: 10234 * int64(kind&1), At: time.Unix(1795406400+int64(how), 0),
	}
	if in.Kind == InputPhotos && text != "" {
		in.Photos = strings.Fields(strings.ToValidUTF8(text, "?"))
	}
	return in
}

// checkTurn holds what is true of every turn.
func checkTurn(t *testing.T, turn Turn) {
	t.Helper()
	if len(turn.Lookups) > 0 {
		return
	}
	if len(turn.Messages) == 0 && turn.Silence == "" {
		t.Fatal("nothing is said and no reason given")
	}
	if len(turn.Messages) > maxMessages || len(turn.Effects) > maxEffects || len(turn.Moves) > 2*maxEntered {
		t.Fatalf("%d messages, %d effects, %d moves", len(turn.Messages), len(turn.Effects), len(turn.Moves))
	}
	for _, m := range turn.Messages {
		if m.Text == "" {
			t.Fatalf("an empty message: %+v", m)
		}
	}
	cases := 0
	for _, e := range turn.Effects {
		if _, ok := e.(OpenCase); ok {
			cases++
		}
	}
	if cases > 1 {
		t.Fatalf("%d cases in one turn", cases)
	}
	again, err := DecodeSession(turn.Session.AppendJSON(nil))
	if err != nil {
		t.Fatalf("%v in %s", err, turn.Session.AppendJSON(nil))
	}
	if got, want := string(again.AppendJSON(nil)), string(turn.Session.AppendJSON(nil)); got != want || !reflect.DeepEqual(tidy(again), tidy(turn.Session)) {
		t.Fatalf("the session changes through JSON:\n%s\n%s", want, got)
	}
}

// tidy makes empty and missing lists the same.
func tidy(s Session) Session {
	lists := []*[]string{&s.Offer, &s.Known, &s.Trail, &s.Photos}
	if s.Parked != nil {
		p := *s.Parked
		s.Parked = &p
		lists = append(lists, &p.Known, &p.Trail, &p.Photos)
		s.Parked.Answers = tidyAnswers(p.Answers)
		for _, l := range lists[4:] {
			if len(*l) == 0 {
				*l = nil
			}
		}
		s.Parked.Known, s.Parked.Trail, s.Parked.Photos = p.Known, p.Trail, p.Photos
		lists = lists[:4]
	}
	for _, l := range lists {
		if len(*l) == 0 {
			*l = nil
		}
	}
	s.Answers = tidyAnswers(s.Answers)
	return s
}

func tidyAnswers(list []Answer) []Answer {
	if len(list) == 0 {
		return nil
	}
	out := make([]Answer, len(list))
	for i, a := range list {
		if len(a.Value.List) == 0 {
			a.Value.List = nil
		}
		out[i] = a
	}
	return out
}
