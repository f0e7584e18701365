package api

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"nagorik/handoff"
)

func TestOnlyGoodTokensOpenTheAPI(t *testing.T) {
	o := newOffice(t, nil)
	for name, header := range map[string]string{
		"none": "", "basic": "Basic " + o.token, "empty": "Bearer ", "wrong": "Bearer ngk_" + strings.Repeat("a", 43),
		"cut": "Bearer " + o.token[:20], "longer": "Bearer " + o.token + "a", "alone": o.token, "odd bytes": "Bearer \xff\xfe", "huge": "Bearer " + strings.Repeat("x", 50_000),
	} {
		t.Run(name, func(t *testing.T) {
			w := o.do(call{path: "/api/v1/cases", header: map[string]string{"Authorization": header}})
			wantFault(t, w, http.StatusUnauthorized, "unauthorized", "")
			if !strings.HasPrefix(w.Header().Get("WWW-Authenticate"), "Bearer ") {
				t.Errorf("no challenge: %v", w.Header())
			}
		})
	}
	for _, scheme := range []string{"Bearer ", "bearer ", "BEARER  "} {
		if w := o.do(call{path: "/api/v1/cases", header: map[string]string{"Authorization": scheme + o.token}}); w.Code != http.StatusOK {
			t.Errorf("%q: %d", scheme, w.Code)
		}
	}
	if w := o.do(call{path: "/api/v1/cases?access_token=" + o.token}); w.Code != http.StatusUnauthorized {
		t.Errorf("a token in the address opens the door: %d", w.Code)
	}
}

func TestGuessingTokensIsSlowedDown(t *testing.T) {
	o := newOffice(t, nil)
	limited := false
	for i := range failuresBurst + 1 {
		w := o.do(call{path: "/api/v1/cases", token: fmt.Sprintf("ngk_%043d", i)})
		switch w.Code {
		case http.StatusUnauthorized:
		case http.StatusTooManyRequests:
			limited = w.Header().Get("Retry-After") != ""
		default:
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	if !limited {
		t.Error("nobody is told to wait")
	}
	if w := o.do(call{path: "/api/v1/cases", token: o.token}); w.Code != http.StatusOK {
		t.Errorf("a good token from the same network: %d", w.Code)
	}
	if w := o.do(call{path: "/api/v1/cases", token: "ngk_wrong", peer: "198.51.100.7:99"}); w.Code != http.StatusUnauthorized {
		t.Errorf("another network is told to wait too: %d", w.Code)
	}
}

func TestARoleWithoutThePermissionIsRefused(t *testing.T) {
	o := newOffice(t, nil)
	if _, err := o.pool.Exec(t.Context(), "ALTER TABLE agents DROP CONSTRAINT agents_role_check"); err != nil {
		t.Fatal(err)
	}
	token := o.hire("guest@example.org", handoff.RoleAgent, nil, nil)
	if _, err := o.pool.Exec(t.Context(), "UPDATE agents SET role = 'guest' WHERE email = 'guest@example.org'"); err != nil {
		t.Fatal(err)
	}
	wantFault(t, o.do(call{path: "/api/v1/cases", token: token}), http.StatusForbidden, "forbidden", "")
}

func TestForwardedAddressesAreBelievedFromTrustedProxiesOnly(t *testing.T) {
	for name, c := range map[string]struct {
		trusted   string
		peer      string
		forwarded string
		want      string
	}{
		"no proxies":            {"", "10.0.0.1:9", "203.0.113.5", "10.0.0.1"},
		"a trusted one":         {"10.0.0.0/8", "10.0.0.1:9", "203.0.113.5", "203.0.113.5"},
		"a chain of them":       {"10.0.0.0/8", "10.0.0.1:9", "203.0.113.5, 10.1.1.1", "203.0.113.5"},
		"a lie before the last": {"10.0.0.0/8", "10.0.0.1:9", "1.1.1.1, 203.0.113.5", "203.0.113.5"},
		"one that is not":       {"10.0.0.0/8", "192.168.0.1:9", "203.0.113.5", "192.168.0.1"},
		"loopback is not":       {"10.0.0.0/8", "127.0.0.1:9", "203.0.113.5", "127.0.0.1"},
		"IPv6":                  {"2001:db8::/32", "[2001:db8::1]:9", "203.0.113.5", "203.0.113.5"},
	} {
		t.Run(name, func(t *testing.T) {
			channel := &fakeChannel{}
			o := bare(t, func(opt *Options) {
				if c.trusted != "" {
					opt.TrustedProxies = append(opt.TrustedProxies, netip.MustParsePrefix(c.trusted))
				}
				opt.Mounts = []Mount{{Methods: []string{http.MethodPost}, Path: "/channels/fake", Channel: channel}}
			})
			o.do(call{method: http.MethodPost, path: "/channels/fake", peer: c.peer, header: map[string]string{"X-Forwarded-For": c.forwarded}})
			if got := channel.last().Remote.String(); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
