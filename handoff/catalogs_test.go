package handoff_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"nagorik/handoff"
)

func flowFile(text string) []handoff.CatalogFile {
	return []handoff.CatalogFile{{Name: "flows.yaml", Text: text}}
}

func TestCatalogsArePublishedWhenThereIsReason(t *testing.T) {
	r := newRecord(t)
	if v, err := r.LatestVersion(t.Context()); err != nil || v != 0 {
		t.Fatalf("an empty database has version %d, %v", v, err)
	}
	if _, err := r.LatestCatalog(t.Context()); !errors.Is(err, handoff.ErrNotFound) {
		t.Fatalf("an empty database: %v", err)
	}
	steps := []struct {
		name   string
		source handoff.CatalogSource
		text   string
		wanted bool
	}{
		{"the built-in one into an empty database", handoff.SourceBuiltIn, "built in", true},
		{"the built-in one again", handoff.SourceBuiltIn, "built in", false},
		{"a newer built-in one", handoff.SourceBuiltIn, "newer", false},
		{"a file", handoff.SourceFile, "file", true},
		{"the same file at the next start", handoff.SourceFile, "file", false},
		{"a supervisor's own", handoff.SourceConsole, "supervisor", true},
		{"the file after the supervisor", handoff.SourceFile, "file", false},
		{"the file changed", handoff.SourceFile, "file, changed", true},
		{"by command", handoff.SourceCommand, "file, changed", true},
	}
	version := int64(0)
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			got, published, err := r.PublishCatalog(t.Context(), flowFile(s.text), s.source, "Anna", "why")
			if err != nil || published != s.wanted {
				t.Fatalf("published %v, %v", published, err)
			}
			if s.wanted != (got > version) {
				t.Errorf("version %d after %d", got, version)
			}
			version = got
		})
	}
	latest, err := r.LatestCatalog(t.Context())
	if err != nil || latest.Version != version || latest.Files[0].Text != "file, changed" || latest.Author != "Anna" || latest.Source != handoff.SourceCommand {
		t.Errorf("%+v, %v", latest, err)
	}
	list, err := r.Catalogs(t.Context())
	if err != nil || len(list) != 5 || list[0].Version != version || list[0].Files != nil {
		t.Errorf("%+v, %v", list, err)
	}
	oldest, err := r.Catalog(t.Context(), list[4].Version)
	if err != nil || oldest.Files[0].Text != "built in" || oldest.Hash != handoff.CatalogHash(oldest.Files) {
		t.Errorf("%+v, %v", oldest, err)
	}
	if _, err := r.Catalog(t.Context(), 999); !errors.Is(err, handoff.ErrNotFound) {
		t.Errorf("a version that was never published: %v", err)
	}
}

func TestCatalogKeepsTheTextAsItIs(t *testing.T) {
	r := newRecord(t)
	text := "# মন্তব্য\r\nflows: \t{}\n\"\\u0041\" র\u200d্যাব <&> \u2028"
	version, _, err := r.PublishCatalog(t.Context(), flowFile(text), handoff.SourceCommand, "", "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Catalog(t.Context(), version)
	if err != nil || got.Files[0].Text != text {
		t.Errorf("got %q, %v", got.Files, err)
	}
	for name, files := range map[string][]handoff.CatalogFile{"none": nil, "NUL": flowFile("\x00"), "bad UTF-8": flowFile("\xff")} {
		if _, _, err := r.PublishCatalog(t.Context(), files, handoff.SourceCommand, "", ""); !errors.Is(err, handoff.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := r.PublishCatalog(t.Context(), flowFile("x"), "wind", "", ""); !errors.Is(err, handoff.ErrInvalid) {
		t.Errorf("an unknown source: %v", err)
	}
	if _, _, err := r.PublishCatalog(t.Context(), flowFile("x"), handoff.SourceCommand, "", strings.Repeat("x", 501)); !errors.Is(err, handoff.ErrInvalid) {
		t.Errorf("a long note: %v", err)
	}
}

func TestSeveralProcessesPublishOneFileOnce(t *testing.T) {
	r := newRecord(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, _, err := r.PublishCatalog(t.Context(), flowFile("one"), handoff.SourceFile, "", ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if list, err := r.Catalogs(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("%d versions, %v", len(list), err)
	}
}
