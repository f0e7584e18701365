package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
	"nagorik/handoff/maybe"
)

// exportMost is how many rows of a list are taken out at once.
const exportMost = 50_000

// exportRoutes are the lists as files, narrowed as they are on the page.
func exportRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: casesPath + "/export", Needs: CaseRead, handle: (*Server).exportCases, Summary: "The cases of a list, as CSV or XLSX", Type: mediaXLSX},
		{Method: http.MethodGet, Path: talksPath + "/export", Needs: ConversationRead, handle: (*Server).exportTalks, Summary: "The conversations of a list, as CSV or XLSX", Type: mediaXLSX},
	}
}

// exportLinks are where a list that is shown is taken out.
type exportLinks struct{ CSV, XLSX string }

func exportOf(c echo.Context, path string) exportLinks {
	here := path + "/export?" + filterOf(c.Request().URL.RawQuery)
	return exportLinks{withQuery(here, "format", formatCSV), withQuery(here, "format", formatXLSX)}
}

// exportList writes rows page by page and puts on record how many they were.
func (s *Server) exportList(c echo.Context, list string, p page, head []string, next func(ctx context.Context, cursor string) (rows [][]any, after string, err error)) error {
	format := c.QueryParam("format")
	if !slices.Contains([]string{formatCSV, formatXLSX}, format) {
		return badField("format", "must be csv or xlsx")
	}
	ctx := c.Request().Context()
	s.asFile(c, format, list+"-"+s.now().In(handoff.Dhaka()).Format(time.DateOnly))
	rows, cursor, err := next(ctx, "")
	if err != nil {
		return err
	}
	out, err := sheetOf(c.Response(), format)
	if err != nil {
		return err
	}
	titles := make([]any, len(head))
	for i, key := range head {
		titles[i] = p.Words[key]
	}
	if err := out.row(titles...); err != nil {
		return err
	}
	n := 0
	for {
		for _, row := range rows {
			if err := out.row(row...); err != nil {
				return err
			}
			n++
		}
		if cursor == "" || n >= exportMost {
			break
		}
		if rows, cursor, err = next(ctx, cursor); err != nil {
			return err
		}
	}
	if err := out.close(); err != nil {
		return err
	}
	return s.opt.Desk.Exported(ctx, viewer(c), list, format, n)
}

func (s *Server) exportCases(c echo.Context) error {
	v := casesView{page: s.page(c, "cases_title")}
	staff, err := s.opt.Desk.Staff(c.Request().Context(), viewer(c))
	if err != nil {
		return err
	}
	f, ok := s.caseFilterOf(c, &v, staff)
	if !ok {
		return badField("q", "something in the filter cannot be understood; go back to the list")
	}
	f.Limit = handoff.MaxPageSize
	head := []string{"number", "service", "matter", "status", "ward", "place", "team", "in_charge", "channel", "citizen", "opened", "due"}
	return s.exportList(c, "cases", v.page, head, func(ctx context.Context, cursor string) ([][]any, string, error) {
		f.Cursor = cursor
		list, err := s.opt.Desk.Cases(ctx, viewer(c), f)
		return each(list.Items, func(k handoff.Case) []any { return s.caseCells(v.page, k) }), list.Next, err
	})
}

// caseCells are a case as a row of a sheet.
func (s *Server) caseCells(p page, k handoff.Case) []any {
	l := s.caseLine(p, k)
	return []any{
		k.Number, l.Service, k.Title, l.Status.Text, k.Ward, k.Place, l.Team, l.Agent, p.channelName(k.Channel), k.Contact.Name, k.OpenedAt, maybe.Zero(k.DueAt),
	}
}

func (s *Server) exportTalks(c echo.Context) error {
	v := talksView{page: s.page(c, "talks_title")}
	f, ok := s.talkFilterOf(c, &v)
	if !ok {
		return badField("from", "something in the filter cannot be understood; go back to the list")
	}
	f.Limit = handoff.MaxPageSize
	head := []string{"citizen", "service", "ward", "channel", "status", "opened"}
	return s.exportList(c, "conversations", v.page, head, func(ctx context.Context, cursor string) ([][]any, string, error) {
		f.Cursor = cursor
		list, err := s.opt.Desk.Conversations(ctx, viewer(c), f)
		return each(list.Items, func(t handoff.Conversation) []any {
			l := s.inboxLine(v.page, t)
			return []any{l.Name, l.About, l.Ward, l.Channel, l.State.Text, t.OpenedAt}
		}), list.Next, err
	})
}
