package bot_test

import (
	"regexp"
	"strings"
	"testing"

	"nagorik/bot"
	"nagorik/bot/bottest"
	"nagorik/bot/sms"
	"nagorik/bot/sms/twilio"
	"nagorik/handoff"
)

// The account of the Twilio of these tests.
const (
	codeAccount = "AC00000000000000000000000000000001"
	codeToken   = "a token of the tests"
)

var sixDigits = regexp.MustCompile(`[0-9]{6}`)

// newProvingTown has a chat, and SMS by a Twilio that lists what it sends.
func newProvingTown(t *testing.T) (*town, *bottest.Twilio) {
	t.Helper()
	fake := bottest.NewTwilio(codeAccount, codeToken)
	t.Cleanup(fake.Close)
	link, err := twilio.New(twilio.Options{AccountSID: codeAccount, AuthToken: codeToken, From: "+8809612000000", PublicURL: "https://city.example", APIURL: fake.URL()})
	if err != nil {
		t.Fatal(err)
	}
	channel, err := sms.New(sms.Options{Links: []sms.Link{link}})
	if err != nil {
		t.Fatal(err)
	}
	return newTown(t, settings{more: []bot.Channel{channel}}), fake
}

// codeBy waits for the n-th SMS with a code to the telephone and reads the code in it.
func codeBy(t *testing.T, fake *bottest.Twilio, phone string, n int) (text, code string) {
	t.Helper()
	codes := func() (list []string) {
		for _, m := range fake.Sent(phone) {
			if strings.Contains(m.Body, "কোড ") {
				list = append(list, m.Body)
			}
		}
		return list
	}
	eventually(t, "the SMS with the code", func() bool { return len(codes()) >= n })
	text = codes()[n-1]
	return text, sixDigits.FindString(digitsOf(text))
}

// digitsOf is a text with the digits of both scripts as 0 to 9.
func digitsOf(s string) string {
	return strings.NewReplacer("০", "0", "১", "1", "২", "2", "৩", "3", "৪", "4", "৫", "5", "৬", "6", "৭", "7", "৮", "8", "৯", "9").Replace(s)
}

// Somebody who wrote by SMS and now chats proves the telephone and is one
// contact from then on; the SMS says nothing of them, and the code is nowhere.
func TestTelephoneIsProvenInTheChat(t *testing.T) {
	t.Parallel()
	w, fake := newProvingTown(t)
	w.accept(bot.Event{Kind: bot.EventMessage, Channel: "sms", Address: citizen, ProviderID: "SM1", Text: "ড্রেন"})
	eventually(t, "the answer by SMS", func() bool { return len(fake.Sent(citizen)) > 0 })
	w.talk("61", "ফোন যুক্ত করুন", "০১৭১২৩৪৫৬৭৮")
	text, code := codeBy(t, fake, citizen, 1)
	if code == "" || !strings.Contains(text, "নমুনানগর") {
		t.Fatalf("the SMS says %q", text)
	}
	eventually(t, "what is paid for the code", func() bool {
		return w.count(`SELECT count(*) FROM sms_handovers WHERE kind = 'code' AND gateway = 'twilio' AND unicode AND provider_id LIKE 'twilio>%'`) == 1
	})
	wrong := "111111"
	if code == wrong {
		wrong = "222222"
	}
	w.talk("61", wrong)
	if n := w.count(`SELECT count(*) FROM contacts`); n != 2 {
		t.Fatal("a wrong code has linked something")
	}
	w.talk("61", code)
	eventually(t, "one contact", func() bool { return w.count(`SELECT count(*) FROM contacts`) == 1 })
	eventually(t, "both addresses", func() bool {
		return w.count(`SELECT count(DISTINCT contact_id) FROM identities`) == 1 && w.count(`SELECT count(*) FROM identities`) == 2
	})
	for _, typed := range []string{code, wrong} {
		if n := w.count(`SELECT count(*) FROM messages WHERE text LIKE '%' || $1 || '%'`, typed); n != 0 {
			t.Error("the code that was typed can be read in the record")
		}
	}
	if n := w.count(`SELECT count(*) FROM audit_log WHERE what = 'contact.merge' AND agent_id IS NULL`); n != 1 {
		t.Error("the merge is not in the audit log")
	}
	// Both go on talking.
	w.talk("61", "মেনু")
	w.accept(bot.Event{Kind: bot.EventMessage, Channel: "sms", Address: citizen, ProviderID: "SM2", Text: "মেনু"})
	if n := w.count(`SELECT count(*) FROM conversations c JOIN identities i ON i.id = c.identity_id WHERE c.contact_id <> i.contact_id`); n != 0 {
		t.Error("a conversation is left behind")
	}
}

// A telephone that nobody has is the contact's address from then on, and who
// writes from it is known.
func TestNewTelephoneIsTheContacts(t *testing.T) {
	t.Parallel()
	w, fake := newProvingTown(t)
	w.talk("61", "ফোন যুক্ত করুন", "01712345678")
	_, code := codeBy(t, fake, citizen, 1)
	w.talk("61", code)
	eventually(t, "the address", func() bool {
		return w.count(`SELECT count(*) FROM identities WHERE channel = 'sms' AND address = $1`, citizen) == 1
	})
	w.accept(bot.Event{Kind: bot.EventMessage, Channel: "sms", Address: citizen, ProviderID: "SM1", Text: "মেনু"})
	if n := w.count(`SELECT count(*) FROM contacts`); n != 1 {
		t.Errorf("%d contacts", n)
	}
	if n := w.count(`SELECT count(DISTINCT contact_id) FROM conversations`); n != 1 {
		t.Error("who writes from the telephone is somebody else")
	}
}

// Five wrong codes are all there are, and three SMS a day.
func TestCodesAreNotGuessedInTheChat(t *testing.T) {
	t.Parallel()
	w, fake := newProvingTown(t)
	w.talk("61", "ফোন যুক্ত করুন", "01712345678")
	_, code := codeBy(t, fake, citizen, 1)
	for i := range 5 {
		guess := "00000" + string(rune('0'+i))
		if guess == code {
			guess = "999999"
		}
		w.talk("61", guess)
	}
	w.talk("61", code)
	for n := 2; n <= 3; n++ {
		w.talk("61", "মেনু", "ফোন যুক্ত করুন", "01712345678")
		codeBy(t, fake, citizen, n)
	}
	w.talk("61", "মেনু")
	w.talk("61", "ফোন যুক্ত করুন", "01712345678")
	if n := len(fake.Sent(citizen)); n != 3 {
		t.Errorf("%d SMS", n)
	}
	if n := w.count(`SELECT count(*) FROM identities WHERE channel = 'sms'`) + w.count(`SELECT count(*) FROM phone_codes WHERE proved_at IS NOT NULL OR tries > 5`); n != 0 {
		t.Error("guessing has linked something, or went on")
	}
}

// What may have arrived is not sent again; what surely did not is.
func TestCodesAreSentOnce(t *testing.T) {
	t.Parallel()
	w, fake := newProvingTown(t)
	fake.Drop(true)
	w.talk("61", "ফোন যুক্ত করুন", "01712345678")
	eventually(t, "an unknown outcome", func() bool { return w.count(`SELECT count(*) FROM phone_codes WHERE status = 'unknown'`) == 1 })
	if n := len(fake.Sent(citizen)); n != 1 {
		t.Errorf("%d SMS", n)
	}
	if codes, err := w.desk.ClaimCodes(t.Context(), 10); err != nil || len(codes) != 0 {
		t.Errorf("it would be sent again: %v, %v", codes, err)
	}
	fake.Fail(400, 21610)
	w.talk("62", "ফোন যুক্ত করুন", "01812345678")
	eventually(t, "a failure", func() bool {
		return w.count(`SELECT count(*) FROM phone_codes WHERE status = $1 AND error <> ''`, string(handoff.CodeFailed)) == 1
	})
}
