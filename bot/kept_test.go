package bot_test

import (
	"testing"

	"nagorik/bot"
)

// TestNumbersNobodyShouldTypeAreMasked keeps a message with an identity number, and one changed to hold a PIN: the record
// has neither, and the citizen was warned.
func TestNumbersNobodyShouldTypeAreMasked(t *testing.T) {
	t.Parallel()
	w := newTown(t, settings{})
	if said := w.talk("61", "আমার এনআইডি ১৯৯০১২৩৪৫৬৭৮৯০১২৩").Text; said == "" {
		t.Error("nothing was said")
	}
	if n := w.count(`SELECT count(*) FROM messages WHERE text = 'আমার এনআইডি *****************'`); n != 1 {
		t.Errorf("%d masked messages, want 1", n)
	}
	event := w.text("61", "ওয়ার্ড ৩")
	w.accept(event)
	edit := event
	edit.Kind, edit.Target, edit.Text, edit.ProviderID = bot.EventEdit, event.ProviderID, "amar pin 4455", "edit-1"
	w.accept(edit)
	if n := w.count(`SELECT count(*) FROM messages WHERE text LIKE '%4455%' OR text LIKE '%১৯৯০%'`); n != 0 {
		t.Errorf("%d messages still hold what was typed", n)
	}
}
