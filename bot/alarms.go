package bot

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"nagorik/bot/background"
	"nagorik/flows"
	"nagorik/handoff"
)

// Alarms to staff: raised and cleared here, shown in the console, and mailed
// once to those who can do something about them.

// alarmMailTries is how often a mail about an alarm is tried: about two hours,
// with growing pauses.
const alarmMailTries = 8

// raise tells staff of a fault, once.
func (b *Bot) raise(ctx context.Context, kind, subject, text string) error {
	raised, err := b.desk.RaiseAlarm(ctx, kind, subject, text)
	if raised {
		b.hint(Hint{Event: HintAlarm, Channel: subject})
	}
	return err
}

// allClear ends an alarm whose cause is over.
func (b *Bot) allClear(ctx context.Context, kind, subject string) error {
	cleared, err := b.desk.ClearAlarm(ctx, kind, subject)
	if cleared {
		b.hint(Hint{Event: HintAlarm, Channel: subject})
	}
	return err
}

// alarm raises an alarm while something is so, and clears it when it is not.
func (b *Bot) alarm(ctx context.Context, is bool, kind, subject, text string) error {
	if is {
		return b.raise(ctx, kind, subject, text)
	}
	return b.allClear(ctx, kind, subject)
}

// alarmMail is the job of writing to one of the staff about one alarm.
type alarmMail handoff.AlarmMail

// Kind is the job's name.
func (alarmMail) Kind() string { return "mail_alarm" }

// takeAlarmMails makes a job of every mail about an alarm, in the transaction
// that takes the alarm, so that none is forgotten and none is made twice.
func (b *Bot) takeAlarmMails(ctx context.Context) error {
	if b.mailer == nil || b.alarmLetter == nil {
		return nil
	}
	return b.desk.TakeAlarmMails(ctx, func(tx pgx.Tx, mails []handoff.AlarmMail) error {
		jobs := make([]river.JobArgs, len(mails))
		for i, m := range mails {
			jobs[i] = alarmMail(m)
		}
		return b.background.Give(ctx, tx, alarmMailTries, jobs...)
	})
}

// mailAlarm writes to one of the staff about an alarm that is still open. The
// mail has the same id however often it is tried.
func (b *Bot) mailAlarm(ctx context.Context, m alarmMail) error {
	l, err := b.desk.AlarmLetter(ctx, handoff.AlarmMail(m))
	if errors.Is(err, handoff.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	subject, text := b.alarmLetter(l)
	err = b.mailer.Send(ctx, Letter{ID: "alarm-" + m.Alarm.String() + "-" + m.Agent.String(), To: l.To, Lang: l.Lang, Subject: subject, Text: text})
	var fault *SendError
	if errors.As(err, &fault) && (fault.Outcome == SendReject || fault.Outcome == SendUnknown) {
		return background.GiveUp(err)
	}
	return err
}

// Bounds of what is an alarm.
const (
	watchEvery     = 15 * time.Second
	outboxLate     = 5 * time.Minute
	spoolLate      = time.Minute
	workFailsFor   = 5 * time.Minute
	silenceEvery   = 5 * time.Minute
	spoolEvery     = 3 * time.Second
	readersEvery   = time.Minute
	outboxSubject  = "outbox"
	deadSubject    = "turns"
	figuresSubject = "reports"
)

// watchBacklog looks whether something goes wrong that nobody else sees.
func (b *Bot) watchBacklog(ctx context.Context) error {
	backlog, err := b.desk.Backlog(ctx)
	if err != nil {
		return err
	}
	work, err := b.watchWork(ctx)
	return errors.Join(err, work,
		b.alarm(ctx, backlog.OldestUnsent > outboxLate, handoff.AlarmOutbox, outboxSubject, ""),
		b.alarm(ctx, backlog.DeadTurns > 0, handoff.AlarmDead, deadSubject, ""))
}

// watchWork looks for background work that goes on failing.
func (b *Bot) watchWork(ctx context.Context) (faults, err error) {
	list, err := b.background.Standings(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		failing := s.Failing && s.FaultAt.Sub(s.Done) > workFailsFor+s.Every
		faults = errors.Join(faults, b.alarm(ctx, failing, handoff.AlarmWork, s.Task, s.Fault))
	}
	return faults, nil
}

// called are the channels by which a provider calls us.
func (b *Bot) called() []string {
	var names []string
	for name := range b.channels {
		if name != string(flows.WayWeb) && name != handoff.ChannelPhone && name != handoff.ChannelCounter {
			names = append(names, name)
		}
	}
	return names
}

// watchSilence looks for channels by which nothing comes any more.
func (b *Bot) watchSilence(ctx context.Context) error {
	list, err := b.desk.Silences(ctx, b.called())
	for _, s := range list {
		err = errors.Join(err, b.alarm(ctx, s.Alarm, handoff.AlarmSilence, s.Channel, ""))
	}
	return err
}

// spoolWatch is what a process knows of its spool's use. Only its task uses it.
type spoolWatch struct {
	since   time.Time             // it is in use; zero: it is not
	told    bool                  // by mail alone, because the database is away
	readers []handoff.AlarmLetter // whom to write to then
	read    time.Time             // when they were named
}

// watchSpool tells of a spool that is in use: as an alarm, or while the
// database cannot be told, by mail to those whom it named last.
func (b *Bot) watchSpool(ctx context.Context) error {
	w := &b.spooling
	if b.spool.Empty() {
		return b.spoolAtRest(ctx, w)
	}
	if w.since.IsZero() {
		w.since = b.now()
	}
	if b.now().Sub(w.since) < spoolLate || w.told {
		return nil
	}
	err := b.raise(ctx, handoff.AlarmSpool, b.host, "")
	if err == nil || b.mailer == nil || b.alarmLetter == nil {
		return err
	}
	w.told = true
	for _, l := range w.readers {
		l.Kind, l.Subject, l.RaisedAt = handoff.AlarmSpool, b.host, w.since
		subject, text := b.alarmLetter(l)
		err = errors.Join(err, b.mailer.Send(ctx, Letter{ID: handoff.NewID().String(), To: l.To, Lang: l.Lang, Subject: subject, Text: text}))
	}
	return err
}

// spoolAtRest ends the alarm and keeps whom to write to when it comes to that.
func (b *Bot) spoolAtRest(ctx context.Context, w *spoolWatch) error {
	if w.since.IsZero() && b.now().Sub(w.read) < readersEvery {
		return nil
	}
	readers, err := b.desk.AlarmReaders(ctx)
	if err != nil {
		return err
	}
	*w = spoolWatch{readers: readers, read: b.now()}
	return b.allClear(ctx, handoff.AlarmSpool, b.host)
}

// hostName is this machine's name, as alarms say where something is.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "?"
	}
	return name
}
