package api

import (
	"cmp"
	"time"

	"nagorik/bot"
	"nagorik/handoff"
)

// fate is what became of a message of the city's side, and why, in words.
func (l *messageLine) fate(p page, m handoff.Message) {
	if m.Direction != "out" {
		l.Said = m.Error
		return
	}
	colours := map[string]string{"delivered": "good", "read": "good", "failed": "bad", "unknown": "warn"}
	l.Status = &pill{colours[m.Status], cmp.Or(p.Words["sent_"+m.Status], m.Status)}
	lost := bot.LostOf(m.Error)
	l.Said = lost.Text
	switch {
	case m.Status == "unknown":
		l.Why = p.Words["lost_unknown"]
	case m.Status == "failed" && lost.Budget:
		l.Why = p.Words["lost_budget"]
	case m.Status == "failed" && lost.Outcome == bot.SendRetry:
		l.Why = p.Words["lost_retry"]
	case m.Status == "failed" && lost.Closed && m.Author == "agent":
		l.Why = p.Words["lost_closed_staff"]
	case m.Status == "failed" && lost.Closed:
		l.Why = p.Words["lost_closed"]
	case m.Status == "failed":
		l.Why = p.Words["lost_reject"]
	case m.Status == "queued" && lost.Outcome == bot.SendPause:
		l.Why = p.Words["waits_pause"]
	case m.Status == "queued" && m.Error != "":
		l.Why = p.Words["waits_retry"]
	}
}

// offerRetries says where the replies that did not arrive are sent once more.
// One that came too late would again, unless the citizen, last heard at heard,
// has written since.
func (v *conversationView) offerRetries(heard time.Time) {
	for i := range v.Messages {
		m := &v.Messages[i]
		if m.Retriable() && (!bot.LostOf(m.Error).Closed || heard.After(m.At)) {
			m.Again = v.Path + "/messages/" + m.ID.String() + "/retry"
		}
	}
}
