package bot_test

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"nagorik/bot"
	"nagorik/handoff"
	"nagorik/handoff/postgres"
	"nagorik/migrations"
)

// letterOf is a mail about an alarm in as few words as will do.
func letterOf(l handoff.AlarmLetter) (subject, text string) { return l.Kind, l.Subject }

func TestAnAlarmIsMailedOnce(t *testing.T) {
	mailbox := &letters{}
	w := newTown(t, settings{mailer: mailbox, letter: letterOf})
	hire := func(email string, role handoff.Role) {
		if _, _, err := w.desk.AddAgent(t.Context(), handoff.NewAgent{Email: email, Name: "Rahima", Role: role}); err != nil {
			t.Fatal(err)
		}
	}
	hire("admin@example.org", handoff.RoleAdministrator)
	hire("boss@example.org", handoff.RoleSupervisor)
	if _, err := w.desk.RaiseAlarm(t.Context(), handoff.AlarmChannel, "messenger", "token refused"); err != nil {
		t.Fatal(err)
	}
	w.exec(`UPDATE alarms SET raised_at = raised_at - interval '2 minutes'`)
	for range 2 {
		if err := w.Background().Again(t.Context(), "write_alarms"); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "a mail", func() bool { return len(mailbox.all()) > 0 })
	eventually(t, "the end of the rounds", func() bool {
		return w.count(`SELECT count(*) FROM river.river_job WHERE args->>'task' = 'write_alarms' AND state <> 'completed'`) == 0
	})
	sent := mailbox.all()
	if len(sent) != 1 || sent[0].To != "admin@example.org" || sent[0].Subject != "channel" || sent[0].Text != "messenger" {
		t.Errorf("%+v", sent)
	}
}

// Whoever takes no mail for good is not written to again, and it can be seen.
func TestAMailThatIsRefusedIsGivenUp(t *testing.T) {
	mailbox := &letters{fail: &bot.SendError{Outcome: bot.SendReject, Text: "no such mailbox"}}
	w := newTown(t, settings{mailer: mailbox, letter: letterOf})
	if _, _, err := w.desk.AddAgent(t.Context(), handoff.NewAgent{Email: "admin@example.org", Name: "Rahima", Role: handoff.RoleAdministrator}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.desk.RaiseAlarm(t.Context(), handoff.AlarmChannel, "messenger", "token refused"); err != nil {
		t.Fatal(err)
	}
	w.exec(`UPDATE alarms SET raised_at = raised_at - interval '2 minutes'`)
	if err := w.Background().Again(t.Context(), "write_alarms"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the mail that is given up", func() bool {
		list, err := w.Background().Standings(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			if s.Task == "mail_alarm" && s.Failing && s.Failed == 1 && s.Waiting == 0 {
				return true
			}
		}
		return false
	})
}

func TestWhatWaitsTooLongIsAnAlarm(t *testing.T) {
	w := newTown(t, settings{})
	open := func(kind string) bool {
		return w.count(`SELECT count(*) FROM alarms WHERE kind = $1 AND cleared_at IS NULL`, kind) == 1
	}
	look := func() {
		if err := w.Background().Again(t.Context(), "watch_backlog"); err != nil {
			t.Fatal(err)
		}
	}
	w.talk("61", "ড্রেন")
	w.exec(`UPDATE messages SET status = 'queued', at = now() - interval '10 minutes', send_after = now() - interval '9 minutes' WHERE direction = 'out'`)
	if err := w.desk.DeadTurn(t.Context(), handoff.Key{Channel: "paper", Address: "61"}, []byte("{}"), context.Canceled); err != nil {
		t.Fatal(err)
	}
	look()
	eventually(t, "the alarms", func() bool { return open(handoff.AlarmOutbox) && open(handoff.AlarmDead) })
	w.exec(`UPDATE messages SET status = 'sent'`)
	w.exec(`DELETE FROM dead_turns`)
	look()
	eventually(t, "their end", func() bool { return !open(handoff.AlarmOutbox) && !open(handoff.AlarmDead) })
}

// While the database is away, those are written to whom it named last.
func TestASpoolInUseIsTold(t *testing.T) {
	if testing.Short() {
		t.Skip("needs PostgreSQL: run without -short")
	}
	t.Parallel()
	ctx := context.Background()
	cluster, err := postgres.Throwaway(ctx, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Stop(ctx) })
	if _, _, err := migrations.Up(ctx, cluster.DSN()); err != nil {
		t.Fatal(err)
	}
	pool, err := pgxpool.New(ctx, cluster.DSN())
	if err != nil {
		t.Fatal(err)
	}
	_, err = pool.Exec(ctx, `INSERT INTO agents (id, email, name, role, teams, wards, password_hash, created_at) VALUES ($1, 'admin@example.org', 'Rahima', 'administrator', '{}', '{}', '', now())`, handoff.NewID())
	pool.Close()
	if err != nil {
		t.Fatal(err)
	}
	mailbox := &letters{}
	var ahead atomic.Int64
	w := newTown(t, settings{dsn: cluster.DSN(), mailer: mailbox, letter: letterOf, now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	w.talk("61", "ড্রেন")
	if err := cluster.Halt(ctx); err != nil {
		t.Fatal(err)
	}
	w.accept(w.text("61", "ড্রেন বন্ধ"))
	// The fault lasts: a minute after it was seen somebody is told.
	eventually(t, "a mail", func() bool { ahead.Add(int64(time.Second)); return len(mailbox.all()) > 0 })
	if err := cluster.Resume(ctx); err != nil {
		t.Fatal(err)
	}
	w.paper.await(t, "61", 2)
	if sent := mailbox.all(); len(sent) != 1 || sent[0].To != "admin@example.org" || sent[0].Subject != handoff.AlarmSpool {
		t.Errorf("%+v", sent)
	}
}
