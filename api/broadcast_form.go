package api

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"nagorik/flows/bangla"
	"nagorik/flows/gsm"
	"nagorik/flows/place"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// typedBroadcast is what was written into the form of a broadcast.
type typedBroadcast struct {
	broadcasts.Draft
	pace map[broadcasts.Family]string // as it was typed
}

// wordsOf are the texts of a form whose fields begin with a name.
func (s *Server) wordsOf(form url.Values, name string) map[string]string {
	texts := map[string]string{}
	for _, lang := range s.catalog().Languages() {
		if text := strings.TrimSpace(unix(form.Get(name + "_" + lang))); text != "" {
			texts[lang] = text
		}
	}
	return texts
}

// typedBroadcast reads the form. What cannot be read becomes a value that the
// store refuses.
func (s *Server) typedBroadcast(form url.Values) typedBroadcast {
	t := typedBroadcast{pace: map[broadcasts.Family]string{}}
	t.Title, t.Topic = strings.TrimSpace(form.Get("title")), form.Get("topic")
	t.Words = broadcasts.Words{Messenger: s.wordsOf(form, "messenger"), SMS: s.wordsOf(form, "sms"), Mail: s.wordsOf(form, "mail"), Subject: s.wordsOf(form, "subject")}
	t.Audience = broadcasts.Audience{Services: form["service"], Languages: form["speaks"], Followers: form["follows"]}
	for _, w := range form["ward"] {
		n, _ := strconv.Atoi(w) // 0 is no ward
		t.Audience.Wards = append(t.Audience.Wards, n)
	}
	for _, f := range form["by"] {
		t.Audience.Channels = append(t.Audience.Channels, broadcasts.Family(f))
	}
	t.PerMinute = map[broadcasts.Family]int{}
	for _, f := range broadcasts.Families() {
		typed := strings.TrimSpace(form.Get("pace_" + string(f)))
		t.pace[f] = typed
		if typed == "" {
			continue
		}
		n, err := strconv.Atoi(bangla.Digits(typed))
		if err != nil {
			n = -1
		}
		t.PerMinute[f] = n
	}
	return t
}

// kept is a draft as its form shows it first.
func (p page) kept(d broadcasts.Draft) typedBroadcast {
	t := typedBroadcast{Draft: d, pace: map[broadcasts.Family]string{}}
	for f, n := range d.PerMinute {
		if n > 0 {
			t.pace[f] = p.Number(n)
		}
	}
	return t
}

// composeView is the form of a broadcast.
type composeView struct {
	page
	Action, Up, UpName string
	Alert              string
	Name, Topic        field
	Texts              []textGroup
	Lacking            string // what is wrong with all texts
	Wards              []wardBox
	Picked             string // how many wards are chosen
	Map                *pickMap
	Parts              []audiencePart
	Misled             string // what is wrong with the audience
	Pace               []field
	PaceOpen           bool
	Preview            *preview
	Plan               *planView
}

// textGroup is what is written for a family of channels.
type textGroup struct {
	Name, Title, Hint string
	Fields            []textField
}

// textField is a text in a language, with how long it is.
type textField struct {
	field
	Of, Lang, Length string
}

// wardBox is a ward to tick; Also is how else it is looked for.
type wardBox struct {
	option
	Also string
}

// audiencePart is a way to narrow the audience; Chosen is how many are ticked.
type audiencePart struct {
	boxes
	Chosen string
}

// pickMap is a map on which wards are chosen: {{template "pickmap" .Map}}.
type pickMap struct {
	Width, Height float64
	Name          string
	Shapes        []pickShape
}

type pickShape struct {
	place.Shape
	Number, Says string
	Chosen       bool
}

// compose fills the form.
func (s *Server) compose(v *composeView, t typedBroadcast, fault *handoff.FieldError) {
	wrong := s.broadcastFaults(v.page, t, fault)
	v.Alert, v.Lacking, v.Misled = wrong[""], wrong["words"], wrong["audience"]
	v.Name = field{Name: "title", Label: v.Words["broadcast_title"], Value: t.Title, Hint: v.Words["broadcast_title_hint"], Most: broadcasts.MaxTitle, Complete: "off", Fault: wrong["title"]}
	v.Topic = field{Name: "topic", Label: v.Words["broadcast_topic"], Hint: v.Words["broadcast_topic_hint"], Fault: wrong["topic"]}
	v.Topic.Options = append([]option{{Label: v.Words["broadcast_choose_topic"]}}, s.topicBoxes(v.page, t.Topic)...)
	for _, f := range broadcasts.Families() {
		g := textGroup{Name: string(f), Title: v.Words["way_"+string(f)], Hint: v.Words["broadcast_hint_"+string(f)]}
		if f == broadcasts.FamilyMail {
			g.Fields = s.textFields(v.page, "subject", t.Words.Subject, wrong)
		}
		g.Fields = append(g.Fields, s.textFields(v.page, string(f), t.Words.Of(f), wrong)...)
		v.Texts = append(v.Texts, g)
		usual := v.Number(broadcasts.Usual(f))
		pace := field{Name: "pace_" + string(f), Label: v.Words["way_"+string(f)], Value: t.pace[f], Hint: v.Say("broadcast_pace_usual", "n", usual), Numeric: true, Most: 6, Complete: "off"}
		if t.PerMinute[f] < 0 || t.PerMinute[f] > broadcasts.MaxPerMinute {
			pace.Fault = wrong["per_minute"]
		}
		v.PaceOpen = v.PaceOpen || t.pace[f] != ""
		v.Pace = append(v.Pace, pace)
	}
	s.composeAudience(v, t.Audience)
}

// textFields are the fields of a text, one for each language.
func (s *Server) textFields(p page, of string, texts, wrong map[string]string) []textField {
	var list []textField
	for _, lang := range s.catalog().Languages() {
		name := of + "_" + lang
		label := s.catalog().LanguageName(lang)
		if of == "subject" {
			label = p.Say("broadcast_subject", "language", label)
		}
		f := textField{field: field{Name: name, Label: label, Value: texts[lang], Rows: 5, Fault: wrong[name]}, Of: of, Lang: lang, Length: p.length(of, texts[lang])}
		if of == "subject" {
			f.Rows = 0
		}
		list = append(list, f)
	}
	return list
}

// length says how long a text is.
func (p page) length(of, text string) string {
	switch of {
	case "sms":
		n := gsm.Segments(gsm.Plain(text))
		return p.Say("broadcast_length_sms", "n", p.many(n.Units), "parts", p.Number(n.Segments))
	case "subject":
		return ""
	default:
		return p.Say("broadcast_length", "n", p.many(utf8.RuneCountInString(text)))
	}
}

// composeAudience is the part of the form that says whom it is for.
func (s *Server) composeAudience(v *composeView, a broadcasts.Audience) {
	v.Picked = v.Number(len(a.Wards))
	if s.opt.Wards != nil {
		for _, w := range s.opt.Wards.Wards() {
			also := []string{strconv.Itoa(w.Number)}
			for _, lang := range languages {
				also = append(append(also, w.Name[lang]), w.Areas[lang]...)
			}
			v.Wards = append(v.Wards, wardBox{option{strconv.Itoa(w.Number), s.wardName(v.page, w.Number), slices.Contains(a.Wards, w.Number)}, strings.Join(also, " ")})
		}
		v.Map = s.pickMap(v.page, a.Wards)
	}
	services := s.serviceOptions(v.page, "")[1:]
	for i := range services {
		services[i].Chosen = slices.Contains(a.Services, services[i].Value)
	}
	var speaks, by []option
	for _, lang := range s.catalog().Languages() {
		speaks = append(speaks, option{lang, s.catalog().LanguageName(lang), slices.Contains(a.Languages, lang)})
	}
	for _, f := range broadcasts.Families() {
		by = append(by, option{string(f), v.Words["way_"+string(f)], slices.Contains(a.Channels, f)})
	}
	for _, b := range []boxes{
		{Name: "service", Label: v.Words["broadcast_services"], Hint: v.Words["broadcast_services_hint"], Options: services},
		{Name: "follows", Label: v.Words["broadcast_followers"], Hint: v.Words["broadcast_followers_hint"], Options: s.topicBoxes(v.page, a.Followers...)},
		{Name: "speaks", Label: v.Words["broadcast_languages"], Hint: v.Words["broadcast_languages_hint"], Options: speaks},
		{Name: "by", Label: v.Words["broadcast_channels"], Hint: v.Words["broadcast_channels_hint"], Options: by},
	} {
		part := audiencePart{boxes: b}
		if n := chosenIn(b.Options); n > 0 {
			part.Chosen = v.Say("broadcast_chosen", "n", v.Number(n))
		}
		if len(b.Options) > 0 {
			v.Parts = append(v.Parts, part)
		}
	}
}

func chosenIn(options []option) (n int) {
	for _, o := range options {
		if o.Chosen {
			n++
		}
	}
	return n
}

// pickMap draws the wards; nil where there is no map.
func (s *Server) pickMap(p page, chosen []int) *pickMap {
	o := s.opt.Wards.Outline(mapWidth)
	if len(o.Shapes) == 0 {
		return nil
	}
	m := &pickMap{Width: o.Width + 4, Height: o.Height + 4, Name: p.Words["broadcast_map"]}
	for _, shape := range o.Shapes {
		m.Shapes = append(m.Shapes, pickShape{shape, p.Number(shape.Ward), s.wardName(p, shape.Ward), slices.Contains(chosen, shape.Ward)})
	}
	return m
}

// broadcastFaults says what is wrong, by the name of the field that it stands
// at: "words" and "audience" are of the whole parts, "" of the form.
func (s *Server) broadcastFaults(p page, t typedBroadcast, fault *handoff.FieldError) map[string]string {
	if fault == nil {
		return nil
	}
	part, of, _ := strings.Cut(fault.Field, ".")
	switch {
	case part == "words" && of != "":
		return s.wordsFault(p, t.Words, of)
	case part == "title" && t.Title == "":
		return map[string]string{part: p.Words["fault_broadcast_no_title"]}
	case part == "topic" && t.Topic == "":
		return map[string]string{part: p.Words["fault_broadcast_no_topic"]}
	case p.Words["fault_broadcast_"+part] != "":
		return map[string]string{part: p.Words["fault_broadcast_"+part]}
	default:
		return map[string]string{"": p.Words["fault_broadcast_other"]}
	}
}

// wordsFault finds the language whose text is too long, or says that the first
// one is missing.
func (s *Server) wordsFault(p page, w broadcasts.Words, of string) map[string]string {
	texts, too := w.Of(broadcasts.Family(of)), func(text string) bool { return utf8.RuneCountInString(text) > broadcasts.MaxMail }
	switch of {
	case "messenger":
		too = func(text string) bool { return utf8.RuneCountInString(text) > broadcasts.MaxMessenger }
	case "sms":
		too = func(text string) bool { return gsm.Segments(gsm.Plain(text)).Segments > broadcasts.MaxSMS }
	case "subject":
		texts, too = w.Subject, func(text string) bool { return len(text) > broadcasts.MaxSubject }
	}
	wrong := map[string]string{}
	for _, lang := range s.catalog().Languages() {
		if too(texts[lang]) {
			wrong[of+"_"+lang] = p.Words["fault_broadcast_long_"+of]
		}
	}
	if first := s.catalog().Languages()[0]; len(wrong) == 0 {
		wrong[of+"_"+first] = p.Say("fault_broadcast_missing", "language", s.catalog().LanguageName(first))
	}
	return wrong
}
