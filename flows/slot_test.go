package flows

import (
	"os"
	"testing"
	"time"

	"nagorik/flows/bangla"
)

// withSlots is the shipped catalogue with the flow of every slot type.
func withSlots(t testing.TB) *Catalog {
	t.Helper()
	var files []File
	for _, name := range []string{"../flows.yaml", "testdata/slots.yaml"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, File{Name: name, Text: text})
	}
	return loaded(t, files...)
}

func typed(text string) Input { return Input{Kind: InputText, Text: text} }

// fixture is an answer and what a slot makes of it: the value as JSON and as a
// person reads it in Bangla, or a miss.
type fixture struct {
	name   string
	in     Input
	json   string // empty for a miss
	bangla string
}

// slotFixtures must have a list for every type of slot.
var slotFixtures = map[SlotType][]fixture{
	SlotText: {
		{"words", typed("  তিন দিন ধরে  "), `"তিন দিন ধরে"`, "তিন দিন ধরে"},
		{"too short", typed("ab"), "", ""},
		{"too long", typed("এই লেখাটি চল্লিশ অক্ষরের চেয়ে অনেক বেশি বড়, তাই নেওয়া হবে না"), "", ""},
		{"only marks", typed("?!…"), "", ""},
		{"voice", Input{Kind: InputOther}, "", ""},
	},
	SlotChoice: {
		{"number", typed("২"), `["blue"]`, "নীল"},
		{"keycap", typed("1️⃣"), `["red"]`, "লাল"},
		{"title", typed("সবুজ"), `["green"]`, "সবুজ"},
		{"title of the other language", typed("GREEN"), `["green"]`, "সবুজ"},
		{"word", typed("lal"), `["red"]`, "লাল"},
		{"word in a sentence", typed("আমার নীল পছন্দ"), `["blue"]`, "নীল"},
		{"two choices", typed("লাল না নীল"), "", ""},
		{"number out of range", typed("4"), "", ""},
		{"nothing known", typed("হলুদ"), "", ""},
		{"button", Input{Kind: InputChoice, Payload: "all_slots/ask_choice=blue"}, `["blue"]`, "নীল"},
	},
	SlotNumber: {
		{"digits", typed("১২"), `12`, "১২"},
		{"words", typed("পাঁচ"), `5`, "৫"},
		{"zero within the bounds", typed("0"), `0`, "০"},
		{"out of bounds", typed("৪১"), "", ""},
		{"no number", typed("অনেক"), "", ""},
	},
	SlotAmount: {
		{"digits", typed("12,500 tk"), `12500`, "১২,৫০০"},
		{"lakh", typed("১ লাখ ২০ হাজার টাকা"), `120000`, "১,২০,০০০"},
		{"below the bound", typed("৫০ টাকা"), "", ""},
		{"no amount", typed("বেশি"), "", ""},
	},
	SlotDate: {
		{"day month year", typed("২৩/১১/২০২৬"), `"2026-11-23"`, "২৩/১১/২০২৬"},
		{"yesterday", typed("গতকাল"), `"2026-11-22"`, "২২/১১/২০২৬"},
		{"no date", typed("শীঘ্রই"), "", ""},
	},
	SlotPhone: {
		{"as dialled", typed("01712-345678"), `"+8801712345678"`, "০১৭১২৩৪৫৬৭৮"},
		{"Bangla digits", typed("০১৮১২৩৪৫৬৭৮"), `"+8801812345678"`, "০১৮১২৩৪৫৬৭৮"},
		{"too short", typed("017123"), "", ""},
	},
	SlotWard: {
		{"number", typed("৫"), `5`, "৫"},
		{"number in words of a sentence", typed("ward no 11"), `11`, "১১"},
		{"not known", typed("জানি না"), `0`, "জানা নেই"},
		{"no such ward", typed("৪০"), "", ""},
		{"pin", Input{Kind: InputLocation, Lat: 21.1795, Lon: 90.5677}, `5`, "৫"},
		{"pin outside", Input{Kind: InputLocation, Lat: 23.8, Lon: 90.4}, "", ""},
		{"pin nowhere", Input{Kind: InputLocation}, "", ""},
	},
	SlotLocation: {
		{"typed", typed("স্কুল রোড"), `{"text":"স্কুল রোড"}`, "স্কুল রোড"},
		{"pin", Input{Kind: InputLocation, Lat: 21.1795, Lon: 90.5677}, `{"lat":21.1795,"lon":90.5677}`, "২১.১৭৯৫০, ৯০.৫৬৭৭০"},
		{"pin outside", Input{Kind: InputLocation, Lat: 23.8, Lon: 90.4}, "", ""},
		{"a digit", typed("৫"), "", ""},
		{"a word that says nothing", typed("শেষ"), "", ""},
	},
	SlotPhoto: {
		{"as many as are wanted", Input{Kind: InputPhotos, Photos: []string{"a", "b"}}, `["a","b"]`, "২"},
		{"more than are wanted", Input{Kind: InputPhotos, Photos: []string{"a", "b", "c"}}, `["a","b"]`, "২"},
		{"words", typed("ছবি নেই"), "", ""},
	},
	SlotCode: {
		{"the code", Input{Kind: InputText, Text: "123456", Found: Found{Code: &CodeFound{ID: "sent", Right: true, Left: 4}}}, `"right"`, ""},
		{"in Bangla digits with a blank", Input{Kind: InputText, Text: "১২৩ ৪৫৬", Found: Found{Code: &CodeFound{ID: "sent", Right: true, Left: 4}}}, `"right"`, ""},
		{"another", Input{Kind: InputText, Text: "123457", Found: Found{Code: &CodeFound{ID: "sent", Left: 3}}}, "", ""},
		{"another, the last time", Input{Kind: InputText, Text: "123457", Found: Found{Code: &CodeFound{ID: "sent"}}}, `"failed"`, ""},
		{"too late", Input{Kind: InputText, Text: "123456", Found: Found{Code: &CodeFound{}}}, `"failed"`, ""},
		{"too few digits", typed("12345"), "", ""},
		{"words", typed("কোড পাইনি"), "", ""},
	},
	SlotConfirm: {
		{"yes", typed("হ্যাঁ"), `true`, ""},
		{"one", typed("১"), `true`, ""},
		{"thumb", typed("👍"), `true`, ""},
		{"sticker", Input{Kind: InputOther, Payload: PayloadSticker}, `true`, ""},
		{"voice", Input{Kind: InputOther, Payload: "voice"}, "", ""},
		{"don't know", typed("জানি না"), "", ""},
	},
}

func TestSlotKinds(t *testing.T) {
	c := withSlots(t)
	f := c.byFlowID("all_slots")
	for kind := range slotKinds {
		list := slotFixtures[kind]
		if len(list) == 0 {
			t.Errorf("slot type %s has no fixture", kind)
		}
		for _, x := range list {
			t.Run(string(kind)+"/"+x.name, func(t *testing.T) { checkFixture(t, c, f, slotFor(kind), x) })
		}
	}
}

// slotFor is the slot of a type in slots.yaml; {date} means something else.
func slotFor(kind SlotType) string {
	if kind == SlotDate {
		return "day"
	}
	return string(kind)
}

func checkFixture(t *testing.T, c *Catalog, f *flow, slot string, x fixture) {
	x.in.At, x.in.Face, x.in.Case = time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), faces["web"], 10001
	x.in.Found.Remembered = map[string]Value{}
	turn := c.Step(Session{Flow: "all_slots", State: "ask_" + slot}, x.in)
	v, answered := turn.Session.Answer(slot)
	if slot == "confirm" { // the flow goes on and ends
		answered = turn.Session.Case != 0
		v = BoolValue(answered)
	}
	if x.json == "" {
		if answered || !turn.Missed || turn.Session.State != "ask_"+slot || turn.Session.Misses != 1 {
			t.Fatalf("want a miss, got %s in state %q", v, turn.Session.State)
		}
		return
	}
	if got := string(v.appendJSON(nil)); !answered || got != x.json || turn.Missed {
		t.Fatalf("got %s (answered %v, missed %v), want %s", got, answered, turn.Missed, x.json)
	}
	if x.bangla == "" {
		return
	}
	show := &display{c: c, f: f}
	if got := show.shown(slot, v); got != x.bangla {
		t.Errorf("shown as %q, want %q", got, x.bangla)
	}
}

// display shows a value as a text would.
type display struct {
	c *Catalog
	f *flow
}

func (x *display) shown(name string, v Value) string {
	w := &turn{c: x.c, f: x.f, in: &Input{Face: faces["web"]}}
	sl := x.f.slot(name)
	return sl.do.show(w, sl, v)
}

// TestSeveralChoices takes choices one by one, all at once, and no more than max.
func TestSeveralChoices(t *testing.T) {
	c := withSlots(t)
	ask := Session{Flow: "all_slots", State: "ask_several"}
	for _, x := range []struct {
		name, text, want, state string
	}{
		{"all at once", "1, 3", `["sat","mon"]`, "ask_number"},
		{"more than max", "1 2 3", ``, "ask_several"},
		{"one, and more may follow", "রবি", `["sun"]`, "ask_several"},
		{"not one of them", "শুক্র", ``, "ask_several"},
	} {
		t.Run(x.name, func(t *testing.T) {
			turn := c.Step(ask, Input{Kind: InputText, Text: x.text, Face: faces["web"]})
			v, ok := turn.Session.Answer("several")
			if got := string(v.appendJSON(nil)); ok && got != x.want || !ok && x.want != "" || turn.Session.State != x.state {
				t.Errorf("got %s in %q", got, turn.Session.State)
			}
		})
	}
	first := c.Step(ask, typed("রবি")).Session
	if done := c.Step(first, typed("শেষ")).Session; done.State != "ask_number" {
		t.Errorf("done leads to %q", done.State)
	}
	if second := c.Step(first, typed("শনি")).Session; second.State != "ask_number" {
		t.Errorf("the last choice that is allowed leads to %q", second.State)
	}
	if early := c.Step(ask, typed("শেষ")); !early.Missed {
		t.Error("done without a choice is no answer")
	}
}

// TestComputeAndBranch walks through arithmetic and a condition over all types.
func TestComputeAndBranch(t *testing.T) {
	c := withSlots(t)
	s := Session{
		Flow: "all_slots", State: "ask_amount",
		Answers: []Answer{{"choice", ListValue("red")}, {"several", ListValue("sat", "mon")}, {"number", NumberValue(3)}},
	}
	turn := c.Step(s, Input{Kind: InputText, Text: "দশ হাজার", Face: faces["web"]})
	if v, _ := turn.Session.Answer("yearly"); v.Number != 120000 {
		t.Errorf("yearly is %s", v)
	}
	if len(turn.Messages) != 2 || turn.Messages[0].Text != "বছরে ১,২০,০০০ টাকা!" {
		t.Errorf("said %+v", turn.Messages)
	}
	cheap := c.Step(s, Input{Kind: InputText, Text: "৫০০", Face: faces["web"]})
	if len(cheap.Messages) != 1 || cheap.Session.State != "ask_day" {
		t.Errorf("said %+v", cheap.Messages)
	}
}

// TestCountsAndHours: "৮টা" is eight things, or eight o'clock. Where a number is asked it is one; at a menu it is no line
// of it, and the menu is shown again.
func TestCountsAndHours(t *testing.T) {
	c := shipped(t)
	for _, text := range []string{"৮টা", "৮ টা", "8ta", "8 ta", "২টা", "সকাল ৮টা"} {
		turn := c.Step(Session{Ask: askMenu}, Input{Kind: InputText, Text: text, Face: faces["sms"], Owner: OwnerBot, At: time.Unix(1790000000, 0), Found: Found{Remembered: map[string]Value{}}})
		if turn.Session.Flow != "" || !turn.Missed {
			t.Errorf("%q at the menu: flow %q, missed %v", text, turn.Session.Flow, turn.Missed)
		}
		if n, ok := bangla.Number(text); !ok && text != "সকাল ৮টা" {
			t.Errorf("%q is no number: %v", text, n)
		}
	}
}
