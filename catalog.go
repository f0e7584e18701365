package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nagorik/flows"
	"nagorik/flows/place"
	"nagorik/handoff"
	"nagorik/handoff/registers"
)

// builtInName is the name of the catalogue that is built in.
const builtInName = "flows.yaml"

// faultsError is a catalogue that cannot be used, with everything that is
// wrong with it.
type faultsError struct{ faults []flows.Fault }

func (e *faultsError) Error() string {
	lines := make([]string, 0, len(e.faults)+1)
	lines = append(lines, "the flows have faults:")
	for _, f := range e.faults {
		if !f.Warning {
			lines = append(lines, f.String())
		}
	}
	return strings.Join(lines, "\n")
}

// readFlows reads flow files: files, or folders of *.yaml. None means the
// built-in catalogue.
func readFlows(paths ...string) ([]flows.File, error) {
	if len(paths) == 0 {
		return []flows.File{{Name: builtInName, Text: builtIn}}, nil
	}
	var files []flows.File
	for _, path := range paths {
		names := []string{path}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			if names, err = filepath.Glob(filepath.Join(path, "*.yaml")); err != nil {
				return nil, fmt.Errorf("read flows: %w", err)
			}
			slices.Sort(names)
			if len(names) == 0 {
				return nil, fmt.Errorf("read flows: %s has no *.yaml file", path)
			}
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				return nil, fmt.Errorf("read flows: %w", err)
			}
			files = append(files, flows.File{Name: name, Text: text})
		}
	}
	return files, nil
}

// readWards reads the ward layer, or the sample city's.
func readWards(path string) (*place.Map, error) {
	if path == "" {
		return place.Sample(), nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, badSetting("WARDS", "%v", err)
	}
	wards, problems, err := place.Load(text)
	if err != nil {
		return nil, badSetting("WARDS", "%s: %v", path, err)
	}
	for _, p := range problems {
		fmt.Fprintf(os.Stderr, "%s: %s: %s\n", path, p.Feature, p.Message)
	}
	return wards, nil
}

// loadCatalog compiles files. Its error lists everything that is wrong.
func loadCatalog(wards *place.Map, files []flows.File) (*flows.Catalog, []flows.Fault, error) {
	catalog, faults := flows.Load(wards, files...)
	if catalog == nil {
		return nil, faults, &faultsError{faults}
	}
	return catalog, faults, nil
}

// withRegisters adds what the flows need of registers and do not find. Its error
// lists those without which they cannot go on.
func withRegisters(ctx context.Context, c *Config, r *records, catalog *flows.Catalog, faults []flows.Fault) ([]flows.Fault, error) {
	store, err := registers.New(r.pool, filepath.Join(c.DataDir, registersPart), nil)
	if err != nil {
		return faults, err
	}
	missing, err := store.Missing(ctx, catalog.Registers())
	if err != nil {
		return faults, err
	}
	if slices.ContainsFunc(missing, func(f flows.Fault) bool { return !f.Warning }) {
		err = &faultsError{missing}
	}
	return append(faults, missing...), err
}

func keptFiles(files []flows.File) []handoff.CatalogFile {
	kept := make([]handoff.CatalogFile, len(files))
	for i, f := range files {
		kept[i] = handoff.CatalogFile{Name: filepath.Base(f.Name), Text: string(f.Text)}
	}
	return kept
}

// storedCatalog compiles a published version.
func storedCatalog(ctx context.Context, desk *handoff.Desk, wards *place.Map, version int64) (*flows.Catalog, error) {
	stored, err := desk.Catalog(ctx, version)
	if err != nil {
		return nil, err
	}
	files := make([]flows.File, len(stored.Files))
	for i, f := range stored.Files {
		files[i] = flows.File{Name: f.Name, Text: []byte(f.Text)}
	}
	catalog, faults := flows.LoadKept(wards, flows.File{Name: builtInName, Text: builtIn}, files...)
	if catalog == nil {
		return nil, fmt.Errorf("published version %d: %w", version, &faultsError{faults})
	}
	return catalog.WithVersion(version), nil
}

// currentCatalog publishes what the settings say and returns the version new
// dialogues begin in. The built-in catalogue goes only into an empty database,
// a FLOWS file only when it is not the one that was last taken from a file: a
// restart never overwrites a supervisor.
func currentCatalog(ctx context.Context, c *Config, desk *handoff.Desk, wards *place.Map) (*flows.Catalog, error) {
	source, paths, note := handoff.SourceBuiltIn, []string(nil), ""
	if c.Flows != "" {
		source, paths, note = handoff.SourceFile, []string{c.Flows}, fromFile
	}
	files, err := readFlows(paths...)
	if err != nil {
		return nil, badSetting("FLOWS", "%v", err)
	}
	if _, _, err := loadCatalog(wards, files); err != nil {
		return nil, err
	}
	if _, _, err := desk.PublishCatalog(ctx, keptFiles(files), source, "", note); err != nil {
		return nil, err
	}
	latest, err := desk.LatestVersion(ctx)
	if err != nil {
		return nil, err
	}
	return storedCatalog(ctx, desk, wards, latest)
}

// followEvery is how often a process looks whether another one, or a command,
// has published a newer version, and whether the FLOWS file changed.
const followEvery = 3 * time.Second

// followCatalog keeps the current catalogue the newest published one until the
// context ends. A version that cannot be read changes nothing.
func (s *nagorik) followCatalog(ctx context.Context) {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	useless := int64(0) // the version that was tried last and cannot be used
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.lookAtFile(ctx)
		latest, err := s.records.desk.LatestVersion(ctx)
		if err != nil || latest == s.catalogs.Current().Version() || latest == useless {
			continue // a database that is away is told of elsewhere
		}
		next, err := storedCatalog(ctx, s.records.desk, s.wards, latest)
		if err != nil {
			if !handoff.Away(err) {
				useless = latest
			}
			s.log.Error("a published version of the flows cannot be used; the old one stays", "version", latest, "error", err)
			continue
		}
		s.catalogs.Publish(next)
		s.log.Info("new dialogues begin in a newer version of the flows", "version", latest)
	}
}
