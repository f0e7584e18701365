package flows

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestTextsByKey(t *testing.T) {
	c := shipped(t)
	for _, x := range []struct {
		name, key, lang string
		face            Face
		vars            map[string]string
		want            string
	}{
		{"with a name", "agent_in", "en", faces["web"], map[string]string{"name": "Rahima"}, "This is Rahima. How can I help?"},
		{"Bangla digits", "status_none", "bn", faces["sms"], map[string]string{"id": "10234"}, "১০২৩৪ নম্বর পাইনি। আবার দেখে লিখুন।"},
		{"shorter by SMS", "handoff", "en", faces["sms"], nil, "A staff member will reply soon. Please wait."},
		{"a number in Bangla", "handoff", "bn", faces["web"], map[string]string{"min": "15"}, "আপনার কথা একজন কর্মীর কাছে পাঠালাম। সাধারণত ১৫ মিনিটের মধ্যে উত্তর আসে। এর মধ্যে বট উত্তর দেবে না; ফিরতে ‘মেনু’ লিখুন।"},
		{"unknown language is the default", "slow_down", "fr", faces["web"], nil, "অনেক বার্তা এসেছে। একটু পরে লিখুন।"},
		{"unknown key", "nothing_such", "en", faces["web"], nil, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			if got := c.Text(x.key, x.lang, x.face, x.vars); got != x.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestCatalogueDescribesItself(t *testing.T) {
	c := shipped(t)
	if got := c.Languages(); !reflect.DeepEqual(got, []string{"bn", "en"}) {
		t.Errorf("languages %v", got)
	}
	var ids []string
	for _, f := range c.Flows() {
		ids = append(ids, f.ID)
	}
	services := []string{"drainage", "waste", "holding_tax", "trade_licence", "road", "electricity", "park", "fogging", "permit", "illegal_structure", "public_toilet", "waterlogging", "eid_waste", "not_fixed", "suggestion", "office_info", "status", "link_phone", "human_agent"}
	if !reflect.DeepEqual(ids, services) {
		t.Errorf("flows %v, want %v", ids, services)
	}
	f, ok := c.Flow("drainage")
	if !ok || f.Kind != Complaint || f.Team != "drainage" || f.Target != 48*time.Hour || f.Title["en"] != "Drainage" {
		t.Errorf("drainage is %+v", f)
	}
	if f.States[0].Name != "ask_trouble" || f.States[0].Slot != "trouble" || f.States[0].Text["en"] != "What is wrong with the drain?" || f.States[0].Line == 0 {
		t.Errorf("its first state is %+v", f.States[0])
	}
	var ways []Transition
	for _, w := range f.Transitions {
		if w.From == "ask_trouble" {
			ways = append(ways, w)
		}
	}
	want := []Transition{
		{"ask_trouble", "answer manhole", "keep_away"},
		{"ask_trouble", "answer other", "ask_detail"},
		{"ask_trouble", "answer sewer", "whose_sewer"},
		{"ask_trouble", "answered", "ask_ward"},
	}
	if !reflect.DeepEqual(ways, want) {
		t.Errorf("ways out %v, want %v", ways, want)
	}
	if _, ok := c.Flow("nothing_such"); ok {
		t.Error("a flow that is not there was found")
	}
	if c.Status("in_progress", "en") != "In progress" || c.Status("odd", "en") != "odd" || c.Team("waste", "bn") != "বর্জ্য ব্যবস্থাপনা বিভাগ" || c.City("en") != "Namunanagar" {
		t.Error("labels are wrong")
	}
	if c.RemindAfter() != 20*time.Minute || c.ExpireAfter() != 3*time.Hour {
		t.Error("idle times are wrong")
	}
}

func TestVersionAndHash(t *testing.T) {
	c := shipped(t)
	v := c.WithVersion(7)
	if v.Version() != 7 || c.Version() != 0 || v.Hash() != c.Hash() || len(c.Hash()) != 64 {
		t.Errorf("version %d, before %d, hash %s", v.Version(), c.Version(), v.Hash())
	}
	in := Input{Kind: InputText, Text: "ড্রেন", Face: faces["web"], Found: Found{Remembered: map[string]Value{}}}
	open := v.Step(Session{}, in).Session
	if open.Catalog != 7 {
		t.Errorf("an open dialogue names version %d", open.Catalog)
	}
	in.Text = "বাতিল"
	if closed := v.Step(open, in).Session; closed.Catalog != 0 {
		t.Errorf("a closed dialogue names version %d", closed.Catalog)
	}
}

// TestFolderIsOneCatalogue divides the shipped file in two and loads both parts.
func TestFolderIsOneCatalogue(t *testing.T) {
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	head, tail, ok := strings.Cut(string(text), "\nflows:\n")
	if !ok {
		t.Fatal("flows.yaml has no flows")
	}
	c, faults := Load(nil, File{"a.yaml", []byte(head)}, File{"b.yaml", []byte("flows:\n" + tail)})
	clean(t, faults)
	if c == nil || len(c.Flows()) != len(shipped(t).Flows()) || len(c.Files()) != 2 {
		t.Fatalf("faults %v", faults)
	}
}

// TestNoNumberNoCase confirms while the caller has no case number to give: nothing
// is filed or lost, and the same answer works later.
func TestNoNumberNoCase(t *testing.T) {
	c := shipped(t)
	d := newDesk(t, c)
	for _, text := range []string{"ড্রেন", "২", "৫", "স্কুল রোড", "বাদ"} {
		d.step(typed(text))
	}
	number := d.number
	d.number = 0
	turn := d.step(typed("হ্যাঁ"))
	if len(turn.Effects) > 0 || turn.End || turn.Session.State != "ask_sure" {
		t.Fatalf("%+v", turn)
	}
	d.number = number
	if turn = d.step(typed("হ্যাঁ")); turn.Session.Case != number {
		t.Fatalf("%+v", turn)
	}
}

// TestWhy holds that moves say in plain words why they were made.
func TestWhy(t *testing.T) {
	c := shipped(t)
	turn := c.Step(Session{}, Input{Kind: InputText, Text: "the drain stinks", Face: faces["web"], Found: Found{Remembered: map[string]Value{}}})
	if len(turn.Moves) == 0 || turn.Moves[0].Why != `matched word "drain"` || turn.Moves[0].Flow != "drainage" {
		t.Errorf("moves %+v", turn.Moves)
	}
}

func TestValueJSON(t *testing.T) {
	for _, x := range []struct {
		name, json, plain string
		value             Value
	}{
		{"nothing", `null`, "", Value{}},
		{"text", `"ক\"\\\n খ"`, "ক\"\\\n খ", TextValue("ক\"\\\n খ")},
		{"number", `1500.5`, "1500.5", NumberValue(1500.5)},
		{"ward", `12`, "12", NumberValue(12)},
		{"choices", `["blocked","water"]`, "blocked, water", ListValue("blocked", "water")},
		{"no choices", `[]`, "", Value{Shape: ListShape}},
		{"place", `{"lat":21.5,"lon":90.25,"text":"স্কুল রোড"}`, "স্কুল রোড (21.50000, 90.25000)", PlaceValue(21.5, 90.25, "স্কুল রোড")},
		{"typed place", `{"text":"স্কুল রোড"}`, "স্কুল রোড", PlaceValue(0, 0, "স্কুল রোড")},
		{"yes", `true`, "true", BoolValue(true)},
		{"date", `"2026-11-23"`, "2026-11-23", DateValue(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))},
	} {
		t.Run(x.name, func(t *testing.T) {
			b, err := json.Marshal(x.value)
			if err != nil || string(b) != x.json {
				t.Errorf("written as %s, %v", b, err)
			}
			var v Value
			if err := json.Unmarshal(b, &v); err != nil || !reflect.DeepEqual(v, x.value) {
				t.Errorf("read as %#v, %v", v, err)
			}
			if got := x.value.String(); got != x.plain {
				t.Errorf("in plain %q", got)
			}
		})
	}
	if b, err := json.Marshal(NumberValue(math.Inf(1))); err != nil || string(b) != "null" {
		t.Errorf("infinity is %s, %v", b, err)
	}
	for _, bad := range []string{``, `{`, `[1]`, `{"lat":"x"}`, `tru`, `"a" 1`, `{"a":{}}x`} {
		var v Value
		if err := v.UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("%q was read as %#v", bad, v)
		}
	}
}

func TestHostileSessions(t *testing.T) {
	for _, bad := range []string{
		`[]`, `{`, `{"flow":1}`, `{"misses":-1}`, `{"misses":1e9}`, `{"case":99999999999999999999}`, `{"answers":[]}`, `{"trail":[1]}`,
		`{"flow":"a"}x`, `{"x":` + strings.Repeat("[", 50) + strings.Repeat("]", 50) + `}`, strings.Repeat(" ", maxSession+1),
	} {
		if s, err := DecodeSession([]byte(bad)); err == nil {
			t.Errorf("%.40q was read as %+v", bad, s)
		}
	}
	if s, err := DecodeSession([]byte(` {"flow":"waste","later":{"a":[1,"b",null]}} `)); err != nil || s.Flow != "waste" {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestMachine holds the traps of the state machine that are refused before it is
// built.
func TestMachine(t *testing.T) {
	names := []string{"a", "b"}
	for _, x := range []struct {
		name string
		list []Transition
		fail bool
	}{
		{"a way there and back, and to itself", []Transition{{"a", "next", "b"}, {"b", "next", "a"}, {"b", "again", "b"}}, false},
		{"the same event twice", []Transition{{"a", "next", "b"}, {"a", "next", "a"}}, true},
		{"to no state", []Transition{{"a", "next", "c"}}, true},
		{"from no state", []Transition{{"c", "next", "a"}}, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			table, err := transitions("a", names, x.list)
			if (err != nil) != x.fail {
				t.Fatal(err)
			}
			n := 0
			for _, ways := range table {
				n += len(ways)
			}
			if !x.fail && n != len(x.list) {
				t.Errorf("the table is %v", table)
			}
		})
	}
}

// TestShortInOneSMS holds that the Bangla SMS texts of a report fit one segment,
// as the copy was written to.
func TestShortInOneSMS(t *testing.T) {
	c := shipped(t)
	d := newDesk(t, c)
	d.face = faces["sms"]
	for _, text := range []string{"ময়লা", "১", "১২", "খেয়াঘাট বড় বটগাছের নিচে হলুদ বাড়ির সামনে", "১"} {
		for _, m := range d.step(typed(text)).Messages {
			if strings.Count(m.Text, "\n") > 3 {
				continue // a list of choices needs two
			}
			if n := len([]rune(m.Text)); n > 70 {
				t.Errorf("%d characters: %s", n, m.Text)
			}
		}
	}
}
