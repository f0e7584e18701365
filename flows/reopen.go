package flows

import (
	"strings"
	"time"
)

// A case whose work was not done can be opened again by its reporter while it
// is resolved, for some time after that:
//
//	look:
//	  lookup: resolved
//	  number: number      # a number slot; filled in when only one case can be meant
//	  within: reopen_days # a setting of the city: for how many days
//	  found: ask_what
//	  none: ask_number
//	reopen:
//	  reopen_case: number
//	  note: what          # a text slot: what is left to do
//	  next: done

// ReopenCase opens a resolved case of the person's own again. When it is not
// resolved any more, the note and the photos are kept with it all the same.
type ReopenCase struct {
	Number int64
	Note   string
	Photos []string
}

func (ReopenCase) effect() {}

// statusResolved is the one status from which a citizen opens a case again.
const statusResolved = "resolved"

// reopens reports whether the person may open a case again now.
func (t *turn) reopens(c *CaseFound, st *state) bool {
	return c != nil && c.Mine && c.Status == statusResolved && t.in.At.Sub(c.UpdatedAt) <= st.within
}

// lookupResolved finds the case that is to be opened again: the one with the
// number in the slot, or the only one of the person's own that can be.
func (t *turn) lookupResolved(st *state) (next int, event, why string, stop bool) {
	sl := &t.f.slots[st.slot]
	event, why = eventNone, "no case that can be opened again"
	v, given := t.s.Answer(sl.name)
	if !given {
		v, given = t.onlyResolved(st)
		if len(t.out.Lookups) > 0 {
			return 0, "", "", true
		}
		if given {
			t.s.put(sl.name, v)
			t.s.Known = with(t.s.Known, sl.name)
		}
	}
	if given {
		c, known := t.find(int64(v.Number))
		if !known {
			return 0, "", "", true
		}
		t.fillCase(int64(v.Number), c)
		t.heardOf(c)
		if t.reopens(c, st) {
			event, why = eventFound, "case "+v.String()
		} else {
			t.s.drop(sl.name)
		}
	}
	next, _ = st.out(event)
	return next, event, why, false
}

func (t *turn) onlyResolved(st *state) (v Value, ok bool) {
	if t.in.Found.Mine == nil {
		t.need(Lookup{Kind: LookupMine})
		return v, false
	}
	n := 0
	for i := range t.in.Found.Mine {
		if c := &t.in.Found.Mine[i]; t.reopens(c, st) {
			v, n = NumberValue(float64(c.Number)), n+1
		}
	}
	return v, n == 1
}

// reopenCase opens the case again, with what the person says and shows of it.
func (t *turn) reopenCase(st *state) {
	v, _ := t.s.Answer(t.f.slots[st.slot].name)
	e := ReopenCase{Number: int64(v.Number), Photos: t.s.Photos}
	if st.note >= 0 {
		note, _ := t.s.Answer(t.f.slots[st.note].name)
		e.Note = clip(strings.TrimSpace(note.Text), maxReopenNote)
	}
	for i := range t.f.slots {
		if sl := &t.f.slots[i]; sl.kind == SlotPhoto {
			photos, _ := t.s.Answer(sl.name)
			e.Photos = append(append([]string{}, photos.List...), e.Photos...)
		}
	}
	t.effect(e)
	t.s.Case, t.s.CaseAt, t.s.Photos = e.Number, t.in.At.Unix(), nil
	t.fillCase(e.Number, nil)
	t.sayAs(Receipt, st.text)
}

// maxReopenNote bounds what is kept of the note, in bytes.
const maxReopenNote = 2000

// longestWithin bounds how many days after its settlement a case can be opened
// again.
const longestWithin = 366

func (k *compiler) reopenOf(f *flow, d *draftState, s *state) {
	f.opens = true
	s.slot = k.slotNamed(f, d.slot)
	k.slotIs(f, s.slot, d.slot, SlotNumber)
	s.note = -1
	if d.note.text != "" {
		s.note = k.slotNamed(f, d.note)
		k.slotIs(f, s.note, d.note, SlotText)
	}
}

// withinOf is how long a case can be opened again: a setting of the city, in
// days.
func (k *compiler) withinOf(d *draftState, s *state) {
	if d.lookup.text != "resolved" {
		if d.within.text != "" {
			k.fail(d.within.position, "`within` belongs to `lookup: resolved`")
		}
		return
	}
	days, isNumber := k.c.settings[d.within.text].(float64)
	switch {
	case d.within.text == "":
		k.fail(d.name.position, "state %q needs within: the setting that says for how many days a case can be opened again", d.name.text)
	case !isNumber:
		k.fail(d.within.position, "there is no setting %q that is a number of days%s", d.within.text, suggest(d.within.text, keys(k.c.settings)))
	case days < 1 || days > longestWithin:
		k.fail(d.within.position, "the setting %q must be from 1 to %d days", d.within.text, longestWithin)
	default:
		s.within = time.Duration(days * float64(24*time.Hour))
	}
}
