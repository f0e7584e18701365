package gateway

import (
	"errors"
	"strings"
	"testing"

	"nagorik/bot"
	"nagorik/bot/bottest"
	"nagorik/bot/sms"
	"nagorik/handoff/spending"
)

// What is paid for is what the gateway took, or may have taken.
func TestWhatIsPaidFor(t *testing.T) {
	long := strings.Repeat("ড্রেনের পানি রাস্তায়। ", 10)
	ok, busy, gone := bottest.GatewayAnswer{Status: 200, Body: `{"status":"ok"}`}, bottest.GatewayAnswer{Status: 503}, bottest.GatewayAnswer{Status: 504}
	again := func(m bot.Outgoing) bot.Outgoing { m.Attempt, m.Doubts = 2, 1; return m }
	for name, row := range map[string]struct {
		profile string
		out     bot.Outgoing
		answers []bottest.GatewayAnswer
		want    spending.Paid
	}{
		"one segment":              {plainSend, message1("your number is 10001"), []bottest.GatewayAnswer{ok}, spending.Paid{Segments: 1}},
		"Bangla":                   {plainSend, message1(strings.Repeat("ক", 71)), []bottest.GatewayAnswer{ok}, spending.Paid{Segments: 2, Unicode: true}},
		"not taken":                {plainSend, message1("x"), []bottest.GatewayAnswer{busy}, spending.Paid{}},
		"nobody knows":             {plainSend, message1("x"), []bottest.GatewayAnswer{gone}, spending.Paid{Segments: 1}},
		"no call was made":         {plainSend, again(message1("x")), nil, spending.Paid{}},
		"taken at the repeat":      {plainSend + "      dedup_ref: true\n", again(message1("x")), []bottest.GatewayAnswer{ok}, spending.Paid{Segments: 1}},
		"the repeat is known":      {plainSend + "      dedup_ref: true\n      duplicate_codes: [D]\n", again(message1("x")), []bottest.GatewayAnswer{{Status: 200, Body: `{"code":"D"}`}}, spending.Paid{}},
		"parts":                    {plainSend + "      split: we\n", message1(long), []bottest.GatewayAnswer{ok, ok, ok, ok}, spending.Paid{Segments: 4, Unicode: true}},
		"half sent":                {plainSend + "      split: we\n", message1(long), []bottest.GatewayAnswer{ok, busy}, spending.Paid{Segments: 1, Unicode: true}},
		"half sent, half in doubt": {plainSend + "      split: we\n", message1(long), []bottest.GatewayAnswer{ok, gone}, spending.Paid{Segments: 2, Unicode: true}},
	} {
		g, f := sender(t, row.profile, nil)
		f.Next(row.answers...)
		sent, err := g.Send(t.Context(), row.out)
		got := sent.Paid
		if e := outcomeOf(t, err); e != nil {
			got = e.Paid
		}
		if got != row.want {
			t.Errorf("%s: %+v, want %+v (%v)", name, got, row.want, err)
		}
	}
}

func TestBalance(t *testing.T) {
	for _, row := range []struct {
		profile, body string
		status        int
		want, fault   string
	}{
		{"", `{"balance": "1204.50"}`, 200, "1204.50 BDT", ""},
		{"", `{"error":0,"data":{"balance":12.345678}}`, 200, "12.34567 BDT", ""},
		{"amount: [left.0], currency: EUR", `{"left":["-3"]}`, 200, "-3.00 EUR", ""},
		{"", "81.5\n", 200, "81.50 BDT", ""},
		{"", "Tk. 1,204.5", 200, "1204.50 BDT", ""},
		{"", `{"error":405}`, 200, "", "holds no balance"},
		{"", "Error 1002", 200, "", "holds no balance"},
		{"", `{"balance":"the-secret-key"}`, 200, "", "holds no balance"},
		{"", "the-secret-key", 500, "", "HTTP 500"},
	} {
		f := fake(t, func(bottest.GatewayCall) bottest.GatewayAnswer {
			return bottest.GatewayAnswer{Status: row.status, Body: row.body}
		})
		g := one(t, "profiles: {city: {send: {url: '"+f.URL()+"/send', form: {to: '{{to}}'}}, balance: {url: '"+f.URL()+"/balance', query: {key: '{{secret.key}}'}, "+row.profile+"}}}", settings{"SMS_CITY_KEY": "the-secret-key"})
		amount, currency, err := g.Balance(t.Context())
		switch {
		case row.fault == "" && (err != nil || amount.String()+" "+currency != row.want):
			t.Errorf("%s: %s %s, %v", row.body, amount, currency, err)
		case row.fault != "" && (err == nil || !strings.Contains(err.Error(), row.fault) || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s: %v", row.body, err)
		}
		if calls := f.Calls(); len(calls) != 1 || calls[0].Path != "/balance" || calls[0].Query.Get("key") != "the-secret-key" || calls[0].Method != "GET" {
			t.Errorf("calls %+v", calls)
		}
	}
	g, f := sender(t, plainSend, nil)
	if _, _, err := g.Balance(t.Context()); !errors.Is(err, sms.ErrNoBalance) || len(f.Calls()) > 0 {
		t.Error(err)
	}
	_, err := Load([]byte("profiles: {city: {send: {url: 'https://g.example/', form: {to: '{{to}}'}}, balance: {url: 'https://g.example/{{to}}'}}}"), everything, testPublic, Options{})
	if err == nil || !strings.Contains(err.Error(), "there is no message") {
		t.Error(err)
	}
}

func TestReceiptsThatStateThePrice(t *testing.T) {
	each := one(t, sendOnly+"    dlr: {price_each: [cost], currency: [unit]}", settings{"SMS_CITY_TOKEN": testToken})
	whole := one(t, sendOnly+"    dlr: {price: [cost]}", settings{"SMS_CITY_TOKEN": testToken})
	for _, row := range []struct {
		g     *Gateway
		query string
		want  *bot.Cost
	}{
		{each, "cost=0.35&unit=bdt", &bot.Cost{Each: 35_000}},
		{each, "cost=0.35", &bot.Cost{Each: 35_000}},
		{each, "cost=0.35&unit=USD", nil},
		{each, "cost=0", nil},
		{each, "cost=99999", nil},
		{each, "", nil},
		{whole, "cost=1.05", &bot.Cost{Whole: 105_000}},
	} {
		d, err := row.g.Receive(t.Context(), get("/channels/sms/city/status", "token="+testToken+"&id="+ownMessage+"&status=DELIVRD&"+row.query))
		if err != nil || len(d.Events) != 1 || (d.Events[0].Cost == nil) != (row.want == nil) || row.want != nil && *d.Events[0].Cost != *row.want {
			t.Errorf("%s: %v, %+v", row.query, err, d.Events)
		}
	}
}
