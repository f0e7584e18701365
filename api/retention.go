package api

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// retentionPath is where the administrator says for how long what is kept.
const retentionPath = "/console/retention"

// retentionChoices are the months that the page offers; 0 is for ever.
var retentionChoices = []int{0, 1, 3, 6, 12, 24, 36, 60, 84, 120}

// retentionView is for how long what is kept.
type retentionView struct {
	page
	Kinds []field // a choice for each kind of record
}

func retentionRoutes() []Route {
	on := func(method, path, summary string, handle func(*Server, echo.Context) error) Route {
		return Route{Method: method, Path: path, Needs: RetentionManage, handle: handle, Summary: summary}
	}
	page, save := on(http.MethodGet, retentionPath, "For how long what is kept", (*Server).showRetention), on(http.MethodPost, retentionPath, "Change for how long what is kept", (*Server).saveRetention)
	page.Type, save.Type = html, html
	list, change := on(http.MethodGet, "/api/v1/retention", "For how long what is kept, and how much is older", (*Server).listRetention),
		on(http.MethodPost, "/api/v1/retention", "Change for how long kinds of record are kept; what is older goes within hours", (*Server).changeRetention)
	list.Answer, change.Answer, change.Body = listOf[retentionAnswer]{}, listOf[retentionAnswer]{}, retentionBody{}
	return []Route{page, save, list, change}
}

func (s *Server) showRetention(c echo.Context) error {
	return s.showRetentionAs(c, http.StatusOK, nil, "")
}

// showRetentionAs shows the page, with what was chosen and which choice is wrong.
func (s *Server) showRetentionAs(c echo.Context, status int, form url.Values, wrong string) error {
	list, err := s.opt.Desk.Retentions(c.Request().Context())
	if err != nil {
		return err
	}
	v := retentionView{page: s.page(c, "retention_title")}
	for _, r := range list {
		v.Kinds = append(v.Kinds, v.retentionField(r, form, wrong))
	}
	return s.show(c, status, "retention.html", v)
}

// retentionField is the choice for a kind, with what it means and how much goes
// with the next round.
func (p page) retentionField(r handoff.Retention, form url.Values, wrong string) field {
	kind := string(r.Kind)
	f := field{Name: kind, Label: p.Words["retention_"+kind], Hint: p.Words["retention_"+kind+"_text"]}
	chosen := r.Months
	if n, err := strconv.Atoi(form.Get(kind)); err == nil {
		chosen = n
	}
	there := false
	for _, n := range retentionChoices {
		there = there || n == chosen
		f.Options = append(f.Options, option{strconv.Itoa(n), p.months(n), n == chosen})
	}
	if !there { // set by a program
		f.Options = append(f.Options, option{strconv.Itoa(chosen), p.months(chosen), true})
	}
	if wrong == kind {
		f.Fault = p.Words["retention_fault"]
	}
	switch {
	case r.More:
		f.Hint += " " + p.Say("retention_due_more", "n", p.Number(r.Due))
	case r.Due > 0:
		f.Hint += " " + p.Say("retention_due", "n", p.Number(r.Due))
	}
	return f
}

// months says a number of months.
func (p page) months(n int) string {
	switch {
	case n == 0:
		return p.Words["retention_ever"]
	case n == 1:
		return p.Words["retention_month"]
	case n == 12:
		return p.Words["retention_year"]
	case n%12 == 0:
		return p.Say("retention_years", "n", p.Number(n/12))
	default:
		return p.Say("retention_months", "n", p.Number(n))
	}
}

func (s *Server) saveRetention(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	months := map[handoff.RetentionKind]int{}
	for _, kind := range handoff.RetentionKinds() {
		if months[kind], err = strconv.Atoi(form.Get(string(kind))); err != nil {
			return s.showRetentionAs(c, http.StatusUnprocessableEntity, form, string(kind))
		}
	}
	err = s.opt.Desk.Retain(c.Request().Context(), viewer(c), months)
	var field *handoff.FieldError
	if errors.As(err, &field) {
		return s.showRetentionAs(c, http.StatusUnprocessableEntity, form, field.Field)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, retentionPath+"?done=saved")
}

type retentionAnswer struct {
	Kind   string `json:"kind" jsonschema:"enum=words,enum=photos,enum=people,enum=faults,enum=audit"`
	Months int    `json:"months" jsonschema_description:"0: kept for ever"`
	Due    int    `json:"due" jsonschema_description:"how much is older and goes with the next round"`
	More   bool   `json:"more" jsonschema_description:"there is more than due says"`
}

type retentionBody struct {
	Months map[string]int `json:"months" jsonschema_description:"by kind: words, photos, people, faults, audit; 0 for ever; a kind that is not named stays as it is"`
}

func (s *Server) listRetention(c echo.Context) error {
	list, err := s.opt.Desk.Retentions(c.Request().Context())
	if err != nil {
		return err
	}
	return answer(c, listOf[retentionAnswer]{Items: each(list, func(r handoff.Retention) retentionAnswer {
		return retentionAnswer{string(r.Kind), r.Months, r.Due, r.More}
	})})
}

func (s *Server) changeRetention(c echo.Context) error {
	body, err := bodyOf[retentionBody](c)
	if err != nil {
		return err
	}
	months := make(map[handoff.RetentionKind]int, len(body.Months))
	for kind, n := range body.Months {
		months[handoff.RetentionKind(kind)] = n
	}
	if err := s.opt.Desk.Retain(c.Request().Context(), viewer(c), months); err != nil {
		return err
	}
	return s.listRetention(c)
}
