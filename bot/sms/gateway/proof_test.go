package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"nagorik/bot"
)

// withHeader is a call with one header more.
func withHeader(c bot.Call, name, value string) bot.Call {
	c.Header = c.Header.Clone()
	c.Header.Set(name, value)
	return c
}

func from(c bot.Call, ip string) bot.Call {
	c.Remote = netip.MustParseAddr(ip)
	return c
}

func TestProofs(t *testing.T) {
	const query = "from=8801712345678&text=x"
	plain := get("/channels/sms/city", query)
	body := []byte(`{"from":"8801712345678","text":"x","password":"the-app-password"}`)
	posted := bot.Call{Method: http.MethodPost, URL: &url.URL{Path: "/channels/sms/city"}, Header: http.Header{}, Body: body, Remote: netip.MustParseAddr("10.0.0.1")}
	mac := hmac.New(sha256.New, []byte("the-hmac-secret"))
	mac.Write(body)
	sum := mac.Sum(nil)
	form := posted
	form.Body = []byte(query + "&token=" + testToken)
	basic := func(user, pass string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+pass))
	}
	set := settings{
		"SMS_CITY_TOKEN": testToken, "SMS_CITY_USER": "the-user", "SMS_CITY_PASS": "the-pass", "SMS_CITY_HMAC": "the-hmac-secret",
		"SMS_CITY_APP": "the-app-password",
	}
	emptySum := hmac.New(sha256.New, []byte("the-hmac-secret")).Sum(nil)
	emptySigned := withHeader(plain, "X-Sign", "sha256="+hex.EncodeToString(emptySum))
	for receive, calls := range map[string]struct{ good, bad []bot.Call }{
		"{token_param: key}": {
			[]bot.Call{get("/channels/sms/city", query+"&key="+testToken)},
			[]bot.Call{plain, get("/channels/sms/city", query+"&key="), get("/channels/sms/city", query+"&token="+testToken)},
		},
		"{}": {[]bot.Call{get("/channels/sms/city", query+"&token="+testToken), form}, []bot.Call{plain, posted}},
		"{token_header: x-token}": {
			[]bot.Call{withHeader(plain, "X-Token", testToken), withHeader(plain, "X-Token", "Bearer "+testToken)},
			[]bot.Call{plain, withHeader(plain, "X-Token", "no"), get("/channels/sms/city", query+"&x-token="+testToken)},
		},
		"{basic: {user: '{{secret.user}}', password: '{{secret.pass}}'}}": {
			[]bot.Call{withHeader(plain, "Authorization", basic("the-user", "the-pass"))},
			[]bot.Call{plain, withHeader(plain, "Authorization", basic("the-user", "")), withHeader(plain, "Authorization", basic("", "the-pass")), withHeader(plain, "Authorization", "Basic !")},
		},
		"{ip_allow: [10.0.0.0/24, '2001:db8::1']}": {
			[]bot.Call{from(plain, "10.0.0.9"), from(plain, "::ffff:10.0.0.9"), from(plain, "2001:db8::1")},
			[]bot.Call{from(plain, "10.0.1.9"), from(plain, "2001:db8::2"), {Method: http.MethodGet, URL: plain.URL, Header: http.Header{}}},
		},
		"{hmac: {header: x-sign, secret: '{{secret.hmac}}', prefix: 'sha256='}}": {
			[]bot.Call{withHeader(posted, "X-Sign", "sha256="+hex.EncodeToString(sum))},
			[]bot.Call{posted, withHeader(posted, "X-Sign", hex.EncodeToString(sum)), withHeader(form, "X-Sign", "sha256="+hex.EncodeToString(sum)), withHeader(posted, "X-Sign", "sha256="), emptySigned},
		},
		"{hmac: {header: x-sign, secret: '{{secret.hmac}}', encoding: base64}}": {
			[]bot.Call{withHeader(posted, "X-Sign", base64.StdEncoding.EncodeToString(sum))},
			[]bot.Call{withHeader(posted, "X-Sign", hex.EncodeToString(sum))},
		},
		"{check: [[password, eq, '{{secret.app}}']]}": {
			[]bot.Call{posted},
			[]bot.Call{plain, form, get("/channels/sms/city", query+"&password=x")},
		},
		"{token_param: token, ip_allow: [10.0.0.1]}": {
			[]bot.Call{from(get("/channels/sms/city", query+"&token="+testToken), "10.0.0.1")},
			[]bot.Call{get("/channels/sms/city", query+"&token="+testToken), from(plain, "10.0.0.1")},
		},
	} {
		if receive == "{check: [[password, eq, '{{secret.app}}']]}" {
			delete(set, "SMS_CITY_TOKEN") // a check against a secret is proof enough
		} else {
			set["SMS_CITY_TOKEN"] = testToken
		}
		g := one(t, "profiles: {city: {receive: "+receive+", dlr: {}}}", set)
		for i, c := range calls.good {
			if d, err := g.Receive(t.Context(), c); err != nil || len(d.Events) != 1 {
				t.Errorf("%s: good call %d: %v, %+v", receive, i, err, d)
			}
		}
		for i, c := range calls.bad {
			status := c
			status.URL = &url.URL{Path: "/channels/sms/city/status", RawQuery: c.URL.RawQuery}
			for _, c := range []bot.Call{c, status} {
				if d, err := g.Receive(t.Context(), c); !errors.Is(err, bot.ErrSignature) || len(d.Events) > 0 || d.Answer.Status != 0 {
					t.Errorf("%s: bad call %d to %s: %v, %+v", receive, i, c.URL.Path, err, d)
				}
			}
		}
	}
}

func TestShortTokenIsWarnedOf(t *testing.T) {
	g := one(t, "profiles: {city: {receive: {}, dlr: {}}}", settings{"SMS_CITY_TOKEN": "short"})
	if w := g.Warnings(); len(w) != 1 || !strings.Contains(w[0], "SMS_CITY_TOKEN is short") {
		t.Errorf("%q", w)
	}
}

// TestSignedBodyAloneCounts: a query beside a signed body is anybody's.
func TestSignedBodyAloneCounts(t *testing.T) {
	g := one(t, "profiles: {city: {receive: {hmac: {header: x-sign, secret: '{{secret.hmac}}'}}}}", settings{"SMS_CITY_HMAC": "the-hmac-secret"})
	body := []byte("from=01712345678&id=1")
	mac := hmac.New(sha256.New, []byte("the-hmac-secret"))
	mac.Write(body)
	call := withHeader(get("/channels/sms/city", "text=evil&from=01812345678"), "X-Sign", hex.EncodeToString(mac.Sum(nil)))
	call.Method, call.Body = http.MethodPost, body
	d, err := g.Receive(t.Context(), call)
	if err != nil || len(d.Events) != 1 || d.Events[0].Text != "" || d.Events[0].Address != somebody {
		t.Errorf("%+v, %v", d, err)
	}
}
