package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// checkCommand checks flow files.
type checkCommand struct {
	Files []string `arg:"" optional:"" help:"Files, or folders of *.yaml; the built-in flows when none is named."`
	JSON  bool     `name:"json" help:"Print the faults as JSON."`
}

// checkedFault is a fault as --json prints it.
type checkedFault struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Severity string `json:"severity"` // "error" or "warning"
	Message  string `json:"message"`
}

// Run prints every fault and ends with exit 1 when one is an error.
func (k *checkCommand) Run(p *process) error {
	files, err := readFlows(k.Files...)
	if err != nil {
		return err
	}
	wards, err := readWards(settings{p.lookup}.or("WARDS", ""))
	if err != nil {
		return err
	}
	catalog, faults := flows.Load(wards, files...)
	if k.JSON {
		err = printJSON(p.out, faults)
	} else {
		for _, f := range faults {
			fmt.Fprintln(p.out, f.String())
		}
	}
	if err == nil && catalog == nil {
		err = exitError(exitFault)
	}
	return err
}

func printJSON(w io.Writer, faults []flows.Fault) error {
	list := make([]checkedFault, len(faults))
	for i, f := range faults {
		list[i] = checkedFault{File: f.File, Line: f.Line, Column: f.Col, Severity: "error", Message: f.Message}
		if f.Warning {
			list[i].Severity = "warning"
		}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(list)
}

// flowsCommand publishes, lists and exports catalogues.
type flowsCommand struct {
	Publish flowsPublishCommand `cmd:"" help:"Check and publish a file or folder."`
	List    flowsListCommand    `cmd:"" help:"List the published versions."`
	Export  flowsExportCommand  `cmd:"" help:"Print a published version as it was written."`
}

type flowsPublishCommand struct {
	File string `arg:"" help:"A flow file, or a folder of *.yaml."`
	Note string `required:"" help:"What changed, for colleagues."`
}

// Run publishes the file, unless it has faults.
func (f *flowsPublishCommand) Run(p *process) error {
	return p.withRecords(func(c *Config, r *records) error {
		wards, _, err := cityWards(p.ctx, c, r.desk)
		if err != nil {
			return err
		}
		files, err := readFlows(f.File)
		if err != nil {
			return err
		}
		catalog, faults, err := loadCatalog(wards, files)
		if err == nil {
			faults, err = withRegisters(p.ctx, c, r, catalog, faults)
		}
		for _, fault := range faults {
			if fault.Warning {
				fmt.Fprintln(p.errOut, fault.String())
			}
		}
		if err != nil {
			return err
		}
		version, published, err := r.desk.PublishCatalog(p.ctx, keptFiles(files), handoff.SourceCommand, "", f.Note)
		if err != nil {
			return err
		}
		if !published {
			fmt.Fprintf(p.out, "Nothing changed: version %d is the same.\n", version)
			return nil
		}
		fmt.Fprintf(p.out, "Published as version %d.\n", version)
		return nil
	})
}

type flowsListCommand struct{}

// Run lists the versions, the newest first.
func (flowsListCommand) Run(p *process) error {
	return p.withRecords(func(_ *Config, r *records) error {
		list, err := r.desk.Catalogs(p.ctx)
		if err != nil {
			return err
		}
		for _, v := range list {
			fmt.Fprintf(p.out, "%d\t%s\t%s\t%s\t%s\n", v.Version, v.PublishedAt.In(handoff.Dhaka()).Format(time.DateTime), v.Source, v.Author, v.Note)
		}
		return nil
	})
}

type flowsExportCommand struct {
	Version int64  `arg:"" optional:"" help:"The version; the current one when left out."`
	To      string `name:"to" placeholder:"FOLDER" help:"Write the version's files into a new or empty folder instead of printing them."`
}

// writeFolder writes files into a folder that holds nothing yet.
func writeFolder(folder string, files []handoff.CatalogFile) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	there, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if len(there) > 0 {
		return fmt.Errorf("export: %s is not empty: name a folder that is new or empty", folder)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(f.Name)), []byte(f.Text), 0o644); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	return nil
}

// Run prints the version's text, or writes its files into a folder. Printed,
// several files are parted by a line that names each.
func (f *flowsExportCommand) Run(p *process) error {
	return p.withRecords(func(_ *Config, r *records) error {
		stored, err := r.desk.LatestCatalog(p.ctx)
		if f.Version != 0 {
			stored, err = r.desk.Catalog(p.ctx, f.Version)
		}
		if errors.Is(err, handoff.ErrNotFound) {
			return fmt.Errorf("there is no such version; `nagorik flows list` shows them")
		}
		if err != nil {
			return err
		}
		if f.To != "" {
			if err := writeFolder(f.To, stored.Files); err != nil {
				return err
			}
			fmt.Fprintf(p.out, "Version %d is in %s, files: %d.\n", stored.Version, f.To, len(stored.Files))
			return nil
		}
		for _, file := range stored.Files {
			if len(stored.Files) > 1 {
				fmt.Fprintf(p.out, "# %s\n", file.Name)
			}
			fmt.Fprint(p.out, file.Text)
		}
		return nil
	})
}
