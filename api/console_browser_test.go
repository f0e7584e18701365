package api

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"nagorik/api/browsertest"
	"nagorik/handoff"
)

// desktop is the console in a browser, over a database of the test's own.
type desktop struct {
	*browsertest.Tab
	*office
	url string
}

func newDesktop(t *testing.T, chromium *browsertest.Browser) *desktop {
	t.Helper()
	o := newOffice(t, func(opt *Options) {
		opt.PublicURL = "http://localhost:8080"
		opt.City = func(lang string) string {
			return map[string]string{"bn": "নমুনা সিটি কর্পোরেশন", "en": "Sample City Corporation"}[lang]
		}
		opt.Teams = func(string) []Team { return []Team{{"drainage", "Drainage Department"}, {"waste", "Waste Management"}} }
		opt.Now = time.Now
	})
	server := httptest.NewServer(o.server)
	t.Cleanup(server.Close)
	return &desktop{browsertest.NewTab(t, chromium), o, server.URL}
}

// person makes an account with a password.
func (o *office) person(email, name string, role handoff.Role, teams []string, wards []int) handoff.Agent {
	o.t.Helper()
	a, link, err := o.desk.AddAgent(o.t.Context(), handoff.NewAgent{Email: email, Name: name, Role: role, Teams: teams, Wards: wards})
	if err != nil {
		o.t.Fatal(err)
	}
	if a, err = o.desk.UseLink(o.t.Context(), link, goodPassword); err != nil {
		o.t.Fatal(err)
	}
	return a
}

// enters signs in by the form.
func (d *desktop) enters(email string) {
	d.t.Helper()
	d.Open(d.url + "/console")
	d.Do(chromedp.SendKeys(chromedp.CSS("#email"), email), chromedp.SendKeys(chromedp.CSS("#password"), goodPassword), chromedp.Click(chromedp.CSS("main button")))
	d.See("the menu", `document.querySelector(".menu")`)
}

func TestConsoleInABrowser(t *testing.T) {
	d := newDesktop(t, browsertest.Chromium(t))
	d.person("admin@example.org", "রহিমা খাতুন", handoff.RoleAdministrator, nil, nil)
	d.Open(d.url + "/console")
	d.Looks("sign-in-bn")
	d.enters("admin@example.org")
	d.Open(d.url + "/console/account")
	d.Looks("account-bn")
	d.Quiet()
}
