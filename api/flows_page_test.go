package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"nagorik/flows"
	"nagorik/flows/place"
	"nagorik/handoff"
)

// workshop is an office where services are edited: the shipped flows are
// published, and two supervisors work there.
type workshop struct {
	*office
	text    string         // of the shipped flows
	began   *flows.Catalog // what was published by the console last
	version int64
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	return equip(t, newCounter(t))
}

// compiled are files that were loaded before: most tests begin with the same.
var compiled loads

type loads struct {
	mu   sync.Mutex
	made map[string]loaded
}

type loaded struct {
	catalog *flows.Catalog
	faults  []flows.Fault
}

// loadsKept bounds what is held in memory.
const loadsKept = 8

func (l *loads) load(files []flows.File) (*flows.Catalog, []flows.Fault) {
	var key strings.Builder
	for _, f := range files {
		fmt.Fprintf(&key, "%s %d\n%s", f.Name, len(f.Text), f.Text)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	found, ok := l.made[key.String()]
	if !ok {
		if len(l.made) >= loadsKept || l.made == nil {
			l.made = map[string]loaded{}
		}
		found.catalog, found.faults = flows.Load(place.Sample(), files...)
		l.made[key.String()] = found
	}
	return found.catalog, slices.Clone(found.faults)
}

// equip lets services be edited in an office.
func equip(t *testing.T, o *office) *workshop {
	t.Helper()
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	w := &workshop{office: o, text: string(text)}
	o.server.opt.Compile = compiled.load
	o.server.opt.Published = func(c *flows.Catalog) { w.began = c }
	w.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	w.person("kamal@example.org", "Kamal", handoff.RoleAdministrator, nil, nil)
	w.version = w.ship(string(text), handoff.SourceBuiltIn, "", "")
	return w
}

// ship publishes a version beside the console.
func (w *workshop) ship(text string, source handoff.CatalogSource, author, note string) int64 {
	w.t.Helper()
	version, _, err := w.desk.PublishCatalog(w.t.Context(), []handoff.CatalogFile{{Name: "flows.yaml", Text: text}}, source, author, note)
	if err != nil {
		w.t.Fatal(err)
	}
	return version
}

// changed is the shipped text with one part replaced.
func (w *workshop) changed(was, is string) string {
	w.t.Helper()
	if !strings.Contains(w.text, was) {
		w.t.Fatalf("the shipped flows have no %q", was)
	}
	return strings.Replace(w.text, was, is, 1)
}

// english is an address whose page speaks English.
func english(path string) string { return withQuery(path, "lang", "en") }

// says holds a page to show some words.
func says(t *testing.T, w *httptest.ResponseRecorder, words ...string) {
	t.Helper()
	for _, word := range words {
		wantPage(t, w, http.StatusOK, word)
	}
}

func TestVersionsAreListedComparedAndBroughtBack(t *testing.T) {
	w := newWorkshop(t)
	second := w.ship(w.changed("      value: 500\n", "      value: 700\n"), handoff.SourceCommand, "Selina", "dearer licences")
	cookie := w.enter("anna@example.org")
	says(t, w.look(english(flowsPath), cookie), "Version 2", "dearer licences", "Selina", "Came with the program", "Current", "compare?from=1&amp;to=2")
	says(t, w.look(english(versionPath(w.version)), cookie), "holding_months:", "Version 1")
	compared := w.look(english(comparePath(w.version, second)), cookie)
	says(t, compared, "Setting licence_least", "value", "<del>500</del>", "<ins>700</ins>", "<ins>+       value: 700")
	says(t, w.look(english(comparePath(second, second)), cookie), "Nothing changed.")
	restore := versionPath(w.version) + "/restore"
	if c := w.post(restore, cookie, url.Values{"base": {"1"}}); c.Code != http.StatusConflict {
		t.Errorf("an old list brings a version back: %d", c.Code)
	}
	wantWay(t, w.post(restore, cookie, url.Values{"base": {strconv.FormatInt(second, 10)}}), flowsPath+"?done=flows_restored")
	latest, err := w.desk.LatestCatalog(t.Context())
	if err != nil || latest.Version != 3 || latest.Files[0].Text != w.text || latest.Author != "Anna" || latest.Source != handoff.SourceConsole {
		t.Errorf("version %d by %q, %v", latest.Version, latest.Author, err)
	}
	if w.began == nil || w.began.Version() != 3 {
		t.Errorf("new dialogues do not begin in it: %v", w.began)
	}
	says(t, w.look(english("/console/audit"), cookie), "Services published", "সংস্করণ ১ ফিরিয়ে আনা হয়েছে")
}

func TestAVersionThatBreaksIsNotBroughtBack(t *testing.T) {
	w := newWorkshop(t)
	broken := w.ship(w.changed("next: ask_ward", "next: ask_wart"), handoff.SourceCommand, "", "")
	w.ship(w.text, handoff.SourceCommand, "", "")
	cookie := w.enter("anna@example.org")
	r := w.post(versionPath(broken)+"/restore?lang=en", cookie, url.Values{"base": {"3"}})
	wantPage(t, r, http.StatusUnprocessableEntity, "ask_wart")
	if n, err := w.desk.LatestVersion(t.Context()); err != nil || n != 3 {
		t.Errorf("version %d, %v", n, err)
	}
}

func TestVersionsThatAreNoneAreNotFound(t *testing.T) {
	w := newWorkshop(t)
	cookie := w.enter("anna@example.org")
	for path, status := range map[string]int{
		versionPath(99): http.StatusNotFound, flowsPath + "/versions/x": http.StatusNotFound, comparePath(1, 99): http.StatusNotFound,
		flowsPath + "/compare?from=1": http.StatusBadRequest,
	} {
		if r := w.look(path, cookie); r.Code != status {
			t.Errorf("%s: %d", path, r.Code)
		}
	}
}
