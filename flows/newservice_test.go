package flows

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"nagorik/flows/place"
)

func shippedText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// newLibrary is a service as a form describes it.
func newLibrary(template Template) NewService {
	return NewService{
		Template: template, ID: "library", Title: map[string]string{"bn": "পাঠাগার", "en": "\"Library\": here"}, Team: "waste", Menu: 0,
		Words: []string{"পাঠাগার", "reading room # one"}, Photo: true, Days: 3, Answer: map[string]string{"bn": "সকাল ৬টা থেকে খোলা।", "en": "Open from 6."},
		Questions: []NewQuestion{
			{Text: map[string]string{"bn": "কী সমস্যা?", "en": "What is wrong?"}, Type: SlotText},
			{Text: map[string]string{"bn": "কয়টি?", "en": "How many?"}, Type: SlotNumber},
			{Text: map[string]string{"bn": "কোনটি?", "en": "Which?"}, Type: SlotChoice, Choices: []map[string]string{{"bn": "পুরুষ", "en": "Men"}, {"bn": "নারী", "en": "Women"}}},
		},
	}
}

func TestNewServiceIsSoundAndTouchesNothingElse(t *testing.T) {
	before := shippedText(t)
	_, known := Load(place.Sample(), File{"flows.yaml", []byte(before)})
	menus := MenuTitles([]File{{"flows.yaml", []byte(before)}})
	if len(menus) != 3 || menus[1]["en"] != "Report a problem" {
		t.Fatalf("menus %v", menus)
	}
	for i, template := range Templates() {
		for menu := -1; menu < len(menus); menu++ {
			if i > 0 && menu > 0 {
				break // where it stands has nothing to do with the template
			}
			n := newLibrary(template)
			n.Menu = menu
			files, err := n.Insert([]File{{"flows.yaml", []byte(before)}})
			if err != nil {
				t.Fatal(err)
			}
			after := string(files[0].Text)
			c, faults := Load(place.Sample(), files...)
			if c == nil {
				t.Fatalf("%s in menu %d: %v", template, menu, faults)
			}
			if more := len(faults) - len(known); more > 0 && menu >= 0 {
				t.Errorf("%s in menu %d: %d more warnings: %v", template, menu, more, faults)
			}
			f, _ := c.Flow("library")
			if f.Title["en"] != "\"Library\": here" || len(f.States) < 4 {
				t.Errorf("%+v", f)
			}
			left := strings.Split(before, "\n")
			for _, line := range strings.Split(after, "\n") {
				if i := slices.Index(left, line); i >= 0 {
					left = slices.Delete(left, 0, i+1)
				}
			}
			if menu <= 0 && len(left) > 1 {
				t.Errorf("%s in menu %d: lines of before are gone: %.200q", template, menu, left)
			}
		}
	}
}

func TestNewServiceStandsBeforeTheNextSection(t *testing.T) {
	text := "menu:\n  items: [\"one\", {flow: two, number: 0}]\nflows:\n    one:\n        kind: question\n\n# About the teams.\nteams: {a: b}\n"
	n := newLibrary(TemplateAnswer)
	n.Questions, n.Words = nil, nil
	files, err := n.Insert([]File{{"a.yaml", []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	got := string(files[0].Text)
	if !strings.Contains(got, "\n        kind: question\n\n    library:\n") || !strings.Contains(got, "end: true\n\n# About the teams.\nteams:") ||
		!strings.Contains(got, `["one", library, {flow: two, number: 0}]`) {
		t.Error(got)
	}
}

func TestNewServiceIsRefusedWhereItCannotStand(t *testing.T) {
	text := "menu:\n  items: [one]\nflows:\n  one: {kind: question}\n"
	for name, c := range map[string]struct {
		text   string
		change func(*NewService)
	}{
		"there already":   {text, func(n *NewService) { n.ID = "one" }},
		"no name":         {text, func(n *NewService) { n.ID = "Two words" }},
		"no such menu":    {text, func(n *NewService) { n.Menu = 7 }},
		"no YAML":         {"flows: [", func(*NewService) {}},
		"no flows":        {"menu:\n  items: [one]\n", func(*NewService) {}},
		"flows in braces": {"menu:\n  items: [one]\nflows: {one: {kind: question}}\n", func(*NewService) {}},
	} {
		n := newLibrary(TemplateReport)
		c.change(&n)
		if _, err := n.Insert([]File{{"a.yaml", []byte(c.text)}}); !errors.Is(err, ErrNewService) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
