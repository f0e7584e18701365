package notices

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/handoff/spending"
)

// margin is how much of a channel's window is left alone at its end, so that a
// message that waits does not come late.
const margin = 10 * time.Minute

// Status is what has become of a hop.
type Status string

// The statuses of a hop. From StatusSent on they are final.
const (
	StatusPlanned   Status = "planned"
	StatusQueued    Status = "queued"  // a message of the outbox
	StatusSending   Status = "sending" // a call to a provider is being made
	StatusSent      Status = "sent"
	StatusDelivered Status = "delivered"
	StatusFailed    Status = "failed"
	StatusUnknown   Status = "unknown" // it may have arrived
	StatusSkipped   Status = "skipped" // it was not possible, or not needed any more
)

// over reports whether nothing more will happen to a hop.
func (s Status) over() bool {
	return s != StatusPlanned && s != StatusQueued && s != StatusSending
}

// arrived reports whether the person has been told, or may have been: then no
// other way is tried.
func (s Status) arrived() bool {
	return s == StatusSent || s == StatusDelivered || s == StatusUnknown
}

// Why a way was not taken.
const (
	ReasonNoAddress = "no address"        // nothing is known to send it to
	ReasonOff       = "switched off"      // the city has not set this channel up
	ReasonMuted     = "stopped"           // the person has sent STOP
	ReasonWindow    = "window closed"     // more than a day since the person wrote on Messenger
	ReasonOpen      = "window open"       // a template is not needed
	ReasonTemplate  = "no template"       // the catalogue names none
	ReasonReached   = "reached before"    // an earlier way has worked
	ReasonWords     = "no words"          // the catalogue says nothing about it
	ReasonPaused    = "channel is paused" // it takes nothing now, and the notice has waited long enough
	ReasonCut       = "cut off"           // the process ended in the middle of sending
	ReasonBudget    = "budget"            // what SMS may cost in this month is used up
)

// Reach is what is known of how to reach a person.
type Reach struct {
	Phone      string // E.164; empty when it is not known
	Email      string
	Language   string
	Identities []Identity
	On         map[string]bool // the channels the city has switched on, "mail" among them
	Template   bool            // the catalogue names a template for this notice
}

// Identity is an address at which the person has written.
type Identity struct {
	ID      uuid.UUID
	Channel string
	Address string
	Muted   bool
	Heard   time.Time // when the person last wrote there
	Closes  time.Time // until when the channel takes what we say; zero: for ever
}

// Hop is one way of a notice.
type Hop struct {
	Way        flows.Way
	Beside     bool
	Channel    string
	Address    string
	Identity   uuid.UUID // nil: straight
	Message    uuid.UUID // of the outbox; nil when there is none
	ProviderID string
	Unput      bool                // its message is not in the conversation yet
	Handovers  []spending.Handover // that Mark puts on record: what is paid for it
	Status     Status
	Reason     string
	At         time.Time
}

// Plan is the ways of a notice in their order: first those of which one is
// enough, then those that are taken beside them. Ways that are not possible are
// in it with their reason.
func Plan(r Reach, order, also []flows.Way, now time.Time) []Hop {
	var hops []Hop
	for _, way := range order {
		hops = append(hops, r.hop(way, now))
	}
	for _, way := range also {
		h := r.hop(way, now)
		h.Beside = true
		hops = append(hops, h)
	}
	return withoutRepeats(hops)
}

// withoutRepeats takes a way that is taken anyway out of the others.
func withoutRepeats(hops []Hop) []Hop {
	return slices.DeleteFunc(slices.Clone(hops), func(h Hop) bool {
		return !h.Beside && slices.ContainsFunc(hops, func(o Hop) bool { return o.Beside && o.Way == h.Way })
	})
}

// hop plans one way.
func (r Reach) hop(way flows.Way, now time.Time) Hop {
	channel := channelOf(way)
	h := Hop{Way: way, Channel: channel, Status: StatusPlanned, At: now}
	at, known := r.identity(channel)
	if known {
		h.Address, h.Identity = at.Address, at.ID
	} else {
		h.Address = r.straight(way)
	}
	if h.Reason = r.hinders(way, h.Address, at, now); h.Reason != "" {
		h.Status = StatusSkipped
	}
	return h
}

// hinders says why a way cannot be taken; empty when it can.
func (r Reach) hinders(way flows.Way, address string, at Identity, now time.Time) string {
	open := at.Closes.IsZero() || now.Before(at.Closes.Add(-margin))
	switch {
	case !r.On[channelOf(way)]:
		return ReasonOff
	case address == "":
		return ReasonNoAddress
	case at.Muted:
		return ReasonMuted
	case way == flows.WayMessenger && !open:
		return ReasonWindow
	case way == flows.WayTemplate && open:
		return ReasonOpen
	case way == flows.WayTemplate && !r.Template:
		return ReasonTemplate
	}
	return ""
}

// identity is the one of a channel at which the person wrote last. One that
// has sent STOP speaks for the person only if there is no other.
func (r Reach) identity(channel string) (found Identity, ok bool) {
	for _, i := range r.Identities {
		if i.Channel != channel {
			continue
		}
		better := found.Muted && !i.Muted || found.Muted == i.Muted && i.Heard.After(found.Heard)
		if !ok || better {
			found, ok = i, true
		}
	}
	return found, ok
}

// straight is where a way leads that needs no identity.
func (r Reach) straight(way flows.Way) string {
	switch way {
	case flows.WaySMS:
		return r.Phone
	case flows.WayMail:
		return r.Email
	default:
		return ""
	}
}

func channelOf(way flows.Way) string {
	if way == flows.WayTemplate {
		return string(flows.WayMessenger)
	}
	return string(way)
}

// Next is the place of the hop to work on now, -1 when there is none any more.
// Of the ways of which one is enough, the first that is not over comes, unless
// an earlier one has arrived; those beside them come whatever became of these.
func Next(hops []Hop) int {
	reached := false
	for i, h := range hops {
		switch {
		case h.Beside && !h.Status.over():
			return i
		case h.Beside:
		case h.Status.arrived():
			reached = true
		case !h.Status.over() && !reached:
			return i
		}
	}
	return -1
}

// Outcome is what a notice has come to whose hops are all over.
type Outcome string

// The outcomes of a notice.
const (
	Told    Outcome = "told"
	Failed  Outcome = "failed"
	Unknown Outcome = "unknown"
	Skipped Outcome = "skipped" // there was no way
)

// OutcomeOf sums up hops that are over.
func OutcomeOf(hops []Hop) Outcome {
	best := Skipped
	for _, h := range hops {
		switch {
		case h.Status == StatusSent || h.Status == StatusDelivered:
			return Told
		case h.Status == StatusUnknown:
			best = Unknown
		case h.Status == StatusFailed && best == Skipped:
			best = Failed
		}
	}
	return best
}
