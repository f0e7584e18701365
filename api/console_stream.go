package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/bot/sse"
	"nagorik/handoff"
)

// queryShown says when the page was made that asks for its stream.
const queryShown = "shown"

// followPages is the stream of the console's pages: what /api/v1/stream tells,
// for as long as the sign-in lasts. Where nothing is heard of, 204 tells the
// browser not to ask again.
func (s *Server) followPages(c echo.Context) error {
	if s.opt.Live == nil {
		return c.NoContent(http.StatusNoContent)
	}
	if c.Request().Method == http.MethodHead {
		c.Response().Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		return c.NoContent(http.StatusOK)
	}
	cookie, err := c.Cookie(s.sessions.Cookie.Name)
	if err != nil {
		return errSignIn
	}
	release, ok := s.streams.Take(sse.Claim{Key: "session:" + cookie.Value, Most: streamsPerToken})
	if !ok {
		return errStreams
	}
	defer release()
	shown, _ := strconv.ParseInt(c.QueryParam(queryShown), 10, 64) // 0 for what is no number
	f := follower{
		live: s.opt.Live, done: s.opt.Done, now: s.now, shown: shown,
		who: func(ctx context.Context) (handoff.Viewer, error) { return s.whoLooks(ctx, cookie.Value) },
		seen: func(ctx context.Context, v handoff.Viewer, hints []bot.Hint) ([]eventAnswer, error) {
			return seen(ctx, s.opt.Desk, v, hints)
		},
	}
	if err := f.run(c.Request().Context(), c.Response(), c.Request().Header.Get("Last-Event-ID")); err != nil {
		s.log.Debug("a page's stream has ended", "error", err)
	}
	return nil
}

// whoLooks says once more whose session it is, and notes that he is there. It
// does not keep the session itself in use.
func (s *Server) whoLooks(ctx context.Context, token string) (handoff.Viewer, error) {
	raw, err := s.opt.Desk.PeekSession(ctx, token)
	if errors.Is(err, handoff.ErrNotFound) {
		return handoff.Viewer{}, errSignedOff
	}
	if err != nil {
		return handoff.Viewer{}, fmt.Errorf("check session: %w", err)
	}
	var kept keptSession
	if err := json.Unmarshal(raw, &kept); err != nil || kept.Stage != stageIn || !s.now().Before(kept.Deadline) {
		return handoff.Viewer{}, errSignedOff
	}
	agent, err := s.opt.Desk.AgentBy(ctx, kept.Agent.String())
	if errors.Is(err, handoff.ErrNotFound) || err == nil && !allows(agent.Role, StreamRead) {
		return handoff.Viewer{}, errSignedOff
	}
	if err != nil {
		return handoff.Viewer{}, fmt.Errorf("check session: %w", err)
	}
	if err := s.opt.Desk.Seen(ctx, agent.ID); err != nil {
		s.log.Debug("it was not noted who is there", "error", err)
	}
	return agent.Viewer(), nil
}
