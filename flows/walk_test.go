package flows

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// sayings are what people answer, right and wrong, to any question.
var sayings = []string{
	"১", "2", "3", "৭", "হ্যাঁ", "না", "ড্রেন", "ময়লা", "স্কুল রোড, মসজিদের পাশে", "ওয়ার্ড ৫", "স্টেশন রোড", "01712345678",
	"বাদ", "পেছনে", "মেনু", "বাতিল", "শেষ", "জানি না", "English", "বাংলা", "status", "10234", "help", "xyzzy", "", "0",
	"রাস্তায় ভয় লাগে রাতে", "rastay gondho", "মশার জ্বালায় থাকা যায় না, ওষুধ দেন", "বাসায় কারেন্ট নাই তিন ঘণ্টা", "ধন্যবাদ ভাই", "পাশের বাসায় আগুন",
}

// TestAnyWalkEnds walks the shipped catalogue at random. Wherever it stands,
// answering what is asked leads to a case number in a bounded number of messages.
func TestAnyWalkEnds(t *testing.T) {
	c := shipped(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := newDesk(t, c)
		d.face = faces[rapid.SampledFrom([]string{"sms", "messenger", "web"}).Draw(rt, "face")]
		for range rapid.IntRange(0, 30).Draw(rt, "length") {
			d.owner = OwnerBot
			in := typed(rapid.SampledFrom(sayings).Draw(rt, "saying"))
			if n := len(d.buttons); n > 0 && rapid.Bool().Draw(rt, "tap") {
				in = Input{Kind: InputChoice, Payload: d.buttons[rapid.IntRange(0, n-1).Draw(rt, "button")].Payload, Text: "?"}
			}
			d.at = d.at.Add(time.Minute)
			turn := d.step(in)
			checkTurn(t, turn)
		}
		d.owner = OwnerBot
		d.finish(rt)
	})
}

// finish answers the standing question as it wants to be answered, until a case
// is opened.
func (d *desk) finish(rt *rapid.T) {
	const patience = 30
	number := d.number
	for range patience {
		s := d.last.Session
		d.step(typed(d.rightAnswer(s)))
		if d.number > number {
			return
		}
	}
	rt.Fatalf("no case after %d right answers: %s", patience, d.session)
}

func (d *desk) rightAnswer(s Session) string {
	f := d.c.byFlowID(s.Flow)
	switch {
	case s.Ask == askResume || s.Ask == askWard:
		return "1"
	case s.Ask == askCancel:
		return "2"
	case s.Ask != "" && s.Flow != "" && s.Ask != askLanguage:
		return "1"
	case f == nil:
		return "ড্রেন"
	case !f.opens:
		return "মেনু" // there is nothing to file here
	}
	switch sl := f.slot(slotOfState(f, s.State)); sl.kind {
	case SlotChoice, SlotConfirm:
		return "1"
	case SlotWard:
		return "5"
	case SlotPhoto:
		return "বাদ"
	case SlotPhone:
		return "01712345678"
	case SlotNumber, SlotAmount:
		return "5000"
	default:
		return "স্কুল রোডের মাথায়"
	}
}

func slotOfState(f *flow, state string) string { return f.slots[f.state(state).slot].name }

// TestBackAndAgain answers up to a random question, goes back, gives the same
// answer, and must stand where it stood.
func TestBackAndAgain(t *testing.T) {
	c := shipped(t)
	answers := []string{"ড্রেন", "", "৫", "স্কুল রোডের মাথায়", "বাদ", "01712345678"}
	rapid.Check(t, func(rt *rapid.T) {
		d := newDesk(t, c)
		d.face = faces[rapid.SampledFrom([]string{"messenger", "web"}).Draw(rt, "face")]
		if rapid.Bool().Draw(rt, "remembered") {
			d.remembered["ward"] = NumberValue(3)
		}
		d.step(typed(answers[0]))
		trouble := rapid.SampledFrom([]string{"১", "২", "৩", "৪"}).Draw(rt, "trouble")
		said := []string{trouble}
		d.step(typed(trouble))
		for range rapid.IntRange(0, 3).Draw(rt, "more") {
			text := d.rightAnswer(d.last.Session)
			if d.last.Session.State == "ask_sure" {
				break
			}
			said = append(said, text)
			d.step(typed(text))
		}
		before := d.last.Session
		steps := rapid.IntRange(1, len(said)).Draw(rt, "back")
		for range steps {
			d.step(typed("পেছনে"))
		}
		for _, text := range said[len(said)-steps:] {
			d.step(typed(text))
		}
		after := d.last.Session
		if before.State != after.State || len(before.Trail) != len(after.Trail) {
			rt.Fatalf("stood at %q %v, came back to %q %v", before.State, before.Trail, after.State, after.Trail)
		}
		for _, a := range before.Answers {
			if v, ok := after.Answer(a.Slot); !ok || v.String() != a.Value.String() {
				rt.Fatalf("%s was %s and is %s", a.Slot, a.Value, v)
			}
		}
	})
}
