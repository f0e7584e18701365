package handoff_test

import (
	"reflect"
	"testing"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
)

// Stand tells what was said to the last answer and no more, also what waits to
// be sent.
func TestStand(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	stands := func() handoff.Stand {
		t.Helper()
		s, err := r.Stand(t.Context(), key("62"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := stands(); !reflect.DeepEqual(s, handoff.Stand{}) {
		t.Errorf("somebody never heard of: %+v", s)
	}
	first := newcomer("62", "m_1", r.clock.Now())
	first.Out = append(first.Out, handoff.Reply{ID: handoff.NewID(), Kind: flows.Receipt, Text: "মনে রাখুন"})
	r.commit(first)
	want := []handoff.StandReply{{Author: "bot", Text: "কোন ওয়ার্ড?"}, {Author: "bot", Text: "মনে রাখুন"}}
	s := stands()
	if s.Owner != flows.OwnerBot || s.Flow != "drainage" || string(s.Session) != `{"flow": "drainage"}` || !s.Heard || s.Muted || !reflect.DeepEqual(s.Replies, want) {
		t.Errorf("after the first turn: %+v", s)
	}
	second := next(first, "m_2", r.clock.Now().Add(time.Second))
	mute := true
	second.Now.Closed, second.Now.Muted, second.Mute, second.Flow = true, true, &mute, ""
	r.commit(second)
	s = stands()
	if len(s.Replies) != 1 || s.Replies[0].Text != "ঠিক কোথায়?" || !s.Muted || s.Flow != "drainage" {
		t.Errorf("after the second turn: %+v", s)
	}
	third := newcomer("62", "m_3", r.clock.Now().Add(2*time.Second))
	third.Newcomer, third.Now.Identity, third.Now.Contact = false, first.Now.Identity, first.Now.Contact
	third.Flow, third.Out = "waste", nil
	r.commit(third)
	if s = stands(); s.Flow != "waste" || len(s.Replies) != 0 || !s.Heard {
		t.Errorf("in the conversation that follows: %+v", s)
	}
}
