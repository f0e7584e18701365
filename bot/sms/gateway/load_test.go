package gateway

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSeedProfilesLoad(t *testing.T) {
	list := load(t, string(readFile(t, "gateway_profiles.json")), everything)
	var names []string
	for _, g := range list {
		names = append(names, g.Name())
	}
	if want := []string{"sslwireless", "bulksmsbd", "banglalink", "robi", "kannel", "bdapps", "generic_push_pull_get"}; !slices.Equal(names, want) {
		t.Errorf("loaded %v", names)
	}
	for _, g := range list {
		if sends := g.Name() != "generic_push_pull_get"; g.Sends() != sends {
			t.Errorf("%s sends: %v", g.Name(), g.Sends())
		}
		if w := g.Warnings(); (len(w) > 0) != (g.Name() == "bulksmsbd") {
			t.Errorf("%s warns %q", g.Name(), w)
		}
	}
}

func TestBuiltInProfilesLoad(t *testing.T) {
	for _, name := range BuiltIn() {
		g := one(t, "profiles: {mine: {extends: "+name+"}}", settingsOf(everything, name))
		if g.Name() != "mine" {
			t.Errorf("%s is called %s", name, g.Name())
		}
	}
	if len(BuiltIn()) < 16 {
		t.Errorf("there are only %v", BuiltIn())
	}
}

// settingsOf asks for every setting a built-in profile needs.
func settingsOf(all func(string) string, name string) settings {
	set := settings{}
	known, _ := builtInProfiles()
	text, _ := yamlText(known[name])
	for _, word := range []string{"secret.", "cfg."} {
		for rest := text; ; {
			_, after, found := strings.Cut(rest, "{{"+word)
			if !found {
				break
			}
			x, _, _ := strings.Cut(after, "}}")
			set["SMS_MINE_"+settingWord(x)] = all("SMS_MINE_" + settingWord(x))
			rest = after
		}
	}
	set["SMS_MINE_TOKEN"] = testToken
	return set
}

// sending is a profile around one that can send.
const sendOnly = `
profiles:
  city:
    send:
      url: https://gw.example/send
      form: {to: "{{to}}", text: "{{text}}"}
`

func TestFaultsAreTold(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":            {"", "g.yaml:1:1: the file is empty"},
		"no profiles":      {"a: 1", `g.yaml:1:1: the file has no "a"`},
		"not yaml":         {"profiles: {a: [}", "g.yaml:1:"},
		"unknown key":      {sendOnly + "      sped: 1", `g.yaml:7:7: send has no "sped"`},
		"unknown part":     {"profiles:\n  city:\n    sent: {}", `g.yaml:3:5: profile city has no "sent"`},
		"key twice":        {"profiles:\n  city:\n    cfg: {a: 1, a: 2}", `g.yaml:3:17: "a" stands twice`},
		"bad name":         {"profiles:\n  City: {extends: kannel}", `g.yaml:2:3: profile "City"`},
		"twilio":           {"profiles:\n  twilio: {extends: kannel}", "cannot be called twilio"},
		"same settings":    {"profiles:\n  a-b: {extends: robi}\n  a_b: {extends: robi}", "would share their settings"},
		"nothing":          {"profiles:\n  city: {cfg: {a: b}}", "neither `send` nor `receive`"},
		"no base":          {"profiles:\n  city: {extends: nobody}", `there is no built-in profile "nobody": there are`},
		"missing secret":   {"profiles:\n  city: {extends: robi, cfg: {from: x}}", "g.yaml:2:3: profile city needs the setting SMS_CITY_USER"},
		"missing at place": {sendOnly + "      headers: {X-Key: '{{secret.my-key}}'}", "g.yaml:7:24: profile city needs the setting SMS_CITY_MY_KEY"},
		"unknown variable": {sendOnly + "      headers: {X: '{{txt}}'}", `there is no variable "txt"`},
		"unknown filter":   {sendOnly + "      headers: {X: '{{text|loud}}'}", `there is no filter "loud"`},
		"open braces":      {sendOnly + "      headers: {X: '{{text'}", "a {{ is not closed"},
		"anchors":          {"profiles: &a\n  city: {extends: kannel}", "references with & and *"},
		"host of message":  {"profiles: {city: {send: {url: 'https://{{to}}.example/'}}}", "cannot depend on the message"},
		"port of message":  {"profiles: {city: {send: {url: 'https://gw.example:80{{to}}/'}}}", "url"},
		"not a web url":    {"profiles: {city: {send: {url: 'ftp://gw.example/'}}}", "not a web address"},
		"two bodies":       {sendOnly + "      json: {a: b}", "more than one body"},
		"body with GET":    {sendOnly + "      method: GET", "a GET has no body"},
		"nested form":      {"profiles: {city: {send: {url: 'https://g.example/', form: {a: {b: c}}}}}", "a form is lines"},
		"two xml roots":    {"profiles: {city: {send: {url: 'https://g.example/', xml: {a: b, c: d}}}}", "one element around"},
		"xml name":         {"profiles: {city: {send: {url: 'https://g.example/', xml: {'a b': c}}}}", "cannot be the name of an XML element"},
		"long timeout":     {sendOnly + "      timeout: 9s", "timeout must be a time such as 5s, at most 8s"},
		"bad regex":        {sendOnly + "      ok: {regex: '('}", "regex is not a regular expression"},
		"empty rule":       {sendOnly + "      ok: {}", "ok says nothing"},
		"bad condition":    {sendOnly + "      ok: {json: [[a, is, b]]}", "json must be in or eq"},
		"codes nowhere":    {sendOnly + "      retry_codes: ['7']", "lists error codes and says nowhere"},
		"dedup of nothing": {sendOnly + "      dedup_ref: true", "carries neither {{ref}} nor {{ref20}}"},
		"unproven":         {"profiles:\n  city:\n    receive: {}", "g.yaml:2:3: profile city: nothing proves that a call of `receive` comes from the gateway: set SMS_CITY_TOKEN"},
		"check of cfg":     {"profiles: {city: {cfg: {a: b}, receive: {check: [[app, eq, '{{cfg.a}}']]}}}", "nothing proves"},
		"unproven dlr":     {sendOnly + "    dlr: {}", "nothing proves that a call of `dlr`"},
		"token not set":    {"profiles: {city: {receive: {token_param: t}}}", "needs the setting SMS_CITY_TOKEN"},
		"network":          {"profiles: {city: {receive: {ip_allow: [here]}}}", `"here" is no address`},
		"receipt word":     {sendOnly + "    dlr: {ip_allow: [10.0.0.1], map: {X: gone}}", "map.X must be sent or delivered"},
		"time zone":        {"profiles: {city: {receive: {ip_allow: [10.0.0.1], time_zone: Moon/Far}}}", `no time zone "Moon/Far"`},
		"too deep":         {strings.Repeat("[", 5000), "nested too deeply"},
	} {
		list, err := Load([]byte(c.text), settings{}.get, testPublic, Options{File: "g.yaml"})
		if err == nil || !strings.Contains(err.Error(), c.want) || len(list) > 0 {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestSecretsAreNotInFaults(t *testing.T) {
	set := settings{"SMS_CITY_USER": "the-user-name", "SMS_CITY_PASSWORD": "the-password"}
	_, err := Load([]byte("profiles: {city: {extends: robi, send: {tmeout: 1s}}}"), set.get, testPublic, Options{})
	if err == nil || strings.Contains(err.Error(), "the-") {
		t.Errorf("%v", err)
	}
}

func TestExtendingOverrides(t *testing.T) {
	g := one(t, `
profiles:
  mine:
    extends: sslwireless
    note: ours
    cfg: {sid: CITY}
    send:
      url: https://other.example/api
      timeout: 3s
      json: {sid: null, extra: "{{ref}}"}
`, settings{"SMS_MINE_API_TOKEN": "the-api-token"})
	s := g.p.send
	body, _ := s.encode(vars{"to": somebody, "text": "x", "ref": "r", "ref20": "r20"}, false)
	if want := `{"api_token":"the-api-token","msisdn":"8801712345678","sms":"x","csms_id":"r20","extra":"r"}`; string(body) != want {
		t.Errorf("body %s", body)
	}
	if s.address(nil, false) != "https://other.example/api" || s.timeout != 3*time.Second || !s.dedup || !s.authCodes["4001"] {
		t.Errorf("%+v", s)
	}
}

func TestReceiptsNobodyReadsAreWarnedOf(t *testing.T) {
	g := one(t, "profiles: {city: {send: {url: 'https://g.example/', query: {cb: '{{dlr_url}}'}}}}", settings{})
	if w := g.Warnings(); len(w) != 1 || !strings.Contains(w[0], "no `dlr`") {
		t.Errorf("%q", w)
	}
}

// TestNamedStatus: the path of a gateway that is called so ends as the paths
// of receipts do.
func TestNamedStatus(t *testing.T) {
	g := one(t, "profiles: {status: {receive: {}, dlr: {}}}", settings{"SMS_STATUS_TOKEN": testToken})
	d, err := g.Receive(t.Context(), get("/channels/sms/status", "token="+testToken+"&from=01712345678&text=x"))
	if err != nil || len(d.Events) != 1 || d.Events[0].Text != "x" {
		t.Errorf("%v %+v", err, d)
	}
}

func TestNoGatewayIsNoFault(t *testing.T) {
	if list := load(t, "profiles: {}", settings{}.get); len(list) != 0 {
		t.Error(list)
	}
}

// TestDocsExamples loads what docs/sms.md shows, and looks that it names all
// built-in profiles and keys.
func TestDocsExamples(t *testing.T) {
	page, err := os.ReadFile("../../../docs/sms.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(text, -1)
	if len(blocks) < 5 {
		t.Fatalf("%d examples", len(blocks))
	}
	for _, b := range blocks {
		example := b[1]
		switch {
		case strings.HasPrefix(example, "    send:"):
			example = "profiles:\n  city:\n" + example
		case !strings.HasPrefix(example, "profiles:"):
			example = sendOnly + example
		}
		if list, err := Load([]byte(example), everything, testPublic, Options{File: "docs/sms.md"}); err != nil || len(list) != 1 {
			t.Errorf("%v in\n%s", err, example)
		}
	}
	for _, list := range [][]string{BuiltIn(), sendKeys, receiveKeys, receiptKeys, balanceKeys, proofKeys, ruleKeys, filterNames, variables} {
		for _, name := range list {
			if !regexp.MustCompile("`[^`\n]*\\b"+regexp.QuoteMeta(name)+"\\b[^`\n]*`").MatchString(text) && name != "ref_rule" {
				t.Errorf("docs/sms.md does not name %s", name)
			}
		}
	}
}
