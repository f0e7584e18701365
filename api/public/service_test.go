package public

import (
	"bytes"
	"html"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"nagorik/flows"
	"nagorik/handoff"
)

// citizen fills in forms as a browser without script does.
type citizen struct {
	t    *testing.T
	d    *demo
	http *http.Client
	page string // as it was answered last
	at   string // its path
}

func newCitizen(t *testing.T, d *demo) *citizen {
	t.Helper()
	return &citizen{t: t, d: d, http: browse(t)}
}

func (c *citizen) open(path string) {
	c.t.Helper()
	c.page, _ = fetch(c.t, c.http, c.d.URL+path)
	c.at = path
}

var (
	formTag  = regexp.MustCompile(`(?s)<form method="post"[^>]*class="(ask|aside|small)".*?</form>`)
	inputTag = regexp.MustCompile(`<(input|button|textarea)[^>]*>`)
	attr     = regexp.MustCompile(`([a-z]+)="([^"]*)"`)
)

// fields are the hidden fields of the page's form of a class, and the values its
// other fields offer by name.
func (c *citizen) fields(class string) (hidden url.Values, offered map[string][]string) {
	c.t.Helper()
	hidden, offered = url.Values{}, map[string][]string{}
	for _, m := range formTag.FindAllStringSubmatch(c.page, -1) {
		if m[1] != class {
			continue
		}
		for _, tag := range inputTag.FindAllString(m[0], -1) {
			is := map[string]string{}
			for _, a := range attr.FindAllStringSubmatch(tag, -1) {
				is[a[1]] = html.UnescapeString(a[2])
			}
			switch {
			case is["type"] == "hidden":
				hidden.Set(is["name"], is["value"])
			case is["name"] != "":
				offered[is["name"]] = append(offered[is["name"]], is["value"])
			}
		}
		return hidden, offered
	}
	c.t.Fatalf("no form %s on the page:\n%s", class, c.page)
	return nil, nil
}

// send posts a form's hidden fields and one more.
func (c *citizen) send(class, name string, values ...string) {
	c.t.Helper()
	hidden, offered := c.fields(class)
	if _, ok := offered[name]; !ok && name != "" {
		c.t.Fatalf("the form has no %s, but %v", name, offered)
	}
	if name != "" {
		hidden[name] = values
	}
	r, err := c.http.PostForm(c.d.URL+"/channels/web", hidden)
	if err != nil {
		c.t.Fatal(err)
	}
	c.read(r)
}

func (c *citizen) read(r *http.Response) {
	c.t.Helper()
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		c.t.Fatalf("%s, %v: %s", r.Status, err, b)
	}
	c.page, c.at = string(b), r.Request.URL.RequestURI()
}

// pick chooses the box, or presses the button, of a title.
func (c *citizen) pick(class string, titles ...string) {
	c.t.Helper()
	_, offered := c.fields(class)
	for name, values := range offered {
		var chosen []string
		for _, title := range titles {
			for _, v := range values {
				if _, is, _ := strings.Cut(v, " "); is == title {
					chosen = append(chosen, v)
				}
			}
		}
		if len(chosen) == len(titles) {
			c.send(class, name, chosen...)
			return
		}
	}
	c.t.Fatalf("nothing to pick for %q in %v", titles, offered)
}

// photo uploads a file.
func (c *citizen) photo(content []byte) {
	c.t.Helper()
	hidden, offered := c.fields("ask")
	if _, ok := offered["photo"]; !ok || !strings.Contains(c.page, `enctype="multipart/form-data"`) {
		c.t.Fatalf("the form takes no photo:\n%s", c.page)
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for name := range hidden {
		if err := w.WriteField(name, hidden.Get(name)); err != nil {
			c.t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("photo", "drain.png")
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	r, err := c.http.Post(c.d.URL+"/channels/web", w.FormDataContentType(), &b)
	if err != nil {
		c.t.Fatal(err)
	}
	c.read(r)
}

// sees fails unless the page shows all of that.
func (c *citizen) sees(words ...string) {
	c.t.Helper()
	for _, w := range words {
		if !strings.Contains(c.page, w) {
			c.t.Errorf("%s lacks %q:\n%s", c.at, w, c.page)
		}
	}
}

func (c *citizen) seesNot(words ...string) {
	c.t.Helper()
	for _, w := range words {
		if strings.Contains(c.page, w) {
			c.t.Errorf("%s shows %q", c.at, w)
		}
	}
}

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
	c := newCitizen(t, d)
	c.open("/services?lang=en")
	c.sees("Report a problem", `href="/services/drainage"`, "Drainage Department · within 2 days", "Waste Management · within 24 hours", "Talk to a person")
	c.open("/services/drainage")
	c.sees("Begin", "Nothing has been sent yet.")
	if len(d.received()) != 0 {
		t.Error("opening a page has changed something")
	}
	c.send("ask", "")
	c.sees("Welcome to Namunanagar", "Question 1 of about 5", "What is wrong with the drain?", `type="radio"`)
	if c.at != "/services/drainage" {
		t.Errorf("the form led to %s", c.at)
	}
	c.pick("ask", "Blocked drain")
	c.sees("Type your ward number", "<dt>Type</dt><dd dir=\"auto\">Blocked drain</dd>", "Question 2")
	c.seesNot("Welcome to")
	if e := d.received()[1]; !e.Tapped || e.Payload != "drainage/ask_trouble=blocked" || e.Text != "Blocked drain" {
		t.Errorf("the radio button brought %+v", e)
	}
	c.send("ask", "text", "99")
	c.sees("There is no ward 99", "Question 2")
	c.sees("I don&#39;t know ward")
}

func TestServiceToItsEnd(t *testing.T) {
	d := newOpenOffice(t)
	c := newCitizen(t, d)
	c.open("/services/drainage?lang=en")
	c.send("ask", "")
	c.pick("ask", "Something else")
	c.send("ask", "text", "<b>water</b> in the house")
	c.sees("&lt;b&gt;water&lt;/b&gt;")
	c.pick("aside", "I don't know ward")
	c.sees("Where exactly?", "<textarea")
	c.pick("small", "Back")
	c.sees("Type your ward number")
	c.send("ask", "text", "ঈদগাহ মাঠ")
	c.pick("ask", "Yes")
	c.send("ask", "text", "School Road, beside the mosque")
	c.sees("Send a photo", `type="file"`)
	c.photo([]byte("no photo"))
	c.sees("The photo could not be opened", `type="file"`)
	c.photo(pixel(t))
	c.sees("Photo received (1)", "You can add more photos")
	c.pick("aside", "Done")
	c.sees("Submit?")
	c.pick("ask", "Yes")
	c.sees("Your number", "<b>10001</b>", "Report submitted, No. 10001", `href="/?case=10001#track"`, "Begin again")
	got := d.office.cases
	if len(got) != 1 || got[0].Flow != "drainage" || got[0].Ward != 6 || len(got[0].Photos) != 1 {
		t.Errorf("filed were %+v", got)
	}
	c.open("/services/waste")
	c.sees("Begin")
	c.seesNot("10001")
}

func TestEveryKindOfQuestion(t *testing.T) {
	d := newOpenOffice(t)
	c := newCitizen(t, d)
	c.open("/services/all_slots?lang=en")
	c.send("ask", "")
	c.sees(`maxlength="40"`)
	c.send("ask", "text", "something")
	c.pick("ask", "Red")
	c.sees(`type="checkbox"`, "Choose up to 2")
	c.send("ask", "picks")
	c.sees("Write something or choose")
	c.pick("ask", "Sat", "Mon")
	c.sees("How many floors?", `inputmode="numeric"`, "Sat, Mon")
	c.send("ask", "text", "3")
	c.sees(`inputmode="decimal"`, "taka")
	c.send("ask", "text", "১০,০০০")
	c.sees(`type="date"`)
	c.send("ask", "text", "2026-11-23")
	c.sees(`type="tel"`, `autocomplete="tel"`)
	c.pick("aside", "Skip")
	c.send("ask", "text", "5")
	c.send("ask", "text", "School Road")
	c.photo(pixel(t))
	c.pick("aside", "Done")
	c.pick("ask", "No")
	c.sees("What to change?", `type="radio"`)
	c.pick("ask", "Days")
	c.pick("ask", "Sun")
	c.sees("Days: Sun")
	c.pick("ask", "Yes")
	if got := d.office.cases; len(got) != 1 || got[0].Ward != 5 {
		t.Errorf("filed were %+v", got)
	}
}

func TestTwoServices(t *testing.T) {
	c := newCitizen(t, newOpenOffice(t))
	c.open("/services/drainage?lang=en")
	c.send("ask", "")
	c.pick("ask", "Blocked drain")
	c.open("/services")
	c.sees("not finished", `href="/services/drainage"><b>`)
	c.open("/services/waste")
	c.sees("in the middle of another service: <b>Drainage</b>", "Finish that one", "Begin this one")
	c.send("ask", "")
	c.sees("What is wrong with the garbage?")
	c.open("/services/drainage")
	c.sees("in the middle of another service: <b>Garbage</b>")
	c.send("ask", "")
	c.sees("Continue your unfinished report (Drainage)?")
	c.pick("ask", "Yes")
	c.sees("Type your ward number", "Blocked drain")
	c.pick("small", "Cancel")
	c.sees("Really cancel?")
	c.pick("ask", "Yes")
	c.sees("Nothing was submitted", "Begin again")
	c.seesNot("What do you need?")
}

func TestLanguageOfAService(t *testing.T) {
	c := newCitizen(t, newOpenOffice(t))
	c.open("/services/drainage")
	c.send("ask", "")
	c.sees("ড্রেনের কী সমস্যা?", `lang="bn"`, `name="text" value="English"`, `value="/services/drainage?lang=en"`)
	c.open("/services/drainage?lang=en")
	c.sees("What is wrong with the drain?", `name="text" value="বাংলা"`)
}

func TestPeopleAnswer(t *testing.T) {
	d := newOpenOffice(t)
	c := newCitizen(t, d)
	c.open("/services/human_agent?lang=en")
	c.send("ask", "")
	c.sees("I have passed this to a staff member", "A member of staff answers now", "Back to the services")
	c.send("ask", "text", "my street is under water")
	for _, p := range d.office.people {
		p.stand.Owner, p.stand.Replies = flows.OwnerAgent, []handoff.StandReply{{Author: "agent", Name: "রহিমা", Text: "<i>Which street?</i>"}}
	}
	c.open("/services/drainage")
	c.sees("<b>রহিমা</b>", "&lt;i&gt;Which street?", "Write to the staff")
	c.seesNot("Begin", "Back to the services")
}

func TestStoppedMessages(t *testing.T) {
	d := newOpenOffice(t)
	c := newCitizen(t, d)
	c.open("/services/drainage?lang=en")
	c.send("ask", "")
	for _, p := range d.office.people {
		p.stand.Muted = true
	}
	c.open("/services/drainage")
	c.sees("You have stopped messages")
	c.send("ask", "")
	c.sees("What is wrong with the drain?")
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
	c := newCitizen(t, newOpenOffice(t))
	for _, path := range []string{"/services", "/services/drainage", "/services/nothing"} {
		body, r := fetch(t, c.http, c.d.URL+path)
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
