package flows

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Template is a kind of service that a form can begin.
type Template string

// The templates there are.
const (
	TemplateReport  Template = "report"  // report a problem: questions, ward, place, photo, a complaint
	TemplateAnswer  Template = "answer"  // answer a question
	TemplateApply   Template = "apply"   // apply for something: questions, phone, photo, a request
	TemplateOpinion Template = "opinion" // ask an opinion: questions, a suggestion
)

// Templates are all of them.
func Templates() []Template {
	return []Template{TemplateReport, TemplateAnswer, TemplateApply, TemplateOpinion}
}

// NewService is what a form says about a service that is to be.
type NewService struct {
	Template  Template
	ID        string
	Title     map[string]string // by language
	Team      string
	Menu      int      // from 0, as MenuTitles counts; -1: in no menu
	Words     []string // that a citizen may write to get there
	Questions []NewQuestion
	Answer    map[string]string // what TemplateAnswer says
	Photo     bool
	Days      int // until it should be settled; 0: not said
}

// NewQuestion is one of its questions.
type NewQuestion struct {
	Text    map[string]string
	Type    SlotType
	Choices []map[string]string // titles of the answers, of SlotChoice
}

// ErrNewService says that a service cannot be written into the files.
var ErrNewService = errors.New("the service cannot be added")

// Insert writes a service into the files: its lines at the end of the flows,
// and its name into a menu. Nothing else of their text is touched.
func (n NewService) Insert(files []File) ([]File, error) {
	r := &reader{}
	files = slices.Clone(files)
	if !r.name(word{text: n.ID}, "service") {
		return nil, fmt.Errorf("%w: %s", ErrNewService, r.list[0].Message)
	}
	into, menu := -1, -1
	for i, f := range files {
		root := r.parse(f)
		if root == nil || root.Kind != yaml.MappingNode {
			return nil, fmt.Errorf("%w: mend %s first", ErrNewService, f.Name)
		}
		if flows := field(root, "flows"); flows != nil {
			if field(flows, n.ID) != nil {
				return nil, fmt.Errorf("%w: there is a service %q already", ErrNewService, n.ID)
			}
			into = i
		}
		if field(root, "menu") != nil {
			menu = i
		}
	}
	if into < 0 || n.Menu >= 0 && menu < 0 {
		return nil, fmt.Errorf("%w: no file has `flows:` and `menu:`", ErrNewService)
	}
	text, err := n.insertFlow(files[into], r.parse(files[into]))
	if err != nil {
		return nil, err
	}
	files[into].Text = text
	if n.Menu >= 0 {
		if files[menu].Text, err = n.insertItem(files[menu], r.parse(files[menu])); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// insertFlow adds the service's lines below the last of the flows.
func (n NewService) insertFlow(f File, root *yaml.Node) ([]byte, error) {
	flows := field(root, "flows")
	if flows.Kind != yaml.MappingNode || flows.Style&yaml.FlowStyle != 0 || len(flows.Content) == 0 {
		return nil, fmt.Errorf("%w: `flows:` in %s is not written line by line", ErrNewService, f.Name)
	}
	lines := strings.SplitAfter(string(f.Text), "\n")
	end := len(lines)
	for i := 0; i < len(root.Content); i += 2 {
		if key := root.Content[i]; key.Line > flows.Line {
			end = min(end, key.Line-1)
		}
	}
	if end < len(lines) { // what is said above the next section belongs to it
		for end > 0 && (strings.HasPrefix(lines[end-1], "#") || strings.TrimSpace(lines[end-1]) == "") {
			end--
		}
	}
	before := strings.TrimRight(strings.Join(lines[:end], ""), " \n")
	after := strings.Join(lines[end:], "")
	return []byte(before + "\n\n" + n.lines(flows.Content[0].Column-1) + after), nil
}

// insertItem adds the service to a menu: after the last name in brackets, and
// otherwise before the last line, which often is the way to a person.
func (n NewService) insertItem(f File, root *yaml.Node) ([]byte, error) {
	menus := menuNodes(field(root, "menu"))
	if n.Menu >= len(menus) || len(menus[n.Menu].Content) == 0 {
		return nil, fmt.Errorf("%w: there is no such menu", ErrNewService)
	}
	items := menus[n.Menu]
	last := items.Content[len(items.Content)-1]
	lines := strings.SplitAfter(string(f.Text), "\n")
	line := lines[last.Line-1]
	if items.Style&yaml.FlowStyle == 0 {
		dash := strings.Repeat(" ", max(items.Column-1, 0)) + "- "
		lines[last.Line-1] = dash + n.ID + "\n" + line
		return []byte(strings.Join(lines, "")), nil
	}
	at := runesTo(line, last.Column-1)
	if last.Kind == yaml.ScalarNode && strings.HasPrefix(line[at:], last.Value) {
		at += len(last.Value)
		lines[last.Line-1] = line[:at] + ", " + n.ID + line[at:]
	} else {
		lines[last.Line-1] = line[:at] + n.ID + ", " + line[at:]
	}
	return []byte(strings.Join(lines, "")), nil
}

// runesTo is the offset of a column, counted in characters.
func runesTo(line string, column int) int {
	at := 0
	for range column {
		_, size := utf8.DecodeRuneInString(line[at:])
		at += size
	}
	return at
}

// menuNodes are the lists of items of all menus, the main one first, as
// MenuTitles counts them.
func menuNodes(menu *yaml.Node) []*yaml.Node {
	if menu == nil || menu.Kind != yaml.MappingNode {
		return nil
	}
	items := field(menu, "items")
	if items == nil || items.Kind != yaml.SequenceNode {
		return nil
	}
	list := []*yaml.Node{items}
	for _, item := range items.Content {
		if item.Kind == yaml.MappingNode {
			list = append(list, menuNodes(item)...)
		}
	}
	return list
}

// MenuTitles are the titles of all menus by language, in the order they are
// written; the main one has none.
func MenuTitles(files []File) []map[string]string {
	r := &reader{}
	for _, f := range files {
		root := r.parse(f)
		if root == nil || root.Kind != yaml.MappingNode || field(root, "menu") == nil {
			continue
		}
		return menuTitles(plainTree(field(root, "menu")))
	}
	return nil
}

func menuTitles(menu *tree) []map[string]string {
	if menu.kids["items"] == nil {
		return nil
	}
	titles := map[string]string{}
	if title := menu.kids["title"]; title != nil {
		for _, lang := range title.keys {
			titles[lang] = title.kids[lang].text
		}
	}
	list := []map[string]string{titles}
	for _, item := range menu.kids["items"].items {
		if item.kind == yaml.MappingNode {
			list = append(list, menuTitles(item)...)
		}
	}
	return list
}
