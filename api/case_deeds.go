package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// maxNote is how long a note may be, in characters.
const maxNote = 2000

// deed is something that can be done to a case now.
type deed struct {
	Verb   string // the end of its address
	Name   string
	Text   string // what it means
	Fields []field
	Open   bool // its form shows
	Main   bool // the usual way on
	Danger bool
}

// deedKind is one of the verbs on a case.
type deedKind struct {
	verb   string
	event  handoff.CaseEvent // empty: it moves no status
	noted  bool              // the note must say something
	main   bool
	danger bool
	bare   bool       // without a note
	needs  Permission // empty: CaseWork
	do     doDeed
}

// needed is what one must be allowed to do it.
func (k deedKind) needed() Permission { return cmp.Or(k.needs, CaseWork) }

// doDeed does a deed to the case with a number as a form says, and returns
// every case that it changed.
type doDeed func(context.Context, *handoff.Desk, handoff.Viewer, int64, url.Values) ([]handoff.Case, error)

// noteName is the field of a deed's note. Its name is its id as well, and there
// are several forms on the page.
func noteName(verb string) string { return verb + "_note" }

// deedKinds are all verbs on a case, in the order they are shown.
func deedKinds() []deedKind {
	return []deedKind{
		{verb: "start", event: handoff.CaseStart, main: true, do: notedDeed("start", (*handoff.Desk).StartCase)},
		{verb: "resolve", event: handoff.CaseResolve, noted: true, main: true, do: notedDeed("resolve", (*handoff.Desk).ResolveCase)},
		{verb: "close", event: handoff.CaseClose, main: true, do: notedDeed("close", (*handoff.Desk).CloseCase)},
		{verb: "assign", do: assignDeed},
		{verb: "wait", event: handoff.CaseWait, do: notedDeed("wait", (*handoff.Desk).WaitCase)},
		{verb: "ask", event: handoff.CaseWait, noted: true, do: notedDeed("ask", (*handoff.Desk).AskCitizen)},
		{verb: "ward", needs: WardCorrect, do: wardDeed},
		{verb: "reopen", event: handoff.CaseReopen, do: notedDeed("reopen", (*handoff.Desk).ReopenCase)},
		{verb: "duplicate", event: handoff.CaseMatch, bare: true, do: matchDeed},
		{verb: "separate", event: handoff.CaseSeparate, bare: true, needs: CaseSeparate, do: separateDeed},
		{verb: "refer", event: handoff.CaseRefer, danger: true, do: referDeed},
		{verb: "reject", event: handoff.CaseReject, noted: true, danger: true, do: notedDeed("reject", (*handoff.Desk).RejectCase)},
		{verb: "note", noted: true, do: notedDeed("note", (*handoff.Desk).NoteCase)},
	}
}

func notedDeed(verb string, do func(*handoff.Desk, context.Context, handoff.Viewer, int64, string) (handoff.Case, error)) doDeed {
	return func(ctx context.Context, d *handoff.Desk, v handoff.Viewer, n int64, form url.Values) ([]handoff.Case, error) {
		return alone(do(d, ctx, v, n, form.Get(noteName(verb))))
	}
}

// alone is a single case that was changed.
func alone(k handoff.Case, err error) ([]handoff.Case, error) { return []handoff.Case{k}, err }

func assignDeed(ctx context.Context, d *handoff.Desk, v handoff.Viewer, n int64, form url.Values) ([]handoff.Case, error) {
	to := handoff.Assignment{Team: form.Get("team"), Note: form.Get(noteName("assign"))}
	if typed := form.Get("agent"); typed != "" {
		var err error
		if to.Agent, err = uuid.Parse(typed); err != nil {
			return nil, &handoff.FieldError{Field: "agent", Message: "there is no such agent"}
		}
	}
	return alone(d.AssignCase(ctx, v, n, to))
}

func referDeed(ctx context.Context, d *handoff.Desk, v handoff.Viewer, n int64, form url.Values) ([]handoff.Case, error) {
	return alone(d.ReferCase(ctx, v, n, form.Get("to"), form.Get(noteName("refer"))))
}

// allowed reports whether the deed can be done in a status.
func (k deedKind) allowed(status handoff.CaseStatus) bool {
	if k.verb == "assign" {
		return status.Open()
	}
	if k.event == "" {
		return true
	}
	_, err := status.After(k.event)
	return err == nil
}

// does puts what can be done into the view.
func (v *caseView) does(s *Server, staff []handoff.Present, t tried) {
	for _, k := range deedKinds() {
		if !k.allowed(v.Case.Status) || !allows(v.Agent.Role, k.needed()) {
			continue
		}
		d := v.deedOf(s, k, staff, t)
		if k.verb == "note" {
			v.Note = d
			continue
		}
		v.Deeds = append(v.Deeds, d)
	}
	slices.SortStableFunc(v.Deeds, func(a, b deed) int { return rank(a) - rank(b) })
	if t.fault != nil {
		v.Alert = v.Words["case_fault"]
	}
	if t.clash {
		v.Alert = v.Say("case_clash", "status", s.statusName(v.page, v.Case.Status))
		if typed := t.form.Get(noteName(t.verb)); typed != "" && v.Note.Fields[0].Value == "" {
			v.Note.Fields[0].Value = typed // nothing that was written is lost
		}
	}
}

// rank puts the usual ways on first and those that end a case last.
func rank(d deed) int {
	switch {
	case d.Main:
		return 0
	case d.Danger:
		return 2
	default:
		return 1
	}
}

// deedOf is the form of a deed, with what was typed if it was tried.
func (v *caseView) deedOf(s *Server, k deedKind, staff []handoff.Present, t tried) deed {
	d := deed{Verb: k.verb, Name: v.Words["do_"+k.verb], Text: v.Words["do_"+k.verb+"_text"], Main: k.main, Danger: k.danger}
	form := url.Values{}
	if t.verb == k.verb {
		form, d.Open = t.form, true
	}
	switch k.verb {
	case "assign":
		d.Main = v.Case.Status == handoff.CaseNew || v.Case.Status == handoff.CaseReopened
		d.Fields = v.assignFields(s, staff, form)
	case "ward":
		d.Fields = v.wardFields(s, form)
	case "refer":
		d.Fields = []field{{Name: "to", Label: v.Words["refer_to"], Value: form.Get("to"), Required: true, Most: maxNote, Complete: "off"}}
	case "duplicate":
		d.Fields = []field{{Name: "of", Label: v.Words["duplicate_of"], Value: form.Get("of"), Required: true, Numeric: true, Most: 20, Complete: "off"}}
	}
	if !k.bare {
		d.Fields = append(d.Fields, field{
			Name: noteName(k.verb), Label: v.noteLabel(k), Value: form.Get(noteName(k.verb)), Rows: 3, Required: k.noted, Most: maxNote,
		})
	}
	if t.verb == k.verb && t.fault != nil {
		d.blame(v.page, t.fault)
	}
	return d
}

func (v *caseView) noteLabel(k deedKind) string {
	return cmp.Or(v.Words["do_"+k.verb+"_note"], v.Words["note_optional"])
}

// blame says at the field what is wrong with it.
func (d *deed) blame(p page, fault *handoff.FieldError) {
	at := len(d.Fields) - 1 // the note
	for i, f := range d.Fields {
		if f.Name == fault.Field {
			at = i
		}
	}
	switch {
	case fault.Field == "ward":
		d.Fields[at].Fault = p.Words["fault_place"]
	case fault.Field == "alias":
		d.Fields[at].Fault = p.Words["fault_alias"]
	case fault.Field == "of":
		d.Fields[at].Fault = p.Words["fault_duplicate"]
	case fault.Field == "agent":
		d.Fields[at].Fault = p.Words["fault_assign"]
	case strings.TrimSpace(d.Fields[at].Value) == "":
		d.Fields[at].Fault = p.Words["fault_empty"]
	default:
		d.Fields[at].Fault = p.Words["fault_long"]
	}
}

// assignFields are who and which team a case can be given to.
func (v *caseView) assignFields(s *Server, staff []handoff.Present, form url.Values) []field {
	typed, given := form["agent"]
	chosen := v.Agent.ID.String()
	switch {
	case given:
		chosen = typed[0]
	case v.Case.Agent != nil:
		chosen = v.Case.Agent.ID.String()
	}
	who := []option{{Label: v.Words["assign_nobody"]}}
	for _, p := range staff {
		id := p.Agent.ID.String()
		o := option{id, v.staffName(p), id == chosen}
		if p.Agent.ID == v.Agent.ID {
			who = slices.Insert(who, 0, o)
			continue
		}
		who = append(who, o)
	}
	team := v.Case.Team
	if _, given := form["team"]; given {
		team = form.Get("team")
	}
	teams := s.teamOptions(v.Lang, chosenOf(team))
	if v.Case.Team == "" {
		teams = slices.Insert(teams, 0, option{Label: v.Words["any_team"]})
	}
	return []field{{Name: "agent", Label: v.Words["assign_agent"], Options: who}, {Name: "team", Label: v.Words["team"], Options: teams}}
}

// staffName is a colleague in a choice, and whether he is there.
func (v page) staffName(p handoff.Present) string {
	name := p.Agent.Name
	if p.Agent.ID == v.Agent.ID {
		name = v.Say("assign_me", "name", name)
	}
	if p.OnDuty {
		name += " · " + v.Words["on_duty"]
	}
	return name
}

// doCase does a deed to a case and comes back to it.
func (s *Server) doCase(c echo.Context) error {
	number, err := numberOf(c)
	if err != nil {
		return err
	}
	kinds := deedKinds()
	i := slices.IndexFunc(kinds, func(k deedKind) bool { return strings.HasSuffix(c.Path(), "/"+k.verb) })
	if i < 0 {
		return handoff.ErrNotFound
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.isWard(kinds[i].verb, form); err != nil {
		return s.showCaseAs(c, http.StatusUnprocessableEntity, number, tried{verb: kinds[i].verb, form: form, fault: err})
	}
	moved, err := kinds[i].do(ctx, s.opt.Desk, viewer(c), number, form)
	t := tried{verb: kinds[i].verb, form: form}
	switch {
	case errors.As(err, &t.fault):
		return s.showCaseAs(c, http.StatusUnprocessableEntity, number, t)
	case errors.Is(err, handoff.ErrConflict):
		t.clash = true
		return s.showCaseAs(c, http.StatusConflict, number, t)
	case err != nil:
		return err
	}
	s.tellMoved(ctx, moved)
	s.takeUpTaught(c, form.Get("teach") != "")
	return s.afterDeed(c, number, kinds[i].verb, form)
}

// tellMoved tells those who watch that cases changed.
func (s *Server) tellMoved(ctx context.Context, cases []handoff.Case) {
	if s.opt.Talk == nil {
		return
	}
	for _, k := range cases {
		s.opt.Talk.CaseMoved(ctx, k)
	}
}

// afterDeed leads back to where the form says, else to the case, or to the
// list when it is out of the viewer's sight now.
func (s *Server) afterDeed(c echo.Context, number int64, verb string, form url.Values) error {
	if back := backTo(form, "case_"+verb); back != "" {
		return c.Redirect(http.StatusSeeOther, back)
	}
	_, err := s.opt.Desk.Case(c.Request().Context(), viewer(c), number)
	if errors.Is(err, handoff.ErrNotFound) {
		return c.Redirect(http.StatusSeeOther, casesPath+"?done=case_passed")
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, casesPath+"/"+c.Param("number")+"?done=case_"+verb)
}
