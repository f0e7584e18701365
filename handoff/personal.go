package handoff

// personal says where a table keeps something of a contact, @contact, and what
// an erasure does to it. A table of the record that refers to a contact, an
// identity, a conversation, a message or a case, and is not here, fails a test.
type personal struct {
	Table string
	Of    string // SQL: the rows of the contact
	Set   string // SQL: what erasing changes in them; empty: they are deleted
	Keeps bool   // there is nothing of the citizen in it: it stays as it is
	Hide  string // columns that an export leaves out: worked out of others, or the program's own
	// Others says in SQL in which rows the telephone is somebody else's: the one
	// in a register's row, to which a code went. An export leaves it out.
	Others string
	Sealed string // a column with a sealed event, which an export opens
}

// Conditions for the rows that are a contact's.
const (
	ofContact       = `contact_id = @contact`
	ofConversations = `conversation_id IN (SELECT id FROM conversations WHERE contact_id = @contact)`
	ofCases         = `case_number IN (SELECT number FROM cases WHERE contact_id = @contact)`
	ofTheirAudit    = `(subject = CAST(CAST(@contact AS uuid) AS text) OR subject IN (SELECT CAST(id AS text) FROM conversations WHERE contact_id = @contact)
		OR what LIKE 'case.%' AND subject IN (SELECT CAST(number AS text) FROM cases WHERE contact_id = @contact))`
)

// auditKept are the values of the audit log that say nothing of a citizen.
const auditKept = `'status', 'owner', 'agent', 'team', 'ward', 'channel', 'flow', 'contact', 'sent', 'of'`

// keptAnswers are those of a case's answers that a report counts and that
// belong to nobody: choices, which are lists of names out of the flows, yes and
// no, and the rating.
const keptAnswers = `COALESCE((SELECT jsonb_object_agg(key, value) FROM jsonb_each(answers) WHERE jsonb_typeof(value) = 'boolean'
	OR key = 'rating' AND jsonb_typeof(value) = 'number'
	OR jsonb_typeof(value) = 'array' AND CAST(value AS text) ~ '^\["[a-z][a-z0-9_]{0,39}"(, "[a-z][a-z0-9_]{0,39}")*\]$'), '{}')`

// personalTables are all of them, in the order in which they are erased: what
// finds its rows by another table comes before it.
func personalTables() []personal {
	return []personal{
		{Table: "drafts", Of: ofConversations},
		{Table: "session_moves", Of: ofConversations, Hide: "version,flow,state,to_state"},
		{Table: "mentions", Of: `note_id IN (SELECT id FROM conversation_notes WHERE ` + ofConversations + `)`},
		{Table: "conversation_notes", Of: ofConversations, Hide: "seq"},
		{Table: "phone_codes", Of: ofContact, Hide: "tries,attempted_at,try_after,error", Others: "register <> ''"},
		{Table: "contact_merges", Of: ofContact, Hide: "moved"},
		{Table: "case_followers", Of: ofContact, Keeps: true},
		{Table: "notes", Of: "(" + ofContact + " OR " + ofCases + ")"},
		{Table: "photos", Of: "(" + ofConversations + " OR " + ofCases + ")", Hide: "source,sha256,try_after,attempts"},
		{Table: "remembered", Of: ofContact},
		{
			Table: "dead_turns", Of: `(channel, address) IN (SELECT channel, address FROM identities WHERE contact_id = @contact)`,
			Hide: "error,tries,tried_until", Sealed: "event",
		},
		{Table: "audit_log", Of: ofTheirAudit, Set: `before = ` + keptOfAudit("before") + `, after = ` + keptOfAudit("after")},
		{Table: "alarms", Of: ofConversations, Set: `text = '', cleared_at = COALESCE(cleared_at, @now)`},
		{
			Table: "notice_hops", Of: `notice_id IN (SELECT id FROM notices WHERE contact_id = @contact)`,
			Set: `address = '', provider_id = NULL, reason = '', status = CASE WHEN status IN ('planned', 'queued', 'sending') THEN 'skipped' ELSE status END`,
		},
		{
			Table: "broadcast_hops", Of: `recipient_id IN (SELECT id FROM broadcast_recipients WHERE contact_id = @contact)`, Hide: "n",
			Set: `address = '', provider_id = NULL, reason = '', status = CASE WHEN status IN ('planned', 'queued', 'sending') THEN 'skipped' ELSE status END`,
		},
		{
			Table: "broadcast_recipients", Of: ofContact, Hide: "person,channel,tries,next_at",
			Set: `reason = '', next_at = NULL, status = CASE WHEN status IN ('waiting', 'sending') THEN 'skipped' ELSE status END`,
		},
		{Table: "subscriptions", Of: ofContact},
		{
			Table: "notices", Of: "(" + ofContact + " OR " + ofCases + ")",
			Set: `note = '', next_at = CASE WHEN contact_id = @contact THEN NULL ELSE next_at END,
				outcome = CASE WHEN contact_id = @contact AND outcome = '' THEN 'skipped' ELSE outcome END`,
		},
		{
			Table: "messages", Of: ofConversations, Hide: "seq,client_key",
			Set: `text = '', detail = NULL, provider_id = NULL, client_key = NULL, error = NULL, send_after = NULL,
				status = CASE WHEN status IN ('queued', 'sending') THEN 'cancelled' ELSE status END`,
		},
		{Table: "case_timeline", Of: ofCases, Set: `text = CASE WHEN kind IN ('matched', 'joined', 'separated') THEN text ELSE '' END`},
		{Table: "ward_aliases", Of: ofCases, Set: `case_number = NULL`},
		{Table: "cases", Of: ofContact, Set: `title = '', place = '', lat = NULL, lon = NULL, updated_at = @now, answers = ` + keptAnswers},
		{
			Table: "conversations", Of: ofContact, Hide: "version,checkpoint,wake_at,outbox_until,due_at,due_with",
			Set: `version = version + 1, owner = 'bot', agent_id = CASE WHEN closed_at IS NULL THEN NULL ELSE agent_id END, queued_at = NULL, promised_at = NULL, missed_at = NULL,
				checkpoint = '{}', due_at = NULL, due_with = '', wake_at = NULL, outbox_until = NULL, closed_at = COALESCE(closed_at, @now)`,
		},
		{Table: "conversation_log", Of: ofConversations, Keeps: true},
		{Table: "identities", Of: ofContact, Set: `address = 'erased:' || id, name = '', profile_due = NULL, erased_at = @now`},
		{
			Table: "contacts", Of: `id = @contact`, Hide: "name_folded",
			Set: `name = '', name_folded = '', phone = '', email = '', ward = NULL, language = '', updated_at = @now, erased_at = @now`,
		},
	}
}

func keptOfAudit(column string) string {
	return `CASE WHEN jsonb_typeof(` + column + `) = 'object' THEN (SELECT jsonb_object_agg(key, value) FROM jsonb_each(` + column + `) WHERE key IN (` + auditKept + `)) END`
}
