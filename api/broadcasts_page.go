package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// broadcastsPath is where supervisors write and send news to many.
const broadcastsPath = "/console/broadcasts"

// broadcastsShown is how many are on one page of the list: each is counted.
const broadcastsShown = 20

func broadcastPages() []Route {
	of := func(method, path string, handle func(*Server, echo.Context) error, summary string) Route {
		return Route{Method: method, Path: broadcastsPath + path, Needs: BroadcastManage, handle: handle, Summary: summary, Type: html}
	}
	return []Route{
		of(http.MethodGet, "", (*Server).listBroadcastsPage, "The broadcasts, the newest first"),
		of(http.MethodGet, "/new", (*Server).newBroadcast, "The form for a new broadcast"),
		of(http.MethodPost, "/new", (*Server).writeBroadcast, "Keep a new broadcast, or show how it would look and whom it would reach"),
		of(http.MethodPost, "/length", (*Server).measureBroadcast, "How long a text of the form is: letters and SMS"),
		of(http.MethodGet, "/:id", (*Server).showBroadcastPage, "A broadcast: what is left to do, how far it is, or its results"),
		of(http.MethodGet, "/:id/edit", (*Server).editBroadcast, "The form of a draft"),
		of(http.MethodPost, "/:id/edit", (*Server).writeBroadcast, "Change a draft, or show how it would look and whom it would reach"),
		of(http.MethodGet, "/:id/progress", (*Server).showBroadcastProgress, "How far a broadcast is, as a part of its page"),
		of(http.MethodGet, "/:id/export", (*Server).exportBroadcast, "What became of each recipient, as CSV or XLSX"),
		of(http.MethodPost, "/:id/send", (*Server).sendBroadcast, "Send a draft now, or at a time"),
		of(http.MethodPost, "/:id/override", (*Server).overrideBroadcast, "Let a broadcast go out in quiet hours, for a written reason"),
		of(http.MethodPost, "/:id/test", (*Server).tryBroadcast, "Send a broadcast to oneself"),
		of(http.MethodPost, "/:id/take-back", (*Server).takeBackBroadcast, "Make a scheduled broadcast a draft again"),
		of(http.MethodPost, "/:id/pause", (*Server).pauseBroadcast, "Pause a broadcast"),
		of(http.MethodPost, "/:id/resume", (*Server).resumeBroadcast, "Go on with a paused broadcast"),
		of(http.MethodPost, "/:id/cancel", (*Server).cancelBroadcast, "End a broadcast for good"),
		of(http.MethodPost, "/:id/copy", (*Server).copyBroadcast, "Copy a broadcast into a new draft"),
	}
}

// broadcastsView is the list.
type broadcastsView struct {
	page
	Lines []broadcastLine
	Empty empty
	Pager pager
}

// broadcastLine is a broadcast as the list shows it.
type broadcastLine struct {
	Title, Path, Topic, By string
	State                  pill
	At                     time.Time
	When                   string // what happened, or will, at that time
	Count                  *broadcastCount
}

// broadcastCount is how far one is.
type broadcastCount struct {
	broadcasts.Counts
	Reached, Failing string
	Says             string // 1,204 of 2,338
}

// broadcastDesk is where broadcasts are kept and sent; ErrNotFound when none
// are.
func (s *Server) broadcastDesk() (Broadcasts, Broadcaster, error) {
	if s.opt.Broadcasts == nil || s.opt.Broadcaster == nil || s.catalog() == nil {
		return nil, nil, handoff.ErrNotFound
	}
	return s.opt.Broadcasts, s.opt.Broadcaster, nil
}

func (s *Server) listBroadcastsPage(c echo.Context) error {
	store, _, err := s.broadcastDesk()
	if err != nil {
		return err
	}
	before := uuid.Nil
	if next := c.QueryParam("next"); next != "" {
		if before, err = uuid.Parse(next); err != nil {
			return handoff.ErrNotFound
		}
	}
	list, err := store.List(c.Request().Context(), before)
	if err != nil {
		return err
	}
	v := broadcastsView{page: s.page(c, "broadcasts_title")}
	v.Empty = s.empty(v.page, "broadcasts_empty", "broadcasts_empty_text")
	next := ""
	if len(list) > broadcastsShown {
		list = list[:broadcastsShown]
		next = list[broadcastsShown-1].ID.String()
	}
	v.Pager = v.pager(c, next)
	for _, b := range list {
		l, err := s.broadcastLine(c.Request().Context(), v.page, b)
		if err != nil {
			return err
		}
		v.Lines = append(v.Lines, l)
	}
	return s.show(c, http.StatusOK, "broadcasts.html", v)
}

func (s *Server) broadcastLine(ctx context.Context, p page, b broadcasts.Broadcast) (broadcastLine, error) {
	l := broadcastLine{Title: b.Title, Path: broadcastPath(b.ID), Topic: s.topicName(p, b.Topic), By: b.Author.Name, State: p.broadcastPill(b.State)}
	l.At, l.When = broadcastTime(p, b)
	if b.BegunAt.IsZero() {
		return l, nil
	}
	n, err := s.opt.Broadcasts.Progress(ctx, b.ID)
	if err != nil {
		return l, err
	}
	l.Count = p.broadcastCount(n)
	return l, nil
}

func broadcastPath(id uuid.UUID) string { return broadcastsPath + "/" + id.String() }

// broadcastTime is when the last thing happened to one, or the next will.
func broadcastTime(p page, b broadcasts.Broadcast) (time.Time, string) {
	switch {
	case !b.EndedAt.IsZero():
		return b.EndedAt, p.Words["broadcast_ended"]
	case !b.BegunAt.IsZero():
		return b.BegunAt, p.Words["broadcast_begun"]
	case !b.DueAt.IsZero():
		return b.DueAt, p.Words["broadcast_due"]
	default:
		return b.ChangedAt, p.Words["broadcast_written"]
	}
}

// broadcastPill is how far a broadcast is.
func (p page) broadcastPill(state broadcasts.State) pill {
	colours := map[broadcasts.State]string{
		broadcasts.StateScheduled: "info", broadcasts.StateSending: "info", broadcasts.StatePaused: "warn", broadcasts.StateDone: "good", broadcasts.StateCancelled: "bad",
	}
	return pill{colours[state], p.Words["broadcast_is_"+string(state)]}
}

// broadcastCount puts counts into words.
func (p page) broadcastCount(n broadcasts.Counts) *broadcastCount {
	return &broadcastCount{
		Counts: n, Reached: p.many(n.Sent + n.Delivered), Failing: p.many(n.Failed + n.Unknown),
		Says: p.Say("broadcast_of", "n", p.many(n.Over()), "all", p.many(n.Total)),
	}
}

// many writes a count that may be large.
func (p page) many(n int) string { return p.Count(int64(n)) }

// topicName is the title of a topic.
func (s *Server) topicName(p page, id string) string {
	if id == "" {
		return p.Words["broadcast_no_topic"]
	}
	title, _ := s.catalog().Topic(id, p.Lang)
	return title
}

// topicBoxes are the topics to choose from.
func (s *Server) topicBoxes(p page, chosen ...string) []option {
	topics := s.catalog().Topics(p.Lang)
	options := make([]option, len(topics))
	for i, t := range topics {
		options[i] = option{t.ID, t.Title, slices.Contains(chosen, t.ID)}
	}
	return options
}
