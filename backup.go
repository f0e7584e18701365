package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"nagorik/handoff/archive"
)

// progressEvery is the time between two words of progress: on a terminal,
// where the line is written over, and elsewhere.
const (
	progressOnTerminal = 200 * time.Millisecond
	progressElsewhere  = 5 * time.Second
)

// backupCommand puts everything into one file.
type backupCommand struct {
	File string `arg:"" help:"The file to make. One that is there already is replaced when the new one is complete."`
}

// Run makes the backup and says what is in it. A service may be running; the
// database is left at the version it has.
func (b *backupCommand) Run(p *process) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	if err := somethingThere(c); err != nil {
		return err
	}
	r, err := reachRecords(p.ctx, c, p.logger(c), true)
	if err != nil {
		return err
	}
	line := newProgressLine(p.errOut)
	contents, err := archive.Write(p.ctx, archive.Place{DSN: r.dsn, DataDir: c.DataDir}, b.File, archive.Options{Progress: line.show})
	line.end()
	if err = errors.Join(err, r.close(context.WithoutCancel(p.ctx))); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	stat, err := os.Stat(b.File)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	fmt.Fprintf(p.out, "Backed up to %s (%s): %s.\n", b.File, bytesOf(stat.Size()), summary(contents))
	if contents.Missing > 0 {
		fmt.Fprintf(p.errOut, "nagorik: %d photos of the records are not in DATA_DIR, so they are not in the backup\n", contents.Missing)
	}
	if !contents.Key && c.SecretKey != "" {
		fmt.Fprintln(p.out, "SECRET_KEY is not in it: keep that setting somewhere else.")
	}
	return nil
}

// somethingThere keeps a backup from making the private cluster that it was
// to read: DATA_DIR is perhaps not the one that was meant.
func somethingThere(c *Config) error {
	if c.DatabaseURL != "" {
		return nil
	}
	for _, name := range []string{"postgres", "postgres.location"} {
		if _, err := os.Stat(filepath.Join(c.DataDir, name)); err == nil {
			return nil
		}
	}
	return badSetting("DATA_DIR", "there are no records in %s, and DATABASE_URL is not set", c.DataDir)
}

// summary is what a backup holds, in words.
func summary(c archive.Contents) string {
	s := fmt.Sprintf("%d contacts, %d conversations, %d messages, %d cases, %d photos, %d versions of the flows, %d accounts",
		c.Rows("contacts"), c.Rows("conversations"), c.Rows("messages"), c.Rows("cases"), c.Photos, c.Rows("catalogs"), c.Rows("agents"))
	if c.Spooled > 0 {
		s += ", and the events that wait in the spool"
	}
	return s
}

// bytesOf is a size as people read it.
func bytesOf(n int64) string {
	const step = 1024
	if n < step {
		return fmt.Sprintf("%d bytes", n)
	}
	size, unit := float64(n), 0
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	for size >= step && unit < len(units)-1 {
		size, unit = size/step, unit+1
	}
	return fmt.Sprintf("%.1f %s", size, units[unit])
}

// progressLine says how far a long command has come: a line that is written
// over on a terminal, a line now and then elsewhere.
type progressLine struct {
	out      io.Writer
	terminal bool
	every    time.Duration
	last     time.Time
	shown    bool
}

func newProgressLine(out io.Writer) *progressLine {
	l := &progressLine{out: out, every: progressElsewhere, last: time.Now()}
	if f, ok := out.(*os.File); ok {
		stat, err := f.Stat()
		l.terminal = err == nil && stat.Mode()&os.ModeCharDevice != 0
	}
	if l.terminal {
		l.every = progressOnTerminal
	}
	return l
}

// show says it, when it is time to.
func (l *progressLine) show(p archive.Progress) {
	text := fmt.Sprintf("%s: %s", p.Doing, bytesOf(p.Bytes))
	if p.Rows > 0 {
		text += fmt.Sprintf(", %d rows", p.Rows)
	}
	if p.Files > 0 {
		text += fmt.Sprintf(", %d files", p.Files)
	}
	l.say(text)
}

// say writes a text over the last one, when it is time to.
func (l *progressLine) say(text string) {
	now := time.Now()
	if now.Sub(l.last) < l.every {
		return
	}
	l.last, l.shown = now, true
	if l.terminal {
		fmt.Fprintf(l.out, "\r\x1b[K%s", text)
		return
	}
	fmt.Fprintln(l.out, text)
}

// end clears the line on a terminal.
func (l *progressLine) end() {
	if l.terminal && l.shown {
		fmt.Fprint(l.out, "\r\x1b[K")
	}
}
