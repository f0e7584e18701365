package handoff_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"nagorik/handoff"
)

func TestAnAlarmIsRaisedOnceAndEnds(t *testing.T) {
	r := newRecord(t)
	raise := func() bool {
		raised, err := r.RaiseAlarm(t.Context(), handoff.AlarmOutbox, "outbox", "")
		if err != nil {
			t.Fatal(err)
		}
		return raised
	}
	over := func() bool {
		cleared, err := r.ClearAlarm(t.Context(), handoff.AlarmOutbox, "outbox")
		if err != nil {
			t.Fatal(err)
		}
		return cleared
	}
	if !raise() || raise() || !over() || over() || !raise() {
		t.Error("it is not raised once and cleared once")
	}
	over()
	r.clock.Forward(6 * 24 * time.Hour)
	ended, err := r.EndedAlarms(t.Context(), all)
	if err != nil || len(ended) != 2 || ended[0].ClearedAt == nil {
		t.Errorf("ended: %+v, %v", ended, err)
	}
	r.clock.Forward(2 * 24 * time.Hour)
	if ended, err = r.EndedAlarms(t.Context(), all); err != nil || len(ended) != 0 {
		t.Errorf("after a week: %+v, %v", ended, err)
	}
}

func TestOnlyWhatDoesNotEndByItselfEndsByHand(t *testing.T) {
	r := newRecord(t)
	conversation := r.conversation(r.person("Rahim", "", ""), talk{owner: "bot", team: "drainage"})
	danger, fault := handoff.NewID(), handoff.NewID()
	r.exec(`INSERT INTO alarms (id, kind, subject, conversation_id, raised_at) VALUES ($1, 'danger', $2, $3, $4)`, danger, conversation.String(), conversation, r.clock.Now())
	r.exec(`INSERT INTO alarms (id, kind, subject, raised_at) VALUES ($1, 'channel', 'messenger', $2)`, fault, r.clock.Now())
	agent := r.agent("anna@example.org", handoff.RoleAgent, []string{"drainage"}, nil)
	other := handoff.Viewer{AgentID: handoff.NewID(), Role: handoff.RoleAgent, Teams: []string{"roads"}}
	if err := r.EndAlarm(t.Context(), other, danger); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("of another team: %v", err)
	}
	if err := r.EndAlarm(t.Context(), agent, fault); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("a fault that ends by itself: %v", err)
	}
	if err := r.EndAlarm(t.Context(), agent, danger); err != nil {
		t.Fatal(err)
	}
	if err := r.EndAlarm(t.Context(), agent, danger); !errors.Is(err, handoff.ErrConflict) {
		t.Errorf("twice: %v", err)
	}
	if n, err := r.OpenAlarms(t.Context(), agent); err != nil || n != 1 {
		t.Errorf("open: %d, %v", n, err)
	}
	log, err := r.AuditLog(t.Context(), handoff.AuditFilter{What: "alarm.end"})
	if err != nil || len(log.Items) != 1 || log.Items[0].Agent == nil || log.Items[0].Agent.ID != agent.AgentID {
		t.Errorf("audit: %+v, %v", log, err)
	}
}

func TestAlarmsAreMailedOnceToThoseWhoCanAct(t *testing.T) {
	r := newRecord(t)
	hire := func(email string, role handoff.Role) handoff.AlarmMail {
		v := r.agent(email, role, nil, nil)
		return handoff.AlarmMail{Agent: v.AgentID}
	}
	admin, boss := hire("admin@example.org", handoff.RoleAdministrator), hire("boss@example.org", handoff.RoleSupervisor)
	hire("agent@example.org", handoff.RoleAgent)
	silent := hire("silent@example.org", handoff.RoleAdministrator)
	if err := r.MailAlarms(t.Context(), silent.Agent, false); err != nil {
		t.Fatal(err)
	}
	conversation := r.conversation(r.person("Rahim", "", ""), talk{owner: "queue", team: "drainage"})
	for _, kind := range []string{handoff.AlarmDanger, handoff.AlarmPromise} {
		r.exec(`INSERT INTO alarms (id, kind, subject, conversation_id, raised_at) VALUES ($1, $2, $3, $4, $5)`, handoff.NewID(), kind, conversation.String(), conversation, r.clock.Now())
	}
	for _, subject := range []string{"messenger", "sms"} {
		if _, err := r.RaiseAlarm(t.Context(), handoff.AlarmChannel, subject, "token refused"); err != nil {
			t.Fatal(err)
		}
	}
	taken := func() (mails []handoff.AlarmMail) {
		err := r.TakeAlarmMails(t.Context(), func(_ pgx.Tx, m []handoff.AlarmMail) error { mails = m; return nil })
		if err != nil {
			t.Fatal(err)
		}
		return mails
	}
	if got := taken(); len(got) != 0 {
		t.Errorf("before it has lasted: %+v", got)
	}
	if _, err := r.ClearAlarm(t.Context(), handoff.AlarmChannel, "sms"); err != nil {
		t.Fatal(err)
	}
	r.clock.Forward(2 * time.Minute)
	if err := r.TakeAlarmMails(t.Context(), func(pgx.Tx, []handoff.AlarmMail) error { return errors.New("no") }); err == nil {
		t.Error("what cannot be handed over is taken")
	}
	got, who := taken(), map[string]int{}
	for _, m := range got {
		l, err := r.AlarmLetter(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		who[l.Kind+" "+l.To]++
	}
	if len(got) != 3 || who["channel admin@example.org"] != 1 || who["promise admin@example.org"] != 1 || who["promise boss@example.org"] != 1 {
		t.Errorf("mailed: %v", who)
	}
	if again := taken(); len(again) != 0 {
		t.Errorf("twice: %+v", again)
	}
	if _, err := r.ClearAlarm(t.Context(), handoff.AlarmPromise, conversation.String()); err != nil {
		t.Fatal(err)
	}
	for _, m := range got {
		if _, err := r.AlarmLetter(t.Context(), m); err != nil && !errors.Is(err, handoff.ErrNotFound) || m.Agent == boss.Agent && err == nil {
			t.Errorf("after the promise was kept: %v", err)
		}
	}
	readers, err := r.AlarmReaders(t.Context())
	if err != nil || len(readers) != 1 || readers[0].To != "admin@example.org" {
		t.Errorf("readers: %+v, %v, of %v", readers, err, admin)
	}
}

func TestAQuietNightIsNoSilence(t *testing.T) {
	r := newRecord(t) // Monday, half past nine in the morning
	p := r.person("Rahim", "", "")
	// A conversation every hour of the week's waking days, the last one at ten in
	// the evening.
	last := time.Date(2026, 11, 22, 22, 0, 0, 0, handoff.Dhaka())
	for day := range 6 {
		for hour := range 14 {
			at := last.AddDate(0, 0, -day).Add(-time.Duration(hour) * time.Hour)
			id := r.conversation(p, talk{owner: "bot", closed: true})
			r.exec(`UPDATE conversations SET opened_at = $2, last_in_at = $2 WHERE id = $1`, id, at)
		}
	}
	var channel string
	if err := r.pool.QueryRow(t.Context(), `SELECT min(channel) FROM conversations`).Scan(&channel); err != nil {
		t.Fatal(err)
	}
	silent := func(channels ...string) bool {
		list, err := r.Silences(t.Context(), channels)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 1 && !list[0].Since.Equal(last) {
			t.Errorf("since %v", list[0].Since)
		}
		return len(list) == 1 && list[0].Alarm
	}
	if silent(channel) {
		t.Error("a night is called silence")
	}
	r.clock.Forward(10 * time.Hour)
	if silent(channel) || silent("none") {
		t.Error("half past seven in the evening is called silence")
	}
	r.clock.Forward(4 * time.Hour)
	if !silent(channel) {
		t.Error("a whole waking day is not called silence")
	}
}
