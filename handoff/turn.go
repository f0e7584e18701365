package handoff

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
)

// Key names the other end of a conversation: an address on a channel.
type Key struct {
	Channel string
	Address string
}

// Standing is where a conversation stands when a turn begins. The zero
// Standing is a person never heard of.
type Standing struct {
	Identity     uuid.UUID   `json:"identity"`
	Contact      uuid.UUID   `json:"contact"`
	Conversation uuid.UUID   `json:"conversation"`
	Version      int64       `json:"version"`
	Owner        flows.Owner `json:"owner"`
	Via          string      `json:"via,omitempty"` // the link the person last wrote by, where the channel has several
	Muted        bool        `json:"muted,omitempty"`
	Closed       bool        `json:"closed,omitempty"`
	Heard        time.Time   `json:"heard,omitzero"`     // newest provider time of what the person wrote
	AckDue       bool        `json:"ack,omitempty"`      // a delayed acknowledgement may still be queued
	Reply        ReplyBudget `json:"reply,omitzero"`     // bot replies this hour
	Due          time.Time   `json:"due,omitzero"`       // when silence is acted upon; zero: never
	DueWith      string      `json:"due_with,omitempty"` // and how
}

// ReplyBudget counts the bot's replies to one address in one hour.
type ReplyBudget struct {
	Hour int64 `json:"hour"` // hours since 1970
	N    int   `json:"n"`
}

// HourOf numbers the hours since 1970, for a ReplyBudget.
func HourOf(at time.Time) int64 { return at.Unix() / 3600 }

// Turn is the record of one turn, ready to be committed with others.
type Turn struct {
	Key      Key
	Was      Standing // what it was stepped from; its version is checked under lock
	Now      Standing // what stands afterwards; Version is Was.Version + 1
	Opens    bool     // Now.Conversation is new
	Newcomer bool     // Now.Identity and Now.Contact are new

	In           *Incoming // what came; nil when nobody wrote (a reminder)
	Out          []Reply
	Checkpoint   []byte // the session, JSON
	Flow         string
	Kind         flows.Kind // of Flow; empty outside flows
	State        string
	Language     string
	SetsLanguage bool // Language was asked for: keep it with the contact
	Ward         int
	Team         string
	Reason       string
	Urgent       bool
	Promised     time.Time // until when a person shall have answered; zero: as it was
	Answered     bool      // a person of the staff has written

	Name       string // the person's name when the channel said it
	Cases      []NewCase
	Reopen     []flows.ReopenCase // resolved cases of the contact's own
	Confirm    []int64            // resolved cases that the contact says are fixed
	Join       []flows.Join       // open cases of others to follow
	Photos     []NewPhoto
	Attach     []Attachment
	Remember   []flows.Remember
	Codes      []flows.SendCode  // telephones to be sent a code
	Tried      []flows.TriedCode // codes that were given
	Mute       *bool
	Topics     []flows.Subscribe // news that is wanted from now on, or not
	Alarm      string            // kind of the alarm to raise, empty for none
	DropAcks   bool              // delayed acknowledgements still queued are superseded
	DropPrompt bool              // a person took over: prompts still queued are cancelled
	Profile    bool              // ask the provider for the newcomer's name later
	Passed     []flows.Passage
	Phrase     Phrase        // what was not understood; the zero one for nothing that may be kept
	Told       []flows.Heard // what was said of the contact's own cases
	AsksRating bool          // the person is asked how satisfied they are
	Score      int           // and answers, 1 to 5; 0: not now
	Released   uuid.UUID     // the agent who gave the conversation back to the bot; nil for none
}

// Incoming is a message that came in, or that a person of the staff wrote in
// the provider's own inbox.
type Incoming struct {
	ID         uuid.UUID
	ProviderID string
	Twin       string    // another id the same message may be on record under; empty for none
	TwinSince  time.Time // when it is of this time or later
	Author     string    // "contact" or "agent"
	Kind       string
	Text       string
	Detail     json.RawMessage
	At         time.Time
}

// Reply is a message of the bot.
type Reply struct {
	ID        uuid.UUID
	Kind      flows.MessageKind
	Text      string
	Detail    json.RawMessage
	SendAfter time.Time // zero: at once
	ClientKey string    // of a message that staff wrote; see Written
	Photo     *NewPhoto // that staff send with it; nil: none
}

// NewCase is a case to be filed with the turn.
type NewCase struct {
	flows.OpenCase
	Answers json.RawMessage
}

// NewPhoto is a photo that came with the turn: to be fetched from Source, or
// already kept under SHA256.
type NewPhoto struct {
	ID     uuid.UUID
	Source string
	SHA256 string
}

// Attachment adds photos to a case.
type Attachment struct {
	Case   int64
	Photos []uuid.UUID
}

// Outcome says what became of a turn in a commit.
type Outcome int

// The outcomes of a turn.
const (
	Committed Outcome = iota
	Repeated          // the message is on record already; nothing was written
	Stale             // the conversation has moved on: load it and step again; nothing was written
)

// Result is the outcome of one turn. Leased says that the committer may send
// the turn's replies now: the first is recorded as being sent.
type Result struct {
	Outcome Outcome
	Leased  bool
}
