package api

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// assignManyBody says which cases go to whom.
type assignManyBody struct {
	Numbers []int64 `json:"numbers" jsonschema:"minItems=1,maxItems=200" jsonschema_description:"the cases, each once"`
	assignBody
}

// assignedAnswer says what became of each case.
type assignedAnswer struct {
	Assigned []int64         `json:"assigned" jsonschema_description:"the cases that were given on"`
	Refused  []refusedAnswer `json:"refused" jsonschema_description:"those that were not"`
}

type refusedAnswer struct {
	Number  int64  `json:"number"`
	Code    string `json:"code" jsonschema_description:"conflict: it is settled; not_found: there is none, or it is not the caller's to see; invalid: the agent is gone"`
	Message string `json:"message"`
}

func shapeRefused(r handoff.NotAssigned) refusedAnswer {
	p := problemOf(r.Cause)
	return refusedAnswer{Number: r.Number, Code: p.code, Message: p.message}
}

func (s *Server) assignCases(c echo.Context) error {
	body, err := bodyOf[assignManyBody](c)
	if err != nil {
		return err
	}
	to, err := s.assignment(c, body.assignBody)
	if err != nil {
		return err
	}
	done, refused, err := s.assignEach(c, body.Numbers, to)
	if err != nil {
		return err
	}
	number := func(k handoff.Case) int64 { return k.Number }
	return answer(c, assignedAnswer{Assigned: each(done, number), Refused: each(refused, shapeRefused)})
}

// assignEach gives cases on and tells those who watch.
func (s *Server) assignEach(c echo.Context, numbers []int64, to handoff.Assignment) ([]handoff.Case, []handoff.NotAssigned, error) {
	ctx := c.Request().Context()
	done, refused, err := s.opt.Desk.AssignCases(ctx, viewer(c), numbers, to)
	s.tellMoved(ctx, done)
	return done, refused, err
}

// bulk is the form that gives the chosen cases of a list on.
type bulk struct {
	Path   string // where it is sent, with what the list was narrowed to
	Fields []field
	Chosen map[int64]bool
	Alert  string
	Kept   []string // why each case that was not given on was not
}

// bulkOf is the form beside a list, for those who may use it.
func (s *Server) bulkOf(c echo.Context, v *casesView, staff []handoff.Present, form url.Values) *bulk {
	if !allows(v.Agent.Role, CaseWork) || len(v.Lines) == 0 {
		return nil
	}
	who := []option{{Label: v.Words["assign_nobody"]}}
	for _, p := range staff {
		id := p.Agent.ID.String()
		who = append(who, option{id, v.staffName(p), id == form.Get("to_agent")})
	}
	teams := append([]option{{Label: v.Words["bulk_same_team"]}}, s.teamOptions(v.Lang, chosenOf(form.Get("to_team")))...)
	b := &bulk{
		Path:   withoutQuery((&url.URL{Path: casesPath + "/assign", RawQuery: c.Request().URL.RawQuery}).RequestURI(), "done", "lang"),
		Fields: []field{{Name: "to_agent", Label: v.Words["assign_agent"], Options: who}, {Name: "to_team", Label: v.Words["team"], Options: teams}},
		Chosen: map[int64]bool{},
	}
	for _, n := range form["number"] {
		if number, err := strconv.ParseInt(n, 10, 64); err == nil {
			b.Chosen[number] = true
		}
	}
	return b
}

// assignCasesPage gives the chosen cases of a list on and comes back to it,
// or shows it with what could not be done.
func (s *Server) assignCasesPage(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	numbers, to, fault := bulkAsked(form)
	if fault != "" {
		return s.showCasesAs(c, http.StatusUnprocessableEntity, form, func(v *casesView) { v.Bulk.Alert = v.Words[fault] })
	}
	done, refused, err := s.assignEach(c, numbers, to)
	var field *handoff.FieldError
	switch {
	case errors.As(err, &field) && field.Field == "numbers":
		return s.showCasesAs(c, http.StatusUnprocessableEntity, form, func(v *casesView) { v.Bulk.Alert = v.Words["bulk_none"] })
	case errors.As(err, &field):
		return s.showCasesAs(c, http.StatusUnprocessableEntity, form, func(v *casesView) { v.Bulk.Alert = v.Words["fault_assign"] })
	case err != nil:
		return err
	case len(refused) > 0:
		return s.showCasesAs(c, http.StatusConflict, form, func(v *casesView) { v.refuse(len(done), refused) })
	}
	back := c.QueryParams()
	back.Set("done", "cases_assign")
	return c.Redirect(http.StatusSeeOther, casesPath+"?"+back.Encode())
}

// bulkAsked reads what the form says; fault is the key of what is wrong.
func bulkAsked(form url.Values) (numbers []int64, to handoff.Assignment, fault string) {
	for _, typed := range form["number"] {
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			return nil, to, "bulk_none"
		}
		numbers = append(numbers, n)
	}
	to.Team = form.Get("to_team")
	if agent := form.Get("to_agent"); agent != "" {
		var err error
		if to.Agent, err = uuid.Parse(agent); err != nil {
			return nil, to, "fault_assign"
		}
	}
	return numbers, to, ""
}

// refuse says how many were given on, and of each other case why it was not.
func (v *casesView) refuse(done int, refused []handoff.NotAssigned) {
	v.Bulk.Alert = v.Say("bulk_refused", "done", v.Number(done), "kept", v.Number(len(refused)))
	for _, r := range refused {
		why := "bulk_gone"
		switch {
		case errors.Is(r.Cause, handoff.ErrConflict):
			why = "bulk_settled"
		case errors.Is(r.Cause, handoff.ErrNotFound):
			why = "bulk_unseen"
		}
		v.Bulk.Kept = append(v.Bulk.Kept, v.Say(why, "number", v.CaseNumber(r.Number)))
	}
}
