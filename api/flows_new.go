package api

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// newServicePath is where a service begins from a template.
const newServicePath = flowsPath + "/new"

// Bounds of the form of a new service.
const (
	questionRows  = 6
	maxTitle      = 20  // characters: what a button shows
	maxQuestion   = 300 // characters
	maxChoices    = 10  // of a question
	maxWords      = 300 // characters of the words that lead to a service
	maxTargetDays = 365
)

func newServiceRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: newServicePath, Needs: FlowEdit, handle: (*Server).showNewService, Summary: "The form that begins a service from a template", Type: html},
		{Method: http.MethodPost, Path: newServicePath, Needs: FlowEdit, handle: (*Server).addService, Summary: "Write a service into the draft", Type: html},
	}
}

// newServiceView is the form.
type newServiceView struct {
	page
	Template  flows.Template
	Templates []tab
	Name      [2]field // in the staff's languages, as all pairs here
	ID        field
	Team      field
	Menu      field
	Triggers  field
	Questions []questionRow
	Answer    []field // of a template that answers; none for others
	Photo     bool
	CanPhoto  bool
	Days      field
	Fault     string // what is wrong with the whole
}

// questionRow is one question of the form.
type questionRow struct {
	Title  string
	Fields []field
	Open   bool
}

func (s *Server) showNewService(c echo.Context) error {
	return s.newServicePage(c, http.StatusOK, url.Values{"template": {c.QueryParam("template")}, "menu": {"0"}, "photo": {"yes"}}, nil)
}

// templateOf is a template by its name; the first one for no name.
func templateOf(name string) flows.Template {
	all := flows.Templates()
	if i := slices.Index(all, flows.Template(name)); i >= 0 {
		return all[i]
	}
	return all[0]
}

// newServicePage shows the form with what was typed, and the faults by field.
func (s *Server) newServicePage(c echo.Context, status int, form url.Values, faults map[string]string) error {
	draft, _, _, err := s.working(c)
	if err != nil {
		return err
	}
	v := newServiceView{page: s.page(c, "new_title"), Template: templateOf(form.Get("template")), Photo: form.Get("photo") != "", Fault: faults[""]}
	v.CanPhoto = v.Template == flows.TemplateReport || v.Template == flows.TemplateApply
	for _, t := range flows.Templates() {
		v.Templates = append(v.Templates, tab{Path: withQuery(newServicePath, "template", string(t)), Name: v.Words["template_"+string(t)], Here: t == v.Template})
	}
	text := func(name, label string, most int) field {
		return field{Name: name, Label: v.Words[label], Value: form.Get(name), Fault: v.fault(faults[name]), Most: most, Complete: "off"}
	}
	v.Name = [2]field{text("title_bn", "new_name_bn", maxTitle), text("title_en", "new_name_en", maxTitle)}
	v.Name[0].Required, v.Name[1].Required = true, true
	v.ID, v.Triggers = text("id", "new_id", 0), text("words", "new_words", maxWords)
	v.ID.Hint, v.Triggers.Hint = v.Words["new_id_hint"], v.Words["new_words_hint"]
	v.Days = text("days", "new_days", 0)
	v.Days.Numeric, v.Days.Hint = true, v.Words["new_days_hint"]
	v.Team = field{Name: "team", Label: v.Words["team"], Options: s.teamOptions(v.Lang, []string{form.Get("team")})}
	v.Team.Options = slices.DeleteFunc(v.Team.Options, func(o option) bool { return o.Value == "" })
	v.Menu = v.menuField(sources(draft.Files), form.Get("menu"))
	if v.Template == flows.TemplateAnswer {
		for _, lang := range languages {
			f := text("answer_"+lang, "new_answer_"+lang, 0)
			f.Rows, f.Required = 3, lang == languages[0]
			v.Answer = append(v.Answer, f)
		}
	}
	for i := 1; i <= questionRows; i++ {
		v.Questions = append(v.Questions, v.questionRow(i, form, faults))
	}
	return s.show(c, status, "flownew.html", v)
}

// fault is a word for what is wrong, or what the flows say themselves.
func (p page) fault(key string) string {
	if word := p.Words[key]; word != "" {
		return word
	}
	return key
}

func (p page) menuField(files []flows.File, chosen string) field {
	f := field{Name: "menu", Label: p.Words["new_menu"]}
	for i, title := range flows.MenuTitles(files) {
		name := p.Words["menu_main_one"]
		if i > 0 {
			name = inLanguage(title, p.Lang, itoa(i))
		}
		f.Options = append(f.Options, option{itoa(i), name, itoa(i) == chosen})
	}
	f.Options = append(f.Options, option{"-1", p.Words["menu_nowhere"], chosen == "-1"})
	return f
}

// questionTypes are what an answer of a new service can be.
func questionTypes() []flows.SlotType {
	return []flows.SlotType{flows.SlotText, flows.SlotChoice, flows.SlotNumber, flows.SlotDate, flows.SlotPhone}
}

func (p page) questionRow(i int, form url.Values, faults map[string]string) questionRow {
	n := itoa(i)
	row := questionRow{Title: p.Say("new_question", "n", p.Number(i)), Open: i <= 3 || form.Get("q"+n+"_bn") != ""}
	for _, lang := range languages {
		name := "q" + n + "_" + lang
		row.Fields = append(row.Fields, field{Name: name, Label: p.Words["new_question_"+lang], Value: form.Get(name), Fault: p.fault(faults[name]), Most: maxQuestion, Complete: "off"})
	}
	kind := field{Name: "q" + n + "_type", Label: p.Words["new_type"]}
	for _, t := range questionTypes() {
		kind.Options = append(kind.Options, option{string(t), p.Words["slot_"+string(t)], string(t) == form.Get(kind.Name)})
	}
	choices := "q" + n + "_choices"
	row.Fields = append(row.Fields, kind, field{
		Name: choices, Label: p.Words["new_choices"], Hint: p.Words["new_choices_hint"], Value: form.Get(choices), Fault: p.fault(faults[choices]), Most: maxQuestion, Complete: "off",
	})
	return row
}

// addService writes the service into the draft and opens the editor at it.
func (s *Server) addService(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	draft, _, _, err := s.working(c)
	if err != nil {
		return err
	}
	n, faults := newService(form)
	if len(faults) > 0 {
		return s.newServicePage(c, http.StatusUnprocessableEntity, form, faults)
	}
	files, err := n.Insert(sources(draft.Files))
	if errors.Is(err, flows.ErrNewService) {
		return s.newServicePage(c, http.StatusUnprocessableEntity, form, map[string]string{"": err.Error()})
	}
	if err != nil {
		return err
	}
	draft.Files = make([]handoff.CatalogFile, len(files))
	for i, f := range files {
		draft.Files[i] = handoff.CatalogFile{Name: f.Name, Text: string(f.Text)}
	}
	if err := s.opt.Desk.KeepCatalogDraft(c.Request().Context(), viewer(c), draft); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, withQuery(withQuery(draftPath, "flow", n.ID), "done", "service_added"))
}

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

// PlainFault says what is wrong with the whole form.
func (v newServiceView) PlainFault() string { return v.fault(v.Fault) }

// Explained says what the template makes.
func (v newServiceView) Explained() string { return v.Words["template_text_"+string(v.Template)] }
