package main

import (
	"context"
	"errors"
	"sync/atomic"

	"nagorik/flows"
	"nagorik/handoff"
)

// fromFile is the note of a version that was taken from the FLOWS setting.
const fromFile = "from file"

// flowsFile watches what the FLOWS setting names: what changed and is sound is
// published, what has faults changes nothing and is told in the log and the
// console.
type flowsFile struct {
	path   string
	tried  string // hash of what was looked at last
	faults atomic.Pointer[[]flows.Fault]
}

// Faults are the errors of the file as it is now; none when it is in use, or
// when there is no such file to watch.
func (f *flowsFile) Faults() []flows.Fault {
	if list := f.faults.Load(); list != nil {
		return *list
	}
	return nil
}

// lookAtFile publishes the file when it changed since the last look.
func (s *nagorik) lookAtFile(ctx context.Context) {
	f := &s.file
	if f.path == "" {
		return
	}
	files, err := readFlows(f.path)
	if err != nil {
		if f.tried != err.Error() {
			f.tried = err.Error()
			s.log.Error("the FLOWS file cannot be read; nothing changes", "error", err)
			f.faults.Store(&[]flows.Fault{{File: f.path, Line: 1, Col: 1, Message: err.Error()}})
		}
		return
	}
	kept := keptFiles(files)
	hash := handoff.CatalogHash(kept)
	if hash == f.tried {
		return
	}
	_, _, err = loadCatalog(s.wards, files)
	var faults *faultsError
	if errors.As(err, &faults) {
		f.tried = hash
		f.faults.Store(&faults.faults)
		s.log.Error("the FLOWS file changed and has faults; the flows stay as they are", "error", err)
		return
	}
	version, published, err := s.records.desk.PublishCatalog(ctx, kept, handoff.SourceFile, "", fromFile)
	if err != nil {
		if !handoff.Away(err) {
			f.tried = hash
		}
		s.log.Error("the FLOWS file could not be published", "error", err)
		return
	}
	f.tried = hash
	f.faults.Store(nil)
	if published {
		s.log.Info("the FLOWS file changed and is published", "version", version)
	}
}
