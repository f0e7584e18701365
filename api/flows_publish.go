package api

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// publishView is what publishing a draft would change, and for whom.
type publishView struct {
	page
	Base    int64
	Behind  *behind
	Refused []spokenFault // errors: it cannot be published
	Warned  []spokenFault
	Changes flowChanges
	Files   []fileDiff
	Inside  []insideLine
	People  int
	Note    field
	Moves   []field // where those go who wait at a step that is gone
}

// insideLine counts people who stand somewhere in a version.
type insideLine struct {
	Service string
	State   string
	Version int64
	People  int
	Gone    bool // the new version has no such place
}

func (s *Server) reviewDraft(c echo.Context) error {
	return s.reviewPage(c, http.StatusOK, "", "")
}

// reviewPage shows a draft before it is published; note is what was typed, and
// fault the key of what is wrong with it.
func (s *Server) reviewPage(c echo.Context, status int, note, fault string) error {
	ctx := c.Request().Context()
	draft, latest, _, err := s.working(c)
	if err != nil {
		return err
	}
	catalog, faults, err := s.compileToPublish(c, draft.Files)
	if err != nil {
		return err
	}
	v := publishView{page: s.page(c, "publish_title"), Base: draft.Base}
	v.Refused = s.faultsIn(v.page, draft.Files, errorsOf(faults))
	for _, f := range s.faultsIn(v.page, draft.Files, faults) {
		if f.Warning {
			v.Warned = append(v.Warned, f)
		}
	}
	if v.Behind, err = s.behind(c, v.page, draft, latest); err != nil {
		return err
	}
	base, err := s.opt.Desk.Catalog(ctx, draft.Base)
	if err != nil {
		return err
	}
	v.Changes, v.Files = v.flowChanges(base.Files, draft.Files), fileDiffs(base.Files, draft.Files)
	inside, err := s.opt.Desk.InsideFlows(ctx)
	if err != nil {
		return err
	}
	v.Inside, v.People = s.insideLines(v.page, catalog, inside)
	if catalog != nil {
		v.Moves = s.moveFields(v.page, catalog, inside, c)
	}
	v.Note = field{Name: "note", Label: v.Words["publish_note"], Hint: v.Words["publish_note_hint"], Value: note, Required: true, Most: maxVersionNote, Fault: v.Words[fault]}
	return s.show(c, status, "flowpublish.html", v)
}

// maxVersionNote is the longest note of a version, in characters.
const maxVersionNote = 500

// insideLines says where people are, and which of the places a new catalogue
// has no more.
func (s *Server) insideLines(p page, next *flows.Catalog, inside []handoff.Inside) (lines []insideLine, people int) {
	for _, i := range inside {
		l := insideLine{Service: s.serviceName(p.Lang, i.Flow), State: i.State, Version: i.Version, People: i.People}
		if next != nil {
			l.Gone = !hasState(next, i.Flow, i.State)
		}
		lines, people = append(lines, l), people+i.People
	}
	return lines, people
}

func hasState(c *flows.Catalog, flow, state string) bool {
	f, ok := c.Flow(flow)
	if !ok {
		return false
	}
	for _, s := range f.States {
		if s.Name == state {
			return true
		}
	}
	return state == ""
}

// publishDraft publishes what is kept, unless it has faults or somebody was
// first.
func (s *Server) publishDraft(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	draft, _, kept, err := s.working(c)
	if err != nil {
		return err
	}
	if !kept || form.Get("base") != strconv.FormatInt(draft.Base, 10) {
		return s.reviewPage(c, http.StatusConflict, form.Get("note"), "")
	}
	catalog, _, err := s.compileToPublish(c, draft.Files)
	if err != nil {
		return err
	}
	if catalog == nil {
		return s.reviewPage(c, http.StatusUnprocessableEntity, form.Get("note"), "")
	}
	if form.Get("note") == "" {
		return s.reviewPage(c, http.StatusUnprocessableEntity, "", "publish_note_missing")
	}
	moves, ok := movesOf(catalog, form)
	if !ok {
		return s.reviewPage(c, http.StatusUnprocessableEntity, form.Get("note"), "fault_move")
	}
	_, err = s.publish(c, catalog, handoff.Publication{Files: draft.Files, Base: draft.Base, Note: form.Get("note"), Draft: true, Moves: moves})
	switch {
	case errors.Is(err, handoff.ErrConflict):
		return s.reviewPage(c, http.StatusConflict, form.Get("note"), "")
	case faultOf(err) == "note":
		return s.reviewPage(c, http.StatusUnprocessableEntity, form.Get("note"), "publish_note_hint")
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, flowsPath+"?done=flows_published")
}
