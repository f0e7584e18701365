package flows

import "time"

// The draft types hold a catalogue as it was written: every name with its
// place, nothing resolved. Reading fills them, checking walks them, compiling
// turns them into a Catalog.

type draft struct {
	languages  []draftLanguage
	city       draftText
	settings   []draftSetting
	teams      []draftNamed
	statuses   []draftNamed
	remind     time.Duration
	expire     time.Duration
	idle       position
	office     draftOffice
	commands   []draftWords // by command
	buttons    []draftNamed
	groups     []draftWords // by name
	danger     []draftDanger
	talk       []draftTalk
	redirects  []draftRedirect
	offTopic   []word // sentences
	texts      []draftNamed
	notices    draftNotices
	broadcasts draftBroadcasts
	menu       *draftMenu
	flows      []*draftFlow
}

type draftLanguage struct {
	code  word
	name  word
	words []word
}

type draftSetting struct {
	name  word
	value draftText
	num   bool
	unit  string // unitTaka, unitDate or none
}

// The units of a setting: how a text shows it.
const (
	unitTaka = "taka" // grouped by lakh
	unitDate = "date" // day/month/year
)

// draftNamed is a text under a name: a team, a status, a shared text.
type draftNamed struct {
	name word
	text draftText
}

type draftWords struct {
	name     word
	words    []word
	examples []word
}

type draftDanger struct {
	position
	words    []word
	unless   []word
	text     word
	examples []word
}

type draftTalk struct {
	position
	words    []word
	text     draftText
	menu     bool
	intent   word
	examples []word
}

type draftRedirect struct {
	name     word
	title    draftText
	text     draftText
	intent   word
	words    []word
	examples []word
}

// draftText is a text per language, with its shorter forms for SMS; or the name
// of a shared text.
type draftText struct {
	position
	given  bool
	plain  bool // one scalar, for all languages when it holds only placeholders
	shared word
	long   map[string]word
	short  map[string]word // for SMS
	spoken map[string]word // to be read out
}

type draftMenu struct {
	position
	title draftText
	text  draftText
	items []draftItem
}

type draftItem struct {
	position
	flow   word       // a service …
	sub    *draftMenu // … or a menu of its own
	number int        // -1 when it is counted
}

type draftFlow struct {
	id       word
	title    draftText
	kind     word
	team     word
	target   time.Duration
	triggers []word
	examples []word
	season   []draftSpan
	seasonal bool // a season is written, sound or not
	outside  word
	meToo    position // where it is said; zero: it is not
	after    position // after_photo: required
	slots    []*draftSlot
	states   []*draftState
}

type draftSlot struct {
	name     word
	kind     SlotType
	kindAt   position
	label    draftText
	optional bool
	remember bool
	several  bool
	unknown  bool
	min, max *float64
	bounds   position
	choices  []draftChoice
	beside   []word
	error    draftText
	example  draftText
}

type draftChoice struct {
	id    word
	title draftText
	words []word
}

type draftState struct {
	name     word
	kind     stateKind
	text     draftText
	slot     word // asked, or the case number of a lookup
	next     word
	skipped  word
	found    word
	none     word
	on       []draftEdge
	branches []draftBranch
	computes []draftCompute
	masked   word
	absent   word
	noPhone  word
	register word
	lookup   word
	within   word // a setting: days
	note     word
	title    draftText // open_case
	target   time.Duration
	placeBy  word
	team     word
	urgent   bool
	broken   bool // something it cannot do without is missing
}

// draftEdge is "answer: state" under `on`.
type draftEdge struct {
	answer word
	to     word
}

type draftBranch struct {
	condition word // empty on the last line
	to        word
}

type draftCompute struct {
	slot word
	expr word
}

type stateKind string

const (
	stateSay      stateKind = "say"
	stateAsk      stateKind = "ask"
	stateBranch   stateKind = "branch"
	stateCompute  stateKind = "compute"
	stateLookup   stateKind = "lookup"
	stateOpenCase stateKind = "open_case"
	stateReopen   stateKind = "reopen_case"
	stateSendCode stateKind = "send_code"
	stateHandoff  stateKind = "handoff"
	stateEnd      stateKind = "end"
)
