package browsertest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	devtools "github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const (
	// allRules are axe's own choice.
	allRules = `{ resultTypes: ['violations'] }`
	// colourRules are those that another light can break: the rest looks at
	// the document, which is the same in every light.
	colourRules = `{ resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block'] }`
)

// axeRun asks axe for what keeps people from using the page: its rules of
// serious and critical weight, as "rule: help: first place".
const axeRun = `axe.run(document, %s).then(function (r) {
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
	b.asks(name, axe, allRules)
}

// Legible is Accessible for the colours alone, of a page that is shown in
// another light than the one in which it was found accessible.
func (b *Tab) Legible(name, axe string) {
	b.t.Helper()
	b.asks(name, axe, colourRules)
}

// asks lets axe look at the page by some of its rules. A page is given axe's
// half a million letters once.
func (b *Tab) asks(name, axe, rules string) {
	b.t.Helper()
	if b.Text(`typeof axe`) == "undefined" {
		if _, err := chromedp.Call(b.ctx, devtools.Evaluate, devtools.EvaluateParams{Expression: axe + "; undefined"}); err != nil {
			b.t.Fatal(err)
		}
	}
	run := devtools.EvaluateParams{Expression: fmt.Sprintf(axeRun, rules), AwaitPromise: new(true), ReturnByValue: new(true)}
	got, err := chromedp.Call(b.ctx, devtools.Evaluate, run)
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
