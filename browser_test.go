package main

import (
	"bytes"
	"encoding/json"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"nagorik/api/browsertest"
	"nagorik/handoff/handofftest"
)

// pinInWard6 is what the browser of the test says when it is asked where it is: a place in ward 6 of the sample city.
const pinInWard6 = `navigator.geolocation.getCurrentPosition = function (ok) { ok({ coords: { latitude: 21.179665, longitude: 90.586219 } }); };`

// caseNumber reads the number out of what the bot says when a case is filed, in ordinary digits.
const caseNumber = `(document.getElementById("log").innerText.match(/(?:নম্বর|No\.) ([0-9০-৯]{5,})/) || ["", ""])[1]
	.replace(/[০-৯]/g, function (d) { return "০১২৩৪৫৬৭৮৯".indexOf(d); })`

// TestBrowser is a citizen in a real browser before the whole service, with sessions in the process: they are lost when it is
// restarted, and dialogues go on from the database.
func TestBrowser(t *testing.T) {
	chromium := browsertest.Chromium(t)
	addr := freeAddr(t)
	c := command{dir: t.TempDir(), settings: []string{"ADDR=" + addr, "PUBLIC_URL=http://" + addr, "DATABASE_URL=" + handofftest.DSN(t)}}
	t.Run("bangla", func(t *testing.T) { banglaCitizen(t, c, chromium) })
	t.Run("english", func(t *testing.T) { englishCitizen(t, c, chromium) })
}

// banglaCitizen files a case by buttons, a pin and a photo, and finds it again after the service was restarted.
func banglaCitizen(t *testing.T, c command, chromium *browsertest.Browser) {
	s := c.serve(t)
	chat := browsertest.NewChat(t, chromium)
	chat.Before(pinInWard6)
	chat.Open(s.url + "/")
	chat.Says("কী দরকার?")
	chat.Looks("bn-menu")
	chat.Tap("অভিযোগ জানান")
	chat.Tap("জলাবদ্ধতা/ড্রেন")
	chat.Tap("ড্রেন বন্ধ")
	chat.Says("ওয়ার্ড নম্বর লিখুন")
	chat.Write("ঈদগাহ মাঠ")
	chat.Says("ওয়ার্ড ৬-এ")
	chat.Tap("হ্যাঁ")
	chat.Says("ঠিক কোথায়?")
	chat.Do(chromedp.Click(chromedp.CSS("#pin")))
	chat.Says("21.17966")
	chat.Says("ছবি দিন")
	chat.SendPhotos(streetPhoto(t))
	chat.Says("ছবি পেয়েছি")
	chat.See("the photo", `document.querySelectorAll('.photos a[href^="/channels/web/photos/"] img').length === 1`)
	chat.Tap("শেষ")
	chat.Says("জমা দেব?")
	chat.Looks("bn-confirm")
	chat.Tap("হ্যাঁ")
	chat.Says("অভিযোগ জমা হয়েছে")
	number := chat.Text(caseNumber)
	chat.Looks("bn-filed")
	chat.Picture("web-chat", 1040, 1000, "light") // the README's
	chat.Quiet()

	s.stop()
	s = c.serve(t)
	chat.Write("অবস্থা")
	chat.See("the case's status", `/নম্বর [০-৯]+: নতুন/.test(document.getElementById("log").innerText)`)

	trackedAlone(t, s, chromium, number)
	s.inTheRecord(t, c, number)
}

// englishCitizen does the same in words, on a phone and without a photo.
func englishCitizen(t *testing.T, c command, chromium *browsertest.Browser) {
	s := c.serve(t)
	chat := browsertest.NewChat(t, chromium)
	chat.Open(s.url + "/?lang=en")
	chat.Says("What do you need?")
	chat.Looks("en-menu")
	chat.Write("the drain is blocked")
	chat.Says("Type your ward number")
	chat.Write("99")
	chat.Says("There is no ward 99")
	chat.Write("Masterpara")
	chat.Tap("Yes")
	chat.Says("Where exactly?")
	chat.Write("School Road, beside the mosque")
	chat.Says("Send a photo")
	chat.Tap("Skip")
	chat.Says("Submit?")
	chat.Looks("en-confirm")
	chat.Tap("Yes")
	chat.Says("Report submitted")
	if number := chat.Text(caseNumber); number == "" {
		t.Error("no case number is shown")
	}
	chat.Looks("en-filed")
	chat.Do(chromedp.EmulateViewport(390, 844))
	chat.Write("status")
	chat.See("the case's status", `/No\. [0-9]+: New/.test(document.getElementById("log").innerText)`)
	chat.Quiet()
}

// trackedAlone looks a case up as somebody who knows nothing but its number: service, status and date are all there is.
func trackedAlone(t *testing.T, s *running, chromium *browsertest.Browser, number string) {
	t.Helper()
	page := browsertest.NewTab(t, chromium)
	page.Open(s.url + "/")
	page.See("the chat of a stranger", `document.getElementById("log").innerText.indexOf("কী দরকার?") >= 0`)
	page.Do(chromedp.SendKeys(chromedp.CSS("#case"), number), chromedp.Click(chromedp.CSS(".lookup button")))
	page.See("the case", `document.querySelector(".found")`)
	page.Looks("bn-tracked")
	found := page.Text(`document.querySelector(".found").innerText`)
	for _, want := range []string{"জলাবদ্ধতা/ড্রেন", "নতুন"} {
		if !strings.Contains(found, want) {
			t.Errorf("the page shows %q of the case, without %q", found, want)
		}
	}
	if n := page.Number(`document.querySelectorAll(".found dt").length`); n != 4 {
		t.Errorf("the page shows %d things of the case, want number, service, status and date: %q", n, found)
	}
	whole := page.Text(`document.documentElement.outerHTML`)
	for _, private := range []string{"ড্রেন বন্ধ", "ঈদগাহ", "ওয়ার্ড ৬", "21.179", "/photos/"} {
		if strings.Contains(whole, private) {
			t.Errorf("a stranger is shown %q", private)
		}
	}
	page.Quiet()
}

// inTheRecord reads the case as the staff's programs do.
func (s *running) inTheRecord(t *testing.T, c command, number string) {
	t.Helper()
	c.must(t, "user", "add", "--email", "supervisor@example.org", "--name", "Supervisor", "--role", "supervisor")
	token := strings.TrimSpace(c.must(t, "token", "add", "--user", "supervisor@example.org"))
	var filed struct {
		Flow, Status string
		Ward         int
		Answers      map[string]json.RawMessage
		Photos       []struct{ URL string }
	}
	if err := json.Unmarshal(s.read("/api/v1/cases/"+number, token, http.StatusOK), &filed); err != nil {
		t.Fatal(err)
	}
	if filed.Flow != "drainage" || filed.Status != "new" || filed.Ward != 6 {
		t.Errorf("the case is %+v", filed)
	}
	for slot, want := range map[string]string{"trouble": `"blocked"`, "ward": "6", "place": "21.179665"} {
		if !bytes.Contains(filed.Answers[slot], []byte(want)) {
			t.Errorf("the answer %s is %s, want %s in it", slot, filed.Answers[slot], want)
		}
	}
	if len(filed.Photos) != 1 {
		t.Fatalf("the case has %d photos", len(filed.Photos))
	}
	s.read(filed.Photos[0].URL, "", http.StatusUnauthorized)
	copied := s.read(filed.Photos[0].URL, token, http.StatusOK)
	if size, err := jpeg.DecodeConfig(bytes.NewReader(copied)); err != nil || size.Width != photoWidth {
		t.Errorf("the copy is %+v, %v", size, err)
	}
	for _, trace := range []string{"Exif", exifCamera} {
		if bytes.Contains(copied, []byte(trace)) {
			t.Errorf("the copy still holds %q", trace)
		}
	}
}

// read fetches a path with a token, if there is one, and fails unless the status is the one that is wanted.
func (s *running) read(path, token string, status int) []byte {
	s.t.Helper()
	got, body := s.call(path, token)
	if got != status {
		s.t.Fatalf("GET %s: status %d, want %d\n%s", path, got, status, body)
	}
	return []byte(body)
}
