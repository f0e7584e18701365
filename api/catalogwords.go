package api

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
)

// pill is a word with a colour that says how it stands.
type pill struct {
	Colour string // "good", "warn", "bad", "info"; empty: none
	Text   string
}

// catalog is the current flows; nil when there are none.
func (s *Server) catalog() *flows.Catalog {
	if s.opt.Catalog == nil {
		return nil
	}
	return s.opt.Catalog()
}

// flow describes a service of the current flows.
func (s *Server) flow(id string) (flows.Flow, bool) {
	c := s.catalog()
	if c == nil {
		return flows.Flow{}, false
	}
	return c.Flow(id)
}

// serviceName is a service in words; its id when the flows do not name it any
// more.
func (s *Server) serviceName(lang, id string) string {
	if f, ok := s.flow(id); ok {
		return inLanguage(f.Title, lang, id)
	}
	return id
}

// inLanguage is a text in a language, or else in the default one.
func inLanguage(texts map[string]string, lang, otherwise string) string {
	return cmp.Or(texts[lang], texts[languages[0]], otherwise)
}

// serviceOptions are the services to choose from.
func (s *Server) serviceOptions(p page, chosen string) []option {
	options := []option{{Label: p.Words["any_service"]}}
	c := s.catalog()
	if c == nil {
		return options
	}
	for _, f := range c.Flows() {
		options = append(options, option{f.ID, inLanguage(f.Title, p.Lang, f.ID), f.ID == chosen})
	}
	slices.SortStableFunc(options[1:], func(a, b option) int { return strings.Compare(a.Label, b.Label) })
	return options
}

// statusName is a status as the flows call it.
func (s *Server) statusName(p page, status handoff.CaseStatus) string {
	if c := s.catalog(); c != nil {
		if name := c.Status(string(status), p.Lang); name != string(status) {
			return name
		}
	}
	return cmp.Or(p.Words["status_"+string(status)], string(status))
}

// statusPill is a status with its colour.
func (s *Server) statusPill(p page, status handoff.CaseStatus) pill {
	colours := map[handoff.CaseStatus]string{
		handoff.CaseNew: "info", handoff.CaseReopened: "warn", handoff.CaseWaiting: "warn", handoff.CaseResolved: "good", handoff.CaseClosed: "good",
		handoff.CaseRejected: "bad",
	}
	return pill{colours[status], s.statusName(p, status)}
}

// soon is how long before its due time a case is marked.
const soon = 24 * time.Hour

// duePill says when a case is due; nil when it is not.
func (p page) duePill(k handoff.Case) *pill {
	if k.DueAt == nil || !k.Status.Open() {
		return nil
	}
	left := k.DueAt.Sub(p.now)
	switch {
	case left < 0:
		return &pill{"bad", p.Say("due_late", "span", p.span(-left))}
	case left < soon:
		return &pill{"warn", p.Say("due_in", "span", p.span(left))}
	default:
		return &pill{"", p.Say("due_in", "span", p.span(left))}
	}
}

// span is a stretch of time in words, in its largest whole unit.
func (p page) span(d time.Duration) string {
	n, unit := int(d/time.Minute), "minute"
	switch {
	case d >= 48*time.Hour:
		n, unit = int(d/(24*time.Hour)), "day"
	case d >= time.Hour:
		n, unit = int(d/time.Hour), "hour"
	}
	if n != 1 {
		unit += "s"
	}
	return p.Say("span_"+unit, "n", p.Number(n))
}

// channelName is a channel in words.
func (p page) channelName(channel string) string {
	return cmp.Or(p.Words["channel_"+channel], channel)
}

// CaseNumber is the number of a case in the digits of the language.
func (p page) CaseNumber(n int64) string { return p.Number(int(n)) }

// Phone is a telephone number as people here write it.
func (p page) Phone(e164 string) string {
	if local, ok := strings.CutPrefix(e164, "+880"); ok {
		return "0" + local
	}
	return e164
}

// linkTo is a page about something, when there is one the viewer may open.
func (s *Server) linkTo(p page, route, subject string) string {
	needs, ok := needsOf(s.routes, route)
	if !ok || !allows(p.Agent.Role, needs) {
		return ""
	}
	return route[:strings.LastIndex(route, ":")] + subject
}
