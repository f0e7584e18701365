package public

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"nagorik/api/browsertest"
	"nagorik/bot"
	"nagorik/bot/web"
)

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
	chromium := browsertest.Chromium(t)
	for name, test := range map[string]func(*testing.T, *demo, *browsertest.Chat){
		"dialogue":           browserDialogue,
		"bad photo":          browserBadPhoto,
		"loses connection":   browserLosesConnection,
		"keeps unsent lines": browserKeepsUnsentLines,
		"without streams":    browserWithoutStreams,
		"switches language":  browserSwitchesLanguage,
		"without script":     browserWithoutScript,
		"by form":            browserByForm,
		"looks":              browserLooks,
	} {
		t.Run(name, func(t *testing.T) { test(t, newDemo(t), browsertest.NewChat(t, chromium)) })
	}
}

func browserDialogue(t *testing.T, d *demo, b *browsertest.Chat) {
	b.Before(`navigator.geolocation.getCurrentPosition = function (ok) { ok({ coords: { latitude: 23.78061, longitude: 90.41932 } }); };`)
	b.Open(d.URL + "/")
	b.Says("কী দরকার?")
	b.Script(`document.fonts.load('16px "Nagorik Bangla"', "ক").then(function (f) { window.bangla = f.length; })`)
	b.See("the Bangla font", `window.bangla === 1`)
	b.Tap("ড্রেন ও জলাবদ্ধতা")
	b.Says("ড্রেনের কী সমস্যা?")
	b.Tap("ড্রেন বন্ধ")
	b.Says("এক-দুই লাইনে")
	b.Write("মসজিদের পাশে ড্রেন উপচে পানি জমে আছে")
	b.Says("ঠিক কোথায়?")
	b.See("the pin button", `!document.getElementById("pin").hidden`)
	b.Do(chromedp.Click(chromedp.CSS("#pin")))
	b.Says("23.78061, 90.41932")
	b.See("the photo button stands out", `document.querySelector(".camera.wanted")`)
	small, big := picture(t, "small.jpg", 300, 200), picture(t, "big.jpg", 2400, 1800)
	b.SendPhotos(small, big)
	b.See("both photos from the server", `document.querySelectorAll('.photos a[href^="/channels/web/photos/"] img').length === 2`)
	b.See("nothing is waiting", `!document.querySelector(".unsent, progress")`)
	events := d.received()
	if start := events[0]; start.Kind != bot.EventStart || start.Lang != "bn" {
		t.Errorf("the dialogue began with %+v", start)
	}
	first, second := d.photo(t, events[len(events)-2]), d.photo(t, events[len(events)-1])
	if first.Width != 300 || second.Width != 1600 || second.Height != 1200 {
		t.Errorf("photos are %v and %v wide, want 300 and 1600", first, second)
	}
	before := b.Number(`document.querySelectorAll("#log .line").length`)
	b.Do(chromedp.Reload())
	b.See("the script runs again", `document.documentElement.className === "live"`)
	if after := b.Number(`document.querySelectorAll("#log .line").length`); after != before {
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
	b.Write("agent")
	b.Says("আমি রহিমা")
	b.See("the agent's name", `document.querySelector(".staff .who").textContent === "রহিমা"`)
	b.Quiet()
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

func browserBadPhoto(t *testing.T, d *demo, b *browsertest.Chat) {
	b.Open(d.URL + "/?lang=en")
	b.Says("What do you need?")
	path := filepath.Join(t.TempDir(), "broken.jpg")
	if err := os.WriteFile(path, []byte("this is no photo"), 0o600); err != nil {
		t.Fatal(err)
	}
	b.SendPhotos(path)
	b.See("what is wrong", `document.getElementById("notice").textContent === "The photo could not be opened. Please choose another."`)
	b.See("the line that failed", `document.querySelector(".line.failed time").textContent === "Not sent"`)
	b.Tap("Drainage")
	b.Says("What is wrong with the drain?")
	b.See("the notice goes", `document.getElementById("notice").hidden`)
}

func browserLosesConnection(t *testing.T, d *demo, b *browsertest.Chat) {
	b.Open(d.URL + "/?lang=en")
	b.Says("What do you need?")
	d.down.Store(true)
	d.CloseClientConnections()
	b.Write("written while away")
	b.See("the line waits", `document.querySelector(".unsent time").textContent === "Will be sent when you are online"`)
	b.See("the loss is said", `document.getElementById("notice").textContent === "Connection lost, trying again…"`)
	d.say(web.Line{Author: "bot", Text: "said while away"})
	d.down.Store(false)
	b.Says("said while away")
	b.See("the line is sent", `!document.querySelector(".unsent")`)
	b.Says("What is wrong with the drain?")
	b.See("the notice goes", `document.getElementById("notice").hidden`)
	n := 0
	for _, e := range d.received() {
		if e.Text == "written while away" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("the line arrived %d times", n)
	}
	if n := b.Number(`Array.prototype.filter.call(document.querySelectorAll(".mine p"), function (p) { return p.textContent === "written while away"; }).length`); n != 1 {
		t.Errorf("the line is shown %d times", n)
	}
}

func browserKeepsUnsentLines(t *testing.T, d *demo, b *browsertest.Chat) {
	b.Open(d.URL + "/?lang=en")
	b.Says("What do you need?")
	b.Script(`XMLHttpRequest.prototype.send = function () { setTimeout(this.onerror, 0); }`)
	b.Write("kept over a reload")
	b.See("the line waits", `document.querySelector(".unsent")`)
	b.Do(chromedp.Reload())
	b.Says("kept over a reload")
	b.Says("What is wrong with the drain?")
	b.See("nothing is waiting", `!document.querySelector(".unsent") && localStorage.length === 0`)
	b.Quiet()
}

func browserWithoutStreams(t *testing.T, d *demo, b *browsertest.Chat) {
	b.Before(`delete window.EventSource;`)
	b.Open(d.URL + "/?lang=en")
	b.Says("What do you need?")
	b.Do(chromedp.SendKeys(chromedp.CSS("#text"), "hello\r"))
	b.Says("What is wrong with the drain?")
	b.Quiet()
}

func browserSwitchesLanguage(t *testing.T, d *demo, b *browsertest.Chat) {
	b.Open(d.URL + "/?ref=drainage")
	b.Says("কী দরকার?")
	if e := d.received()[0]; e.Kind != bot.EventStart || e.Ref != "drainage" {
		t.Errorf("the link began with %+v", e)
	}
	b.See("the link is used up", `location.search === ""`)
	b.Do(chromedp.Click(chromedp.CSS("#language")))
	b.See("the page in English", `document.documentElement.lang === "en"`)
	b.Says("OK: English")
	b.See("it was said once", `document.querySelectorAll(".mine").length === 1`)
}

func browserWithoutScript(t *testing.T, d *demo, b *browsertest.Chat) {
	if _, err := chromedp.Call(b.Context(), emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.Open(d.URL + "/")
	b.Looks("bn-first")
	b.Do(chromedp.EmulateViewport(390, 800), chromedp.Click(chromedp.CSS(".begin button")))
	b.Says("কী দরকার?")
	b.Do(chromedp.Click(chromedp.CSS("#choices form:nth-child(2) button")))
	b.Says("ড্রেনের কী সমস্যা?")
	b.Do(chromedp.SendKeys(chromedp.CSS("#text"), "ড্রেন বন্ধ"), chromedp.SetUploadFiles(chromedp.CSS("#photo"), []string{picture(t, "a.jpg", 300, 200)}), chromedp.Click(chromedp.CSS(".send")))
	b.Says("এক-দুই লাইনে")
	b.See("the photo", `document.querySelector(".photos img").complete`)
	events := d.received()
	if last := events[len(events)-1]; last.Text != "ড্রেন বন্ধ" || len(last.Media) != 1 {
		t.Errorf("the form brought %+v", last)
	}
	b.Looks("bn-plain")
	b.Quiet()
}

// browserLooks walks through the page in every size, language and light.
// With NAGORIK_SCREENS=folder it writes what it sees there.
func browserLooks(t *testing.T, d *demo, b *browsertest.Chat) {
	b.Open(d.URL + "/")
	b.Says("কী দরকার?")
	b.Tap("ড্রেন ও জলাবদ্ধতা")
	b.Looks("bn-choices")
	b.Tap("নোংরা পানি উপচে পড়ছে")
	b.Says("এক-দুই লাইনে")
	b.Write("জামে মসজিদের পাশের বড় ড্রেনটি তিন দিন ধরে বন্ধ, নোংরা পানি রাস্তায় উঠে এসেছে। বাচ্চারা স্কুলে যেতে পারছে না, দোকানের ভেতরেও পানি ঢুকছে। দয়া করে দ্রুত ব্যবস্থা নিন।")
	b.Says("ঠিক কোথায়?")
	b.Looks("bn-place")
	b.Write("মিরপুর রোড, জামে মসজিদের পাশে https://example.org/" + strings.Repeat("long", 20))
	b.Says("একটি ছবি দিন")
	b.SendPhotos(picture(t, "a.jpg", 640, 480), picture(t, "b.jpg", 480, 640))
	b.See("photos", `document.querySelectorAll('.photos a[href] img').length === 2`)
	b.Looks("bn-photos")
	b.Write("agent")
	b.Says("আমি রহিমা")
	b.Open(d.URL + "/?lang=en&case=10234#track")
	b.Looks("en-track")
	b.Do(chromedp.EmulateViewport(390, 800))
	b.Open(d.URL + "/?lang=bn&case=10234#track")
	b.See("the answer in sight", `document.querySelector(".found").getBoundingClientRect().bottom < window.innerHeight`)
	b.Shoot("bn-tracked", 390, "light")
	b.Quiet()
}
