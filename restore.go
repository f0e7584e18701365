package main

import (
	"context"
	"errors"
	"fmt"

	"nagorik/handoff/archive"
)

// restoreCommand brings a backup back.
type restoreCommand struct {
	File string `arg:"" help:"A file that nagorik backup made."`
}

// Run checks the whole file before it touches anything, then restores it into
// the place that the settings name, which must be empty.
func (k *restoreCommand) Run(p *process) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	line := newProgressLine(p.errOut)
	a, err := archive.Open(p.ctx, k.File, archive.Options{Progress: line.show})
	line.end()
	if err != nil {
		return fmt.Errorf("restore %s: %w", k.File, err)
	}
	defer a.Close()
	if err := k.restore(p, c, a); err != nil {
		return fmt.Errorf("restore %s: %w", k.File, err)
	}
	line.end()
	fmt.Fprintf(p.out, "Restored the backup of %s: %s.\n", a.Contents().MadeAt.Format("2006-01-02 15:04 MST"), summary(a.Contents()))
	if c.SecretKey != "" && a.Contents().Key {
		fmt.Fprintln(p.out, "Its secret key is in DATA_DIR, but SECRET_KEY is set and is used instead.")
	}
	return nil
}

func (k *restoreCommand) restore(p *process, c *Config, a *archive.Archive) error {
	if err := dataDir(c); err != nil {
		return err
	}
	r, err := reachRecords(p.ctx, c, p.logger(c), false)
	if err != nil {
		return err
	}
	err = a.Restore(p.ctx, archive.Place{DSN: r.dsn, DataDir: c.DataDir})
	return errors.Join(err, r.close(context.WithoutCancel(p.ctx)))
}
