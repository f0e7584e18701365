package spending_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"

	"nagorik/handoff/handofftest"
	"nagorik/handoff/spending"
)

var dhaka = time.FixedZone("Asia/Dhaka", 6*60*60)

// purse is a ledger over a database of the test's own.
type purse struct {
	*spending.Ledger
	*handofftest.Clock
	t    testing.TB
	pool *pgxpool.Pool
}

func newPurse(t testing.TB) *purse {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), handofftest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	c := handofftest.NewClock(time.Date(2026, 11, 26, 12, 0, 0, 0, dhaka))
	return &purse{spending.NewLedger(pool, c.Now), c, t, pool}
}

// pay puts handovers on record at a time.
func (p *purse) pay(at time.Time, list ...spending.Handover) {
	p.t.Helper()
	q := &pgx.Batch{}
	spending.Queue(q, at, list)
	if err := p.pool.SendBatch(context.Background(), q).Close(); err != nil {
		p.t.Fatal(err)
	}
}

func (p *purse) price(gateway, day, plain, unicode string) {
	p.t.Helper()
	since, _ := time.ParseInLocation(time.DateOnly, day, dhaka)
	a, _ := spending.ParseAmount(plain, 4)
	b, _ := spending.ParseAmount(unicode, 4)
	if err := p.SetPrice(context.Background(), uuid.Nil, spending.Price{Gateway: gateway, Since: since, Plain: a, Unicode: b}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *purse) month(at time.Time) spending.Month {
	p.t.Helper()
	m, err := p.Month(context.Background(), at)
	if err != nil {
		p.t.Fatal(err)
	}
	return m
}

func sms(kind spending.Kind, gateway string, segments int, unicode bool) spending.Handover {
	h, _ := spending.NewHandover(kind, uuid.New(), spending.Paid{Gateway: gateway, Segments: segments, Unicode: unicode}, "")
	return h
}

// Whatever was handed over, and when: what the page shows of a month is what
// the rows of that month cost by the price of their day.
func TestAMonthIsTheSumOfItsRows(t *testing.T) {
	p := newPurse(t)
	p.price("city", "2026-10-01", "0.25", "0.3333")
	p.price("city", "2026-11-15", "0.3", "0.45")
	p.price("twilio", "2026-11-01", "4.5001", "4.5001")
	costs := map[string]func(at time.Time, unicode bool) spending.Amount{
		"city": func(at time.Time, unicode bool) spending.Amount {
			switch later := !at.Before(time.Date(2026, 11, 15, 0, 0, 0, 0, dhaka)); {
			case later && unicode:
				return 45_000
			case later:
				return 30_000
			case unicode:
				return 33_330
			default:
				return 25_000
			}
		},
		"twilio": func(time.Time, bool) spending.Amount { return 450_010 },
	}
	begin, end := time.Date(2026, 11, 1, 0, 0, 0, 0, dhaka), time.Date(2026, 12, 1, 0, 0, 0, 0, dhaka)
	rapid.Check(t, func(t *rapid.T) {
		if _, err := p.pool.Exec(context.Background(), `DELETE FROM sms_handovers`); err != nil {
			t.Fatal(err)
		}
		var want spending.Sum
		days, kinds := map[int]spending.Amount{}, map[string]int{}
		for range rapid.IntRange(0, 20).Draw(t, "messages") {
			at := begin.Add(time.Duration(rapid.Int64Range(-3600, int64(end.Sub(begin)/time.Second)+3600).Draw(t, "at")) * time.Second)
			h := sms(rapid.SampledFrom(spending.Kinds()).Draw(t, "kind"), rapid.SampledFrom([]string{"city", "twilio", "free"}).Draw(t, "gateway"),
				rapid.IntRange(1, 20).Draw(t, "segments"), rapid.Bool().Draw(t, "unicode"))
			for range rapid.IntRange(1, 2).Draw(t, "recorded") { // again, when nobody knew whether it was
				p.pay(at, h)
			}
			if at.Before(begin) || !at.Before(end) {
				continue
			}
			one := spending.Sum{Messages: 1, Segments: h.Segments}
			if each := costs[h.Gateway]; each != nil {
				one.Cost = spending.Amount(h.Segments) * each(at, h.Unicode)
			} else {
				one.Unpriced = h.Segments
			}
			want = want.Add(one)
			days[at.In(dhaka).Day()] += one.Cost
			kinds[string(h.Kind)] += h.Segments
		}
		m := p.month(begin.AddDate(0, 0, 10))
		if got := m.Total(); got != want {
			t.Fatalf("the month is %+v, its rows %+v", got, want)
		}
		for i, day := range m.ByDay() {
			if day.Cost != days[i+1] {
				t.Fatalf("day %d is %s, its rows %s", i+1, day.Cost, days[i+1])
			}
		}
		for kind, sum := range m.By(func(l spending.Line) string { return string(l.Kind) }) {
			if sum.Segments != kinds[kind] {
				t.Fatalf("%s are %d segments, their rows %d", kind, sum.Segments, kinds[kind])
			}
		}
		months, err := p.Months(context.Background(), begin, 2)
		if err != nil || months[0].Sum != want {
			t.Fatalf("months: %+v, %v", months, err)
		}
	})
}

// A month begins at midnight of the city, six hours before that of UTC.
func TestAMonthBeginsAtMidnightOfTheCity(t *testing.T) {
	p := newPurse(t)
	p.price("city", "2026-10-01", "1", "1")
	edge := time.Date(2026, 11, 30, 18, 0, 0, 0, time.UTC)
	p.pay(edge.Add(-time.Microsecond), sms(spending.Bot, "city", 1, false))
	p.pay(edge, sms(spending.Bot, "city", 2, false))
	if m := p.month(edge.Add(-time.Second)); m.Total().Segments != 1 || m.Lines[0].Day.Day() != 30 {
		t.Errorf("November: %+v", m)
	}
	if m := p.month(edge); m.Total().Segments != 2 || m.Lines[0].Day.Day() != 1 {
		t.Errorf("December: %+v", m)
	}
	if err := p.SetBudget(t.Context(), uuid.Nil, spending.Budget{Amount: spending.Taka}); err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Duration]spending.Amount{-time.Second: spending.Taka, 0: 2 * spending.Taka} {
		p.Set(edge.Add(at))
		if s, err := p.Standing(t.Context()); err != nil || s.Spent != want || !s.Refuses(spending.Notice) {
			t.Errorf("%v after the edge: %+v, %v", at, s, err)
		}
	}
	p.Set(edge.AddDate(0, 0, 31))
	if s, err := p.Standing(t.Context()); err != nil || s.Spent != 0 || s.Refuses(spending.Notice) {
		t.Errorf("a month later: %+v, %v", s, err)
	}
}

// What was sent before its price was known gets it; what has a cost keeps it.
func TestAPriceThatBeginsInThePast(t *testing.T) {
	p := newPurse(t)
	day := func(d int) time.Time { return time.Date(2026, 11, d, 9, 0, 0, 0, dhaka) }
	p.pay(day(2), sms(spending.Bot, "city", 1, false))
	p.pay(day(10), sms(spending.Bot, "city", 2, true))
	p.price("city", "2026-11-05", "0.25", "0.5")
	if got := p.month(day(1)).Total(); got.Cost != spending.Taka || got.Unpriced != 1 {
		t.Fatalf("%+v", got)
	}
	p.price("city", "2026-11-01", "2", "9")
	if got := p.month(day(1)).Total(); got.Cost != 3*spending.Taka || got.Unpriced != 0 {
		t.Fatalf("%+v", got)
	}
	prices, err := p.Prices(t.Context())
	if err != nil || prices["city"].Plain != spending.Taka/4 {
		t.Errorf("now %+v, %v", prices, err)
	}
	if err := p.DropPrice(t.Context(), uuid.Nil, "city", day(5)); err != nil {
		t.Fatal(err)
	}
	if list, err := p.PriceList(t.Context()); err != nil || len(list) != 1 || list[0].Since.Day() != 1 {
		t.Errorf("%+v, %v", list, err)
	}
	if err := p.DropPrice(t.Context(), uuid.Nil, "city", day(5)); !errors.Is(err, spending.ErrNoPrice) {
		t.Error(err)
	}
	var fault *spending.Fault
	if err := p.SetPrice(t.Context(), uuid.Nil, spending.Price{Gateway: "city", Since: day(1).AddDate(-2, 0, 0)}); !errors.As(err, &fault) || fault.Field != "since" {
		t.Error(err)
	}
}

// A provider's own word counts, for the handover it is about, once.
func TestAProviderStatesWhatItCost(t *testing.T) {
	p := newPurse(t)
	p.price("city", "2026-11-01", "1", "1")
	message := uuid.New()
	first, _ := spending.NewHandover(spending.Agent, message, spending.Paid{Gateway: "city", Segments: 3}, "city>1")
	again, _ := spending.NewHandover(spending.Agent, message, spending.Paid{Gateway: "city", Segments: 3}, "")
	p.pay(p.Now().Add(-time.Hour), first)
	p.pay(p.Now(), again)
	state := func(provider string, message uuid.UUID, s spending.Stated) {
		t.Helper()
		q := &pgx.Batch{}
		spending.QueueStated(q, provider, message, s)
		if err := p.pool.SendBatch(t.Context(), q).Close(); err != nil {
			t.Fatal(err)
		}
	}
	state("city>1", uuid.Nil, spending.Stated{Whole: spending.Taka / 2})
	state("city>1", uuid.Nil, spending.Stated{Whole: 50 * spending.Taka})
	state("", message, spending.Stated{Each: 2 * spending.Taka})
	if got := p.month(p.Now()).Total().Cost; got != 6*spending.Taka+spending.Taka/2 {
		t.Errorf("%s", got)
	}
}

func TestForecast(t *testing.T) {
	m := spending.Month{Begin: time.Date(2026, 11, 1, 0, 0, 0, 0, dhaka), Lines: []spending.Line{{Sum: spending.Sum{Cost: 100 * spending.Taka}}}}
	for after, want := range map[time.Duration]string{0: "", 23 * time.Hour: "", 10 * 24 * time.Hour: "300.00", 29 * 24 * time.Hour: "103.44827", 30 * 24 * time.Hour: ""} {
		got, ok := m.Forecast(m.Begin.Add(after))
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("after %v: %s, %v, want %q", after, got, ok, want)
		}
	}
}
