package api

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/flows/place"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
	"nagorik/handoff/spending"
)

// press sends broadcasts as a test tells it to, one person after the other.
type press struct {
	*broadcasts.Store
	o   *office
	set broadcasts.Setting
}

// newPress gives an office broadcasts, and a map of its wards.
func newPress(o *office) *press {
	p := &press{o: o, Store: broadcasts.New(o.pool, o.server.opt.Catalog, o.clock.Now)}
	p.set = broadcasts.Setting{
		On:     map[broadcasts.Family]bool{broadcasts.FamilyMessenger: true, broadcasts.FamilySMS: true, broadcasts.FamilyMail: true},
		Window: 24 * time.Hour, Price: func(_ string, segments int, _ bool) (spending.Amount, bool) {
			return spending.Amount(segments) * spending.Taka / 4, true
		},
	}
	o.server.opt.Broadcasts, o.server.opt.Broadcaster, o.server.opt.Wards = p.Store, p, place.Sample()
	return p
}

func (p *press) PlanBroadcast(ctx context.Context, id uuid.UUID) (broadcasts.Plan, error) {
	return p.Plan(ctx, id, p.set)
}

func (p *press) PlanDraft(ctx context.Context, d broadcasts.Draft) (broadcasts.Plan, error) {
	return p.Store.PlanDraft(ctx, d, p.set)
}

func (p *press) TestBroadcast(ctx context.Context, v handoff.Viewer, id uuid.UUID, way flows.Way, language, phone string) (broadcasts.Test, error) {
	if _, ok := bangla.Phone(phone); !ok && way == flows.WaySMS {
		return broadcasts.Test{}, &handoff.FieldError{Field: "phone", Message: "is none"}
	}
	t, _, err := p.BeginTest(ctx, v, id, way, language)
	if err != nil {
		return t, err
	}
	t.Status = broadcasts.StatusSent
	return t, p.EndTest(ctx, t, nil)
}

func (p *press) BroadcastsRest() (time.Time, bool) {
	return p.o.server.catalog().Quiet().Until(p.o.clock.Now())
}

// StirBroadcasts begins what is due, unless it is quiet time.
func (p *press) StirBroadcasts() {
	ctx := context.Background()
	if _, quiet := p.BroadcastsRest(); quiet {
		return
	}
	begin, _, err := p.Due(ctx)
	if err != nil {
		p.o.t.Error(err)
	}
	for _, id := range begin {
		if _, err := p.Begin(ctx, id, p.set); err != nil {
			p.o.t.Error(err)
		}
	}
}

// tells sends to n people by SMS, the last of whom may have got it.
func (p *press) tells(id uuid.UUID, n int) {
	p.o.t.Helper()
	ctx := context.Background()
	for n > 0 {
		p.o.clock.Forward(time.Minute) // the pace lets a few go at once
		c, err := p.Claim(ctx, id, broadcasts.FamilySMS, p.set)
		if err != nil || len(c.Straight) == 0 {
			p.o.t.Fatal(n, c, err)
		}
		now := c.Straight[:min(n, len(c.Straight))]
		for _, r := range now {
			o := broadcasts.Outcome{Status: broadcasts.StatusSent}
			if n--; n == 0 {
				o = broadcasts.Outcome{Status: broadcasts.StatusUnknown, Reason: "cut off"}
			}
			if err := p.Sent(ctx, r, o); err != nil {
				p.o.t.Fatal(err)
			}
		}
		if err := p.Unbegun(ctx, c.Straight[len(now):]); err != nil {
			p.o.t.Fatal(err)
		}
	}
}

// neighbours are n people of a ward with a telephone, one without, and one who
// wants no messages.
func (p *press) neighbours(ward, n int) {
	p.o.t.Helper()
	now := p.o.clock.Now()
	p.o.exec(`INSERT INTO contacts (id, name, created_at, updated_at, language, ward, phone)
		SELECT gen_random_uuid(), 'নাগরিক ' || i, $3, $3, CASE WHEN i % 3 = 0 THEN 'en' ELSE 'bn' END, $1, CASE WHEN i > $2 THEN '' ELSE '+88017' || lpad(($1 * 100000 + i)::text, 8, '0') END
		FROM generate_series(1, $2::integer + 2) i`, ward, n, now)
	p.o.exec(`INSERT INTO subscriptions (id, contact_id, topic, channel, wanted, at) SELECT gen_random_uuid(), id, 'health', '', false, $2 FROM contacts WHERE ward = $1 AND name = 'নাগরিক ' || $3::integer`, ward, now, n+2)
	p.o.exec(`UPDATE contacts SET phone = '+8801999' || lpad($1::text, 6, '0') WHERE ward = $1 AND name = 'নাগরিক ' || $2::integer`, ward, n+2)
}

// fogging is a form that tells a ward of tomorrow's fogging.
func fogging() url.Values {
	return url.Values{
		"title": {"কালকের ফগিং"}, "topic": {"health"}, "ward": {"7"},
		"sms_bn": {"কাল সকাল ৭টায় আপনার এলাকায় মশার ওষুধ ছিটানো হবে। জানালা বন্ধ রাখুন, খাবার ঢেকে রাখুন।"}, "sms_en": {"Fogging tomorrow at 7."},
		"mail_bn": {"কাল সকাল ৭টায় ফগিং হবে।\r\nজানালা বন্ধ রাখুন।"}, "subject_bn": {"কালকের ফগিং"}, "messenger_bn": {"কাল সকাল ৭টায় ফগিং হবে। 🦟"},
	}
}

// written keeps a broadcast as a form says and returns its page.
func (p *press) written(cookie string, form url.Values) (path string, id uuid.UUID) {
	p.o.t.Helper()
	w := p.o.post(broadcastsPath+"/new", cookie, form)
	path, _, _ = strings.Cut(w.Header().Get("Location"), "?")
	id, err := uuid.Parse(strings.TrimPrefix(path, broadcastsPath+"/"))
	if err != nil {
		p.o.t.Fatalf("%d %s: %s", w.Code, path, w.Body)
	}
	return path, id
}
