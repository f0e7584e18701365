package grammar

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"

	"go.yaml.in/yaml/v4"
)

// anchors are all that the reference tells of.
func anchors(list []Entry) map[string]Entry {
	found := map[string]Entry{}
	for _, e := range list {
		found[e.Anchor] = e
		for _, k := range e.Keys {
			found[k.Anchor] = k
		}
	}
	return found
}

func TestEveryKeyIsExplainedInBothLanguages(t *testing.T) {
	m := NewManual()
	all := anchors(m.Reference("bn"))
	for anchor, e := range all {
		h, ok := help()[anchor]
		if !ok && strings.HasPrefix(anchor, "office_word=") {
			continue // they say themselves what they are
		}
		if !ok || h.BN == "" || h.EN == "" {
			t.Errorf("%s is not explained", anchor)
		}
		if !strings.ContainsFunc(h.BN, func(r rune) bool { return unicode.Is(unicode.Bengali, r) }) {
			t.Errorf("%s has no Bangla: %q", anchor, h.BN)
		}
		var anything any
		if err := yaml.Load([]byte(e.YAML), &anything); e.YAML != "" && err != nil {
			t.Errorf("the example of %s: %v", anchor, err)
		}
		if strings.Contains(anchor, ".") && e.YAML == "" {
			t.Errorf("%s has no example", anchor)
		}
	}
	for anchor := range help() {
		if _, ok := all[anchor]; !ok && !strings.HasPrefix(anchor, "names=") && !strings.HasPrefix(anchor, "boolean=") {
			t.Errorf("help.yaml explains %s, which is nowhere", anchor)
		}
	}
}

func TestSchemaIsDescribed(t *testing.T) {
	for lang, word := range map[string]string{"bn": "জানতে চায়", "en": "unless it is known"} {
		b, err := json.Marshal(Schema(lang))
		if err != nil || !strings.Contains(string(b), word) || !strings.Contains(string(b), `"additionalProperties":false`) {
			t.Errorf("%s: %v, %d bytes", lang, err, len(b))
		}
	}
}

// city is what the cases below stand in; | is the cursor.
const city = `languages:
  bn: {name: বাংলা}
  en: {name: English}
city:
  settings:
    fee: {value: 50, unit: taka}
teams:
  waste: {bn: বর্জ্য, en: Waste}
  road: {bn: রাস্তা, en: Road}
texts:
  gas:
    bn: গ্যাস
  ask_ward: {bn: ওয়ার্ড?, en: Which ward?}
menu:
  items:
    - waste
flows:
  waste:
    title: {bn: ময়লা, en: Waste}
    kind: complaint
    examples: |
      state: of things
    slots:
      trouble:
        type: choice
        choices:
          pile: {bn: স্তূপ, en: Pile}
          dead: {bn: মৃত, en: Dead animal}
      ward: {type: ward, label: {bn: ওয়ার্ড, en: Ward}}
    states:
      ask_trouble:
        ask: trouble
        next: ask_ward
      ask_ward:
        ask: ward
        next: done
      done: {end: true}
`

// at puts a text with a cursor at the end of the city, or instead of a line.
func at(t *testing.T, instead, with string) (string, Place) {
	t.Helper()
	text := city + with
	if instead != "" {
		if !strings.Contains(city, instead) {
			t.Fatalf("the city has no %q", instead)
		}
		text = strings.Replace(city, instead, with, 1)
	}
	before, after, ok := strings.Cut(text, "|>")
	if !ok {
		t.Fatalf("no cursor in %q", with)
	}
	text = before + after
	lines := strings.Split(before, "\n")
	return text, At(text, len(lines), runes(lines[len(lines)-1])+1)
}

func TestCompletions(t *testing.T) {
	m := NewManual()
	for name, x := range map[string]struct {
		instead, with string
		want, not     []string
	}{
		"sections":                  {"", "|>", []string{"notices", "office"}, []string{"flows", "menu"}},
		"half a section":            {"menu:\n  items:\n    - waste\n", "me|>\n", []string{"menu", "danger"}, []string{"texts"}},
		"keys of a service":         {"    kind: complaint\n", "    |>\n", []string{"kind", "team", "season"}, []string{"title", "states"}},
		"kinds":                     {"kind: complaint", "kind: |>", []string{"complaint", "suggestion"}, []string{"waste"}},
		"a kind half typed":         {"kind: complaint", "kind: comp|>", []string{"complaint"}, nil},
		"teams":                     {"    kind: complaint\n", "    kind: complaint\n    team: |>\n", []string{"waste", "road"}, []string{"gas"}},
		"what a step can do":        {"      done: {end: true}\n", "      done:\n        |>\n", []string{"say", "ask", "end"}, []string{"next", "skipped"}},
		"what stands beside ask":    {"        ask: ward\n        next: done\n", "        ask: ward\n        |>\n", []string{"text", "next", "on", "skipped"}, []string{"say", "ask", "found"}},
		"steps of this service":     {"next: ask_ward", "next: |>", []string{"ask_trouble", "ask_ward", "done"}, []string{"waste"}},
		"steps, half a name":        {"next: ask_ward", "next: ask|>", []string{"ask_ward"}, nil},
		"slots":                     {"ask: ward", "ask: |>", []string{"trouble", "ward"}, []string{"done"}},
		"answers of the question":   {"        next: ask_ward\n", "        next: ask_ward\n        on: {|>\n", []string{"pile", "dead"}, []string{"ward"}},
		"answers on lines":          {"        next: ask_ward\n", "        next: ask_ward\n        on:\n          |>\n", []string{"pile", "dead"}, nil},
		"a step for an answer":      {"        next: ask_ward\n", "        next: ask_ward\n        on: {pile: |>}\n", []string{"done"}, []string{"pile"}},
		"slot types":                {"type: choice", "type: |>", []string{"choice", "ward", "photo"}, nil},
		"settings of a choice":      {"        type: choice\n", "        type: choice\n        |>\n", []string{"label", "several", "min"}, []string{"unknown", "choices"}},
		"in braces":                 {"ward: {type: ward, label", "ward: {type: ward, |>label", []string{"unknown", "remember"}, []string{"several", "type"}},
		"values in braces":          {"unit: taka}", "unit: |>", []string{"taka", "date"}, nil},
		"languages of a text":       {"title: {bn: ময়লা, en: Waste}", "title: {|>", []string{"bn", "en", "sms", "shared"}, nil},
		"a shared text":             {"title: {bn: ময়লা, en: Waste}", "title: {shared: |>}", []string{"gas", "ask_ward"}, []string{"waste"}},
		"ways to write a text":      {"title: {bn: ময়লা, en: Waste}", "title: |>", []string{"{bn: , en: }"}, nil},
		"lines of the menu":         {"    - waste\n", "    - |>\n", []string{"waste", "flow", "title"}, nil},
		"a line of the menu":        {"    - waste\n", "    - flow: |>\n", []string{"waste"}, []string{"gas"}},
		"a condition":               {"        ask: ward\n        next: done\n", "        branch:\n          - if: |>\n", []string{"trouble", "ward", "fee"}, []string{"done"}},
		"after a line of a branch":  {"        ask: ward\n        next: done\n", "        branch:\n          - if: ward > 0\n            |>\n", []string{"next"}, []string{"if"}},
		"a step of a branch":        {"        ask: ward\n        next: done\n", "        branch:\n          - next: |>\n", []string{"done"}, nil},
		"true or false":             {"    kind: complaint\n", "    me_too: |>\n", []string{"true", "false"}, nil},
		"commands":                  {"", "commands:\n  |>", []string{"menu", "stop"}, nil},
		"after what is broken":      {"    kind: complaint\n", "    kind: [com\n   oops\n    team: {bn\n    target 3\n    |>\n", []string{"me_too", "season"}, []string{"kind", "team"}},
		"not within a block":        {"      state: of things\n", "      state: |>\n", nil, []string{"ask", "done"}},
		"not within a text's words": {"      done: {end: true}\n", "      done:\n        say: \"next: |>\"\n", nil, []string{"done"}},
	} {
		text, p := at(t, x.instead, x.with)
		var labels []string
		for _, c := range m.Complete("en", p, Outline(text)) {
			labels = append(labels, c.Label)
			if c.Insert == "" || c.Help == "" && c.Kind == "key" {
				t.Errorf("%s: %+v", name, c)
			}
		}
		for _, want := range x.want {
			if !slices.Contains(labels, want) {
				t.Errorf("%s: no %q at %+v: %q", name, want, p, labels)
			}
		}
		for _, not := range x.not {
			if slices.Contains(labels, not) {
				t.Errorf("%s: %q is offered at %+v", name, not, p)
			}
		}
	}
}

func TestExplanations(t *testing.T) {
	m := NewManual()
	for name, x := range map[string]struct{ instead, with, title, anchor, help string }{
		"a key":          {"        ask: ward\n", "        a|>sk: ward\n", "ask", "state.ask", "Asks for the slot"},
		"a kind":         {"kind: complaint", "kind: comp|>laint", "complaint", "kind=complaint", "wrong"},
		"a step":         {"next: done", "next: do|>ne", "done", "", "A step of this service."},
		"a text":         {"title: {bn: ময়লা", "title: {bn: ম|>য়লা", "bn", "flow.title", "name"},
		"a service":      {"  waste:\n    title", "  wa|>ste:\n    title", "waste", "flow", "A service"},
		"a slot type":    {"type: choice", "type: |>choice", "choice", "type=choice", "One of a list"},
		"a key in lines": {"        choices:\n", "        cho|>ices:\n", "choices", "slot.choices", "at most 13"},
		"before a step":  {"      ask_ward:\n", " |>     ask_ward:\n", "ask_ward", "state", "A step"},
		"a key in half":  {"ward: {type: ward", "ward: {ty|>pe: ward", "type", "slot.type", "answer"},
	} {
		text, p := at(t, x.instead, x.with)
		got, ok := m.Explain("en", p, Outline(text))
		if !ok || got.Anchor != x.anchor || !strings.Contains(got.Help, x.help) || name != "a text" && got.Title != x.title {
			t.Errorf("%s: %v %+v at %+v", name, ok, got, p)
		}
	}
}

// FuzzAt asks at any place of any text.
func FuzzAt(f *testing.F) {
	f.Add(city, 20, 5)
	f.Add("- - a: {b: [c, \"d\n", 1, 16)
	f.Add("\t: |\n \xff", 2, 2)
	m := NewManual()
	f.Fuzz(func(_ *testing.T, text string, line, col int) {
		p := At(text, line, col)
		m.Complete("bn", p, Outline(text))
		m.Explain("bn", p, Outline(text))
		m.Anchors(text, []int{line})
	})
}

func TestEveryPlaceOfTheShippedFile(t *testing.T) {
	b, err := os.ReadFile("../../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	m := NewManual()
	lines := strings.Split(string(b), "\n")
	tree := Outline(string(b))
	if n := len(tree.find("flows").names()); n < 15 {
		t.Fatalf("%d services are seen", n)
	}
	var numbers []int
	for i := range lines {
		numbers = append(numbers, i+1)
	}
	if got := m.Anchors(string(b), numbers); len(got) < len(lines)/3 {
		t.Errorf("only %d of %d lines are explained", len(got), len(lines))
	}
}
