package bot_test

import (
	"testing"

	"nagorik/bot"
	"nagorik/flows"
)

// phoned is a paper channel whose addresses are numbers.
type phoned struct{ *paper }

func (phoned) Phone(address string) string { return address }

const citizen = "+8801712345678"

func newPhonedTown(t *testing.T) *town {
	p := newPaper()
	return newTown(t, settings{paper: p, channel: phoned{p}})
}

// A number that the carrier proves is the person's phone from the first turn
// on, and is not asked for.
func TestNumberIsKnownFromTheFirstTurn(t *testing.T) {
	t.Parallel()
	w := newPhonedTown(t)
	w.talk(citizen, "খোলা ম্যানহোল ওয়ার্ড ৫", "স্কুল রোড")
	if last := w.talk(citizen, "বাদ"); last.Wants == flows.SlotPhone {
		t.Fatalf("the phone is asked for: %q", last.Text)
	}
	w.talk(citizen, "হ্যাঁ")
	if n := w.count(`SELECT count(*) FROM contacts WHERE phone = $1`, citizen); n != 1 {
		t.Error("the contact has no phone")
	}
	if n := w.count(`SELECT count(*) FROM cases WHERE answers @> jsonb_build_object('phone', $1::text)`, citizen); n != 1 {
		t.Error("the case has no phone")
	}
}

func TestCarrierStopIsSilentAndRemembered(t *testing.T) {
	t.Parallel()
	w := newPhonedTown(t)
	w.talk(citizen, "ড্রেন")
	said := len(w.paper.to(citizen))
	stop := w.text(citizen, "CANCEL")
	stop.Carrier = flows.CarrierStop
	help := w.text(citizen, "HELP")
	help.Carrier = flows.CarrierHelp
	w.accept(stop, help, w.text(citizen, "ড্রেন বন্ধ"))
	if n := w.count(`SELECT count(*) FROM identities WHERE muted`); n != 1 {
		t.Error("STOP is not remembered")
	}
	if n := w.count(`SELECT count(*) FROM messages WHERE status IN ('queued', 'sending')`); n != 0 || len(w.paper.to(citizen)) != said {
		t.Error("the bot spoke to somebody who has sent STOP")
	}
	start := w.text(citizen, "START")
	start.Carrier = flows.CarrierStart
	w.accept(start)
	w.paper.await(t, citizen, said+1)
	if n := w.count(`SELECT count(*) FROM identities WHERE muted`); n != 0 {
		t.Error("START is not obeyed")
	}
}

func TestProviderThatRefusesMutesThePerson(t *testing.T) {
	t.Parallel()
	paper := newPaper()
	paper.fail = func(bot.Outgoing) error {
		return &bot.SendError{Outcome: bot.SendReject, Code: "21610", Text: "this number has opted out", Muted: true}
	}
	w := newTown(t, settings{paper: paper})
	w.accept(w.text("61", "ড্রেন"))
	eventually(t, "the person muted", func() bool { return w.count(`SELECT count(*) FROM identities WHERE muted`) == 1 })
	w.accept(bot.Event{Kind: bot.EventReceipt, Channel: "paper", Address: "62", Status: "failed", Muted: true, ProviderIDs: []string{"x"}})
}

// What may have gone out is not sent again where the provider can neither be
// asked nor tell a repeat.
func TestDoubtfulMessageIsSentOnce(t *testing.T) {
	t.Parallel()
	paper := newPaper()
	paper.fail = func(bot.Outgoing) error {
		return &bot.SendError{Outcome: bot.SendUnknown, Text: "no answer in time", Once: true}
	}
	w := newTown(t, settings{paper: paper})
	w.accept(w.text("61", "ড্রেন"))
	eventually(t, "an unknown outcome", func() bool {
		return w.count(`SELECT count(*) FROM messages WHERE status = 'unknown' AND attempts = 1 AND doubts = 1`) > 0
	})
}

func TestAnswersGoBackByTheSameLink(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	w.talk("61", "মেনু") // a welcome in several messages
	for _, via := range []string{"twilio", "kannel"} {
		e := w.text("61", "মেনু")
		e.Via = via
		had := len(w.paper.to("61"))
		w.accept(e)
		if got := w.paper.await(t, "61", had+1); got.Via != via {
			t.Errorf("the answer went by %q, want %q", got.Via, via)
		}
	}
}
