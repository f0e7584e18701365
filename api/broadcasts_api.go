package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
	"nagorik/handoff/maybe"
)

const broadcastsAPI = "/api/v1/broadcasts"

// broadcastVerbs are what programs do with broadcasts.
func broadcastVerbs() []Route {
	of := func(method, path, summary string, body, answer any, handle func(*Server, echo.Context) error) Route {
		return Route{Method: method, Path: broadcastsAPI + path, Needs: BroadcastManage, Summary: summary, Body: body, Answer: answer, handle: handle}
	}
	list := of(http.MethodGet, "", "Broadcasts, the newest first, at most 50 at once", nil, listOf[broadcastAnswer]{}, (*Server).listBroadcasts)
	list.Query = []Parameter{paramNext}
	results := of(http.MethodGet, "/:id/results", "What has become of a broadcast; with Accept: text/csv its ledger, a line for every way of every recipient", nil, broadcastResultsAnswer{}, (*Server).showBroadcastResults)
	results.Type = mediaCSV
	return []Route{
		list, results,
		of(http.MethodPost, "", "Write a draft", broadcastBody{}, broadcastAnswer{}, (*Server).postBroadcast),
		of(http.MethodPost, "/plan", "How a draft that is not kept would reach its audience now", broadcastBody{}, broadcastPlanAnswer{}, (*Server).postBroadcastPlan),
		of(http.MethodGet, "/:id", "A broadcast and how far it is", nil, broadcastAnswer{}, (*Server).showBroadcast),
		of(http.MethodGet, "/:id/plan", "How a broadcast would reach its audience now", nil, broadcastPlanAnswer{}, (*Server).showBroadcastPlan),
		of(http.MethodPost, "/:id/edit", "Change a draft: what is not given is emptied", broadcastBody{}, broadcastAnswer{}, (*Server).postBroadcastEdit),
		of(http.MethodPost, "/:id/schedule", "Send a draft at a time, or now", broadcastScheduleBody{}, broadcastAnswer{}, (*Server).postBroadcastSchedule),
		of(http.MethodPost, "/:id/take-back", "Make a scheduled one a draft again", nothingBody{}, broadcastAnswer{}, broadcastVerb(Broadcasts.TakeBack)),
		of(http.MethodPost, "/:id/pause", "Stop one at once; who was not told waits", nothingBody{}, broadcastAnswer{}, broadcastVerb(Broadcasts.Pause)),
		of(http.MethodPost, "/:id/resume", "Go on with one that was paused", nothingBody{}, broadcastAnswer{}, broadcastVerb(Broadcasts.Resume)),
		of(http.MethodPost, "/:id/cancel", "End one for good; who was not told is skipped", nothingBody{}, broadcastAnswer{}, broadcastVerb(Broadcasts.Cancel)),
		of(http.MethodPost, "/:id/override", "Let one go out in quiet hours, for a written reason", broadcastReasonBody{}, broadcastAnswer{}, (*Server).postBroadcastOverride),
		of(http.MethodPost, "/:id/test", "Send one to oneself: by SMS to a number, or by mail to the account's address", broadcastTestBody{}, broadcastTestAnswer{}, (*Server).postBroadcastTest),
	}
}

// broadcastStore is where broadcasts are kept; ErrNotFound where none are sent.
func (s *Server) broadcastStore() (Broadcasts, error) {
	if s.opt.Broadcasts == nil || s.opt.Broadcaster == nil {
		return nil, handoff.ErrNotFound
	}
	return s.opt.Broadcasts, nil
}

// onBroadcast does something to the broadcast of the path and answers how it
// stands then.
func (s *Server) onBroadcast(c echo.Context, do func(ctx context.Context, store Broadcasts, id uuid.UUID) error) error {
	store, err := s.broadcastStore()
	if err != nil {
		return err
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if err := do(c.Request().Context(), store, id); err != nil {
		return err
	}
	return s.answerBroadcast(c, store, id)
}

func (s *Server) answerBroadcast(c echo.Context, store Broadcasts, id uuid.UUID) error {
	s.opt.Broadcaster.StirBroadcasts()
	ctx := c.Request().Context()
	b, err := store.Broadcast(ctx, id)
	if err != nil {
		return err
	}
	counts, err := store.Progress(ctx, id)
	if err != nil {
		return err
	}
	a := shapeBroadcast(b)
	a.Counts = shapeCounts(counts)
	if until, quiet := s.opt.Broadcaster.BroadcastsRest(); quiet && b.State == broadcasts.StateSending && b.Emergency == "" {
		a.RestsUntil = &until
	}
	return answer(c, a)
}

func (s *Server) listBroadcasts(c echo.Context) error {
	store, err := s.broadcastStore()
	if err != nil {
		return err
	}
	var before uuid.UUID
	if next := c.QueryParam("next"); next != "" {
		if before, err = uuid.Parse(next); err != nil {
			return badField("next", "is not the next of an earlier answer")
		}
	}
	list, err := store.List(c.Request().Context(), before)
	if err != nil {
		return err
	}
	a := listOf[broadcastAnswer]{Items: each(list, shapeBroadcast)}
	if n := len(list); n == broadcasts.MaxListed {
		a.Next = maybe.Null(list[n-1].ID.String())
	}
	return answer(c, a)
}

func (s *Server) showBroadcast(c echo.Context) error {
	return s.onBroadcast(c, func(context.Context, Broadcasts, uuid.UUID) error { return nil })
}

func (s *Server) postBroadcast(c echo.Context) error {
	store, err := s.broadcastStore()
	if err != nil {
		return err
	}
	body, err := bodyOf[broadcastBody](c)
	if err != nil {
		return err
	}
	id, err := store.Create(c.Request().Context(), viewer(c), body.draft())
	if err != nil {
		return err
	}
	return s.answerBroadcast(c, store, id)
}

func (s *Server) postBroadcastEdit(c echo.Context) error {
	body, err := bodyOf[broadcastBody](c)
	if err != nil {
		return err
	}
	return s.onBroadcast(c, func(ctx context.Context, store Broadcasts, id uuid.UUID) error {
		return store.Edit(ctx, viewer(c), id, body.draft())
	})
}

func (s *Server) postBroadcastSchedule(c echo.Context) error {
	body, err := bodyOf[broadcastScheduleBody](c)
	if err != nil {
		return err
	}
	var at time.Time
	if body.At != nil {
		at = *body.At
	}
	return s.onBroadcast(c, func(ctx context.Context, store Broadcasts, id uuid.UUID) error {
		return store.Schedule(ctx, viewer(c), id, at)
	})
}

func (s *Server) postBroadcastOverride(c echo.Context) error {
	body, err := bodyOf[broadcastReasonBody](c)
	if err != nil {
		return err
	}
	return s.onBroadcast(c, func(ctx context.Context, store Broadcasts, id uuid.UUID) error {
		return store.Override(ctx, viewer(c), id, body.Reason)
	})
}

// broadcastVerb is a verb that takes no body.
func broadcastVerb(do func(Broadcasts, context.Context, handoff.Viewer, uuid.UUID) error) func(*Server, echo.Context) error {
	return func(s *Server, c echo.Context) error {
		if _, err := bodyOf[nothingBody](c); err != nil {
			return err
		}
		return s.onBroadcast(c, func(ctx context.Context, store Broadcasts, id uuid.UUID) error { return do(store, ctx, viewer(c), id) })
	}
}

func (s *Server) showBroadcastPlan(c echo.Context) error {
	if _, err := s.broadcastStore(); err != nil {
		return err
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	p, err := s.opt.Broadcaster.PlanBroadcast(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return answer(c, shapePlan(p))
}

func (s *Server) postBroadcastPlan(c echo.Context) error {
	if _, err := s.broadcastStore(); err != nil {
		return err
	}
	body, err := bodyOf[broadcastBody](c)
	if err != nil {
		return err
	}
	p, err := s.opt.Broadcaster.PlanDraft(c.Request().Context(), body.draft())
	if err != nil {
		return err
	}
	return answer(c, shapePlan(p))
}

func (s *Server) postBroadcastTest(c echo.Context) error {
	if _, err := s.broadcastStore(); err != nil {
		return err
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	body, err := bodyOf[broadcastTestBody](c)
	if err != nil {
		return err
	}
	t, err := s.opt.Broadcaster.TestBroadcast(c.Request().Context(), viewer(c), id, flows.Way(body.Way), body.Language, body.Phone)
	if err != nil {
		return err
	}
	return answer(c, broadcastTestAnswer{Way: string(t.Way), Language: t.Language, Segments: t.Segments, Status: string(t.Status), Reason: t.Reason, At: t.At})
}

func (s *Server) showBroadcastResults(c echo.Context) error {
	store, err := s.broadcastStore()
	if err != nil {
		return err
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	r, err := store.Results(c.Request().Context(), id)
	if err != nil {
		return err
	}
	c.Response().Header().Set("Vary", "Accept, Authorization")
	if wants(c.Request().Header.Values("Accept"), mediaCSV) {
		return s.writeLedger(c, store, id)
	}
	return answer(c, shapeResults(r))
}

// writeLedger writes a broadcast's ledger as CSV. Numbers and addresses are not
// in it.
func (s *Server) writeLedger(c echo.Context, store Broadcasts, id uuid.UUID) error {
	h := c.Response().Header()
	h.Set("Content-Type", mediaCSV+"; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="broadcast-`+id.String()+`.csv"`)
	out, err := sheetOf(c.Response(), formatCSV)
	if err != nil {
		return err
	}
	if err := out.row("contact", "name", "way", "language", "segments", "status", "reason", "at"); err != nil {
		return err
	}
	err = store.Rows(c.Request().Context(), id, func(r broadcasts.Row) error {
		return out.row(r.Contact.ID.String(), r.Contact.Name, cmp.Or(string(r.Way), "none"), r.Language, r.Segments, string(r.Status), r.Reason, r.At)
	})
	if err != nil {
		return err
	}
	return out.close()
}
