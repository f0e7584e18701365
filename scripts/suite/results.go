package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is one line of go test -json (go doc test2json), or of the build before it (go help buildjson).
type event struct {
	Action     string
	Package    string
	ImportPath string // of a build event
	Test       string
	Output     string
}

// results reads go test's events as they are written to it and prints what a person wants to see: everything about what
// failed, and of the rest each package's closing line.
type results struct {
	out     io.Writer
	rest    []byte
	texts   map[string]*strings.Builder // by package and test: what it printed, until it has ended
	running map[string][]string         // by package: its tests that have not ended, in the order of their start
	passed  int
	failed  []string
	skipped []string
}

func newResults(out io.Writer) *results {
	return &results{out: out, texts: map[string]*strings.Builder{}, running: map[string][]string{}}
}

// Write takes events, in pieces of any length. A line that is none is printed as it is.
func (r *results) Write(p []byte) (int, error) {
	r.rest = append(r.rest, p...)
	for {
		line, rest, found := bytes.Cut(r.rest, []byte("\n"))
		if !found {
			return len(p), nil
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			fmt.Fprintf(r.out, "%s\n", line)
		} else {
			r.take(e)
		}
		r.rest = rest
	}
}

// take handles one event.
func (r *results) take(e event) {
	switch e.Action {
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "run":
		r.running[e.Package] = append(r.running[e.Package], e.Test)
	case "output":
		r.text(e.Package, e.Test).WriteString(e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			r.endPackage(e)
		} else {
			r.endTest(e)
		}
	}
}

// endTest counts a test and prints it if it failed.
func (r *results) endTest(e event) {
	text := r.text(e.Package, e.Test).String()
	delete(r.texts, key(e.Package, e.Test))
	r.running[e.Package] = slices.DeleteFunc(r.running[e.Package], func(name string) bool { return name == e.Test })
	name := e.Package + " " + e.Test
	switch e.Action {
	case "pass":
		r.passed++
	case "skip":
		r.skipped = append(r.skipped, name+": "+reason(text))
	case "fail":
		r.failed = append(r.failed, name)
		fmt.Fprint(r.out, text)
	}
}

// endPackage prints a package's closing line; of one that failed also what its unfinished tests and itself had printed.
func (r *results) endPackage(e event) {
	if e.Action == "fail" {
		for _, test := range r.running[e.Package] {
			r.failed = append(r.failed, e.Package+" "+test+" (did not end)")
			fmt.Fprint(r.out, r.text(e.Package, test))
		}
		r.failed = append(r.failed, e.Package)
	}
	for line := range strings.Lines(r.text(e.Package, "").String()) {
		if e.Action == "fail" || isClosing(line) {
			fmt.Fprint(r.out, line)
		}
	}
	delete(r.texts, key(e.Package, ""))
	delete(r.running, e.Package)
}

// isClosing reports whether a line is one of go test's results of a package.
func isClosing(line string) bool {
	return strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "FAIL\t") || strings.HasPrefix(line, "?  ") ||
		strings.HasPrefix(line, "\t") && strings.Contains(line, "coverage:")
}

// reason is the line in a skipped test's output that says why.
func reason(text string) string {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "===") && !strings.HasPrefix(line, "---") {
			return line
		}
	}
	return "no reason given"
}

// verdict prints the sum, and is nil when all tests ran and passed; status is how go test itself ended.
func (r *results) verdict(status error) error {
	for _, name := range r.failed {
		fmt.Fprintln(r.out, "failed:", name)
	}
	for _, name := range r.skipped {
		fmt.Fprintln(r.out, "skipped:", name)
	}
	switch {
	case status != nil || len(r.failed) > 0:
		return fmt.Errorf("the tests failed (go test: %w)", orElse(status, "nothing wrong"))
	case len(r.skipped) > 0:
		return fmt.Errorf("%d tests were skipped; in the whole suite all of them must run", len(r.skipped))
	case r.passed == 0:
		return errors.New("no test ran")
	}
	fmt.Fprintf(r.out, "ok: %d tests passed, none skipped\n", r.passed)
	return nil
}

func orElse(err error, text string) error {
	if err != nil {
		return err
	}
	return errors.New(text)
}

// text is where the output of a test, or of a package itself, is gathered.
func (r *results) text(pkg, test string) *strings.Builder {
	k := key(pkg, test)
	if r.texts[k] == nil {
		r.texts[k] = &strings.Builder{}
	}
	return r.texts[k]
}

func key(pkg, test string) string { return pkg + " " + test }
