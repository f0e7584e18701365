package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot/web"
	"nagorik/handoff"
)

// How often one network may come with a token that is none, before it is told
// to wait.
const (
	failuresPerSecond = 0.5
	failuresBurst     = 30
	limiterNetworks   = 10_000
	failuresWait      = 10 * time.Second
)

// viewerKey is where a signed-in caller is kept in a request's context.
const viewerKey = "viewer"

// guarded returns the handler of a route behind its permission and the check
// of its query.
func (s *Server) guarded(r Route) echo.HandlerFunc {
	return func(c echo.Context) error {
		// Forms of the console come from its own pages: the browser's own word
		// (Sec-Fetch-Site, or else Origin) is checked before anything is read, so
		// no form needs a token of its own. GET and HEAD change nothing.
		if r.console() && s.origin.Check(c.Request()) != nil {
			return errOrigin
		}
		if err := s.admit(c, r); err != nil {
			return err
		}
		if r.Needs.staff() && !r.console() {
			if err := r.checkQuery(c); err != nil {
				return err
			}
		}
		return r.handle(s, c)
	}
}

// admit lets a caller in who has the permission.
func (s *Server) admit(c echo.Context, r Route) error {
	needs := r.Needs
	switch {
	case needs.staff() && r.console():
		return s.admitConsole(c, needs)
	case needs == Public && r.console() && !r.asset():
		return s.recognise(c)
	case needs == Public, needs == Signed:
		return nil
	case needs == Screen:
		return s.admitScreen(c)
	case needs == Operator:
		return s.admitOperator(c)
	case needs.staff():
		return s.admitStaff(c, needs)
	default:
		return fmt.Errorf("permission %q is unknown", needs)
	}
}

// admitStaff finds out who calls by the token of the Authorization header.
func (s *Server) admitStaff(c echo.Context, needs Permission) error {
	token, ok := bearer(c)
	if !ok {
		return errNoToken
	}
	v, err := s.opt.Desk.Token(c.Request().Context(), token)
	switch {
	case errors.Is(err, handoff.ErrNotFound):
		if !s.failures.Allow(web.Network(remote(c)), s.now()) {
			return tooMany(failuresWait)
		}
		return errBadToken
	case err != nil:
		return fmt.Errorf("check API token: %w", err)
	case !allows(v.Role, needs):
		return errNotAllowed
	}
	s.admitted(c, v)
	return nil
}

// admitted notes who calls, and that he is there.
func (s *Server) admitted(c echo.Context, v handoff.Viewer) {
	c.Set(viewerKey, v)
	if err := s.opt.Desk.Seen(c.Request().Context(), v.AgentID); err != nil {
		s.log.Debug("it was not noted who is there", "error", err)
	}
}

// viewer is the signed-in caller; the zero Viewer, who sees nothing, when
// there is none.
func viewer(c echo.Context) handoff.Viewer {
	v, _ := c.Get(viewerKey).(handoff.Viewer)
	return v
}

// bearer reads the token of an Authorization header.
func bearer(c echo.Context) (string, bool) {
	scheme, token, ok := strings.Cut(c.Request().Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return token, ok && strings.EqualFold(scheme, "Bearer") && token != ""
}

// admitOperator lets in who has METRICS_TOKEN or, when there is none, who
// calls from this machine: by the connection's own address, and not through a
// proxy that passes on somebody else's request.
func (s *Server) admitOperator(c echo.Context) error {
	if want := s.opt.MetricsToken; want != "" {
		got, _ := bearer(c)
		a, b := sha256.Sum256([]byte(got)), sha256.Sum256([]byte(want))
		if subtle.ConstantTimeCompare(a[:], b[:]) != 1 {
			return errBadToken
		}
		return nil
	}
	h := c.Request().Header
	peer, err := netip.ParseAddrPort(c.Request().RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() || h.Get("X-Forwarded-For") != "" || h.Get("Forwarded") != "" {
		return errNotAllowed
	}
	return nil
}
