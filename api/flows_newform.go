package api

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nagorik/flows"
)

// newService reads the form. faults name fields and the keys of what is wrong.
func newService(form url.Values) (n flows.NewService, faults map[string]string) {
	faults = map[string]string{}
	n = flows.NewService{Template: templateOf(form.Get("template")), ID: form.Get("id"), Team: form.Get("team"), Title: pair(form, "title")}
	for _, lang := range languages {
		if n.Title[lang] == "" {
			faults["title_"+lang] = "fault_new_name"
		}
	}
	if n.ID == "" {
		n.ID = slug(n.Title["en"])
	}
	if !goodID.MatchString(n.ID) {
		faults["id"] = "fault_new_id"
	}
	if n.Team == "" || !goodID.MatchString(n.Team) {
		faults[""] = "new_team_missing"
	}
	var err error
	if n.Menu, err = strconv.Atoi(form.Get("menu")); err != nil || n.Menu < -1 {
		faults[""] = "invalid_text"
	}
	n.Words = split(form.Get("words"))
	if typed := plainDigits(form.Get("days")); typed != "" {
		if n.Days, err = strconv.Atoi(typed); err != nil || n.Days < 1 || n.Days > maxTargetDays {
			faults["days"] = "fault_new_days"
		}
	}
	if n.Template == flows.TemplateAnswer {
		if n.Answer = pair(form, "answer"); n.Answer["bn"] == "" {
			faults["answer_bn"] = "fault_new_answer"
		}
	}
	n.Photo = form.Get("photo") != ""
	for i := 1; i <= questionRows; i++ {
		if q, ok := newQuestion(form, itoa(i), faults); ok {
			n.Questions = append(n.Questions, q)
		}
	}
	return n, faults
}

// newQuestion reads one row; false when nothing was asked there.
func newQuestion(form url.Values, row string, faults map[string]string) (flows.NewQuestion, bool) {
	q := flows.NewQuestion{Text: pair(form, "q"+row), Type: flows.SlotType(form.Get("q" + row + "_type"))}
	choices := split(form.Get("q" + row + "_choices"))
	if len(q.Text) == 0 && len(choices) == 0 {
		return q, false
	}
	if q.Text["bn"] == "" {
		faults["q"+row+"_bn"] = "fault_new_question"
	}
	if !slices.Contains(questionTypes(), q.Type) {
		q.Type = flows.SlotText
	}
	if q.Type != flows.SlotChoice {
		return q, true
	}
	for _, c := range choices {
		bn, en, _ := strings.Cut(c, "=")
		title := map[string]string{"bn": strings.TrimSpace(bn)}
		if en = strings.TrimSpace(en); en != "" {
			title["en"] = en
		}
		q.Choices = append(q.Choices, title)
	}
	if len(q.Choices) < 2 || len(q.Choices) > maxChoices {
		faults["q"+row+"_choices"] = "fault_new_choices"
	}
	return q, true
}

var (
	goodID  = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	notInID = regexp.MustCompile(`[^a-z0-9]+`)
)

// slug is a name for a service made of its title.
func slug(title string) string {
	return strings.Trim(notInID.ReplaceAllString(strings.ToLower(title), "_"), "_0123456789")
}

// pair is a text in the staff's languages, without those left out.
func pair(form url.Values, name string) map[string]string {
	texts := map[string]string{}
	for _, lang := range languages {
		if text := strings.TrimSpace(form.Get(name + "_" + lang)); text != "" {
			texts[lang] = strings.ReplaceAll(text, "\r\n", "\n")
		}
	}
	return texts
}

// split takes a list apart that is written with commas or on lines.
func split(s string) []string {
	var list []string
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// plainDigits writes a number that was typed with the digits of either
// language as programs do.
func plainDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '০' && r <= '৯' {
			return '0' + r - '০'
		}
		return r
	}, strings.TrimSpace(s))
}
