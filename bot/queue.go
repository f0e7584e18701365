package bot

import (
	"context"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
)

// The work on the desk's queue: who waits comes to somebody, is told when it
// takes longer, and comes back when nobody is there.

// assignWaiting gives waiting conversations to whoever is on duty, where the
// city wants that.
func (b *Bot) assignWaiting(ctx context.Context) error {
	if !b.catalogs.Current().AssignsAutomatically() {
		return nil
	}
	given, err := b.desk.AssignWaiting(ctx, queueMost, b.joined)
	for _, h := range given {
		b.moved(flows.OwnerQueue, h)
	}
	return err
}

// keepPromises tells those whose answer has not come, and supervisors.
func (b *Bot) keepPromises(ctx context.Context) error {
	missed, err := b.desk.MissedPromises(ctx, queueMost, func(h handoff.Held) []handoff.Reply {
		face := b.faceOf(h.Key.Channel)
		return b.fitted(h.Key.Channel, b.catalogs.Current().Text("promise_missed", h.Language, face, nil), flows.Receipt)
	})
	for _, h := range missed {
		b.moved(h.Owner, h)
		b.hint(Hint{Event: HintAlarm, Conversation: h.Conversation.String(), Owner: h.Owner, Team: h.Team, Ward: h.Ward})
	}
	return err
}

// requeue takes conversations back from agents who are not there any more.
func (b *Bot) requeue(ctx context.Context) error {
	promised := func(handoff.Held) time.Time { return b.catalogs.Current().Promise(b.now()) }
	back, err := b.desk.Requeue(ctx, queueMost, promised, b.waitsAgain)
	for _, h := range back {
		b.moved(flows.OwnerAgent, h)
	}
	if len(back) > 0 {
		poke(b.pokes.queue)
	}
	return err
}

// joined says who has joined a conversation.
func (b *Bot) joined(h handoff.Held, name string) []handoff.Reply {
	text := b.catalogs.Current().Text("agent_in", h.Language, b.faceOf(h.Key.Channel), map[string]string{"name": name})
	return b.fitted(h.Key.Channel, text, flows.Receipt)
}

// waitsAgain says that somebody else will answer, and when if not soon.
func (b *Bot) waitsAgain(h handoff.Held) []handoff.Reply {
	text := b.catalogs.Current().Requeued(h.Language, b.faceOf(h.Key.Channel), b.now())
	return b.fitted(h.Key.Channel, text, flows.Receipt)
}

// GoOnDuty says that one of the staff answers from now on. Its errors are
// those of handoff's GoOnDuty.
func (b *Bot) GoOnDuty(ctx context.Context, v handoff.Viewer, s handoff.Stated) (handoff.Present, error) {
	p, err := b.desk.GoOnDuty(ctx, v, s)
	if err != nil {
		return handoff.Present{}, err
	}
	poke(b.pokes.queue)
	b.present()
	return p, nil
}

// GoOffDuty says that one of the staff does not answer any more.
func (b *Bot) GoOffDuty(ctx context.Context, v handoff.Viewer) (handoff.Present, error) {
	p, err := b.desk.GoOffDuty(ctx, v)
	if err != nil {
		return handoff.Present{}, err
	}
	b.present()
	return p, nil
}

// present tells those who watch that somebody came or went.
func (b *Bot) present() { b.hint(Hint{Event: HintPresence}) }
