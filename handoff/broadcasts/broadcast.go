package broadcasts

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/flows"
	"nagorik/handoff"
)

// State is how far a broadcast is.
type State string

// The states of a broadcast.
const (
	StateDraft     State = "draft"
	StateScheduled State = "scheduled"
	StateSending   State = "sending"
	StatePaused    State = "paused"
	StateDone      State = "done"
	StateCancelled State = "cancelled"
)

// States are all states, in the order in which a broadcast goes through them.
func States() []State {
	return []State{StateDraft, StateScheduled, StateSending, StatePaused, StateDone, StateCancelled}
}

// Over reports whether nothing more is sent.
func (s State) Over() bool { return s == StateDone || s == StateCancelled }

// Family is the channels that share a text of a broadcast.
type Family string

// The families. Messenger's approved template is filled with Messenger's text.
const (
	FamilyMessenger Family = "messenger"
	FamilySMS       Family = "sms"
	FamilyMail      Family = "mail"
)

// Families are all families.
func Families() []Family { return []Family{FamilyMessenger, FamilySMS, FamilyMail} }

// Words are the texts of a broadcast by family and language code. A family
// without any is not used; a person whose language is missing gets the
// catalogue's first one.
type Words struct {
	Messenger map[string]string `json:"messenger,omitempty"`
	SMS       map[string]string `json:"sms,omitempty"`
	Mail      map[string]string `json:"mail,omitempty"`
	Subject   map[string]string `json:"subject,omitempty"` // of the mail
}

// Of are the texts of a family by language.
func (w Words) Of(f Family) map[string]string {
	switch f {
	case FamilyMessenger:
		return w.Messenger
	case FamilySMS:
		return w.SMS
	case FamilyMail:
		return w.Mail
	default:
		return nil
	}
}

// Audience is whom a broadcast is for: who fits all of it. What is empty
// excludes nobody.
type Audience struct {
	Wards     []int    `json:"wards,omitempty"`
	Services  []string `json:"services,omitempty"`  // flows in which the person has a case
	Languages []string `json:"languages,omitempty"` // who has none counts as the catalogue's first
	Channels  []Family `json:"channels,omitempty"`  // by no other is anybody told
	Followers []string `json:"followers,omitempty"` // topics, of which the person has joined one
}

// Draft is what is written of a broadcast before it is sent.
type Draft struct {
	Title     string // for the staff; at most MaxTitle bytes
	Topic     string // of the catalogue: who has left it is not told
	Words     Words
	Audience  Audience
	PerMinute map[Family]int // recipients at most; 0: Usual
	Emergency string         // why it goes out in quiet hours too, at most MaxReason bytes; empty: it does not
}

// Broadcast is one as it stands.
type Broadcast struct {
	ID uuid.UUID
	Draft
	State     State
	Author    handoff.Ref
	CreatedAt time.Time
	ChangedAt time.Time
	DueAt     time.Time // zero: not scheduled yet
	BegunAt   time.Time // zero: not begun
	EndedAt   time.Time // zero: not over
}

// Bounds of a broadcast.
const (
	MaxTitle     = 200  // bytes
	MaxReason    = 500  // bytes
	MaxMessenger = 2000 // letters, of the channel
	MaxSMS       = 10   // segments
	MaxMail      = 5000 // letters
	MaxSubject   = 200  // bytes
	MaxPerMinute = 60000
	MaxChoices   = 500 // of each part of an audience
	MaxAhead     = 366 * 24 * time.Hour
	MaxListed    = 50 // in one answer of List
)

// Usual is how many recipients a minute a family takes where the draft does
// not say.
func Usual(f Family) int {
	switch f {
	case FamilyMessenger:
		return 600
	case FamilySMS:
		return 120
	default:
		return 120
	}
}

// Counts are how many recipients of a broadcast are how far.
type Counts struct {
	Total     int
	Waiting   int
	Sending   int // on their way
	Sent      int // the provider has taken it
	Delivered int
	Failed    int
	Unknown   int // it may have arrived
	Skipped   int // no way, or not wanted
}

// Over is how many nothing more happens to.
func (c Counts) Over() int { return c.Total - c.Waiting - c.Sending }

// Status is what has become of a recipient or of one way.
type Status string

// The statuses. StatusWaiting is a recipient's, StatusPlanned and StatusQueued
// are a way's.
const (
	StatusWaiting   Status = "waiting"
	StatusPlanned   Status = "planned"
	StatusQueued    Status = "queued"
	StatusSending   Status = "sending"
	StatusSent      Status = "sent"
	StatusDelivered Status = "delivered"
	StatusFailed    Status = "failed"
	StatusUnknown   Status = "unknown"
	StatusSkipped   Status = "skipped"
)

// Reasons beside those of notices (notices.ReasonNoAddress and so on).
const (
	ReasonLeft     = "left the topic"
	ReasonTwice    = "told already"     // another contact has the same address, or became one with this one
	ReasonExcluded = "channel excluded" // by the audience
	ReasonTried    = "tried before"     // this way has failed
	ReasonEnded    = "broadcast ended"  // it was cancelled before
)

// Ways are the ways of a broadcast in their order; the first that is open is
// taken.
func Ways() []flows.Way {
	return []flows.Way{flows.WayMessenger, flows.WayTemplate, flows.WaySMS, flows.WayMail}
}

// Store keeps broadcasts. It is safe for many goroutines, and several
// processes may share one database.
type Store struct {
	pool    *pgxpool.Pool
	catalog func() *flows.Catalog
	now     func() time.Time
}

// New returns a Store over a migrated database. catalog is the current one:
// its topics, services and languages are those that a broadcast may name. now
// is time.Now when nil.
func New(pool *pgxpool.Pool, catalog func() *flows.Catalog, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{pool: pool, catalog: catalog, now: now}
}
