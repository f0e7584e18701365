package handoff

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// The rows of the record as GORM reads and writes them, column by column as
// the migrations name them. They stay in this package: whoever asks gets
// records made of them.

type contactRow struct {
	ID         uuid.UUID  `gorm:"column:id;primaryKey"`
	Name       string     `gorm:"column:name"`
	NameFolded string     `gorm:"column:name_folded"`
	Phone      string     `gorm:"column:phone"`
	Email      string     `gorm:"column:email"`
	Ward       *int       `gorm:"column:ward"`
	Language   string     `gorm:"column:language"`
	CreatedAt  time.Time  `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt  time.Time  `gorm:"column:updated_at;autoUpdateTime:false"`
	ErasedAt   *time.Time `gorm:"column:erased_at"`
}

// TableName is the table of a contact.
func (contactRow) TableName() string { return "contacts" }

type identityRow struct {
	ID        uuid.UUID `gorm:"column:id;primaryKey"`
	ContactID uuid.UUID `gorm:"column:contact_id"`
	Channel   string    `gorm:"column:channel"`
	Address   string    `gorm:"column:address"`
	Name      string    `gorm:"column:name"`
	Muted     bool      `gorm:"column:muted"`
	CreatedAt time.Time `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName is the table of an identity.
func (identityRow) TableName() string { return "identities" }

type rememberedRow struct {
	ContactID uuid.UUID `gorm:"column:contact_id;primaryKey"`
	Slot      string    `gorm:"column:slot;primaryKey"`
	Type      string    `gorm:"column:type"`
	Value     rawJSON   `gorm:"column:value"`
	At        time.Time `gorm:"column:at"`
}

// TableName is the table of what contacts told once.
func (rememberedRow) TableName() string { return "remembered" }

type agentRow struct {
	ID           uuid.UUID        `gorm:"column:id;primaryKey"`
	Email        string           `gorm:"column:email"`
	Name         string           `gorm:"column:name"`
	Role         string           `gorm:"column:role"`
	Teams        sqlArray[string] `gorm:"column:teams"`
	Wards        sqlArray[int32]  `gorm:"column:wards"`
	PasswordHash string           `gorm:"column:password_hash"`
	CreatedAt    time.Time        `gorm:"column:created_at;autoCreateTime:false"`
	DisabledAt   *time.Time       `gorm:"column:disabled_at"`
	Language     string           `gorm:"column:language"`
	TOTPSecret   string           `gorm:"column:totp_secret"`
	TOTPUsed     int64            `gorm:"column:totp_used"`
	AlarmMail    bool             `gorm:"column:alarm_mail;default:true"`
}

// TableName is the table of the staff.
func (agentRow) TableName() string { return "agents" }

type linkRow struct {
	TokenHash []byte     `gorm:"column:token_hash;primaryKey"`
	AgentID   uuid.UUID  `gorm:"column:agent_id"`
	ExpiresAt time.Time  `gorm:"column:expires_at"`
	UsedAt    *time.Time `gorm:"column:used_at"`
}

// TableName is the table of one-time sign-in links.
func (linkRow) TableName() string { return "sign_in_links" }

type tokenRow struct {
	ID         uuid.UUID  `gorm:"column:id"`
	TokenHash  []byte     `gorm:"column:token_hash;primaryKey"`
	AgentID    uuid.UUID  `gorm:"column:agent_id"`
	CreatedAt  time.Time  `gorm:"column:created_at;autoCreateTime:false"`
	LastUsedAt *time.Time `gorm:"column:last_used_at"`
}

// TableName is the table of API tokens.
func (tokenRow) TableName() string { return "api_tokens" }

type catalogRow struct {
	Version     int64     `gorm:"column:version;primaryKey;->"`
	Files       rawJSON   `gorm:"column:files"`
	Hash        string    `gorm:"column:hash"`
	Source      string    `gorm:"column:source"`
	Author      string    `gorm:"column:author"`
	Note        string    `gorm:"column:note"`
	PublishedAt time.Time `gorm:"column:published_at"`
}

// TableName is the table of published flows.
func (catalogRow) TableName() string { return "catalogs" }

type conversationRow struct {
	ID         uuid.UUID  `gorm:"column:id;primaryKey"`
	IdentityID uuid.UUID  `gorm:"column:identity_id"`
	ContactID  uuid.UUID  `gorm:"column:contact_id"`
	Channel    string     `gorm:"column:channel"`
	Owner      string     `gorm:"column:owner"`
	AgentID    *uuid.UUID `gorm:"column:agent_id"`
	Team       string     `gorm:"column:team"`
	Reason     string     `gorm:"column:reason"`
	Urgent     bool       `gorm:"column:urgent"`
	QueuedAt   *time.Time `gorm:"column:queued_at"`
	PromisedAt *time.Time `gorm:"column:promised_at"`
	MissedAt   *time.Time `gorm:"column:missed_at"`
	Flow       string     `gorm:"column:flow"`
	State      string     `gorm:"column:state"`
	Language   string     `gorm:"column:language"`
	Ward       *int       `gorm:"column:ward"`
	OpenedAt   time.Time  `gorm:"column:opened_at"`
	LastInAt   time.Time  `gorm:"column:last_in_at"`
	LastAt     time.Time  `gorm:"column:last_at"`
	ClosedAt   *time.Time `gorm:"column:closed_at"`
	Rating     *int       `gorm:"column:rating"`
	RatedAt    *time.Time `gorm:"column:rated_at"`
}

// TableName is the table of conversations.
func (conversationRow) TableName() string { return "conversations" }

type messageRow struct {
	ID             uuid.UUID  `gorm:"column:id;primaryKey"`
	ConversationID uuid.UUID  `gorm:"column:conversation_id"`
	Seq            int64      `gorm:"column:seq"`
	Direction      string     `gorm:"column:direction"`
	Author         string     `gorm:"column:author"`
	AgentID        *uuid.UUID `gorm:"column:agent_id"`
	Channel        string     `gorm:"column:channel"`
	Kind           string     `gorm:"column:kind"`
	Text           string     `gorm:"column:text"`
	Detail         rawJSON    `gorm:"column:detail"`
	Status         string     `gorm:"column:status"`
	At             time.Time  `gorm:"column:at"`
	Error          *string    `gorm:"column:error"`
}

// TableName is the table of messages.
func (messageRow) TableName() string { return "messages" }

type caseRow struct {
	Number         int64      `gorm:"column:number;primaryKey"`
	Flow           string     `gorm:"column:flow"`
	Kind           string     `gorm:"column:kind"`
	Title          string     `gorm:"column:title"`
	Status         string     `gorm:"column:status"`
	Team           string     `gorm:"column:team"`
	AgentID        *uuid.UUID `gorm:"column:agent_id"`
	Ward           *int       `gorm:"column:ward"`
	WardBy         string     `gorm:"column:ward_by"`
	Place          string     `gorm:"column:place"`
	Lat            *float64   `gorm:"column:lat"`
	Lon            *float64   `gorm:"column:lon"`
	ContactID      uuid.UUID  `gorm:"column:contact_id"`
	ConversationID uuid.UUID  `gorm:"column:conversation_id"`
	Channel        string     `gorm:"column:channel"`
	Answers        rawJSON    `gorm:"column:answers"`
	OpenedAt       time.Time  `gorm:"column:opened_at"`
	DueAt          *time.Time `gorm:"column:due_at"`
	UpdatedAt      time.Time  `gorm:"column:updated_at;autoUpdateTime:false"`
	DuplicateOf    *int64     `gorm:"column:duplicate_of"`
	Repeats        *int64     `gorm:"column:repeats"`
}

// TableName is the table of cases.
func (caseRow) TableName() string { return "cases" }

type timelineRow struct {
	ID         uuid.UUID  `gorm:"column:id;primaryKey"`
	CaseNumber int64      `gorm:"column:case_number"`
	At         time.Time  `gorm:"column:at"`
	Kind       string     `gorm:"column:kind"`
	AgentID    *uuid.UUID `gorm:"column:agent_id"`
	Text       string     `gorm:"column:text"`
}

// TableName is the table of what happened to cases.
func (timelineRow) TableName() string { return "case_timeline" }

type photoRow struct {
	ID             uuid.UUID `gorm:"column:id;primaryKey"`
	ConversationID uuid.UUID `gorm:"column:conversation_id"`
	MessageID      uuid.UUID `gorm:"column:message_id"`
	CaseNumber     *int64    `gorm:"column:case_number"`
	Status         string    `gorm:"column:status"`
	SHA256         *string   `gorm:"column:sha256"`
	Type           *string   `gorm:"column:type"`
	Width          *int      `gorm:"column:width"`
	Height         *int      `gorm:"column:height"`
	At             time.Time `gorm:"column:at"`
	After          bool      `gorm:"column:after"`
}

// TableName is the table of photos.
func (photoRow) TableName() string { return "photos" }

type noteRow struct {
	ID         uuid.UUID `gorm:"column:id;primaryKey"`
	ContactID  uuid.UUID `gorm:"column:contact_id"`
	CaseNumber *int64    `gorm:"column:case_number"`
	AgentID    uuid.UUID `gorm:"column:agent_id"`
	Text       string    `gorm:"column:text"`
	At         time.Time `gorm:"column:at"`
}

// TableName is the table of what staff wrote down about contacts.
func (noteRow) TableName() string { return "notes" }

type alarmRow struct {
	ID             uuid.UUID  `gorm:"column:id;primaryKey"`
	Kind           string     `gorm:"column:kind"`
	Subject        string     `gorm:"column:subject"`
	ConversationID *uuid.UUID `gorm:"column:conversation_id"`
	Text           string     `gorm:"column:text"`
	RaisedAt       time.Time  `gorm:"column:raised_at"`
	ClearedAt      *time.Time `gorm:"column:cleared_at"`
}

// TableName is the table of red alerts and faults.
func (alarmRow) TableName() string { return "alarms" }

// rawJSON is a jsonb column kept as it is.
type rawJSON json.RawMessage

// Scan reads the column; a null is an empty rawJSON.
func (r *rawJSON) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*r = nil
	case string:
		*r = rawJSON(v)
	case []byte:
		*r = append(rawJSON(nil), v...)
	default:
		return fmt.Errorf("read JSON from %T", src)
	}
	return nil
}

// Value writes the column as text, which PostgreSQL checks.
func (r rawJSON) Value() (driver.Value, error) {
	if r == nil {
		return nil, nil
	}
	return string(r), nil
}

// sqlArray is a PostgreSQL array of texts or integers.
type sqlArray[T string | int32] []T

// Scan reads an array column.
func (a *sqlArray[T]) Scan(src any) error {
	var list []T
	if err := pgtype.NewMap().SQLScanner(&list).Scan(src); err != nil {
		return fmt.Errorf("read an array: %w", err)
	}
	*a = list
	return nil
}

// Value writes the array in PostgreSQL's own notation.
func (a sqlArray[T]) Value() (driver.Value, error) {
	var oid uint32 = pgtype.TextArrayOID
	if _, numbers := any(a).(sqlArray[int32]); numbers {
		oid = pgtype.Int4ArrayOID
	}
	list := []T(a)
	if list == nil {
		list = []T{}
	}
	b, err := pgtype.NewMap().Encode(oid, pgtype.TextFormatCode, list, nil)
	if err != nil {
		return nil, fmt.Errorf("write an array: %w", err)
	}
	return string(b), nil
}
