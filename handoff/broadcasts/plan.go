package broadcasts

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/flows/gsm"
	"nagorik/handoff/notices"
	"nagorik/handoff/spending"
)

// maxHindered bounds the reasons that a plan names.
const maxHindered = 20

// Plan says how a broadcast would reach its audience now. It reads as much as
// the audience is large and keeps a few counts.
func (s *Store) Plan(ctx context.Context, id uuid.UUID, set Setting) (Plan, error) {
	b, err := s.Broadcast(ctx, id)
	if err != nil {
		return Plan{}, err
	}
	return s.plan(ctx, b.Draft, set)
}

// PlanDraft is Plan of one that is not kept.
func (s *Store) PlanDraft(ctx context.Context, d Draft, set Setting) (Plan, error) {
	d, err := s.tidied(d)
	if err != nil {
		return Plan{}, err
	}
	return s.plan(ctx, d, set)
}

// tally is how many of an audience are alike.
type tally struct {
	way, language, via             string
	twice                          bool
	messenger, template, sms, mail string // why the ways are closed, for who is told by none
	n                              int
}

const planSQL = `
	SELECT way, language, CASE WHEN way = 'sms' THEN via ELSE '' END, nth > 1, CASE WHEN way = '' THEN messenger ELSE '' END, CASE WHEN way = '' THEN template ELSE '' END,
		CASE WHEN way = '' THEN sms ELSE '' END, CASE WHEN way = '' THEN mail ELSE '' END, count(*)
	FROM once GROUP BY 1, 2, 3, 4, 5, 6, 7, 8`

func (s *Store) plan(ctx context.Context, d Draft, set Setting) (Plan, error) {
	sum := newSum(d, set, s.catalog().Languages()[0])
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		rows, err := large(ctx, tx, forAudience, `WITH `+audienceSQL(d.Audience)+reachSQL+planSQL, s.args(d, set))
		if err != nil {
			return err
		}
		var t tally
		_, err = pgx.ForEachRow(rows, []any{&t.way, &t.language, &t.via, &t.twice, &t.messenger, &t.template, &t.sms, &t.mail, &t.n}, func() error {
			sum.add(t)
			return nil
		})
		return err
	})
	if err != nil {
		return Plan{}, fmt.Errorf("plan a broadcast: %w", err)
	}
	return sum.plan(), nil
}

// forAudience suits statements over a whole audience: it is sorted in memory,
// and what is joined to it is joined as a whole.
const forAudience = `; SET LOCAL work_mem = '24MB'; SET LOCAL enable_nestloop = off`

// large asks a statement over reachSQL, planned for these values. Compiling it
// would take PostgreSQL longer than running it does.
func large(ctx context.Context, tx pgx.Tx, more, sql string, args pgx.NamedArgs) (pgx.Rows, error) {
	if _, err := tx.Exec(ctx, `SET LOCAL jit = off`+more); err != nil {
		return nil, err
	}
	return tx.Query(ctx, sql, pgx.QueryExecModeCacheDescribe, args)
}

// sum adds tallies up to a plan.
type sum struct {
	Plan
	d        Draft
	set      Setting
	first    string
	hindered map[Hindered]int
	cost     spending.Amount
}

func newSum(d Draft, set Setting, first string) *sum {
	s := &sum{d: d, set: set, first: first, hindered: map[Hindered]int{}}
	s.Priced = set.Price != nil
	for _, w := range Ways() {
		s.Ways = append(s.Ways, WayCount{Way: w})
	}
	return s
}

func (s *sum) add(t tally) {
	s.Total += t.n
	switch i := slices.IndexFunc(s.Ways, func(w WayCount) bool { return string(w.Way) == t.way }); {
	case t.twice:
		s.Twice += t.n
	case i < 0:
		s.closed(t)
	default:
		s.Ways[i].Recipients += t.n
		if s.Ways[i].Way == flows.WaySMS {
			s.pay(&s.Ways[i], t)
		}
	}
}

// pay counts segments and what they cost.
func (s *sum) pay(w *WayCount, t tally) {
	each := segments(s.d.Words, t.language, s.first)
	w.Segments += t.n * each.Segments
	s.Segments += t.n * each.Segments
	if !s.Priced {
		return
	}
	gateway := t.via
	if s.set.Gateway != nil {
		gateway = s.set.Gateway(t.via)
	}
	cost, known := s.set.Price(gateway, each.Segments, each.Encoding == gsm.UCS2)
	s.cost += cost * spending.Amount(t.n)
	s.Priced = known
}

// segments is what a broadcast takes as SMS in a language.
func segments(w Words, language, first string) gsm.Count {
	text, _ := w.In(FamilySMS, language, first)
	return gsm.Segments(gsm.Plain(text))
}

// closed counts people whom no way is open to.
func (s *sum) closed(t tally) {
	wanted := true
	for i, why := range []string{t.messenger, t.template, t.sms, t.mail} {
		if why == notices.ReasonMuted || why == ReasonLeft {
			wanted = false
		}
		s.hindered[Hindered{Way: Ways()[i], Reason: why}] += t.n
	}
	if wanted {
		s.Unreachable += t.n
	} else {
		s.OptedOut += t.n
	}
}

func (s *sum) plan() Plan {
	for h, n := range s.hindered {
		h.N = n
		s.Hindered = append(s.Hindered, h)
	}
	slices.SortFunc(s.Hindered, func(x, y Hindered) int {
		if x.N != y.N {
			return y.N - x.N
		}
		if x.Way != y.Way {
			return slices.Index(Ways(), x.Way) - slices.Index(Ways(), y.Way)
		}
		return cmp.Compare(x.Reason, y.Reason)
	})
	s.Hindered = s.Hindered[:min(len(s.Hindered), maxHindered)]
	if s.Priced {
		s.Poisha = int64(s.cost.Rounded() / (spending.Taka / 100))
	}
	return s.Plan
}
