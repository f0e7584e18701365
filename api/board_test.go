package api

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nagorik/handoff"
)

var (
	boardColumnOf = regexp.MustCompile(`<section class="column" id="([a-z_]+)"`)
	boardCardOf   = regexp.MustCompile(`<a href="/console/cases/(\d+)"><strong>`)
)

// boardOf are the numbers of the cases in each column of a board's page.
func (o *office) boardOf(path, cookie string) map[string][]string {
	o.t.Helper()
	w := o.look(path, cookie)
	if w.Code != http.StatusOK {
		o.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	columns := map[string][]string{}
	parts := boardColumnOf.Split(w.Body.String(), -1)[1:]
	for i, m := range boardColumnOf.FindAllStringSubmatch(w.Body.String(), -1) {
		columns[m[1]] = []string{}
		for _, card := range boardCardOf.FindAllStringSubmatch(parts[i], -1) {
			columns[m[1]] = append(columns[m[1]], card[1])
		}
	}
	return columns
}

func TestBoardShowsWhatIsAskedFor(t *testing.T) {
	o := hopper(t)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	limited := o.person("waste@example.org", "Waste", handoff.RoleAgent, []string{"waste"}, nil)
	drain, late, waste, done := o.file("রহিম", "drainage", 12), o.file("Karim", "drainage", 3), o.file("Selina", "waste", 12), o.file("Jamal", "waste", 5)
	o.exec(`UPDATE cases SET due_at = $2 WHERE number = $1`, late.number, o.clock.Now().Add(-49*time.Hour))
	o.exec(`UPDATE cases SET status = 'in_progress', agent_id = $2 WHERE number = $1`, waste.number, anna.ID)
	o.exec(`UPDATE cases SET status = 'resolved' WHERE number = $1`, done.number)
	cookie := o.enter("anna@example.org")
	number := func(list ...filed) []string {
		numbers := []string{}
		for _, f := range list {
			numbers = append(numbers, fmt.Sprint(f.number))
		}
		return numbers
	}
	for query, want := range map[string]map[string][]string{
		"":                              {"new": number(late, drain), "in_progress": number(waste), "resolved": number(done), "waiting": {}, "assigned": {}, "reopened": {}},
		"&flow=drainage":                {"new": number(late, drain), "in_progress": {}, "resolved": {}},
		"&team=waste":                   {"new": {}, "in_progress": number(waste), "resolved": number(done)},
		"&ward=১২":                      {"new": number(drain), "in_progress": number(waste), "resolved": {}},
		"&due=late":                     {"new": number(late), "in_progress": {}, "resolved": {}},
		"&agent=" + anna.ID.String():    {"new": {}, "in_progress": number(waste), "resolved": {}},
		"&status=resolved":              {"resolved": number(done)},
		"&status=settled":               {"resolved": number(done), "closed": {}},
		"&order=newest&status=new":      {"new": number(late, drain)},
		"&agent=nobody&due=never&mine=": {"new": number(late, drain), "in_progress": number(waste)},
	} {
		got := o.boardOf(casesPath+"?view=board"+query, cookie)
		for column, numbers := range want {
			if !slices.Equal(got[column], numbers) {
				t.Errorf("%s: %s %v, want %v", query, column, got[column], numbers)
			}
		}
	}
	w := o.look(casesPath+"?view=board&team=waste&lang=en", cookie)
	for _, text := range []string{
		`href="/console/cases?team=waste">List`, `<input type="hidden" name="view" value="board">`, `href="#in_progress"`, fmt.Sprintf(`href="/console/cases/%d#do"`, waste.number), "photos/" + waste.photo.String() + "?size=thumb",
	} {
		wantPage(t, w, http.StatusOK, text)
	}
	wantPage(t, o.look(casesPath+"?view=board&ward=x&lang=en", cookie), http.StatusUnprocessableEntity, "Write the number of a ward")
	wantPage(t, o.look(casesPath+"?view=board&next_new=x", cookie), http.StatusBadRequest, "<h1>")
	if got := o.boardOf(casesPath+"?view=board", o.enter(limited.Email)); len(got["new"]) != 0 || !slices.Equal(got["resolved"], number(done)) {
		t.Errorf("in the part of one department: %v", got)
	}
	part := o.do(call{path: casesPath + "?view=board", header: map[string]string{"Cookie": cookie, "HX-Request": "true"}})
	if strings.Contains(part.Body.String(), "<html") || !strings.Contains(part.Body.String(), `id="new"`) {
		t.Errorf("a page that shows the board gets more than its columns: %s", part.Body)
	}
}

func TestCasesAreMovedOnTheBoard(t *testing.T) {
	o := hopper(t)
	anna := o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	f := o.file("Rahim", "drainage", 12)
	cookie := o.enter("anna@example.org")
	board := casesPath + "?team=drainage&view=board"
	form := func(more url.Values) url.Values {
		more.Set("back", board)
		return more
	}
	path := fmt.Sprintf("%s/%d", casesPath, f.number)
	wantWay(t, o.post(path+"/assign", cookie, form(url.Values{"agent": {anna.ID.String()}})), casesPath+"?done=case_assign&team=drainage&view=board")
	wantWay(t, o.post(path+"/start", cookie, form(url.Values{})), casesPath+"?done=case_start&team=drainage&view=board")
	wantWay(t, o.post(path+"/wait", cookie, form(url.Values{})), casesPath+"?done=case_wait&team=drainage&view=board")
	if got := o.boardOf(board, cookie); !slices.Equal(got["waiting"], []string{fmt.Sprint(f.number)}) {
		t.Errorf("moved to %v", got)
	}
	wantPage(t, o.post(path+"/wait", cookie, form(url.Values{"lang": {"en"}})), http.StatusConflict, "meanwhile the case is")
	for _, elsewhere := range []string{"https://example.org/console/cases", "//example.org", "/console/accounts", "/console/cases/1"} {
		wantWay(t, o.post(path+"/start", cookie, url.Values{"back": {elsewhere}}), path+"?done=case_start")
		wantWay(t, o.post(path+"/wait", cookie, url.Values{}), path+"?done=case_wait")
	}
}

func TestColumnsArePagedWithoutSkippingOrRepeating(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleAgent, nil, nil)
	other := o.file("Karim", "drainage", 12)
	o.exec(`UPDATE cases SET status = 'waiting' WHERE number = $1`, other.number)
	for range 2*boardCards + 3 {
		o.file("Rahim", "drainage", 12)
	}
	cookie := o.enter("anna@example.org")
	next := regexp.MustCompile(`rel="next" href="([^"#]+)`)
	seen, pages := map[string]bool{}, 0
	for path := casesPath + "?view=board"; path != ""; pages++ {
		got := o.boardOf(path, cookie)
		for _, n := range got["new"] {
			if seen[n] {
				t.Errorf("%s comes twice", n)
			}
			seen[n] = true
		}
		if !slices.Equal(got["waiting"], []string{fmt.Sprint(other.number)}) {
			t.Errorf("the other column went along: %v", got["waiting"])
		}
		m := next.FindStringSubmatch(o.look(path, cookie).Body.String())
		if path = ""; m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
		if pages > 5 {
			t.Fatal("the column does not end")
		}
	}
	if len(seen) != 2*boardCards+3 || pages != 3 {
		t.Errorf("%d cases on %d pages", len(seen), pages)
	}
}
