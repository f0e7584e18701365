package api

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nagorik/flows"
	"nagorik/flows/place"
)

// spokenCalls are the functions of package flows that take what is said to the
// staff, and which of their arguments it is.
var spokenCalls = map[string]int{
	"fail": 1, "warn": 1, // of faults
	"mainMenu": 0, "back": 0, "skip": 0, "setAside": 0, "begin": 1, "openFlow": 1, "follow": 1, "accept": 1, "alarm": 1, "goTo": 1, "move": 3,
}

// spokenByFlows are the sentences that the sources of package flows hold: those
// of faults, and the reasons of moves. One that is put together has its gap as %s.
func spokenByFlows(t *testing.T) (faults, reasons []string) {
	t.Helper()
	names, err := filepath.Glob("../flows/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.CallExpr:
				called, ok := x.Fun.(*ast.SelectorExpr)
				if !ok {
					break
				}
				at, ok := spokenCalls[called.Sel.Name]
				if !ok || at >= len(x.Args) {
					break
				}
				if said := literal(x.Args[at]); said != "" && at == 1 && (called.Sel.Name == "fail" || called.Sel.Name == "warn") {
					faults = append(faults, said)
				} else if said != "" {
					reasons = append(reasons, said)
				}
			case *ast.KeyValueExpr:
				if key, ok := x.Key.(*ast.Ident); ok && key.Name == "why" && literal(x.Value) != "" {
					reasons = append(reasons, literal(x.Value))
				}
			case *ast.AssignStmt:
				if to, ok := x.Lhs[0].(*ast.SelectorExpr); ok && to.Sel.Name == "Silence" && literal(x.Rhs[0]) != "" {
					reasons = append(reasons, literal(x.Rhs[0]))
				}
			}
			return true
		})
	}
	return faults, reasons
}

// literal is a text as it is written; empty for anything else.
func literal(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.BasicLit:
		if x.Kind == token.STRING {
			s, _ := strconv.Unquote(x.Value)
			return s
		}
	case *ast.BinaryExpr:
		if s := literal(x.X); s != "" && x.Op == token.ADD {
			return s + cmp.Or(literal(x.Y), "%s")
		}
	}
	return ""
}

func TestAllThatFlowsSayIsThereInBangla(t *testing.T) {
	k, err := loadConsole()
	if err != nil {
		t.Fatal(err)
	}
	p := k.phrases["bn"]
	faults, reasons := spokenByFlows(t)
	if len(faults) < 100 || len(reasons) < 40 {
		t.Fatalf("only %d faults and %d reasons are found in the sources", len(faults), len(reasons))
	}
	for _, f := range faults {
		if p.Faults[f] == "" {
			t.Errorf("no Bangla for the fault %q", f)
		}
	}
	for _, known := range slices.Sorted(maps.Keys(p.Faults)) {
		if !slices.Contains(faults, known) {
			t.Errorf("no fault says %q", known)
		}
		for i := range gap.FindAllString(known, -1) {
			if !strings.Contains(p.Faults[known], "{"+strconv.Itoa(i+1)+"}") {
				t.Errorf("the Bangla of %q leaves gap %d out", known, i+1)
			}
		}
	}
	for _, r := range reasons {
		if _, ok := p.reason(strings.ReplaceAll(r, "%s", "1")); !ok {
			t.Errorf("no Bangla for the reason %q", r)
		}
	}
}

// TestFaultsOfTheGalleryAreSaidInBangla renders each fault of the gallery: no
// phrase of English may be left in it.
func TestFaultsOfTheGalleryAreSaidInBangla(t *testing.T) {
	k, err := loadConsole()
	if err != nil {
		t.Fatal(err)
	}
	p := page{Lang: "bn", phrases: k.phrases["bn"]}
	shipped, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("../flows/testdata/faults/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal("no gallery", err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, faults := flows.Load(place.Sample(), flows.File{Name: "flows.yaml", Text: shipped}, flows.File{Name: filepath.Base(name), Text: text})
		for i, f := range p.faultLines(faults) {
			if f.Lang != "" {
				t.Errorf("%s: in English: %s", filepath.Base(name), f.Message)
			}
			code, args := faults[i].Said()
			for n, verb := range gap.FindAllString(code, -1) {
				part, ok := args[n].(string)
				if _, known := say(part, p.phrases.Parts, p.phrases.parts, 0); ok && verb == "%s" && strings.Contains(strings.Trim(part, " "), " ") && !known && !strings.Contains(part, ",") {
					t.Errorf("%s: no Bangla for %q in %s", filepath.Base(name), part, f.Message)
				}
			}
		}
	}
}
