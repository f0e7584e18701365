package bottest

import (
	"time"

	"nagorik/bot"
	"nagorik/flows"
)

// Harness speaks for a channel's provider and its people, so that Suite can
// ask of every channel the same things.
type Harness interface {
	// Channel is the channel under test. Where Send only hints at what is
	// already kept (the web chat), it is wrapped so that Send keeps it first.
	Channel() bot.Channel
	// Now is the channel's clock.
	Now() time.Time
	// Address is the nth person's address, the same at every call.
	Address(n int) string
	// Calls are the webhook calls by which the provider brings what was said,
	// authorised as the channel wants it: one call if the provider puts
	// several things into one, else one each. None if it cannot bring such.
	Calls(said ...Said) []bot.Call
	// Raw is an authorised call with any body whatever.
	Raw(body []byte) bot.Call
	// Received is what the provider took from the channel for an address, in
	// order: what the person sees.
	Received(address string) []Received
}

// Forger is a Harness whose channel is signed by its provider.
type Forger interface {
	// Forged are copies of a call as others would make them: without a
	// signature, with a wrong one, with a changed body.
	Forged(call bot.Call) []bot.Call
}

// Breaker is a Harness whose provider can fail.
type Breaker interface {
	// Break makes the next Send fail in a way that has this outcome. It is
	// false when nothing at this provider has it.
	Break(outcome bot.SendOutcome) bool
}

// Speller is a Harness whose channel spells text its own way, to the same
// reading: one-letter forms by SMS.
type Speller interface {
	Spell(text string) string
}

// Said is one thing a person did: one of Text, Tap, Photos, Pin or Start.
type Said struct {
	ID      string // the provider's id of it
	Address string
	At      time.Time
	Text    string
	Tap     *flows.Choice
	Photos  int // how many; the harness makes them
	Pin     *bot.Location
	Start   bool
	Ref     string // with Start: of the link that was followed
}

// Received is one message as the provider took it.
type Received struct {
	Text    string
	Choices []flows.Choice
}
