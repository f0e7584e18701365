package api

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// The parts that pages are made of; views/parts.html shows them.

// field is a labelled input: {{template "field" .Name}}. With Rows it is a
// text area, with Options a choice.
type field struct {
	Name     string // also its id
	Label    string
	Value    string
	Type     string // "text" when empty
	Hint     string
	Fault    string // what is wrong with what was typed
	Complete string // autocomplete
	Required bool
	Numeric  bool // digits: telephones show their keys
	Least    int  // characters; 0 for no bound
	Most     int
	Rows     int
	Options  []option
	Accept   string // media types of files
	Box      bool   // to tick: Value is what is sent then
	Ticked   bool
}

// option is one of a choice, or a box to tick.
type option struct {
	Value  string
	Label  string
	Chosen bool
}

// boxes are options of which several can be ticked: {{template "boxes" .Teams}}.
type boxes struct {
	Name    string
	Label   string
	Hint    string
	Options []option
}

// pager leads through a list: {{template "pager" .Pager}}.
type pager struct {
	First, Next         string // addresses; empty where there is nothing
	FirstName, NextName string
}

// empty says why a list is empty: {{template "empty" .Empty}}. Scope explains
// that the viewer sees a part of the record only; see page.empty.
type empty struct {
	Title string
	Text  string
	Scope string
	Limit []string // what the part is, in words
}

// tab is one of several lists of a page: {{template "tabs" .Tabs}}.
type tab struct {
	Path  string
	Name  string
	Count string // empty: not counted
	Here  bool
}

// empty explains an empty list by the keys of its title and its text, and to
// an agent who is limited to teams and wards also why he sees no more.
func (s *Server) empty(p page, title, text string) empty {
	e := empty{Title: p.Words[title], Text: p.Words[text]}
	a := p.Agent
	if a.Role != handoff.RoleAgent || len(a.Teams) == 0 && len(a.Wards) == 0 {
		return e
	}
	e.Scope = p.Words["scope_text"]
	e.Limit = s.limits(p, a)
	return e
}

// limits are the teams and wards of an agent in words.
func (s *Server) limits(p page, a handoff.Agent) []string {
	var limits []string
	if len(a.Teams) > 0 {
		limits = append(limits, p.Say("scope_teams", "teams", s.teamNames(p.Lang, a.Teams)))
	}
	if len(a.Wards) > 0 {
		limits = append(limits, p.Say("scope_wards", "wards", p.digits(wardText(a.Wards))))
	}
	return limits
}

// pager of a list that was asked for with the query of the request.
func (p page) pager(c echo.Context, next string) pager { return p.pagerAt(c.Request().URL, next) }

// pagerAt is the same for the list at an address.
func (p page) pagerAt(at *url.URL, next string) pager {
	v := pager{FirstName: p.Words["pager_first"], NextName: p.Words["pager_next"]}
	here := at.RequestURI()
	if at.Query().Get("next") != "" {
		v.First = withoutQuery(here, "next", "done")
	}
	if next != "" {
		v.Next = withQuery(withoutQuery(here, "done"), "next", next)
	}
	return v
}

// newPassword is a field for a password that is to be set.
func (p page) newPassword(name, label string) field {
	f := field{Name: name, Label: p.Words[label], Type: "password", Complete: "new-password", Required: true, Least: handoff.MinPassword, Most: handoff.MaxPassword}
	if name == "password" {
		f.Hint = p.Words["password_rule"]
	}
	return f
}

// formOf reads a form, of a bounded size.
func formOf(c echo.Context) (url.Values, error) { return formUpTo(c, maxForm) }

// idAndForm reads the id of the path, and the form that was sent to it.
func idAndForm(c echo.Context) (uuid.UUID, url.Values, error) {
	id, err := idOf(c)
	if err != nil {
		return uuid.Nil, nil, err
	}
	form, err := formOf(c)
	return id, form, err
}

// formUpTo reads a form of at most so many bytes.
func formUpTo(c echo.Context, most int64) (url.Values, error) {
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, most)
	if err := r.ParseForm(); err != nil {
		return nil, errBody
	}
	return r.PostForm, nil
}

// itoa writes a number for programs.
func itoa(n int) string { return strconv.Itoa(n) }
