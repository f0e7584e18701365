package flows

import (
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// The sections of a flow file.
var sections = []string{
	"languages", "city", "teams", "statuses", "idle", "office", "commands", "buttons",
	"word_groups", "danger", "small_talk", "redirects", "off_topic", "texts", "notices", "broadcasts", "menu", "flows",
}

// read adds one file to the draft.
func (r *reader) read(d *draft, root *yaml.Node) {
	fields := r.members(root, "the file")
	for _, m := range fields {
		if !has(sections, m.key.text) {
			r.fail(m.key.position, "a flow file has no %q%s", m.key.text, suggest(m.key.text, sections))
			continue
		}
		r.section(d, m)
	}
}

func (r *reader) section(d *draft, m member) {
	switch m.key.text {
	case "languages":
		r.languages(d, m)
	case "city":
		r.city(d, m)
	case "teams":
		d.teams = append(d.teams, r.named(m.value, "teams")...)
	case "statuses":
		d.statuses = append(d.statuses, r.named(m.value, "statuses")...)
	case "idle":
		r.idle(d, m)
	case "office":
		r.office(d, m)
	case "commands":
		r.commands(d, m)
	case "buttons":
		d.buttons = append(d.buttons, r.named(m.value, "buttons")...)
	case "word_groups":
		r.wordGroups(d, m)
	case "danger":
		r.danger(d, m)
	case "small_talk":
		r.smallTalk(d, m)
	case "redirects":
		r.redirects(d, m)
	case "off_topic":
		r.offTopic(d, m)
	case "texts":
		d.texts = append(d.texts, r.named(m.value, "texts")...)
	case "notices":
		r.notices(d, m)
	case "broadcasts":
		r.broadcasts(d, m)
	case "menu":
		r.menuSection(d, m)
	case "flows":
		r.flows(d, m)
	}
}

// once refuses a section that only one file may have.
func (r *reader) once(m member, taken bool) bool {
	if taken {
		r.fail(m.key.position, "%q is there already in another file: keep one", m.key.text)
	}
	return !taken
}

func (r *reader) languages(d *draft, m member) {
	if !r.once(m, d.languages != nil) {
		return
	}
	for _, lang := range r.members(m.value, "languages") {
		f := r.fields(lang.value, "a language", "name", "words")
		l := draftLanguage{code: lang.key}
		r.name(lang.key, "language")
		if n := f["name"]; n != nil {
			l.name = r.word(n, "name")
		} else {
			r.fail(lang.key.position, "language %q needs a name", lang.key.text)
		}
		if n := f["words"]; n != nil {
			l.words = r.words(n, "words")
		}
		d.languages = append(d.languages, l)
	}
}

func (r *reader) city(d *draft, m member) {
	if !r.once(m, d.city.given) {
		return
	}
	f := r.fields(m.value, "city", "name", "settings")
	if n := f["name"]; n != nil {
		d.city = r.text(n, "name")
	} else {
		r.fail(m.key.position, "city needs a name")
	}
	if n := f["settings"]; n != nil {
		for _, s := range r.members(n, "settings") {
			r.setting(d, s)
		}
	}
}

func (r *reader) setting(d *draft, m member) {
	r.name(m.key, "setting")
	f := r.fields(m.value, "a setting", "value", "unit", "source", "checked_on", "needs_checking")
	what := "setting " + strconv.Quote(m.key.text)
	s := draftSetting{name: m.key}
	if n := f["value"]; n != nil {
		r.settingValue(&s, n, f["unit"])
	} else if f != nil {
		r.fail(m.key.position, "%s needs value", what)
	}
	r.sourced(f, m.key.position, what)
	d.settings = append(d.settings, s)
}

// settingValue reads a number, a text, or a text in each language:
//
//	value: 5990
//	unit: taka
//	value: {bn: প্রশাসক, en: Administrator}
func (r *reader) settingValue(s *draftSetting, n, unit *yaml.Node) {
	s.value = r.text(n, "value")
	if s.value.plain {
		_, err := strconv.ParseFloat(s.value.long[""].text, 64)
		s.num = err == nil && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0
	}
	if s.value.shared.text != "" || len(s.value.short) > 0 {
		r.fail(s.value.position, "a setting has one value for each language: no `shared` and no `sms`")
	}
	if unit == nil {
		return
	}
	w := r.word(unit, "unit")
	s.unit = w.text
	switch s.unit {
	case unitTaka:
		if !s.num {
			r.fail(s.value.position, "a value in taka is a plain number such as 3000")
		}
	case unitDate:
		if _, err := time.Parse(time.DateOnly, s.value.long[""].text); err != nil {
			r.fail(s.value.position, "a value that is a date is written like 2026-09-30")
		}
	default:
		r.fail(w.position, "there is no unit %q: it can be %s or %s", w.text, unitTaka, unitDate)
	}
}

func (r *reader) named(n *yaml.Node, what string) []draftNamed {
	var list []draftNamed
	for _, m := range r.members(n, what) {
		r.name(m.key, "name")
		list = append(list, draftNamed{m.key, r.text(m.value, strconv.Quote(m.key.text))})
	}
	return list
}

func (r *reader) idle(d *draft, m member) {
	if !r.once(m, d.idle.line > 0) {
		return
	}
	d.idle = m.key.position
	f := r.fields(m.value, "idle", "remind_after", "expire_after")
	if n := f["remind_after"]; n != nil {
		d.remind = r.duration(n, "remind_after")
	}
	if n := f["expire_after"]; n != nil {
		d.expire = r.duration(n, "expire_after")
	}
	if d.remind > 0 && d.expire > 0 && d.expire <= d.remind {
		r.fail(m.key.position, "expire_after must be longer than remind_after")
	}
}

func (r *reader) commands(d *draft, m member) {
	if !r.once(m, d.commands != nil) {
		return
	}
	for _, c := range r.members(m.value, "commands") {
		if !has(commandNames, c.key.text) {
			r.fail(c.key.position, "there is no command %q%s", c.key.text, suggest(c.key.text, commandNames))
			continue
		}
		d.commands = append(d.commands, r.command(c))
	}
}

// command reads the words of a command, and sentences that mean it.
func (r *reader) command(m member) draftWords {
	d := draftWords{name: m.key}
	if m.value.Kind != yaml.MappingNode {
		d.words = r.words(m.value, "words")
		return d
	}
	for _, part := range r.members(m.value, "words") {
		if part.key.text == "examples" {
			d.examples = r.examples(part.value)
			continue
		}
		r.checkLanguage(part.key)
		d.words = append(d.words, r.words(part.value, "words")...)
	}
	return d
}

// wordsByLanguage reads words listed per language, or in one list.
func (r *reader) wordsByLanguage(n *yaml.Node, what string) []word {
	if n.Kind != yaml.MappingNode {
		return r.words(n, what)
	}
	var list []word
	for _, m := range r.members(n, what) {
		r.checkLanguage(m.key)
		list = append(list, r.words(m.value, what)...)
	}
	return list
}

func (r *reader) smallTalk(d *draft, m member) {
	for _, item := range r.items(m.value, "small_talk") {
		f := r.fields(item, "a line of small_talk", "words", "text", "menu", "intent", "examples")
		if f == nil {
			continue
		}
		x := draftTalk{position: r.at(item)}
		if n := f["words"]; n != nil {
			x.words = r.words(n, "words")
		} else {
			r.fail(x.position, "this needs words")
		}
		if n := f["text"]; n != nil {
			x.text = r.text(n, "text")
		} else {
			r.fail(x.position, "this needs a text")
		}
		if n := f["intent"]; n != nil {
			if x.intent = r.word(n, "intent"); x.intent.text != "" {
				r.name(x.intent, "intent")
			}
		}
		if n := f["examples"]; n != nil {
			x.examples = r.examples(n)
		}
		if n := f["menu"]; n != nil {
			x.menu = r.boolean(n, "menu")
		}
		d.talk = append(d.talk, x)
	}
}

// checkLanguage refuses a code that no catalogue could have; which of them this
// one has is known only when all files are read.
func (r *reader) checkLanguage(w word) {
	if len(w.text) < 2 || len(w.text) > 8 || strings.ToLower(w.text) != w.text {
		r.fail(w.position, "%q is no language: use a code such as bn or en", w.text)
		return
	}
	r.codes = append(r.codes, w)
}
