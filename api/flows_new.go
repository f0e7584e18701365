package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
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
	draft.Files = catalogFiles(files)
	if err := s.opt.Desk.KeepCatalogDraft(c.Request().Context(), viewer(c), draft); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, withQuery(withQuery(draftPath, "flow", n.ID), "done", "service_added"))
}

// PlainFault says what is wrong with the whole form.
func (v newServiceView) PlainFault() string { return v.fault(v.Fault) }

// Explained says what the template makes.
func (v newServiceView) Explained() string { return v.Words["template_text_"+string(v.Template)] }
