package flows

import (
	"reflect"
	"slices"
	"testing"
	"time"
)

// TestStanding follows a dialogue as a form would show it.
func TestStanding(t *testing.T) {
	c := shipped(t)
	d := newDesk(t, c)
	stands := func(language string) Standing {
		s, err := DecodeSession(d.session)
		if err != nil {
			t.Fatal(err)
		}
		return c.Standing(s, faces["web"], language)
	}
	if st := stands("en"); st.Flow != "" || st.Own || st.Prompt.Text != "What do you need?" {
		t.Errorf("before anything was said: %+v", st)
	}
	d.step(Input{Kind: InputChoice, Payload: MenuPayload("drainage")})
	st := stands("en")
	if st.Flow != "drainage" || st.Title != "Drainage" || st.Type != SlotChoice || st.Asked != 0 || st.Left != 5 || len(st.Prompt.Choices) != 7 {
		t.Errorf("at the first question: %+v", st)
	}
	d.step(d.tap("ড্রেন বন্ধ"))
	if st = stands(""); st.Type != SlotWard || st.Prompt.Text != d.last.Messages[0].Text || st.Left != 4 || !reflect.DeepEqual(st.Given, []Given{{"ধরন", "ড্রেন বন্ধ"}}) {
		t.Errorf("at the second question, in its own language: %+v", st)
	}
	d.step(typed("ঈদগাহ মাঠ"))
	if st = stands("en"); !st.Own || len(st.Prompt.Choices) != 2 {
		t.Errorf("at a question of the bot's own: %+v", st)
	}
	if d.step(d.tap("হ্যাঁ")); stands("en").Given[1] != (Given{"Ward", "6"}) {
		t.Errorf("the ward is not among %+v", stands("en").Given)
	}
	d.step(typed("স্কুল রোড, মসজিদের পাশে"))
	d.step(Input{Kind: InputPhotos, Photos: []string{"a"}})
	if st = stands("en"); st.Type != SlotPhoto || st.Max != 5 || st.Prompt.Choices[0].Title != "Done" {
		t.Errorf("after a photo: %+v", st)
	}
	d.step(Input{Kind: InputChoice, Payload: "command=menu"})
	d.step(Input{Kind: InputChoice, Payload: MenuPayload("drainage")})
	if st = stands("en"); st.Flow != "" || !st.Own || st.Resume != "drainage" || st.Title != "Drainage" || st.Filed != 0 {
		t.Errorf("when asked whether to go on: %+v", st)
	}
	for _, tap := range []string{"হ্যাঁ", "শেষ", "হ্যাঁ"} {
		d.step(d.tap(tap))
	}
	if st = stands("en"); st.Flow != "" || st.Filed != 10234 {
		t.Errorf("after the case: %+v", st)
	}
	d.at = d.at.Add(time.Minute)
	if d.step(typed("help")); stands("en").Filed != 0 {
		t.Error("a case is told as new after something else was heard")
	}
}

// TestStandingOfSeveral ticks boxes one by one and all at once.
func TestStandingOfSeveral(t *testing.T) {
	c := withSlots(t)
	ask := Session{Flow: "all_slots", State: "ask_several"}
	first := c.Step(ask, typed("রবি")).Session
	st := c.Standing(first, faces["web"], "en")
	if !st.Several || st.Max != 2 || !reflect.DeepEqual(st.Picked, []string{"sun"}) || len(st.Prompt.Choices) != 4 {
		t.Errorf("%+v", st)
	}
	var boxes []string
	for _, choice := range st.Prompt.Choices[:3] {
		boxes = append(boxes, choice.Payload)
	}
	for _, x := range []struct {
		name   string
		boxes  []string
		want   string
		missed bool
	}{
		{"one", boxes[:1], `["sat"]`, false},
		{"two", boxes[1:], `["sun","mon"]`, false},
		{"more than max", boxes, `["sun"]`, true},
		{"unknown", []string{"all_slots/ask_several=fri"}, `["sun"]`, true},
	} {
		turn := c.Step(first, Input{Kind: InputChoice, Payload: PicksPayload(x.boxes), Face: faces["web"]})
		v, _ := turn.Session.Answer("several")
		if got := string(v.appendJSON(nil)); got != x.want || turn.Missed != x.missed || (turn.Session.State == "ask_several") != x.missed {
			t.Errorf("%s: got %s in %s", x.name, got, turn.Session.State)
		}
	}
	for _, odd := range [][]string{nil, {""}, {"a/b=c", "a/d=c"}, {"a/b=c", "x"}} {
		if p := PicksPayload(odd); p != "" {
			t.Errorf("%q make %q", odd, p)
		}
	}
}

func TestServices(t *testing.T) {
	c := withSlots(t)
	got := c.Services()
	seen := map[string]bool{}
	for _, g := range got {
		for _, id := range g.Services {
			if _, ok := c.Flow(id); !ok || seen[id] {
				t.Errorf("%s is no service, or listed twice", id)
			}
			seen[id] = true
		}
	}
	if len(seen) != len(c.Flows()) {
		t.Errorf("%d of %d services are listed", len(seen), len(c.Flows()))
	}
	if !slices.ContainsFunc(got, func(g ServiceGroup) bool { return g.Title["en"] != "" && slices.Contains(g.Services, "drainage") }) {
		t.Errorf("no group has the problems: %+v", got)
	}
	if last := got[len(got)-1]; last.Title != nil || !reflect.DeepEqual(last.Services, []string{"all_slots"}) {
		t.Errorf("what is in no menu: %+v", last)
	}
}
