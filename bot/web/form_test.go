package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestReturn sends a form back to the service's page it stands on, and never to
// another site.
func TestReturn(t *testing.T) {
	w := newWeb(t, newCity().options())
	cookie := w.cookie(w.newSession()).String()
	for _, tt := range []struct{ name, to, referer, text, want string }{
		{"a service", "/services/drainage", "", "hi", "/services/drainage"},
		{"with a language", "/services/holding_tax?lang=en", "", "hi", "/services/holding_tax?lang=en"},
		{"with a fault", "/services/drainage?lang=en", "", "", "/services/drainage?fault=empty&lang=en"},
		{"none named", "", "https://city.example/services/waste?lang=en", "hi", "/services/waste"},
		{"none named, elsewhere on a page", "", "https://city.example/", "hi", "/#latest"},
		{"another site", "https://evil.example/services/x", "", "hi", "/#latest"},
		{"another host", "//evil.example/services/x", "", "hi", "/#latest"},
		{"above", "/services/../console", "", "hi", "/#latest"},
		{"below", "/services/a/b", "", "hi", "/#latest"},
		{"the list", "/services/", "", "hi", "/#latest"},
		{"a back slash", `/services/\evil.example`, "", "hi", "/#latest"},
		{"a line more", "/services/a\r\nX: y", "", "hi", "/#latest"},
		{"another query", "/services/a?lang=en&next=//evil.example", "", "hi", "/services/a"},
		{"too long", "/services/" + strings.Repeat("a", 65), "", "hi", "/#latest"},
	} {
		form := url.Values{"id": {"1"}, "text": {tt.text}, "return": {tt.to}}
		call := post1("application/x-www-form-urlencoded", []byte(form.Encode()))
		call.Header.Set("Accept", "text/html")
		call.Header.Set("Referer", tt.referer)
		call.Header.Set("Cookie", cookie)
		d, err := w.Receive(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Answer.Header.Get("Location"); got != tt.want || d.Answer.Status != http.StatusSeeOther {
			t.Errorf("%s: %d to %q, want %q", tt.name, d.Answer.Status, got, tt.want)
		}
	}
}

// TestReturnWithoutCookie says so, as a page that gives a cookie anew each time
// would begin anew each time.
func TestReturnWithoutCookie(t *testing.T) {
	w := newWeb(t, newCity().options())
	for to, want := range map[string]string{"/services/drainage": "/services/drainage?fault=no_cookies", "": "/#latest"} {
		form := url.Values{"text": {"hi"}, "return": {to}}
		call := post1("application/x-www-form-urlencoded", []byte(form.Encode()))
		call.Header.Set("Accept", "text/html")
		d, err := w.Receive(t.Context(), call)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Answer.Header.Get("Location"); got != want || len(d.Events) != 1 {
			t.Errorf("from %q: to %q with %+v", to, got, d.Events)
		}
	}
}

// TestPicks reads radio buttons and boxes, which bring payload and title in one.
func TestPicks(t *testing.T) {
	w := newWeb(t, newCity().options())
	for _, tt := range []struct {
		name          string
		form          url.Values
		payload, text string
		fault         bool
	}{
		{"a radio button", url.Values{"pick": {"drainage/ask=blocked ড্রেন বন্ধ"}}, "drainage/ask=blocked", "ড্রেন বন্ধ", false},
		{"boxes", url.Values{"picks": {"a/b=sat Sat", "a/b=mon Mon"}}, "a/b=sat,mon", "Sat, Mon", false},
		{"one box", url.Values{"picks": {"a/b=sat Sat"}}, "a/b=sat,", "Sat", false},
		{"boxes of two questions", url.Values{"picks": {"a/b=sat Sat", "a/c=mon Mon"}}, "", "", true},
		{"a box of none", url.Values{"picks": {"sat"}}, "", "", true},
	} {
		d, err := w.Receive(t.Context(), post1("application/x-www-form-urlencoded", []byte(tt.form.Encode())))
		if err != nil {
			t.Fatal(err)
		}
		if tt.fault {
			if len(d.Events) != 0 || d.Skipped["unreadable"] != 1 {
				t.Errorf("%s: %+v", tt.name, d)
			}
			continue
		}
		if e := d.Events[0]; !e.Tapped || e.Payload != tt.payload || e.Text != tt.text {
			t.Errorf("%s: %+v", tt.name, e)
		}
	}
}
