package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"nagorik/api/browsertest"
	"nagorik/handoff"
)

// desktop is the console in a browser, over a database of the test's own.
type desktop struct {
	*browsertest.Tab
	*office
	url  string
	axe  string
	web  *httptest.Server
	away atomic.Bool // every request breaks off
}

func newDesktop(t *testing.T, chromium *browsertest.Browser) *desktop {
	t.Helper()
	d := &desktop{axe: browsertest.Axe(t)}
	d.office = newOffice(t, func(opt *Options) {
		opt.PublicURL = "http://localhost:8080"
		opt.City = func(lang string) string {
			return map[string]string{"bn": "নমুনা সিটি কর্পোরেশন", "en": "Sample City Corporation"}[lang]
		}
		opt.Teams = sampleTeams
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if d.away.Load() {
			panic(http.ErrAbortHandler)
		}
		d.server.ServeHTTP(w, r)
	}))
	d.web = server
	t.Cleanup(server.Close)
	d.Tab, d.url = browsertest.NewTab(t, chromium), server.URL
	return d
}

func sampleTeams(lang string) []Team {
	if lang == "bn" {
		return []Team{{"drainage", "ড্রেনেজ বিভাগ"}, {"waste", "বর্জ্য ব্যবস্থাপনা বিভাগ"}}
	}
	return []Team{{"drainage", "Drainage Department"}, {"waste", "Waste Management Department"}}
}

// enters signs in by the form.
func (d *desktop) enters(email, password string) {
	d.t.Helper()
	d.Open(d.url + "/console")
	d.Do(chromedp.SendKeys(chromedp.CSS("#email"), email), chromedp.SendKeys(chromedp.CSS("#password"), password), chromedp.Click(chromedp.CSS("main button")))
}

// visit looks at a page in every width and light, and lets axe look at it.
func (d *desktop) visit(name, path string) {
	d.t.Helper()
	d.Open(d.url + path)
	d.looks(name)
}

func (d *desktop) looks(name string) {
	d.t.Helper()
	for _, width := range []int64{320, 390, 1280, 1920} {
		d.Fits(name, width)
	}
	for _, scheme := range []string{"light", "dark"} {
		light := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		if _, err := chromedp.Call(d.Context(), emulation.SetEmulatedMedia, light); err != nil {
			d.t.Fatal(err)
		}
		if scheme == "light" {
			d.Accessible(name, d.axe)
		} else {
			d.Legible(name+" in the "+scheme, d.axe)
		}
		if !browsertest.TakesPictures() {
			continue
		}
		for _, width := range []int64{390, 1280} {
			d.Picture(name, width, 1000, scheme)
		}
	}
	d.Do(chromedp.EmulateViewport(1280, 1000))
}

// speaks switches the language by the button of the page.
func (d *desktop) speaks(lang string) {
	d.t.Helper()
	d.Open(d.url + "/console/account")
	if d.Text(`document.documentElement.lang`) == lang {
		return
	}
	d.Do(chromedp.Click(chromedp.CSS(".switch button")))
	d.See(lang, `document.documentElement.lang === "`+lang+`"`)
}

func TestConsoleInABrowser(t *testing.T) {
	d := newDesktop(t, browsertest.Chromium(t))
	d.person("admin@example.org", "রহিমা খাতুন", handoff.RoleAdministrator, nil, nil)
	limited := d.person("agent@example.org", "কামাল হোসেন", handoff.RoleAgent, []string{"drainage"}, []int{3, 4, 5, 12})
	if _, _, err := d.desk.AddAgent(t.Context(), handoff.NewAgent{Email: "new@example.org", Name: "Selina Parvin", Role: handoff.RoleSupervisor}); err != nil {
		t.Fatal(err)
	}
	gone := d.person("gone@example.org", "Abdul Karim", handoff.RoleAgent, nil, nil)
	if err := d.desk.DisableAccount(t.Context(), limited.ID, gone.ID); err != nil {
		t.Fatal(err)
	}
	f := d.file("রহিম", "drainage", 12)
	if _, err := d.desk.AssignCase(t.Context(), handoff.Viewer{AgentID: limited.ID, Role: handoff.RoleSupervisor}, f.number, handoff.Assignment{Agent: limited.ID, Team: "waste"}); err != nil {
		t.Fatal(err)
	}
	link := d.link("invited@example.org", "Nasrin Akter")
	d.alarms(f.conversation)
	d.troubled()
	d.spends()

	for _, lang := range languages {
		d.visit("sign-in-"+lang, "/console/sign-in?lang="+lang)
		d.visit("invitation-"+lang, link+"?lang="+lang)
		d.visit("missing-"+lang, "/console/nowhere?lang="+lang)
	}
	d.enters("admin@example.org", "not the password")
	d.See("the fault", `document.querySelector(".alert")`)
	d.looks("refused-bn")
	d.enters("admin@example.org", goodPassword)
	d.See("the menu", `document.querySelector(".menu")`)
	for _, lang := range languages {
		d.speaks(lang)
		for name, path := range map[string]string{
			"account": "/console/account?done=saved", "second": "/console/account/second-factor", "accounts": "/console/accounts",
			"account-new": "/console/accounts/new", "account-edit": "/console/accounts/" + limited.ID.String(), "audit": "/console/audit",
			"audit-empty": "/console/audit?subject=nothing", "alarms": alarmsPath, "trouble": troublePath, "retention": retentionPath, "spending": spendingPath, "settings": settingsPath,
		} {
			d.visit(name+"-"+lang, path)
		}
		d.Open(d.url + "/console/account")
		d.Script(`document.querySelector(".menu summary").click()`)
		d.looks("menu-" + lang)
		d.Script(`document.querySelector('form[action$="/tokens"] button').click()`)
		d.See("a token", `document.querySelector(".secret") && document.querySelector(".secret").innerText.indexOf("ngk_") === 0`)
		d.looks("token-" + lang)
	}
	d.Open(d.url + "/console/accounts/" + limited.ID.String())
	d.Script(`document.querySelector(".ask summary").click()`)
	d.looks("asks-en")
	d.Script(`document.querySelector(".ask[open] button").click()`)
	d.See("a link", `document.querySelector(".secret") && document.querySelector(".secret").innerText.indexOf("/console/sign-in/") > 0`)
	d.looks("link-en")
	d.calm()
}

func TestSecondFactorInABrowser(t *testing.T) {
	d := newDesktop(t, browsertest.Chromium(t))
	d.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	d.enters("anna@example.org", goodPassword)
	d.See("the menu", `document.querySelector(".menu")`)
	d.Open(d.url + "/console/account/second-factor")
	secret := d.Text(`document.querySelector("input[name=secret]").value`)
	d.Do(chromedp.SendKeys(chromedp.CSS("#code"), "000000"), chromedp.Click(chromedp.CSS("main button")))
	d.See("the fault", `document.querySelector("#code-fault") && document.querySelector("input[name=secret]").value === "`+secret+`"`)
	d.looks("second-wrong-bn")
	d.Do(chromedp.SetValue(chromedp.CSS("#code"), d.code(secret)), chromedp.Click(chromedp.CSS("main button")))
	d.See("recovery codes", `document.querySelectorAll(".codes li").length === 8`)
	d.looks("recovery-bn")
	recovery := d.Text(`document.querySelector(".codes li").innerText`)
	d.Open(d.url + "/console/account/second-factor")
	d.looks("second-on-bn")
	d.Script(`document.querySelector('form[action$="/sign-out"] button').click()`)
	d.See("signed out", `document.querySelector(".done")`)
	d.enters("anna@example.org", goodPassword)
	d.See("the code is asked for", `document.querySelector("#code")`)
	d.looks("code-bn")
	d.Do(chromedp.SendKeys(chromedp.CSS("#code"), recovery), chromedp.Click(chromedp.CSS("main button")))
	d.See("the menu", `document.querySelector(".menu")`)
	d.calm()
}

// calm fails the test if a page complained of anything but the answers that
// were asked for.
func (d *desktop) calm() {
	d.t.Helper()
	for _, c := range d.Complaints() {
		if !strings.Contains(c, "status of 404") && !strings.Contains(c, "status of 422") {
			d.t.Errorf("a page complains: %s", c)
		}
	}
}

// code is the one that a telephone with the secret shows now.
func (o *office) code(secret string) string {
	o.t.Helper()
	code, err := totp.GenerateCode(secret, o.clock.Now())
	if err != nil {
		o.t.Fatal(err)
	}
	return code
}
