package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// talksView is a list of conversations with the form that narrows it.
type talksView struct {
	page
	Filters []field
	More    []field // of figures, folded away until they are used
	Kept    []kept
	Fault   string // what cannot be understood besides the fields
	Narrow  bool
	Folded  bool
	Lines   []inboxLine
	Empty   empty
	Pager   pager
	Saved   filtersPart
	Export  exportLinks
}

// listTalks lists conversations: what a figure about contacts opens.
func (s *Server) listTalks(c echo.Context) error {
	v := talksView{page: s.page(c, "talks_title")}
	var err error
	if v.Saved, err = s.filters(c, v.page, "conversations"); err != nil {
		return err
	}
	f, ok := s.talkFilterOf(c, &v)
	status := http.StatusUnprocessableEntity
	if ok {
		status = http.StatusOK
		list, err := s.opt.Desk.Conversations(c.Request().Context(), viewer(c), f)
		if err != nil {
			return err
		}
		for _, t := range list.Items {
			line := s.inboxLine(v.page, t)
			line.Since = t.OpenedAt
			v.Lines = append(v.Lines, line)
		}
		v.Pager, v.Export = v.pager(c, list.Next), exportOf(c, talksPath)
		v.Empty = s.empty(v.page, "talks_empty", "cases_empty_text")
	}
	return s.show(c, status, "talks.html", v)
}

// talkFilterOf reads the form into a filter and fills it in again; false when
// something typed cannot be understood.
func (s *Server) talkFilterOf(c echo.Context, v *talksView) (handoff.ConversationFilter, bool) {
	f := handoff.ConversationFilter{PageOf: handoff.PageOf{Cursor: c.QueryParam("next")}, Team: c.QueryParam("team"), Flow: c.QueryParam("flow"), Channel: c.QueryParam("channel")}
	from, to, ward, ok := s.spanFields(c, v.page, &f.From, &f.To, &f.Ward)
	if !f.To.IsZero() {
		f.To = f.To.AddDate(0, 0, 1)
	}
	v.Filters = []field{
		{Name: "flow", Label: v.Words["service"], Options: s.serviceOptions(v.page, f.Flow)},
		{Name: "team", Label: v.Words["team"], Options: slices.Insert(s.teamOptions(v.Lang, chosenOf(f.Team)), 0, option{Label: v.Words["any_team"]})},
		ward, v.channelField(f.Channel), from, to,
	}
	var read bool
	if v.More, read = s.talkFigures(c, v, &f); !read {
		v.Fault = v.Words["kept_fault"]
	}
	k := f.Counted
	v.Folded = k.Figure == "" && f.Owner == "" && k.Language == "" && k.Weekday == nil && k.Hour == nil
	v.Narrow = !v.Folded || len(v.Kept) > 0 || f.Flow+f.Team+f.Channel+from.Value+to.Value+ward.Value != ""
	return f, ok && read
}

// spanFields read days and a ward; false when one of them cannot be understood.
func (s *Server) spanFields(c echo.Context, p page, from, to *time.Time, ward *int) (first, last, where field, ok bool) {
	days := &auditView{page: p}
	first, last = days.dayField(c, "from", from), days.dayField(c, "to", to)
	where = (&casesView{page: p}).wardField(c.QueryParam("ward"), ward)
	return first, last, where, first.Fault+last.Fault+where.Fault == ""
}
