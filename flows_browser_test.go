package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/jackc/pgx/v5"

	"nagorik/api/browsertest"
	"nagorik/bot/bottest"
	"nagorik/handoff/handofftest"
)

// mostSteps is how many clicks and filled fields it may take from the list of
// versions to a published service.
const mostSteps = 40

const (
	flowsPage  = "/console/flows"
	draftPage  = flowsPage + "/draft"
	staffsWord = "a good long password"
)

// supervisor counts what somebody clicks and fills in.
type supervisor struct {
	*browsertest.Tab
	t     *testing.T
	s     *running
	lang  string
	steps int
}

// enters signs a supervisor in, in the language of the test.
func (s *running) enters(t *testing.T, chromium *browsertest.Browser, c command, name, lang string) *supervisor {
	t.Helper()
	email := strings.ToLower(name) + "@city.example"
	c.stdin = staffsWord + "\n"
	c.must(t, "user", "add", "--email", email, "--name", name, "--role", "supervisor", "--password-stdin")
	h := &supervisor{Tab: browsertest.NewTab(t, chromium), t: t, s: s, lang: lang}
	h.Do(chromedp.EmulateViewport(1280, 1000))
	h.Open(s.url + "/console?lang=" + lang)
	h.Do(chromedp.SendKeys(chromedp.CSS("#email"), email), chromedp.SendKeys(chromedp.CSS("#password"), staffsWord), chromedp.Click(chromedp.CSS("main button")))
	h.See("the menu", `document.querySelector(".menu")`)
	if h.Text(`document.documentElement.lang`) != lang {
		h.Do(chromedp.Click(chromedp.CSS(".switch button")))
		h.See(lang, `document.documentElement.lang === "`+lang+`"`)
	}
	return h
}

func (h *supervisor) fill(field, text string) {
	h.t.Helper()
	h.steps++
	h.Do(chromedp.SendKeys(chromedp.CSS(field), text))
}

func (h *supervisor) choose(field, value string) {
	h.t.Helper()
	h.steps++
	h.Script(`(function () { var s = document.querySelector("` + field + `"); s.value = "` + value + `"; s.dispatchEvent(new Event("change", {bubbles: true})); })()`)
}

func (h *supervisor) click(what string) {
	h.t.Helper()
	h.steps++
	h.Do(chromedp.Click(chromedp.CSS(what)))
}

func (h *supervisor) press(key string, held ...chromedp.Modifier) {
	h.t.Helper()
	h.steps++
	h.Do(chromedp.KeyEvent(key, chromedp.KeyModifiers(held...)))
}

// words reports whether a part of the page says something.
func (h *supervisor) words(part, text string) {
	h.t.Helper()
	h.See(text, `document.querySelector("`+part+`") && document.querySelector("`+part+`").innerText.indexOf(`+"`"+text+"`"+`) >= 0`)
}

// snap takes a picture for the guide of supervisors when NAGORIK_GUIDE names
// the folder for them: the page with an element at its top.
func (h *supervisor) snap(name, top string) {
	h.t.Helper()
	folder := os.Getenv("NAGORIK_GUIDE")
	if folder == "" {
		return
	}
	h.Do(chromedp.EmulateViewport(1280, 800))
	h.Script(`var e = document.querySelector("` + top + `"); window.scrollTo(0, e.getBoundingClientRect().top + scrollY - 12)`)
	h.Snap(filepath.Join(folder, fmt.Sprintf("guide-%s-%s.webp", name, h.lang)), 1280, 800)
	h.Do(chromedp.EmulateViewport(1280, 1000))
}

// at goes down from the cursor's line to the end of another.
func (h *supervisor) at(line string) {
	h.t.Helper()
	h.Script(`document.querySelector(".cm-content").focus()`)
	for range 10 {
		h.press(kb.ArrowDown)
		if h.Text(`document.querySelector(".cm-activeLine").textContent.trim()`) == line {
			h.press(kb.End)
			return
		}
	}
	h.t.Fatalf("no line %q below", line)
}

// begins fills in the form of a service with three questions and a photo.
func (h *supervisor) begins() {
	h.click(`a[href="/console/flows/new"]`)
	h.See("the form", `document.querySelector("#title_bn")`)
	h.fill("#title_bn", "মশার ওষুধ")
	h.fill("#title_en", "Fog my street")
	h.choose("#team", "fogging")
	h.choose("#menu", "1")
	for n, q := range [][2]string{{"কোন রাস্তা?", "Which street?"}, {"কতটি বাড়ি?", "How many houses?"}, {"কবে থেকে?", "Since when?"}} {
		h.fill(fmt.Sprintf("#q%d_bn", n+1), q[0])
		h.fill(fmt.Sprintf("#q%d_en", n+1), q[1])
	}
	h.choose("#q2_type", "number")
	h.fill("#days", "3")
	h.snap("new", "main h1")
	h.click(`main form.panel > .acts button`)
	h.See("the editor", `document.querySelector(".cm-content") && document.querySelectorAll(".drawing .step").length === 9`)
	h.snap("editor", ".workbench")
}

// errs makes a fault, sees it underlined and mends it by what is offered.
func (h *supervisor) errs() {
	h.See("the service's lines", `document.querySelector(".cm-activeLine").textContent.indexOf("ask_answer_1:") >= 0`)
	h.at("next: ask_answer_2")
	h.press("2")
	h.See("the fault underlined", `document.querySelector(".cm-lintRange-error") && document.querySelector("#summary.bad")`)
	h.words("#faults", map[string]string{"bn": `"ask_answer_22" বলে কোনো ধাপ নেই`, "en": `there is no state "ask_answer_22"`}[h.lang])
	h.snap("fault", ".workbench")
	h.press("\b")
	h.press("\b")
	h.press(" ", chromedp.ModifierCtrl)
	h.See("the steps that there are", `Array.prototype.some.call(document.querySelectorAll(".cm-completionLabel"), function (e) { return e.textContent === "ask_answer_3"; })`)
	h.snap("complete", ".workbench")
	h.press("2")
	h.See("the one that is meant", `document.querySelectorAll(".cm-completionLabel").length === 1`)
	h.click(".cm-tooltip-autocomplete li")
	h.See("it is mended", `!document.querySelector(".cm-lintRange-error") && !document.querySelector("#summary.bad") && document.querySelector(".cm-activeLine").textContent.trim() === "next: ask_answer_2"`)
}

// tries talks to the service as an SMS would show it, before anybody has it.
func (h *supervisor) tries() {
	h.click(`button[value="try"]`)
	h.words(".trial-thread", "কোন রাস্তা?")
	h.snap("try", "#trial")
	h.choose("#channel", "sms")
	h.See("what it costs", `document.querySelector(".cost.total")`)
	h.choose("#language", "en")
	h.words(".trial-thread", "Which street?")
	if h.lang != "en" {
		h.choose("#language", h.lang)
		h.words(".trial-thread", "কোন রাস্তা?")
	}
	h.fill("#say", "School Road\r")
	h.words(".trial-thread", map[string]string{"bn": "কতটি বাড়ি?", "en": "How many houses?"}[h.lang])
	h.fill("#say", "12\r")
	h.See("why it went on", `document.querySelectorAll(".bubble.citizen").length === 2 && document.querySelector(".bubble:last-child .reasons")`)
	h.words(".facts", "School Road")
	h.Script(`document.querySelector(".bubble:last-child .reasons").open = true; var t = document.querySelector(".trial-thread"); t.scrollTop = t.scrollHeight`)
	h.words(".bubble:last-child .reasons", map[string]string{"bn": "একটি সংখ্যা", "en": "a number"}[h.lang])
	h.snap("sms", "#trial")
}

func (h *supervisor) publishes() {
	h.click(`button[value="publish"]`)
	h.See("the review", `document.querySelector("#note")`)
	h.words(".differences", map[string]string{"bn": "মশার ওষুধ", "en": "Fog my street"}[h.lang])
	h.snap("review", "main h1")
	h.fill("#note", map[string]string{"bn": "রাস্তা ধরে মশার ওষুধ", "en": "Fogging by street"}[h.lang])
	h.click(`form[action="/console/flows/draft/publish"] button`)
	h.See("it is published", `document.querySelector(".done") && location.pathname === "/console/flows"`)
}

// corrects changes the ward's question and keeps it as a draft.
func (h *supervisor) corrects(was, is string) {
	h.Open(h.s.url + draftPage)
	h.See("the editor", `document.querySelector(".cm-content")`)
	h.Script(`var a = document.getElementById("text"), f = new FormData(document.getElementById("draft"));
		f.set("text", a.value.replace("` + was + `", "` + is + `")); f.set("then", "save"); window.kept = false;
		fetch("/console/flows/draft", {method: "POST", body: new URLSearchParams(f)}).then(function (r) { window.kept = r.ok; })`)
	h.See("it is kept", `window.kept`)
}

// citizen is a person before the fake Graph server.
type citizen struct {
	t     *testing.T
	s     *running
	graph *bottest.Graph
	psid  string
	said  int // of what was sent to this person, how much was read
	turns int
}

// hears waits for something sent to this person after what was heard.
func (c *citizen) hears() bottest.GraphSend {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), outsidePatience)
	defer cancel()
	for n := int64(1); ; {
		sends, err := c.graph.Wait(ctx, n)
		if err != nil {
			c.t.Fatal(err)
		}
		own := 0
		for _, send := range sends {
			if send.Address != c.psid {
				continue
			}
			if own++; own > c.said {
				c.said = own
				return send
			}
		}
		n = int64(len(sends)) + 1
	}
}

// until hears on until something is said, and returns it.
func (c *citizen) until(words string) bottest.GraphSend {
	c.t.Helper()
	for {
		if send := c.hears(); strings.Contains(send.Text, words) {
			return send
		}
	}
}

func (c *citizen) sends(item func(bottest.From) bottest.Item) {
	c.t.Helper()
	c.turns++
	from := bottest.From{Page: outsidePage, PSID: c.psid, MID: fmt.Sprint("m_", c.psid, "_", c.turns), At: time.Now()}
	if status, err := c.s.deliver(c.graph, c.psid, bottest.Webhook(outsidePage, from.At, item(from))); err != nil || status != http.StatusOK {
		c.t.Fatalf("the webhook is answered %d, %v", status, err)
	}
}

func (c *citizen) writes(text string) {
	c.t.Helper()
	c.sends(func(f bottest.From) bottest.Item { return f.Text(text) })
}

// taps a button of what was sent.
func (c *citizen) taps(send bottest.GraphSend, title string) {
	c.t.Helper()
	for _, choice := range send.Choices {
		if choice.Title == title {
			c.sends(func(f bottest.From) bottest.Item { return f.QuickReply(choice) })
			return
		}
	}
	c.t.Fatalf("no button %q in %+v", title, send)
}

// reportsMosquitoes goes through the new service to the question for the place.
func (c *citizen) reportsMosquitoes() {
	c.t.Helper()
	c.writes("মেনু")
	c.taps(c.until("কী দরকার?"), "অভিযোগ জানান")
	c.taps(c.until("কী সমস্যা?"), "মশার ওষুধ")
	for _, asked := range [][2]string{{"কোন রাস্তা?", "স্কুল রোড"}, {"কতটি বাড়ি?", "১২"}, {"কবে থেকে?", "গত সপ্তাহ"}, {"ওয়ার্ড নম্বর", "5"}} {
		c.until(asked[0])
		c.writes(asked[1])
	}
	c.until("ঠিক কোথায়?")
}

// finishes answers the question for the place and what follows, to the case's
// number.
func (c *citizen) finishes() {
	c.t.Helper()
	c.writes("মসজিদের পাশে")
	c.taps(c.until("ছবি"), "বাদ")
	c.taps(c.until("জমা দেব?"), "হ্যাঁ")
	c.until("জমা হয়েছে")
}

// version is the one that a person's dialogue, which is not over, is held with.
func (c *citizen) version(dsn string) (version int64) {
	c.t.Helper()
	conn, err := pgx.Connect(c.t.Context(), dsn)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	const q = `SELECT coalesce((k.checkpoint->>'catalog')::bigint, 0) FROM conversations k JOIN identities i ON i.id = k.identity_id WHERE i.address = $1`
	if err := conn.QueryRow(c.t.Context(), q, c.psid).Scan(&version); err != nil {
		c.t.Fatal(err)
	}
	return version
}

// TestASupervisorAddsAService begins a service from a template, mends a fault,
// tries it as an SMS and publishes it; a citizen on Messenger uses it then,
// while another finishes on the old version. A colleague who wrote at the same
// time is told and shown both, and the former version comes back.
// NAGORIK_GUIDE names a folder for the pictures of the supervisors' guide, and
// NAGORIK_GUIDE_LANGUAGE their language: scripts/guide.sh takes all of them.
func TestASupervisorAddsAService(t *testing.T) {
	chromium := browsertest.Chromium(t)
	dsn := handofftest.DSN(t)
	s, graph := onMessenger(t, dsn)
	c := command{settings: []string{"DATABASE_URL=" + dsn}}
	lang := cmp.Or(os.Getenv("NAGORIK_GUIDE_LANGUAGE"), "bn")
	anna, kamal := s.enters(t, chromium, c, "Anna", lang), s.enters(t, chromium, c, "Kamal", lang)
	someone := func(n int) *citizen {
		return &citizen{t: t, s: s, graph: graph, psid: fmt.Sprint(61570000000000 + n)}
	}
	before := someone(1)
	before.writes("ড্রেন বন্ধ")
	before.until("ওয়ার্ড নম্বর")
	kamal.corrects("একটি মোবাইল নম্বর দিন।", "একটি ফোন নম্বর দিন।")

	anna.Open(s.url + flowsPage)
	anna.begins()
	anna.errs()
	anna.tries()
	anna.publishes()
	t.Logf("%d clicks, keys and fields", anna.steps)
	if anna.steps > mostSteps {
		t.Errorf("it takes %d clicks and fields, at most %d are wanted", anna.steps, mostSteps)
	}
	after := someone(2)
	after.reportsMosquitoes()
	before.writes("5")
	before.until("ঠিক কোথায়?")
	if was, is := before.version(dsn), after.version(dsn); was != 1 || is != 2 {
		t.Errorf("who was in the middle is on version %d, who began after it on %d", was, is)
	}
	before.finishes()
	after.finishes()

	kamal.Open(s.url + draftPage + "/publish")
	kamal.words(".split", map[string]string{"bn": "মশার ওষুধ", "en": "Fog my street"}[lang])
	kamal.words(".split", "একটি ফোন নম্বর দিন।")
	if kamal.Number(`document.querySelectorAll("#note").length`) != 0 {
		t.Error("it can be published over what nobody has looked at")
	}
	kamal.snap("behind", "main h1")

	anna.click(`form[action$="/versions/1/restore"] button`)
	anna.See("the third version", `document.querySelector(".done") && document.querySelector('a[href="/console/flows/versions/3"]')`)
	anna.snap("versions", "main h1")
	late := someone(3)
	late.writes("মেনু")
	late.taps(late.until("কী দরকার?"), "অভিযোগ জানান")
	for _, choice := range late.until("কী সমস্যা?").Choices {
		if choice.Title == "মশার ওষুধ" {
			t.Error("the service is offered after it was taken back")
		}
	}
	anna.Quiet()
	kamal.Quiet()
}
