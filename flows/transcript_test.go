package flows

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"nagorik/flows/gsm"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The faces of the channels, as their packages declare them.
var faces = map[string]Face{
	"sms":       {Name: "sms", Short: true},
	"messenger": {Name: "messenger", Buttons: true, MaxChoices: 13, Photos: true},
	"web":       {Name: "web", Buttons: true, Photos: true, Location: true},
	"phone":     {Name: "phone", Buttons: true, Photos: true, Spoken: true},
	"counter":   {Name: "counter", Buttons: true, Photos: true, Spoken: true},
}

// desk plays the caller of Step: it keeps the session as JSON, answers look-ups
// and does what the effects say.
type desk struct {
	t          testing.TB
	c          *Catalog
	face       Face
	owner      Owner
	muted      bool
	first      bool
	at         time.Time
	session    []byte
	number     int64
	filed      int64 // by a directive
	remembered map[string]Value
	cases      map[int64]*CaseFound
	busy       DeskFound
	near       []NearFound
	codes      bool       // an SMS can be sent
	proof      ProofFound // what is known of every telephone
	registers  map[RowKey]*RegisterFound
	sentTo     string // the telephone that a code went to
	rowProven  string // the telephone of a row that was proven
	code       string // that was sent; empty: none is waited for
	left       int    // tries for it
	promises   bool   // they are written down
	name       string
	returns    bool
	asked      time.Time // how satisfied the person is
	last       Turn
	buttons    []Choice
}

func newDesk(t testing.TB, c *Catalog) *desk {
	return &desk{
		t: t, c: c, face: faces["web"], owner: OwnerBot, number: 10234,
		at:         time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC),
		remembered: map[string]Value{}, cases: map[int64]*CaseFound{},
	}
}

// step takes one input through as many rounds as its look-ups need.
func (d *desk) step(in Input) Turn {
	d.t.Helper()
	in.At, in.Face, in.Owner, in.Muted, in.Case, in.First = d.at, d.face, d.owner, d.muted, d.number, d.first
	in.Codes, in.SMS, in.Returns = d.codes, d.codes, d.returns
	d.first, d.returns = false, false
	s, err := DecodeSession(d.session)
	if err != nil {
		d.t.Fatalf("the session of the last turn cannot be read: %v", err)
	}
	before := string(s.AppendJSON(nil))
	for round := 0; ; round++ {
		if round > 4 {
			d.t.Fatal("more than four rounds of look-ups")
		}
		turn := d.c.Step(s, in)
		if after := string(s.AppendJSON(nil)); after != before {
			d.t.Fatalf("Step changed the session it was given:\n%s\n%s", before, after)
		}
		if len(turn.Lookups) == 0 {
			d.settle(turn)
			return turn
		}
		for _, l := range turn.Lookups {
			d.answer(&in.Found, l)
		}
	}
}

func (d *desk) answer(found *Found, l Lookup) {
	switch l.Kind {
	case LookupRemembered:
		found.Remembered = d.remembered
	case LookupCase:
		if found.Cases == nil {
			found.Cases = map[int64]*CaseFound{}
		}
		found.Cases[l.Number] = d.cases[l.Number]
	case LookupProof:
		proof := d.proof
		proof.Phone = l.Phone
		found.Proof = &proof
	case LookupCode:
		found.Code = &CodeFound{}
		if d.code != "" && d.left > 0 {
			found.Code = &CodeFound{ID: "sent", Right: l.Code == d.code, Left: d.left - 1, Phone: d.sentTo}
		}
	case LookupRegister:
		d.answerRow(found, RowKey{l.Register, l.Key})
	case LookupDesk:
		if found.Desk == nil {
			found.Desk = map[string]DeskFound{}
		}
		found.Desk[l.Team] = d.busy
	case LookupNear:
		found.Near = []NearFound{}
		for _, n := range d.near {
			if c := d.cases[n.Number]; c != nil && c.Flow == l.Spot.Flow && has(openStatuses, c.Status) && (n.Ward == l.Spot.Ward || l.Spot.Pinned()) {
				found.Near = append(found.Near, n)
			}
		}
	case LookupReturn:
		found.Return = d.greeted()
	case LookupRating:
		found.RatingAsked = &d.asked
	case LookupMine:
		found.Mine = []CaseFound{}
		for n := d.number; n > 10000; n-- {
			if c := d.cases[n]; c != nil && c.Mine {
				found.Mine = append(found.Mine, *c)
			}
		}
	}
}

// settle keeps what the turn left: the session through JSON, the effects.
func (d *desk) settle(turn Turn) {
	d.session = turn.Session.AppendJSON(nil)
	again, err := DecodeSession(d.session)
	if err != nil {
		d.t.Fatalf("%v in %s", err, d.session)
	}
	if !reflect.DeepEqual(again, turn.Session) {
		d.t.Fatalf("the session changes through JSON:\n%#v\n%#v", turn.Session, again)
	}
	for _, e := range turn.Effects {
		switch e := e.(type) {
		case OpenCase:
			d.cases[e.Number] = &CaseFound{Number: e.Number, Flow: e.Flow, Title: e.Title, Status: "new", Told: "new", UpdatedAt: d.at, Mine: true}
			d.number++
		case ReopenCase:
			c := d.cases[e.Number]
			c.Status, c.Told, c.UpdatedAt = "reopened", "reopened", d.at
		case SendCode:
			d.left, d.sentTo = 5, e.Phone
		case TriedCode:
			d.left--
			if e.Right {
				d.rowProven = d.sentTo
			}
		case Remember:
			d.remembered[e.Slot] = e.Value
		case Handoff:
			d.owner = OwnerQueue
		case Reclaim:
			d.owner = OwnerBot
		case Told:
			for _, h := range e.Cases {
				d.cases[h.Number].Told = h.Status
			}
		case AskRating:
			d.asked = d.at
		case Mute:
			d.muted = e.On
		}
	}
	d.last = turn
	if n := len(turn.Messages); n > 0 {
		d.buttons = turn.Messages[n-1].Choices
	}
}

// tap is the payload of the button with this title in the last message.
func (d *desk) tap(title string) Input {
	for _, c := range d.buttons {
		if c.Title == title {
			return Input{Kind: InputChoice, Text: title, Payload: c.Payload}
		}
	}
	d.t.Fatalf("there is no button %q to tap in %v", title, d.buttons)
	return Input{}
}

// directive does one line that begins with a colon. It returns the input the
// line stands for, if any.
func (d *desk) directive(line string) (Input, bool) {
	word, rest, _ := strings.Cut(strings.TrimPrefix(line, ":"), " ")
	switch word {
	case "face":
		face, ok := faces[rest]
		if !ok {
			d.t.Fatalf("no face %q", rest)
		}
		d.face = face
	case "first":
		d.first = true
	case "returns": // the name, if it is known
		d.returns, d.name = true, rest
	case "becomes": // number status
		n, status := int64(0), ""
		if _, err := fmt.Sscan(rest, &n, &status); err != nil {
			d.t.Fatal(err)
		}
		d.cases[n].Status, d.cases[n].UpdatedAt = status, d.at
	case "owner":
		d.owner = Owner(rest)
	case "wait":
		pause, err := time.ParseDuration(rest)
		if err != nil {
			d.t.Fatal(err)
		}
		d.at = d.at.Add(pause)
	case "at": // of the day in Bangladesh
		at, err := time.ParseInLocation("2006-01-02 15:04", rest, dhaka)
		if err != nil {
			d.t.Fatal(err)
		}
		d.at, d.promises = at, true
	case "desk": // how many are ahead, how many agents are on duty
		if _, err := fmt.Sscan(rest, &d.busy.Ahead, &d.busy.Agents); err != nil {
			d.t.Fatal(err)
		}
	case "codes": // by SMS: the code that is sent; "known" or "none" that none is
		d.codes, d.code, d.proof = true, rest, ProofFound{Known: rest == "known", Open: rest != "none"}
	case "row": // of a register: name key phone field=type:value …
		d.keepRow(rest)
	case "remember":
		d.know(rest)
	case "case":
		d.file(rest)
	case "near": // the last case filed is near, in this ward
		ward, err := strconv.Atoi(rest)
		if err != nil {
			d.t.Fatal(err)
		}
		d.near = append(d.near, NearFound{Number: d.filed, Ward: ward, OpenedAt: d.at})
	case "session":
		d.session = []byte(rest)
	case "carrier":
		word, text, _ := strings.Cut(rest, " ")
		return Input{Kind: InputText, Text: text, Carrier: Carrier(word)}, true
	case "tap":
		return Input{Kind: InputChoice, Payload: rest, Text: "?"}, true
	case "photo":
		ids, caption, _ := strings.Cut(rest, " | ")
		ids, where, _ := strings.Cut(ids, " @ ")
		return Input{Kind: InputPhotos, Photos: strings.Fields(ids), Text: caption, Shots: d.shots(where)}, true
	case "pin":
		var lat, lon float64
		if _, err := fmt.Sscan(rest, &lat, &lon); err != nil {
			d.t.Fatal(err)
		}
		return Input{Kind: InputLocation, Lat: lat, Lon: lon}, true
	case "other":
		return Input{Kind: InputOther, Payload: rest}, true
	case "start":
		return Input{Kind: InputStart, Ref: rest}, true
	case "remind", "expire", "resume":
		return Input{Kind: InputKind(word), Payload: rest}, true
	default:
		d.t.Fatalf("unknown directive %q", line)
	}
	return Input{}, false
}

// shots are where photos were taken just now: lat lon lat lon …
func (d *desk) shots(said string) (list []Shot) {
	f := strings.Fields(said)
	for i := 0; i+1 < len(f); i += 2 {
		shot := Shot{At: d.at}
		if _, err := fmt.Sscan(f[i]+" "+f[i+1], &shot.Lat, &shot.Lon); err != nil {
			d.t.Fatal(err)
		}
		list = append(list, shot)
	}
	return list
}

// keepRow puts a row into a register. A row with a phone, or "none" for that,
// demands proof; "-" demands none.
func (d *desk) keepRow(rest string) {
	f := strings.Fields(rest)
	row := &RegisterFound{Loaded: true, Found: true, Proof: f[2] != "-", Open: true, Fields: map[string]RowField{}}
	if strings.HasPrefix(f[2], "+") {
		row.Phone = f[2]
	}
	for _, field := range f[3:] {
		name, value, _ := strings.Cut(field, "=")
		kind, value, _ := strings.Cut(value, ":")
		row.Fields[name] = RowField{Type: FieldType(kind), Text: strings.ReplaceAll(value, "_", " ")}
	}
	if d.registers == nil {
		d.registers = map[RowKey]*RegisterFound{}
	}
	d.registers[RowKey{f[0], RegisterKey(f[1])}] = row
}

func (d *desk) answerRow(found *Found, at RowKey) {
	if found.Registers == nil {
		found.Registers = map[RowKey]*RegisterFound{}
	}
	row := &RegisterFound{}
	for k := range d.registers {
		row.Loaded = row.Loaded || k.Register == at.Register
	}
	if kept := d.registers[at]; kept != nil {
		copied := *kept
		copied.Proven = kept.Phone != "" && kept.Phone == d.rowProven
		row = &copied
	}
	found.Registers[at] = row
}

func (d *desk) know(rest string) {
	slot, value, _ := strings.Cut(rest, "=")
	var v Value
	if err := v.UnmarshalJSON([]byte(value)); err != nil {
		d.t.Fatal(err)
	}
	d.remembered[slot] = v
}

// file puts a case on record: number flow status [mine].
func (d *desk) file(rest string) {
	f := strings.Fields(rest)
	n, err := strconv.ParseInt(f[0], 10, 64)
	if err != nil {
		d.t.Fatal(err)
	}
	d.filed = n
	d.cases[n] = &CaseFound{Number: n, Flow: f[1], Status: f[2], UpdatedAt: d.at, Mine: len(f) > 3}
	if d.cases[n].Mine {
		d.cases[n].Told = f[2]
	}
}

// greeted is what the record says of whoever comes back.
func (d *desk) greeted() *ReturnFound {
	r := &ReturnFound{Name: d.name}
	for _, n := range slices.Sorted(maps.Keys(d.cases)) {
		if c := d.cases[n]; c.Mine && c.Status != c.Told {
			r.News = append(r.News, *c)
		}
	}
	return r
}

// play runs a transcript and writes it anew with what the bot really does.
func play(t testing.TB, c *Catalog, source string) string {
	d := newDesk(t, c)
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimRight(source, "\n"), "\n") {
		if line != "" && strings.ContainsRune("<!~|=", rune(line[0])) {
			continue
		}
		out.WriteString(line + "\n")
		switch {
		case strings.HasPrefix(line, ">> "):
			d.write(&out, d.step(d.tap(strings.TrimPrefix(line, ">> "))))
		case strings.HasPrefix(line, ">"):
			d.write(&out, d.step(Input{Kind: InputText, Text: strings.ReplaceAll(strings.TrimPrefix(line[1:], " "), `\n`, "\n")}))
		case strings.HasPrefix(line, ":"):
			if in, ok := d.directive(line); ok {
				d.write(&out, d.step(in))
			}
		}
	}
	return out.String()
}

func (d *desk) write(out *strings.Builder, turn Turn) {
	for _, m := range turn.Messages {
		d.writeMessage(out, m)
	}
	for _, e := range turn.Effects {
		if h, ok := e.(Handoff); ok {
			d.writeHandoff(out, h)
			continue
		}
		fmt.Fprintf(out, "! %T %s\n", e, strings.TrimPrefix(fmt.Sprintf("%+v", e), "flows."))
	}
	if turn.Silence != "" {
		fmt.Fprintf(out, "~ silence: %s\n", turn.Silence)
	}
	if turn.End {
		out.WriteString("~ end\n")
	}
	if turn.WakeWith != "" && turn.WakeWith != InputRemind {
		fmt.Fprintf(out, "~ wake in %v to %s\n", turn.Wake, turn.WakeWith)
	}
}

func (d *desk) writeHandoff(out *strings.Builder, h Handoff) {
	fmt.Fprintf(out, "! %T {Team:%s Reason:%s Urgent:%v}\n", h, h.Team, h.Reason, h.Urgent)
	if d.promises {
		fmt.Fprintf(out, "~ promised: an answer by %s\n", h.Promised.In(dhaka).Format("Mon 2006-01-02 15:04"))
	}
}

func (d *desk) writeMessage(out *strings.Builder, m Message) {
	note := ""
	if d.face.Short {
		note = fmt.Sprintf("(%d) ", gsm.Segments(gsm.OneLetter(m.Text)).Segments)
	}
	if m.Kind != Prompt {
		note += "(" + string(m.Kind) + ") "
	}
	if m.Delay > 0 {
		note += fmt.Sprintf("(after %v) ", m.Delay)
	}
	fmt.Fprintf(out, "< %s%s\n", note, strings.ReplaceAll(m.Text, "\n", "\n| "))
	for i := 0; i < len(m.Choices); i++ {
		if i == 0 {
			out.WriteString("=")
		}
		fmt.Fprintf(out, " [%s]", m.Choices[i].Title)
		if i == len(m.Choices)-1 {
			out.WriteString("\n")
		}
	}
}

// longSMS finds what costs more than two messages.
var longSMS = regexp.MustCompile(`(?m)^< \([3-9]\) .*`)

func TestTranscripts(t *testing.T) {
	c := shipped(t)
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no transcripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, c, string(source))
			if long := longSMS.FindString(got); long != "" {
				t.Errorf("an SMS of more than %d messages:\n%s", maxSegments, long)
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(source) {
				t.Errorf("the bot says something else now (run with -update and read the diff):\n%s", diff(string(source), got))
			}
		})
	}
}

// diff shows the first lines that differ.
func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := 0; i < len(w) || i < len(g); i++ {
		a, b := at(w, i), at(g, i)
		if a != b {
			return fmt.Sprintf("line %d\n- %s\n+ %s", i+1, a, b)
		}
	}
	return ""
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(nothing)"
}
