package bot

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// record writes down results, all that have gathered in one transaction.
func (o *outbox) record(ctx context.Context) {
	for {
		var round []handing
		select {
		case <-ctx.Done():
			return
		case h := <-o.results:
			round = append(round, h)
		}
		for len(round) < recordMost {
			select {
			case h := <-o.results:
				round = append(round, h)
				continue
			default:
			}
			break
		}
		o.recordRound(ctx, round)
		if len(o.results) == 0 && ctx.Err() == nil {
			o.behind.Store(false)
		}
		o.pending.Add(-len(round))
	}
}

// recordRound tries until the results are on record: what was sent must not
// be sent again because the database was away for a moment.
func (o *outbox) recordRound(ctx context.Context, round []handing) {
	handed := make([]handoff.Handed, len(round))
	for i := range round {
		handed[i] = round[i].handed
	}
	for attempt := 1; ctx.Err() == nil; attempt++ {
		within, cancel := context.WithTimeout(ctx, recordWithin)
		after, err := o.bot.desk.HandBack(within, handed)
		cancel()
		if err == nil {
			o.goOn(round, after)
			o.hint(round)
			return
		}
		o.behind.Store(true)
		o.bot.log.Warn("what was sent is not on record yet", "conversations", len(round), "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(min(time.Second, backOff(attempt))):
		}
	}
}

// goOn sends what is left of jobs, now that what went before is on record.
func (o *outbox) goOn(round []handing, after handoff.After) {
	for i := range round {
		if left := &round[i].left; len(left.replies) > 0 && after.Begun[left.replies[0].id] {
			o.put(*left)
		}
	}
	if len(after.More) > 0 {
		o.poke()
	}
}

// hint tells those who watch these conversations what became of a person's
// reply, and of the bot's own when it failed. Hints of the web chat are the
// channel's own business.
func (o *outbox) hint(round []handing) {
	var touched []uuid.UUID
	for i := range round {
		h := &round[i].handed
		lost := slices.ContainsFunc(h.Results, func(r handoff.SendResult) bool { return r.Status == "failed" || r.Status == "unknown" })
		if lost || round[i].human {
			touched = append(touched, h.Conversation)
		}
	}
	o.bot.hint(said(touched)...)
}
