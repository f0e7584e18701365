package handoff

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff/maybe"
)

// mineShown is how many of a person's own cases are looked up for them.
const mineShown = 5

// latestLines is how many of a conversation's latest messages are looked at to
// count the bot's replies of this hour.
const latestLines = 80

// Checkpoint is a conversation as the database knows it.
type Checkpoint struct {
	Standing Standing
	Session  []byte // JSON; empty for somebody never heard of
}

// Load reads the open conversation of each key, or else the latest, in one
// query. A key never heard of has the zero Checkpoint; one that is known and has
// never written, such as a telephone proven in a chat, one without a
// conversation. The open one need not
// have the largest id: ids are made by clocks.
func (d *Desk) Load(ctx context.Context, keys []Key) ([]Checkpoint, error) {
	channels, addresses := make([]string, len(keys)), make([]string, len(keys))
	for i, k := range keys {
		channels[i], addresses[i] = k.Channel, k.Address
	}
	hour := HourOf(d.now())
	rows, err := d.turns.Query(ctx, `SELECT k.n, i.id, i.contact_id, i.muted, COALESCE(c.id, $5), COALESCE(c.version, 0), COALESCE(c.owner, ''), COALESCE(c.via, ''), c.last_in_at, c.closed_at IS NOT NULL, c.due_at, COALESCE(c.due_with, ''), COALESCE(c.checkpoint::text, ''),
			EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.status = 'queued' AND m.send_after IS NOT NULL AND m.attempted_at IS NULL),
			(SELECT count(*) FROM (SELECT m.author, m.at FROM messages m WHERE m.conversation_id = c.id ORDER BY m.seq DESC LIMIT $4) m WHERE m.author = 'bot' AND m.at >= $3)
		FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS k(channel, address, n)
		JOIN identities i ON i.channel = k.channel AND i.address = k.address
		LEFT JOIN LATERAL (SELECT * FROM (
			(SELECT * FROM conversations o WHERE o.identity_id = i.id AND o.closed_at IS NULL)
			UNION ALL (SELECT * FROM conversations o WHERE o.identity_id = i.id ORDER BY o.id DESC LIMIT 1)
		) o ORDER BY o.closed_at IS NOT NULL LIMIT 1) c ON true`, channels, addresses, time.Unix(hour*3600, 0), latestLines, uuid.Nil)
	if err != nil {
		return nil, fmt.Errorf("load conversations: %w", err)
	}
	found := make([]Checkpoint, len(keys))
	var n int64
	var s Standing
	var owner, session string
	var heard, due *time.Time // null when nothing was ever said
	_, err = pgx.ForEachRow(rows, []any{&n, &s.Identity, &s.Contact, &s.Muted, &s.Conversation, &s.Version, &owner, &s.Via, &heard, &s.Closed, &due, &s.DueWith, &session, &s.AckDue, &s.Reply.N}, func() error {
		s.Reply.Hour = hour
		s.Owner, s.Heard, s.Due = flows.Owner(owner), maybe.Zero(heard), time.Time{}
		if due != nil {
			s.Due = *due
		}
		found[n-1] = Checkpoint{Standing: s, Session: []byte(session)}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load conversations: %w", err)
	}
	return found, nil
}

// Ask is what one turn wants to know before it can go on.
type Ask struct {
	Contact  uuid.UUID // nil for somebody never heard of
	Identity uuid.UUID // likewise
	Wants    []flows.Lookup
}

// LookUp answers the lookups of a batch: one query for each kind that occurs,
// in one round trip. What is found is added to found, which runs along asks.
func (d *Desk) LookUp(ctx context.Context, asks []Ask, found []*flows.Found) error {
	l := &lookUp{asks: asks, found: found, now: d.now(), codes: d.codes}
	q := &pgx.Batch{}
	l.queue(q)
	if q.Len() == 0 {
		return nil
	}
	if err := d.turns.SendBatch(ctx, q).Close(); err != nil {
		return fmt.Errorf("look up for a turn: %w", err)
	}
	return nil
}

// lookUp holds the asks of one kind each.
type lookUp struct {
	asks  []Ask
	found []*flows.Found
	now   time.Time
	codes codes
}

func (l *lookUp) queue(q *pgx.Batch) {
	asked, returns := map[uuid.UUID][]int{}, map[uuid.UUID][]int{}
	remembered, mine, numbers, teams := map[uuid.UUID][]int{}, map[uuid.UUID][]int{}, map[int64][]int{}, map[string][]int{}
	spots := map[int]flows.Spot{}
	var rows []rowAsk
	for i, ask := range l.asks {
		for _, want := range ask.Wants {
			switch want.Kind {
			case flows.LookupRemembered:
				l.found[i].Remembered = map[string]flows.Value{}
				remembered[ask.Contact] = append(remembered[ask.Contact], i)
			case flows.LookupMine:
				l.found[i].Mine = []flows.CaseFound{}
				mine[ask.Contact] = append(mine[ask.Contact], i)
			case flows.LookupCase:
				if l.found[i].Cases == nil {
					l.found[i].Cases = map[int64]*flows.CaseFound{}
				}
				l.found[i].Cases[want.Number] = nil
				numbers[want.Number] = append(numbers[want.Number], i)
			case flows.LookupNear:
				l.found[i].Near = []flows.NearFound{}
				spots[i] = want.Spot
			case flows.LookupDesk:
				if l.found[i].Desk == nil {
					l.found[i].Desk = map[string]flows.DeskFound{}
				}
				l.found[i].Desk[want.Team] = flows.DeskFound{At: l.now}
				teams[want.Team] = append(teams[want.Team], i)
			case flows.LookupProof:
				l.queueProof(q, i, want.Phone)
			case flows.LookupCode:
				l.queueCode(q, i, want)
			case flows.LookupRegister:
				rows = append(rows, rowAsk{i, flows.RowKey{Register: want.Register, Key: want.Key}})
			case flows.LookupReturn:
				l.found[i].Return = &flows.ReturnFound{}
				returns[ask.Contact] = append(returns[ask.Contact], i)
			case flows.LookupRating:
				l.found[i].RatingAsked = new(time.Time)
				asked[ask.Contact] = append(asked[ask.Contact], i)
			}
		}
	}
	l.queueRemembered(q, remembered)
	l.queueMine(q, mine)
	l.queueCases(q, numbers)
	l.queueDesk(q, teams)
	l.queueNear(q, spots)
	l.queueRatingAsked(q, asked)
	l.queueReturns(q, returns)
	l.queueRows(q, rows)
}

func (l *lookUp) queueRemembered(q *pgx.Batch, who map[uuid.UUID][]int) {
	if len(who) == 0 {
		return
	}
	q.Queue(`SELECT contact_id, slot, value::text FROM remembered WHERE contact_id = ANY($1)`, keysOf(who)).Query(func(rows pgx.Rows) error {
		var contact uuid.UUID
		var slot, text string
		_, err := pgx.ForEachRow(rows, []any{&contact, &slot, &text}, func() error {
			var v flows.Value
			if err := json.Unmarshal([]byte(text), &v); err != nil {
				return nil //nolint:nilerr // an answer of a shape we no longer know is asked again
			}
			for _, i := range who[contact] {
				l.found[i].Remembered[slot] = v
			}
			return nil
		})
		return err
	})
}

func (l *lookUp) queueMine(q *pgx.Batch, who map[uuid.UUID][]int) {
	if len(who) == 0 {
		return
	}
	q.Queue(mineOf, keysOf(who), mineShown).Query(func(rows pgx.Rows) error {
		var contact uuid.UUID
		c := flows.CaseFound{Mine: true}
		_, err := pgx.ForEachRow(rows, []any{&contact, &c.Number, &c.Flow, &c.Title, &c.Status, &c.UpdatedAt, &c.Told}, func() error {
			for _, i := range who[contact] {
				l.found[i].Mine = append(l.found[i].Mine, c)
			}
			return nil
		})
		return err
	})
}

// queueCases tells whoever is neither the reporter nor a follower no more than
// service, status and date. A duplicate stands where its main case does.
func (l *lookUp) queueCases(q *pgx.Batch, numbers map[int64][]int) {
	if len(numbers) == 0 {
		return
	}
	q.Queue(casesByNumber, keysOf(numbers)).Query(func(rows pgx.Rows) error {
		var number int64
		var flow, title, status, told string
		var updated time.Time
		var reported, joined []uuid.UUID
		_, err := pgx.ForEachRow(rows, []any{&number, &flow, &title, &status, &updated, &reported, &joined, &told}, func() error {
			for _, i := range numbers[number] {
				c := &flows.CaseFound{Number: number, Flow: flow, Status: status, UpdatedAt: updated}
				if slices.Contains(reported, l.asks[i].Contact) {
					c.Mine, c.Title = true, title
				}
				c.Mine = c.Mine || slices.Contains(joined, l.asks[i].Contact)
				if l.asks[i].Contact == reported[len(reported)-1] {
					c.Told = told
				}
				l.found[i].Cases[number] = c
			}
			return nil
		})
		return err
	})
}

func keysOf[K comparable, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

// CaseNumberBlock is how many case numbers CaseNumbers hands out at a time:
// the increment of the sequence.
const CaseNumberBlock = 20

// CaseNumbers reserves a block of case numbers for this process: first to
// first + CaseNumberBlock - 1. What a process does not use stays a gap.
func (d *Desk) CaseNumbers(ctx context.Context) (first int64, err error) {
	if err := d.pool.QueryRow(ctx, `SELECT nextval('case_numbers')`).Scan(&first); err != nil {
		return 0, fmt.Errorf("reserve case numbers: %w", err)
	}
	return first, nil
}
