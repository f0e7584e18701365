package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// invitationPath is where one-time sign-in links lead.
const invitationPath = signInPath + "/"

// SignInURL is the address that a one-time sign-in link is given out as.
func SignInURL(publicURL string, token handoff.LinkToken) string {
	return strings.TrimSuffix(publicURL, "/") + invitationPath + string(token)
}

// invitationRoutes are the pages behind one-time sign-in links.
func invitationRoutes() []Route {
	return []Route{
		{
			Method: http.MethodGet, Path: invitationPath + ":token", Needs: Public, handle: (*Server).showInvitation,
			Summary: "The page behind a one-time sign-in link", Type: html,
		},
		{
			Method: http.MethodPost, Path: invitationPath + ":token", Needs: Public, handle: (*Server).useInvitation,
			Summary: "Set a password and sign in", Type: html,
		},
	}
}

// invitationView asks for a password.
type invitationView struct {
	page
	Agent    handoff.Agent
	Role     string // in words
	Password field
	Again    field
}

func (s *Server) showInvitation(c echo.Context) error {
	if err := s.slowSignIns(c); err != nil {
		return err
	}
	agent, err := s.opt.Desk.Link(c.Request().Context(), linkOf(c))
	if err != nil {
		return s.showDeadLink(c, err)
	}
	return s.show(c, http.StatusOK, "invitation.html", s.invitationView(c, agent, ""))
}

// useInvitation takes the form: two equal passwords.
func (s *Server) useInvitation(c echo.Context) error {
	if err := s.slowSignIns(c); err != nil {
		return err
	}
	form, err := formOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	agent, err := s.opt.Desk.Link(ctx, linkOf(c))
	if err != nil {
		return s.showDeadLink(c, err)
	}
	if form.Get("password") != form.Get("again") {
		return s.show(c, http.StatusUnprocessableEntity, "invitation.html", s.invitationView(c, agent, "fault_again"))
	}
	agent, err = s.opt.Desk.UseLink(ctx, linkOf(c), form.Get("password"))
	if errors.Is(err, handoff.ErrInvalid) {
		agent, err = s.opt.Desk.Link(ctx, linkOf(c))
		if err != nil {
			return s.showDeadLink(c, err)
		}
		return s.show(c, http.StatusUnprocessableEntity, "invitation.html", s.invitationView(c, agent, "fault_length"))
	}
	if err != nil {
		return s.showDeadLink(c, err)
	}
	return s.enter(c, agent, "password")
}

func (s *Server) invitationView(c echo.Context, agent handoff.Agent, fault string) invitationView {
	p := s.page(c, "invitation_title")
	v := invitationView{
		page: p, Agent: agent, Role: p.Words["role_"+string(agent.Role)],
		Password: p.newPassword("password", "password_new"), Again: p.newPassword("again", "password_again"),
	}
	v.Password.Fault = p.Words[fault]
	return v
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
	return s.showNotice(c, status, title, text)
}

func linkOf(c echo.Context) handoff.LinkToken { return handoff.LinkToken(c.Param("token")) }
