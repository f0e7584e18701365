package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// auditWords says changes in a language.
type auditWords struct {
	page
	server *Server
	staff  []handoff.Agent
}

// change is one value that is another than before.
type change struct {
	Name   string
	Before string // empty: there was none
	After  string
}

// line is one line of the log.
func (w auditWords) line(a handoff.Audited) auditLine {
	l := auditLine{At: a.At, By: w.Words["audit_program"], What: w.or("what_"+a.What, a.What), Changes: w.changes(a.Before, a.After)}
	if a.Agent != nil {
		l.By = a.Agent.Name
	}
	l.Subject, l.Link = w.subject(a.What, a.Subject)
	return l
}

// or is a word, or what there is when the languages have none for it.
func (w auditWords) or(key, otherwise string) string {
	if word := w.Words[key]; word != "" {
		return word
	}
	return otherwise
}

// subject is what was changed, and its page if there is one.
func (w auditWords) subject(what, subject string) (name, link string) {
	kind, _, _ := strings.Cut(what, ".")
	switch kind {
	case "case":
		return w.Say("audit_case", "number", w.digits(subject)), w.server.linkTo(w.page, "/console/cases/:number", subject)
	case "conversation":
		return w.Words["audit_conversation"], w.server.linkTo(w.page, "/console/conversations/:id", subject)
	case "contact":
		return w.Words["audit_contact"], w.server.linkTo(w.page, contactsPath+"/:id", subject)
	case "reply":
		return w.Words["canned_one"], w.server.linkTo(w.page, cannedPath+"/:id", subject)
	case "broadcast":
		return w.Words["broadcast_one"], w.server.linkTo(w.page, broadcastsPath+"/:id", subject)
	case "flows":
		return w.Say("version_title", "n", w.digits(subject)), w.server.linkTo(w.page, flowsPath+"/versions/:number", subject)
	case "account":
		return w.agent(subject), w.server.linkTo(w.page, accountsPath+"/:id", subject)
	default:
		return subject, ""
	}
}

// agent is somebody of the staff by name.
func (w auditWords) agent(id string) string {
	at, err := uuid.Parse(id)
	i := slices.IndexFunc(w.staff, func(a handoff.Agent) bool { return a.ID == at })
	if err != nil || i < 0 {
		return id
	}
	return w.staff[i].Name
}

// changes are the values that differ, in the order of their names in words.
func (w auditWords) changes(before, after json.RawMessage) []change {
	was, is := valuesOf(before), valuesOf(after)
	names := make([]string, 0, len(was)+len(is))
	for name := range was {
		names = append(names, name)
	}
	for name := range is {
		names = append(names, name)
	}
	slices.Sort(names)
	var changes []change
	for _, name := range slices.Compact(names) {
		c := change{w.or("value_"+name, name), w.value(name, was[name]), w.value(name, is[name])}
		if c.Before != c.After {
			changes = append(changes, c)
		}
	}
	return changes
}

func valuesOf(raw json.RawMessage) map[string]any {
	values := map[string]any{}
	if len(raw) > 0 {
		_ = json.Unmarshal(raw, &values) // our own record; what is no object has no values to compare
	}
	return values
}

// value is a value in words; empty for none.
func (w auditWords) value(name string, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return w.Words[map[bool]string{true: "yes", false: "no"}[v]]
	case string:
		return w.text(name, v)
	case []any:
		return w.list(name, v)
	default:
		return w.digits(fmt.Sprint(v))
	}
}

func (w auditWords) text(name, v string) string {
	switch name {
	case "agent", "agents":
		return w.agent(v)
	case "team", "teams":
		return w.server.teamName(w.Lang, v)
	case "plain", "unicode", "amount", "least":
		return w.digits(v)
	case "role", "status", "owner", "language", "sent":
		return w.or(name+"_"+v, v)
	case "state":
		return w.or("broadcast_is_"+v, v)
	}
	if at, err := time.Parse(time.RFC3339, v); err == nil {
		return w.When(at)
	}
	return v
}

func (w auditWords) list(name string, list []any) string {
	if name == "wards" {
		var wards []int
		for _, v := range list {
			if n, ok := v.(float64); ok {
				wards = append(wards, int(n))
			}
		}
		return w.digits(wardText(wards))
	}
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = w.value(name, v)
	}
	return strings.Join(words, ", ")
}
