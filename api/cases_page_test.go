package api

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"nagorik/flows"
	"nagorik/flows/place"
	"nagorik/handoff"
)

// sampleCatalog is the sample city's flows.
func sampleCatalog(t *testing.T) func() *flows.Catalog {
	t.Helper()
	c, err := loadSample()
	if err != nil {
		t.Fatal(err)
	}
	return func() *flows.Catalog { return c }
}

// loadSample loads it once: it never changes, and takes a while to learn.
var loadSample = sync.OnceValues(func() (*flows.Catalog, error) {
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		return nil, err
	}
	c, faults := flows.Load(place.Sample(), flows.File{Name: "flows.yaml", Text: text})
	if c == nil {
		return nil, fmt.Errorf("the shipped flows have faults: %v", faults)
	}
	return c, nil
})

// newCounter is an office with the sample city's flows.
func newCounter(t *testing.T) *office {
	t.Helper()
	catalog := sampleCatalog(t)
	return newOffice(t, func(opt *Options) {
		opt.Catalog = catalog
		opt.Teams = func(lang string) []Team {
			var teams []Team
			for _, id := range catalog().Teams() {
				teams = append(teams, Team{id, catalog().Team(id, lang)})
			}
			return teams
		}
	})
}

// exec changes the record by hand.
func (o *office) exec(sql string, args ...any) {
	o.t.Helper()
	if _, err := o.pool.Exec(o.t.Context(), sql, args...); err != nil {
		o.t.Fatal(err)
	}
}

var caseRowOf = regexp.MustCompile(`<th scope="row"><a href="/console/cases/(\d+)">`)

// listed are the numbers of the cases that a page lists, in its order.
func (o *office) listed(path, cookie string) []string {
	o.t.Helper()
	w := o.look(path, cookie)
	if w.Code != http.StatusOK {
		o.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	var numbers []string
	for _, m := range caseRowOf.FindAllStringSubmatch(w.Body.String(), -1) {
		numbers = append(numbers, m[1])
	}
	return numbers
}

func TestCasesAreListedByWhatIsAskedFor(t *testing.T) {
	o := newCounter(t)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	drain, late, waste := o.file("রহিম", "drainage", 12), o.file("Karim", "drainage", 3), o.file("Selina", "waste", 12)
	closed := o.file("Jamal", "waste", 5)
	o.exec(`UPDATE cases SET due_at = $2 WHERE number = $1`, late.number, o.clock.Now().Add(-49*time.Hour))
	o.exec(`UPDATE cases SET status = 'closed' WHERE number = $1`, closed.number)
	o.exec(`UPDATE cases SET status = 'assigned', agent_id = $2, kind = 'request', opened_at = $3 WHERE number = $1`, waste.number, anna.ID, o.clock.Now().AddDate(0, 0, -3))
	cookie := o.enter("anna@example.org")
	number := func(f filed) string { return fmt.Sprint(f.number) }
	for query, want := range map[string][]filed{
		"":                                   {late, drain, waste},
		"?order=newest":                      {waste, late, drain},
		"?status=all":                        {closed, waste, late, drain},
		"?status=settled":                    {closed},
		"?status=assigned":                   {waste},
		"?mine=yes":                          {waste},
		"?team=waste&status=all":             {closed, waste},
		"?flow=drainage":                     {late, drain},
		"?ward=১২":                           {drain, waste},
		"?kind=request":                      {waste},
		"?q=rahim":                           {drain},
		"?q=" + url.QueryEscape("করিম"):      {late},
		"?from=2026-11-19&to=2026-11-20":     {waste},
		"?to=2026-11-19":                     {},
		"?status=nonsense&kind=x&team=&flow": {late, drain, waste},
	} {
		var numbers []string
		for _, f := range want {
			numbers = append(numbers, number(f))
		}
		if got := o.listed(casesPath+query, cookie); !slices.Equal(got, numbers) {
			t.Errorf("%s: %v, want %v", query, got, numbers)
		}
	}
	w := o.look(casesPath+"?lang=en", cookie)
	for _, text := range []string{"2 days late", "in 2 days", `class="pill bad"`, `href="/console/cases/` + number(late)} {
		wantPage(t, w, http.StatusOK, text)
	}
	wantPage(t, o.look(casesPath+"?lang=en&ward=x", cookie), http.StatusUnprocessableEntity, "Write the number of a ward")
	wantPage(t, o.look(casesPath+"?lang=en&from=x", cookie), http.StatusUnprocessableEntity, "Write the day like this")
	wantPage(t, o.look(casesPath+"?lang=en&next=x", cookie), http.StatusBadRequest, "<h1>")
}

func TestCasesArePagedWithoutSkippingOrRepeating(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	for i := range 2*handoff.PageSize + 7 {
		f := o.file("Rahim", "drainage", 12)
		if i%3 == 0 {
			o.exec(`UPDATE cases SET due_at = NULL WHERE number = $1`, f.number)
		}
	}
	cookie := o.enter("anna@example.org")
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	for _, path := range []string{casesPath, casesPath + "?order=newest&flow=drainage"} {
		seen, pages := map[string]bool{}, 0
		for path != "" {
			for _, n := range o.listed(path, cookie) {
				if seen[n] {
					t.Errorf("%s comes twice", n)
				}
				seen[n] = true
			}
			m := next.FindStringSubmatch(o.look(path, cookie).Body.String())
			if path = ""; m != nil {
				path = strings.ReplaceAll(m[1], "&amp;", "&")
			}
			if pages++; pages > 5 {
				t.Fatal("the list does not end")
			}
		}
		if len(seen) != 2*handoff.PageSize+7 || pages != 3 {
			t.Errorf("%d cases on %d pages", len(seen), pages)
		}
	}
}
