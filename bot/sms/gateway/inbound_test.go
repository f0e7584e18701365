package gateway

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nagorik/bot"
	"nagorik/bot/sms"
)

// inboundProfiles are the profiles that read the fixtures: by file, else the
// generic one.
const inboundProfiles = `
profiles:
  any: {number: "26969", receive: {token_param: token}}
  infobip: {extends: infobip, cfg: {host: api.example, from: X}}
  bdapps: {extends: bdapps, cfg: {app_id: APP_000029}}
  kannel: {extends: kannel, cfg: {from: "26969"}}
  array: {receive: {items: $}}
`

func inbound(t testing.TB) map[string]*Gateway {
	byName := map[string]*Gateway{}
	for _, g := range load(t, inboundProfiles, everything) {
		byName[g.Name()] = g
	}
	return byName
}

type inboundCase struct {
	Method      string          `json:"method"`
	ContentType string          `json:"content_type"`
	Expect      json.RawMessage `json:"expect"`
}

type expected struct {
	From    string  `json:"from_"`
	Text    string  `json:"text"`
	To      string  `json:"to"`
	ID      *string `json:"id"`
	Keyword string  `json:"keyword"`
}

// inboundCall is a fixture as a call.
func inboundCall(t testing.TB, g *Gateway, name string, c *inboundCase) bot.Call {
	body := readFile(t, "inbound/"+name)
	path, status := g.Paths()
	if strings.HasPrefix(name, "dlr_") {
		path = status
	}
	if c.Method == http.MethodGet {
		return get(path, "token="+testToken+"&"+string(body))
	}
	return post(path, c.ContentType, body)
}

// reader1 is the gateway that reads a fixture.
func reader1(all map[string]*Gateway, name string) *Gateway {
	for part, g := range map[string]string{"infobip": "infobip", "bdapps": "bdapps", "kannel": "kannel", "dlr_": "kannel"} {
		if strings.Contains(name, part) {
			return all[g]
		}
	}
	return all["any"]
}

func TestInbound(t *testing.T) {
	var index map[string]inboundCase
	readJSON(t, "inbound/index.json", &index)
	files, err := filepath.Glob("testdata/inbound/*.*")
	if err != nil || len(files) != len(index)+1 {
		t.Fatalf("%d files for %d cases, %v", len(files), len(index), err)
	}
	all := inbound(t)
	for name, c := range index {
		if strings.HasPrefix(name, "dlr_") {
			continue // TestReceipts
		}
		t.Run(name, func(t *testing.T) {
			g := reader1(all, name)
			call := inboundCall(t, g, name, &c)
			d, err := g.Receive(t.Context(), call)
			if err != nil {
				t.Fatal(err)
			}
			var word string
			if json.Unmarshal(c.Expect, &word) == nil {
				inWords(t, g, word, d)
				return
			}
			var want []expected
			if json.Unmarshal(c.Expect, &want) != nil {
				want = make([]expected, 1)
				if err := json.Unmarshal(c.Expect, &want[0]); err != nil {
					t.Fatal(err)
				}
			}
			asRead(t, g, call, d, want)
		})
	}
}

// inWords checks what the index says in words.
func inWords(t *testing.T, g *Gateway, word string, d bot.Delivery) {
	t.Helper()
	switch {
	case word == "reject-400" || word == "config-dependent":
		if d.Answer.Status != http.StatusBadRequest || len(d.Events) > 0 {
			t.Errorf("answered %d with %d events", d.Answer.Status, len(d.Events))
		}
	case word == "ignore":
		if d.Answer.Status != http.StatusOK || len(d.Events) > 0 || d.Skipped["not_a_person"] != 1 {
			t.Errorf("%+v", d)
		}
	case len(d.Events) != 1 || !utf8.ValidString(d.Events[0].Text) || d.Events[0].Text == "":
		t.Errorf("%+v", d)
	case word == "accept-opaque-sender":
		if want := "bdapps:tel:B%3C4pbgsmEfcKETtTtCwleOTKc4HUXWhO0mkzDaMvEvxY60zs2AAGFY576MQHPFh2YUe"; d.Events[0].Address != want {
			t.Errorf("address %s", d.Events[0].Address)
		}
	case word == "accept-or-replace":
		if d.Events[0].Text != "café" {
			t.Errorf("text %q", d.Events[0].Text)
		}
	case word == "duplicate-of get_generic.form":
		if d.Events[0].ProviderID != "any:778899" {
			t.Errorf("id %s", d.Events[0].ProviderID)
		}
	case word == "accept":
		if n := utf8.RuneCountInString(d.Events[0].Text); n < 900 {
			t.Errorf("%d characters", n)
		}
	default:
		t.Errorf("the index says %q", word)
	}
}

// asRead compares events, and what is read beside them, with the index.
func asRead(t *testing.T, g *Gateway, call bot.Call, d bot.Delivery, want []expected) {
	t.Helper()
	docs, ok := items(read(&call, g.p.receive.format, false), g.p.receive.items)
	if len(d.Events) != len(want) || !ok || len(docs) != len(want) {
		t.Fatalf("%d events: %+v", len(d.Events), d)
	}
	for i, w := range want {
		e := d.Events[i]
		m, _ := g.message(g.p.receive, docs[i])
		if e.Kind != bot.EventMessage || e.Channel != sms.Name || e.Via != g.Name() || e.Address != w.From || e.Text != w.Text {
			t.Errorf("event %+v, want %+v", e, w)
		}
		if m.to != w.To || w.Keyword != "" && m.keyword != w.Keyword {
			t.Errorf("read %+v, want %+v", m, w)
		}
		switch {
		case w.ID != nil && e.ProviderID != g.Name()+":"+*w.ID:
			t.Errorf("id %s, want %s", e.ProviderID, *w.ID)
		case w.ID == nil && !strings.HasPrefix(e.ProviderID, "unnamed:"):
			t.Errorf("id %s", e.ProviderID)
		}
	}
}

func TestTimesOfMessages(t *testing.T) {
	all := inbound(t)
	var index map[string]inboundCase
	readJSON(t, "inbound/index.json", &index)
	for name, want := range map[string]time.Time{
		"get_date_formats.form":               time.Date(2026, 11, 23, 10, 0, 5, 0, time.UTC),
		"post_json_flat.json":                 time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
		"post_json_nested_array_infobip.json": time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
		"kannel_get_url.form":                 time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC),
		"get_generic.form":                    testTime,
	} {
		g, c := reader1(all, name), index[name]
		d, err := g.Receive(t.Context(), inboundCall(t, g, name, &c))
		if err != nil || len(d.Events) == 0 || !d.Events[0].At.Equal(want) {
			t.Errorf("%s: %v %+v", name, err, d.Events)
		}
	}
	for s, want := range map[string]time.Time{
		"":                          testTime,
		"soon":                      testTime,
		"2026-11-25 16:00:01":       testTime, // a second ahead of us
		"2030-01-01T00:00:00Z":      testTime,
		"20261125155900":            testTime.Add(-time.Minute),
		"261125155900":              testTime.Add(-time.Minute),
		"25/11/2026 15:59:00":       testTime.Add(-time.Minute),
		"2026-11-25T09:59:00+00:00": testTime.Add(-time.Minute),
		"1795600740":                time.Unix(1795600740, 0),
		"1795600740000":             time.Unix(1795600740, 0),
	} {
		if got := readTime(s, time.FixedZone("", 6*3600), testTime); !got.Equal(want) {
			t.Errorf("%q is %v, want %v", s, got, want)
		}
	}
}

func TestArrayAtTheRoot(t *testing.T) {
	g := inbound(t)["array"]
	d, err := g.Receive(t.Context(), post("/channels/sms/array", "application/json", readFile(t, "inbound/bad_json_array_root.json")))
	if err != nil || len(d.Events) != 1 || d.Events[0].Text != "x" || d.Events[0].Address != somebody {
		t.Errorf("%+v, %v", d, err)
	}
	d, err = g.Receive(t.Context(), post("/channels/sms/array", "application/json", []byte(`[{"msisdn":"GP-INFO","text":"x"},{"text":"nobody"},{"msisdn":"8801712345678","text":"1"},7]`)))
	if err != nil || len(d.Events) != 1 || d.Skipped["not_a_person"] != 1 || d.Skipped["unreadable"] != 2 || d.Answer.Status != http.StatusOK {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestTextsAreDecoded(t *testing.T) {
	for _, c := range []struct {
		encoding textEncoding
		in, want string
	}{
		{textAuto, "মশা", "মশা"},
		{textAuto, "caf\xe9", "café"},
		{textAuto, "মশা \xe0\xa6", "মশা \uFFFD"}, // cut inside a character, no Latin-1
		{textAuto, "09AE09B609BE", "মশা"},
		{textAuto, "09AE", "09AE"},         // could be a number
		{textAuto, "01711234", "01711234"}, // is one
		{textAuto, "41424344", "41424344"}, // reads ABCD to a person already
		{textAuto, "%u09AE", "%u09AE"},     // was escaped, so somebody wrote it
		{textPercentU, "%u09AE%u09b6%u09BE", "মশা"},
		{textPercentU, "%uD83D%uDE1F 5%u", "😟 5%u"},
		{textHex, "0041D83DDE1F", "A😟"},
		{textHex, "00414", "00414"},
		{textHex, "hello", "hello"},
		{textLatin1, "\xe9t\xe9", "été"},
		{textUTF8, "caf\xe9", "caf\uFFFD"},
		{textUTF8, "a\x00b", "ab"},
	} {
		if got := c.encoding.decode(c.in, false); got != c.want {
			t.Errorf("%s %q is %q, want %q", c.encoding, c.in, got, c.want)
		}
	}
}

func TestKeywords(t *testing.T) {
	g := one(t, "profiles: {city: {receive: {strip_keyword: [NAGORIK, নাগরিক]}}}", settings{"SMS_CITY_TOKEN": testToken})
	for query, want := range map[string]string{
		"text=NAGORIK+menu":  "menu",
		"text=nagorik:+menu": "menu",
		"text=Nagorik":       "",
		"text=NAGORIKMENU":   "NAGORIKMENU",
		"text=%E0%A6%A8%E0%A6%BE%E0%A6%97%E0%A6%B0%E0%A6%BF%E0%A6%95+1": "1",
		"keyword=NAGORIK&text=menu":                                     "menu",
		"keyword=NAGORIK&text=":                                         "",
		"keyword=STOP&text=":                                            "STOP",
		"keyword=MENU&text=MENU+1":                                      "MENU 1",
	} {
		d, err := g.Receive(t.Context(), get("/channels/sms/city", "token="+testToken+"&from=01712345678&"+query))
		if err != nil || len(d.Events) != 1 || d.Events[0].Text != want {
			t.Errorf("%s: %+v, %v", query, d.Events, err)
		}
	}
}

func TestCarrierWords(t *testing.T) {
	for profile, words := range map[string]map[string]string{
		"profiles: {city: {receive: {}}}":                     {"stop": "stop", "START": "start", "HELP": "", "stop it": "", "YES": ""},
		"profiles: {city: {receive: {carrier_words: false}}}": {"stop": "", "START": ""},
	} {
		g := one(t, profile, settings{"SMS_CITY_TOKEN": testToken})
		for text, want := range words {
			d, err := g.Receive(t.Context(), get("/channels/sms/city", "token="+testToken+"&from=01712345678&text="+strings.ReplaceAll(text, " ", "+")))
			if err != nil || len(d.Events) != 1 || string(d.Events[0].Carrier) != want {
				t.Errorf("%s: %+v, %v", text, d.Events, err)
			}
		}
	}
}

func TestSendersThatAreIgnored(t *testing.T) {
	g := one(t, "profiles: {city: {receive: {ignore_from: '^\\+?88017', default_region: none}}}", settings{"SMS_CITY_TOKEN": testToken})
	for from, why := range map[string]string{"8801712345678": "ignored_sender", "01812345678": "not_a_person", "bKash": "not_a_person", "": "unreadable"} {
		d, err := g.Receive(t.Context(), get("/channels/sms/city", "token="+testToken+"&text=x&from="+from))
		if err != nil || len(d.Events) > 0 || d.Skipped[why] != 1 {
			t.Errorf("%s: %+v, %v", from, d, err)
		}
	}
	d, err := g.Receive(t.Context(), get("/channels/sms/city", "token="+testToken+"&text=x&from=%2B8801812345678"))
	if err != nil || len(d.Events) != 1 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestOtherApplications(t *testing.T) {
	g := inbound(t)["bdapps"]
	d, err := g.Receive(t.Context(), post("/channels/sms/bdapps", "application/json", []byte(`{"applicationId":"APP_1","sourceAddress":"tel:8801812345678","message":"x"}`)))
	if err != nil || len(d.Events) > 0 || d.Skipped["other_application"] != 1 || !strings.Contains(string(d.Answer.Body), "S1000") {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestMethods(t *testing.T) {
	g := one(t, "profiles: {city: {receive: {methods: [POST]}}}", settings{"SMS_CITY_TOKEN": testToken})
	d, err := g.Receive(t.Context(), get("/channels/sms/city", "token="+testToken+"&text=x&from=01712345678"))
	if err != nil || d.Answer.Status != http.StatusMethodNotAllowed || len(d.Events) > 0 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestPathsThatAreNotConfigured(t *testing.T) {
	all := inbound(t)
	if _, err := all["any"].Receive(t.Context(), get("/channels/sms/any/status", "token="+testToken)); !errors.Is(err, bot.ErrSignature) {
		t.Error(err)
	}
	g := one(t, sendOnly, settings{})
	if _, err := g.Receive(t.Context(), get("/channels/sms/city", "from=01712345678&text=x")); !errors.Is(err, bot.ErrSignature) || g.Receives() {
		t.Error(err)
	}
}

// TestNumbersInEveryForm brings each of the vectors as the sender of a message.
func TestNumbersInEveryForm(t *testing.T) {
	var vectors [][2]*string
	readJSON(t, "msisdn.json", &vectors)
	g := inbound(t)["any"]
	for _, v := range vectors {
		for _, before := range []string{"", "tel:", "TEL:"} {
			d, err := g.Receive(t.Context(), get("/channels/sms/any", "token="+testToken+"&text=x&from="+url.QueryEscape(before+*v[0])))
			switch {
			case err != nil:
				t.Errorf("%q: %v", *v[0], err)
			case v[1] == nil && len(d.Events) > 0:
				t.Errorf("%q is %s", *v[0], d.Events[0].Address)
			case v[1] != nil && (len(d.Events) != 1 || d.Events[0].Address != *v[1]):
				t.Errorf("%q: %+v", *v[0], d)
			}
		}
	}
}

// TestEncodingIsNamed: what the gateway is told of a text's encoding.
func TestEncodingIsNamed(t *testing.T) {
	var vectors []struct{ Text, Encoding string }
	readJSON(t, "segments.json", &vectors)
	g := inbound(t)["kannel"]
	for _, v := range vectors {
		vars := g.varsOf(&bot.Outgoing{ID: ownMessage, Address: somebody}, v.Text, 1, 1, false)
		coding := map[string]string{"GSM7": "0", "UCS2": "2"}[v.Encoding]
		if vars["encoding"] != strings.ToLower(v.Encoding) || vars["coding_kannel"] != coding {
			t.Errorf("%.20q is %s, %s", v.Text, vars["encoding"], vars["coding_kannel"])
		}
	}
}
