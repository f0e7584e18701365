package browsertest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	devtools "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axeRun asks axe for what keeps people from using the page: its rules of
// serious and critical weight, as "rule: help: first place".
const axeRun = `axe.run(document, { resultTypes: ['violations'] }).then(function (r) {
  return JSON.stringify(r.violations.filter(function (v) { return v.impact === 'serious' || v.impact === 'critical'; })
    .map(function (v) { return v.id + ': ' + v.help + ': ' + v.nodes.map(function (n) { return n.html; }).slice(0, 3).join(' | '); }));
})`

// Axe is the source of axe-core, of the console's packages. They are installed
// when they are missing.
func Axe(t *testing.T) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Join(filepath.Dir(here), "..", "..")
	path := filepath.Join(root, "api", "console", "node_modules", "axe-core", "axe.min.js")
	source, err := os.ReadFile(path)
	if err == nil {
		return string(source)
	}
	if out, err := exec.CommandContext(t.Context(), filepath.Join(root, "scripts", "assets.sh"), "packages").CombinedOutput(); err != nil {
		t.Fatalf("install axe-core: %v\n%s", err, out)
	}
	if source, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// Accessible fails the test for everything serious that axe finds in the page.
func (b *Tab) Accessible(name, axe string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, devtools.Evaluate, devtools.EvaluateParams{Expression: axe + "; undefined"}); err != nil {
		b.t.Fatal(err)
	}
	got, err := chromedp.Call(b.ctx, devtools.Evaluate, devtools.EvaluateParams{Expression: axeRun, AwaitPromise: new(true), ReturnByValue: new(true)})
	if err != nil {
		b.t.Fatal(err)
	}
	var text string
	var found []string
	if err := json.Unmarshal(got.Result.Value, &text); err != nil {
		b.t.Fatalf("axe says %s: %v", got.Result.Value, err)
	}
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		b.t.Fatal(err)
	}
	for _, violation := range found {
		b.t.Errorf("%s: %s", name, violation)
	}
}
