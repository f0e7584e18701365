package handoff

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Mention is a note that names the viewer.
type Mention struct {
	Note         TalkNote
	Conversation Conversation
	ReadAt       *time.Time // nil: not yet
}

// colleague is one of the staff whom a note can name.
type colleague struct {
	ID    uuid.UUID `gorm:"column:id"`
	Name  string    `gorm:"column:name"`
	Email string    `gorm:"column:email"`
	Sees  bool      `gorm:"column:sees"`
}

// Colleagues lists the others of the staff who see a conversation, by name:
// whom a note on it can name.
func (d *Desk) Colleagues(ctx context.Context, v Viewer, id uuid.UUID) ([]Ref, error) {
	staff, err := d.colleagues(d.db.WithContext(ctx), id)
	if err != nil {
		return nil, err
	}
	var list []Ref
	for _, c := range staff {
		if c.Sees && c.ID != v.AgentID {
			list = append(list, Ref{c.ID, c.Name})
		}
	}
	return list, nil
}

// colleagues reads the staff and whether each sees a conversation.
func (d *Desk) colleagues(db *gorm.DB, id uuid.UUID) ([]colleague, error) {
	var rows []agentRow
	if err := db.Session(&gorm.Session{}).Where("disabled_at IS NULL").Order("name, id").Limit(maxStaff).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list the staff: %w", err)
	}
	list := make([]colleague, len(rows))
	var each []string
	var values []any
	for i, r := range rows {
		a := d.agentOf(r)
		seen := a.Viewer().conversations("c")
		list[i] = colleague{ID: r.ID, Name: r.Name, Email: r.Email, Sees: a.Viewer().SeesAll()}
		if !list[i].Sees {
			each = append(each, "SELECT ?::uuid AS id FROM conversations c WHERE c.id = ? AND "+seen.sql)
			values = append(append(values, r.ID, id), seen.vars...)
		}
	}
	if len(each) == 0 {
		return list, nil
	}
	var see []uuid.UUID
	if err := db.Session(&gorm.Session{}).Raw(strings.Join(each, " UNION ALL "), values...).Scan(&see).Error; err != nil {
		return nil, fmt.Errorf("see who sees a conversation: %w", err)
	}
	for i := range list {
		list[i].Sees = list[i].Sees || slices.Contains(see, list[i].ID)
	}
	return list, nil
}

// mentioned finds whom a note names: the chosen colleague, whose name is put in
// front when the text does not say it, and everybody after an @.
func (d *Desk) mentioned(tx *gorm.DB, v Viewer, id uuid.UUID, text string, chosen uuid.UUID) (string, []uuid.UUID, error) {
	if chosen == uuid.Nil && !strings.Contains(text, "@") {
		return text, nil, nil
	}
	staff, err := d.colleagues(tx, id)
	if err != nil {
		return "", nil, err
	}
	named := namedIn(text, staff)
	if chosen != uuid.Nil {
		i := slices.IndexFunc(staff, func(c colleague) bool { return c.ID == chosen })
		if i < 0 {
			return "", nil, invalid("mention", "there is no such agent")
		}
		if !slices.ContainsFunc(named, func(c colleague) bool { return c.ID == chosen }) {
			if text, err = noteOf("text", "@"+staff[i].Name+" "+text, true); err != nil {
				return "", nil, err
			}
			named = append(named, staff[i])
		}
	}
	var ids []uuid.UUID
	for _, c := range named {
		switch {
		case !c.Sees:
			return "", nil, invalid("mention", "%s does not see this conversation: pass it on, or name somebody else", c.Name)
		case c.ID != v.AgentID:
			ids = append(ids, c.ID)
		}
	}
	if len(ids) > mostMentions {
		return "", nil, invalid("mention", "must be at most %d colleagues", mostMentions)
	}
	return text, ids, nil
}

// namedIn finds the colleagues whose name, e-mail address or first name (when
// only one has it) follows an @. The longest match counts; all who share a name
// are meant by it.
func namedIn(text string, staff []colleague) []colleague {
	var found []colleague
	rest := text
	for {
		at := strings.IndexByte(rest, '@')
		if at < 0 {
			return found
		}
		before, _ := utf8.DecodeLastRuneInString(rest[:at])
		rest = rest[at+1:]
		if at > 0 && (unicode.IsLetter(before) || unicode.IsDigit(before)) { // an e-mail address
			continue
		}
		for _, c := range calledAt(rest, staff) {
			if !slices.ContainsFunc(found, func(o colleague) bool { return o.ID == c.ID }) {
				found = append(found, c)
			}
		}
	}
}

// calledAt are those whom the beginning of a text calls.
func calledAt(text string, staff []colleague) []colleague {
	var whole, short []colleague
	length := 0
	for _, c := range staff {
		for _, name := range []string{c.Name, c.Email} {
			switch {
			case !begins(text, name) || len(name) < length:
			case len(name) > length:
				whole, length = []colleague{c}, len(name)
			default:
				whole = append(whole, c)
			}
		}
		if name, _, more := strings.Cut(c.Name, " "); more && begins(text, name) {
			short = append(short, c)
		}
	}
	if len(whole) == 0 && len(short) == 1 {
		return short
	}
	return whole
}

// begins reports whether a text begins with a name that ends there.
func begins(text, name string) bool {
	if name == "" || len(text) < len(name) || !strings.EqualFold(text[:len(name)], name) {
		return false
	}
	next, _ := utf8.DecodeRuneInString(text[len(name):])
	return !unicode.IsLetter(next) && !unicode.IsMark(next) && !unicode.IsDigit(next)
}

// mentionedRow is a note as the one reads it whom it names.
type mentionedRow struct {
	Note   talkNoteRow `gorm:"embedded"`
	ReadAt *time.Time  `gorm:"column:read_at"`
}

// Mentions lists the notes that name the viewer on conversations he sees, the
// newest first.
func (d *Desk) Mentions(ctx context.Context, v Viewer, p PageOf) (Page[Mention], error) {
	var none Page[Mention]
	limit, err := p.limit()
	if err != nil {
		return none, err
	}
	db, err := p.afterID(d.visibleMentions(ctx, v), "conversation_notes.id")
	if err != nil {
		return none, err
	}
	var rows []mentionedRow
	err = db.Select("conversation_notes.*, mentions.read_at").Order("conversation_notes.id DESC").Limit(limit + 1).Find(&rows).Error
	if err != nil {
		return none, fmt.Errorf("list mentions: %w", err)
	}
	rows, next := cut(rows, limit, func(r mentionedRow) string { return r.Note.ID.String() })
	plain := make([]talkNoteRow, len(rows))
	talks := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		plain[i], talks[i] = r.Note, r.Note.ConversationID
	}
	notes, err := d.talkNotesOf(ctx, plain)
	if err != nil {
		return none, err
	}
	of, err := d.conversationsByID(ctx, talks)
	if err != nil {
		return none, err
	}
	list := Page[Mention]{Next: next, Items: make([]Mention, len(rows))}
	for i, r := range rows {
		list.Items[i] = Mention{Note: notes[i], Conversation: of[r.Note.ConversationID], ReadAt: d.localOrNil(r.ReadAt)}
	}
	return list, nil
}

// visibleMentions are the viewer's mentions on what he sees.
func (d *Desk) visibleMentions(ctx context.Context, v Viewer) *gorm.DB {
	db := d.db.WithContext(ctx).Table("conversation_notes").Joins("JOIN mentions ON mentions.note_id = conversation_notes.id AND mentions.agent_id = ?", v.AgentID).
		Joins("JOIN conversations ON conversations.id = conversation_notes.conversation_id")
	return v.conversations("conversations").apply(db)
}

// Unread counts the mentions that the viewer has not opened yet.
func (d *Desk) Unread(ctx context.Context, v Viewer) (int, error) {
	var n int64
	if err := d.visibleMentions(ctx, v).Where("mentions.read_at IS NULL").Count(&n).Error; err != nil {
		return 0, fmt.Errorf("count mentions: %w", err)
	}
	return int(n), nil
}

// ReadMentions notes that the viewer has opened a conversation, and with it
// the notes there that name him.
func (d *Desk) ReadMentions(ctx context.Context, v Viewer, conversation uuid.UUID) error {
	err := d.db.WithContext(ctx).Model(&mentionRow{}).
		Where("agent_id = ? AND read_at IS NULL AND note_id IN (SELECT id FROM conversation_notes WHERE conversation_id = ?)", v.AgentID, conversation).
		Update("read_at", d.now()).Error
	if err != nil {
		return fmt.Errorf("read mentions: %w", err)
	}
	return nil
}

// conversationsByID reads conversations that somebody sees.
func (d *Desk) conversationsByID(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]Conversation, error) {
	found := map[uuid.UUID]Conversation{}
	if len(ids) == 0 {
		return found, nil
	}
	var rows []conversationRow
	if err := d.db.WithContext(ctx).Where("id IN ?", ids).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read conversations: %w", err)
	}
	list, err := d.conversationsOf(ctx, rows)
	if err != nil {
		return nil, fmt.Errorf("read conversations: %w", err)
	}
	for _, c := range list {
		found[c.ID] = c
	}
	return found, nil
}
