package flows

import (
	"strings"

	"nagorik/flows/bangla"
	"nagorik/flows/gsm"
)

// Who comes back is greeted by name at the menu, or before being asked to go on
// with what was left half-way, and hears what has changed in their cases since
// they last heard of them.

// Bounds of the greeting.
const (
	maxNews      = 3  // cases
	maxNameShown = 40 // UTF-16 units of a name
	maxNameShort = 20 // by SMS
)

// ReturnFound is what somebody who comes back is greeted with.
type ReturnFound struct {
	Name string      // empty when not known
	News []CaseFound // own cases whose status is not what Told says, the latest change first
}

// Told notes that the person has heard how their own cases stand.
type Told struct{ Cases []Heard }

// Heard is the status that was told of a case.
type Heard struct {
	Number int64
	Status string
}

func (Told) effect() {}

// welcomeBack greets at the head of the next message. What staff read out is
// begun by themselves.
func (t *turn) welcomeBack() {
	if !t.in.Returns || t.welcomed || t.in.Face.Spoken {
		return
	}
	found := t.in.Found.Return
	if found == nil {
		t.need(Lookup{Kind: LookupReturn})
		return
	}
	t.welcomed = true
	most := maxNameShown
	if t.in.Face.Short {
		most = maxNameShort
	}
	if t.fills[fillName] = nameWithin(found.Name, most); t.fills[fillName] != "" {
		t.addLead(t.c.texts["welcome_back"])
	}
	for i := range found.News[:min(len(found.News), maxNews)] {
		if !t.news(&found.News[i]) {
			return
		}
	}
}

// nameWithin is as many whole words of a name as fit, or the beginning of the
// first.
func nameWithin(name string, most int) string {
	all := strings.Join(strings.Fields(bangla.Clean(name)), " ")
	shown, rest := bangla.Graphemes(all, most)
	if end := strings.LastIndexByte(shown, ' '); rest != "" && rest[0] != ' ' && end > 0 {
		shown = shown[:end]
	}
	return strings.TrimRight(shown, " ,.-")
}

// news tells how one case stands. False means that there is no room left in an
// SMS: it stays news.
func (t *turn) news(c *CaseFound) bool {
	before := t.lead
	t.fillCase(c.Number, c)
	t.addLead(t.c.texts["news"])
	if t.in.Face.Short && gsm.Segments(gsm.OneLetter(t.lead)).Segments > maxSegments {
		t.lead = before
		return false
	}
	t.heardOf(c)
	return true
}

// heardOf notes that the person has heard how a case of their own stands.
func (t *turn) heardOf(c *CaseFound) {
	if c != nil && c.Told != "" && c.Told != c.Status {
		t.heards = append(t.heards, Heard{Number: c.Number, Status: c.Status})
	}
}
