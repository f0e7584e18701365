package bot

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// Why nobody can be answered in a conversation.
var (
	ErrWindow      = errors.New("the channel takes no more answers since the citizen last wrote: telephone, or send an SMS")
	ErrNobodyReads = errors.New("this was said on the telephone or at the counter, where nobody reads an answer: telephone, or send an SMS")
)

// Window is until when a conversation's channel takes answers.
type Window struct {
	Bounded bool      // false: for ever
	Anybody time.Time // the bot, and people
	Staff   time.Time // a person's own reply
}

// Window is until when the person of a conversation can be answered, who last
// wrote at heard.
func (b *Bot) Window(channel string, heard time.Time) Window {
	c, ok := b.channels[channel].(Windowed)
	if !ok || heard.IsZero() {
		return Window{}
	}
	anybody, staff := c.Windows()
	return Window{Bounded: true, Anybody: heard.Add(anybody), Staff: heard.Add(staff)}
}

// attended reports whether somebody of the staff writes for the citizen there.
func (b *Bot) attended(channel string) bool {
	_, ok := b.channels[channel].(Attended)
	return ok
}

// hears reports whether what the bot says now is read by the citizen.
func (b *Bot) hears(h handoff.Held) bool {
	w := b.Window(h.Key.Channel, h.Heard)
	return !b.attended(h.Key.Channel) && !h.Muted && (!w.Bounded || b.now().Before(w.Anybody))
}

// reachable is why what one of the staff writes cannot be sent; nil: it can.
func (b *Bot) reachable(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
	held, err := b.desk.Addressed(ctx, v, id)
	if err != nil {
		return err
	}
	w := b.Window(held.Key.Channel, held.Heard)
	switch {
	case b.attended(held.Key.Channel):
		return ErrNobodyReads
	case w.Bounded && !b.now().Before(w.Staff):
		return ErrWindow
	default:
		return nil
	}
}
