package broadcasts

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/handoff/notices"
	"nagorik/handoff/spending"
)

// margin is how much of Messenger's window is left alone at its end, so that a
// message that waits does not come late.
const margin = 10 * time.Minute

// Setting is what the channels are like now.
type Setting struct {
	On     map[Family]bool // switched on
	Window time.Duration   // how long after a person wrote Messenger takes our messages; 0: for ever
	// Fit cuts a text to what a family's channel takes in one message.
	Fit func(f Family, text string) []string
	// Template is the detail of a message that Messenger's approved template of
	// that name carries.
	Template func(name, lang, text string) []byte
	// Gateway is the SMS gateway that is used for somebody who last wrote by via.
	Gateway func(via string) string
	// Spent says that the month's budget for SMS is used up.
	Spent bool
	// Price is what an SMS of so many segments costs by a gateway, spelt with
	// letters outside the Latin ones or without; false when nobody has said. Nil:
	// no amount is shown.
	Price func(gateway string, segments int, unicode bool) (spending.Amount, bool)
}

// closed says, for each way, why it is open to nobody; empty: it may be open.
func (s *Store) closed(d Draft, set Setting) map[flows.Way]string {
	why := make(map[flows.Way]string, len(Ways()))
	for _, w := range Ways() {
		f := familyOf(w)
		switch {
		case !set.On[f]:
			why[w] = notices.ReasonOff
		case f == FamilySMS && set.Spent:
			why[w] = notices.ReasonBudget
		case len(d.Audience.Channels) > 0 && !has(d.Audience.Channels, f):
			why[w] = ReasonExcluded
		case len(d.Words.Of(f)) == 0:
			why[w] = notices.ReasonWords
		case w == flows.WayTemplate && s.catalog().BroadcastTemplate() == "":
			why[w] = notices.ReasonTemplate
		}
	}
	return why
}

func has[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}

// args are the values of the statements over reachSQL.
func (s *Store) args(d Draft, set Setting) pgx.NamedArgs {
	now, why := s.now(), s.closed(d, set)
	heard := time.Time{}
	if set.Window > 0 {
		heard = now.Add(margin - set.Window)
	}
	return pgx.NamedArgs{
		"first": s.catalog().Languages()[0], "topic": d.Topic, "now": now, "heard": heard,
		"messenger": why[flows.WayMessenger], "template": why[flows.WayTemplate], "sms": why[flows.WaySMS], "mail": why[flows.WayMail],
		"wards": orNone(d.Audience.Wards), "services": orNone(d.Audience.Services), "languages": orNone(d.Audience.Languages), "followers": orNone(d.Audience.Followers),
	}
}

func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// audienceSQL is who of an audience there is. A part of it that is empty is not
// in the statement, so that the database plans each for what it asks.
func audienceSQL(a Audience) string {
	var b strings.Builder
	b.WriteString(`who AS (SELECT 0::bigint AS recipient, c.id AS contact_id, COALESCE(NULLIF(c.language, ''), @first) AS language, c.phone, c.email, '{}'::text[] AS tried
		FROM contacts c WHERE c.erased_at IS NULL`)
	if len(a.Wards) > 0 {
		b.WriteString(` AND c.ward = ANY(@wards)`)
	}
	if len(a.Languages) > 0 {
		b.WriteString(` AND COALESCE(NULLIF(c.language, ''), @first) = ANY(@languages)`)
	}
	if len(a.Services) > 0 {
		b.WriteString(` AND EXISTS (SELECT 1 FROM cases k WHERE k.contact_id = c.id AND k.flow = ANY(@services))`)
	}
	if len(a.Followers) > 0 {
		b.WriteString(` AND c.id IN (SELECT f.contact_id FROM subscriptions f WHERE f.topic = ANY(@followers)
			GROUP BY f.contact_id, f.topic HAVING (array_agg(f.wanted ORDER BY f.at DESC, f.id DESC))[1])`)
	}
	b.WriteString(`)`)
	return b.String()
}

// reachSQL says for everybody of who by which way they are told now, to which
// address, and else why every way is closed. Addresses come once: where two
// contacts have the same, the first is told. What belongs to a person is looked
// up person by person, so that it takes as long however little the database
// knows of its tables.
const reachSQL = `, reach AS (
		SELECT w.*, m.id AS m_id, m.address AS m_address, m.talk AS m_talk, s.id AS s_id, COALESCE(s.address, w.phone) AS s_address, s.talk AS s_talk, COALESCE(s.via, '') AS via,
			CASE WHEN @messenger <> '' THEN @messenger WHEN m.talk IS NULL THEN 'no address' WHEN m.muted THEN 'stopped' WHEN NOT o.messenger THEN 'left the topic'
				WHEN m.heard <= @heard THEN 'window closed' WHEN 'messenger' = ANY(w.tried) THEN 'tried before' ELSE '' END AS messenger,
			CASE WHEN @template <> '' THEN @template WHEN m.talk IS NULL THEN 'no address' WHEN m.muted THEN 'stopped' WHEN NOT o.messenger THEN 'left the topic'
				WHEN m.heard > @heard THEN 'window open' WHEN 'template' = ANY(w.tried) THEN 'tried before' ELSE '' END AS template,
			CASE WHEN @sms <> '' THEN @sms WHEN COALESCE(s.address, w.phone) = '' THEN 'no address' WHEN COALESCE(s.muted, x.muted, false) THEN 'stopped' WHEN NOT o.sms THEN 'left the topic'
				WHEN 'sms' = ANY(w.tried) THEN 'tried before' ELSE '' END AS sms,
			CASE WHEN @mail <> '' THEN @mail WHEN w.email = '' THEN 'no address' WHEN NOT o.mail THEN 'left the topic'
				WHEN 'mail' = ANY(w.tried) THEN 'tried before' ELSE '' END AS mail
		FROM who w
		LEFT JOIN LATERAL (` + identitySQL + `'messenger' ORDER BY i.muted, h.last_in_at DESC NULLS LAST, i.id DESC LIMIT 1) m ON true
		LEFT JOIN LATERAL (` + identitySQL + `'sms' ORDER BY i.muted, h.last_in_at DESC NULLS LAST, i.id DESC LIMIT 1) s ON true
		LEFT JOIN LATERAL (SELECT i.muted FROM identities i WHERE i.channel = 'sms' AND i.address = w.phone AND s.id IS NULL LIMIT 1) x ON true
		LEFT JOIN LATERAL (SELECT
				(array_agg(u.wanted ORDER BY u.at DESC, u.id DESC) FILTER (WHERE u.channel IN ('', 'messenger')))[1] AS messenger,
				(array_agg(u.wanted ORDER BY u.at DESC, u.id DESC) FILTER (WHERE u.channel IN ('', 'sms')))[1] AS sms,
				(array_agg(u.wanted ORDER BY u.at DESC, u.id DESC) FILTER (WHERE u.channel IN ('', 'mail')))[1] AS mail
			FROM subscriptions u WHERE u.topic = @topic AND u.contact_id = w.contact_id) o ON true
	), best AS (
		SELECT r.*, CASE WHEN messenger = '' THEN 'messenger' WHEN template = '' THEN 'template' WHEN sms = '' THEN 'sms' WHEN mail = '' THEN 'mail' ELSE '' END AS way FROM reach r
	), chosen AS (
		SELECT b.*, CASE way WHEN 'template' THEN 'messenger' ELSE way END AS channel,
			CASE way WHEN 'messenger' THEN m_address WHEN 'template' THEN m_address WHEN 'sms' THEN s_address WHEN 'mail' THEN lower(email) ELSE '' END AS address FROM best b
	), once AS (
		SELECT c.*, CASE WHEN way = '' THEN 1 ELSE row_number() OVER (PARTITION BY channel, address ORDER BY contact_id, recipient) END AS nth,
			CASE WHEN 'left the topic' IN (messenger, template, sms, mail) THEN 'left the topic' WHEN 'stopped' IN (messenger, template, sms, mail) THEN 'stopped'
				WHEN 'window closed' IN (messenger) THEN 'window closed' WHEN 'no address' IN (messenger, sms, mail) THEN 'no address'
				ELSE COALESCE(NULLIF(messenger, 'tried before'), NULLIF(sms, 'tried before'), mail) END AS why FROM chosen c
	)`

// identitySQL are a person's addresses on a channel, with their conversation.
const identitySQL = `SELECT i.id, i.address, i.muted, h.id AS talk, h.last_in_at AS heard, h.via FROM identities i
			LEFT JOIN LATERAL (SELECT c.id, c.last_in_at, c.via FROM conversations c WHERE c.identity_id = i.id ORDER BY c.id DESC LIMIT 1) h ON true
			WHERE i.contact_id = w.contact_id AND i.erased_at IS NULL AND i.channel || '' = `

// Ready is a recipient that is to be told now.
type Ready struct {
	Recipient    int64
	Contact      uuid.UUID
	Way          flows.Way
	Address      string
	Language     string
	Identity     uuid.UUID // nil: straight to a number or a mail address
	Conversation uuid.UUID // nil: as above
	Via          string
}

// Straight reports whether it does not go through the outbox.
func (r Ready) Straight() bool { return r.Conversation == uuid.Nil }
