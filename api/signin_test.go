package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"nagorik/handoff"
)

const goodPassword = "a calm short sentence"

func (o *office) link(email, name string) string {
	o.t.Helper()
	_, token, err := o.desk.AddAgent(o.t.Context(), handoff.NewAgent{Email: email, Name: name, Role: handoff.RoleAgent})
	if err != nil {
		o.t.Fatal(err)
	}
	full := SignInURL("https://city.example/", token)
	if !strings.HasPrefix(full, "https://city.example/console/sign-in/") {
		o.t.Fatalf("link %s", full)
	}
	return strings.TrimPrefix(full, "https://city.example")
}

func (o *office) submit(path, password, again string, header map[string]string) *httptest.ResponseRecorder {
	all := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	for name, value := range header {
		all[name] = value
	}
	form := url.Values{"password": {password}, "again": {again}, "lang": {"en"}}
	return o.do(call{method: http.MethodPost, path: path, body: strings.NewReader(form.Encode()), header: all})
}

// ownStyles lets the styles in that the script of one answer makes.
var ownStyles = regexp.MustCompile(` 'nonce-[A-Z2-7]{26}'`)

func wantPage(t *testing.T, w *httptest.ResponseRecorder, status int, text string) {
	t.Helper()
	if w.Code != status || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		t.Fatalf("%d %s: %s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if !strings.Contains(w.Body.String(), text) {
		t.Errorf("the page does not say %q: %s", text, w.Body)
	}
	for name, want := range map[string]string{"Content-Security-Policy": consolePolicy, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"} {
		if got := ownStyles.ReplaceAllString(w.Header().Get(name), ""); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestSignInLinkSetsAPasswordAndSignsIn(t *testing.T) {
	o := newOffice(t, nil)
	path := o.link("anna@example.org", "আন্না <b>")
	page := o.do(call{path: path})
	wantPage(t, page, http.StatusOK, "আন্না &lt;b&gt;")
	wantPage(t, page, http.StatusOK, "পাসওয়ার্ড ঠিক করুন")
	wantPage(t, o.do(call{path: path + "?lang=en"}), http.StatusOK, "Choose your password")

	wantPage(t, o.submit(path, goodPassword, "another", nil), http.StatusUnprocessableEntity, "are not the same")
	wantPage(t, o.submit(path, "short", "short", nil), http.StatusUnprocessableEntity, "at least 10")
	wantPage(t, o.submit(path, "", "", nil), http.StatusUnprocessableEntity, "at least 10")

	done := o.submit(path, goodPassword, goodPassword, nil)
	if done.Code != http.StatusSeeOther || len(done.Result().Cookies()) == 0 {
		t.Fatalf("%d %v", done.Code, done.Header())
	}
	inside := o.do(call{path: done.Header().Get("Location"), header: map[string]string{"Cookie": cookieOf(done)}})
	wantPage(t, inside, http.StatusOK, "আন্না &lt;b&gt;")
	if strings.Contains(inside.Body.String(), "ngk_") {
		t.Error("the page shows an API token nobody asked for")
	}

	wantPage(t, o.do(call{path: path + "?lang=en"}), http.StatusGone, "This link has been used")
	wantPage(t, o.submit(path, goodPassword, goodPassword, nil), http.StatusGone, "This link has been used")
	wantPage(t, o.do(call{path: invitationPath + "nonsense?lang=en"}), http.StatusNotFound, "This link is not known")
	wantPage(t, o.do(call{path: "/console/nowhere?lang=en"}), http.StatusNotFound, "There is nothing here")
	if strings.Contains(o.logs.String(), path) {
		t.Errorf("secrets are logged: %s", o.logs)
	}
}

// cookieOf is the Cookie header that a browser sends after an answer.
func cookieOf(w *httptest.ResponseRecorder) string {
	var all []string
	for _, c := range w.Result().Cookies() {
		if c.MaxAge >= 0 {
			all = append(all, c.Name+"="+c.Value)
		}
	}
	return strings.Join(all, "; ")
}

func TestOldSignInLink(t *testing.T) {
	o := newOffice(t, nil)
	path := o.link("anna@example.org", "Anna")
	o.clock.Forward(8 * 24 * time.Hour)
	wantPage(t, o.do(call{path: path + "?lang=en"}), http.StatusGone, "This link is too old")
	wantPage(t, o.submit(path, goodPassword, goodPassword, nil), http.StatusGone, "This link is too old")
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	o := newOffice(t, nil)
	path := o.link("anna@example.org", "Anna")
	for name, header := range map[string]map[string]string{
		"another site":      {"Sec-Fetch-Site": "cross-site"},
		"another sub-site":  {"Sec-Fetch-Site": "same-site"},
		"another origin":    {"Origin": "https://evil.example"},
		"an origin of none": {"Origin": "null"},
	} {
		t.Run(name, func(t *testing.T) {
			wantPage(t, o.submit(path, goodPassword, goodPassword, header), http.StatusForbidden, "ফরমটি")
		})
	}
	for name, header := range map[string]map[string]string{
		"our own":           {"Sec-Fetch-Site": "same-origin", "Origin": "https://city.example"},
		"our public origin": {"Origin": "https://city.example"}, // a proxy has changed the Host
	} {
		t.Run(name, func(t *testing.T) {
			path := o.link(strings.ReplaceAll(name, " ", "")+"@example.org", "Anna")
			if w := o.submit(path, goodPassword, goodPassword, header); w.Code != http.StatusSeeOther {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

func TestTryingLinksIsSlowedDown(t *testing.T) {
	o := newOffice(t, nil)
	path := o.link("anna@example.org", "Anna")
	for i := range signInsBurst {
		wantPage(t, o.do(call{path: fmt.Sprintf("%s%d", invitationPath, i)}), http.StatusNotFound, "<h1>")
	}
	wantPage(t, o.do(call{path: path + "?lang=en"}), http.StatusTooManyRequests, "Too many attempts")
	wantPage(t, o.submit(path, goodPassword, goodPassword, nil), http.StatusTooManyRequests, "<h1>")
	wantPage(t, o.do(call{path: path + "?lang=en", peer: "198.51.100.7:9"}), http.StatusOK, "Choose your password")
	o.clock.Forward(time.Minute)
	wantPage(t, o.do(call{path: path + "?lang=en"}), http.StatusOK, "Choose your password")
}

func TestHugeFormIsRefused(t *testing.T) {
	o := newOffice(t, nil)
	path := o.link("anna@example.org", "Anna")
	w := o.submit(path, strings.Repeat("x", 1<<20), "x", nil)
	if w.Code != http.StatusBadRequest {
		t.Errorf("%d", w.Code)
	}
}

func TestConsoleStyleIsKeptForEver(t *testing.T) {
	o := bare(t, nil)
	path := o.server.console.link("console.css")
	w := o.do(call{path: path})
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := o.do(call{path: "/console/assets/console.css"}); w.Code != http.StatusNotFound {
		t.Errorf("a name without its hash: %d", w.Code)
	}
}

func TestLanguagesHaveTheSameWords(t *testing.T) {
	words := map[string]map[string]string{}
	for _, lang := range languages {
		b, err := consoleFiles.ReadFile("console/locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		words[lang] = m
	}
	for _, a := range languages {
		for _, b := range languages {
			for key, text := range words[a] {
				if words[b][key] == "" || text == "" {
					t.Errorf("%s has %q, %s does not", a, key, b)
				}
			}
		}
	}
}

func TestEveryProblemHasAPage(t *testing.T) {
	o := newOffice(t, nil)
	path := o.link("anna@example.org", "Anna")
	o.pool.Close()
	wantPage(t, o.do(call{path: path + "?lang=en"}), http.StatusServiceUnavailable, "Not just now")
}
