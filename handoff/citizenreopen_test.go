package handoff_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
)

func TestReporterOpensACaseAgain(t *testing.T) {
	t.Parallel()
	r := newRecord(t)
	at := r.clock.Now()
	reporter, stranger := newcomer("61", "m_1", at), newcomer("62", "m_2", at)
	reporter.Cases = []handoff.NewCase{{OpenCase: flows.OpenCase{Number: 10001, Flow: "waste", Kind: flows.Complaint, Title: "ময়লা", Team: "waste"}, Answers: json.RawMessage(`{}`)}}
	wantOutcome(t, r.commit(reporter, stranger), handoff.Committed, handoff.Committed)
	r.exec(`UPDATE cases SET status = 'resolved' WHERE number = 10001`)

	again := func(by *handoff.Turn, mid, note string) *handoff.Turn {
		turn := next(by, mid, at.Add(time.Second))
		turn.Cases = nil
		turn.Photos = []handoff.NewPhoto{{ID: handoff.NewID(), Source: "https://scontent.fbcdn.net/1.jpg"}}
		turn.Reopen = []flows.ReopenCase{{Number: 10001, Note: note}}
		turn.Attach = []handoff.Attachment{{Case: 10001, Photos: []uuid.UUID{turn.Photos[0].ID}}}
		return turn
	}
	other := again(stranger, "m_3", "not mine")
	other.Attach = nil
	wantOutcome(t, r.commit(other), handoff.Committed)
	if n := r.count(`SELECT count(*) FROM cases WHERE status = 'resolved'`); n != 1 {
		t.Error("a stranger has opened the case again")
	}
	first := again(reporter, "m_4", "এখনো পড়ে আছে")
	wantOutcome(t, r.commit(first), handoff.Committed)
	wantOutcome(t, r.commit(again(first, "m_5", "আরও আছে")), handoff.Committed)
	for what, sql := range map[string]string{
		"the case that is open again":    `SELECT count(*) FROM cases WHERE number = 10001 AND status = 'reopened'`,
		"the line that says so":          `SELECT count(*) FROM case_timeline WHERE kind = 'reopened' AND text = 'এখনো পড়ে আছে' AND agent_id IS NULL`,
		"what was said when it was open": `SELECT count(*) FROM case_timeline WHERE kind = 'note' AND text = 'আরও আছে'`,
		"the opening line, and no other": `SELECT count(*) - 2 FROM case_timeline`,
	} {
		if n := r.count(sql); n != 1 {
			t.Errorf("%s: found %d times, want once", what, n)
		}
	}
	if n := r.count(`SELECT count(*) FROM photos WHERE case_number = 10001`); n != 2 {
		t.Errorf("%d photos with the case, want 2", n)
	}
}
