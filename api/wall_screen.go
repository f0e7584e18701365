package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/bot/sse"
	"nagorik/handoff"
)

// A screen shows the wall by a link of its own: nobody is signed in at it. The
// link's token goes into a cookie and out of the address, which everybody in
// the room can read.
const (
	screenPath   = wallPath + "/screen"
	screenOpen   = wallPath + "/open/"
	screenStream = wallPath + "/stream"
	screenCookie = "nagorik_wall"
)

// screenRoutes are what screens ask for.
func screenRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: screenOpen + ":token", Needs: Public, handle: (*Server).openScreen, Summary: "Makes a browser a screen that shows the wall", Type: html},
		{Method: http.MethodGet, Path: screenPath, Needs: Screen, handle: (*Server).showScreen, Summary: "The wall, for a screen with a link of its own", Type: html},
		{Method: http.MethodGet, Path: screenStream, Needs: Screen, handle: (*Server).followScreen, Summary: "Server-sent events that say to a screen when to look again", Type: "text/event-stream"},
	}
}

// openScreen takes the token of a link into a cookie.
func (s *Server) openScreen(c echo.Context) error {
	if err := s.slowSignIns(c); err != nil {
		return err
	}
	token := c.Param("token")
	_, err := s.opt.Desk.WallViewer(c.Request().Context(), token)
	if errors.Is(err, handoff.ErrNotFound) {
		return errScreen
	}
	if err != nil {
		return err
	}
	if lang := c.QueryParam("lang"); slices.Contains(languages, lang) {
		s.rememberLanguage(c, lang)
	}
	s.keepScreen(c, token)
	return c.Redirect(http.StatusSeeOther, screenPath)
}

// keepScreen keeps the token for another year.
func (s *Server) keepScreen(c echo.Context, token string) {
	c.SetCookie(&http.Cookie{
		Name: screenCookie, Value: token, Path: wallPath, MaxAge: yearSeconds, HttpOnly: true,
		Secure: s.sessions.Cookie.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// admitScreen lets a browser in that has the token of a link to the wall.
func (s *Server) admitScreen(c echo.Context) error {
	cookie, err := c.Cookie(screenCookie)
	if err != nil {
		return errScreen
	}
	v, err := s.opt.Desk.WallViewer(c.Request().Context(), cookie.Value)
	if errors.Is(err, handoff.ErrNotFound) {
		return errScreen
	}
	if err != nil {
		return fmt.Errorf("check a link to the wall: %w", err)
	}
	c.Set(viewerKey, v)
	return nil
}

func (s *Server) showScreen(c echo.Context) error {
	v := wallView{page: s.page(c, "wall_title"), Self: screenPath, Screen: true}
	if s.opt.Live != nil {
		v.Stream = screenStream
	}
	if cookie, err := c.Cookie(screenCookie); err == nil && c.Request().Header.Get("HX-Request") == "" {
		s.keepScreen(c, cookie.Value)
	}
	return s.showWallAs(c, v)
}

// followScreen tells a screen when to look again, and not of what.
func (s *Server) followScreen(c echo.Context) error {
	if s.opt.Live == nil {
		return c.NoContent(http.StatusNoContent)
	}
	cookie, err := c.Cookie(screenCookie)
	if err != nil {
		return errScreen
	}
	release, ok := s.streams.Take(sse.Claim{Key: "wall:" + cookie.Value, Most: streamsPerToken})
	if !ok {
		return errStreams
	}
	defer release()
	f := follower{live: s.opt.Live, done: s.opt.Done, now: s.now, who: func(ctx context.Context) (handoff.Viewer, error) {
		v, err := s.opt.Desk.WallViewer(ctx, cookie.Value)
		if errors.Is(err, handoff.ErrNotFound) {
			return v, errSignedOff
		}
		return v, err
	}, seen: func(ctx context.Context, v handoff.Viewer, hints []bot.Hint) ([]eventAnswer, error) {
		events, err := seen(ctx, s.opt.Desk, v, hints)
		return each(events, func(e eventAnswer) eventAnswer { return eventAnswer{Event: e.Event, At: e.At} }), err
	}}
	if err := f.run(c.Request().Context(), c.Response(), c.Request().Header.Get("Last-Event-ID")); err != nil {
		s.log.Debug("a screen's stream has ended", "error", err)
	}
	return nil
}

// showWallEnded says on a wall, in large letters, that it shows no figures any
// more and what to do. It is swapped in for the figures, so it is no fault.
func (s *Server) showWallEnded(c echo.Context, screen bool) error {
	v := wallView{page: s.page(c, "wall_title"), Self: wallPath, Screen: screen, Ended: true}
	v.EndTitle, v.EndText = v.Words["wall_signed_off"], v.Words["wall_signed_off_text"]
	if screen {
		v.Self, v.EndTitle, v.EndText = screenPath, v.Words["wall_link_ended"], v.Words["wall_link_ended_text"]
	}
	v.Stream = ""
	if c.Request().Header.Get("HX-Request") != "" {
		return s.show(c, http.StatusOK, "wallparts", v)
	}
	return s.show(c, http.StatusUnauthorized, "wall.html", v)
}
