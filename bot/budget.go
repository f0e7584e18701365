package bot

import (
	"context"

	"nagorik/flows"
	"nagorik/handoff"
)

// repliesPerHour bounds the bot's replies to one address: two robots must not
// talk for ever.
const repliesPerHour = 30

// budget lets the bot answer an address thirty times an hour. While people
// answer it has nothing to say anyway, and one of the staff is no robot.
func (l *lane) budget(it *item) plan {
	w := &it.work
	hour := handoff.HourOf(l.bot.now())
	if w.was.Reply.Hour != hour {
		w.was.Reply = handoff.ReplyBudget{Hour: hour}
	}
	staffed := l.bot.attended(it.event.Channel) || (w.was.Owner == flows.OwnerQueue || w.was.Owner == flows.OwnerAgent) && !w.was.Closed
	switch {
	case w.was.Reply.N < repliesPerHour || staffed:
		return planStep
	case w.was.Reply.N == repliesPerHour:
		return planSlowDown
	default:
		return planKeep
	}
}

// obey steps the flow of somebody whose replies are used up and keeps the turn
// when it is one that must not be missed: STOP, danger, a person asked for. It
// is obeyed without a word.
func (l *lane) obey(ctx context.Context, it *item) (wants []flows.Lookup, obeyed bool, err error) {
	w := &it.work
	if wants, err = l.stepFlow(ctx, it); err != nil || len(wants) > 0 {
		return wants, false, err
	}
	t := w.turn
	if t.Mute == nil && len(t.Topics) == 0 && t.Alarm == "" && t.Now.Owner != flows.OwnerQueue {
		return nil, false, nil
	}
	t.Out, t.DropAcks, t.Now.AckDue, t.Now.Reply = nil, false, w.was.AckDue && !t.Opens, w.was.Reply
	return nil, true, nil
}
