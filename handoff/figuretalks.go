package handoff

import (
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// TalkFigure says of which figure a conversation is counted.
type TalkFigure string

// The figures of conversations.
const (
	TalkContained TalkFigure = "contained" // settled by the bot: answered or over, and never with people
	TalkLeft      TalkFigure = "left"      // nothing more was heard in the middle of a service
	TalkRated     TalkFigure = "rated"     // the citizen said how satisfied he was
	TalkLive      TalkFigure = "live"      // goes on at this minute
	TalkAnswered  TalkFigure = "answered"  // waited for a person and was taken
)

// TalkFigures lists all of them.
func TalkFigures() []TalkFigure {
	return []TalkFigure{TalkContained, TalkLeft, TalkRated, TalkLive, TalkAnswered}
}

// Counted narrows a list of conversations to those that a figure counts; empty
// fields do not. Package reports says what the figures are.
type Counted struct {
	Figure   TalkFigure
	Language string
	Weekday  *int   // when it was opened, by the clock of Dhaka: 0 is Sunday
	Hour     *int   // 0 to 23
	Place    string // "flow.state": a place that its dialogue came to

	NoLanguage bool // only those whose language is not known
	NoTeam     bool // only those that were passed to nobody

	// TakenBy is the team for which it was first taken, of those that waited for
	// a person; nil: any. Within bounds how long it had waited; 0: any time.
	TakenBy *string
	Within  time.Duration
}

// maxPlace bounds the name of a place in a dialogue.
const maxPlace = 2*maxWord + 1

// firstTaken are the conversations that waited for a person, with the line of
// the log that tells when one of them was first taken.
const firstTaken = ` FROM conversation_log l WHERE l.what = 'taken' AND l.queued_at IS NOT NULL
	AND NOT EXISTS (SELECT 1 FROM conversation_log e WHERE e.conversation_id = l.conversation_id AND e.what = 'taken' AND e.queued_at IS NOT NULL AND e.id < l.id)`

// firstOf names these conversations.
const firstOf = "SELECT l.conversation_id" + firstTaken

// cameTo is the condition for a conversation that came to a place. Its fact says
// so, but for one that has changed since; a page of a list is found so without
// reading all that was ever said there.
const cameTo = `CASE WHEN COALESCE((SELECT bool_or(g.everything) FROM figure_changes g), FALSE) OR conversations.id IN (SELECT unnest(g.talks) FROM figure_changes g)
	THEN EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = conversations.id AND m.place = ?)
	ELSE COALESCE((SELECT ? = ANY(f.places) FROM talk_facts f WHERE f.id = conversations.id), FALSE) END`

// narrow adds the conditions of the figures.
func (c Counted) narrow(db *gorm.DB, now time.Time) (*gorm.DB, error) {
	switch c.Figure {
	case "":
	case TalkContained:
		db = db.Where(`conversations.handed_at IS NULL AND (conversations.closed_at IS NOT NULL
			OR EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = conversations.id AND m.author = 'bot'))`)
	case TalkLeft:
		db = db.Where("conversations.closed_at IS NOT NULL AND conversations.flow <> '' AND conversations.state <> ''")
	case TalkRated:
		db = db.Where("conversations.rating BETWEEN 1 AND 5")
	case TalkLive:
		db = db.Where("conversations.closed_at IS NULL AND (conversations.owner <> 'bot' OR conversations.last_at > ?)", now.Add(-talkingWithin))
	case TalkAnswered:
		db = db.Where("conversations.id IN (" + firstOf + ")")
	default:
		return nil, invalid("figure", "must be one of %s", strings.Join(names(TalkFigures()...), ", "))
	}
	if c.NoTeam {
		db = db.Where("conversations.team = ''")
	}
	db, err := c.opened(db)
	if err != nil {
		return nil, err
	}
	return c.came(db)
}

// opened adds in which language and at what hour it was opened.
func (c Counted) opened(db *gorm.DB) (*gorm.DB, error) {
	if c.NoLanguage {
		db = db.Where("conversations.language = ''")
	}
	if c.Language != "" {
		lang, err := word("language", c.Language)
		if err != nil {
			return nil, err
		}
		db = db.Where("conversations.language = ?", lang)
	}
	const local = "(conversations.opened_at AT TIME ZONE interval '6 hours')"
	for _, by := range []struct {
		field, part string
		n           *int
		most        int
	}{{"weekday", "dow", c.Weekday, 6}, {"hour", "hour", c.Hour, 23}} {
		if by.n == nil {
			continue
		}
		if *by.n < 0 || *by.n > by.most {
			return nil, invalid(by.field, "must be 0 to %d", by.most)
		}
		db = db.Where("extract("+by.part+" FROM "+local+") = ?", *by.n)
	}
	return db, nil
}

// came adds what it came to: a place of a dialogue, a person.
func (c Counted) came(db *gorm.DB) (*gorm.DB, error) {
	if c.Place != "" {
		flow, state, ok := strings.Cut(c.Place, ".")
		if !ok || len(c.Place) > maxPlace || !utf8.ValidString(c.Place) || strings.ContainsRune(c.Place, 0) {
			return nil, invalid("place", "must be a service and a place in it, with a dot between")
		}
		db = db.Where(`(conversations.flow = ? AND conversations.state = ? OR `+cameTo+`)`, flow, state, c.Place, c.Place)
	}
	if c.TakenBy == nil && c.Within == 0 {
		return db, nil
	}
	taken, values := firstOf, []any{}
	if c.TakenBy != nil {
		team, err := word("taken", *c.TakenBy)
		if err != nil {
			return nil, err
		}
		taken, values = taken+" AND l.team = ?", append(values, team)
	}
	if c.Within > 0 {
		taken, values = taken+" AND l.at - l.queued_at <= ? * interval '1 second'", append(values, int64(c.Within/time.Second))
	}
	return db.Where("conversations.id IN ("+taken+")", values...), nil
}
