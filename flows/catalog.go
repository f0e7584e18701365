package flows

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"

	"nagorik/flows/bangla"
	"nagorik/flows/place"
)

// Catalog is all flows of one published version, compiled. It never changes
// after Load, so any number of goroutines may Step with it.
type Catalog struct {
	version    int64
	codes      []string // languages, the default first
	names      []string // what the languages call themselves
	city       []string // by language, as teams, statuses and buttons
	teams      map[string][]string
	statuses   map[string][]string
	buttons    map[string][]string
	texts      map[string]*text
	menus      []menu // the first is the main menu
	flows      []*flow
	registers  []RegisterUse
	linking    *flow // the flow that proves a telephone; nil for none
	byFlow     map[string]int
	lists      lists
	dangers    []*text
	harmless   [][]phrase // by danger: what makes it none
	taught     bool       // danger by so many examples that what they say counts against a word of it
	talk       []talk
	redirects  []redirect
	learnt     *learnt // nil where nobody gave examples
	aims       aims
	remind     time.Duration
	expire     time.Duration
	people     people
	notices    Notices
	broadcasts broadcasts
	wards      *place.Map
	files      []File
	hash       string
	flowOrder  []Flow
	settings   map[string]any // for conditions
	turns      *sync.Pool
}

type talk struct {
	text *text
	menu bool
	id   string // of the intent
}

type menu struct {
	title *text
	text  *text
	items []menuItem
	// seasonal: a service in it has a season, see Catalog.items.
	seasonal bool
}

type menuItem struct {
	number  int
	counted bool     // the number is the place in the menu
	flow    int      // index of the flow, or -1
	sub     int      // index of the menu
	folded  []string // titles in all languages, as they are compared
}

// Load reads, checks and compiles a catalogue from one or more files. All
// faults are found at once; with an error among them there is no catalogue.
// wards is the city's map; nil stands for a city without one.
func Load(wards *place.Map, files ...File) (*Catalog, []Fault) {
	return load(wards, nil, files)
}

func load(wards *place.Map, spare *draft, files []File) (*Catalog, []Fault) {
	r := &reader{}
	d := &draft{}
	if len(files) > maxFiles {
		r.fail(startOf(files[0].Name), "more than %d files", maxFiles)
		files = files[:maxFiles]
	}
	read := 0
	for _, f := range files {
		if root := r.parse(f); root != nil {
			r.read(d, root)
			read++
		}
	}
	k := &compiler{reader: r, d: d, spare: spare, wards: wards, c: &Catalog{wards: wards, files: slices.Clone(files), turns: newTurns()}}
	if len(files) > 0 {
		k.start = startOf(files[0].Name)
	}
	if len(files) == 0 {
		k.fail(startOf("flows.yaml"), "there is no flow file")
	}
	if read == len(files) && read > 0 {
		k.compile()
	}
	if k.fatal() {
		return nil, k.sorted(files)
	}
	k.c.hash = hashOf(files)
	return k.c, k.sorted(files)
}

func startOf(file string) position { return position{file, 1, 1} }

func hashOf(files []File) string {
	sum := sha256.New()
	for _, f := range files {
		sum.Write([]byte(f.Name + "\x00"))
		sum.Write(f.Text)
		sum.Write([]byte{0})
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Version is the number the catalogue was published under, 0 before that.
func (c *Catalog) Version() int64 { return c.version }

// WithVersion is the same catalogue under a number.
func (c *Catalog) WithVersion(n int64) *Catalog {
	copied := *c
	copied.version = n
	return &copied
}

// Hash is the SHA-256 of the sources, in hex: equal sources, equal hash.
func (c *Catalog) Hash() string { return c.hash }

// Files are the sources the catalogue was loaded from.
func (c *Catalog) Files() []File { return slices.Clone(c.files) }

// Languages are the codes of the languages, the default first.
func (c *Catalog) Languages() []string { return slices.Clone(c.codes) }

// LanguageName is what a language calls itself, such as বাংলা for bn.
func (c *Catalog) LanguageName(code string) string { return c.names[c.lang(code)] }

// RemindAfter is how long a person may be silent before the one reminder; 0 for
// never.
func (c *Catalog) RemindAfter() time.Duration { return c.remind }

// ExpireAfter is how long a person may be silent before the dialogue is set
// aside, counted from the last message; 0 for never.
func (c *Catalog) ExpireAfter() time.Duration { return c.expire }

// Team is a team's name in a language; the id where there is no such team.
func (c *Catalog) Team(id, lang string) string { return c.label(c.teams, id, lang) }

// Teams are the ids of all teams, sorted.
func (c *Catalog) Teams() []string {
	ids := make([]string, 0, len(c.teams))
	for id := range c.teams {
		ids = append(ids, id)
	}
	return sorted(ids)
}

// Status is what a case's status is called; the status itself where the
// catalogue has no word for it.
func (c *Catalog) Status(status, lang string) string { return c.label(c.statuses, status, lang) }

// City is the city's name in a language.
func (c *Catalog) City(lang string) string { return c.city[c.lang(lang)] }

// Setting is a fact of the city that is a number; false when there is none of
// that name.
func (c *Catalog) Setting(name string) (float64, bool) {
	n, ok := c.settings[name].(float64)
	return n, ok
}

func (c *Catalog) label(of map[string][]string, id, lang string) string {
	if names, ok := of[id]; ok {
		return names[c.lang(lang)]
	}
	return id
}

// lang is the index of a language; an unknown one is the default.
func (c *Catalog) lang(code string) int {
	for i, known := range c.codes {
		if known == code {
			return i
		}
	}
	return 0
}

// digits writes the digits of s as the language does.
func (c *Catalog) digits(s string, lang int) string {
	if c.codes[lang] == "bn" {
		return bangla.ToBangla(s)
	}
	return s
}

// Text is one of the texts at the top of flows.yaml, for what the bot says
// beside the flows (slow_down, sys_error, agent_in …). Placeholders are taken
// from vars; the language falls back to the default. An unknown key is empty.
func (c *Catalog) Text(key, lang string, face Face, vars map[string]string) string {
	found := c.texts[key]
	if found == nil {
		return ""
	}
	return c.say(found, c.lang(lang), face, vars)
}

// say fills a text in.
func (c *Catalog) say(t *text, lang int, face Face, vars map[string]string) string {
	var b strings.Builder
	for _, p := range t.form(lang, face).parts {
		b.WriteString(p.words)
		if p.fill == fillNone {
			continue
		}
		for name, id := range fillNames {
			if id == p.fill {
				said := vars[name]
				if p.fill != fillNote && p.fill != fillLink { // what a person has written stays as it is, and what is opened
					said = c.digits(said, lang)
				}
				b.WriteString(said)
			}
		}
	}
	return b.String()
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}
