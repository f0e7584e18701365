package api

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

func TestEveryRouteIsDescribedAndGuarded(t *testing.T) {
	s := bare(t, nil).server
	for _, r := range s.routes {
		name := r.Method + " " + r.Path
		if !r.Needs.known() {
			t.Errorf("%s: permission %q is unknown", name, r.Needs)
		}
		if r.Summary == "" || r.handle == nil || r.Answer == nil && r.Type == "" {
			t.Errorf("%s: summary, handler or answer is missing", name)
		}
		if strings.HasPrefix(r.Path, "/api/") && !r.Needs.staff() && r.Path != "/api/v1/openapi.json" {
			t.Errorf("%s: open to anybody", name)
		}
		for _, p := range r.Query {
			if p.Name == "" || p.Summary == "" || p.Type == "" {
				t.Errorf("%s: parameter %+v is not described", name, p)
			}
		}
	}
}

func TestNoRouteBesideTheTable(t *testing.T) {
	s := bare(t, nil).server
	for _, added := range s.echo.Routes() {
		if added.Method == echo.RouteNotFound {
			continue
		}
		known := slices.ContainsFunc(s.routes, func(r Route) bool {
			return r.Path == added.Path && (r.Method == added.Method || r.Method == http.MethodGet && added.Method == http.MethodHead)
		})
		if !known {
			t.Errorf("%s %s is not in the table", added.Method, added.Path)
		}
	}
}

func TestARouteWithoutPermissionStopsTheStart(t *testing.T) {
	s := bare(t, nil).server
	s.echo = echo.New()
	s.routes = []Route{{Method: http.MethodGet, Path: "/x", Needs: "case:everything", handle: (*Server).showAlive}}
	if err := s.register(); err == nil {
		t.Error("nobody minds")
	}
}

func TestUnknownPermissionsAreDenied(t *testing.T) {
	for _, role := range []handoff.Role{handoff.RoleAgent, handoff.RoleSupervisor, handoff.RoleAdministrator} {
		if !role.Known() || !allows(role, CaseRead) {
			t.Errorf("%s may not read cases", role)
		}
		if allows(role, "case:everything") || allows(role, "") {
			t.Errorf("%s may do what is not named", role)
		}
	}
	if allows("", CaseRead) || allows("guest", CaseRead) || Permission("").known() {
		t.Error("nobody in particular may do something")
	}
}

func TestWrongSettingsStopTheStart(t *testing.T) {
	for _, url := range []string{"", "city.example", "ftp://city.example", "://", "https://"} {
		if _, err := New(Options{PublicURL: url}); err == nil || !strings.Contains(err.Error(), "PUBLIC_URL") {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := New(Options{PublicURL: "http://localhost:8080", Public: func(*echo.Echo) error { return errors.New("torn") }}); err == nil {
		t.Error("a fault of the public page is swallowed")
	}
}

func TestPanicIsAnswered(t *testing.T) {
	o := bare(t, func(opt *Options) {
		opt.Public = func(e *echo.Echo) error {
			e.GET("/odd", func(echo.Context) error { panic("odd") })
			return nil
		}
	})
	wantFault(t, o.do(call{path: "/odd"}), http.StatusInternalServerError, "internal", "")
	if !strings.Contains(o.logs.String(), "odd") || !strings.Contains(o.logs.String(), "level=ERROR") {
		t.Errorf("nobody hears of it: %s", o.logs)
	}
}

func TestServerHasBounds(t *testing.T) {
	h := bare(t, nil).server.HTTP(":0")
	if h.ReadHeaderTimeout == 0 || h.ReadTimeout == 0 || h.WriteTimeout == 0 || h.IdleTimeout == 0 || h.MaxHeaderBytes == 0 {
		t.Errorf("%+v", h)
	}
}
