package spending

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Kind is what an SMS was sent for.
type Kind string

// The kinds of SMS.
const (
	Bot       Kind = "bot"       // replies of the bot
	Agent     Kind = "agent"     // replies of people of the staff
	Notice    Kind = "notice"    // what citizens are told of their cases
	Broadcast Kind = "broadcast" // the same to many
	Code      Kind = "code"      // that proves a telephone
)

// Kinds lists all kinds, in the order in which they are shown.
func Kinds() []Kind { return []Kind{Bot, Agent, Notice, Broadcast, Code} }

// Unasked reports whether a kind goes to people who have not just written.
func (k Kind) Unasked() bool { return k == Notice || k == Broadcast }

// Paid is what a gateway took, or may have taken, in one call: it is paid for.
// Without segments nothing was handed over.
type Paid struct {
	Gateway  string
	Segments int
	Unicode  bool
}

// mostSegments bounds what one SMS is believed to have.
const mostSegments = 255

// Handover is one SMS that a gateway took, or may have taken. A message that is
// sent again has one for each time.
type Handover struct {
	ID         uuid.UUID
	Kind       Kind
	Ref        uuid.UUID // the message, notice, broadcast or code
	ProviderID string
	Paid
}

// mostProviderID bounds a provider's id of a message, in bytes.
const mostProviderID = 255

// NewHandover makes a Handover of what was paid for something; false when
// nothing was. A provider's id that cannot be kept is left out: it must not be
// the reason that the rest is not recorded.
func NewHandover(kind Kind, ref uuid.UUID, p Paid, providerID string) (Handover, bool) {
	p.Segments = min(p.Segments, mostSegments)
	if len(providerID) > mostProviderID || !utf8.ValidString(providerID) || strings.Contains(providerID, "\x00") {
		providerID = ""
	}
	return Handover{ID: newID(), Kind: kind, Ref: ref, ProviderID: providerID, Paid: p}, p.Segments > 0
}

// costOf is what a row h of sms_handovers costs by the price of its day; null
// when there was none.
const costOf = `h.segments * (SELECT CASE WHEN h.unicode THEN p.unicode ELSE p.plain END FROM sms_prices p
		WHERE p.gateway = h.gateway AND p.since <= (h.at AT TIME ZONE 'Asia/Dhaka')::date ORDER BY p.since DESC LIMIT 1)`

// recordHandovers takes an array for each column. One that is on record stays
// as it is, so that recording may be repeated.
const recordHandovers = `INSERT INTO sms_handovers (id, at, gateway, kind, ref, provider_id, segments, unicode, cost)
	SELECT h.id, h.at, h.gateway, h.kind, h.ref, h.provider_id, h.segments, h.unicode, ` + costOf + `
	FROM (SELECT u.*, $1::timestamptz AS at FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::bigint[], $8::boolean[])
		AS u(id, gateway, kind, ref, provider_id, segments, unicode)) h
	ON CONFLICT (id) DO NOTHING`

// Queue adds the recording of handovers to a batch, at what they cost now.
func Queue(q *pgx.Batch, now time.Time, list []Handover) {
	if len(list) == 0 {
		return
	}
	ids, refs := make([]uuid.UUID, len(list)), make([]uuid.UUID, len(list))
	gateways, kinds, providers := make([]string, len(list)), make([]string, len(list)), make([]*string, len(list))
	segments, unicode := make([]int64, len(list)), make([]bool, len(list))
	for i, h := range list {
		ids[i], refs[i], gateways[i], kinds[i], segments[i], unicode[i] = h.ID, h.Ref, h.Gateway, string(h.Kind), int64(h.Segments), h.Unicode
		if h.ProviderID != "" {
			providers[i] = &list[i].ProviderID
		}
	}
	q.Queue(recordHandovers, now, ids, gateways, kinds, refs, providers, segments, unicode)
}

// Stated is a provider's own word on what an SMS cost.
type Stated struct {
	Each  Amount // of a segment
	Whole Amount // of the message; 0: Each counts
}

// QueueStated adds the correction of a cost to a batch: of what has that id at
// the provider, or else of the message's last handover. What the provider has
// said once stays.
func QueueStated(q *pgx.Batch, providerID string, message uuid.UUID, s Stated) {
	const set = `UPDATE sms_handovers h SET cost = CASE WHEN $2::bigint > 0 THEN $2 ELSE h.segments * $3::bigint END, stated = true
		WHERE NOT h.stated AND h.id = (SELECT o.id FROM sms_handovers o WHERE `
	const last = ` = $1 ORDER BY o.at DESC, o.id DESC LIMIT 1)`
	if providerID != "" {
		q.Queue(set+"o.provider_id"+last, providerID, int64(s.Whole), int64(s.Each))
		return
	}
	q.Queue(set+"o.ref"+last, message, int64(s.Whole), int64(s.Each))
}
