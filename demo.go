package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"nagorik/bot/photos"
	"nagorik/handoff/demo"
)

// demoPictures is how many different photos the cases share.
const demoPictures = 8

// demoCommand fills an empty database.
type demoCommand struct {
	Cases    int    `default:"5000" help:"Cases to make. There are 0.8 conversations without a case for each."`
	Contacts int    `default:"2000" help:"People who write."`
	Seed     uint64 `default:"1" help:"Another number makes another city; the same number the same one."`
}

// Run fills the database that the settings name.
func (k *demoCommand) Run(p *process) error {
	return p.withRecords(func(c *Config, r *records) error {
		wards, _, err := cityWards(p.ctx, c, r.desk)
		if err != nil {
			return err
		}
		catalog, err := currentCatalog(p.ctx, c, r.desk, wards)
		if err != nil {
			return err
		}
		o := demo.Options{Cases: k.Cases, Contacts: k.Contacts, Seed: k.Seed, Until: time.Now(), Services: catalog.Flows(), Version: catalog.Version()}
		for _, w := range wards.Wards() {
			o.Wards = append(o.Wards, w.Number)
		}
		if o.Pictures, err = drawPictures(c); err != nil {
			return err
		}
		bar := &progressBar{line: newProgressLine(p.errOut), since: time.Now()}
		o.Progress = bar.show
		done, err := demo.Fill(p.ctx, r.pool, o)
		if err == nil {
			bar.line.say("counting them for the reports")
			_, err = r.desk.FoldFigures(p.ctx)
		}
		bar.line.end()
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "Made %d contacts, %d agents, %d conversations with %d messages, and %d cases with %d photos in %s.\n",
			done.Contacts, done.Agents, done.Conversations, done.Messages, done.Cases, done.Photos, time.Since(bar.since).Round(time.Second))
		return nil
	})
}

// drawPictures keeps the photos that cases share.
func drawPictures(c *Config) ([]demo.Picture, error) {
	if err := dataDir(c); err != nil {
		return nil, err
	}
	store, err := photos.NewStore(filepath.Join(c.DataDir, "photos"))
	if err != nil {
		return nil, err
	}
	var list []demo.Picture
	for n := range demoPictures {
		file, err := demo.Draw(n)
		if err != nil {
			return nil, err
		}
		kept, err := store.Keep(bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		list = append(list, demo.Picture{SHA256: kept.SHA256, Type: kept.Type, Width: kept.Width, Height: kept.Height, Size: kept.Size})
	}
	return list, nil
}

// progressBar is a bar on the progress line.
type progressBar struct {
	line  *progressLine
	since time.Time
}

// barWidth is how many characters a whole bar has.
const barWidth = 40

// show draws how much is done.
func (b *progressBar) show(done, of int) {
	full := barWidth * done / max(of, 1)
	b.line.say(fmt.Sprintf("[%s%s] %d of %d conversations", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), done, of))
}
