package bot

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"nagorik/bot/photos"
	"nagorik/flows"
	"nagorik/handoff/spending"
)

// ErrSignature says that a webhook call was not signed by the provider, or
// wrongly. Whoever speaks HTTP answers it 403.
var ErrSignature = errors.New("signature is missing or wrong")

// Channel is a link to a provider: it reads what people send and sends what
// the bot or an agent says. It knows nothing of flows, sessions or records.
type Channel interface {
	// Name is the channel's word in records, routes and screens: "messenger".
	Name() string
	// Face is how a dialogue can be shown on it.
	Face() flows.Face
	// Receive verifies a webhook call on its raw bytes and reads it leniently.
	// It does no other I/O. A wrong signature is ErrSignature; a signed call,
	// however odd, is never an error: what can be read in it is returned.
	Receive(ctx context.Context, call Call) (Delivery, error)
	// Fit cuts a message so that each part is one call to the provider.
	Fit(m flows.Message) []flows.Message
	// Send makes one call to the provider. Its errors are *SendError.
	Send(ctx context.Context, out Outgoing) (Sent, error)
}

// Call is one HTTP call to a channel's webhook, its body read whole.
type Call struct {
	Method string
	URL    *url.URL
	Header http.Header
	Body   []byte
	Remote netip.Addr // the caller, behind trusted proxies the address they name
}

// Delivery is what a call brought.
type Delivery struct {
	Events []Event
	// Answer is what the provider is told once the events are safe; the zero
	// Answer is an empty 200.
	Answer Answer
	// Late makes the answer once the events are safe, where the provider takes
	// the reply itself as its answer; nil: Answer stands. The context ends with
	// the caller's patience.
	Late func(ctx context.Context) Answer
	// Skipped counts what was signed but is not for us or cannot be read, by
	// a short reason that becomes a label in /metrics.
	Skipped map[string]int
}

// Answer is an HTTP answer to a provider.
type Answer struct {
	Status int
	Type   string
	Header http.Header // further headers, such as Set-Cookie; nil for none
	Body   []byte
}

// EventKind is the kind of an Event.
type EventKind string

// The kinds of event a channel brings.
const (
	EventMessage EventKind = "message" // words, a tap, photos, a pin, or something the bot cannot read
	EventStart   EventKind = "start"   // the chat was opened: Get Started, a link with Ref
	EventEcho    EventKind = "echo"    // something the city's side said; MessageID is ours, or a person or another program spoke
	EventReceipt EventKind = "receipt" // a message of ours was delivered, read or failed
	EventEdit    EventKind = "edit"    // the person changed an earlier message: Target, Text
	EventDelete  EventKind = "delete"  // the person took a message back: Target
	EventNotice  EventKind = "notice"  // the provider says something staff should know: Note
)

// Event is one thing that happened on a channel. It is kept as JSON in the
// spool when the database is away.
type Event struct {
	Kind       EventKind `json:"kind"`
	Channel    string    `json:"channel"`
	Via        string    `json:"via,omitempty"`         // the link it came by, where a channel has several: the answer goes back by it
	Address    string    `json:"address,omitempty"`     // the person's address; empty for a notice
	ProviderID string    `json:"provider_id,omitempty"` // unique per channel, made up from the content where the provider gives none
	Twin       string    `json:"twin,omitempty"`        // another id the same message may be on record under, see TwinSince
	TwinSince  time.Time `json:"twin_since,omitzero"`   // a message under Twin of this time or later is this one, repeated
	At         time.Time `json:"at"`                    // by the provider's clock
	Name       string    `json:"name,omitempty"`        // the person's name when it comes along

	Text     string        `json:"text,omitempty"`
	Carrier  flows.Carrier `json:"carrier,omitempty"` // the text is a word that the carrier has acted upon itself
	Payload  string        `json:"payload,omitempty"` // of a tapped button or quick reply
	Tapped   bool          `json:"tapped,omitempty"`  // a button was tapped, even if its payload is empty
	Ref      string        `json:"ref,omitempty"`     // of the link that opened the chat
	Lang     string        `json:"lang,omitempty"`    // EventStart: the language the person reads the channel's own page in
	Media    []Media       `json:"media,omitempty"`   // photos only
	Location *Location     `json:"location,omitempty"`
	Other    string        `json:"other,omitempty"`    // "sticker", "audio", "video", "file", "link", "unsupported"
	ReplyTo  string        `json:"reply_to,omitempty"` // provider id of the message it answers
	Standby  bool          `json:"standby,omitempty"`  // another program has the thread: keep it, say nothing

	MessageID   string    `json:"message_id,omitempty"`   // EventEcho, EventReceipt: our own message's id
	ProviderIDs []string  `json:"provider_ids,omitempty"` // EventReceipt: the messages meant
	Watermark   time.Time `json:"watermark,omitzero"`     // EventReceipt: all up to this time
	Status      string    `json:"status,omitempty"`       // EventReceipt: "sent", "delivered", "read" or "failed"
	Target      string    `json:"target,omitempty"`       // EventEdit, EventDelete: provider id of the message meant
	Muted       bool      `json:"muted,omitempty"`        // EventReceipt: it failed because the person wants no messages
	Note        string    `json:"note,omitempty"`         // EventNotice, and the provider's error in a failed receipt
	Cost        *Cost     `json:"cost,omitempty"`         // EventReceipt: what the provider says that the message cost; nil: nothing
}

// Cost is a provider's word on what a message cost.
type Cost struct {
	Each  spending.Amount `json:"each,omitempty"`  // a segment of it
	Whole spending.Amount `json:"whole,omitempty"` // all of it; 0: Each counts
}

// Media is a photo that came with a message: fetched after the turn from URL,
// or already kept (a web upload) under SHA256. Shot is where a kept one was
// taken, if its file says: the flow need not ask for the ward then.
type Media struct {
	URL    string      `json:"url,omitempty"`
	SHA256 string      `json:"sha256,omitempty"`
	Shot   *flows.Shot `json:"shot,omitempty"`
}

// MediaOf is a kept photo as it comes with a message.
func MediaOf(p photos.Photo) Media {
	m := Media{SHA256: p.SHA256}
	if p.Lat != nil && p.Lon != nil {
		m.Shot = &flows.Shot{Lat: *p.Lat, Lon: *p.Lon}
		if p.TakenAt != nil {
			m.Shot.At = *p.TakenAt
		}
	}
	return m
}

// Location is a pin, in degrees, WGS 84.
type Location struct {
	Lat float64 `json:"lat"`
	Lon float64 `json:"lon"`
}

// Outgoing is one message on its way to a person.
type Outgoing struct {
	ID       string // the message's id; where the channel can, it travels along and comes back in the echo
	Via      string // the link the person last wrote by, where the channel has several
	Address  string
	Text     string
	Choices  []flows.Choice
	Wants    flows.SlotType
	Photo    string    // where the provider fetches the photo to show, for a Pictured channel; Text is empty then
	Template *Template // said by an approved template instead of the text; nil for none
	Human    bool      // written by a person of the staff
	Heard    time.Time // when the person last wrote, for windows like Messenger's 24 hours
	Attempt  int       // 1 for the first
	Insist   bool      // a person of the staff sends it once more: whoever cannot rule out a repeat sends it all the same
	Doubts   int       // how many of the attempts before may have reached the person
}

// Template is a message whose words the provider has approved before, for when
// a channel takes no others.
type Template struct {
	Name   string   `json:"name"`
	Lang   string   `json:"lang"`
	Values []string `json:"values,omitempty"` // of its parameters, in order
}

// Sent is the provider's word that it has taken a message.
type Sent struct {
	ProviderID string
	Paid       spending.Paid // what is paid for; zero: nothing
}

// SendOutcome says what a failed Send means for the message and its channel.
type SendOutcome string

// The outcomes of a failed Send.
const (
	SendRetry   SendOutcome = "retry"   // surely not sent; try again later
	SendReject  SendOutcome = "reject"  // surely not sent, and never will be
	SendUnknown SendOutcome = "unknown" // may have been sent: wait for an echo or look it up before trying again
	SendPause   SendOutcome = "pause"   // the channel itself is broken (token, permission): keep the queue, raise an alarm
)

// SendError is every error of Channel.Send.
type SendError struct {
	Outcome SendOutcome
	Code    string        // the provider's, for people: "190/463"
	Text    string        // in plain words, without secrets or personal data
	After   time.Duration // the provider asked to wait this long; 0: it did not say
	Closed  bool          // the window for free messages is closed
	Muted   bool          // the person does not want messages
	Once    bool          // with SendUnknown: the provider can neither be asked nor tell a repeat, so it must not be sent again
	Paid    spending.Paid // what may have been handed over all the same and is paid for then; zero: nothing
	Err     error
}

// Error names the outcome, whether the window is closed, the provider's code
// and the reason. It is what the record holds; LostOf reads it.
func (e *SendError) Error() string {
	s := "send: " + string(e.Outcome)
	if e.Closed {
		s += " " + closedMark
	}
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	return s + ": " + e.Text
}

// Unwrap returns the cause, if there is one.
func (e *SendError) Unwrap() error { return e.Err }

// Profiler is a channel that can say a person's name.
type Profiler interface {
	// Profile returns the person's name, empty when the provider does not
	// tell. Its errors are *SendError.
	Profile(ctx context.Context, address string) (name string, err error)
}

// Typist is a channel that can show that an answer is being written.
type Typist interface {
	Typing(ctx context.Context, address string) error
}

// Windowed is a channel that takes messages only for a while after the person
// wrote.
type Windowed interface {
	// Windows are how long after the person last wrote anybody may answer, and
	// how long a person of the staff may.
	Windows() (anybody, staff time.Duration)
}

// Metered is a channel whose messages are paid for.
type Metered interface {
	// Balances asks those that can tell what is left there.
	Balances(ctx context.Context) []spending.Told
}

// Attended is a channel at which somebody of the staff sits and writes for a
// citizen who stands at the counter or is on the telephone. What is said there
// is read out; nobody can be written to.
type Attended interface {
	Attended()
}

// Phoned is a channel whose addresses are telephone numbers, proven by the
// carrier: nobody need be asked for theirs.
type Phoned interface {
	// Phone is the number behind an address, E.164; empty when it has none.
	Phone(address string) string
}

// MediaSource is a channel whose photos are fetched from the provider.
type MediaSource interface {
	// MediaHosts are the hosts, with their subdomains, photos may come from.
	// "host:port" is allowed for tests and admits http and loopback there.
	MediaHosts() []string
	// MediaHeader is sent to the first host only, never along a redirect.
	MediaHeader() http.Header
}
