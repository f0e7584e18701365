package api

import (
	"cmp"
	"encoding/json"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
)

// fact is something that is known, with its name.
type fact struct {
	Name string
	Text string
	Link template.URL // to call; empty: none
}

// answerFacts are all answers of a case in words, in the order of the service's
// slots; photos and confirmations are not among them.
func (s *Server) answerFacts(p page, k handoff.Case) []fact {
	answers := map[string]flows.Value{}
	var raw map[string]json.RawMessage
	if json.Unmarshal(k.Answers, &raw) != nil { // our own record; what is no object has no answers to show
		return nil
	}
	for name, text := range raw {
		var v flows.Value
		if json.Unmarshal(text, &v) == nil {
			answers[name] = v
		}
	}
	f, _ := s.flow(k.Flow)
	var facts []fact
	for _, slot := range f.Slots {
		v, given := answers[slot.Name]
		delete(answers, slot.Name)
		if given && !saidElsewhere(k, slot, v) {
			facts = append(facts, p.factOf(slot, v))
		}
	}
	var rest []string
	for name := range answers {
		rest = append(rest, name)
	}
	slices.Sort(rest)
	for _, name := range rest {
		facts = append(facts, p.factOf(flows.SlotOutline{Name: name}, answers[name]))
	}
	return facts
}

// saidElsewhere reports what the page of a case shows in a place of its own.
func saidElsewhere(k handoff.Case, slot flows.SlotOutline, v flows.Value) bool {
	switch slot.Type {
	case flows.SlotPhoto, flows.SlotConfirm:
		return true
	case flows.SlotLocation:
		return k.Place != "" || k.Location != nil
	case flows.SlotWard:
		return k.Ward != 0 && v.Number == float64(k.Ward)
	default:
		return false
	}
}

// factOf is an answer in words.
func (p page) factOf(slot flows.SlotOutline, v flows.Value) fact {
	f := fact{Name: inLanguage(slot.Label, p.Lang, slot.Name), Text: p.valueText(slot, v)}
	if slot.Type == flows.SlotPhone && v.Text != "" {
		f.Text, f.Link = p.Phone(v.Text), telLink(v.Text)
	}
	return f
}

// valueText is a value as people read it.
func (p page) valueText(slot flows.SlotOutline, v flows.Value) string {
	switch v.Shape {
	case flows.Nothing:
		return p.Words["not_said"]
	case flows.ListShape:
		titles := make([]string, len(v.List))
		for i, id := range v.List {
			titles[i] = inLanguage(slot.Choices[id], p.Lang, id)
		}
		return cmp.Or(strings.Join(titles, ", "), p.Words["not_said"])
	case flows.NumShape:
		return p.numberText(slot.Type, v.Number)
	case flows.BoolShape:
		return p.Words[map[bool]string{true: "yes", false: "no"}[v.Yes]]
	case flows.TextShape:
		if at, err := time.ParseInLocation(time.DateOnly, v.Text, handoff.Dhaka()); err == nil && slot.Type == flows.SlotDate {
			return p.Day(at)
		}
		return v.Text
	default:
		return v.String()
	}
}

func (p page) numberText(kind flows.SlotType, n float64) string {
	switch {
	case kind == flows.SlotWard && n == 0:
		return p.Words["not_known"]
	case kind == flows.SlotAmount:
		return p.Say("taka", "n", p.digits(strconv.FormatFloat(n, 'f', -1, 64)))
	default:
		return p.digits(strconv.FormatFloat(n, 'f', -1, 64))
	}
}

// telLink lets a telephone call a number; empty when it is none.
func telLink(e164 string) template.URL {
	digits, ok := strings.CutPrefix(e164, "+")
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return template.URL("tel:" + e164)
}
