package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// aliveAnswer says that the process answers.
type aliveAnswer struct {
	Status string `json:"status" jsonschema:"enum=ok"`
}

// healthRoutes are for whoever runs the program.
func healthRoutes() []Route {
	return []Route{
		{
			Method: http.MethodGet, Path: "/healthz", Needs: Public, handle: (*Server).showAlive,
			Summary: "Whether the process is alive", Answer: aliveAnswer{},
		},
		{
			Method: http.MethodGet, Path: "/readyz", Needs: Public, handle: (*Server).showReady,
			Summary: "Whether what comes in can be kept; 503 when it cannot", Answer: Readiness{},
		},
		{
			Method: http.MethodGet, Path: "/metrics", Needs: Operator, handle: (*Server).showMetrics,
			Summary: "Figures for Prometheus", Type: "text/plain",
		},
	}
}

func (s *Server) showAlive(c echo.Context) error { return answer(c, aliveAnswer{"ok"}) }

func (s *Server) showReady(c echo.Context) error {
	ready := Readiness{Status: "ok", Ready: true}
	if s.opt.Readiness != nil {
		ready = s.opt.Readiness(c.Request().Context())
	}
	if ready.Checks == nil {
		ready.Checks = map[string]string{}
	}
	status := http.StatusOK
	if !ready.Ready {
		status = http.StatusServiceUnavailable
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(status, ready)
}

func (s *Server) showMetrics(c echo.Context) error {
	if s.opt.Metrics == nil {
		return echo.ErrNotFound
	}
	s.opt.Metrics.ServeHTTP(c.Response(), c.Request())
	return nil
}
