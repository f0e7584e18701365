package flows

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"nagorik/flows/grammar"
)

// couldBeKey is how a key is written.
var couldBeKey = regexp.MustCompile(`^[a-z][a-z_]{0,39}$`)

// readers are the files in which keys of a flow file can be named.
var readers = []string{"read_*.go", "slot*.go", "season.go", "fixed.go", "metoo.go", "reopen.go", "texts.go", "notice.go", "compile_office.go"}

// namesInSources are all texts in the sources of the reader that could be keys.
func namesInSources(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range readers {
		list, err := filepath.Glob(pattern)
		if err != nil || len(list) == 0 {
			t.Fatalf("no %s, %v", pattern, err)
		}
		files = append(files, list...)
	}
	found := map[string]bool{"not_a_key": true}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == gotoken.STRING {
				s, _ := strconv.Unquote(l.Value)
				if couldBeKey.MatchString(s) {
					found[s] = true
				}
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(found))
}

// unknownKey are the faults that refuse a key for its name.
var unknownKey = []string{
	"a flow file has no %q%s", "%s has no %q%s", "a state that does %q has no %q%s", "a slot of type %s has no %q",
	"a case has no status %q%s", "the bot has no button %q%s", "there is no command %q%s", "there is no notice about %q%s",
	"office has no word %q%s", "%q is no language: use a code such as bn or en", "%q is not one of the languages%s",
	"a state does one thing: %q is there already, make a second state for %q",
}

// takes reports whether a key is taken in a text that holds KEY. What the reader
// says is enough; whole asks what is said when the file is compiled, too.
func takes(text, key string, whole bool) bool {
	file := File{Name: "x.yaml", Text: []byte(strings.ReplaceAll(text, "KEY", key))}
	r := &reader{}
	if root := r.parse(file); root != nil {
		r.read(&draft{}, root)
	}
	faults := r.list
	if whole {
		_, faults = Load(nil, file, File{Name: "languages.yaml", Text: []byte("languages: {bn: {name: x}}")})
	}
	for _, f := range faults {
		if code, args := f.Said(); slices.Contains(unknownKey, code) && slices.Contains(args, any(key)) {
			return false
		}
	}
	return true
}

// TestGrammarIsWhatTheReaderTakes gives every name that stands in the sources
// to the reader as a key of every object of the schema: it takes those of the
// schema, and no others.
func TestGrammarIsWhatTheReaderTakes(t *testing.T) {
	t.Parallel()
	names := namesInSources(t)
	schema := grammar.Schema("en")
	for def, text := range map[string]string{
		"File": "KEY: {}", "Language": "languages: {bn: {KEY: x}}", "City": "city: {KEY: {}}", "Setting": "city: {name: x, settings: {a: {KEY: x}}}",
		"Idle": "idle: {KEY: 3h}", "Office": "office: {KEY: {}}", "OtherHours": "office: {other_hours: [{KEY: x}]}",
		"Danger": "danger: [{KEY: x}]", "SmallTalk": "small_talk: [{KEY: x}]", "Redirect": "redirects: {a: {KEY: x}}", "OffTopic": "off_topic: {KEY: x}",
		"Notices": "notices: {KEY: {}}", "Notice": "notices: {events: {resolved: {KEY: {}}}}", "NoticeOfFlow": "notices: {events: {resolved: {flows: {a: {KEY: {}}}}}}",
		"Fixed":      "notices: {events: {resolved: {fixed: {KEY: x}}}}",
		"Broadcasts": "broadcasts: {KEY: {}}", "Topic": "broadcasts: {topics: {a: {KEY: x}}}",
		"Menu": "menu: {KEY: x}", "MenuItem": "menu: {items: [{title: x, KEY: x}]}", "Flow": "flows: {a: {KEY: x}}", "Season": "flows: {a: {season: [{KEY: x}]}}",
		"Branch": "flows: {a: {states: {b: {branch: [{KEY: x}]}}}}", "OpenCase": "flows: {a: {states: {b: {open_case: {KEY: x}}}}}", "Handoff": "flows: {a: {states: {b: {handoff: {KEY: x}}}}}",
		"Slot": "flows: {a: {slots: {b: {KEY: x}}}}",
	} {
		properties := schema.Definitions[def].Properties
		for _, name := range names {
			_, known := properties.Get(name)
			body := text
			if def == "MenuItem" && name == "flow" {
				body = "menu: {items: [{KEY: x}]}"
			}
			if strings.Contains(body, "{title: x, KEY") && name == "title" {
				body = strings.Replace(body, "title: x, ", "", 1)
			}
			if got := takes(body, name, false); got != known {
				t.Errorf("%s: the reader takes %q: %v, the grammar: %v", def, name, got, known)
			}
		}
	}
	withinTypes(t, names, schema)
	for at, text := range map[string]string{
		"statuses": "statuses: {KEY: x}", "commands": "commands: {KEY: [x]}", "buttons": "buttons: {KEY: x}",
		"words": "office: {hours: {sun: 9:00-10:00}, words: {KEY: x}}", "events": "notices: {events: {KEY: {text: x}}}",
	} {
		enum := keysOf(t, schema, at)
		for _, name := range append(names, enum...) {
			if got, known := takes(text, name, true), slices.Contains(enum, name); got != known {
				t.Errorf("%s: the reader takes %q: %v, the grammar: %v", at, name, got, known)
			}
		}
	}
}

// keysOf is the closed set of an object's keys.
func keysOf(t *testing.T, schema *jsonschema.Schema, key string) (list []string) {
	t.Helper()
	for _, def := range []string{"File", "Office", "Notices"} {
		p, ok := schema.Definitions[def].Properties.Get(key)
		if !ok || p.PropertyNames == nil {
			continue
		}
		for _, word := range p.PropertyNames.Enum {
			s, _ := word.(string)
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		t.Fatalf("%s has no closed set of keys", key)
	}
	return list
}

// withinTypes holds what a slot of each type, and a state that does each thing,
// may have.
func withinTypes(t *testing.T, names []string, schema *jsonschema.Schema) {
	t.Helper()
	with := func(def, name string) []string {
		p, ok := schema.Definitions[def].Properties.Get(name)
		if !ok {
			return nil
		}
		text, _ := p.Extras["x-with"].(string)
		return strings.Fields(text)
	}
	types, _ := schema.Definitions["Slot"].Properties.Get("type")
	var known []string
	for _, word := range schema.Definitions[strings.TrimPrefix(types.Ref, "#/$defs/")].Enum {
		s, _ := word.(string)
		known = append(known, s)
	}
	slices.Sort(known)
	if !slices.Equal(known, slotTypes()) {
		t.Errorf("the grammar has the slot types %q", known)
	}
	for _, kind := range known {
		for _, name := range names {
			only := with("Slot", name)
			if _, ok := schema.Definitions["Slot"].Properties.Get(name); !ok || len(only) == 0 {
				continue
			}
			if got := takes("flows: {a: {slots: {b: {type: "+kind+", KEY: 1}}}}", name, false); got != slices.Contains(only, kind) {
				t.Errorf("a slot of type %s takes %q: %v", kind, name, got)
			}
		}
	}
	for p := schema.Definitions["State"].Properties.Oldest(); p != nil; p = p.Next() {
		if len(with("State", p.Key)) == 0 {
			t.Errorf("nobody knows which states have %q", p.Key)
		}
	}
	for _, kind := range stateKindNames {
		for _, name := range names {
			if name == kind {
				continue
			}
			if got := takes("flows: {a: {states: {b: {"+kind+": x, KEY: x}}}}", name, false); got != slices.Contains(with("State", name), kind) {
				t.Errorf("a state that does %s takes %q: %v", kind, name, got)
			}
		}
	}
}
