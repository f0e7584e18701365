package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"nagorik/api/browsertest"
	"nagorik/bot/bottest"
	"nagorik/handoff/handofftest"
)

const (
	shiftCitizen  = "6151000001"
	shiftPassword = "a long password of the tests"
)

// shift is an office with the whole service, a citizen on Messenger and the
// staff in browsers of their own.
type shift struct {
	t     *testing.T
	s     *running
	graph *bottest.Graph
	said  int
}

// says lets the citizen write on Messenger.
func (o *shift) says(words string) {
	o.t.Helper()
	o.said++
	at := time.Now()
	body := bottest.Webhook(outsidePage, at, bottest.From{Page: outsidePage, PSID: shiftCitizen, MID: fmt.Sprintf("m_shift_%d", o.said), At: at}.Text(words))
	if status, err := o.s.deliver(o.graph, shiftCitizen, body); err != nil || status != http.StatusOK {
		o.t.Fatalf("%q is answered %d, %v", words, status, err)
	}
}

// hears waits until the citizen has been told something.
func (o *shift) hears(words string) {
	o.t.Helper()
	ctx, cancel := context.WithTimeout(o.t.Context(), outsidePatience)
	defer cancel()
	heard := func(s bottest.GraphSend) bool { return strings.Contains(s.Text, words) }
	for !slices.ContainsFunc(o.graph.SendsTo(shiftCitizen), heard) {
		if _, err := o.graph.Wait(ctx, o.graph.Count()+1); err != nil {
			var all []string
			for _, s := range o.graph.SendsTo(shiftCitizen) {
				all = append(all, s.Text)
			}
			o.t.Fatalf("the citizen does not hear %q, only:\n%s", words, strings.Join(all, "\n--\n"))
		}
	}
}

// seat is one of the staff at a browser.
type seat struct {
	*browsertest.Tab
	shift *shift
}

// sits signs somebody in, who reads English.
func (o *shift) sits(chromium *browsertest.Browser, c command, email, name, role string, more ...string) *seat {
	o.t.Helper()
	c.stdin = shiftPassword + "\n"
	c.must(o.t, append([]string{"user", "add", "--email", email, "--name", name, "--role", role, "--password-stdin"}, more...)...)
	w := &seat{browsertest.NewTab(o.t, chromium), o}
	w.Do(chromedp.EmulateViewport(1280, 1000))
	w.Open(o.s.url + "/console/sign-in?lang=en")
	w.Do(chromedp.SendKeys(chromedp.CSS("#email"), email), chromedp.SendKeys(chromedp.CSS("#password"), shiftPassword), chromedp.Click(chromedp.CSS("main button")))
	w.See("the inbox of "+name, `location.pathname === "/console/inbox" && document.querySelector("#desk") && document.querySelector(".switch button")`)
	w.Script(`if (document.documentElement.lang !== "en") document.querySelector('.switch button').click()`)
	w.See("English", `document.documentElement.lang === "en" && document.querySelector("#desk")`)
	return w
}

func (w *seat) goes(path string) { w.Open(w.shift.s.url + path) }

// reads waits for words anywhere on the page.
func (w *seat) reads(words string) {
	w.shift.t.Helper()
	w.See(fmt.Sprintf("%q", words), fmt.Sprintf(`document.body.innerText.indexOf(%q) >= 0`, words))
}

// refused reports whether a page is not shown, and that it says nothing of the citizen.
func (w *seat) refused(path string) {
	w.shift.t.Helper()
	w.goes(path)
	w.See("a page", `document.querySelector("main")`)
	if text := w.Text(`document.body.innerText`); strings.Contains(text, "রহিম") || strings.Contains(text, "ড্রেন উপচে") {
		w.shift.t.Errorf("%s shows the citizen's matter to somebody whom it does not concern:\n%s", path, text)
	}
}

// fills writes into a field.
func (w *seat) fills(field, words string) {
	w.shift.t.Helper()
	w.Do(chromedp.SendKeys(chromedp.CSS(field), words))
}

// presses clicks what a selector finds and waits for a page that says it is done.
func (w *seat) presses(selector, done string) {
	w.shift.t.Helper()
	w.Script(fmt.Sprintf(`window.before = true; document.querySelector(%q).click()`, selector))
	w.See(done, `!window.before && document.querySelector(".done")`)
}

// does something to the case whose page is open; prepare fills in its form.
func (w *seat) does(verb, prepare string) {
	w.shift.t.Helper()
	w.See("the form to "+verb, fmt.Sprintf(`document.querySelector('form[action$="/%s"]')`, verb))
	w.Script(fmt.Sprintf(`(function () { window.before = true; var form = document.querySelector('form[action$="/%s"]'); %s; form.querySelector("button").click(); })()`, verb, prepare))
	w.See("the case after "+verb, `!window.before && document.querySelector(".done")`)
}

// logsCall takes a report by telephone, question by question.
func (w *seat) logsCall(caller string) {
	w.shift.t.Helper()
	w.goes("/console/calls/new")
	w.Do(chromedp.SendKeys(chromedp.CSS("#name"), caller), chromedp.SetValue(chromedp.CSS("#flow"), "drainage"), chromedp.Click(chromedp.CSS("form.panel .acts button")))
	w.See("the first question", `document.querySelector(".asking input[type=radio]")`)
	w.Do(chromedp.Click(chromedp.CSS(".asking .box")), chromedp.Click(chromedp.CSS(".asking .acts button")))
	for _, next := range []struct{ what, condition, typed, press string }{
		{"the ward", `document.querySelector("input#answer[type=text]")`, "৫", ".asking .acts button"},
		{"the place", `document.querySelector("textarea#answer")`, "কলেজ রোড, মসজিদের পাশে", ".asking .acts button"},
		{"a photo", `document.querySelector("#answer[type=file]")`, "", ".aside button"},
		{"the summary", `document.querySelectorAll(".asking .acts button").length > 1`, "", ".asking .acts button"},
	} {
		w.See(next.what, next.condition)
		if next.typed != "" {
			w.fills("#answer", next.typed)
		}
		w.Do(chromedp.Click(chromedp.CSS(next.press)))
	}
	w.See("the number", `document.querySelector(".filed strong")`)
}

// calm fails the test when a page has complained of anything but what was refused.
func (w *seat) calm() {
	w.shift.t.Helper()
	for _, c := range w.Complaints() {
		if !strings.Contains(c, "status of 40") {
			w.shift.t.Errorf("a page complains: %s", c)
		}
	}
}

// TestShift is a day at the desk: two agents and a supervisor, each in a
// browser, and a citizen on Messenger.
func TestShift(t *testing.T) {
	chromium := browsertest.Chromium(t)
	graph, err := bottest.NewGraph(bottest.GraphOptions{PageID: outsidePage, Token: outsideToken, AppSecret: outsideSecret})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { graph.Close() })
	graph.Name(shiftCitizen, "রহিম", "উদ্দিন")
	addr := freeAddr(t)
	c := command{dir: t.TempDir(), settings: []string{
		"ADDR=" + addr, "PUBLIC_URL=http://" + addr, "DATABASE_URL=" + handofftest.DSN(t), "MESSENGER_PAGE_ID=" + outsidePage, "MESSENGER_PAGE_TOKEN=" + outsideToken,
		"MESSENGER_APP_SECRET=" + outsideSecret, "MESSENGER_VERIFY_TOKEN=hush-verify", "MESSENGER_API_URL=" + graph.URL(),
	}}
	o := &shift{t: t, s: c.serve(t), graph: graph}
	anna := o.sits(chromium, c, "anna@example.org", "Anna Begum", "agent")
	kamal := o.sits(chromium, c, "kamal@example.org", "Kamal Hossain", "agent")
	boss := o.sits(chromium, c, "boss@example.org", "Selina Parvin", "supervisor")
	roads := o.sits(chromium, c, "roads@example.org", "Jamal Uddin", "agent", "--teams", "roads")

	// The citizen files a case and asks for a person; both see it arrive.
	for _, line := range []string{"ড্রেন", "ড্রেন বন্ধ", "১২", "৭ নম্বর রাস্তা", "বাদ"} {
		o.says(line)
	}
	o.hears("জমা দেব?")
	o.says("হ্যাঁ")
	o.hears("অভিযোগ জমা হয়েছে")
	o.says("একজন মানুষের সাথে কথা বলতে চাই")
	const waits = `document.querySelector('#desk form[action$="/take"] button')`
	anna.See("the citizen waits", waits)
	kamal.See("the citizen waits", waits)
	talk := anna.Text(`document.querySelector('#desk form[action$="/take"]').getAttribute("action").replace("/take", "")`)

	// Both take it at once: one has it, the other is told who.
	for _, w := range []*seat{anna, kamal} {
		w.goes(talk)
		w.See("that it can be taken", `document.querySelector('form[action$="/take"] button')`)
	}
	var both sync.WaitGroup
	for _, w := range []*seat{anna, kamal} {
		both.Go(func() { w.Script(`document.querySelector('form[action$="/take"] button').click()`) })
	}
	both.Wait()
	const settled = `document.querySelector("#text") || document.querySelector(".alert")`
	anna.See("who has it", settled)
	kamal.See("who has it", settled)
	has, other, name := anna, kamal, "Anna Begum"
	if anna.Text(`document.querySelector("#text") ? "yes" : ""`) == "" {
		has, other, name = kamal, anna, "Kamal Hossain"
	}
	if other.Text(`document.querySelector("#text") ? "yes" : ""`) != "" {
		t.Fatal("both have the conversation")
	}
	other.reads(name + " was first and has this conversation now.")

	// A reply, and what the citizen answers, which moves no bot.
	has.fills("#text", "আমি দেখছি, এক মিনিট।")
	has.presses(".answer .acts button", "the reply")
	o.hears("আমি দেখছি, এক মিনিট।")
	o.says("ড্রেন উপচে ঘরে পানি ঢুকছে")
	has.reads("ড্রেন উপচে ঘরে পানি ঢুকছে")

	// A note that names the colleague, who finds it.
	has.Script(`document.querySelector(".noting-ask").open = true`)
	has.fills("#note", "Please look at the pump list.")
	otherName := map[string]string{"Anna Begum": "Kamal Hossain", "Kamal Hossain": "Anna Begum"}[name]
	has.Script(fmt.Sprintf(`var s = document.querySelector("#mention"); Array.prototype.forEach.call(s.options, function (o) { if (o.textContent === %q) s.value = o.value; })`, otherName))
	has.presses(".noting-ask form button", "the note")
	other.See("the number beside Mentions", `/1/.test(document.querySelector('nav a[href="/console/mentions"] .badge').innerText)`)
	other.goes("/console/mentions")
	other.reads("Please look at the pump list.")

	// The case is worked on and resolved; the citizen is told.
	boss.goes("/console/contacts?q=rahim")
	boss.reads("রহিম উদ্দিন")
	boss.Script(`document.querySelector('main a[href^="/console/contacts/"]').click()`)
	boss.See("the person's record", `/^\/console\/contacts\/[0-9a-f-]{36}$/.test(location.pathname) && document.querySelector('main a[href^="/console/cases/"]')`)
	boss.reads(name)
	number := boss.Text(`document.querySelector('main a[href^="/console/cases/"]').getAttribute("href").replace("/console/cases/", "")`)
	work := "/console/cases/" + number
	has.goes(work)
	has.does("assign", fmt.Sprintf(`Array.prototype.forEach.call(form.agent.options, function (o) { if (o.textContent.indexOf(%q) >= 0) form.agent.value = o.value; })`, name))
	has.does("start", ``)
	has.Do(chromedp.SetUploadFiles(chromedp.CSS(`form[action$="/resolve"] input[type=file]`), []string{streetPhoto(t)}))
	has.does("resolve", `form.querySelector("textarea").value = "পাম্প বসানো হয়েছে"`)
	o.hears("কাজ হয়েছে")
	o.hears("পাম্প বসানো হয়েছে")

	// The supervisor hands the conversation to the other agent, who sees it come.
	boss.goes(talk)
	boss.Script(fmt.Sprintf(`document.querySelector('form[action$="/pass"]').closest("details").open = true;
		var s = document.querySelector('form[action$="/pass"] select[name="agent"]'); Array.prototype.forEach.call(s.options, function (o) { if (o.textContent.indexOf(%q) >= 0) s.value = o.value; })`, otherName))
	boss.presses(`form[action$="/pass"] button`, "the conversation is passed")
	has.goes(talk)
	other.goes(talk)
	other.See("the reply form", `document.querySelector("#text")`)

	// Given back to the bot: the citizen is told, and whoever looks on sees it.
	other.Script(`document.querySelector('form[action$="/release"]').closest("details").open = true; document.querySelector('form[action$="/release"] [name=rate]').checked = false`)
	other.presses(`form[action$="/release"] button[value="menu"]`, "it is released")
	has.See("that it has changed hands, and can be taken", `document.querySelector("#forms .alert") && document.querySelector('#forms form[action$="/take"]')`)
	o.says("মেনু")
	o.hears("কী দরকার?")

	// A telephone call is on the record.
	anna.logsCall("সালমা বেগম")
	boss.goes("/console/contacts?q=salma")
	boss.reads("সালমা বেগম")

	// What is not theirs is refused.
	roads.refused(talk)
	roads.refused(work)
	roads.refused("/console/contacts?q=rahim")
	for _, path := range []string{"/console/accounts", "/console/audit", "/console/flows", "/console/trouble"} {
		kamal.refused(path)
		if kamal.Text(`document.querySelector("main").innerText`) == "" || kamal.Text(`document.querySelector("main table") ? "yes" : ""`) != "" {
			t.Errorf("%s is shown to an agent", path)
		}
	}
	boss.goes("/console/audit")
	boss.reads(name)
	boss.reads("Case " + number)
	for _, w := range []*seat{anna, kamal, boss, roads} {
		w.calm()
	}
}
