package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// spends puts SMS of two months on record, with prices, a budget and balances.
// In November, up to the 23rd, one gateway took 23 notices of two segments at
// ৳0.35 and 46 replies of three at ৳0.35, another a code of one without a price.
func (o *office) spends() {
	o.t.Helper()
	o.exec(`INSERT INTO sms_prices VALUES ('citysms', '2026-10-01', 25000, 35000, now()), ('citysms', '2026-12-01', 27500, 38000, now())`)
	o.exec(`INSERT INTO sms_handovers (id, at, gateway, kind, ref, segments, unicode, cost)
		SELECT gen_random_uuid(), '2026-11-01 09:00+06'::timestamptz + (i/3) * interval '1 day', 'citysms', CASE WHEN i % 3 = 0 THEN 'notice' ELSE 'bot' END, gen_random_uuid(),
			CASE WHEN i % 3 = 0 THEN 2 ELSE 3 END, true, CASE WHEN i % 3 = 0 THEN 70000 ELSE 105000 END FROM generate_series(0, 68) i`)
	o.exec(`INSERT INTO sms_handovers (id, at, gateway, kind, ref, segments, unicode, cost)
		SELECT gen_random_uuid(), '2026-10-01 09:00+06'::timestamptz + (i % 31) * interval '1 day', 'citysms', 'agent', gen_random_uuid(), 1, true, 35000 * (1 + i % 7) FROM generate_series(0, 90) i`)
	o.exec(`INSERT INTO sms_handovers (id, at, gateway, kind, ref, segments, unicode, cost) VALUES (gen_random_uuid(), '2026-11-20 09:00+06', 'twilio', 'code', gen_random_uuid(), 1, true, NULL)`)
	o.exec(`INSERT INTO sms_budget VALUES (true, 7500000, false, now())`)
	o.exec(`INSERT INTO sms_balances VALUES ('citysms', 41250000, 'BDT', '2026-11-23 09:20+06', '', '2026-11-23 09:20+06', 50000000),
		('twilio', 1834567, 'USD', '2026-11-22 18:00+06', 'Twilio did not answer', '2026-11-23 09:20+06', NULL)`)
}

func TestWhatSMSCost(t *testing.T) {
	o := newCounter(t)
	o.spends()
	o.person("chief@example.org", "Chief", handoff.RoleAdministrator, nil, nil)
	o.person("rita@example.org", "Rita", handoff.RoleSupervisor, nil, nil)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	chief, boss := o.enter("chief@example.org"), o.enter("rita@example.org")
	if w := o.look(spendingPath, o.enter("anna@example.org")); w.Code != http.StatusForbidden {
		t.Errorf("an agent: %d", w.Code)
	}
	// 23 × 2 × 0.35 + 46 × 3 × 0.35 = 64.40, of ৳75.00 85.9 %.
	page := o.look(spendingPath+"?lang=en", boss)
	for _, text := range []string{"৳64.40", "85.9%", "185", "Replies of the bot", "৳48.30", "Segments without a price, which are not in the sums: 1.", "৳412.50", "18.35 USD", "Twilio did not answer", "in force", "to come", "October 2026"} {
		wantPage(t, page, http.StatusOK, text)
	}
	if strings.Contains(page.Body.String(), "<button>Save") {
		t.Error("a supervisor is offered to change it")
	}
	wantPage(t, o.look(spendingPath+"?month=2026-10&lang=bn", boss), http.StatusOK, "অক্টোবর ২০২৬")
	wantPage(t, o.look(spendingPath+"?month=2026-13&lang=en", boss), http.StatusUnprocessableEntity, "month")
	csv := o.look(spendingPath+"/export?month=2026-11&format=csv&lang=en", boss)
	if lines := strings.Split(strings.TrimSpace(csv.Body.String()), "\n"); csv.Code != http.StatusOK || len(lines) != 1+2*23+1 || !strings.HasSuffix(strings.TrimSpace(lines[1]), "2026-11-01,citysms,Replies of the bot,2,6,0,2.10") {
		t.Errorf("%d: %s", csv.Code, csv.Body)
	}
	for _, path := range []string{"/prices", "/prices/drop", "/budget", "/balances"} {
		if w := o.post(spendingPath+path, boss, url.Values{}); w.Code != http.StatusForbidden {
			t.Errorf("a supervisor posts to %s: %d", path, w.Code)
		}
	}
	for _, row := range []struct {
		path string
		form url.Values
		want string // what is said of it; empty: it is done
	}{
		{"/prices", url.Values{"gateway": {"twilio"}, "since": {"2026-11-01"}, "plain": {"৪.৫"}, "unicode": {"5.1234"}}, ""},
		{"/prices", url.Values{"gateway": {"twilio"}, "since": {"2026-11-01"}, "plain": {"4.56789"}}, "at most four digits"},
		{"/prices", url.Values{"gateway": {"twilio"}, "since": {"2024-11-01"}, "plain": {"4"}}, "within a year"},
		{"/prices", url.Values{"gateway": {""}, "since": {"2026-11-01"}, "plain": {"4"}}, "Choose a gateway"},
		{"/prices/drop", url.Values{"gateway": {"citysms"}, "since": {"2026-12-01"}}, ""},
		{"/budget", url.Values{"budget": {"a lot"}, "hard": {"yes"}}, `value="a lot"`},
		{"/budget", url.Values{"budget": {"60"}, "hard": {"yes"}}, ""},
		{"/balances", url.Values{"gateway": {"twilio"}, "least": {"-1"}}, "such as 500"},
		{"/balances", url.Values{"gateway": {"twilio"}, "least": {"20"}}, ""},
		{"/balances", url.Values{"gateway": {"citysms"}, "least": {""}}, ""},
	} {
		row.form.Set("lang", "en")
		w := o.post(spendingPath+row.path, chief, row.form)
		if row.want == "" {
			wantWay(t, w, spendingPath+"?done=saved")
			continue
		}
		wantPage(t, w, http.StatusUnprocessableEntity, row.want)
	}
	page = o.look(spendingPath+"?lang=en", chief)
	for _, text := range []string{"৳69.52", "no SMS goes out", `value="60.00"`, `value="20.00"`, "৳5.1234"} {
		wantPage(t, page, http.StatusOK, text)
	}
	for what, want := range map[string]int{"sms.price": 2, "sms.budget": 1, "sms.least": 2} {
		if log, err := o.desk.AuditLog(t.Context(), handoff.AuditFilter{What: what}); err != nil || len(log.Items) != want || log.Items[0].Agent == nil {
			t.Errorf("%s in the log: %+v, %v", what, log, err)
		}
	}
	wantPage(t, o.look("/console/audit?lang=en", chief), http.StatusOK, "SMS budget changed")
	o.clock.Forward(time.Date(2026, 11, 30, 18, 0, 0, 0, time.UTC).Sub(o.clock.Now()))
	wantPage(t, o.look(spendingPath+"?lang=en", o.enter("rita@example.org")), http.StatusOK, "<h2>December 2026</h2>")
}

func TestWhatSMSCostForPrograms(t *testing.T) {
	o := newOffice(t, nil)
	o.spends()
	admin := o.hire("admin@example.org", handoff.RoleAdministrator, nil, nil)
	s := o.spec()
	ask := func(method, path, token, body string) map[string]any {
		t.Helper()
		w := o.do(call{method: method, path: "/api/v1/" + path, token: token, body: strings.NewReader(body)})
		if w.Code != http.StatusOK {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		got := jsonOf(t, w)
		name, _, _ := strings.Cut(path, "?")
		for _, fault := range s.check(s.at("paths", "/api/v1/"+name, strings.ToLower(method), "responses", "200", "content", "application/json", "schema"), any(got), "answer") {
			t.Error(fault)
		}
		return got
	}
	spent := ask("GET", "spending?month=2026-11", o.token, "")
	sum := spending.Amount(0)
	items := func(answer map[string]any) []any {
		list, _ := answer["items"].([]any)
		return list
	}
	for _, item := range items(spent) {
		taka, _ := keys(t, "line", item, "taka")["taka"].(string)
		a, ok := spending.ParseAmount(taka, 5)
		if !ok {
			t.Fatalf("%v", item)
		}
		sum += a
	}
	if spent["taka"] != "64.40" || sum.String() != "64.40" || spent["unpriced_segments"] != 1.0 || spent["forecast"] == nil {
		t.Errorf("%v, its lines %s", spent, sum)
	}
	if past := ask("GET", "spending?month=2026-10", o.token, ""); past["forecast"] != nil || past["messages"] != 91.0 {
		t.Errorf("%v", past)
	}
	if got := items(ask("POST", "prices", admin, `{"gateway":"twilio","since":"2026-11-23","plain":"4.5"}`)); len(got) != 3 || fmt.Sprint(got[2]) != "map[gateway:twilio plain:4.50 since:2026-11-23 unicode:4.50]" {
		t.Errorf("%v", got)
	}
	if got := items(ask("POST", "prices", admin, `{"gateway":"twilio","since":"2026-11-23","drop":true}`)); len(got) != 2 {
		t.Errorf("%v", got)
	}
	o.exec(`INSERT INTO sms_balances (gateway, least) VALUES ('other', 5)`)
	if got := items(ask("GET", "balances", o.token, "")); len(got) != 3 || fmt.Sprint(got[1]) != "map[amount:<nil> currency: error: gateway:other least:0.00005 told_at:<nil>]" ||
		keys(t, "balance", got[0], "told_at")["told_at"] != "2026-11-23T09:20:00+06:00" {
		t.Errorf("%v", got)
	}
	if got := ask("POST", "budget", admin, `{"taka":"60"}`); got["spent"] != "64.40" || fmt.Sprint(got["stops"]) != "[notice broadcast]" {
		t.Errorf("%v", got)
	}
	if got := ask("POST", "budget", admin, `{"taka":null}`); got["taka"] != nil || fmt.Sprint(got["stops"]) != "[]" {
		t.Errorf("%v", got)
	}
	if got := items(ask("POST", "balances", admin, `{"gateway":"twilio","least":"15"}`)); len(got) != 3 || keys(t, "balance", got[2], "least")["least"] != "15.00" {
		t.Errorf("%v", got)
	}
	for body, field := range map[string]string{`{"gateway":"twilio","since":"2026-11-23","plain":"x"}`: "plain", `{"gateway":"No!","since":"2026-11-23","plain":"1"}`: "gateway", `{"gateway":"a","since":"1.1.2026","plain":"1"}`: "since"} {
		wantFault(t, o.do(call{method: http.MethodPost, path: "/api/v1/prices", token: admin, body: strings.NewReader(body)}), http.StatusBadRequest, "invalid", field)
	}
	wantFault(t, o.do(call{method: http.MethodPost, path: "/api/v1/prices", token: admin, body: strings.NewReader(`{"gateway":"a","since":"2026-01-01","drop":true}`)}), http.StatusNotFound, "not_found", "")
	for _, path := range []string{"prices", "budget", "balances"} {
		if w := o.do(call{method: http.MethodPost, path: "/api/v1/" + path, token: o.token, body: strings.NewReader(`{}`)}); w.Code != http.StatusForbidden {
			t.Errorf("a supervisor posts to %s: %d", path, w.Code)
		}
	}
}
