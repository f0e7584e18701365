package broadcasts_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// What was open when a broadcast began may have closed when a person's turn
// comes.
func TestEverybodyIsPlannedAnewInTheirTurn(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("messenger-23h phone")
	o.person("messenger-1h")
	o.person("messenger-1h mail")
	id := o.begun(draft())
	o.exec(`UPDATE identities SET muted = true WHERE contact_id = (SELECT id FROM contacts WHERE name = 'messenger-1h mail')`)
	o.clock.Forward(time.Hour)
	if c := o.claim(id, broadcasts.FamilyMessenger); c.Queued != 2 || c.Others != 1 || len(c.Straight) != 0 || c.Wait != 200*time.Millisecond {
		t.Errorf("%+v", c)
	}
	if c := o.claim(id, broadcasts.FamilyMail); len(c.Straight) != 1 {
		t.Errorf("%+v", c)
	}
	want := []string{"messenger-23h phone: messenger skipped window closed", "messenger-23h phone: template queued", "messenger-1h: messenger queued", "messenger-1h mail: messenger skipped stopped", "messenger-1h mail: template skipped stopped", "messenger-1h mail: sms skipped no address", "messenger-1h mail: mail sending"}
	if got := o.ledger(id); !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
	if n := o.count(`SELECT count(*) FROM messages WHERE kind = 'broadcast' AND detail->'template'->>'name' = 'city_news'`); n != 1 {
		t.Errorf("%d go by the template", n)
	}
	if done, err := o.Finish(t.Context(), id); done || err != nil {
		t.Errorf("ended while some are on their way: %v, %v", done, err)
	}
}

// Two contacts that become one are told once, and so is one whose number two
// contacts have told.
func TestNobodyIsToldTwice(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	kept, gone := o.person("phone mail"), o.person("mail phone")
	id := o.begun(draft())
	o.exec(`UPDATE broadcast_recipients SET contact_id = $1 WHERE contact_id = $2`, kept, gone)
	o.person("phone-12345678")
	if c := o.claim(id, broadcasts.FamilySMS); len(c.Straight) != 1 || c.Others != 1 {
		t.Errorf("%+v", c)
	}
	if _, err := o.pool.Exec(t.Context(), `INSERT INTO broadcast_recipients (broadcast_id, person, contact_id, channel, status, at) VALUES ($1, $2, $2, 'sms', 'waiting', now())`, id, kept); err == nil {
		t.Error("somebody is on the list twice")
	}
	if ok, err := o.Begin(t.Context(), id, o.set); ok || err != nil {
		t.Errorf("begun twice: %v, %v", ok, err)
	}
}

// What was being sent straight when its process ended may have arrived; what
// surely was not sent is tried a bounded number of times.
func TestWhatIsSentStraightComesBackOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.person("phone")
	o.person("phone mail")
	d := draft()
	d.PerMinute = map[broadcasts.Family]int{broadcasts.FamilySMS: 60_000, broadcasts.FamilyMail: 60_000}
	id := o.begun(d)
	c := o.claim(id, broadcasts.FamilySMS)
	if len(c.Straight) != 2 {
		t.Fatalf("%+v", c)
	}
	cut, busy := c.Straight[0], c.Straight[1]
	for n := 0; ; n++ {
		if err := o.Sent(t.Context(), busy, broadcasts.Outcome{Status: broadcasts.StatusFailed, Reason: "busy", Again: time.Minute}); err != nil {
			t.Fatal(err)
		}
		if c := o.claim(id, broadcasts.FamilySMS); len(c.Straight) != 0 {
			t.Fatal("tried at once")
		}
		o.clock.Forward(time.Minute)
		if c := o.claim(id, broadcasts.FamilySMS); len(c.Straight) == 0 {
			break
		}
		if n > 20 {
			t.Fatal("tried for ever")
		}
	}
	if n, err := o.Lapse(t.Context(), "cut off"); n != 1 || err != nil {
		t.Errorf("%d given up, %v", n, err)
	}
	if n, err := o.Sort(t.Context(), id, o.set); n != 1 || err != nil {
		t.Errorf("%d sorted, %v", n, err)
	}
	mail := o.claim(id, broadcasts.FamilyMail)
	if len(mail.Straight) != 1 || mail.Straight[0].Way != flows.WayMail {
		t.Fatalf("%+v", mail)
	}
	if err := o.Sent(t.Context(), mail.Straight[0], broadcasts.Outcome{Status: broadcasts.StatusSent}); err != nil {
		t.Fatal(err)
	}
	if done, err := o.Finish(t.Context(), id); !done || err != nil {
		t.Errorf("%v, %v", done, err)
	}
	got := strings.Join(o.ledger(id), "; ")
	if !strings.Contains(got, "phone: template skipped no address; phone: sms unknown cut off") || !strings.Contains(got, "phone mail: sms failed busy; phone mail: mail sent") {
		t.Error(got)
	}
	// A process that was only slow says what became of it after all.
	if err := o.Sent(t.Context(), cut, broadcasts.Outcome{Status: broadcasts.StatusSent, Provider: "p1"}); err != nil {
		t.Fatal(err)
	}
	if c, err := o.Progress(t.Context(), id); err != nil || c.Sent != 2 || c.Unknown != 0 {
		t.Errorf("%+v, %v", c, err)
	}
}

// A broadcast that lacks something is not scheduled, and only a draft is edited.
func TestOnlyWholeDraftsAreScheduled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for field, change := range map[string]func(*broadcasts.Draft){
		"words":         func(d *broadcasts.Draft) { d.Words = broadcasts.Words{} },
		"words.sms":     func(d *broadcasts.Draft) { delete(d.Words.SMS, "bn") },
		"words.subject": func(d *broadcasts.Draft) { d.Words.Subject = nil },
		"topic":         func(d *broadcasts.Draft) { d.Topic = "" },
	} {
		d := draft()
		change(&d)
		id, err := o.Create(t.Context(), o.boss, d)
		if err != nil {
			t.Fatal(err)
		}
		var fault *handoff.FieldError
		if err := o.Schedule(t.Context(), o.boss, id, time.Time{}); !errors.As(err, &fault) || fault.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	id := o.scheduled(draft())
	if err := o.Edit(t.Context(), o.boss, id, draft()); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("a scheduled one was edited: %v", err)
	}
	if err := o.TakeBack(t.Context(), o.boss, id); err != nil {
		t.Fatal(err)
	}
	if err := o.Edit(t.Context(), o.boss, id, draft()); err != nil {
		t.Error(err)
	}
	if err := o.Schedule(t.Context(), o.boss, id, o.clock.Now().Add(2*broadcasts.MaxAhead)); !errors.Is(err, handoff.ErrInvalid) {
		t.Errorf("in two years: %v", err)
	}
}
