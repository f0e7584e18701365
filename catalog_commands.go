package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"nagorik/flows"
	"nagorik/handoff"
)

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
