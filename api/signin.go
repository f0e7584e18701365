package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/bot/web"
	"nagorik/handoff"
)

// Bounds of the pages that anybody may open.
const (
	signInsPerSecond = 0.2
	signInsBurst     = 30
	signInsWait      = 30 * time.Second
)

// signInPath is where staff sign in.
const signInPath = "/console/sign-in"

// signInRoutes are the ways into the console and out of it.
func signInRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: signInPath, Needs: Public, handle: (*Server).showSignIn, Summary: "Sign in", Type: html},
		{Method: http.MethodPost, Path: signInPath, Needs: Public, handle: (*Server).signIn, Summary: "Sign in with e-mail and password", Type: html},
		{Method: http.MethodGet, Path: "/console/code", Needs: Public, handle: (*Server).showCode, Summary: "The second step of signing in", Type: html},
		{Method: http.MethodPost, Path: "/console/code", Needs: Public, handle: (*Server).checkCode, Summary: "Sign in with a code of the second factor", Type: html},
		{Method: http.MethodPost, Path: "/console/sign-out", Needs: AccountOwn, handle: (*Server).signOut, Summary: "Sign out", Type: html},
		{Method: http.MethodPost, Path: "/console/sign-out-everywhere", Needs: AccountOwn, handle: (*Server).signOutEverywhere, Summary: "End all of one's own sessions", Type: html},
	}
}

// signInView asks for an address and a password, or for a code.
type signInView struct {
	page
	Fault    string
	Next     string
	Email    field
	Password field
	Code     field
}

func (s *Server) signInView(c echo.Context) signInView {
	p := s.page(c, "sign_in_title")
	v := signInView{page: p, Next: nextOf(c)}
	v.Email = field{Name: "email", Label: p.Words["email"], Type: "email", Complete: "username", Required: true}
	v.Password = field{Name: "password", Label: p.Words["password"], Type: "password", Complete: "current-password", Required: true}
	v.Code = field{Name: "code", Label: p.Words["code"], Hint: p.Words["code_hint"], Complete: "one-time-code", Required: true, Numeric: true}
	return v
}

func (s *Server) showSignIn(c echo.Context) error {
	if _, in := signedIn(c); in {
		return s.goOn(c, "")
	}
	return s.show(c, http.StatusOK, "signin.html", s.signInView(c))
}

func (s *Server) signIn(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	agent, err := s.opt.Desk.SignIn(c.Request().Context(), handoff.Attempt{
		Email: form.Get("email"), Password: form.Get("password"), Network: network(c),
	})
	if err != nil {
		return s.refuseSignIn(c, err, "signin.html", "fault_sign_in")
	}
	return s.enter(c, agent, "")
}

// enter signs an agent in, or asks for the second factor first. done is what
// is said on the next page; empty for nothing.
func (s *Server) enter(c echo.Context, agent handoff.Agent, done string) error {
	if agent.SecondFactor {
		if err := s.beginSession(c, agent.ID, stageCode); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, withNext("/console/code", nextOf(c)))
	}
	if err := s.beginSession(c, agent.ID, stageIn); err != nil {
		return err
	}
	c.Set(agentKey, agent)
	return s.goOn(c, done)
}

// refuseSignIn shows the form again with what is wrong, and not what of it.
func (s *Server) refuseSignIn(c echo.Context, err error, view, fault string) error {
	v := s.signInView(c)
	v.Email.Value = c.Request().PostForm.Get("email")
	var locked *handoff.LockedError
	switch {
	case errors.As(err, &locked):
		c.Response().Header().Set("Retry-After", itoa(int(locked.Until.Sub(s.now()).Seconds())+1))
		v.Fault = v.Say("fault_locked", "time", v.Clock(locked.Until))
		return s.show(c, http.StatusTooManyRequests, view, v)
	case errors.Is(err, handoff.ErrRefused):
		v.Fault = v.Words[fault]
		return s.show(c, http.StatusUnprocessableEntity, view, v)
	default:
		return err
	}
}

// halfway is who gave the right password and still owes a code.
func (s *Server) halfway(c echo.Context) (uuid.UUID, bool) {
	id, at := s.sessionOf(c)
	return id, at == stageCode && s.now().Before(s.sessions.GetTime(c.Request().Context(), sessionBegan).Add(codeWithin))
}

func (s *Server) showCode(c echo.Context) error {
	if _, ok := s.halfway(c); !ok {
		return c.Redirect(http.StatusSeeOther, withNext(signInPath, nextOf(c)))
	}
	return s.show(c, http.StatusOK, "code.html", s.signInView(c))
}

func (s *Server) checkCode(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	id, ok := s.halfway(c)
	if !ok {
		return c.Redirect(http.StatusSeeOther, withNext(signInPath, nextOf(c)))
	}
	agent, err := s.opt.Desk.SecondFactor(c.Request().Context(), id, form.Get("code"), network(c))
	if err != nil {
		return s.refuseSignIn(c, err, "code.html", "fault_code")
	}
	if err := s.beginSession(c, agent.ID, stageIn); err != nil {
		return err
	}
	c.Set(agentKey, agent)
	return s.goOn(c, "")
}

func (s *Server) signOut(c echo.Context) error {
	if err := s.endSession(c); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, signInPath+"?done=out")
}

func (s *Server) signOutEverywhere(c echo.Context) error {
	if err := s.opt.Desk.EndSessions(c.Request().Context(), viewer(c).AgentID); err != nil {
		return err
	}
	if err := s.endSession(c); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, signInPath+"?done=everywhere")
}

// goOn leads to the page that was wanted before signing in, or to the first.
func (s *Server) goOn(c echo.Context, done string) error {
	next := nextOf(c)
	if next == "" {
		agent, _ := signedIn(c)
		next = s.home(agent.Role)
	}
	if done != "" {
		next = withQuery(next, "done", done)
	}
	return c.Redirect(http.StatusSeeOther, next)
}

// nextOf is the page of the console to go to afterwards, from the form or the
// query. What is not a plain path of the console's leads nowhere.
func nextOf(c echo.Context) string {
	next := c.QueryParam("next")
	if form := c.Request().PostForm; form.Has("next") {
		next = form.Get("next")
	}
	return localPath(next)
}

// localPath is a path of the console with its query; empty when it is anything
// else, such as another site, a one-time link or a way out.
func localPath(path string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || !ofConsole(u.Path) {
		return ""
	}
	if strings.ContainsAny(path, "\\\r\n\t") || strings.Contains(u.Path, "//") || strings.Contains(u.Path, "..") || strings.HasPrefix(u.Path, signInPath) {
		return ""
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

func withNext(path, next string) string {
	if next == "" {
		return path
	}
	return withQuery(path, "next", next)
}

// withQuery adds a value to the query of a path.
func withQuery(path, name, value string) string {
	plain, query, _ := strings.Cut(path, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return path
	}
	values.Set(name, value)
	return plain + "?" + values.Encode()
}

// slowSignIns bounds how often one network may try links.
func (s *Server) slowSignIns(c echo.Context) error {
	if !s.signIns.Allow(web.Network(remote(c)), s.now()) {
		return tooMany(signInsWait)
	}
	return nil
}

// network is the caller's network as text.
func network(c echo.Context) string { return web.Network(remote(c)) }
