package api

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// boardCards is how many cases a column of the board holds at once.
const boardCards = 20

// viewBoard is what the address says when cases are looked at on the board.
const viewBoard = "board"

// boardColumn is the cases in one status.
type boardColumn struct {
	ID    string // the status, and an anchor
	Name  string
	Cards []boardCard
	Count string // how many show, with a plus when there are more
	First string // the column from its beginning; empty: it shows that
	Next  string // what comes after these; empty: nothing
}

// boardCard is a case on the board, with its next steps.
type boardCard struct {
	caseLine
	Place string
	Photo string // its thumb; empty: none
	Mine  bool   // somebody else has it, or nobody: it can be taken
	Start bool
	Wait  bool
	Done  bool // it can be resolved
}

// columnsOf are the statuses that have a column: what is asked for by name, or
// the usual way of a case.
func columnsOf(f handoff.CaseFilter) []handoff.CaseStatus {
	switch {
	case f.Status != "":
		return []handoff.CaseStatus{f.Status}
	case f.Open != nil && !*f.Open:
		return []handoff.CaseStatus{handoff.CaseResolved, handoff.CaseClosed, handoff.CaseRejected, handoff.CaseReferred, handoff.CaseDuplicate}
	default:
		return []handoff.CaseStatus{handoff.CaseNew, handoff.CaseReopened, handoff.CaseAssigned, handoff.CaseInProgress, handoff.CaseWaiting, handoff.CaseResolved}
	}
}

// columnNext names the value of the address that says where a column goes on.
func columnNext(status handoff.CaseStatus) string { return "next_" + string(status) }

// board fills in the columns that a filter asks for.
func (s *Server) board(c echo.Context, v *casesView, f handoff.CaseFilter) error {
	here := withoutQuery(casesAt(c).RequestURI(), "done", "lang", "next")
	v.Here = here
	for _, status := range columnsOf(f) {
		one, key := f, columnNext(status)
		one.Status, one.Open, one.PageOf = status, nil, handoff.PageOf{Cursor: c.QueryParam(key), Limit: boardCards}
		if c.QueryParam("order") == "" {
			if one.Order = handoff.CasesNewest; status.Open() {
				one.Order = handoff.CasesByDue
			}
		}
		list, err := s.opt.Desk.Cases(c.Request().Context(), viewer(c), one)
		if err != nil {
			return err
		}
		column := boardColumn{ID: string(status), Name: s.statusName(v.page, status), Count: v.Number(len(list.Items))}
		for _, k := range list.Items {
			column.Cards = append(column.Cards, s.boardCard(v, k))
		}
		if one.Cursor != "" {
			column.First = withoutQuery(here, key) + "#" + column.ID
		}
		if list.Next != "" {
			column.Count += "+"
			column.Next = withQuery(here, key, list.Next) + "#" + column.ID
		}
		v.Columns = append(v.Columns, column)
	}
	return nil
}

func (s *Server) boardCard(v *casesView, k handoff.Case) boardCard {
	card := boardCard{caseLine: s.caseLine(v.page, k), Place: k.Place}
	for _, photo := range k.Photos {
		if photo.SHA256 != "" {
			card.Photo = s.linkTo(v.page, "/console/photos/:id", photo.ID.String())
			break
		}
	}
	if !allows(v.Agent.Role, CaseWork) {
		return card
	}
	can := func(event handoff.CaseEvent) bool { _, err := k.Status.After(event); return err == nil }
	card.Mine = k.Status.Open() && (k.Agent == nil || k.Agent.ID != v.Agent.ID || can(handoff.CaseAssign))
	card.Start, card.Wait, card.Done = can(handoff.CaseStart), can(handoff.CaseWait), can(handoff.CaseResolve)
	return card
}

// views are the list and the board of the same cases.
func (v *casesView) views(c echo.Context) []tab {
	query := c.Request().URL.Query()
	for name := range query {
		if strings.HasPrefix(name, "next") || name == "done" || name == "lang" || name == "view" {
			query.Del(name)
		}
	}
	list := (&url.URL{Path: casesPath, RawQuery: query.Encode()}).String()
	return []tab{
		{Path: list, Name: v.Words["view_list"], Here: !v.Board},
		{Path: withQuery(list, "view", viewBoard), Name: v.Words["view_board"], Here: v.Board},
	}
}

// showBoard answers with the board, or with its columns alone to a page that
// shows it already.
func (s *Server) showBoard(c echo.Context, status int, v casesView) error {
	if status == http.StatusOK && c.Request().Header.Get("HX-Request") != "" {
		return s.show(c, status, "boardcolumns", v)
	}
	return s.show(c, status, "cases.html", v)
}

// agentField is who works on what is asked for; it is somebody of the staff.
func (v *casesView) agentField(typed string, staff []handoff.Present, f *handoff.CaseFilter) field {
	options := []option{{Label: v.Words["any_agent"]}}
	for _, p := range staff {
		id := p.Agent.ID.String()
		if id == typed && f.Agent == uuid.Nil {
			f.Agent = p.Agent.ID
		}
		options = append(options, option{id, p.Agent.Name, id == typed})
	}
	return field{Name: "agent", Label: v.Words["in_charge"], Options: options}
}

// Until when the cases that are asked for are due.
const (
	dueLate = "late"
	dueDay  = "day"
)

// dueField narrows to what is overdue, or will be within a day.
func (v *casesView) dueField(typed string, f *handoff.CaseFilter) field {
	switch typed {
	case dueLate:
		f.DueBefore = v.now
	case dueDay:
		f.DueBefore = v.now.Add(24 * time.Hour)
	}
	return field{Name: "due", Label: v.Words["due"], Options: []option{
		{Label: v.Words["any_due"]}, {dueLate, v.Words["due_only_late"], typed == dueLate}, {dueDay, v.Words["due_only_day"], typed == dueDay},
	}}
}

// backTo is where a deed leads back to, if it was done from a list of cases.
func backTo(form url.Values, done string) string {
	back := localPath(form.Get("back"))
	if plain, _, _ := strings.Cut(back, "?"); plain != casesPath {
		return ""
	}
	return withQuery(back, "done", done)
}
