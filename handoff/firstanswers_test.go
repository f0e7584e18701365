package handoff_test

import (
	"fmt"
	"testing"
	"time"

	"nagorik/handoff"
)

func TestFirstAnswersAreCountedOnce(t *testing.T) {
	r := newRecord(t)
	boss := r.agent("rahima@city.example", handoff.RoleSupervisor, nil, nil)
	took := func(team string, minutes ...int) {
		t.Helper()
		c := r.conversation(r.person("Karim", "", ""), talk{})
		for i, m := range minutes {
			queued := r.clock.now().Add(time.Duration(i) * time.Hour)
			r.exec(`INSERT INTO conversation_log (id, conversation_id, at, what, team, queued_at) VALUES ($1, $2, $3, 'taken', $4, $5)`,
				handoff.NewID(), c, queued.Add(time.Duration(m)*time.Minute), team, queued)
		}
	}
	took("waste", 10, 200) // the first time counts
	took("waste", 30)
	took("waste", 31)
	took("", 5)
	took("waste") // nobody has taken it
	got, err := r.FirstAnswers(t.Context(), boss, handoff.ConversationFilter{}, 30*time.Minute)
	if want := "[{ 1 5m0s 5m0s 1} {waste 3 30m0s 30m48s 2}]"; err != nil || fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s, %v", got, want, err)
	}
	none, err := r.FirstAnswers(t.Context(), boss, handoff.ConversationFilter{Channel: "fax", Team: "waste"}, time.Hour)
	if err != nil || len(none) > 0 {
		t.Errorf("got %v, %v", none, err)
	}
}
