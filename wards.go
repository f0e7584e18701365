package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nagorik/flows/place"
	"nagorik/handoff"
)

// wardsCommand is about the city's wards.
type wardsCommand struct {
	Import wardsImportCommand `cmd:"" help:"Take a city's ward layer (GeoJSON with ward number, zone, names, aliases). It counts from the next start of the service, unless WARDS names another."`
}

// wardsImportCommand takes a ward layer.
type wardsImportCommand struct {
	File  string `arg:"" help:"GeoJSON, a feature for each ward, in WGS 84 (longitude, latitude)."`
	Check bool   `help:"Only say what is found; store nothing."`
	Force bool   `help:"Store a layer with faults: what is usable of it is used."`
}

// mostLayer is the largest layer that is read, in bytes; Dhaka's is 3 MB.
const mostLayer = 64 << 20

// mostProblems bounds how many faults are printed.
const mostProblems = 200

// Run reads, checks and stores the layer.
func (c *wardsImportCommand) Run(p *process) error {
	text, err := readLayer(c.File)
	if err != nil {
		return err
	}
	wards, problems, err := place.Load(text, progressTo(p.errOut))
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	problems = append(problems, wards.Gaps(progressTo(p.errOut))...)
	tellWards(p.out, wards)
	for i, problem := range problems {
		if i == mostProblems {
			fmt.Fprintf(p.out, "… and %d more\n", len(problems)-i)
			break
		}
		fmt.Fprintf(p.out, "%s: %s\n", c.File, problem)
	}
	switch {
	case c.Check:
		return nil
	case len(problems) > 0 && !c.Force:
		return fmt.Errorf("%s has %d faults: nothing is stored; mend them, or take it as it is with --force", c.File, len(problems))
	}
	return c.store(p, string(text), len(wards.Wards()))
}

func (c *wardsImportCommand) store(p *process, layer string, wards int) error {
	return p.withRecords(func(_ *Config, r *records) error {
		if err := r.desk.KeepWardLayer(p.ctx, filepath.Base(c.File), layer, wards); err != nil {
			return err
		}
		fmt.Fprintln(p.out, "Stored. A running service uses it after its next start; the setting WARDS goes before it.")
		return nil
	})
}

func readLayer(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read the ward layer: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostLayer+1))
	if err != nil {
		return nil, fmt.Errorf("read the ward layer: %w", err)
	}
	if len(text) > mostLayer {
		return nil, fmt.Errorf("read the ward layer: %s is larger than %d MiB", name, mostLayer>>20)
	}
	return text, nil
}

// tellWards says what a layer holds.
func tellWards(out io.Writer, m *place.Map) {
	zones, areas, aliases, shaped := map[int]bool{}, 0, 0, 0
	for _, w := range m.Wards() {
		if w.Zone > 0 {
			zones[w.Zone] = true
		}
		areas += max(len(w.Areas[place.Bangla]), len(w.Areas[place.English]))
		aliases += len(w.Aliases)
		if m.Shaped(w.Number) {
			shaped++
		}
	}
	city := cmp.Or(m.City(place.English), "a city without a name")
	fmt.Fprintf(out, "%s: %d wards, the highest is %d; %d with a shape; %d zones; %d areas and %d aliases\n",
		city, len(m.Wards()), m.Max(), shaped, len(zones), areas, aliases)
}

// progressTo shows how far a check has come, on a line of its own, when it takes
// longer than a moment.
func progressTo(out io.Writer) func(done, all int) {
	began, shown := time.Now(), time.Time{}
	return func(done, all int) {
		now := time.Now()
		if now.Sub(began) < time.Second || now.Sub(shown) < 200*time.Millisecond && done < all {
			return
		}
		shown = now
		end := ""
		if done == all {
			end = "\n"
		}
		fmt.Fprintf(out, "\rchecking %s %d of %d%s", strings.Repeat("#", done*20/max(all, 1)), done, all, end)
	}
}

// openWards is the map the service runs on.
func (s *nagorik) openWards(ctx context.Context) error {
	wards, layer, err := cityWards(ctx, s.config, s.records.desk)
	if err != nil {
		return err
	}
	s.wards = wards
	if layer.Name != "" {
		s.log.Info("the imported ward layer is used", "file", layer.Name, "wards", layer.Wards)
	}
	return nil
}

// teachWards makes the map listen for what the staff has taught since.
func (s *nagorik) teachWards(ctx context.Context) error { return teach(ctx, s.records.desk, s.wards) }

// cityWards is the city's map: the file that WARDS names, otherwise the layer that was imported last, otherwise the sample
// city; with what the staff taught. The layer is empty unless it is the imported one.
func cityWards(ctx context.Context, c *Config, desk *handoff.Desk) (*place.Map, handoff.WardLayer, error) {
	wards, err := readWards(c.Wards)
	if err != nil {
		return nil, handoff.WardLayer{}, err
	}
	var layer handoff.WardLayer
	if c.Wards == "" {
		layer, err = desk.WardLayer(ctx)
		if err != nil && !errors.Is(err, handoff.ErrNotFound) {
			return nil, layer, err
		}
		if err == nil {
			if wards, _, err = place.Load([]byte(layer.Text)); err != nil {
				return nil, layer, fmt.Errorf("the imported ward layer %s: %w", layer.Name, err)
			}
		}
	}
	return wards, layer, teach(ctx, desk, wards)
}

func teach(ctx context.Context, desk *handoff.Desk, wards *place.Map) error {
	names, err := desk.WardAliases(ctx)
	if err != nil {
		return err
	}
	taught := make([]place.Taught, len(names))
	for i, n := range names {
		taught[i] = place.Taught{Words: n.Words, Ward: n.Ward}
	}
	wards.Teach(taught)
	return nil
}

// wardsEvery is how soon a process hears of what was taught in another.
const wardsEvery = 15 * time.Second

// followWards takes up what is taught in other processes until the context ends.
func (s *nagorik) followWards(ctx context.Context) {
	tick := time.NewTicker(wardsEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.teachWards(ctx); err != nil && !handoff.Away(err) && ctx.Err() == nil {
			s.log.Error("what was taught of wards cannot be read; the old names stay", "error", err)
		}
	}
}
