package reports

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nagorik/flows"
	"nagorik/handoff"
)

// Bounds of what is asked.
const (
	maxDays = 3660 // ten years
	maxWord = 64   // bytes of a flow, channel or team
	maxWard = 9999
)

// Ask is what is asked of a report. From and To are midnights of Asia/Dhaka,
// at the beginning of the first and of the last day; empty fields do not
// narrow it.
type Ask struct {
	From, To time.Time
	Flow     string
	Ward     int
	Kind     flows.Kind
	Channel  string
	Team     string
	Target   int // minutes within which a person shall have answered first; 0: the city has set none
}

// Within fills in the days that are not given: the first is that of the month
// of the last day or else of now, the last is that of the month of now or
// else of the first day.
func (a Ask) Within(now time.Time) Ask {
	month := now
	if a.From.IsZero() {
		if !a.To.IsZero() {
			month = a.To
		}
		a.From, _ = monthOf(month)
	}
	if a.To.IsZero() {
		if month = now; a.From.After(now) {
			month = a.From
		}
		_, a.To = monthOf(month)
	}
	return a
}

// monthOf returns the first and the last day of a month.
func monthOf(at time.Time) (first, last time.Time) {
	y, m, _ := at.In(handoff.Dhaka()).Date()
	first = time.Date(y, m, 1, 0, 0, 0, 0, handoff.Dhaka())
	return first, first.AddDate(0, 1, -1)
}

// check refuses what the report cannot be asked.
func (a Ask) check(r Report) error {
	given := map[Filter]bool{ByFlow: a.Flow != "", ByWard: a.Ward != 0, ByKind: a.Kind != "", ByChannel: a.Channel != "", ByTeam: a.Team != ""}
	for _, f := range Filters() {
		if given[f] && !slices.Contains(r.Filters, f) {
			return refuse(string(f), "is not something that this report can be narrowed by")
		}
	}
	for _, w := range []struct {
		by   Filter
		text string
	}{{ByFlow, a.Flow}, {ByChannel, a.Channel}, {ByTeam, a.Team}} {
		if len(w.text) > maxWord || !utf8.ValidString(w.text) || strings.ContainsRune(w.text, 0) {
			return refuse(string(w.by), "is not a name")
		}
	}
	if a.Ward < 0 || a.Ward > maxWard {
		return refuse(string(ByWard), "must be the number of a ward")
	}
	switch a.Kind {
	case "", flows.Complaint, flows.Request, flows.Question, flows.Suggestion:
	default:
		return refuse(string(ByKind), "must be complaint, request, question or suggestion")
	}
	switch {
	case a.To.Before(a.From):
		return refuse("to", "must not be before from")
	case a.To.Sub(a.From) > maxDays*24*time.Hour:
		return refuse("from", "must not be more than ten years before to")
	}
	return nil
}

func refuse(field, message string) error {
	return &handoff.FieldError{Field: field, Message: message}
}
