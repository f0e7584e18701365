package public

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"nagorik/api/browsertest"
	"nagorik/flows"
	"nagorik/handoff"
)

// pixel is the smallest photo.
func pixel(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestServiceByForm(t *testing.T) {
	d := newOpenOffice(t)
	c := browsertest.NewPlain(t, d.URL)
	c.Open("/services?lang=en")
	c.Sees("Report a problem", `href="/services/drainage"`, "Drainage Department · within 2 days", "Waste Management · within 24 hours", "Talk to a person")
	c.Open("/services/drainage")
	c.Sees("Begin", "Nothing has been sent yet.")
	if len(d.received()) != 0 {
		t.Error("opening a page has changed something")
	}
	c.Send("ask", "")
	c.Sees("Welcome to Namunanagar", "Question 1 of about 5", "What is wrong with the drain?", `type="radio"`)
	if c.At != "/services/drainage" {
		t.Errorf("the form led to %s", c.At)
	}
	c.Pick("ask", "Blocked drain")
	c.Sees("Type your ward number", "<dt>Type</dt><dd dir=\"auto\">Blocked drain</dd>", "Question 2")
	c.SeesNot("Welcome to")
	if e := d.received()[1]; !e.Tapped || e.Payload != "drainage/ask_trouble=blocked" || e.Text != "Blocked drain" {
		t.Errorf("the radio button brought %+v", e)
	}
	c.Send("ask", "text", "99")
	c.Sees("There is no ward 99", "Question 2")
	c.Sees("I don&#39;t know ward")
}

func TestServiceToItsEnd(t *testing.T) {
	d := newOpenOffice(t)
	c := browsertest.NewPlain(t, d.URL)
	c.Open("/services/drainage?lang=en")
	c.Send("ask", "")
	c.Pick("ask", "Something else")
	c.Send("ask", "text", "<b>water</b> in the house")
	c.Sees("&lt;b&gt;water&lt;/b&gt;")
	c.Pick("aside", "I don't know ward")
	c.Sees("Where exactly?", "<textarea")
	c.Pick("small", "Back")
	c.Sees("Type your ward number")
	c.Send("ask", "text", "ঈদগাহ মাঠ")
	c.Pick("ask", "Yes")
	c.Send("ask", "text", "School Road, beside the mosque")
	c.Sees("Send a photo", `type="file"`)
	c.Photo([]byte("no photo"))
	c.Sees("The photo could not be opened", `type="file"`)
	c.Photo(pixel(t))
	c.Sees("Photo received (1)", "You can add more photos")
	c.Pick("aside", "Done")
	c.Sees(`<dt>Place</dt><dd dir="auto">School Road, beside the mosque</dd>`, `<p class="question" dir="auto">Submit?</p>`)
	c.Pick("ask", "Yes")
	c.Sees("Your number", "<b>10001</b>", "Report submitted, No. 10001", `href="/?case=10001#track"`, "Begin again")
	got := d.office.cases
	if len(got) != 1 || got[0].Flow != "drainage" || got[0].Ward != 6 || len(got[0].Photos) != 1 {
		t.Errorf("filed were %+v", got)
	}
	c.Open("/services/waste")
	c.Sees("Begin")
	c.SeesNot("10001")
}

func TestEveryKindOfQuestion(t *testing.T) {
	d := newOpenOffice(t)
	c := browsertest.NewPlain(t, d.URL)
	c.Open("/services/all_slots?lang=en")
	c.Send("ask", "")
	c.Sees(`maxlength="40"`)
	c.Send("ask", "text", "something")
	c.Pick("ask", "Red")
	c.Sees(`type="checkbox"`, "Choose up to 2")
	c.Send("ask", "picks")
	c.Sees("Write something or choose")
	c.Pick("ask", "Sat", "Mon")
	c.Sees("How many floors?", `inputmode="numeric"`, "Sat, Mon")
	c.Send("ask", "text", "3")
	c.Sees(`inputmode="decimal"`, "taka")
	c.Send("ask", "text", "১০,০০০")
	c.Sees(`type="date"`)
	c.Send("ask", "text", "2026-11-23")
	c.Sees(`type="tel"`, `autocomplete="tel"`)
	c.Pick("aside", "Skip")
	c.Send("ask", "text", "5")
	c.Send("ask", "text", "School Road")
	c.Photo(pixel(t))
	c.Pick("aside", "Done")
	c.Pick("ask", "No")
	c.Sees("What to change?", `type="radio"`)
	c.Pick("ask", "Days")
	c.Pick("ask", "Sun")
	c.Sees("<dt>Days</dt><dd dir=\"auto\">Sun</dd>", "<dt>A year</dt>")
	c.Pick("ask", "Yes")
	if got := d.office.cases; len(got) != 1 || got[0].Ward != 5 {
		t.Errorf("filed were %+v", got)
	}
}

func TestTwoServices(t *testing.T) {
	c := browsertest.NewPlain(t, newOpenOffice(t).URL)
	c.Open("/services/drainage?lang=en")
	c.Send("ask", "")
	c.Pick("ask", "Blocked drain")
	c.Open("/services")
	c.Sees("not finished", `href="/services/drainage"><b>`)
	c.Open("/services/waste")
	c.Sees("in the middle of another service: <b>Drainage</b>", "Finish that one", "Begin this one")
	c.Send("ask", "")
	c.Sees("What is wrong with the garbage?")
	c.Open("/services/drainage")
	c.Sees("in the middle of another service: <b>Garbage</b>")
	c.Send("ask", "")
	c.Sees("Continue where you stopped (Drainage)?")
	c.Pick("ask", "Yes")
	c.Sees("Type your ward number", "Blocked drain")
	c.Pick("small", "Cancel")
	c.Sees("Really cancel?")
	c.Pick("ask", "Yes")
	c.Sees("Nothing was submitted", "Begin again")
	c.SeesNot("What do you need?")
}

func TestLanguageOfAService(t *testing.T) {
	c := browsertest.NewPlain(t, newOpenOffice(t).URL)
	c.Open("/services/drainage")
	c.Send("ask", "")
	c.Sees("ড্রেনের কী সমস্যা?", `lang="bn"`, `name="text" value="English"`, `value="/services/drainage?lang=en"`)
	c.Open("/services/drainage?lang=en")
	c.Sees("What is wrong with the drain?", `name="text" value="বাংলা"`)
}

func TestPeopleAnswer(t *testing.T) {
	d := newOpenOffice(t)
	c := browsertest.NewPlain(t, d.URL)
	c.Open("/services/human_agent?lang=en")
	c.Send("ask", "")
	c.Sees("I have passed this to a staff member", "A member of staff answers now", "Back to the services")
	c.Send("ask", "text", "my street is under water")
	for _, p := range d.office.people {
		p.stand.Owner, p.stand.Replies = flows.OwnerAgent, []handoff.StandReply{{Author: "agent", Name: "রহিমা", Text: "<i>Which street?</i>"}}
	}
	c.Open("/services/drainage")
	c.Sees("<b>রহিমা</b>", "&lt;i&gt;Which street?", "Write to the staff")
	c.SeesNot("Begin", "Back to the services")
}

func TestStoppedMessages(t *testing.T) {
	d := newOpenOffice(t)
	c := browsertest.NewPlain(t, d.URL)
	c.Open("/services/drainage?lang=en")
	c.Send("ask", "")
	for _, p := range d.office.people {
		p.stand.Muted = true
	}
	c.Open("/services/drainage")
	c.Sees("You have stopped messages")
	c.Send("ask", "")
	c.Sees("What is wrong with the drain?")
}

// TestUnanswered is an answer that was kept and not stepped: the bot has said too
// much to this person within the hour.
func TestUnanswered(t *testing.T) {
	d := newOpenOffice(t)
	c := browsertest.NewPlain(t, d.URL)
	c.Open("/services/drainage?lang=en")
	c.Send("ask", "")
	c.SeesNot("could not be taken")
	for _, p := range d.office.people {
		p.stand.Replies = nil
	}
	c.Open("/services/drainage")
	c.Sees("This answer could not be taken", "What is wrong with the drain?")
}

func TestWithoutCookies(t *testing.T) {
	d := newOpenOffice(t)
	body, _ := fetch(t, browse(t), d.URL+"/services/drainage?lang=en&fault=no_cookies")
	if !strings.Contains(body, "need cookies") {
		t.Error("nothing is said of cookies")
	}
	c := browsertest.NewPlain(t, d.URL)
	c.Open("/services/drainage?lang=en")
	c.Open("/services/drainage?fault=no_cookies")
	c.SeesNot("need cookies")
}

func TestServicesThatCannotBeShown(t *testing.T) {
	d := newOpenOffice(t)
	for _, path := range []string{"/services/nothing", "/services/..%2fconsole", "/services/drainage%20", "/services/DRAINAGE"} {
		body, r := fetch(t, browse(t), d.URL+path)
		if r.StatusCode != http.StatusNotFound || !strings.Contains(body, "এই সেবাটি নেই") || !strings.Contains(body, `href="/services"`) {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
	d.broken.Store(true)
	body, r := fetch(t, browse(t), d.URL+"/services/drainage?lang=en")
	if r.StatusCode != http.StatusOK || !strings.Contains(body, "something went wrong") || strings.Contains(body, "<form method") {
		t.Errorf("without a record: %s\n%s", r.Status, body)
	}
	if body, _ = fetch(t, browse(t), d.URL+"/services"); !strings.Contains(body, `href="/services/drainage"`) {
		t.Error("without a record there is no list")
	}
}

func TestServicePagesAreSafeAndSmall(t *testing.T) {
	d := newOpenOffice(t)
	for _, path := range []string{"/services", "/services/drainage", "/services/nothing"} {
		body, r := fetch(t, browse(t), d.URL+path)
		if !strings.Contains(r.Header.Get("Content-Security-Policy"), "default-src 'none'") || r.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, r.Header)
		}
		if m := regexp.MustCompile(`<script|<style|style=|javascript:| on[a-z]+=`).FindString(body); m != "" {
			t.Errorf("%s has %q", path, m)
		}
		if len(body) > 12_000 {
			t.Errorf("%s has %d bytes", path, len(body))
		}
	}
}
