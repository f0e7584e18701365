package api

import (
	"context"
	"net/http"
	"testing"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/notices"
)

// ledger is a Told that has one notice of every case.
type ledger struct{}

func (ledger) OfCase(context.Context, int64) ([]notices.Record, error) {
	return []notices.Record{{
		ID: uuid.New(), Name: "<Rahim>", Event: flows.NoticeResolved, Outcome: notices.Told, Hops: []notices.Hop{
			{Way: flows.WayMessenger, Status: notices.StatusSkipped, Reason: notices.ReasonWindow},
			{Way: flows.WaySMS, Status: notices.StatusSent},
			{Way: flows.WayMail, Beside: true, Status: notices.StatusFailed, Reason: "send: reject (550): the mail server refuses the mail"},
		},
	}}, nil
}

func TestCaseShowsWhatWasTold(t *testing.T) {
	o := newCounter(t)
	o.server.opt.Told = ledger{}
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, nil)
	o.file("Rahim", "drainage", 12)
	cookie := o.enter("anna@example.org")
	for _, text := range []string{"What was told", "&lt;Rahim&gt;", "the 24 hours are over", "SMS: sent", "(550)"} {
		wantPage(t, o.look("/console/cases/10001?lang=en", cookie), http.StatusOK, text)
	}
	wantPage(t, o.look("/console/cases/10001?lang=bn", cookie), http.StatusOK, "২৪ ঘণ্টা শেষ")
}

func TestQuestionGoesToTheCitizen(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	o.file("Rahim", "drainage", 12)
	cookie := o.enter("anna@example.org")
	o.exec(`UPDATE cases SET status = 'in_progress'`)
	wantPage(t, o.post("/console/cases/10001/ask", cookie, nil), http.StatusUnprocessableEntity, "<h1>")
	wantWay(t, o.post("/console/cases/10001/ask", cookie, map[string][]string{"ask_note": {"Which house?"}}), "/console/cases/10001?done=case_ask")
	var n int
	if err := o.pool.QueryRow(t.Context(), `SELECT count(*) FROM notices WHERE event = 'needs_more' AND note = 'Which house?' AND next_at IS NOT NULL`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d questions on their way, %v", n, err)
	}
}
