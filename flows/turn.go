package flows

import "time"

// Face is how a channel can show a dialogue. The same flow has several faces:
// buttons on Messenger, numbered text by SMS, buttons and a pin on the web, a
// form that somebody of the staff reads out.
type Face struct {
	Name       string // "messenger", "sms", "web", "phone", "counter"
	Buttons    bool   // choices are shown as buttons; otherwise they are numbered in the text
	MaxChoices int    // most buttons under one message, 0 for no bound (Messenger: 13)
	Photos     bool   // the person can send photos
	Location   bool   // the person can send a pin
	Short      bool   // the shorter SMS text is used where a flow gives one
	Spoken     bool   // staff read it out: the text for calls is used where a flow gives one
}

// Owner says who answers a conversation.
type Owner string

// The owners of a conversation.
const (
	OwnerBot   Owner = "bot"
	OwnerQueue Owner = "queue"
	OwnerAgent Owner = "agent"
)

// InputKind is the kind of one input.
type InputKind string

// The kinds of input a turn can begin with.
const (
	InputText     InputKind = "text"     // typed words
	InputChoice   InputKind = "choice"   // a tapped button: Payload, with its title in Text
	InputPhotos   InputKind = "photos"   // one or more photos, with a caption in Text perhaps
	InputLocation InputKind = "location" // a pin
	InputOther    InputKind = "other"    // voice, video, file, sticker: kept, but the bot cannot read it
	InputStart    InputKind = "start"    // the person opened the chat (Get Started, a link); Ref may name a flow
	InputRemind   InputKind = "remind"   // the session has been idle for Catalog.RemindAfter
	InputExpire   InputKind = "expire"   // the session has been idle for Catalog.ExpireAfter
	InputResume   InputKind = "resume"   // a person handed the conversation back; Payload says "resume", "menu", "end" or ReleaseRate
	InputMove     InputKind = "move"     // a supervisor moves the session to another version; of Relocate only
)

// Input is one thing that happened, as Step takes it. It holds everything Step
// may know of the world: Step itself has no clock and reads nothing.
type Input struct {
	Kind    InputKind
	Text    string
	Payload string
	Photos  []string // ids of the photos, in the order they were taken
	Shots   []Shot   // where they were taken, of those that say
	Lat     float64  // degrees, WGS 84
	Lon     float64
	Ref     string
	At      time.Time // when it happened, by the provider's clock
	Face    Face
	Owner   Owner
	First   bool    // nothing was ever heard from this person before
	Returns bool    // heard before, and this begins a new conversation
	Muted   bool    // the person has sent STOP; START and YES then mean "begin again"
	Carrier Carrier // the text is a word that the carrier has acted upon by itself
	Case    int64   // the number a case opened in this turn will have
	Codes   bool    // a code can be sent by SMS, and this channel proves no telephone by itself
	SMS     bool    // an SMS can be sent to anybody
	Found   Found   // answers to the Lookups of an earlier round
}

// Carrier is a word that means something to the carrier of a text message.
// Whoever sends it has been dealt with already when it arrives.
type Carrier string

// The words of carriers.
const (
	CarrierStop  Carrier = "stop"  // STOP, CANCEL, END …: no more messages; the bot says nothing
	CarrierStart Carrier = "start" // START, UNSTOP: messages again
	CarrierHelp  Carrier = "help"  // HELP, INFO: the carrier answers; the bot says nothing
)

// Found holds what earlier rounds of the same turn looked up. A nil field was
// not looked up yet.
type Found struct {
	Remembered map[string]Value     // by slot name
	Cases      map[int64]*CaseFound // by number; a nil value means there is no such case
	Mine       []CaseFound          // the person's own latest cases, newest first; not nil once looked up
	Desk       map[string]DeskFound // by team
	Near       []NearFound          // open cases around a spot, the likeliest first; not nil once looked up
	Proof      *ProofFound
	Code       *CodeFound
	Registers  map[RowKey]*RegisterFound // by register and key
	Return     *ReturnFound              // of whoever comes back
	// RatingAsked is when the person was last asked how satisfied they are; not
	// nil once looked up, and zero for never.
	RatingAsked *time.Time
}

// DeskFound is how busy a team's desk is.
type DeskFound struct {
	At     time.Time // when it was looked at, by our own clock; zero: at the time of the input
	Ahead  int       // conversations that wait for the team
	Urgent int       // and how many of them are urgent
	Agents int       // people on duty who work for the team
	Waits  []Waited  // the team's latest answers
}

// Waited is how long somebody waited for a person.
type Waited struct{ From, To time.Time }

// CaseFound is what a person may hear about a case. Whoever is neither its
// reporter nor a follower hears no more than service, status and date.
type CaseFound struct {
	Number    int64
	Flow      string
	Title     string // empty unless the asker reported it, or a duplicate of it
	Status    string // one of handoff's case statuses
	UpdatedAt time.Time
	Mine      bool   // the asker reported or follows it
	Told      string // the status that the asker, its reporter, last heard; empty for others
}

// Turn is everything that follows from one input: the session after it, what
// to say, and what the caller must do. When Lookups is not empty nothing else
// of the turn counts: the caller looks them up and steps again from the old
// session with Found filled in.
type Turn struct {
	Session  Session
	Messages []Message
	Effects  []Effect
	Lookups  []Lookup
	Moves    []Move
	Missed   bool          // the input was not understood
	Silence  string        // why nothing is said, in plain words; empty when there are Messages
	End      bool          // the dialogue is over: the conversation closes
	Wake     time.Duration // when to step again with InputRemind or InputExpire if nothing is heard; 0 for never
	WakeWith InputKind
}

// Message is one thing the bot says.
type Message struct {
	Text    string
	Choices []Choice
	Kind    MessageKind
	// Delay is how long the message waits before it goes out. A message that
	// waits is replaced by whatever the next turn says: five photos in a row
	// are acknowledged once.
	Delay time.Duration
	// Wants names the slot type that is hoped for ("photo", "location",
	// "phone" …), so that a channel can offer its own way to give it.
	Wants SlotType
}

// MessageKind says what becomes of a message when a person takes over before
// it was sent.
type MessageKind string

// Prompts are dropped at a takeover, receipts still go. The emergency line goes
// whatever it costs.
const (
	Prompt    MessageKind = "prompt"
	Receipt   MessageKind = "receipt"
	Emergency MessageKind = "emergency"
)

// Choice is a button: what it shows and what comes back when it is tapped.
type Choice struct {
	Title   string `json:"title"`
	Payload string `json:"payload"`
}

// Move is one transition of a turn and why it was made, for the simulator and
// for the counts of what happens in a flow.
type Move struct {
	Flow  string
	From  string // empty when the flow was entered
	To    string // empty when the flow was left
	Event string
	Why   string // such as: matched word "drain"
	Done  bool   // with an empty To: the flow was gone through to its end
}

// LookupKind is what Step wants to know before it can go on.
type LookupKind string

// The kinds of lookup; all are local and answered in one query for a batch.
const (
	LookupRemembered LookupKind = "remembered" // the person's remembered answers
	LookupCase       LookupKind = "case"       // one case by number
	LookupMine       LookupKind = "mine"       // the person's own latest cases
	LookupDesk       LookupKind = "desk"       // how busy a team's desk is
	LookupNear       LookupKind = "near"       // open cases of other people's around a spot
	LookupProof      LookupKind = "proof"      // whether a telephone can be, or was, proven to be the person's
	LookupCode       LookupKind = "code"       // whether a code is the one that was sent
	LookupReturn     LookupKind = "return"     // whom to greet, and what has changed in their cases
	LookupRating     LookupKind = "rating"     // when the person was last asked how satisfied they are
)

// Lookup asks the caller for something Step cannot know.
type Lookup struct {
	Kind   LookupKind
	Number int64  // LookupCase
	Team   string // LookupDesk
	Spot   Spot   // LookupNear
	Phone  string // LookupProof, E.164
	Code   string // LookupCode, six digits
	// Register and Key name the row of a LookupRegister, and the row whose
	// telephone a LookupCode is to prove; empty: one of the person's own.
	Register string
	Key      string
}

// Effect is something the caller must do because of a turn, in the same
// transaction as the turn's record.
type Effect interface{ effect() }

// OpenCase files the matter. Its number is Input.Case.
type OpenCase struct {
	Number  int64
	Flow    string
	Kind    Kind
	Title   string // in the catalogue's default language
	Team    string
	Ward    int    // 0 when unknown
	WardBy  WardBy // where it comes from; empty in a flow that asks for none
	Place   string
	Lat     float64 // 0, 0 when no pin was given
	Lon     float64
	Target  time.Duration // until it should be settled; 0 for none
	Answers []Answer
	Photos  []string
}

// Answer is one collected slot.
type Answer struct {
	Slot  string
	Value Value
}

// AttachPhotos adds late photos to a case the person opened.
type AttachPhotos struct {
	Case   int64
	Photos []string
}

// Handoff passes the conversation to people.
type Handoff struct {
	Team     string
	Reason   HandoffReason
	Urgent   bool
	Promised time.Time // until when a person shall have answered; zero: nothing is promised
}

// HandoffReason says why a conversation came to the desk.
type HandoffReason string

// All reasons. Step gives the first four; the others are the desk's own.
const (
	ReasonAsked   HandoffReason = "asked"    // the person asked for a human
	ReasonMissed  HandoffReason = "missed"   // third miss on a question, and they chose a person
	ReasonFlow    HandoffReason = "flow"     // the flow says so
	ReasonDanger  HandoffReason = "danger"   // danger words were heard
	ReasonInbox   HandoffReason = "inbox"    // a person took over in the provider's own inbox
	ReasonOffDuty HandoffReason = "off_duty" // whoever had it went off duty
)

// Known reports whether r is one of the reasons.
func (r HandoffReason) Known() bool {
	switch r {
	case ReasonAsked, ReasonMissed, ReasonFlow, ReasonDanger, ReasonInbox, ReasonOffDuty:
		return true
	default:
		return false
	}
}

// Reclaim takes the conversation back from the queue to the bot: the person
// asked for the menu while waiting.
type Reclaim struct{}

// Alert raises a red alert at the desk without moving the conversation.
type Alert struct{ Reason HandoffReason }

// Remember keeps an answer with the contact, so that it is never asked again.
type Remember struct {
	Slot  string
	Type  SlotType
	Value Value
}

// SetLanguage keeps the language the person wants to be answered in.
type SetLanguage struct{ Language string }

// Mute stops (or, with On false, resumes) unasked messages to this identity.
type Mute struct{ On bool }

// Subscribe says that the person wants news of a topic, or no more of it.
type Subscribe struct {
	Topic  string
	Wanted bool
}

func (OpenCase) effect()     {}
func (Subscribe) effect()    {}
func (AttachPhotos) effect() {}
func (Handoff) effect()      {}
func (Reclaim) effect()      {}
func (Alert) effect()        {}
func (Remember) effect()     {}
func (SetLanguage) effect()  {}
func (Mute) effect()         {}
