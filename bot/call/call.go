package call

import (
	"context"

	"nagorik/bot"
	"nagorik/flows"
)

// Call is one of the two channels: the telephone or the counter.
type Call struct{ name string }

// New returns the channel of that name.
func New(name string) *Call { return &Call{name: name} }

// Name is the channel's word.
func (c *Call) Name() string { return c.name }

// Face shows buttons without a bound and takes photos: the agent sees a form and reads it out. A
// pin is of the place where the agent sits, so none is asked for.
func (c *Call) Face() flows.Face {
	return flows.Face{Name: c.name, Buttons: true, Photos: true, Spoken: true}
}

// Attended says that one of the staff writes here.
func (*Call) Attended() {}

// Receive takes nothing: no provider calls.
func (*Call) Receive(context.Context, bot.Call) (bot.Delivery, error) {
	return bot.Delivery{}, bot.ErrSignature
}

// Fit leaves a message whole: it is read out.
func (*Call) Fit(m flows.Message) []flows.Message { return []flows.Message{m} }

// Send has nothing to do: the message is on the screen of whoever reads it out.
func (*Call) Send(context.Context, bot.Outgoing) (bot.Sent, error) { return bot.Sent{}, nil }
