package flows

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"nagorik/flows/bangla"
	"nagorik/flows/place"
)

// compiler turns a draft into a catalogue and goes on noting faults.
type compiler struct {
	*reader
	d         *draft
	spare     *draft // whose texts stand in for those an old version lacks, nil for none
	c         *Catalog
	lists     *lists
	wards     *place.Map
	start     position
	subTitles map[int]map[string]word // of the menus within menus
	owners    map[string]owner        // of the words, by phrase
	used      map[string]bool         // shared texts that something says
	shown     map[string][]string     // the settings as texts mention them, by language
}

func (k *compiler) compile() {
	k.lists = &k.c.lists
	k.languages()
	if len(k.c.codes) == 0 {
		return
	}
	k.cityAndTeams()
	k.skipWords()
	k.sharedTexts()
	k.office()
	k.buttons()
	k.flowIDs()
	k.commandWords()
	k.dangerWords()
	k.smallTalk()
	k.redirects()
	k.menus()
	for i, f := range k.d.flows {
		k.flow(i, f)
	}
	k.compileNotices()
	k.compileBroadcasts()
	k.usedTexts()
	k.intents()
	k.c.remind, k.c.expire = k.d.remind, k.d.expire
}

func (k *compiler) languages() {
	if len(k.d.languages) == 0 {
		k.fail(k.start, "`languages` is missing: name at least one, the default first")
		return
	}
	for _, l := range k.d.languages {
		k.c.codes = append(k.c.codes, l.code.text)
		k.c.names = append(k.c.names, l.name.text)
	}
	for _, used := range k.codes {
		if !has(k.c.codes, used.text) {
			k.fail(used.position, "%q is not one of the languages%s", used.text, suggest(used.text, k.c.codes))
		}
	}
	for i, l := range k.d.languages {
		for _, w := range append([]word{l.name}, l.words...) {
			k.addPhrase(&k.lists.languages, w, i, "language "+l.code.text)
		}
	}
}

func (k *compiler) cityAndTeams() {
	if !k.d.city.given {
		k.fail(k.start, "`city` is missing: give the name of the city")
	} else {
		k.c.city = k.labels(k.d.city, "the city's name")
	}
	k.unique(k.d.settingWords(), "setting")
	k.settings()
	k.c.teams = k.labelled(k.d.teams, "team")
	k.c.statuses = k.labelled(k.d.statuses, "status")
	for _, s := range statusNames {
		if _, ok := k.c.statuses[s]; !ok {
			k.fail(k.start, "`statuses` lacks %q: say what that status is called", s)
		}
	}
	for _, s := range k.d.statuses {
		if !has(statusNames, s.name.text) {
			k.fail(s.name.position, "a case has no status %q%s", s.name.text, suggest(s.name.text, statusNames))
		}
	}
}

// settings are what conditions see, numbers as numbers, the rest as text in the
// default language; and what texts show, in each language.
func (k *compiler) settings() {
	k.c.settings = make(map[string]any, len(k.d.settings))
	k.shown = make(map[string][]string, len(k.d.settings))
	for _, s := range k.d.settings {
		name := s.name.text
		if name == today {
			k.fail(s.name.position, "%q is the day itself: take another name", today)
		}
		main := k.inDefault(s.value, "the setting "+name).text
		k.c.settings[name] = main
		if n, err := strconv.ParseFloat(main, 64); s.num && err == nil {
			k.c.settings[name] = n
		}
		k.shown[name] = k.settingShown(s, main)
	}
}

// settingShown is a setting as texts mention it, by language.
func (k *compiler) settingShown(s draftSetting, main string) []string {
	shown := make([]string, len(k.c.codes))
	for i, code := range k.c.codes {
		w, ok := s.value.long[code]
		if !ok {
			w.text = main
		}
		if !ok && !s.value.plain {
			k.missing(s.value, w, i, "the setting "+s.name.text)
		}
		switch s.unit {
		case unitTaka:
			n, _ := strconv.ParseFloat(main, 64)
			shown[i] = amountShown(n, code)
		case unitDate:
			day, _ := time.Parse(time.DateOnly, main)
			shown[i] = k.c.date(day, i)
		default:
			shown[i] = k.c.digits(w.text, i)
		}
	}
	return shown
}

func (d *draft) settingWords() []word {
	list := make([]word, len(d.settings))
	for i, s := range d.settings {
		list[i] = s.name
	}
	return list
}

// unique refuses names that several files give.
func (k *compiler) unique(names []word, what string) {
	seen := map[string]position{}
	for _, w := range names {
		if first, ok := seen[w.text]; ok {
			k.fail(w.position, "%s %q is there already, in %s line %d", what, w.text, first.file, first.line)
			continue
		}
		seen[w.text] = w.position
	}
}

func (k *compiler) labelled(list []draftNamed, what string) map[string][]string {
	labels := make(map[string][]string, len(list))
	names := make([]word, len(list))
	for i, n := range list {
		names[i] = n.name
		labels[n.name.text] = k.labels(n.text, what+" "+n.name.text)
	}
	k.unique(names, what)
	return labels
}

// labels are the words of a text without placeholders, by language.
func (k *compiler) labels(t draftText, what string) []string {
	labels := make([]string, len(k.c.codes))
	main := k.inDefault(t, what)
	for i, code := range k.c.codes {
		w, ok := t.long[code]
		if !ok {
			w = main
			if i > 0 && !t.plain && main.text != "" {
				k.warn(t.position, "%s is missing in %s; %s stands in", what, code, k.c.codes[0])
			}
		}
		if strings.ContainsAny(w.text, "{}") {
			k.fail(w.position, "%s cannot have {placeholders}", what)
		}
		labels[i] = w.text
	}
	return labels
}

// inDefault is the text in the default language, which every text must have.
func (k *compiler) inDefault(t draftText, what string) word {
	if t.plain {
		return t.long[""]
	}
	w, ok := t.long[k.c.codes[0]]
	if !ok {
		k.fail(t.position, "%s has no text in %s, the default language", what, k.c.codes[0])
	}
	return w
}

func (k *compiler) buttons() {
	k.c.buttons = k.labelled(k.d.buttons, "button")
	for _, b := range k.d.buttons {
		if !has(buttonNames, b.name.text) {
			k.fail(b.name.position, "the bot has no button %q%s", b.name.text, suggest(b.name.text, buttonNames))
		}
		k.titleFits(b.text)
	}
	for _, name := range buttonNames {
		if _, ok := k.c.buttons[name]; !ok && name != buttonDanger {
			k.fail(k.start, "`buttons` lacks %q", name)
		}
	}
}

// maxTitle is the longest button title Messenger shows, in UTF-16 units
// (Messenger Platform, quick replies).
const maxTitle = 20

func (k *compiler) titleFits(t draftText) {
	for _, w := range t.long {
		if n := bangla.UTF16Len(w.text); n > maxTitle {
			k.fail(w.position, "the button %q is %d characters long; buttons show at most %d", w.text, n, maxTitle)
		}
	}
}

func (k *compiler) flowIDs() {
	k.c.byFlow = map[string]int{}
	names := make([]word, len(k.d.flows))
	for i, f := range k.d.flows {
		names[i] = f.id
		if _, ok := k.c.byFlow[f.id.text]; !ok {
			k.c.byFlow[f.id.text] = i
		}
	}
	k.unique(names, "flow")
	if len(k.d.flows) == 0 {
		k.fail(k.start, "`flows` is missing: there is no service yet")
	}
}

func (k *compiler) settingNames() []string {
	names := make([]string, 0, len(k.d.settings))
	for _, s := range k.d.settings {
		names = append(names, s.name.text)
	}
	return slices.Clip(names)
}
