package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	fileFaulty    = regexp.MustCompile(`the FLOWS file changed and has faults.*ask_wart`)
	filePublished = regexp.MustCompile(`the FLOWS file changed and is published.*version=2`)
	newerFlows    = regexp.MustCompile(`new dialogues begin in a newer version of the flows.*version=2`)
)

// TestFlowsFileIsWatched changes the FLOWS file beside a running service: with
// a fault nothing happens but a line in the log, without it is published.
func TestFlowsFileIsWatched(t *testing.T) {
	t.Parallel()
	c := command{dir: reachable(t)}
	file := filepath.Join(c.dir, "city.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(string(builtIn))
	c.settings = append(c.settings, "FLOWS="+file)
	s := c.serve(t)
	write(strings.Replace(string(builtIn), "next: ask_ward", "next: ask_wart", 1))
	if s.log.await(fileFaulty, s.process.Done()) == nil {
		t.Fatalf("nobody hears of the fault:\n%s", s.log)
	}
	if list := c.must(t, "flows", "list"); strings.Count(list, "\n") != 1 {
		t.Errorf("the fault is published: %s", list)
	}
	write(string(builtIn) + "# by hand\n")
	if s.log.await(filePublished, s.process.Done()) == nil || s.log.await(newerFlows, s.process.Done()) == nil {
		t.Fatalf("the mended file is not in use:\n%s", s.log)
	}
	if list := c.must(t, "flows", "list"); !strings.Contains(list, "\tfile\t\t"+fromFile) {
		t.Errorf("list says %s", list)
	}
	s.stop()
}
