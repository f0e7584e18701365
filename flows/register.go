package flows

import (
	"strings"
	"time"
	"unicode"

	"nagorik/flows/bangla"
)

// A register is a table that a supervisor uploads: holdings with their dues,
// licences with the day they end. A flow looks up a row by the answer to one of
// its questions, and says its fields:
//
//	look:
//	  lookup: register
//	  register: holdings      # the name under which it was uploaded
//	  key: holding_no     # the slot; case, script of the digits and blanks do not matter
//	  found: tell             # the row may be told: {row.due}, {row.owner} …
//	  none: unknown           # there is no such row
//	  masked: offer           # it is there, and demands proof first; left out: as found
//	  no_phone: visit         # the same, and there is no telephone in it; left out: as masked
//	  absent: as_before       # no table was uploaded under that name; left out: as none
//	tell:
//	  say: {bn: "বকেয়া {row.due} টাকা।", en: "You owe Tk {row.due}."}
//	  next: done
//
// A row that demands proof is told with its fields masked, until a code that was
// sent to the telephone in the row was given:
//
//	send:
//	  send_code: row          # to the telephone in the row, never to another
//	  next: ask_code          # the code is on its way
//	  found: look             # it was proven before
//	  none: not_now           # there is no SMS, or there were too many codes today
//	  no_phone: visit         # the row has no telephone; left out: as none
//
// All look-ups of a flow are of one register by one slot, so {row.…} means the
// same row everywhere in it. Every row has {row.key} and {row.phone}, which is
// always masked; the other fields are named at the upload.

// rowSlot is what send_code says for the telephone in the row.
const rowSlot = "row"

// The fields that every row has.
const (
	FieldKey   = "key"
	FieldPhone = "phone"
)

// Bounds of a register's rows.
const (
	MaxKey   = 60  // bytes of a key as it is compared
	MaxField = 300 // bytes of one value
)

// LookupRegister asks for a row: of Lookup.Register, under Lookup.Key.
const LookupRegister LookupKind = "register"

// The ways out that only a register has.
const (
	eventMasked  = "masked"
	eventAbsent  = "absent"
	eventNoPhone = "no_phone"
)

// FieldType is what stands in a column of a register.
type FieldType string

// The types of fields: how a value is checked, told and masked.
const (
	FieldText   FieldType = "text"
	FieldName   FieldType = "name"   // of a person: masked, its initials stay
	FieldAmount FieldType = "amount" // taka, grouped by lakh
	FieldDate   FieldType = "date"   // kept as 2026-11-23
)

// FieldTypes are all types.
func FieldTypes() []FieldType { return []FieldType{FieldText, FieldName, FieldAmount, FieldDate} }

// RowKey names a row: a register and a key that RegisterKey has made.
type RowKey struct{ Register, Key string }

// RegisterFound is what a register knows under a key.
type RegisterFound struct {
	Loaded bool // a table is in force under that name
	Found  bool // it has the row
	Proof  bool // it answers only who has proven the telephone in the row
	Proven bool // the person has
	Open   bool // a code may be sent to that telephone now
	Phone  string
	Fields map[string]RowField
}

// RowField is one value of a row, as it is kept.
type RowField struct {
	Type FieldType
	Text string // amounts as 1234.5, dates as 2026-11-23
	Open bool   // told without proof too
}

// RegisterUse is where a catalogue first needs a register, or a field of it.
type RegisterUse struct {
	Register string
	Field    string // empty: the register itself
	Optional bool   // the flow has a way for when it is absent
	File     string
	Line     int
	Col      int
}

// Fault says at its place that a register is not as the flow needs it.
func (u RegisterUse) Fault(warning bool, message string) Fault {
	return Fault{File: u.File, Line: u.Line, Col: u.Col, Warning: warning, Message: message}
}

// Registers are the registers that the flows need, and the fields of them that
// their texts tell, in the order of the file. Which there are is not known when
// a file is checked: whoever publishes compares.
func (c *Catalog) Registers() []RegisterUse { return c.registers }

// RegisterKey is a key as it is compared: "১২/ ক" is 12/ক, and "TL-0045" is
// tl-0045. Empty when there is nothing of a key in it.
func RegisterKey(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Cf) {
			return -1
		}
		return r
	}, strings.ToLower(bangla.Fold(bangla.Digits(s))))
	if !saysSomething(s) || len(s) > MaxKey {
		return ""
	}
	return s
}

// row is the row that the flow is about. Nil: it must be looked up first, and
// what is being said does not count.
func (t *turn) row() *RegisterFound {
	if t.f == nil || t.f.register == "" || t.f.rowSlot < 0 {
		return nil
	}
	v, _ := t.s.Answer(t.f.slots[t.f.rowSlot].name)
	at := RowKey{t.f.register, RegisterKey(v.String())}
	found := t.in.Found.Registers[at]
	if found == nil {
		t.need(Lookup{Kind: LookupRegister, Register: at.Register, Key: at.Key})
	}
	return found
}

// lookupRow finds the row.
func (t *turn) lookupRow(st *state) (next int, event, why string, stop bool) {
	row := t.row()
	if row == nil {
		return 0, "", "", true
	}
	switch {
	case !row.Loaded:
		event, why = eventAbsent, "no register "+t.f.register
	case !row.Found:
		event, why = eventNone, "no such row"
	case row.Proof && row.Phone == "":
		event, why = eventNoPhone, "the row has no telephone"
	case row.Proof && !t.proven(row):
		event, why = eventMasked, "the telephone in the row is not proven"
	default:
		event, why = eventFound, "the row is there"
	}
	return st.outOr(event), event, why, false
}

// outOr is where an event leads; one that has no way out of its own takes that
// of the next one in meaning.
func (s *state) outOr(event string) int {
	for {
		if next, ok := s.out(event); ok {
			return next
		}
		switch {
		case event == eventNoPhone && s.kind == stateLookup:
			event = eventMasked
		case event == eventMasked:
			event = eventFound
		case event == eventNone, event == eventFound: // every such state has them
			return 0
		default:
			event = eventNone
		}
	}
}

// proven reports that the row may be told whole.
func (t *turn) proven(row *RegisterFound) bool {
	return row.Proven || row.Phone != "" && t.proved == row.Phone
}

// sendRowCode sends a code to the telephone in the row.
func (t *turn) sendRowCode(st *state) (next int, event, why string, stop bool) {
	row := t.row()
	if row == nil {
		return 0, "", "", true
	}
	event, why = eventNone, "no code can be sent"
	switch {
	case !row.Found:
	case !row.Proof || t.proven(row):
		event, why = eventFound, "nothing is left to prove"
	case row.Phone == "":
		event, why = eventNoPhone, "the row has no telephone"
	case t.in.SMS && row.Open:
		v, _ := t.s.Answer(t.f.slots[t.f.rowSlot].name)
		t.effect(SendCode{Phone: row.Phone, Register: t.f.register, Key: RegisterKey(v.String())})
		event, why = eventNext, "a code is sent"
	}
	return st.outOr(event), event, why, false
}

// rowShown is a field of the row as a text tells it.
func (t *turn) rowShown(field string) string {
	row := t.row()
	if row == nil || !row.Found {
		return "–"
	}
	f, ok := row.Fields[field]
	switch {
	case field == FieldPhone:
		return t.c.digits(MaskPhone(row.Phone), t.lang)
	case field == FieldKey:
		v, _ := t.s.Answer(t.f.slots[t.f.rowSlot].name)
		return t.c.digits(v.String(), t.lang)
	case !ok || f.Text == "":
		return "–"
	case row.Proof && !f.Open && !t.proven(row):
		return f.masked()
	}
	return t.c.fieldShown(f, t.lang)
}

// fieldShown writes a value as the language does.
func (c *Catalog) fieldShown(f RowField, lang int) string {
	switch f.Type {
	case FieldAmount:
		if n, ok := parseAmount(f.Text); ok {
			return amountShown(n, c.codes[lang])
		}
	case FieldDate:
		if day, err := time.Parse(time.DateOnly, f.Text); err == nil {
			return c.date(day, lang)
		}
	}
	return f.Text
}

// hidden stands for what is not told yet.
const hidden = "•••"

// masked leaves a name's initials and nothing of the others.
func (f RowField) masked() string {
	if f.Type != FieldName {
		return hidden
	}
	words := strings.Fields(f.Text)
	for i, w := range words {
		first, _ := bangla.Graphemes(w, 1)
		if first == "" {
			for _, r := range w {
				first = string(r)
				break
			}
		}
		words[i] = first + hidden
	}
	return strings.Join(words, " ")
}

// MaskPhone leaves the last three digits of a telephone.
func MaskPhone(phone string) string {
	const kept = 3
	if len(phone) <= kept {
		return "–"
	}
	return hidden + phone[len(phone)-kept:]
}
