package trial

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"nagorik/flows"
	"nagorik/flows/place"
)

// noon is a moment in office hours: 23 November 2026, 10:00 in Bangladesh.
const noon = 1795406400

func shipped(t *testing.T) *flows.Catalog {
	t.Helper()
	text, err := os.ReadFile("../../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	c, faults := flows.Load(place.Sample(), flows.File{Name: "flows.yaml", Text: text})
	if c == nil {
		t.Fatal(faults)
	}
	return c
}

func typed(texts ...string) []Line {
	var list []Line
	for _, text := range texts {
		list = append(list, Line{Kind: flows.InputText, Text: text})
	}
	return list
}

// said is all that the bot said after the last line.
func said(list []Exchange) string {
	var all []string
	for _, m := range list[len(list)-1].Turn.Messages {
		all = append(all, m.Text)
	}
	return strings.Join(all, "\n")
}

func TestAScriptIsTheSameEachTime(t *testing.T) {
	c := shipped(t)
	s := Script{Channel: "sms", Lang: "en", Begun: noon, Lines: append(typed("drain is blocked, ward 11"), Line{Kind: flows.InputRemind}, Line{Kind: flows.InputRemind})}
	_, once, err := Play(c, s)
	if err != nil {
		t.Fatal(err)
	}
	_, again, err := Play(c, s)
	if err != nil || !reflect.DeepEqual(once, again) {
		t.Errorf("another conversation: %v", err)
	}
	if len(once) != 4 || once[1].Turn.Session.Flow != "drainage" || once[3].Turn.Session.Flow != "" {
		t.Errorf("it goes %+v", once)
	}
	why := ""
	for _, m := range once[1].Turn.Moves {
		why += m.Why + "\n"
	}
	if !strings.Contains(why, "drain") {
		t.Errorf("no reason is given: %q", why)
	}
}

func TestAFiledCaseIsFoundInItsOwnTrial(t *testing.T) {
	c := shipped(t)
	s := Script{Channel: "messenger", Lang: "en", Begun: noon, Flow: "drainage", State: "file", Answers: map[string]string{
		"trouble": "blocked", "ward": "11", "place": "School Road, behind the mosque",
	}, Lines: typed("status 10001")}
	trial, list, err := Play(c, s)
	if err != nil {
		t.Fatal(err)
	}
	opened := false
	for _, e := range list[0].Turn.Effects {
		if e, ok := e.(flows.OpenCase); ok {
			opened = e.Number == FirstCase && e.Ward == 11 && e.Place == "School Road, behind the mosque"
		}
	}
	if !opened || !strings.Contains(said(list), "10001") {
		t.Errorf("effects %+v, then %q, owner %s", list[0].Turn.Effects, said(list), trial.Owner())
	}
}

func TestAJumpStandsWithTheAnswers(t *testing.T) {
	c := shipped(t)
	s := Script{Channel: "messenger", Lang: "en", Begun: noon, Flow: "drainage", State: "ask_place", Answers: map[string]string{"trouble": "blocked", "ward": "৩"}}
	trial, list, err := Play(c, s)
	if err != nil {
		t.Fatal(err)
	}
	session := trial.Session()
	if v, ok := session.Answer("ward"); !ok || v.Number != 3 || session.State != "ask_place" || len(list[0].Turn.Messages) == 0 {
		t.Errorf("it stands at %+v", session)
	}
	if back, list, err := Play(c, Script{Channel: s.Channel, Lang: "en", Begun: noon, Flow: s.Flow, State: s.State, Answers: s.Answers, Lines: typed("0")}); err != nil || back.Session().State != "ask_ward" {
		t.Errorf("back leads to %+v, %v", list, err)
	}
}

func TestAScriptThatCannotBe(t *testing.T) {
	c := shipped(t)
	for name, s := range map[string]Script{
		"no such channel": {Channel: "pigeon"},
		"no such kind":    {Channel: "sms", Lines: []Line{{Kind: flows.InputResume}}},
		"too long a line": {Channel: "sms", Lines: typed(strings.Repeat("x", maxLine+1))},
		"too many lines":  {Channel: "sms", Lines: make([]Line, maxLines+1)},
		"off the earth":   {Channel: "sms", Lines: []Line{{Kind: flows.InputLocation, Lat: 91}}},
		"too many photos": {Channel: "sms", Lines: []Line{{Kind: flows.InputPhotos, Photos: maxPhotos + 1}}},
	} {
		if _, _, err := Play(c, s); !errors.Is(err, ErrScript) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, s := range map[string]Script{
		"no such service": {Channel: "sms", Flow: "nowhere"}, "nor to jump to": {Channel: "sms", Flow: "nowhere", State: "x"},
		"no such state": {Channel: "sms", Flow: "drainage", State: "nowhere"},
	} {
		if _, _, err := Play(c, s); !errors.Is(err, flows.ErrPlace) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var bad *flows.AnswerError
	_, _, err := Play(c, Script{Channel: "sms", Flow: "drainage", State: "ask_place", Answers: map[string]string{"ward": "Timbuktu"}})
	if !errors.As(err, &bad) || bad.Slot != "ward" {
		t.Errorf("%v", err)
	}
}

func TestStatesOfEveryServiceCanBeJumpedTo(t *testing.T) {
	c := shipped(t)
	for _, f := range c.Flows() {
		for _, st := range f.States {
			for _, channel := range []string{"messenger", "sms"} {
				_, list, err := Play(c, Script{Channel: channel, Begun: noon, Flow: f.ID, State: st.Name})
				if err != nil || len(list[0].Turn.Lookups) > 0 || len(list[0].Turn.Messages) == 0 && list[0].Turn.Silence == "" {
					t.Errorf("%s/%s: %+v, %v", f.ID, st.Name, list, err)
				}
			}
		}
	}
}
