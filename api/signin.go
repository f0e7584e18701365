package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot/web"
	"nagorik/handoff"
)

// Bounds of the page behind a sign-in link.
const (
	signInsPerSecond = 0.2
	signInsBurst     = 30
	signInsWait      = 30 * time.Second
	maxForm          = 16 << 10 // bytes
)

// signInPath is where sign-in links lead.
const signInPath = "/console/sign-in/"

// SignInURL is the address that a one-time sign-in link is given out as.
func SignInURL(publicURL string, token handoff.LinkToken) string {
	return strings.TrimSuffix(publicURL, "/") + signInPath + string(token)
}

// consoleRoutes are the pages of the staff.
func consoleRoutes() []Route {
	return []Route{
		{
			Method: http.MethodGet, Path: signInPath + ":token", Needs: Public, handle: (*Server).showSignIn,
			Summary: "The page behind a one-time sign-in link", Type: "text/html",
		},
		{
			Method: http.MethodPost, Path: signInPath + ":token", Needs: Public, handle: (*Server).signIn,
			Summary: "Set a password and show an API token, once", Type: "text/html",
		},
		{
			Method: http.MethodGet, Path: "/console/assets/:name", Needs: Public, handle: (*Server).showConsoleAsset,
			Summary: "Style of the pages", Type: "text/css",
		},
	}
}

// signInView asks for a password, or shows the token when one was set.
type signInView struct {
	page
	Agent handoff.Agent
	Role  string // in words
	Least int    // characters of a password
	Most  int
	Fault string // what is wrong with what was typed
	Token string // shown once; empty while the form is shown
}

func (s *Server) showSignIn(c echo.Context) error {
	if err := s.slowSignIns(c); err != nil {
		return err
	}
	agent, err := s.opt.Desk.Link(c.Request().Context(), linkOf(c))
	if err != nil {
		return s.showDeadLink(c, err)
	}
	return s.console.show(c, http.StatusOK, "signin.html", s.signInView(c, agent, "sign_in_title"))
}

// signIn takes the form: two equal passwords.
func (s *Server) signIn(c echo.Context) error {
	if s.origin.Check(c.Request()) != nil {
		return errOrigin
	}
	if err := s.slowSignIns(c); err != nil {
		return err
	}
	c.Request().Body = http.MaxBytesReader(c.Response(), c.Request().Body, maxForm)
	if err := c.Request().ParseForm(); err != nil {
		return errBody
	}
	ctx := c.Request().Context()
	agent, err := s.opt.Desk.Link(ctx, linkOf(c))
	if err != nil {
		return s.showDeadLink(c, err)
	}
	form := c.Request().PostForm
	if form.Get("password") != form.Get("again") {
		return s.showFormFault(c, agent, "fault_again")
	}
	agent, token, err := s.opt.Desk.UseLink(ctx, linkOf(c), form.Get("password"))
	if errors.Is(err, handoff.ErrInvalid) {
		return s.showFormFault(c, agent, "fault_length")
	}
	if err != nil {
		return s.showDeadLink(c, err)
	}
	view := s.signInView(c, agent, "token_title")
	view.Token, view.Other = token, ""
	return s.console.show(c, http.StatusOK, "signin.html", view)
}

// showFormFault shows the form again. Passwords are typed anew.
func (s *Server) showFormFault(c echo.Context, agent handoff.Agent, key string) error {
	view := s.signInView(c, agent, "sign_in_title")
	view.Fault = view.Words[key]
	return s.console.show(c, http.StatusUnprocessableEntity, "signin.html", view)
}

func (s *Server) signInView(c echo.Context, agent handoff.Agent, title string) signInView {
	p := s.console.page(c, title)
	return signInView{page: p, Agent: agent, Role: p.Words["role_"+string(agent.Role)], Least: handoff.MinPassword, Most: handoff.MaxPassword}
}

// showDeadLink says why a link cannot be used and what to do about it.
func (s *Server) showDeadLink(c echo.Context, err error) error {
	title, text, status := "unknown_title", "unknown_text", http.StatusNotFound
	switch {
	case errors.Is(err, handoff.ErrLinkUsed):
		title, text, status = "used_title", "used_text", http.StatusGone
	case errors.Is(err, handoff.ErrLinkExpired):
		title, text, status = "expired_title", "expired_text", http.StatusGone
	case !errors.Is(err, handoff.ErrNotFound):
		return fmt.Errorf("use a sign-in link: %w", err)
	}
	view := notice{page: s.console.page(c, title)}
	view.Text = view.Words[text]
	return s.console.show(c, status, "notice.html", view)
}

// slowSignIns bounds how often one network may try links and passwords.
func (s *Server) slowSignIns(c echo.Context) error {
	if !s.signIns.Allow(web.Network(remote(c)), s.now()) {
		return tooMany(signInsWait)
	}
	return nil
}

func linkOf(c echo.Context) handoff.LinkToken { return handoff.LinkToken(c.Param("token")) }
