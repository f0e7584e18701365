package flows

import (
	"strings"
	"unicode/utf8"

	"nagorik/flows/bangla"
	"nagorik/flows/place"
)

// onPin takes a pin: as the answer, or for the place the flow will ask for.
func (t *turn) onPin() {
	switch {
	case t.f == nil || t.settled:
		t.miss(reading{})
	case t.s.Ask == "" || t.s.Ask == askWard:
		kind := t.standing().kind
		if kind == SlotLocation || kind == SlotWard {
			t.s.Ask, t.s.Offer = "", nil
			t.answer()
			return
		}
		t.pinEarly()
	default:
		t.pinEarly()
	}
}

// pinEarly keeps a pin that came before the question for the place.
func (t *turn) pinEarly() {
	if t.f.slotOfKind(SlotLocation) == nil || !onEarth(t.in.Lat, t.in.Lon) {
		t.miss(reading{})
		return
	}
	if !t.wardFromPin() {
		t.addLead(t.c.texts["ward_outside"])
		t.prompt()
		return
	}
	t.prefillPlace()
	t.addLead(t.c.texts["pin_kept"])
	t.prompt()
}

func (f *flow) slotOfKind(kind SlotType) *slot {
	for i := range f.slots {
		if f.slots[i].kind == kind {
			return &f.slots[i]
		}
	}
	return nil
}

// wardFromPin sets the ward a pin lies in, unless the person has named one in
// this dialogue. False means that the pin lies in no ward.
func (t *turn) wardFromPin() bool {
	if t.c.wards == nil || !t.c.wards.HasPolygons() {
		return true
	}
	w, ok := t.c.wards.At(t.in.Lat, t.in.Lon)
	if !ok {
		return false
	}
	t.wardIs(w.Number, WardByPin)
	return true
}

// wardFromText takes a ward that was said beside something else.
func (t *turn) wardFromText() {
	if n, r := bangla.Ward(t.folded, false); r == bangla.OneWard && t.c.isWard(n) {
		t.wardIs(n, WardByText)
	}
}

// wardFromPlace helps a person who does not know the ward: the place they typed
// may be an area that lies in one.
func (t *turn) wardFromPlace() {
	sl := t.f.slotOfKind(SlotWard)
	if sl == nil || t.c.wards == nil {
		return
	}
	if v, answered := t.s.Answer(sl.name); !answered || v.Number != 0 {
		return
	}
	if matches := distinctWards(t.c.wards.Find(t.text)); len(matches) == 1 {
		t.wardIs(matches[0].Ward.Number, WardByPlace)
	}
}

// wardIs fills the flow's ward, if nobody has answered it in this dialogue. A
// remembered ward gives way: it is where the person lives, not where the trouble
// is.
func (t *turn) wardIs(n int, by WardBy) {
	sl := t.f.slotOfKind(SlotWard)
	if sl == nil {
		return
	}
	v, answered := t.s.Answer(sl.name)
	if answered && v.Number != 0 && !t.s.knows(sl.name) {
		return
	}
	t.s.put(sl.name, NumberValue(float64(n)))
	t.s.WardBy = by
	t.s.Known = with(t.s.Known, sl.name)
}

// prefillPlace keeps this turn's pin as the place, beside what was typed.
func (t *turn) prefillPlace() {
	sl := t.f.slotOfKind(SlotLocation)
	if sl == nil {
		return
	}
	v, answered := t.s.Answer(sl.name)
	if v.Pinned() {
		return
	}
	t.s.put(sl.name, PlaceValue(t.in.Lat, t.in.Lon, v.Text))
	if !answered {
		t.s.Known = with(t.s.Known, sl.name)
	}
}

// prefill takes what the words that began the flow say about its choices, its
// ward and its numbers, where they say it clearly.
func (t *turn) prefill() {
	if t.in.Kind != InputText && !t.told || len(t.tokens()) < 2 {
		return
	}
	for i := range t.f.slots {
		sl := &t.f.slots[i]
		if sl.kind != SlotChoice || sl.several || sl.optional || sl.yesNo {
			continue
		}
		p := sl.words.longest(t.tokens())
		if p == nil || sl.ambiguous(t.tokens(), p) {
			continue
		}
		t.s.put(sl.name, ListValue(sl.choices[p.target].id))
		t.s.Known = with(t.s.Known, sl.name)
	}
	t.wardFromText()
	t.wardFromArea()
	t.amountFromText()
	t.numbersFromText()
}

// numbersFromText takes the numbers of things that are named, such as that of a
// holding.
func (t *turn) numbersFromText() {
	for i := range t.f.slots {
		sl := &t.f.slots[i]
		if sl.beside == nil {
			continue
		}
		if number, ok := sl.beside.Find(t.text); ok && sl.within(float64(utf8.RuneCountInString(number))) {
			t.s.put(sl.name, TextValue(number))
			t.s.Known = with(t.s.Known, sl.name)
		}
	}
}

// wardFromArea takes the ward of the one area that was named beside something else.
func (t *turn) wardFromArea() {
	sl := t.f.slotOfKind(SlotWard)
	if sl == nil {
		return
	}
	if v, answered := t.s.Answer(sl.name); answered && !t.s.knows(sl.name) && v.Number != 0 {
		return
	}
	if _, r := bangla.Ward(t.folded, false); r != bangla.NoWard {
		return
	}
	if m, ok := t.areaNamed(); ok {
		t.wardIs(m.Ward.Number, WardByPlace)
	}
}

// areaNamed is the area that a message names, when it lies in one ward.
func (t *turn) areaNamed() (place.Match, bool) {
	if t.c.wards == nil {
		return place.Match{}, false
	}
	matches := distinctWards(t.c.wards.Named(t.text))
	if len(matches) != 1 || t.c.isMatter(matches[0]) {
		return place.Match{}, false
	}
	return matches[0], true
}

// isMatter reports an area that is called like what services are about: whoever writes of the playground need not
// live at Playground.
func (c *Catalog) isMatter(m place.Match) bool {
	for _, name := range m.Area {
		if c.lists.flows.whole(tokens(nil, bangla.Fold(name))) != nil {
			return true
		}
	}
	return false
}

// amountFromText takes a sum of money where the service asks for just one before anything is worked out.
func (t *turn) amountFromText() {
	v, ok := bangla.Money(t.folded)
	if !ok || !namesMoney(t.folded) {
		return
	}
	var only *slot
	for i := range t.f.slots {
		if sl := &t.f.slots[i]; sl.kind == SlotAmount && t.f.asks(i) {
			if only != nil {
				return
			}
			only = sl
		}
	}
	if only != nil && only.within(v) {
		t.s.put(only.name, NumberValue(v))
		t.s.Known = with(t.s.Known, only.name)
	}
}

// asks reports that a state asks for the slot.
func (f *flow) asks(slot int) bool {
	for i := range f.states {
		if f.states[i].kind == stateAsk && f.states[i].slot == slot {
			return true
		}
	}
	return false
}

// moneyWords say that a number is a sum of money.
var moneyWords = []string{"টাকা", "৳", "taka", "tk", "লাখ", "lakh", "lac", "হাজার", "hajar", "hazar", "কোটি", "crore"}

// namesMoney reports that a folded text speaks of money.
func namesMoney(folded string) bool {
	for _, w := range moneyWords {
		if strings.Contains(folded, w) {
			return true
		}
	}
	return false
}

func areaName(m place.Match, lang string) string {
	if name := m.Area[lang]; name != "" {
		return name
	}
	for _, name := range m.Area {
		return name
	}
	return ""
}
