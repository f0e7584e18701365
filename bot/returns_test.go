package bot_test

import (
	"strings"
	"testing"

	"nagorik/bot"
)

// Who comes back hears once how their cases stand, whichever of their addresses
// they write from, and is not asked for what they gave before.
func TestRecordSpeaksFirst(t *testing.T) {
	t.Parallel()
	client := redisFor(t, false)
	w := newTown(t, settings{redis: client})
	w.talk("61", "ড্রেন", "২", "৫", "স্কুল রোড", "বাদ", "হ্যাঁ")
	w.exec(`UPDATE contacts SET name = 'রহিম'`)
	greeted := func(last bot.Outgoing) bool {
		return strings.Contains(last.Text, "ভালো লাগল, রহিম")
	}
	news := func(last bot.Outgoing) bool { return strings.Contains(last.Text, "কাজ চলছে") }
	if last := w.talk("61", "হ্যালো"); !greeted(last) || strings.Contains(last.Text, "খবর: ") {
		t.Errorf("with nothing new: %q", last.Text)
	}
	if last := w.talk("61", "মেনু"); greeted(last) {
		t.Errorf("greeted within a conversation: %q", last.Text)
	}
	w.exec(`UPDATE cases SET status = 'in_progress'`)
	w.talk("61", "বাতিল")
	w.talk("62", "হ্যালো", "বাতিল") // a second address, of the same person from here on
	w.exec(`UPDATE identities SET contact_id = (SELECT contact_id FROM identities WHERE address = '61')`)
	w.exec(`UPDATE conversations SET contact_id = (SELECT contact_id FROM identities WHERE address = '61')`)
	client.FlushAll(t.Context())
	if last := w.talk("62", "হ্যালো"); !greeted(last) || !news(last) {
		t.Errorf("the news is not told: %q", last.Text)
	}
	if last := w.talk("61", "হ্যালো"); !greeted(last) || news(last) {
		t.Errorf("told again at the other address: %q", last.Text)
	}
	if last := w.talk("62", "ড্রেন বন্ধ"); strings.Contains(last.Text, "ওয়ার্ড") {
		t.Errorf("the ward is asked for again: %q", last.Text)
	}
}
