package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"nagorik/flows/place"
	"nagorik/handoff/reports"
)

// TestDocsExample loads the service that the guide puts beside the shipped file.
func TestDocsExample(t *testing.T) {
	files, err := readFlows("flows.yaml", "docs/examples")
	if err != nil {
		t.Fatal(err)
	}
	catalog, faults, err := loadCatalog(place.Sample(), files)
	if err != nil {
		t.Fatalf("%v, %v", err, faults)
	}
	for _, f := range faults {
		if !strings.Contains(f.Message, "needing a check") {
			t.Error(f)
		}
	}
	if _, ok := catalog.Flow("tap"); !ok {
		t.Error("the example's service is not there")
	}
}

// TestDocsLinks follows every link of the documents to a file, and to a heading in it.
func TestDocsLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]*)(?:#([^)]*))?\)`)
	for _, page := range documents(t) {
		for _, found := range link.FindAllStringSubmatch(readDocument(t, page), -1) {
			target := page
			if found[1] != "" {
				target = filepath.Join(filepath.Dir(page), found[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %v", page, err)
				continue
			}
			if found[2] != "" && !anchors(readDocument(t, target))[found[2]] {
				t.Errorf("%s: %s has no heading for #%s", page, target, found[2])
			}
		}
	}
}

// TestDocsSettings holds the page of settings against those that are read.
func TestDocsSettings(t *testing.T) {
	source, page := readDocument(t, "config.go"), readDocument(t, "docs/settings.md")
	names := regexp.MustCompile(`env\.(?:or|list)\("([A-Z_]+)"`).FindAllStringSubmatch(source, -1)
	if len(names) < 15 {
		t.Fatalf("only %d settings are found in config.go", len(names))
	}
	for _, name := range names {
		if !strings.Contains(page, "`"+name[1]+"`") {
			t.Errorf("docs/settings.md does not name %s", name[1])
		}
	}
}

// TestDocsReports holds the page of the API against the reports: each has its
// line, with its filters and its columns in order.
func TestDocsReports(t *testing.T) {
	set, err := reports.Load()
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string][]string{}
	for _, line := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| ([a-z, ]+) \\| (.*) \\|$").FindAllStringSubmatch(readDocument(t, "docs/api.md"), -1) {
		lines[line[1]] = line[2:]
	}
	for _, name := range set.Names() {
		report, err := set.Report(name)
		if err != nil {
			t.Fatal(err)
		}
		if lines[name] == nil {
			t.Errorf("docs/api.md has no line for %s", name)
			continue
		}
		var filters []string
		for _, f := range report.Filters {
			filters = append(filters, string(f))
		}
		if got := strings.Join(filters, ", "); got != lines[name][0] {
			t.Errorf("%s takes %s; docs/api.md says %s", name, got, lines[name][0])
		}
		rest := lines[name][1]
		for _, c := range report.Columns {
			var found bool
			if _, rest, found = strings.Cut(rest, "`"+c.Name+"`"); !found {
				t.Errorf("docs/api.md does not name column %s of %s in its place", c.Name, name)
			}
		}
	}
}

func documents(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	return append(pages, "README.md")
}

func readDocument(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// anchors are a page's headings as links name them.
func anchors(page string) map[string]bool {
	strange := regexp.MustCompile(`[^a-z0-9 _-]`)
	found := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(page, -1) {
		found[strings.ReplaceAll(strange.ReplaceAllString(strings.ToLower(heading[1]), ""), " ", "-")] = true
	}
	return found
}
