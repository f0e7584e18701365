package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"nagorik/bot/trial"
	"nagorik/flows"
	"nagorik/handoff/spending"
)

// trialView is a conversation with a draft.
type trialView struct {
	page
	Carried  string // what was said, as the page carries it
	Alert    string
	Channel  field
	Language field
	Flow     field
	State    field
	Answers  []field
	Jumped   bool // it began in the middle
	Bubbles  []trialBubble
	Taps     []flows.Choice // of the last question
	Write    field
	Pin      field
	Stand    *trialStand
	Cost     string // of all SMS so far
	Begun    bool   // something was said
}

// trialBubble is something said, and why.
type trialBubble struct {
	Side    string // "citizen" or "bot", as in a conversation
	Who     string
	Lang    string
	Text    string
	Choices []flows.Choice
	Cost    string
	Moves   []trialMove
	Done    []string // what the desk would have got
	Silence string
}

type trialMove struct{ From, To, Why string }

// trialStand is where the conversation stands.
type trialStand struct {
	Service string
	State   string
	Owner   string
	Given   []flows.Given
}

// keep writes down what was said.
func (v *trialView) keep(script trial.Script) error {
	text, err := json.Marshal(script)
	if err != nil {
		return fmt.Errorf("write down a trial: %w", err)
	}
	v.Carried, v.Begun = string(text), len(script.Lines) > 0
	return nil
}

// settings are how and where it begins.
func (v *trialView) settings(s *Server, catalog *flows.Catalog, script trial.Script) {
	v.Channel = field{Name: "channel", Label: v.Words["try_channel"]}
	for _, face := range []flows.Face{trial.Messenger(), trial.SMS()} {
		v.Channel.Options = append(v.Channel.Options, option{face.Name, v.Words["channel_"+face.Name], face.Name == script.Channel})
	}
	v.Language = field{Name: "language", Label: v.Words["try_language"]}
	for _, code := range catalog.Languages() {
		v.Language.Options = append(v.Language.Options, option{code, catalog.LanguageName(code), code == script.Lang})
	}
	v.Flow = field{Name: "from", Label: v.Words["try_flow"], Options: []option{{Label: v.Words["try_menu"]}}}
	for _, f := range catalog.Flows() {
		v.Flow.Options = append(v.Flow.Options, option{f.ID, inLanguage(f.Title, v.Lang, f.ID), f.ID == script.Flow})
	}
	v.Write = field{Name: "say", Label: v.Words["try_say"], Complete: "off"}
	v.Pin = field{Name: "pin", Label: v.Words["try_pin"], Value: s.somewhere(), Complete: "off"}
	v.Jumped = script.State != "" || len(script.Answers) > 0
	f, ok := catalog.Flow(script.Flow)
	if !ok {
		return
	}
	v.State = field{Name: "at", Label: v.Words["try_state"], Options: []option{{Label: v.Words["try_first"]}}}
	for _, st := range f.States {
		what := cmp.Or(v.Words["step_"+st.Kind], st.Kind)
		v.State.Options = append(v.State.Options, option{st.Name, st.Name + " – " + what, st.Name == script.State})
	}
	for _, sl := range f.Slots {
		if sl.Type != flows.SlotConfirm {
			v.Answers = append(v.Answers, v.answer(sl, script.Answers[sl.Name]))
		}
	}
}

// somewhere is a point in the city, for whoever sends a pin; empty where there
// is no map.
func (s *Server) somewhere() string {
	if s.opt.Wards == nil {
		return ""
	}
	for _, w := range s.opt.Wards.Wards() {
		if lat, lon, ok := s.opt.Wards.Middle(w.Number); ok {
			return fmt.Sprintf("%.5f, %.5f", lat, lon)
		}
	}
	return ""
}

// answer is a field for what was answered before a trial begins.
func (v *trialView) answer(sl flows.SlotOutline, given string) field {
	a := field{Name: "answer." + sl.Name, Label: inLanguage(sl.Label, v.Lang, sl.Name), Value: given, Complete: "off"}
	if sl.Type == flows.SlotPhoto {
		a.Hint = v.Words["try_photos_hint"]
	}
	if len(sl.Choices) == 0 {
		return a
	}
	ids := make([]string, 0, len(sl.Choices))
	for id := range sl.Choices {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	a.Options = []option{{Label: v.Words["try_unanswered"]}}
	for _, id := range ids {
		a.Options = append(a.Options, option{id, inLanguage(sl.Choices[id], v.Lang, id), id == given})
	}
	return a
}

// talk shows what was said, where that led, and what it would have cost.
func (v *trialView) talk(catalog *flows.Catalog, t *trial.Trial, list []trial.Exchange, prices spending.Prices) {
	sum := &bill{page: v.page, prices: prices, counts: t.Face().Short}
	for i, x := range list {
		if i > 0 {
			v.Bubbles = append(v.Bubbles, v.heard(x.Line))
		}
		v.answered(catalog, x, sum)
	}
	session := t.Session()
	if last := list[len(list)-1].Turn.Messages; len(last) > 0 && t.Face().Buttons {
		v.Taps = last[len(last)-1].Choices
		v.Bubbles[len(v.Bubbles)-1].Choices = nil
	}
	v.Cost = sum.total()
	now := catalog.Standing(session, t.Face(), v.Lang)
	v.Stand = &trialStand{Service: cmp.Or(now.Title, v.Words["try_menu"]), State: session.State, Given: now.Given, Owner: v.Words["owner_"+string(t.Owner())]}
}

// heard is a line of the citizen's.
func (v *trialView) heard(l trial.Line) trialBubble {
	b := trialBubble{Side: "citizen", Who: v.Words["try_you"], Text: l.Text}
	switch l.Kind {
	case flows.InputPhotos:
		b.Text = v.Words["try_sent_photo"]
	case flows.InputLocation:
		b.Text = v.Say("try_sent_pin", "at", v.digits(fmt.Sprintf("%.5f, %.5f", l.Lat, l.Lon)))
	case flows.InputRemind:
		b.Text = v.Words["try_sent_nothing"]
	}
	return b
}

// answered is all that followed from a line. Why it went where it went stands
// with the first thing said.
func (v *trialView) answered(catalog *flows.Catalog, x trial.Exchange, sum *bill) {
	first := len(v.Bubbles)
	bot := trialBubble{Side: "bot", Who: v.Words["author_bot"], Lang: x.Turn.Session.Language}
	for _, m := range x.Turn.Messages {
		b := bot
		b.Text, b.Choices, b.Cost = m.Text, m.Choices, sum.add(m.Text)
		v.Bubbles = append(v.Bubbles, b)
	}
	if len(x.Turn.Messages) == 0 {
		b := bot
		b.Silence = v.Reason(cmp.Or(x.Turn.Silence, "nothing would happen, however long one waits"))
		v.Bubbles = append(v.Bubbles, b)
	}
	b := &v.Bubbles[first]
	for _, m := range x.Turn.Moves {
		if m.Why != "" || m.From != m.To {
			b.Moves = append(b.Moves, trialMove{m.From, m.To, v.Reason(m.Why)})
		}
	}
	for _, e := range x.Turn.Effects {
		if done := v.effect(catalog, e); done != "" {
			b.Done = append(b.Done, done)
		}
	}
}

// effect says what would have been done.
func (v *trialView) effect(catalog *flows.Catalog, effect flows.Effect) string {
	switch e := effect.(type) {
	case flows.OpenCase:
		return v.Say("try_opened", "n", v.CaseNumber(e.Number), "title", e.Title, "team", catalog.Team(e.Team, v.Lang))
	case flows.ReopenCase:
		return v.Say("try_reopened", "n", v.CaseNumber(e.Number))
	case flows.Confirm:
		return v.Say("try_confirmed", "n", v.CaseNumber(e.Number))
	case flows.AttachPhotos:
		return v.Say("try_attached", "n", v.CaseNumber(e.Case))
	case flows.Handoff:
		return v.Say("try_handed", "team", catalog.Team(e.Team, v.Lang))
	case flows.Reclaim:
		return v.Words["try_reclaimed"]
	case flows.Alert:
		return v.Words["try_alarm"]
	case flows.Remember:
		return v.Say("try_remembered", "slot", e.Slot, "text", e.Value.String())
	case flows.Subscribe:
		title, _ := catalog.Topic(e.Topic, v.Lang)
		if e.Wanted {
			return v.Say("try_joined", "topic", title)
		}
		return v.Say("try_left", "topic", title)
	case flows.Mute:
		if e.On {
			return v.Words["try_muted"]
		}
		return v.Words["try_unmuted"]
	default: // the language shows by itself
		return ""
	}
}

// bill adds up what text messages cost.
type bill struct {
	page
	prices spending.Prices
	counts bool // this channel costs
	parts  int
	cost   spending.Amount
	priced bool
}

// add counts a message and says what it costs; empty where messages are free.
func (b *bill) add(text string) string {
	if !b.counts {
		return ""
	}
	n := trial.Segments(text)
	cost, ok := b.prices.Dearest(n.Segments, n.Encoding == trial.BanglaEncoding)
	b.parts += n.Segments
	b.cost += cost
	b.priced = b.priced || ok
	said := b.Say("try_cost", "units", b.Number(n.Units), "n", b.Number(n.Segments))
	if ok {
		said += ", " + b.Money(cost)
	}
	return said
}

// total says what all messages cost together.
func (b *bill) total() string {
	if b.parts == 0 {
		return ""
	}
	total := b.Say("try_total", "n", b.Number(b.parts))
	if b.priced {
		total += ", " + b.Money(b.cost)
	}
	return total
}
