package flows

import (
	"strconv"
	"strings"
)

// rowPrefix begins the placeholders that are a row's.
const rowPrefix = "row."

// registerOf finds the register and the slot of a flow's look-ups before its
// texts are compiled: they may mention the row.
func (k *compiler) registerOf(f *flow, d *draftFlow) {
	f.rowSlot = -1
	for _, s := range d.states {
		if s.kind != stateLookup || s.lookup.text != string(LookupRegister) || s.register.text == "" || s.slot.text == "" {
			continue
		}
		slot := k.slotNamed(f, s.slot)
		switch {
		case f.register == "":
			f.register, f.rowSlot = s.register.text, slot
		case f.register != s.register.text:
			k.fail(s.register.position, "%s looks up %q already: a flow is about one register", f.id, f.register)
		case f.rowSlot != slot && slot >= 0 && f.rowSlot >= 0:
			k.fail(s.slot.position, "%s looks its row up by %q already: a flow is about one row", f.id, f.slots[f.rowSlot].name)
		}
		if slot >= 0 {
			switch f.slots[slot].kind {
			case SlotText, SlotNumber, SlotPhone, "":
			default:
				k.fail(s.slot.position, "slot %q is of type %s; a key is one of type text, number or phone", s.slot.text, f.slots[slot].kind)
			}
		}
		if s.absent.text == "" {
			k.warn(s.register.position, "this is published only where a register %q is uploaded; without one, say with `absent` where the dialogue goes on", s.register.text)
		}
		k.useRegister(s.register.text, "", s.absent.text != "", s.register.position)
	}
}

// useRegister notes a need that only a database can answer.
func (k *compiler) useRegister(register, field string, optional bool, at position) {
	for i := range k.c.registers {
		if u := &k.c.registers[i]; u.Register == register && u.Field == field {
			u.Optional = u.Optional && optional
			return
		}
	}
	k.c.registers = append(k.c.registers, RegisterUse{register, field, optional, at.file, at.line, at.col})
}

// rowPart is a placeholder that tells a field of the row; false when it is none.
func (k *compiler) rowPart(name string, w word, in scope) (part, bool) {
	field, ok := strings.CutPrefix(name, rowPrefix)
	if !ok {
		return part{}, false
	}
	p := part{slot: -1, fill: fillRow, row: field}
	switch {
	case in.register == "":
		k.fail(w.position, "{%s} tells of a row, but no `lookup: register` of %s finds one", name, in.what)
	case field != FieldKey && field != FieldPhone:
		k.useRegister(in.register, field, true, w.position)
	}
	return p, true
}

// sendRowCodeOf compiles a state that sends a code to the telephone in the row.
func (k *compiler) sendRowCodeOf(f *flow, d *draftState, s *state) {
	s.row, f.provesRow = true, true
	if f.register == "" {
		k.fail(d.slot.position, "`send_code: row` needs a state with `lookup: register`: it finds the row")
	}
}

func parseAmount(s string) (float64, bool) {
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}
