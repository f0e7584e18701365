package public

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"nagorik/bot"
	"nagorik/bot/web"
)

// patience bounds every wait for the page; a lost stream takes longest.
const patience = 30 * time.Second

// browser starts a Chromium for all tests; each gets a profile of its own.
func browser(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser: run without -short")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("NAGORIK_TEST_ALL") == "1" {
			t.Fatal("needs a browser: apt-get install chromium")
		}
		t.Skip("needs a browser: apt-get install chromium")
	}
	opt := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-dev-shm-usage", true)}
	if os.Geteuid() == 0 {
		opt = append(opt, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), opt...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// tab is an open page and what it complained of.
type tab struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	complain []string
}

func openTab(t *testing.T, chromium context.Context) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{T: t, ctx: ctx}
	b.do(chromedp.EmulateViewport(390, 844))
	messages := chromedp.Console(b.ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.complain = append(b.complain, string(m.Type)+": "+m.Text+" "+m.URL)
			b.mu.Unlock()
		}
	}()
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

func (b *tab) open(url string) {
	b.Helper()
	b.do(chromedp.Navigate(url))
}

// see waits until a JavaScript condition holds.
func (b *tab) see(what, condition string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+condition+")"))
		if err == nil && ok {
			return
		}
		if ctx.Err() != nil {
			shown, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
			b.Fatalf("%s: not seen; the page says:\n%s\nand complains %q", what, shown, b.complaints())
		}
		<-time.After(30 * time.Millisecond)
	}
}

// says waits until the log holds some words.
func (b *tab) says(words string) {
	b.Helper()
	b.see(words, `document.getElementById("log").innerText.indexOf("`+words+`") >= 0`)
}

func (b *tab) typeLine(words string) {
	b.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS("#text"), words), chromedp.Click(chromedp.CSS(".send")))
}

// tap presses the choice with that title.
func (b *tab) tap(title string) {
	b.Helper()
	find := `Array.prototype.filter.call(document.querySelectorAll("#choices button"), function (b) { return b.textContent === "` + title + `"; })[0]`
	b.see("choice "+title, find+` && !document.getElementById("choices").hidden`)
	b.script(find + ".click()")
}

func (b *tab) script(code string) {
	b.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[chromedp.Void](code+"; undefined")); err != nil {
		b.Fatal(err)
	}
}

func (b *tab) number(expression string) int {
	b.Helper()
	n, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](expression))
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// before runs code in every page before its own script.
func (b *tab) before(code string) {
	b.Helper()
	if _, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: code}); err != nil {
		b.Fatal(err)
	}
}

func (b *tab) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.complain...)
}

// quiet fails if the page complained of anything: an error, a refused policy.
func (b *tab) quiet() {
	b.Helper()
	if c := b.complaints(); len(c) > 0 {
		b.Errorf("the page complains: %q", c)
	}
}

// picture writes a photo of noise, so that it cannot be packed small.
func picture(t *testing.T, name string, width, height int) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	noise := rand.New(rand.NewPCG(1, 2))
	for y := range height {
		for x := range width {
			v := uint8(noise.IntN(90))
			img.Set(x, y, color.RGBA{90 + v, uint8(y*120/height) + v, 60 + v/2, 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBrowser(t *testing.T) {
	chromium := browser(t)
	for name, test := range map[string]func(*testing.T, *demo, *tab){
		"dialogue":           browserDialogue,
		"bad photo":          browserBadPhoto,
		"loses connection":   browserLosesConnection,
		"keeps unsent lines": browserKeepsUnsentLines,
		"without streams":    browserWithoutStreams,
		"switches language":  browserSwitchesLanguage,
		"without script":     browserWithoutScript,
		"looks":              browserLooks,
	} {
		t.Run(name, func(t *testing.T) { test(t, newDemo(t), openTab(t, chromium)) })
	}
}

func browserDialogue(t *testing.T, d *demo, b *tab) {
	b.before(`navigator.geolocation.getCurrentPosition = function (ok) { ok({ coords: { latitude: 23.78061, longitude: 90.41932 } }); };`)
	b.open(d.URL + "/")
	b.says("কী দরকার?")
	b.script(`document.fonts.load('16px "Nagorik Bangla"', "ক").then(function (f) { window.bangla = f.length; })`)
	b.see("the Bangla font", `window.bangla === 1`)
	b.tap("ড্রেন ও জলাবদ্ধতা")
	b.says("ড্রেনের কী সমস্যা?")
	b.tap("ড্রেন বন্ধ")
	b.says("এক-দুই লাইনে")
	b.typeLine("মসজিদের পাশে ড্রেন উপচে পানি জমে আছে")
	b.says("ঠিক কোথায়?")
	b.see("the pin button", `!document.getElementById("pin").hidden`)
	b.do(chromedp.Click(chromedp.CSS("#pin")))
	b.says("23.78061, 90.41932")
	b.see("the photo button stands out", `document.querySelector(".camera.wanted")`)
	small, big := picture(t, "small.jpg", 300, 200), picture(t, "big.jpg", 2400, 1800)
	b.do(chromedp.SetUploadFiles(chromedp.CSS("#photo"), []string{small, big}))
	b.see("both photos from the server", `document.querySelectorAll('.photos a[href^="/channels/web/photos/"] img').length === 2`)
	b.see("nothing is waiting", `!document.querySelector(".unsent, progress")`)
	events := d.received()
	if start := events[0]; start.Kind != bot.EventStart || start.Lang != "bn" {
		t.Errorf("the dialogue began with %+v", start)
	}
	first, second := d.photo(t, events[len(events)-2]), d.photo(t, events[len(events)-1])
	if first.Width != 300 || second.Width != 1600 || second.Height != 1200 {
		t.Errorf("photos are %v and %v wide, want 300 and 1600", first, second)
	}
	before := b.number(`document.querySelectorAll("#log .line").length`)
	b.do(chromedp.Reload())
	b.see("the script runs again", `document.documentElement.className === "live"`)
	if after := b.number(`document.querySelectorAll("#log .line").length`); after != before {
		t.Errorf("%d lines before the page was loaded again, %d after", before, after)
	}
	starts := 0
	for _, e := range d.received() {
		if e.Kind == bot.EventStart {
			starts++
		}
	}
	if starts != 1 {
		t.Errorf("the chat was begun %d times", starts)
	}
	b.typeLine("agent")
	b.says("আমি রহিমা")
	b.see("the agent's name", `document.querySelector(".staff .who").textContent === "রহিমা"`)
	b.quiet()
}

// photo is the size of the one photo an event brought.
func (d *demo) photo(t *testing.T, e bot.Event) web.KeptPhoto {
	t.Helper()
	if len(e.Media) != 1 {
		t.Fatalf("no photo in %+v", e)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.size(e.Media[0].SHA256)
}

func browserBadPhoto(t *testing.T, d *demo, b *tab) {
	b.open(d.URL + "/?lang=en")
	b.says("What do you need?")
	path := filepath.Join(t.TempDir(), "broken.jpg")
	if err := os.WriteFile(path, []byte("this is no photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles(chromedp.CSS("#photo"), []string{path}))
	b.see("what is wrong", `document.getElementById("notice").textContent === "The photo could not be opened. Please choose another."`)
	b.see("the line that failed", `document.querySelector(".line.failed time").textContent === "Not sent"`)
	b.tap("Drainage")
	b.says("What is wrong with the drain?")
	b.see("the notice goes", `document.getElementById("notice").hidden`)
}

func browserLosesConnection(t *testing.T, d *demo, b *tab) {
	b.open(d.URL + "/?lang=en")
	b.says("What do you need?")
	d.down.Store(true)
	d.CloseClientConnections()
	b.typeLine("written while away")
	b.see("the line waits", `document.querySelector(".unsent time").textContent === "Will be sent when you are online"`)
	b.see("the loss is said", `document.getElementById("notice").textContent === "Connection lost, trying again…"`)
	d.say(web.Line{Author: "bot", Text: "said while away"})
	d.down.Store(false)
	b.says("said while away")
	b.see("the line is sent", `!document.querySelector(".unsent")`)
	b.says("What is wrong with the drain?")
	b.see("the notice goes", `document.getElementById("notice").hidden`)
	n := 0
	for _, e := range d.received() {
		if e.Text == "written while away" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the line arrived %d times", n)
	}
	if n := b.number(`Array.prototype.filter.call(document.querySelectorAll(".mine p"), function (p) { return p.textContent === "written while away"; }).length`); n != 1 {
		t.Errorf("the line is shown %d times", n)
	}
}

func browserKeepsUnsentLines(t *testing.T, d *demo, b *tab) {
	b.open(d.URL + "/?lang=en")
	b.says("What do you need?")
	b.script(`XMLHttpRequest.prototype.send = function () { setTimeout(this.onerror, 0); }`)
	b.typeLine("kept over a reload")
	b.see("the line waits", `document.querySelector(".unsent")`)
	b.do(chromedp.Reload())
	b.says("kept over a reload")
	b.says("What is wrong with the drain?")
	b.see("nothing is waiting", `!document.querySelector(".unsent") && localStorage.length === 0`)
	b.quiet()
}

func browserWithoutStreams(t *testing.T, d *demo, b *tab) {
	b.before(`delete window.EventSource;`)
	b.open(d.URL + "/?lang=en")
	b.says("What do you need?")
	b.do(chromedp.SendKeys(chromedp.CSS("#text"), "hello\r"))
	b.says("What is wrong with the drain?")
	b.quiet()
}

func browserSwitchesLanguage(t *testing.T, d *demo, b *tab) {
	b.open(d.URL + "/?ref=drainage")
	b.says("কী দরকার?")
	if e := d.received()[0]; e.Kind != bot.EventStart || e.Ref != "drainage" {
		t.Errorf("the link began with %+v", e)
	}
	b.see("the link is used up", `location.search === ""`)
	b.do(chromedp.Click(chromedp.CSS("#language")))
	b.see("the page in English", `document.documentElement.lang === "en"`)
	b.says("OK: English")
	b.see("it was said once", `document.querySelectorAll(".mine").length === 1`)
}

func browserWithoutScript(t *testing.T, d *demo, b *tab) {
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.open(d.URL + "/")
	b.looks("bn-first")
	b.do(chromedp.EmulateViewport(390, 800), chromedp.Click(chromedp.CSS(".begin button")))
	b.says("কী দরকার?")
	b.do(chromedp.Click(chromedp.CSS("#choices form:nth-child(2) button")))
	b.says("ড্রেনের কী সমস্যা?")
	b.do(chromedp.SendKeys(chromedp.CSS("#text"), "ড্রেন বন্ধ"), chromedp.SetUploadFiles(chromedp.CSS("#photo"), []string{picture(t, "a.jpg", 300, 200)}), chromedp.Click(chromedp.CSS(".send")))
	b.says("এক-দুই লাইনে")
	b.see("the photo", `document.querySelector(".photos img").complete`)
	events := d.received()
	if last := events[len(events)-1]; last.Text != "ড্রেন বন্ধ" || len(last.Media) != 1 {
		t.Errorf("the form brought %+v", last)
	}
	b.looks("bn-plain")
	b.quiet()
}

// wide fails if the page can be scrolled sideways.
func (b *tab) wide(name string, width int64) {
	b.Helper()
	b.do(chromedp.EmulateViewport(width, 800))
	if over := b.number(`document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
		widest, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`Array.prototype.filter.call(document.querySelectorAll("body *"), function (e) {
			return e.getBoundingClientRect().right > window.innerWidth; }).map(function (e) { return e.tagName + "." + e.className; }).join(" ")`))
		b.Errorf("%s at %d: %d pixels too wide: %s %v", name, width, over, widest, err)
	}
}

// browserLooks walks through the page in every size, language and light.
// With NAGORIK_SCREENS=folder it writes what it sees there.
func browserLooks(t *testing.T, d *demo, b *tab) {
	b.open(d.URL + "/")
	b.says("কী দরকার?")
	b.tap("ড্রেন ও জলাবদ্ধতা")
	b.looks("bn-choices")
	b.tap("নোংরা পানি উপচে পড়ছে")
	b.says("এক-দুই লাইনে")
	b.typeLine("জামে মসজিদের পাশের বড় ড্রেনটি তিন দিন ধরে বন্ধ, নোংরা পানি রাস্তায় উঠে এসেছে। বাচ্চারা স্কুলে যেতে পারছে না, দোকানের ভেতরেও পানি ঢুকছে। দয়া করে দ্রুত ব্যবস্থা নিন।")
	b.says("ঠিক কোথায়?")
	b.looks("bn-place")
	b.typeLine("মিরপুর রোড, জামে মসজিদের পাশে https://example.org/" + strings.Repeat("long", 20))
	b.says("একটি ছবি দিন")
	b.do(chromedp.SetUploadFiles(chromedp.CSS("#photo"), []string{picture(t, "a.jpg", 640, 480), picture(t, "b.jpg", 480, 640)}))
	b.see("photos", `document.querySelectorAll('.photos a[href] img').length === 2`)
	b.looks("bn-photos")
	b.typeLine("agent")
	b.says("আমি রহিমা")
	b.open(d.URL + "/?lang=en&case=10234#track")
	b.looks("en-track")
	b.do(chromedp.EmulateViewport(390, 800))
	b.open(d.URL + "/?lang=bn&case=10234#track")
	b.see("the answer in sight", `document.querySelector(".found").getBoundingClientRect().bottom < window.innerHeight`)
	b.shoot("bn-tracked", 390, "light")
	b.quiet()
}

func (b *tab) looks(name string) {
	b.Helper()
	for _, width := range []int64{320, 390, 1280} {
		b.wide(name, width)
		for _, scheme := range []string{"light", "dark"} {
			b.shoot(name, width, scheme)
		}
	}
}

func (b *tab) shoot(name string, width int64, scheme string) {
	b.Helper()
	b.do(chromedp.EmulateViewport(width, 800))
	folder := os.Getenv("NAGORIK_SCREENS")
	if folder == "" {
		return
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil {
		b.Fatal(err)
	}
	if _, err := chromedp.Call(b.ctx, runtime.Evaluate, runtime.EvaluateParams{Expression: "document.fonts.ready.then(function () {})"}); err != nil {
		b.Fatal(err)
	}
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.Fatal(err)
	}
	if _, err := png.DecodeConfig(bytes.NewReader(shot)); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(folder, strings.Join([]string{name, scheme, map[int64]string{320: "320", 390: "390", 1280: "1280"}[width]}, "-")+".png")
	if err := os.WriteFile(path, shot, 0o600); err != nil {
		b.Fatal(err)
	}
}
