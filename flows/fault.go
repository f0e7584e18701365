package flows

import (
	"cmp"
	"fmt"
	"slices"
)

// File is one source of a catalogue: its name as it appears in faults, and its text.
type File struct {
	Name string
	Text []byte
}

// Fault is something wrong with a flow file, in words that say what to do.
type Fault struct {
	File    string `json:"file"`
	Line    int    `json:"line"` // from 1
	Col     int    `json:"col"`  // from 1, in characters
	Warning bool   `json:"warning"`
	Message string `json:"message"`

	code string
	args []any
}

// Said is the sentence of the fault's message as a format of package fmt, and
// what fills it: with the sentence as its code, a fault can be said in another
// language. The sentence is empty for a message that was not made here.
func (f Fault) Said() (code string, args []any) { return f.code, f.args }

// String is the fault on one line: FILE:LINE:COL: error: MESSAGE.
func (f Fault) String() string {
	level := "error"
	if f.Warning {
		level = "warning"
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", f.File, f.Line, f.Col, level, f.Message)
}

// maxFaults bounds the list: past it a file is better started afresh.
const maxFaults = 500

// position is where something stands in a file.
type position struct {
	file      string
	line, col int
}

// faults collects what is wrong.
type faults struct{ list []Fault }

func (f *faults) fail(at position, format string, args ...any) { f.add(at, false, format, args...) }
func (f *faults) warn(at position, format string, args ...any) { f.add(at, true, format, args...) }

func (f *faults) add(at position, warning bool, format string, args ...any) {
	if len(f.list) < maxFaults {
		f.list = append(f.list, Fault{
			File: at.file, Line: max(at.line, 1), Col: max(at.col, 1),
			Warning: warning, Message: fmt.Sprintf(format, args...), code: format, args: args,
		})
	}
}

// sorted is the list in the order of the files, each fault once.
func (f *faults) sorted(files []File) []Fault {
	rank := map[string]int{}
	for i, file := range files {
		rank[file.Name] = i
	}
	slices.SortStableFunc(f.list, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(rank[a.File], rank[b.File]), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	return slices.CompactFunc(f.list, func(a, b Fault) bool { return a.String() == b.String() })
}

func (f *faults) fatal() bool {
	return slices.ContainsFunc(f.list, func(x Fault) bool { return !x.Warning })
}
