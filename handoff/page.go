package handoff

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"nagorik/flows/bangla"
)

// Bounds of what is asked for and of what comes back.
const (
	PageSize    = 50  // items of a page when nobody says how many
	MaxPageSize = 200 // most items of a page
	maxQuery    = 200 // characters of a search
)

// Page is a part of a list. Next asks for the part after it and is empty at
// the end of the list.
type Page[T any] struct {
	Items []T
	Next  string
}

// PageOf says which part of a list is wanted: the one after Cursor, which is a
// Page's Next, with at most Limit items (PageSize when 0).
type PageOf struct {
	Cursor string
	Limit  int
}

// FieldError says which value given from outside is not valid, and why. It is
// an ErrInvalid.
type FieldError struct {
	Field   string
	Message string
}

// Error names the field and the reason.
func (e *FieldError) Error() string { return e.Field + ": " + e.Message }

// Unwrap makes it an ErrInvalid.
func (e *FieldError) Unwrap() error { return ErrInvalid }

func invalid(field, format string, args ...any) error {
	return &FieldError{Field: field, Message: fmt.Sprintf(format, args...)}
}

// limit returns how many items to read.
func (p PageOf) limit() (int, error) {
	switch {
	case p.Limit == 0:
		return PageSize, nil
	case p.Limit < 0 || p.Limit > MaxPageSize:
		return 0, invalid("limit", "must be a number from 1 to %d", MaxPageSize)
	default:
		return p.Limit, nil
	}
}

// Cursors name the last item of a page, newest first: an id or a number. They
// are opaque to whoever pages.

func cursorOf(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

func (p PageOf) key() (string, error) {
	b, err := base64.RawURLEncoding.DecodeString(p.Cursor)
	if err != nil {
		return "", invalid("next", "is not a value that a list gave")
	}
	return string(b), nil
}

// afterID narrows a query to what comes after the cursor in falling order of
// the ids in the column.
func (p PageOf) afterID(db *gorm.DB, column string) (*gorm.DB, error) {
	if p.Cursor == "" {
		return db, nil
	}
	id, err := p.id()
	if err != nil {
		return nil, err
	}
	return db.Where(column+" < ?", id), nil
}

// id reads a cursor that names an id; uuid.Nil when there is no cursor.
func (p PageOf) id() (uuid.UUID, error) {
	if p.Cursor == "" {
		return uuid.Nil, nil
	}
	key, err := p.key()
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.Parse(key)
	if err != nil {
		return uuid.Nil, invalid("next", "is not a value that a list gave")
	}
	return id, nil
}

// number reads a cursor that names a number; 0 when there is no cursor.
func (p PageOf) number() (int64, error) {
	if p.Cursor == "" {
		return 0, nil
	}
	key, err := p.key()
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(key, 10, 64)
	if err != nil || n <= 0 {
		return 0, invalid("next", "is not a value that a list gave")
	}
	return n, nil
}

// cut makes a page of rows of which one more than limit was asked for.
func cut[T any](rows []T, limit int, key func(T) string) ([]T, string) {
	if len(rows) <= limit {
		return rows, ""
	}
	rows = rows[:limit]
	return rows, cursorOf(key(rows[limit-1]))
}

// query makes what somebody typed fit to search for.
func query(q string) (string, error) {
	if utf8.RuneCountInString(q) > maxQuery {
		return "", invalid("q", "is longer than %d characters", maxQuery)
	}
	return bangla.Clean(q), nil
}

// contains is a LIKE pattern for text that holds s.
func contains(s string) string { return "%" + beginsWith(s) }

// beginsWith is the pattern of what begins with s.
func beginsWith(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

// local shows a time in the zone of the record's days.
func (d *Desk) local(t time.Time) time.Time { return t.In(d.tz) }

func (d *Desk) localOrNil(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.In(d.tz)
	return &at
}

// first reads one row or answers ErrNotFound.
func first[T any](db *gorm.DB, what string) (T, error) {
	var row T
	err := db.Take(&row).Error
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return row, fmt.Errorf("read %s: %w", what, err)
	}
	return row, notFound(err, what)
}
