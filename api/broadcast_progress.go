package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// progressView is how far a broadcast is: {{template "broadcastprogress" .}}.
type progressView struct {
	page
	Path   string
	State  broadcasts.State
	Count  *broadcastCount // nil: it has not begun
	Counts []statusCount
	Says   string // when it begins, or what holds it
}

// statusCount is how many recipients are how far.
type statusCount struct{ Name, N, Text string }

// progress reads how far a broadcast is that is not over.
func (s *Server) progress(ctx context.Context, to **progressView, p page, b broadcasts.Broadcast) error {
	v := &progressView{page: p, Path: broadcastPath(b.ID) + "/progress?was=" + string(b.State), State: b.State}
	*to = v
	until, quiet := s.catalog().Quiet().Until(s.now())
	if b.State == broadcasts.StateScheduled {
		v.Says = p.Say("broadcast_goes_out", "time", p.later(b.DueAt))
		until, quiet = s.catalog().Quiet().Until(b.DueAt)
	}
	if quiet && b.Emergency == "" && b.State != broadcasts.StatePaused {
		v.Says += " " + p.Say("broadcast_held", "time", p.later(until))
	}
	if b.State == broadcasts.StateScheduled {
		return nil
	}
	n, err := s.opt.Broadcasts.Progress(ctx, b.ID)
	if err != nil {
		return err
	}
	v.Count, v.Counts = p.broadcastCount(n), p.statusCounts(n)
	return nil
}

// statusCounts are the counts that are not zero, each with what it means.
func (p page) statusCounts(n broadcasts.Counts) []statusCount {
	var list []statusCount
	for _, one := range []struct {
		status broadcasts.Status
		n      int
	}{
		{broadcasts.StatusWaiting, n.Waiting},
		{broadcasts.StatusSending, n.Sending},
		{broadcasts.StatusSent, n.Sent},
		{broadcasts.StatusDelivered, n.Delivered},
		{broadcasts.StatusFailed, n.Failed},
		{broadcasts.StatusUnknown, n.Unknown},
		{broadcasts.StatusSkipped, n.Skipped},
	} {
		if one.n > 0 {
			list = append(list, statusCount{p.Words["broadcast_n_"+string(one.status)], p.many(one.n), p.Words["broadcast_means_"+string(one.status)]})
		}
	}
	return list
}

// showBroadcastProgress is the part of the page that changes by itself. A page
// that was made in another state is to be fetched whole.
func (s *Server) showBroadcastProgress(c echo.Context) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	if was := c.QueryParam("was"); was != string(b.State) {
		if c.Request().Header.Get("HX-Request") == "" {
			return c.Redirect(http.StatusSeeOther, broadcastPath(b.ID))
		}
		c.Response().Header().Set("HX-Redirect", broadcastPath(b.ID))
		return c.NoContent(http.StatusOK)
	}
	var v *progressView
	if err := s.progress(c.Request().Context(), &v, s.page(c, "broadcasts_title"), b); err != nil {
		return err
	}
	return s.show(c, http.StatusOK, "broadcastprogress", v)
}

// resultsView is what became of a broadcast: {{template "broadcastresults" .}}.
type resultsView struct {
	Count    *broadcastCount
	All      string // how many it was for
	Counts   []statusCount
	Ways     []wayResult
	Failures []failureLine
	Unknown  bool
	Export   exportLinks
	Segments string // empty: no SMS
}

type wayResult struct{ Way, Told, Delivered, Failed, Unknown, Segments string }

type failureLine struct{ Way, Status, Why, N string }

// results reads what became of a broadcast that is over.
func (s *Server) results(ctx context.Context, v *broadcastView, b broadcasts.Broadcast) error {
	if b.BegunAt.IsZero() {
		return nil
	}
	r, err := s.opt.Broadcasts.Results(ctx, b.ID)
	if err != nil {
		return err
	}
	here := v.Path + "/export"
	w := &resultsView{Count: v.broadcastCount(r.Counts), All: v.many(r.Total), Counts: v.statusCounts(r.Counts), Unknown: r.Unknown > 0}
	w.Export = exportLinks{withQuery(here, "format", formatCSV), withQuery(here, "format", formatXLSX)}
	for _, way := range r.Ways {
		line := wayResult{Way: v.Words["way_"+string(way.Way)], Told: v.many(way.Sent + way.Delivered), Delivered: v.many(way.Delivered), Failed: v.many(way.Failed), Unknown: v.many(way.Unknown), Segments: "–"}
		if way.Segments > 0 {
			line.Segments, w.Segments = v.many(way.Segments), v.many(r.Segments)
		}
		w.Ways = append(w.Ways, line)
	}
	for _, f := range r.Failures {
		w.Failures = append(w.Failures, failureLine{cmp.Or(v.Words["way_"+string(f.Way)], "–"), v.Words["broadcast_n_"+string(f.Status)], cmp.Or(v.why(f.Reason), "–"), v.many(f.N)})
	}
	v.Results = w
	return nil
}

// broadcastColumns are the heads of the ledger as a sheet.
var broadcastColumns = []string{"broadcast_recipient", "citizen", "broadcast_way", "language", "broadcast_parts", "status", "broadcast_reason_why", "broadcast_when"}

// exportBroadcast writes what became of each recipient, line by line, and puts
// on record how many they were.
func (s *Server) exportBroadcast(c echo.Context) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	format := c.QueryParam("format")
	if !slices.Contains([]string{formatCSV, formatXLSX}, format) {
		return badField("format", "must be csv or xlsx")
	}
	p, h := s.page(c, ""), c.Response().Header()
	h.Set("Content-Type", map[string]string{formatCSV: mediaCSV + "; charset=utf-8", formatXLSX: mediaXLSX}[format])
	h.Set("Content-Disposition", `attachment; filename="broadcast-`+s.now().In(handoff.Dhaka()).Format(time.DateOnly)+"."+format+`"`)
	h.Set("Cache-Control", "no-store")
	out, err := sheetOf(c.Response(), format)
	if err != nil {
		return err
	}
	titles := make([]any, len(broadcastColumns))
	for i, key := range broadcastColumns {
		titles[i] = p.Words[key]
	}
	if err := out.row(titles...); err != nil {
		return err
	}
	n := 0
	err = s.opt.Broadcasts.Rows(c.Request().Context(), b.ID, func(r broadcasts.Row) error {
		n++
		return out.row(strconv.FormatInt(r.Recipient, 10), r.Contact.Name, p.Words["way_"+string(r.Way)], p.LanguageName(r.Language), r.Segments, p.Words["broadcast_n_"+string(r.Status)], p.why(r.Reason), r.At)
	})
	if err != nil {
		return err
	}
	if err := out.close(); err != nil {
		return err
	}
	return s.opt.Desk.Exported(c.Request().Context(), viewer(c), "broadcasts", format, n)
}
