package main

import (
	"errors"
	"strings"
	"testing"
)

// The events are what go test -json printed for a small module with such tests, shortened by their times.
func TestResults(t *testing.T) {
	const (
		onePasses = `{"Action":"start","Package":"m/a"}
{"Action":"run","Package":"m/a","Test":"TestA"}
{"Action":"output","Package":"m/a","Test":"TestA","Output":"    a_test.go:4: chatter\n"}
{"Action":"pass","Package":"m/a","Test":"TestA","Elapsed":0}
{"Action":"output","Package":"m/a","Output":"PASS\n"}
{"Action":"output","Package":"m/a","Output":"ok  \tm/a\t0.002s\n"}
{"Action":"pass","Package":"m/a","Elapsed":0.002}
`
		oneSkips = `{"Action":"run","Package":"m/b","Test":"TestB"}
{"Action":"output","Package":"m/b","Test":"TestB","Output":"=== RUN   TestB\n"}
{"Action":"output","Package":"m/b","Test":"TestB","Output":"    b_test.go:5: needs the moon\n"}
{"Action":"output","Package":"m/b","Test":"TestB","Output":"--- SKIP: TestB (0.00s)\n"}
{"Action":"skip","Package":"m/b","Test":"TestB","Elapsed":0}
{"Action":"output","Package":"m/b","Output":"ok  \tm/b\t0.002s\n"}
{"Action":"pass","Package":"m/b","Elapsed":0.002}
`
		oneFails = `{"Action":"run","Package":"m/c","Test":"TestC"}
{"Action":"output","Package":"m/c","Test":"TestC","Output":"    c_test.go:5: 1 is not 2\n"}
{"Action":"fail","Package":"m/c","Test":"TestC","Elapsed":0}
{"Action":"output","Package":"m/c","Output":"FAIL\n"}
{"Action":"output","Package":"m/c","Output":"FAIL\tm/c\t0.002s\n"}
{"Action":"fail","Package":"m/c","Elapsed":0.002}
`
		onePanics = `{"Action":"run","Package":"m/d","Test":"TestD"}
{"Action":"output","Package":"m/d","Test":"TestD","Output":"panic: oh\n"}
{"Action":"output","Package":"m/d","Output":"FAIL\tm/d\t0.002s\n"}
{"Action":"fail","Package":"m/d","Elapsed":0.002}
`
		doesNotBuild = `{"ImportPath":"m/e","Action":"build-output","Output":"e.go:3:1: syntax error\n"}
{"ImportPath":"m/e","Action":"build-fail"}
{"Action":"output","Package":"m/e","Output":"FAIL\tm/e [build failed]\n"}
{"Action":"fail","Package":"m/e","Elapsed":0,"FailedBuild":"m/e"}
`
		noTests = `{"Action":"output","Package":"m/f","Output":"?   \tm/f\t[no test files]\n"}
{"Action":"skip","Package":"m/f","Elapsed":0}
`
	)
	exit1 := errors.New("exit status 1")
	for _, test := range []struct {
		name, events  string
		status        error
		wrong         string // in the verdict; empty when all is well
		shown, hidden []string
	}{
		{
			"all pass", onePasses + noTests, nil, "",
			[]string{"ok  \tm/a\t0.002s\n", "?   \tm/f\t[no test files]\n", "1 tests passed"},
			[]string{"chatter", "PASS"},
		},
		{
			"a skipped test fails the suite", onePasses + oneSkips, nil, "1 tests were skipped",
			[]string{"skipped: m/b TestB: b_test.go:5: needs the moon\n", "ok  \tm/b"},
			nil,
		},
		{
			"a failed test is shown", oneFails + onePasses, exit1, "tests failed",
			[]string{"1 is not 2", "FAIL\tm/c", "failed: m/c TestC\n", "ok  \tm/a"},
			[]string{"chatter"},
		},
		{
			"a panic is shown with its test", onePanics, exit1, "tests failed",
			[]string{"panic: oh", "failed: m/d TestD (did not end)", "FAIL\tm/d"},
			nil,
		},
		{"a package that does not build", doesNotBuild, exit1, "tests failed", []string{"syntax error", "FAIL\tm/e [build failed]"}, nil},
		{"go test ends badly without a reason", onePasses, exit1, "tests failed", nil, nil},
		{"nothing ran", noTests, nil, "no test ran", nil, nil},
		{"no event", "go: something else\n" + onePasses, nil, "", []string{"go: something else\n"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			r := newResults(&out)
			for i := range len(test.events) { // byte by byte: events come in pieces
				if _, err := r.Write([]byte{test.events[i]}); err != nil {
					t.Fatal(err)
				}
			}
			err := r.verdict(test.status)
			if (err == nil) != (test.wrong == "") || (err != nil && !strings.Contains(err.Error(), test.wrong)) {
				t.Errorf("verdict %v, want %q", err, test.wrong)
			}
			for _, want := range test.shown {
				if !strings.Contains(out.String(), want) {
					t.Errorf("does not show %q:\n%s", want, out.String())
				}
			}
			for _, not := range test.hidden {
				if strings.Contains(out.String(), not) {
					t.Errorf("shows %q:\n%s", not, out.String())
				}
			}
		})
	}
}
