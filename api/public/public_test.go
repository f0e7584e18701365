package public

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nagorik/bot/web"
	"nagorik/flows"
)

// browse is a browser without script: it keeps cookies and follows redirects.
func browse(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func fetch(t *testing.T, c *http.Client, url string) (body string, r *http.Response) {
	t.Helper()
	r, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), r
}

func TestPage(t *testing.T) {
	d := newDemo(t)
	c := browse(t)
	body, r := fetch(t, c, d.URL+"/")
	for _, want := range []string{`<html lang="bn"`, "নমুনানগর নাগরিক সেবা", `action="/channels/web"`, `role="log"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	h := r.Header
	if !strings.Contains(h.Get("Content-Security-Policy"), "script-src 'self'") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("header %v", h)
	}
	if strings.Contains(body, "<style") || regexp.MustCompile(`<script[^>]*>[^<]|\son\w+=|\sstyle=`).MatchString(body) {
		t.Error("something inline that the policy forbids")
	}
	english, _ := fetch(t, c, d.URL+"/?lang=en")
	if !strings.Contains(english, `<html lang="en"`) || !strings.Contains(english, "Namunanagar citizen service") {
		t.Error("the switch to English does nothing")
	}
	if again, _ := fetch(t, c, d.URL+"/"); !strings.Contains(again, `<html lang="en"`) {
		t.Error("English is not remembered")
	}
	if odd, _ := fetch(t, browse(t), d.URL+"/?lang=xx&fault=no_such&ref="+strings.Repeat("x", 5000)); !strings.Contains(odd, `<html lang="bn"`) || len(odd) > 40_000 {
		t.Errorf("odd parameters give %d bytes", len(odd))
	}
}

// TestPageWithoutHistory: the record cannot be read, yet the page opens, says
// so, and does not begin the dialogue anew.
func TestPageWithoutHistory(t *testing.T) {
	d := newDemo(t)
	c := browse(t)
	fetch(t, c, d.URL+"/")
	d.broken.Store(true)
	body, r := fetch(t, c, d.URL+"/")
	if r.StatusCode != http.StatusOK || !strings.Contains(body, "দুঃখিত, সমস্যা হচ্ছে") || !strings.Contains(body, `data-empty="no"`) {
		t.Errorf("%s without a word of what is wrong", r.Status)
	}
}

func TestPageIsSmall(t *testing.T) {
	d := newDemo(t)
	c := browse(t)
	body, _ := fetch(t, c, d.URL+"/")
	size := len(body)
	for _, link := range regexp.MustCompile(`/assets/[a-z]+\.[0-9a-f]+\.(css|js|svg)`).FindAllString(body, -1) {
		if strings.Count(body, link) > 0 {
			asset, r := fetch(t, c, d.URL+link)
			if r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %s, %v", link, r.Status, r.Header)
			}
			size += len(asset)
			body = strings.ReplaceAll(body, link, "")
		}
	}
	if size < 20_000 || size > 60_000 {
		t.Errorf("the page with its assets has %d bytes, want under 60,000", size)
	}
}

func TestPacked(t *testing.T) {
	d := newDemo(t)
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", a.links["chat.js"], a.links["chat.css"]} {
		for accept, want := range map[string]string{"gzip, br": "gzip", "br;q=1, gzip;q=0.5": "gzip", "gzip;q=0": "", "": "", "identity": ""} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, d.URL+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", accept)
			answer, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil || answer.Header.Get("Content-Encoding") != want || bytes.HasPrefix(body, []byte{0x1f, 0x8b}) != (want != "") {
				t.Errorf("%s to a browser that takes %q: %q, %v", path, accept, answer.Header.Get("Content-Encoding"), err)
			}
		}
	}
}

func TestAssets(t *testing.T) {
	d := newDemo(t)
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	css, _ := fetch(t, browse(t), d.URL+a.links["chat.css"])
	font := strings.TrimPrefix(a.links["bengali.woff2"], "/assets/")
	if !strings.Contains(css, `url("`+font+`")`) {
		t.Errorf("the style sheet does not name %s", font)
	}
	content, r := fetch(t, browse(t), d.URL+"/assets/"+font)
	if r.Header.Get("Content-Type") != "font/woff2" || !strings.HasPrefix(content, "wOF2") {
		t.Errorf("font is %q", r.Header.Get("Content-Type"))
	}
	if _, r := fetch(t, browse(t), d.URL+"/assets/chat.css"); r.StatusCode != http.StatusNotFound {
		t.Errorf("a name without its hash: %s", r.Status)
	}
}

// field is the value of the first hidden field of that name behind mark.
func field(t *testing.T, body, mark, name string) string {
	t.Helper()
	_, rest, _ := strings.Cut(body, mark)
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(rest)
	if m == nil {
		t.Fatalf("no field %s behind %s", name, mark)
	}
	return m[1]
}

func TestFormsWithoutScript(t *testing.T) {
	d := newDemo(t)
	c := browse(t)
	fetch(t, c, d.URL+"/?lang=en")
	send := func(form url.Values) string {
		r, err := c.PostForm(d.URL+"/channels/web", form)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		if err != nil || r.StatusCode != http.StatusOK {
			t.Fatalf("%s, %v", r.Status, err)
		}
		return string(b)
	}
	body := send(url.Values{"id": {"start"}, "start": {"1"}, "lang": {"en"}})
	if !strings.Contains(body, "What do you need?") || strings.Contains(body, `class="begin"`) {
		t.Fatal("no welcome")
	}
	body = send(url.Values{"id": {field(t, body, `id="choices"`, "id")}, "payload": {field(t, body, `id="choices"`, "payload")}, "text": {field(t, body, `id="choices"`, "text")}})
	if !strings.Contains(body, "Broken slab") || strings.Contains(body, `value="Talk to a person"`) {
		t.Error("the tap was not answered by the next choices")
	}
	id := field(t, body, `id="composer"`, "id")
	send(url.Values{"id": {id}, "text": {"<b>কে?</b>"}})
	body = send(url.Values{"id": {id}, "text": {"<b>কে?</b>"}})
	if n := strings.Count(body, "&lt;b&gt;কে?&lt;/b&gt;"); n != 1 {
		t.Errorf("a line sent twice by the same form is shown %d times", n)
	}
	if body = send(url.Values{"id": {"x"}, "text": {"  "}}); !strings.Contains(body, "Write something or choose a photo first.") {
		t.Error("an empty message is not answered in words")
	}
}

func TestTrack(t *testing.T) {
	d := newDemo(t)
	c := browse(t)
	tests := []struct{ name, query, want string }{
		{"known", "case=10234", "<dd>২২ নভেম্বর ২০২৬</dd>"},
		{"in Bangla digits", "case=" + url.QueryEscape("নম্বর ১০২৩৪"), "কাজ চলছে"},
		{"in English", "lang=en&case=%2310234", "<dd>22 November 2026</dd>"},
		{"unknown", "lang=bn&case=99999", "৯৯৯৯৯ নম্বর পাইনি"},
		{"no number", "case=abc", "শুধু নম্বরটি লিখুন"},
		{"two numbers", "case=1-2", "শুধু নম্বরটি লিখুন"},
		{"far too long", "case=" + strings.Repeat("9", 30), "শুধু নম্বরটি লিখুন"},
		{"no database", "case=500", "এখন দেখা যাচ্ছে না"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			begin := time.Now()
			body, _ := fetch(t, c, d.URL+"/?"+tt.query)
			if !strings.Contains(body, tt.want) {
				t.Errorf("the page lacks %q", tt.want)
			}
			looked := !strings.Contains(tt.want, "শুধু")
			if took := time.Since(begin); looked && took < trackTime {
				t.Errorf("took %s, want at least %s whatever the answer", took, trackTime)
			}
		})
	}
}

func TestTrackIsBounded(t *testing.T) {
	d := newDemo(t)
	c := browse(t)
	slow := 0
	answers := make(chan string)
	for range trackBurst + 5 {
		go func() {
			r, err := c.Get(d.URL + "/?case=7")
			if err != nil {
				answers <- err.Error()
				return
			}
			defer r.Body.Close()
			b, err := io.ReadAll(r.Body)
			if err != nil {
				b = []byte(err.Error())
			}
			answers <- string(b)
		}()
	}
	for range trackBurst + 5 {
		if strings.Contains(<-answers, "অনেক বার খোঁজা হয়েছে") {
			slow++
		}
	}
	if slow < 3 || slow > 5 {
		t.Errorf("%d of %d look-ups were refused, want about 5", slow, trackBurst+5)
	}
}

func TestWords(t *testing.T) {
	all, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	bn, en := all["bn"], all["en"]
	for name, pair := range map[string][2]map[string]string{
		"text": {bn.Text, en.Text}, "script": {bn.Script, en.Script}, "faults": {bn.Faults, en.Faults},
	} {
		if a, b := keys(pair[0]), keys(pair[1]); !slices.Equal(a, b) {
			t.Errorf("%s: bn has %v, en has %v", name, a, b)
		}
	}
	var pages []byte
	for _, name := range []string{"page.html", "frame.html", pageServices, pageService, pageUnknown, pageUnsubscribe} {
		page, err := files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page...)
	}
	script, err := readAsset("chat.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`\.Text\.(\w+)`).FindAllSubmatch(pages, -1) {
		if bn.Text[string(m[1])] == "" {
			t.Errorf("no word for %s", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`say\.words\.(\w+)`).FindAllSubmatch(script, -1) {
		if bn.Script[string(m[1])] == "" {
			t.Errorf("no script word for %s", m[1])
		}
	}
	for name := range bn.Script {
		if !strings.Contains(string(script), "say.words."+name) {
			t.Errorf("script word %s is not used", name)
		}
	}
}

// TestScriptIsForOldPhones looks for what came after ES5.
func TestScriptIsForOldPhones(t *testing.T) {
	script, err := readAsset("chat.js")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`(?m)//.*$|'[^'\n]*'`).ReplaceAll(script, nil)
	if m := regexp.MustCompile("=>|`|\\b(let|const|class|async|await|import|of|Promise|fetch)\\b|\\?\\.[a-z]|\\.\\.\\.").Find(code); m != nil {
		t.Errorf("the script uses %q", m)
	}
}

func keys(m map[string]string) (all []string) {
	for k, v := range m {
		if v != "" {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	return all
}

func TestTimes(t *testing.T) {
	all, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 23, 18, 5, 0, 0, time.UTC) // five past midnight in Dhaka
	tests := []struct{ name, got, want string }{
		{"midnight", all["bn"].clock(at), "রাত ১২:০৫"},
		{"midnight, en", all["en"].clock(at), "12:05 am"},
		{"afternoon", all["bn"].clock(at.Add(15*time.Hour + 30*time.Minute)), "বিকাল ৩:৩৫"},
		{"noon, en", all["en"].clock(at.Add(12 * time.Hour)), "12:05 pm"},
		{"today", all["en"].day(at, at.Add(time.Hour)), "Today"},
		{"yesterday", all["bn"].day(at.Add(-time.Hour), at), "গতকাল"},
		{"longer ago", all["bn"].day(at.Add(-72*time.Hour), at), "২১ নভেম্বর ২০২৬"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestWhatIsAskedNow(t *testing.T) {
	out := func(wants string, titles ...string) web.Shown {
		return web.Shown{Author: "bot", Text: "?", Choices: choices(titles...), Wants: wants}
	}
	in := web.Shown{In: true, Author: "contact", Text: "!"}
	tests := []struct {
		name  string
		lines []web.Shown
		want  []flows.Choice
		wants string
	}{
		{"nothing yet", nil, nil, ""},
		{"a question", []web.Shown{in, out("photo", "Skip")}, choices("Skip"), "photo"},
		{"a question and more words", []web.Shown{out("", "Yes", "No"), {Author: "agent", Text: "."}}, choices("Yes", "No"), ""},
		{"a later question", []web.Shown{out("", "Yes"), out("location")}, nil, "location"},
		{"answered", []web.Shown{out("photo", "Skip"), in}, nil, ""},
	}
	for _, tt := range tests {
		v := view{}
		all, err := loadWords()
		if err != nil {
			t.Fatal(err)
		}
		v.show(all["en"], tt.lines, time.Now())
		if !slices.Equal(v.Choices, tt.want) || v.Wants != tt.wants {
			t.Errorf("%s: %v, wants %q", tt.name, v.Choices, v.Wants)
		}
	}
}
