package flows

import (
	"slices"
	"strconv"
	"time"
)

// What many report need not be filed as often. A service says so:
//
//	me_too: true
//
// Then, before it opens a case, an open one of the same service nearby is
// offered (within 150 m, or in the same ward at a place described alike):
// whoever joins it hears of it like its reporter. Of that case no more is said
// than service, day and ward: nothing that its reporter has written.

// Spot is where a matter is, for LookupNear.
type Spot struct {
	Flow  string
	Ward  int // 0 when unknown
	Place string
	Lat   float64 // 0, 0 when no pin was given
	Lon   float64
}

// Pinned reports whether the spot has a point.
func (s Spot) Pinned() bool { return s.Lat != 0 || s.Lon != 0 }

// NearFound is an open case near a spot that somebody else has reported.
type NearFound struct {
	Number   int64
	Ward     int // 0 when unknown
	OpenedAt time.Time
}

// Join makes the person a follower of somebody else's open case, and adds
// photos to it.
type Join struct {
	Case   int64
	Ward   int // of the matter as the person told it; 0 when unknown
	Photos []string
}

func (Join) effect() {}

// openStatuses are those of a case that one can still join.
var openStatuses = []string{"new", "assigned", "in_progress", "waiting", "reopened"}

// joinTexts are what a service with me_too says besides textFills, and the SMS
// with a code to a register's telephone.
var joinTexts = map[string][]string{
	"me_too": {"service", "date", "area"}, "me_too_near": nil, "me_too_joined": {"id", "status", "service"},
	"code_sms_row": {"code", "min"},
}

// offersJoin asks whether a case of somebody else's is meant before c is filed.
// False means that there is none, or nothing to ask by.
func (t *turn) offersJoin(st *state, c *OpenCase) bool {
	spot := Spot{Flow: c.Flow, Ward: c.Ward, Place: c.Place, Lat: c.Lat, Lon: c.Lon}
	asked := t.f.state(t.s.State)
	if t.apart || asked == nil || asked.kind != stateAsk || !spot.Pinned() && (spot.Ward == 0 || spot.Place == "") {
		return false
	}
	if t.in.Found.Near == nil {
		t.need(Lookup{Kind: LookupNear, Spot: spot})
		return true
	}
	if len(t.in.Found.Near) == 0 {
		return false
	}
	n := &t.in.Found.Near[0]
	t.move(st.name, t.s.State, "", "somebody has reported it: case "+strconv.FormatInt(n.Number, 10))
	t.s.Ask = askJoin
	t.s.Offer = []string{strconv.FormatInt(n.Number, 10), n.OpenedAt.In(dhaka).Format(time.DateOnly), strconv.Itoa(n.Ward), st.name}
	t.promptAsk()
	return true
}

// joinOffer is what Session.Offer holds while joining is offered.
type joinOffer struct {
	number int64
	day    time.Time // the case was opened
	ward   int
	state  int // that opens the person's own case
}

// joinOffered reads the offer; false when this catalogue cannot act upon it.
func (t *turn) joinOffered() (o joinOffer, ok bool) {
	if t.f == nil || len(t.s.Offer) != 4 {
		return o, false
	}
	var faults [3]error
	o.number, faults[0] = strconv.ParseInt(t.s.Offer[0], 10, 64)
	o.day, faults[1] = time.ParseInLocation(time.DateOnly, t.s.Offer[1], dhaka)
	o.ward, faults[2] = strconv.Atoi(t.s.Offer[2])
	o.state, ok = t.f.byState[t.s.Offer[3]]
	return o, ok && faults == [3]error{} && t.f.meToo && t.f.states[o.state].kind == stateOpenCase
}

// promptJoin asks whether the case that is offered is meant.
func (t *turn) promptJoin() {
	o, ok := t.joinOffered()
	if !ok {
		t.s.Ask, t.s.Offer = "", nil
		t.prompt()
		return
	}
	t.fills[fillService], t.fills[fillDate] = t.f.title[t.lang], t.c.date(o.day, t.lang)
	t.fills[fillArea] = t.wardInWords(o.ward)
	t.question(t.c.texts["me_too"], t.yesNo("yes", "no"), "")
}

// wardInWords is a ward with its name: ward 5, Uttar Para.
func (t *turn) wardInWords(n int) string {
	if n == 0 {
		return t.renderPlain(t.c.texts["me_too_near"])
	}
	words := t.f.wardLabel(t.lang) + " " + t.c.digits(strconv.Itoa(n), t.lang)
	if t.c.wards != nil {
		if w, ok := t.c.wards.Ward(n); ok && w.Name[t.c.codes[t.lang]] != "" {
			words += ", " + w.Name[t.c.codes[t.lang]]
		}
	}
	return words
}

// answerJoin joins the case, or files the person's own. What is neither yes nor
// no leaves the question standing.
func (t *turn) answerJoin() bool {
	o, ok := t.joinOffered()
	if !ok {
		t.s.Ask, t.s.Offer = "", nil
		return false
	}
	yes, said := t.yesOrNo()
	if !said {
		t.miss(reading{})
		return true
	}
	if yes {
		c, known := t.find(o.number)
		if !known {
			return true
		}
		if c != nil && slices.Contains(openStatuses, c.Status) {
			t.join(o.number, c)
			return true
		}
	}
	t.s.Ask, t.s.Offer, t.apart = "", nil, true // it is another matter, or that one is settled by now
	t.enter(o.state)
	return true
}

// join ends the dialogue with the person following somebody else's case.
func (t *turn) join(number int64, c *CaseFound) {
	mine := OpenCase{Photos: t.s.Photos}
	t.collect(&mine, &state{placeBy: -1})
	t.effect(Join{Case: number, Ward: mine.Ward, Photos: mine.Photos})
	t.remember()
	t.moveOut(t.s.State, "joined case "+strconv.FormatInt(number, 10))
	t.fillCase(number, c)
	t.leave()
	t.s.Case, t.s.CaseAt = number, t.in.At.Unix()
	t.sayAs(Receipt, t.c.texts["me_too_joined"])
}

// meToo compiles whether joining is offered.
func (k *compiler) meToo(f *flow, d *draftFlow) {
	if f.meToo = d.meToo.line != 0; !f.meToo {
		return
	}
	switch {
	case f.kind != Complaint && d.kind.text != "":
		k.fail(d.meToo, "`me_too` is for complaints: a %s is everybody's own", f.kind)
	case !f.opens:
		k.fail(d.meToo, "`me_too` is asked before a case is opened, but flow %q has no `open_case`", f.id)
	case f.slotOfKind(SlotLocation) == nil:
		k.fail(d.meToo, "`me_too` looks for reports nearby, but flow %q has no slot of type location", f.id)
	}
	for _, name := range sorted(keys(joinTexts)) {
		if k.c.texts[name] == nil {
			k.fail(d.meToo, "`me_too` needs the text %q under `texts`", name)
			k.c.texts[name] = &text{forms: k.empty()}
		}
	}
}
