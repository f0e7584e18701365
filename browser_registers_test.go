package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/jackc/pgx/v5"

	"nagorik/api/browsertest"
	"nagorik/bot/bottest"
	"nagorik/flows/bangla"
	"nagorik/handoff/handofftest"
)

// The table of the test, its faulty successor, and what must never be seen.
const (
	bookName  = "হোল্ডিং-২০২৬.csv"
	bookRows  = "\ufeffহোল্ডিং নম্বর,মালিকের নাম,মোবাইল,বকেয়া (টাকা)\n১২/ক,রহিমা খাতুন,01712345678,\"১,২৩,৪৫৬.৫০\"\n13,আব্দুল করিম,,900\n"
	bookWrong = "হোল্ডিং নম্বর,মালিকের নাম,মোবাইল,বকেয়া (টাকা)\n14,ক,017,কত?\n15,খ,,20\n"
	bookPhone = "1712345678"
)

// sixDigits is the code in what a gateway was asked to send; around it stands no
// other digit.
var sixDigits = regexp.MustCompile(`(?:^|[^0-9])([0-9]{6})(?:[^0-9]|$)`)

// TestBrowserRegisters is a supervisor who uploads a table in a browser, and a
// citizen who hears of his row once the code that went to the telephone in it
// is given.
func TestBrowserRegisters(t *testing.T) {
	chromium := browsertest.Chromium(t)
	gateway, err := bottest.NewGateway(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gateway.Close() })
	dir, addr, dsn := reachable(t), freeAddr(t), handofftest.DSN(t)
	files := map[string]string{
		"gateways.yaml": "profiles:\n  city:\n    send:\n      method: POST\n      url: " + gateway.URL() + "/send\n      content_type: json\n" +
			"      body: {to: \"{{to|no_plus}}\", text: \"{{text}}\", key: \"{{secret.key}}\"}\n      ok: {http: [200], json: [[status, in, [ok]]]}\n    receive:\n      token_param: token\n",
		bookName: bookRows, "wrong.csv": bookWrong,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := command{dir: dir, stdin: "a good long password\n", settings: []string{
		"ADDR=" + addr, "PUBLIC_URL=http://" + addr, "DATABASE_URL=" + dsn, "SMS_GATEWAYS=" + filepath.Join(dir, "gateways.yaml"), "SMS_CITY_KEY=hush-key", "SMS_CITY_TOKEN=" + smsGate,
	}}
	c.must(t, "user", "add", "--email", "supervisor@example.org", "--name", "Supervisor", "--role", "supervisor", "--password-stdin")
	s := c.serve(t)
	uploadsBook(browsertest.NewTab(t, chromium), s.url, dir)
	asksForDues(t, browsertest.NewChat(t, chromium), s.url, gateway)
	nothingIsTold(t, s, dsn)
}

// uploadsBook goes through both steps, then tries a table with faults.
func uploadsBook(page *browsertest.Tab, url, dir string) {
	page.Open(url + "/console/sign-in")
	page.Do(chromedp.SendKeys(chromedp.CSS("#email"), "supervisor@example.org"), chromedp.SendKeys(chromedp.CSS("#password"), "a good long password\r"))
	page.See("somebody signed in", `document.querySelector('a[href="/console/registers"]')`)
	page.Do(chromedp.Click(chromedp.CSS(`a[href="/console/registers"]`)))
	page.See("no registers", `document.querySelector(".empty")`)
	page.Looks("registers-empty")
	upload := func(file string) {
		page.Do(chromedp.SendKeys(chromedp.CSS("#name"), "holdings"), chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{filepath.Join(dir, file)}), chromedp.Click(chromedp.CSS(`form[action="/console/registers"] button`)))
		page.See("the first rows", `document.querySelector(".sheet")`)
	}
	upload(bookName)
	page.See("the telephone is masked", `document.querySelector("main").innerText.indexOf("•••678") >= 0 && document.documentElement.outerHTML.indexOf("`+bookPhone+`") < 0`)
	page.See("what the columns are", `document.querySelector("#key").selectedOptions[0].text === "হোল্ডিং নম্বর" && document.querySelector("#phone").selectedOptions[0].text === "মোবাইল" && document.querySelector('[name="type_3"]').value === "amount" && document.querySelector('[name="proof"]').checked`)
	page.Looks("registers-choose")
	page.Do(chromedp.Click(chromedp.CSS("#load-it")))
	page.See("it is in force", `document.querySelector("#version .pill.good")`)
	page.Looks("registers-loaded")

	page.Open(url + "/console/registers")
	page.Do(chromedp.Click(chromedp.CSS("details.ask summary")))
	upload("wrong.csv")
	page.Do(chromedp.Click(chromedp.CSS("#load-it")))
	page.See("the faults by line", `document.querySelectorAll("#version tbody th").length >= 2 && document.querySelector("#use") && !document.querySelector("#version .pill.good")`)
	page.Looks("registers-faults")
	page.Do(chromedp.Click(chromedp.CSS(".back a")))
	page.See("the earlier one in force", `document.querySelectorAll("tbody tr").length === 2 && document.querySelectorAll(".pill.good").length === 1`)
	page.Looks("registers-versions")
	page.Quiet()
}

// asksForDues is told nothing but initials before the code is given.
func asksForDues(t *testing.T, chat *browsertest.Chat, url string, gateway *bottest.Gateway) {
	t.Helper()
	chat.Open(url + "/")
	chat.Says("কী দরকার?")
	chat.Write("হোল্ডিং ট্যাক্স বকেয়া কত")
	chat.Says("আপনার হোল্ডিং নম্বর লিখুন")
	chat.Write("12 / ক")
	chat.Says("মালিকের ফোনে (•••৬৭৮) একটি কোড পাঠাব?")
	chat.Looks("dues-masked")
	for _, private := range []string{"রহিমা", "১,২৩,৪৫৬", bookPhone} {
		if strings.Contains(chat.Text(`document.getElementById("log").innerText`), private) {
			t.Errorf("before the code %q is told", private)
		}
	}
	chat.Tap("কোড পাঠান")
	chat.Says("নম্বরে কোড পাঠালাম")
	chat.Write(codeAt(t, gateway, "88"+"0"+bookPhone))
	chat.Says("হোল্ডিং ১২ / ক (রহিমা খাতুন): বকেয়া ১,২৩,৪৫৬.৫০ টাকা।")
	chat.Looks("dues-told")
	chat.Quiet()
}

// codeAt waits for the code that goes to a telephone.
func codeAt(t *testing.T, gateway *bottest.Gateway, phone string) string {
	t.Helper()
	for end := time.Now().Add(outsidePatience); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		for _, call := range gateway.Calls() {
			var sent struct{ To, Text string }
			if err := json.Unmarshal(call.Body, &sent); err != nil {
				t.Fatal(err)
			}
			if m := sixDigits.FindStringSubmatch(bangla.Digits(sent.Text)); m != nil && sent.To == phone {
				return m[1]
			}
		}
	}
	t.Fatalf("no code was sent to %s: %v", phone, gateway.Calls())
	return ""
}

// nothingIsTold looks for the row where it must not be, and for a link that a
// code to a row must not make.
func nothingIsTold(t *testing.T, s *running, dsn string) {
	t.Helper()
	s.stop()
	for _, private := range []string{bookPhone, "রহিমা", "করিম", "123456"} {
		if strings.Contains(s.log.String(), private) {
			t.Errorf("the log holds %q of the table", private)
		}
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var linked, proved int
	err = conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM identities WHERE channel = 'sms'), (SELECT count(*) FROM phone_codes WHERE proved_at IS NOT NULL AND linked_at IS NULL)`).Scan(&linked, &proved)
	if err != nil || linked != 0 || proved != 1 {
		t.Errorf("%d telephones are linked, %d codes proven, error %v", linked, proved, err)
	}
}
