package handoff_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
)

func TestCasesByDueAreNeitherSkippedNorRepeated(t *testing.T) {
	r := newRecord(t)
	p := r.person("Rahim", "", "")
	talk := r.conversation(p, talk{})
	at := func(hours int) *time.Time {
		due := r.clock.Now().Add(time.Duration(hours)*time.Hour + 123*time.Microsecond)
		return &due
	}
	var numbers []int64
	for _, k := range []struct {
		status string
		due    *time.Time
	}{{"new", at(5)}, {"resolved", at(-50)}, {"assigned", at(-3)}, {"new", nil}, {"waiting", at(5)}, {"closed", nil}, {"reopened", at(-30)}} {
		n := r.file(p, talk, matter{status: k.status})
		r.exec(`UPDATE cases SET due_at = $2 WHERE number = $1`, n, k.due)
		numbers = append(numbers, n)
	}
	want := []int64{numbers[6], numbers[2], numbers[0], numbers[4], numbers[1], numbers[3], numbers[5]}
	for _, limit := range []int{1, 2, 3, 7} {
		f := handoff.CaseFilter{Order: handoff.CasesByDue}
		f.Limit = limit
		var got []int64
		for range len(numbers) + 1 {
			page, err := r.Cases(t.Context(), all, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range page.Items {
				got = append(got, k.Number)
			}
			if f.Cursor = page.Next; f.Cursor == "" {
				break
			}
		}
		same(t, want, got)
	}
	if _, err := r.Cases(t.Context(), all, handoff.CaseFilter{Order: "size"}); err == nil {
		t.Error("an order there is not is taken")
	}
	for _, cursor := range []string{"MTAwMDE", "!", "eCAx", "aW5maW5pdHkgMA"} { // "10001", none, "x 1", "infinity 0"
		f := handoff.CaseFilter{Order: handoff.CasesByDue}
		f.Cursor = cursor
		if _, err := r.Cases(t.Context(), all, f); err == nil {
			t.Errorf("the cursor %q is taken", cursor)
		}
	}
}

func TestContactIsNoted(t *testing.T) {
	r := newRecord(t)
	p := r.person("Rahim", "", "")
	r.file(p, r.conversation(p, talk{}), matter{})
	anna := r.agent("anna@example.org", handoff.RoleAgent, []string{"drainage"}, nil)
	other := r.agent("other@example.org", handoff.RoleAgent, []string{"waste"}, nil)
	for name, step := range map[string]struct {
		v    handoff.Viewer
		id   uuid.UUID
		text string
	}{"empty": {anna, p.contact, " \n"}, "outside the scope": {other, p.contact, "x"}, "nobody": {anna, handoff.NewID(), "x"}} {
		if err := r.NoteContact(t.Context(), step.v, step.id, step.text); err == nil {
			t.Errorf("%s: noted", name)
		}
	}
	if err := r.NoteContact(t.Context(), anna, p.contact, " বিকেলে ফোন করুন "); err != nil {
		t.Fatal(err)
	}
	record, err := r.Contact(t.Context(), anna, p.contact)
	if err != nil || len(record.Notes) != 1 || record.Notes[0].Text != "বিকেলে ফোন করুন" || record.Notes[0].By.ID != anna.AgentID || record.LastAt == nil {
		t.Errorf("%+v %v", record, err)
	}
	if n := r.count(`SELECT count(*) FROM audit_log WHERE what = 'contact.note' AND after->>'note' = 'বিকেলে ফোন করুন'`); n != 1 {
		t.Errorf("%d lines in the audit log", n)
	}
}
