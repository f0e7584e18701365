package broadcasts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"nagorik/flows"
	"nagorik/handoff/broadcasts"
	"nagorik/handoff/spending"
)

// shown is a plan in one line, without what is nothing.
func shown(p broadcasts.Plan) string {
	var parts []string
	for _, w := range p.Ways {
		if w.Recipients > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", w.Way, w.Recipients))
		}
	}
	for _, x := range []struct {
		n    int
		what string
	}{{p.Unreachable, "unreachable"}, {p.OptedOut, "opted out"}, {p.Twice, "twice"}} {
		if x.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", x.what, x.n))
		}
	}
	return strings.Join(parts, ", ")
}

// Every row of the delivery plan, each with one person.
func TestPlan(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, row := range []struct{ person, want string }{
		{"messenger-2h phone", "messenger 1"},
		{"messenger-23h49m59s", "messenger 1"},
		{"messenger-23h50m", "template 1"},
		{"messenger-30h phone", "template 1"},
		{"messenger-stopped phone mail", "sms 1"},
		{"messenger-stopped mail", "mail 1"},
		{"messenger-stopped", "opted out 1"},
		{"messenger-stopped sms-stopped mail", "mail 1"},
		{"sms-400h", "sms 1"},
		{"sms-stopped", "opted out 1"},
		{"phone", "sms 1"},
		{"phone mail", "sms 1"},
		{"mail", "mail 1"},
		{"web-1h", "unreachable 1"},
		{"", "unreachable 1"},
		{"erased phone", ""},
		{"left messenger-2h phone mail", "opted out 1"},
		{"left joined messenger-2h", "messenger 1"},
		{"joined left messenger-2h", "opted out 1"},
		{"left-sms phone mail", "mail 1"},
		{"left-sms joined phone", "sms 1"},
		{"left joined-mail phone mail", "mail 1"},
		{"left-mail mail", "opted out 1"},
	} {
		o.exec(`TRUNCATE contacts CASCADE`)
		o.person(row.person)
		p, err := o.PlanDraft(t.Context(), draft(), o.set)
		if err != nil {
			t.Fatal(err)
		}
		if got := shown(p); got != row.want {
			t.Errorf("%s: %s, want %s", row.person, got, row.want)
		}
	}
}

func TestPlanOfOthersStop(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("phone-11111111")
	o.person("")
	o.exec(`INSERT INTO identities (id, contact_id, channel, address, muted, created_at) SELECT gen_random_uuid(), id, 'sms', '+8801711111111', true, $1 FROM contacts WHERE phone = ''`, noon)
	p, err := o.PlanDraft(t.Context(), draft(), o.set)
	if err != nil || shown(p) != "opted out 2" {
		t.Errorf("%s, %v", shown(p), err)
	}
}

func TestPlanIsWhatTheCityHas(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("messenger-2h phone mail ward-5")
	o.person("messenger-30h phone mail en ward-6")
	o.person("phone-12345678 joined")
	o.person("phone-12345678 mail ward-5")
	for name, c := range map[string]struct {
		change func(*broadcasts.Draft, *broadcasts.Setting)
		want   string
	}{
		"all":          {func(*broadcasts.Draft, *broadcasts.Setting) {}, "messenger 1, template 1, sms 1, twice 1"},
		"no Messenger": {func(_ *broadcasts.Draft, s *broadcasts.Setting) { s.On[broadcasts.FamilyMessenger] = false }, "sms 3, twice 1"},
		"no words":     {func(d *broadcasts.Draft, _ *broadcasts.Setting) { d.Words.SMS = nil }, "messenger 1, template 1, mail 1, unreachable 1"},
		"mail alone":   {func(d *broadcasts.Draft, _ *broadcasts.Setting) { d.Audience.Channels = []broadcasts.Family{"mail"} }, "mail 3, unreachable 1"},
		"a ward":       {func(d *broadcasts.Draft, _ *broadcasts.Setting) { d.Audience.Wards = []int{5} }, "messenger 1, sms 1"},
		"a language":   {func(d *broadcasts.Draft, _ *broadcasts.Setting) { d.Audience.Languages = []string{"en"} }, "template 1"},
		"followers":    {func(d *broadcasts.Draft, _ *broadcasts.Setting) { d.Audience.Followers = []string{"news"} }, "sms 1"},
		"a service":    {func(d *broadcasts.Draft, _ *broadcasts.Setting) { d.Audience.Services = []string{"drainage"} }, ""},
		"another topic": {func(d *broadcasts.Draft, _ *broadcasts.Setting) {
			d.Topic, d.Audience.Followers = "tax", []string{"tax"}
		}, ""},
		"a window for ever": {func(_ *broadcasts.Draft, s *broadcasts.Setting) { s.Window = 0 }, "messenger 2, sms 1, twice 1"},
	} {
		d, set := draft(), o.set
		set.On = map[broadcasts.Family]bool{broadcasts.FamilyMessenger: true, broadcasts.FamilySMS: true, broadcasts.FamilyMail: true}
		c.change(&d, &set)
		p, err := o.PlanDraft(t.Context(), d, set)
		if err != nil || shown(p) != c.want {
			t.Errorf("%s: %s, want %s; %v", name, shown(p), c.want, err)
		}
	}
}

func TestPlanCountsSegmentsAndMoney(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("phone en")
	o.person("sms-90h")
	o.person("sms-90h en")
	o.exec(`UPDATE conversations SET via = 'grameen' WHERE channel = 'sms'`)
	d := draft()
	d.Words.SMS["bn"] = strings.Repeat("কাল সকালে মশা মারার ধোঁয়া দেওয়া হবে। ", 3)
	o.set.Gateway = func(via string) string { return "by " + via }
	o.set.Price = func(gateway string, segments int, unicode bool) (spending.Amount, bool) {
		each := map[string]spending.Amount{"by ": spending.Taka / 4, "by grameen": spending.Taka / 2}[gateway]
		if unicode {
			each *= 2
		}
		return spending.Amount(segments) * each, true
	}
	p, err := o.PlanDraft(t.Context(), d, o.set)
	if err != nil {
		t.Fatal(err)
	}
	bn := p.Ways[2].Segments - 2
	if p.Ways[2].Way != flows.WaySMS || p.Ways[2].Recipients != 3 || bn != 2 || p.Segments != 4 || !p.Priced || p.Poisha != 25+2*100+50 {
		t.Errorf("%+v", p)
	}
	o.set.Price = func(string, int, bool) (spending.Amount, bool) { return 0, false }
	if p, err = o.PlanDraft(t.Context(), d, o.set); err != nil || p.Priced || p.Poisha != 0 {
		t.Errorf("nobody has said what it costs: %+v, %v", p, err)
	}
}

// The figure of 100,000 recipients stands in BENCHMARKS.md.
func BenchmarkBroadcastPlan(b *testing.B) {
	o := newOffice(b)
	o.crowd(100_000)
	d := draft()
	shipped() // loaded before it is measured
	for b.Loop() {
		p, err := o.PlanDraft(b.Context(), d, o.set)
		if err != nil || p.Total != 100_000 {
			b.Fatal(p.Total, err)
		}
	}
}

// BenchmarkBroadcastBegin writes 100,000 recipients down.
func BenchmarkBroadcastBegin(b *testing.B) {
	o := newOffice(b)
	o.crowd(100_000)
	for b.Loop() {
		b.StopTimer()
		id := o.scheduled(draft())
		b.StartTimer()
		if ok, err := o.Begin(b.Context(), id, o.set); err != nil || !ok {
			b.Fatal(ok, err)
		}
	}
}

// crowd makes people: of ten, four have written on Messenger, half of them
// today, three by SMS, two have told a phone or mail address, one has nothing.
func (o *office) crowd(n int) {
	o.t.Helper()
	o.exec(`INSERT INTO contacts (id, name, phone, email, ward, language, created_at, updated_at)
		SELECT ('00000000-0000-7000-8000-' || lpad(i::text, 12, '0'))::uuid, 'p' || i, CASE WHEN i % 10 IN (1, 8) THEN '+8801' || (800000000 + i) ELSE '' END,
			CASE WHEN i % 10 IN (2, 7) THEN i || '@city.example' ELSE '' END, i % 54 + 1, CASE i % 5 WHEN 0 THEN 'en' ELSE 'bn' END, $2, $2 FROM generate_series(1, $1) i`, n, noon)
	o.exec(`INSERT INTO identities (id, contact_id, channel, address, muted, created_at)
		SELECT id, id, CASE WHEN i % 10 < 4 THEN 'messenger' ELSE 'sms' END, CASE WHEN i % 10 < 4 THEN '7' || i ELSE '+8801' || (700000000 + i) END, i % 97 = 0, $2
		FROM (SELECT id, substr(name, 2)::integer AS i FROM contacts) c WHERE i % 10 < 7 AND i <= $1`, n, noon)
	o.exec(`INSERT INTO conversations (id, identity_id, contact_id, channel, version, owner, checkpoint, opened_at, last_in_at, last_at, closed_at)
		SELECT gen_random_uuid(), id, contact_id, channel, 1, 'bot', '{}', $1::timestamptz - h * interval '1 hour', $1::timestamptz - h * interval '1 hour', $1, $1
		FROM (SELECT *, (abs(hashtext(address)) % 48 + 24 * k) AS h FROM identities, generate_series(0, 1) k) i`, noon)
	o.exec(`INSERT INTO subscriptions (id, contact_id, topic, wanted, at) SELECT gen_random_uuid(), id, 'news', false, $1 FROM contacts WHERE substr(name, 2)::integer % 41 = 0`, noon.Add(-time.Hour))
	o.exec(`ANALYZE`)
}
