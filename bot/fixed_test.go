package bot_test

import (
	"testing"

	"nagorik/bot"
)

// replies says something on Messenger and waits for the answer to it.
func (p *post) replies(e bot.Event) bot.Outgoing {
	p.t.Helper()
	had := len(p.messenger.to("61"))
	e.Channel = "messenger"
	p.accept(e)
	p.messenger.await(p.t, "61", had+1)
	told := p.messenger.to("61")
	return told[len(told)-1]
}

func TestTheCitizenSaysWhetherItIsFixed(t *testing.T) {
	t.Parallel()
	p := newPost(t, "", "")
	p.settles()
	told := p.messenger.to("61")
	last := told[len(told)-1]
	if len(last.Choices) > 0 { // this line has no buttons: it is numbered
		t.Fatalf("told %+v", last)
	}
	confirmed := func() int {
		return p.count(`SELECT count(*) FROM case_timeline WHERE kind = 'confirmed' AND case_number = $1`, p.number)
	}
	p.replies(p.text("61", "১"))
	if n := confirmed(); n != 1 {
		t.Errorf("it is confirmed %d times", n)
	}
	// A button of the same notice, tapped afterwards: once is enough, and "no"
	// opens the case again when it was confirmed before.
	tap := p.text("61", "Fixed")
	tap.Payload, tap.Tapped = "fixed/10001=yes", true
	p.replies(tap)
	if n := confirmed(); n != 1 {
		t.Errorf("it is confirmed %d times", n)
	}
	tap = p.text("61", "Not fixed")
	tap.Payload, tap.Tapped = "fixed/10001=no", true
	p.replies(tap)
	p.replies(p.text("61", "পানি এখনও জমে আছে"))
	p.replies(p.text("61", "বাদ"))
	p.replies(p.text("61", "হ্যাঁ"))
	eventually(t, "the case to be open again", func() bool {
		return p.count(`SELECT count(*) FROM cases WHERE number = $1 AND status = 'reopened'`, p.number) == 1
	})
}

// Somebody who answers a dialogue before the notice comes is not understood as
// answering the notice.
func TestANumberBeforeTheNoticeIsTheDialogues(t *testing.T) {
	t.Parallel()
	p := newPost(t, "", "")
	p.replies(p.text("61", "১"))
	if n := p.count(`SELECT count(*) FROM case_timeline WHERE kind = 'confirmed'`); n != 0 {
		t.Error("it was confirmed before anybody asked")
	}
}
