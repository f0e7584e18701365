package flows

import (
	"strconv"
	"strings"
	"time"

	"nagorik/flows/bangla"
)

// Case numbers.
const (
	firstCase = 10001 // numbers begin here, so a bare number from here on is a case's
	maxMine   = 5     // of the person's own cases that are listed
)

// openCase files the matter and says its number. False means that it was not
// filed: there is no number, one case was opened in this turn already, or the
// person is asked first whether somebody else's is meant.
func (t *turn) openCase(st *state) bool {
	if t.in.Case == 0 || t.filed {
		t.move(st.name, "", "", "no number to file the case under")
		t.backToQuestion()
		t.say(t.c.texts["sys_error"])
		return false
	}
	c := OpenCase{
		Number: t.in.Case, Flow: t.f.id, Kind: t.f.kind, Team: t.f.team,
		Title: t.caseTitle(st), Target: t.f.target, Photos: t.s.Photos,
	}
	if st.target > 0 {
		c.Target = st.target
	}
	t.collect(&c, st)
	if t.f.meToo && t.offersJoin(st, &c) {
		return false
	}
	t.filed = true
	t.effect(c)
	t.remember()
	t.s.Case, t.s.CaseAt, t.s.Photos = c.Number, t.in.At.Unix(), nil
	t.receipt(st, c)
	t.offerLink()
	return true
}

// backToQuestion leaves the last question standing, so that the answer can be
// given again.
func (t *turn) backToQuestion() {
	if st := t.f.state(t.s.State); st == nil || st.kind != stateAsk {
		t.leave()
	}
}

// collect gathers answers, photos, ward and place.
func (t *turn) collect(c *OpenCase, st *state) {
	for i := range t.f.slots {
		sl := &t.f.slots[i]
		v, ok := t.s.Answer(sl.name)
		if !ok || v.Shape == Nothing || sl.kind == SlotConfirm {
			continue
		}
		switch sl.kind {
		case SlotPhoto:
			c.Photos = append(append([]string{}, v.List...), c.Photos...)
			continue
		case SlotWard:
			if c.Ward == 0 {
				c.Ward, c.WardBy = int(v.Number), t.s.WardBy
			}
		case SlotLocation:
			if i == st.placeBy {
				c.Place, c.Lat, c.Lon = v.Text, v.Lat, v.Lon
			}
		}
		if sl.kind == SlotChoice && !sl.several && len(v.List) == 1 {
			v = TextValue(v.List[0]) // one answer is no list to whoever reads the case
		}
		c.Answers = append(c.Answers, Answer{Slot: sl.name, Value: v})
	}
}

// caseTitle is what the desk calls the case, in the catalogue's default language.
func (t *turn) caseTitle(st *state) string {
	lang, face := t.lang, t.in.Face
	t.lang, t.in.Face.Short, t.in.Face.Spoken = 0, false, false
	defer func() { t.lang, t.in.Face = lang, face }()
	title := ""
	if st.title != nil {
		title = strings.TrimSpace(t.render(st.title))
	}
	if title == "" {
		title = t.f.title[0]
	}
	return clip(title, maxCaseTitle)
}

// maxCaseTitle bounds a case's title, in bytes.
const maxCaseTitle = 300

// remember keeps new answers with the contact.
func (t *turn) remember() {
	for i := range t.f.slots {
		sl := &t.f.slots[i]
		v, ok := t.s.Answer(sl.name)
		if !sl.remember || !ok || !sl.do.fits(t.c, sl, v) || t.remembered(sl.name, v) {
			continue
		}
		t.effect(Remember{Slot: sl.name, Type: sl.kind, Value: v})
	}
}

// remembered reports that the contact's record says the same already.
func (t *turn) remembered(slot string, v Value) bool {
	old, ok := t.in.Found.Remembered[slot]
	return ok && old.Shape == v.Shape && old.String() == v.String()
}

// receipt says the number and until when to wait.
func (t *turn) receipt(st *state, c OpenCase) {
	t.fills[fillID] = t.c.digits(strconv.FormatInt(c.Number, 10), t.lang)
	t.fills[fillDept] = t.c.label(t.c.teams, c.Team, t.c.codes[t.lang])
	t.fills[fillService] = t.f.title[t.lang]
	hours := int((c.Target + time.Hour - 1) / time.Hour)
	t.fills[fillHours] = t.c.digits(strconv.Itoa(hours), t.lang)
	t.fills[fillDays] = t.c.digits(strconv.Itoa((hours+23)/24), t.lang)
	x := st.text
	switch {
	case x != nil:
	case c.Target == 0:
		x = t.c.texts["case_new_open"]
	case c.Target < 48*time.Hour:
		x = t.c.texts["case_new_hours"]
	default:
		x = t.c.texts["case_new"]
	}
	t.sayAs(Receipt, x)
}

// lookup finds the person's own cases, or one by number.
func (t *turn) lookup(st *state) (next int, event, why string, stop bool) {
	if st.row {
		return t.lookupRow(st)
	}
	if st.within > 0 {
		return t.lookupResolved(st)
	}
	var found bool
	if st.mine {
		if t.in.Found.Mine == nil {
			t.need(Lookup{Kind: LookupMine})
			return 0, "", "", true
		}
		found = t.fillMine()
		why = strconv.Itoa(len(t.in.Found.Mine)) + " cases"
	} else {
		v, _ := t.s.Answer(t.f.slots[st.slot].name)
		c, known := t.find(int64(v.Number))
		if !known {
			return 0, "", "", true
		}
		found = c != nil
		t.fillCase(int64(v.Number), c)
		t.heardOf(c)
		why = "case " + v.String()
	}
	event = eventNone
	if found {
		event = eventFound
	}
	next, _ = st.out(event)
	return next, event, why, false
}

// find is a case by number; known is false when it must be looked up first.
func (t *turn) find(number int64) (c *CaseFound, known bool) {
	c, known = t.in.Found.Cases[number]
	if !known {
		t.need(Lookup{Kind: LookupCase, Number: number})
	}
	return c, known
}

func (t *turn) fillCase(number int64, c *CaseFound) {
	t.fills[fillID] = t.c.digits(strconv.FormatInt(number, 10), t.lang)
	if c == nil {
		return
	}
	t.fills[fillStatus] = t.c.label(t.c.statuses, c.Status, t.c.codes[t.lang])
	t.fills[fillDate] = t.c.date(c.UpdatedAt.In(dhaka), t.lang)
	t.fills[fillService] = t.serviceTitle(c.Flow)
}

// fillMine writes a line for each of the person's latest cases.
func (t *turn) fillMine() bool {
	var lines []string
	for i := range t.in.Found.Mine {
		if c := &t.in.Found.Mine[i]; i < maxMine {
			t.fillCase(c.Number, c)
			t.heardOf(c)
			lines = append(lines, t.renderPlain(t.c.texts["status"]))
		}
	}
	t.fills[fillMine] = strings.Join(lines, "\n")
	return len(lines) > 0
}

// tellNumber answers a bare case number, "#10234" or "status 10234".
func (t *turn) tellNumber() bool {
	n, ok := caseNumber(t.folded)
	if ok {
		t.tellCase(n)
	}
	return ok
}

func hasDigit(folded string) bool { return strings.ContainsAny(folded, "0123456789") }

// tellCase says how a case stands, and puts the standing question again.
func (t *turn) tellCase(n int64) {
	c, known := t.find(n)
	if !known {
		return
	}
	t.fillCase(n, c)
	t.heardOf(c)
	line := t.c.texts["status"]
	if c == nil {
		line = t.c.texts["status_none"]
	}
	t.move(t.s.State, t.s.State, "", "case "+strconv.FormatInt(n, 10))
	t.tell(line)
}

func (t *turn) tell(line *text) {
	t.s.Misses = 0
	if t.f == nil {
		t.say(line)
		return
	}
	t.addLead(line)
	t.prompt()
}

// status tells the person's own cases. At the menu the flow for it begins, which
// may ask for a number.
func (t *turn) status() {
	if n, ok := bangla.CaseID(t.folded, false); ok && t.in.Kind == InputText {
		t.tellCase(n)
		return
	}
	if f := t.c.byFlowID(FlowStatus); f != nil && (t.f == nil || t.f == f) {
		t.begin(f, "asked for the status")
		return
	}
	if t.in.Found.Mine == nil {
		t.need(Lookup{Kind: LookupMine})
		return
	}
	if !t.fillMine() {
		t.addLead(t.c.texts["status_ask"])
		t.prompt()
		return
	}
	t.lead += t.fills[fillMine]
	t.prompt()
}

// serviceTitle is what a flow is called; its id when this catalogue has it no
// more.
func (t *turn) serviceTitle(id string) string {
	if f := t.c.byFlowID(id); f != nil {
		return f.title[t.lang]
	}
	return id
}

// afterPhoto compiles whether a case is resolved with a photo only.
func (k *compiler) afterPhoto(f *flow, d *draftFlow) {
	if d.after.line != 0 && !f.opens {
		k.fail(d.after, "`after_photo` is about resolving cases, but flow %q has no `open_case`", f.id)
	}
}
