package flows

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// writer writes lines at an indentation.
type writer struct {
	b      strings.Builder
	indent int
}

func (w *writer) line(depth int, format string, args ...any) {
	w.b.WriteString(strings.Repeat(" ", w.indent+2*depth) + fmt.Sprintf(format, args...) + "\n")
}

// lines are the service in YAML.
func (n NewService) lines(indent int) string {
	w := &writer{indent: indent}
	kinds := map[Template]Kind{TemplateReport: Complaint, TemplateAnswer: Question, TemplateApply: Request, TemplateOpinion: Suggestion}
	w.line(0, "%s:", n.ID)
	w.line(1, "title: %s", written(n.Title))
	w.line(1, "kind: %s", kinds[n.Template])
	w.line(1, "team: %s", n.Team)
	if n.Days > 0 {
		w.line(1, "target: %dd", n.Days)
	}
	if len(n.Words) > 0 {
		quotedWords := make([]string, len(n.Words))
		for i, s := range n.Words {
			quotedWords[i] = quoted(s)
		}
		w.line(1, "triggers: [%s]", strings.Join(quotedWords, ", "))
	}
	asks := n.asks()
	if len(asks) > 0 {
		w.line(1, "slots:")
		for _, a := range asks {
			a.slot(w)
		}
	}
	w.line(1, "states:")
	for i, a := range asks {
		next := n.last()
		if i+1 < len(asks) {
			next = "ask_" + asks[i+1].name
		}
		a.state(w, next)
	}
	if n.Template == TemplateAnswer {
		w.line(2, "tell:")
		w.line(3, "say: %s", written(n.Answer))
		w.line(3, "next: done")
	} else {
		w.line(2, "file:")
		w.line(3, "open_case: true")
		w.line(3, "next: done")
	}
	w.line(2, "done:")
	w.line(3, "end: true")
	return w.b.String()
}

// last is the state after the last question.
func (n NewService) last() string {
	if n.Template == TemplateAnswer {
		return "tell"
	}
	return "file"
}

// newAsk is a question with the slot for its answer.
type newAsk struct {
	name string
	lead []string // the slot's lines
	text map[string]string
	q    NewQuestion
}

// asks are all questions of the service, those of the template among them.
func (n NewService) asks() []newAsk {
	var list []newAsk
	for i, q := range n.Questions {
		list = append(list, newAsk{name: "answer_" + strconv.Itoa(i+1), q: q, text: q.Text})
	}
	if n.Template == TemplateAnswer {
		return list
	}
	own := func(name string, lead ...string) { list = append(list, newAsk{name: name, lead: lead}) }
	if n.Template == TemplateReport {
		own("ward", "type: ward", "label: {bn: ওয়ার্ড, en: Ward}", "unknown: true", "remember: true")
		own("place", "type: location", "label: {bn: ঠিকানা, en: Place}")
	}
	if n.Photo {
		own("photo", "type: photo", "label: {bn: ছবি, en: Photo}", "optional: true", "max: 5")
	}
	if n.Template == TemplateApply {
		own("phone", "type: phone", "label: {bn: ফোন, en: Phone}", "remember: true")
	}
	own("sure", "type: confirm")
	return list
}

func (a newAsk) slot(w *writer) {
	w.line(2, "%s:", a.name)
	for _, line := range a.lead {
		w.line(3, "%s", line)
	}
	if len(a.lead) > 0 {
		return
	}
	w.line(3, "type: %s", a.q.Type)
	w.line(3, "label: %s", written(labels(a.q.Text)))
	if a.q.Type == SlotText {
		w.line(3, "max: 500")
	}
	if a.q.Type == SlotChoice {
		w.line(3, "choices:")
		for i, c := range a.q.Choices {
			w.line(4, "choice_%d: %s", i+1, written(c))
		}
	}
}

func (a newAsk) state(w *writer, next string) {
	w.line(2, "ask_%s:", a.name)
	w.line(3, "ask: %s", a.name)
	if len(a.text) > 0 {
		w.line(3, "text: %s", written(a.text))
	}
	w.line(3, "next: %s", next)
}

// labels are questions as names in a summary: without the mark at their end.
func labels(texts map[string]string) map[string]string {
	list := map[string]string{}
	for lang, text := range texts {
		list[lang] = strings.TrimRightFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("?।.!:", r) })
	}
	return list
}

// written is a text per language as a flow file has it, the default language
// first.
func written(texts map[string]string) string {
	var parts []string
	for _, lang := range []string{"bn", "en"} {
		if texts[lang] != "" {
			parts = append(parts, lang+": "+quoted(texts[lang]))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// quoted is a text in double quotes: JSON's are YAML's too.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can always be written
	return strings.TrimSpace(b.String())
}
