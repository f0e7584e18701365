package api

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/handoff"
)

// casesPath is where staff find cases.
const casesPath = "/console/cases"

// The groups of statuses that a list can be narrowed to.
const (
	groupOpen    = "open"
	groupAll     = "all"
	groupSettled = "settled"
)

// casesView is a list of cases with the form that narrows it.
type casesView struct {
	page
	Tabs   []tab
	Query  field
	More   []field
	Kept   []kept
	Mine   bool
	Narrow bool // more than the status is asked for
	Folded bool // nothing of what is folded away is asked for
	Lines  []caseLine
	Empty  empty
	Pager  pager
	Bulk   *bulk // nil: nothing can be given on

	Board   bool
	Views   []tab
	Columns []boardColumn
	Here    string // the board as it is, to come back to
	Saved   filtersPart
	Export  exportLinks
}

// caseLine is a case in a list.
type caseLine struct {
	Number  int64
	Path    string
	Service string
	Title   string // empty when it says the same as the service
	Status  pill
	Ward    int
	Team    string
	Agent   string
	Opened  time.Time
	Due     *pill
	DueAt   *time.Time
}

func (s *Server) caseLine(p page, k handoff.Case) caseLine {
	l := caseLine{
		Number: k.Number, Path: casesPath + "/" + strconv.FormatInt(k.Number, 10), Service: s.serviceName(p.Lang, k.Flow), Title: k.Title,
		Status: s.statusPill(p, k.Status), Ward: k.Ward, Team: s.teamName(p.Lang, k.Team), Opened: k.OpenedAt, Due: p.duePill(k), DueAt: k.DueAt,
	}
	if strings.EqualFold(l.Title, l.Service) {
		l.Title = ""
	}
	if k.Agent != nil {
		l.Agent = k.Agent.Name
	}
	return l
}

func (s *Server) listCasesPage(c echo.Context) error {
	return s.showCasesAs(c, http.StatusOK, nil, func(*casesView) {})
}

// showCasesAs shows the list that the address asks for. form is what was typed
// into the form beside it, and say adds what became of that.
func (s *Server) showCasesAs(c echo.Context, status int, form url.Values, say func(*casesView)) error {
	v := casesView{page: s.page(c, "cases_title"), Board: c.QueryParam("view") == viewBoard && form == nil}
	staff, err := s.opt.Desk.Staff(c.Request().Context(), viewer(c))
	if err != nil {
		return err
	}
	if v.Saved, err = s.filters(c, v.page, "cases"); err != nil {
		return err
	}
	f, ok := s.caseFilterOf(c, &v, staff)
	v.Views = v.views(c)
	if ok && v.Board {
		if err := s.board(c, &v, f); err != nil {
			return err
		}
		return s.showBoard(c, status, v)
	}
	if ok {
		list, err := s.opt.Desk.Cases(c.Request().Context(), viewer(c), f)
		if err != nil {
			return err
		}
		for _, k := range list.Items {
			v.Lines = append(v.Lines, s.caseLine(v.page, k))
		}
		v.Pager, v.Export = v.pagerAt(casesAt(c), list.Next), exportOf(c, casesPath)
		v.Empty = s.empty(v.page, "cases_empty", "cases_empty_text")
		v.Bulk = s.bulkOf(c, &v, staff, form)
	} else {
		status = http.StatusUnprocessableEntity
	}
	if form != nil {
		if v.Bulk == nil { // what was chosen is in no list any more
			v.Bulk = &bulk{}
		}
		say(&v)
	}
	return s.show(c, status, "cases.html", v)
}

// casesAt is the address of the list, also while something is done to it.
func casesAt(c echo.Context) *url.URL {
	return &url.URL{Path: casesPath, RawQuery: c.Request().URL.RawQuery}
}

// caseFilterOf reads the form into a filter and fills it in again; false when
// something typed cannot be understood.
func (s *Server) caseFilterOf(c echo.Context, v *casesView, staff []handoff.Present) (handoff.CaseFilter, bool) {
	f := handoff.CaseFilter{PageOf: handoff.PageOf{Cursor: c.QueryParam("next")}, Query: strings.TrimSpace(c.QueryParam("q")), Kind: flows.Kind(c.QueryParam("kind"))}
	f.Flow, f.Team, f.Channel = c.QueryParam("flow"), c.QueryParam("team"), c.QueryParam("channel")
	v.Query = field{Name: "q", Label: v.Words["cases_search"], Value: f.Query, Type: "search", Complete: "off", Most: 200}
	group, status := v.statusOf(s, c.QueryParam("status"), &f)
	if v.Mine = c.QueryParam("mine") != ""; v.Mine {
		f.Agent = viewer(c).AgentID
	}
	order := v.orderOf(c.QueryParam("order"), group, &f)
	days := &auditView{page: v.page}
	from, to := days.dayField(c, "from", &f.From), days.dayField(c, "to", &f.To)
	from.Label, to.Label = v.Words["cases_from"], v.Words["cases_to"]
	if !f.To.IsZero() {
		f.To = f.To.AddDate(0, 0, 1)
	}
	wards := v.wardField(c.QueryParam("ward"), &f.Ward)
	figure, resolved := s.caseFigures(c, v, &f)
	v.More = []field{
		status,
		{Name: "flow", Label: v.Words["service"], Options: s.serviceOptions(v.page, f.Flow)},
		{Name: "team", Label: v.Words["team"], Options: slices.Insert(s.teamOptions(v.Lang, chosenOf(f.Team)), 0, option{Label: v.Words["any_team"]})},
		wards, v.kindField(&f.Kind), v.channelField(f.Channel), v.agentField(c.QueryParam("agent"), staff, &f), v.dueField(c.QueryParam("due"), &f), from, to, figure, resolved, order,
	}
	more := f.Flow + f.Team + f.Channel + c.QueryParam("agent") + c.QueryParam("due") + wards.Value + string(f.Kind) + from.Value + to.Value + c.QueryParam("order") + string(f.Figure) + resolved.Value
	v.Folded = more == "" && len(v.Kept) == 0 && (group == groupOpen || group == groupAll)
	v.Narrow = !v.Folded || f.Query != ""
	v.Tabs = v.tabs(group)
	return f, wards.Fault+from.Fault+to.Fault+resolved.Fault == ""
}

func chosenOf(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}

// statusOf reads a status or a group of them; what it cannot read is: open.
func (v *casesView) statusOf(s *Server, typed string, f *handoff.CaseFilter) (group string, choice field) {
	group, open := groupOpen, true
	switch status := handoff.CaseStatus(typed); {
	case typed == groupAll:
		group = groupAll
	case typed == groupSettled:
		group, open = groupSettled, false
		f.Open = &open
	case status.Known():
		group, f.Status = typed, status
	default:
		f.Open = &open
	}
	options := []option{}
	for _, g := range []string{groupOpen, groupSettled, groupAll} {
		options = append(options, option{g, v.Words["group_"+g], g == group})
	}
	for _, status := range handoff.CaseStatuses() {
		options = append(options, option{string(status), "– " + s.statusName(v.page, status), string(status) == group})
	}
	return group, field{Name: "status", Label: v.Words["status"], Options: options}
}

// orderOf reads the order: open cases come by due time unless asked otherwise,
// others the newest first.
func (v *casesView) orderOf(typed, group string, f *handoff.CaseFilter) field {
	if typed == string(handoff.CasesByDue) || typed == "" && (group == groupOpen || f.Status.Open()) {
		f.Order = handoff.CasesByDue
	}
	return field{Name: "order", Label: v.Words["order"], Options: []option{
		{string(handoff.CasesByDue), v.Words["order_due"], f.Order == handoff.CasesByDue},
		{"newest", v.Words["order_newest"], f.Order == handoff.CasesNewest},
	}}
}

// wardField reads the number of a ward, in either script.
func (v *casesView) wardField(typed string, ward *int) field {
	f := field{Name: "ward", Label: v.Words["ward"], Value: typed, Numeric: true, Complete: "off"}
	if strings.TrimSpace(typed) == "" {
		return f
	}
	const most = 9999
	n, err := strconv.Atoi(strings.TrimSpace(bangla.Digits(typed)))
	if err != nil || n < 1 || n > most {
		f.Fault = v.Words["fault_ward"]
	}
	*ward = n
	return f
}

// kindField reads what sort of matter is asked for; what it cannot read is:
// any.
func (v *casesView) kindField(kind *flows.Kind) field {
	kinds := []flows.Kind{flows.Complaint, flows.Request, flows.Question, flows.Suggestion}
	if !slices.Contains(kinds, *kind) {
		*kind = ""
	}
	options := []option{{Label: v.Words["any_kind"]}}
	for _, k := range kinds {
		options = append(options, option{string(k), v.Words["kind_"+string(k)], k == *kind})
	}
	return field{Name: "kind", Label: v.Words["kind"], Options: options}
}

func (v *casesView) tabs(group string) []tab {
	plain := !v.Narrow
	if v.Board {
		return []tab{
			{Path: casesPath + "?view=" + viewBoard, Name: v.Words["cases_open"], Here: plain && group == groupOpen && !v.Mine},
			{Path: casesPath + "?mine=yes&view=" + viewBoard, Name: v.Words["cases_mine"], Here: plain && group == groupOpen && v.Mine},
		}
	}
	return []tab{
		{Path: casesPath, Name: v.Words["cases_open"], Here: plain && group == groupOpen && !v.Mine},
		{Path: casesPath + "?mine=yes", Name: v.Words["cases_mine"], Here: plain && group == groupOpen && v.Mine},
		{Path: casesPath + "?status=" + groupAll, Name: v.Words["cases_all"], Here: plain && group == groupAll && !v.Mine},
	}
}

// KindName is what sort of matter a case is, in words.
func (p page) KindName(k flows.Kind) string { return cmp.Or(p.Words["kind_"+string(k)], string(k)) }
