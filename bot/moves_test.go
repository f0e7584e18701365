package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"nagorik/bot"
	"nagorik/flows"
	"nagorik/handoff"
)

// withoutPlace is a version in which the step is gone that asks for the place:
// it has another name.
func withoutPlace(t testing.TB) *flows.Catalog {
	t.Helper()
	return catalog(t, "next: ask_place", "next: ask_spot", "      ask_place:", "      ask_spot:").WithVersion(2)
}

// renew publishes that version, moves those who wait at the place to a step or,
// for none, to the menu, and waits until that is done.
func (w *town) renew(boss handoff.Viewer, to string) {
	w.t.Helper()
	_, err := w.desk.Publish(w.t.Context(), boss, handoff.Publication{
		Files: []handoff.CatalogFile{{Name: "flows.yaml", Text: "of the tests"}}, Base: 1, Note: "renamed", Moves: []handoff.SessionMove{{Flow: "drainage", State: "ask_place", To: to}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Published(withoutPlace(w.t))
}

func (w *town) moved() {
	w.t.Helper()
	eventually(w.t, "the people to be moved", func() bool { return w.count(`SELECT count(*) FROM session_moves`) == 0 })
	if n := w.count(`SELECT count(*) FROM dead_turns`); n != 0 {
		w.t.Errorf("%d turns are dead", n)
	}
	if n := w.count(passagesHold); n != 0 {
		w.t.Errorf("%d states do not add up", n)
	}
}

// oldTown has a first version, and somebody who publishes.
func oldTown(t *testing.T) (*town, handoff.Viewer) {
	t.Helper()
	w := newTown(t, settings{})
	if _, _, err := w.desk.PublishCatalog(t.Context(), []handoff.CatalogFile{{Name: "flows.yaml", Text: "of the tests"}}, handoff.SourceBuiltIn, "", ""); err != nil {
		t.Fatal(err)
	}
	w.flows.Publish(catalog(t).WithVersion(1))
	return w, w.supervisor("boss")
}

// standsAt counts who stands somewhere in a version.
func (w *town) standsAt(version, state string) int {
	w.t.Helper()
	return w.count(`SELECT count(*) FROM conversations WHERE closed_at IS NULL AND checkpoint->>'catalog' = $1 AND checkpoint->>'state' = $2`, version, state)
}

func TestPeopleGoWhereTheSupervisorSays(t *testing.T) {
	t.Parallel()
	w, boss := oldTown(t)
	w.talk("61", drain[:3]...) // waits where the place is asked
	w.talk("62", drain[:2]...) // a step before
	w.talk("63", drain[:3]...) // with a person
	if err := w.Take(t.Context(), boss, w.conversation("63"), boss.Name); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the greeting to go out", func() bool {
		return w.count(`SELECT count(*) FROM messages WHERE status IN ('queued', 'sending')`) == 0
	})
	before, silent := len(w.paper.to("61")), len(w.paper.to("63"))
	version := w.count(`SELECT version FROM conversations WHERE id = $1`, w.conversation("61"))
	w.renew(boss, "ask_spot")
	asked := w.paper.await(t, "61", before+1)
	w.moved()
	if !strings.Contains(asked.Text, "ঠিকানা") && !strings.Contains(asked.Text, "কোথায়") && !strings.Contains(asked.Text, "জায়গা") {
		t.Errorf("who was moved is asked %q", asked.Text)
	}
	if w.standsAt("2", "ask_spot") != 2 || w.standsAt("1", "ask_ward") != 1 || w.standsAt("1", "ask_place") != 0 {
		t.Errorf("%d stand at the new step, %d stayed", w.standsAt("2", "ask_spot"), w.standsAt("1", "ask_ward"))
	}
	if n := len(w.paper.to("63")); n != silent {
		t.Errorf("the bot spoke %d times while a person has the conversation", n-silent)
	}
	if n := w.count(`SELECT version FROM conversations WHERE id = $1`, w.conversation("61")); n != version+1 {
		t.Errorf("the conversation is at version %d, was %d", n, version)
	}
	if last := w.talk("61", append(slices.Clone(drain[3:]), "হ্যাঁ")...); w.count(`SELECT count(*) FROM cases WHERE ward = 1 AND answers->'trouble' = '"blocked"' AND place <> ''`) != 1 {
		t.Errorf("what was answered before is lost: %q", last.Text)
	}
	if last := w.talk("62", "১", "কলেজ রোড"); w.standsAt("1", "ask_photo") != 1 {
		t.Errorf("who stayed does not finish: %q", last.Text)
	}
	if n := w.count(`SELECT count(*) FROM audit_log WHERE what = 'flows.publish' AND after->'moved'->>0 = 'drainage.ask_place → ask_spot: 2'`); n != 1 {
		t.Error("the audit log does not say who was moved")
	}
}

func TestPeopleGoToTheMenu(t *testing.T) {
	t.Parallel()
	w, boss := oldTown(t)
	w.talk("61", drain[:3]...)
	before := len(w.paper.to("61"))
	w.renew(boss, "")
	w.paper.await(t, "61", before+1)
	w.moved()
	if n := w.count(`SELECT count(*) FROM conversations WHERE checkpoint->>'flow' IS NULL AND checkpoint->'parked'->>'flow' = 'drainage'`); n != 1 {
		t.Error("the dialogue was not set aside")
	}
	w.talk("61", "ড্রেন") // go on?
	if last := w.talk("61", "হ্যাঁ"); w.standsAt("2", "ask_spot") != 1 {
		t.Errorf("it does not go on in the new version: %q", last.Text)
	}
}

// TestMovesAndAnswersAtOnce lets everybody answer while they are being moved:
// each has gone on in the old version or stands in the new one.
func TestMovesAndAnswersAtOnce(t *testing.T) {
	t.Parallel()
	w, boss := oldTown(t)
	const people = 20
	for n := range people {
		for _, line := range drain[:3] {
			w.accept(w.text(fmt.Sprintf("7%02d", n), line))
		}
	}
	if n := w.standsAt("1", "ask_place"); n != people {
		t.Fatalf("%d people wait", n)
	}
	events := make([]bot.Event, people)
	for n := range events {
		events[n] = w.text(fmt.Sprintf("7%02d", n), drain[3])
	}
	w.renew(boss, "ask_spot")
	var wait sync.WaitGroup
	for n := range events {
		wait.Go(func() {
			eventually(t, "somebody to be moved", func() bool { return w.standsAt("2", "ask_spot") > 0 || n%2 == 0 })
			w.accept(events[n])
		})
	}
	wait.Wait()
	w.moved()
	old, is := w.standsAt("1", "ask_photo"), w.standsAt("2", "ask_photo")
	if old+is+w.standsAt("2", "ask_spot") != people || w.standsAt("1", "ask_place") != 0 {
		t.Errorf("%d finish in the old version, %d in the new one, %d were asked anew", old, is, w.standsAt("2", "ask_spot"))
	}
}
