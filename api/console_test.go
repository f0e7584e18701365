package api

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"nagorik/handoff"
)

// person makes an account with a password.
func (o *office) person(email, name string, role handoff.Role, teams []string, wards []int) handoff.Agent {
	o.t.Helper()
	_, link, err := o.desk.AddAgent(o.t.Context(), handoff.NewAgent{Email: email, Name: name, Role: role, Teams: teams, Wards: wards})
	if err != nil {
		o.t.Fatal(err)
	}
	a, err := o.desk.UseLink(o.t.Context(), link, goodPassword)
	if err != nil {
		o.t.Fatal(err)
	}
	return a
}

// post sends a form with a cookie.
func (o *office) post(path, cookie string, form url.Values) *httptest.ResponseRecorder {
	o.t.Helper()
	return o.do(call{method: http.MethodPost, path: path, body: strings.NewReader(form.Encode()), header: map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie, "Sec-Fetch-Site": "same-origin",
	}})
}

// look opens a page with a cookie.
func (o *office) look(path, cookie string) *httptest.ResponseRecorder {
	o.t.Helper()
	return o.do(call{path: path, header: map[string]string{"Cookie": cookie}})
}

// enter signs in and returns the cookie.
func (o *office) enter(email string) string {
	o.t.Helper()
	w := o.post(signInPath, "", url.Values{"email": {email}, "password": {goodPassword}})
	if w.Code != http.StatusSeeOther {
		o.t.Fatalf("sign in: %d %s", w.Code, w.Body)
	}
	return cookieOf(w)
}

// wantWay holds an answer to lead to a path.
func wantWay(t *testing.T, w *httptest.ResponseRecorder, path string) {
	t.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != path {
		t.Errorf("%d to %q, want %q: %s", w.Code, w.Header().Get("Location"), path, w.Body)
	}
}

// wantOut holds a cookie to open nothing.
func (o *office) wantOut(who, cookie string) {
	o.t.Helper()
	if w := o.look(accountPath, cookie); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), signInPath) {
		o.t.Errorf("%s is still in: %d", who, w.Code)
	}
}

func (o *office) wantIn(who, cookie string) {
	o.t.Helper()
	if w := o.look(accountPath, cookie); w.Code != http.StatusOK {
		o.t.Errorf("%s is out: %d", who, w.Code)
	}
}

var pathValue = regexp.MustCompile(`:[a-z]+`)

// sampleOf is an address of a route.
func sampleOf(r Route) string {
	return pathValue.ReplaceAllString(r.Path, "019aabcd-0000-7000-8000-000000000000")
}

func TestEveryPageAsksWhoComes(t *testing.T) {
	o := newTalkDesk(t)
	o.server.opt.Eraser = erases{o.desk}
	o.troubled()
	for _, role := range []handoff.Role{handoff.RoleAgent, handoff.RoleSupervisor, handoff.RoleAdministrator} {
		o.person(string(role)+"@example.org", "Anna", role, nil, nil)
	}
	cookies := map[handoff.Role]string{} // a password costs a good part of a second; some of the pages sign out
	as := func(role handoff.Role) string {
		if cookies[role] == "" || o.look(accountPath, cookies[role]).Code != http.StatusOK {
			cookies[role] = o.enter(string(role) + "@example.org")
		}
		return cookies[role]
	}
	for _, r := range o.server.routes {
		if !r.console() {
			continue
		}
		t.Run(r.Method+" "+r.Path, func(t *testing.T) {
			o := *o
			o.t = t
			if r.Method == http.MethodPost {
				for name, header := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
					w := o.do(call{method: r.Method, path: sampleOf(r), header: map[string]string{name: header, "Cookie": as(handoff.RoleAdministrator)}})
					if w.Code != http.StatusForbidden {
						t.Errorf("a form of another site is taken: %d", w.Code)
					}
				}
			}
			if r.Needs == Public {
				return
			}
			if r.Needs == Screen { // no sign-in and no token opens it, but a link of its own
				for _, c := range []call{{}, {token: o.token}, {header: map[string]string{"Cookie": as(handoff.RoleAdministrator)}}} {
					if c.method, c.path = r.Method, sampleOf(r); o.do(c).Code != http.StatusUnauthorized {
						t.Errorf("%+v: %d", c, o.do(c).Code)
					}
				}
				return
			}
			w := o.do(call{method: r.Method, path: sampleOf(r)})
			if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), signInPath) {
				t.Errorf("nobody in particular: %d %s", w.Code, w.Header().Get("Location"))
			}
			w = o.do(call{method: r.Method, path: sampleOf(r), token: o.token})
			if w.Code != http.StatusSeeOther {
				t.Errorf("an API token opens a page: %d", w.Code)
			}
			for _, role := range []handoff.Role{handoff.RoleAgent, handoff.RoleSupervisor, handoff.RoleAdministrator} {
				w := o.do(call{method: r.Method, path: sampleOf(r), header: map[string]string{"Cookie": as(role)}})
				if (w.Code == http.StatusForbidden) == allows(role, r.Needs) || w.Code >= http.StatusInternalServerError {
					t.Errorf("%s: %d", role, w.Code)
				}
			}
		})
	}
}

func TestASessionDoesNotOpenTheAPI(t *testing.T) {
	o := newOffice(t, nil)
	o.person("anna@example.org", "Anna", handoff.RoleAdministrator, nil, nil)
	wantFault(t, o.look("/api/v1/cases", o.enter("anna@example.org")), http.StatusUnauthorized, "unauthorized", "")
}

func TestSessionIsNewAtSignInAndHashedAtRest(t *testing.T) {
	o := newOffice(t, nil)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	planted := "__Host-nagorik_staff=planted-by-somebody-else"
	w := o.post(signInPath, planted, url.Values{"email": {"Anna@Example.org "}, "password": {goodPassword}})
	wantWay(t, w, o.server.home(handoff.RoleAgent))
	c := w.Result().Cookies()[0]
	if c.Name != "__Host-nagorik_staff" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie %+v", c)
	}
	o.wantOut("who planted a session", planted)
	first := cookieOf(w)
	o.wantIn("Anna", first)
	second := cookieOf(o.post(signInPath, first, url.Values{"email": {"anna@example.org"}, "password": {goodPassword}}))
	if second == first {
		t.Error("the token stays the same at a new sign-in")
	}
	o.wantOut("the old token", first)
	var plain, all int
	_, token, _ := strings.Cut(second, "=")
	err := o.pool.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE s::text LIKE '%' || $1 || '%' OR token_hash = $1::bytea), count(*) FROM staff_sessions s`, token).Scan(&plain, &all)
	if err != nil || plain != 0 || all != 1 {
		t.Errorf("%d of %d sessions are kept in the clear, %v", plain, all, err)
	}
}

func TestSessionsEnd(t *testing.T) {
	o := newOffice(t, nil)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	boss := o.person("boss2@example.org", "Boss", handoff.RoleAdministrator, nil, nil)
	t.Run("without being used", func(t *testing.T) {
		cookie := o.enter("anna@example.org")
		o.clock.Forward(handoff.SessionIdle - time.Minute)
		o.wantIn("Anna", cookie)
		o.clock.Forward(handoff.SessionIdle - time.Minute)
		o.wantIn("Anna, who was there", cookie)
		o.clock.Forward(handoff.SessionIdle)
		o.wantOut("Anna", cookie)
	})
	t.Run("after a week", func(t *testing.T) {
		cookie := o.enter("anna@example.org")
		for range 13 {
			o.clock.Forward(handoff.SessionIdle - time.Hour)
			o.wantIn("Anna", cookie)
		}
		for range 3 {
			o.clock.Forward(handoff.SessionIdle - time.Hour)
			o.look(accountPath, cookie)
		}
		o.wantOut("Anna", cookie)
	})
	t.Run("at sign out", func(t *testing.T) {
		here, there := o.enter("anna@example.org"), o.enter("anna@example.org")
		wantWay(t, o.post("/console/sign-out", here, nil), signInPath+"?done=out")
		o.wantOut("Anna here", here)
		o.wantIn("Anna there", there)
	})
	t.Run("everywhere", func(t *testing.T) {
		here, there, other := o.enter("anna@example.org"), o.enter("anna@example.org"), o.enter("boss2@example.org")
		wantWay(t, o.post("/console/sign-out-everywhere", here, nil), signInPath+"?done=everywhere")
		o.wantOut("Anna here", here)
		o.wantOut("Anna there", there)
		o.wantIn("somebody else", other)
	})
	t.Run("with another password", func(t *testing.T) {
		here, there := o.enter("anna@example.org"), o.enter("anna@example.org")
		change := url.Values{"old": {"not it at all"}, "password": {"another calm sentence"}, "again": {"another calm sentence"}}
		wantPage(t, o.post(accountPath+"/password", here, change), http.StatusUnprocessableEntity, "পাসওয়ার্ডটি ঠিক নয়")
		change.Set("old", goodPassword)
		w := o.post(accountPath+"/password", here, change)
		wantWay(t, w, accountPath+"?done=password")
		o.wantIn("Anna here", cookieOf(w))
		o.wantOut("Anna there", there)
		if err := o.desk.SetPassword(t.Context(), "anna@example.org", goodPassword); err != nil {
			t.Fatal(err)
		}
		o.wantOut("Anna after a command", cookieOf(w))
	})
	t.Run("with the account", func(t *testing.T) {
		here, admin := o.enter("anna@example.org"), o.enter("boss2@example.org")
		token, err := o.desk.AddOwnToken(t.Context(), anna.ID)
		if err != nil {
			t.Fatal(err)
		}
		if w := o.do(call{path: "/api/v1/cases", token: token}); w.Code != http.StatusOK {
			t.Fatalf("%d", w.Code)
		}
		wantWay(t, o.post(accountsPath+"/"+anna.ID.String()+"/disable", admin, nil), accountsPath+"?done=disabled")
		o.wantOut("Anna", here)
		wantFault(t, o.do(call{path: "/api/v1/cases", token: token}), http.StatusUnauthorized, "unauthorized", "")
		w := o.post(signInPath, "", url.Values{"email": {"anna@example.org"}, "password": {goodPassword}})
		wantPage(t, w, http.StatusUnprocessableEntity, "মিলল না")
		wantPage(t, o.post(accountsPath+"/"+boss.ID.String()+"/disable", admin, url.Values{"lang": {"en"}}), http.StatusConflict, "")
		o.wantIn("the last administrator", admin)
	})
}

func TestGuessingPasswordsIsSlowedDown(t *testing.T) {
	o := newOffice(t, nil)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	try := func(email, password, peer string) *httptest.ResponseRecorder {
		form := url.Values{"email": {email}, "password": {password}, "lang": {"en"}}
		return o.do(call{method: http.MethodPost, path: signInPath, peer: peer, body: strings.NewReader(form.Encode()), header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}})
	}
	var known, unknown string
	for range 5 {
		w := try("anna@example.org", "a wrong password", "198.51.100.1:1")
		wantPage(t, w, http.StatusUnprocessableEntity, "do not match")
		known = w.Body.String()
		w = try("nobody@example.org", "a wrong password", "198.51.100.2:1")
		unknown = strings.ReplaceAll(w.Body.String(), "nobody@", "anna@")
	}
	if known != unknown {
		t.Error("the page tells whether there is an account")
	}
	w := try("anna@example.org", goodPassword, "198.51.100.3:1")
	wantPage(t, w, http.StatusTooManyRequests, "Please try again after 09:30")
	if w.Header().Get("Retry-After") != "31" {
		t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
	}
	wantPage(t, try("nobody@example.org", goodPassword, "198.51.100.3:1"), http.StatusTooManyRequests, "Please try again after")
	o.clock.Forward(31 * time.Second)
	if w := try("anna@example.org", goodPassword, "198.51.100.3:1"); w.Code != http.StatusSeeOther {
		t.Errorf("the account does not open again: %d", w.Code)
	}
	log, err := o.desk.AuditLog(t.Context(), handoff.AuditFilter{What: "account.lock"})
	if err != nil || len(log.Items) != 1 || log.Items[0].Agent != nil {
		t.Errorf("the lock is not on record: %+v, %v", log, err)
	}
}

func TestCodesOpenOnce(t *testing.T) {
	o := newOffice(t, nil)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	secret := handoff.NewSecondFactor()
	cookie := o.enter("anna@example.org")
	wantPage(t, o.post(secondPath, cookie, url.Values{"secret": {secret}, "code": {"000000"}}), http.StatusUnprocessableEntity, "মিলল না")
	w := o.post(secondPath, cookie, url.Values{"secret": {secret}, "code": {o.code(secret)}})
	wantPage(t, w, http.StatusOK, "উদ্ধার কোড")
	recovery := regexp.MustCompile(`[A-Z2-7]{4}(-[A-Z2-7]{4}){3}`).FindAllString(w.Body.String(), -1)
	if len(recovery) != 8 {
		t.Fatalf("%d recovery codes", len(recovery))
	}
	used := o.code(secret)
	half := func() string {
		w := o.post(signInPath, "", url.Values{"email": {"anna@example.org"}, "password": {goodPassword}, "next": {"/console/account?x=1"}})
		wantWay(t, w, "/console/code?next=%2Fconsole%2Faccount%3Fx%3D1")
		return cookieOf(w)
	}
	pending := half()
	o.wantOut("who has a password only", pending)
	wantPage(t, o.post("/console/code", pending, url.Values{"code": {used}, "lang": {"en"}}), http.StatusUnprocessableEntity, "not right")
	o.clock.Forward(30 * time.Second)
	w = o.post("/console/code", pending, url.Values{"code": {o.code(secret)}, "next": {"/console/account?x=1"}})
	wantWay(t, w, "/console/account?x=1")
	o.wantIn("Anna", cookieOf(w))
	o.wantOut("the half session", pending)
	pending = half()
	wantPage(t, o.post("/console/code", pending, url.Values{"code": {o.code(secret)}}), http.StatusUnprocessableEntity, "মিলল না")
	wantWay(t, o.post("/console/code", pending, url.Values{"code": {strings.ToLower(recovery[3])}}), o.server.home(handoff.RoleAgent))
	wantPage(t, o.post("/console/code", half(), url.Values{"code": {recovery[3]}}), http.StatusUnprocessableEntity, "মিলল না")

	pending = half()
	o.clock.Forward(codeWithin)
	wantWay(t, o.post("/console/code", pending, url.Values{"code": {o.code(secret)}}), signInPath)
	if err := o.desk.ResetSecondFactor(t.Context(), anna.ID, anna.ID); err != nil {
		t.Fatal(err)
	}
	o.wantIn("Anna without a second factor", o.enter("anna@example.org"))
}

func TestWhereOneGoesAfterSigningInIsOurs(t *testing.T) {
	for path, want := range map[string]string{
		"/console/cases?ward=12": "/console/cases?ward=12", "/console": "/console", "/console/contacts/1": "/console/contacts/1",
		"https://evil.example/console": "", "//evil.example/console": "", "/\\evil.example": "", "/console\\evil": "", "/api/v1/cases": "", "": "",
		"/console/../api": "", "/consoles": "", "javascript:alert(1)": "", "/console//evil.example": "", "/console/sign-in/token": "",
		"/console/a\nb": "", "http:/console": "", "/%5cevil.example": "", "/console/%2e%2e/x": "",
	} {
		if got := localPath(path); got != want {
			t.Errorf("%q leads to %q, want %q", path, got, want)
		}
	}
}

func TestLanguageIsKept(t *testing.T) {
	o := newOffice(t, nil)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	wantPage(t, o.do(call{path: signInPath}), http.StatusOK, "সাইন ইন")
	w := o.post("/console/language", "", url.Values{"language": {"en"}, "back": {signInPath + "?next=%2Fconsole%2Fcases"}})
	wantWay(t, w, signInPath+"?next=%2Fconsole%2Fcases")
	wantPage(t, o.look(signInPath, cookieOf(w)), http.StatusOK, "Sign in")
	cookie := o.enter("anna@example.org")
	wantWay(t, o.post("/console/language", cookie, url.Values{"language": {"en"}, "back": {accountPath}}), accountPath)
	if a, err := o.desk.Account(t.Context(), anna.ID); err != nil || a.Language != "en" {
		t.Errorf("%+v %v", a, err)
	}
	wantPage(t, o.look(accountPath, cookie), http.StatusOK, "My account")
	for _, back := range []string{"https://evil.example", "//evil.example", "/console/sign-in//evil", "/console/sign-in\\evil", "/console/sign-in/../../x"} {
		w := o.post("/console/language", cookie, url.Values{"language": {"en"}, "back": {back}})
		if to := w.Header().Get("Location"); to != "/console" && to != signInPath {
			t.Errorf("%q leads to %q", back, to)
		}
	}
}
