package gateway

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"nagorik/bot"
)

// pairs are a provider's request and the answers to it.
type pairs struct {
	Request struct {
		Method      string            `json:"method"`
		URL         string            `json:"url"`
		ContentType string            `json:"content_type"`
		Headers     map[string]string `json:"headers"`
		JSON        any               `json:"json"`
		Form        map[string]string `json:"form"`
		Query       map[string]string `json:"query"`
	} `json:"request"`
	Responses []struct {
		HTTP       int             `json:"http"`
		Body       json.RawMessage `json:"body"`
		OK         bool            `json:"ok"`
		ProviderID string          `json:"provider_id"`
		Permanent  *bool           `json:"permanent"`
	} `json:"responses"`
}

// provider says which profile speaks to a provider, with which settings, and
// which of its refusals pause the link (by place in the list).
type provider struct {
	profile string
	set     settings
	auth    []int
}

var providers = map[string]provider{
	"sslwireless_v3_single":    {"sslwireless", settings{"API_TOKEN": "TOKEN", "SID": "MASKNAME"}, []int{1, 2}},
	"bulksmsbd":                {"bulksmsbd", settings{"API_KEY": "KEY", "SENDERID": "8809617600000"}, nil},
	"alphasms_sms_net_bd":      {"alphasms", settings{"API_KEY": "KEY", "SENDER_ID": "MASK"}, []int{2}},
	"adnsms":                   {"adnsms", settings{"API_KEY": "KEY", "API_SECRET": "SECRET"}, nil},
	"muthofun_muthobarta":      {"muthofun", settings{"API_KEY": "KEY", "SENDER_ID": "8809601000000"}, nil},
	"mimsms":                   {"mimsms", settings{"USER": "user@example.org", "API_KEY": "KEY", "SENDER": "8809600000000"}, nil},
	"robi_mobireach":           {"robi", settings{"USER": "u", "PASSWORD": "p", "FROM": "8801841000000"}, nil},
	"grameenphone_ecmapigw_v2": {"grameenphone", settings{"USER": "u", "PASSWORD": "p", "CLI": "MASK"}, nil},
	"banglalink_vas":           {"banglalink", settings{"USER": "u", "PASSWORD": "p", "SENDER": "MASK"}, []int{2}},
	"greenweb":                 {"greenweb", settings{"API_TOKEN": "TOKEN"}, nil},
	"infobip_v2_advanced":      {"infobip", settings{"HOST": "XXXXX.api.infobip.com", "API_KEY": "KEY", "FROM": "InfoSMS", "TOKEN": testToken}, []int{1}},
	"kannel_sendsms":           {"kannel", settings{"USER": "u", "PASSWORD": "p", "FROM": "26969", "TOKEN": testToken}, []int{2}},
	"bdapps_send":              {"bdapps", settings{"APP_ID": "APP_000029", "PASSWORD": "PASSWORD", "TOKEN": testToken}, []int{1}},
}

// notSingle are pairs that are no single send: bulk calls and a report.
var notSingle = map[string]bool{"sslwireless_v3_bulk": true, "sslwireless_v3_dynamic": true, "bulksmsbd_many": true, "alphasms_report": true}

func TestProviders(t *testing.T) {
	var all map[string]pairs
	readJSON(t, "outbound/providers.json", &all)
	for name, p := range all {
		if notSingle[name] {
			continue
		}
		with, ok := providers[name]
		if !ok {
			t.Errorf("no profile speaks to %s", name)
			continue
		}
		set := settings{}
		for key, v := range with.set {
			set["SMS_MINE_"+key] = v
		}
		g := one(t, "profiles: {mine: {extends: "+with.profile+"}}", set)
		t.Run(name, func(t *testing.T) {
			compareRequest(t, g, &p)
			compareAnswers(t, g, &p, with.auth)
		})
	}
}

// messageOf takes the message out of a provider's request: whom, what, and
// under which reference.
func compareRequest(t *testing.T, g *Gateway, p *pairs) {
	const text = "আপনার অভিযোগ DH-2026-000123 গৃহীত হয়েছে"
	out := bot.Outgoing{ID: "DH-OUT-42", Address: somebody, Text: text}
	if g.p.send.masked {
		out.Address = "+8801812345678"
		out.Text = "short reply"
	}
	v := g.varsOf(&out, out.Text, 1, 1, false)
	v["ref20"] = "DH42"
	v["dlr_url"] = "https://dengue.example.org/hooks/smsgw/main/dlr"
	if g.p.send.query != nil {
		v["dlr_url"] += "?id=DH-OUT-42"
	}
	c := g.p.send.request(v, false)
	got, err := url.Parse(c.url)
	if err != nil {
		t.Fatal(err)
	}
	query := got.Query()
	got.RawQuery = ""
	if c.method != p.Request.Method || got.String() != p.Request.URL {
		t.Errorf("calls %s %s", c.method, got)
	}
	if kind, _, _ := strings.Cut(p.Request.ContentType, ";"); kind != "" && !strings.HasPrefix(c.header.Get("Content-Type"), kind) {
		t.Errorf("content type %s", c.header.Get("Content-Type"))
	}
	for name, want := range p.Request.Headers {
		if c.header.Get(name) != want {
			t.Errorf("%s: %s", name, c.header.Get(name))
		}
	}
	sameFields(t, query, p.Request.Query)
	if p.Request.Form != nil {
		form, err := url.ParseQuery(string(c.body))
		if err != nil {
			t.Fatal(err)
		}
		sameFields(t, form, p.Request.Form)
	}
	if p.Request.JSON != nil {
		var body any
		if err := json.Unmarshal(c.body, &body); err != nil || !reflect.DeepEqual(body, p.Request.JSON) {
			t.Errorf("body %s, %v", c.body, err)
		}
	}
}

func sameFields(t *testing.T, got url.Values, want map[string]string) {
	t.Helper()
	plain := map[string]string{}
	for name := range got {
		plain[name] = got.Get(name)
	}
	if want == nil {
		want = map[string]string{}
	}
	if !reflect.DeepEqual(plain, want) {
		t.Errorf("fields %v\nwant   %v", plain, want)
	}
}

func compareAnswers(t *testing.T, g *Gateway, p *pairs, auth []int) {
	for i, r := range p.Responses {
		body := []byte(r.Body)
		var text string
		if json.Unmarshal(body, &text) == nil {
			body = []byte(text)
		}
		answer := &response{status: r.HTTP, header: http.Header{}, body: body}
		e := g.p.judge(answer, 0)
		switch {
		case r.OK:
			id := ""
			if r.ProviderID != "" {
				id = "mine>" + r.ProviderID
			}
			if got := g.sentID(answer.at(g.p.send.providerID)); e != nil || id != "" && got != id {
				t.Errorf("answer %d: %v, id %s", i, e, got)
			}
			continue
		case e == nil:
			t.Errorf("answer %d is taken for success: %s", i, body)
			continue
		}
		want := bot.SendRetry
		if *r.Permanent {
			want = bot.SendReject
		}
		for _, n := range auth {
			if n == i {
				want = bot.SendPause
			}
		}
		if e.Outcome != want {
			t.Errorf("answer %d: %v, want %s", i, e, want)
		}
		if e.Code == "" || e.Text == "" {
			t.Errorf("answer %d says nothing: %+v", i, e)
		}
	}
}

// TestDuplicateIsSuccess: the gateway knows the reference, so the attempt
// that was in doubt has arrived.
func TestDuplicateIsSuccess(t *testing.T) {
	g := one(t, "profiles: {mine: {extends: sslwireless}}", settings{"SMS_MINE_API_TOKEN": "TOKEN", "SMS_MINE_SID": "X"})
	a := func() *response {
		return &response{status: 200, header: http.Header{}, body: []byte(`{"status":"FAILED","status_code":4023,"error_message":"Duplicate CSMS ID"}`)}
	}
	if e := g.p.judge(a(), 1); e != nil {
		t.Errorf("after a doubt: %v", e)
	}
	if e := g.p.judge(a(), 0); e == nil || e.Outcome != bot.SendReject {
		t.Errorf("without one: %v", e)
	}
}
