package api

import (
	"context"
	"io"
	"net/http"
	"testing"
)

func TestHealth(t *testing.T) {
	o := bare(t, nil)
	if got := jsonOf(t, o.do(call{path: "/healthz"})); got["status"] != "ok" {
		t.Errorf("healthz: %v", got)
	}
	if w := o.do(call{method: http.MethodHead, path: "/healthz"}); w.Code != http.StatusOK {
		t.Errorf("HEAD /healthz: %d", w.Code)
	}
	if got := jsonOf(t, o.do(call{path: "/readyz"})); got["status"] != "ok" || got["checks"] == nil {
		t.Errorf("readyz: %v", got)
	}
}

func TestReadyIsDegradedWhileThingsAreKept(t *testing.T) {
	for name, c := range map[string]struct {
		ready  Readiness
		status int
	}{
		"well":     {Readiness{Status: "ok", Checks: map[string]string{"database": "ok"}, Ready: true}, http.StatusOK},
		"degraded": {Readiness{Status: "degraded", Checks: map[string]string{"redis": "away"}, Ready: true}, http.StatusOK},
		"nothing":  {Readiness{Status: "degraded", Checks: map[string]string{"spool": "full"}}, http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			o := bare(t, func(opt *Options) { opt.Readiness = func(context.Context) Readiness { return c.ready } })
			w := o.do(call{path: "/readyz"})
			got := jsonOf(t, w)
			checks, _ := got["checks"].(map[string]any)
			if w.Code != c.status || got["status"] != c.ready.Status || len(checks) != 1 || len(got) != 2 {
				t.Errorf("%d %v", w.Code, got)
			}
		})
	}
}

func TestMetricsAreForTheOperator(t *testing.T) {
	figures := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "turns 1\n") })
	for name, c := range map[string]struct {
		token  string // the setting
		call   call
		status int
	}{
		"loopback":                   {"", call{peer: "127.0.0.1:9"}, http.StatusOK},
		"loopback over IPv6":         {"", call{peer: "[::1]:9"}, http.StatusOK},
		"loopback as IPv6":           {"", call{peer: "[::ffff:127.0.0.1]:9"}, http.StatusOK},
		"elsewhere":                  {"", call{peer: "192.0.2.1:9"}, http.StatusForbidden},
		"elsewhere, claims loopback": {"", call{peer: "192.0.2.1:9", header: map[string]string{"X-Forwarded-For": "127.0.0.1"}}, http.StatusForbidden},
		"through a local proxy":      {"", call{peer: "127.0.0.1:9", header: map[string]string{"X-Forwarded-For": "192.0.2.1"}}, http.StatusForbidden},
		"no address":                 {"", call{peer: "@"}, http.StatusForbidden},
		"token":                      {"m3trics", call{peer: "192.0.2.1:9", token: "m3trics"}, http.StatusOK},
		"wrong token":                {"m3trics", call{peer: "192.0.2.1:9", token: "m3tric"}, http.StatusUnauthorized},
		"loopback without the token": {"m3trics", call{peer: "127.0.0.1:9"}, http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			o := bare(t, func(opt *Options) { opt.Metrics, opt.MetricsToken = figures, c.token })
			c.call.path = "/metrics"
			w := o.do(c.call)
			if w.Code != c.status {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if (w.Body.String() == "turns 1\n") != (c.status == http.StatusOK) {
				t.Errorf("%s", w.Body)
			}
		})
	}
}
