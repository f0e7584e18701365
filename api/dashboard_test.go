package api

import (
	"fmt"
	entities "html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"nagorik/flows/place"
	"nagorik/handoff"
	"nagorik/handoff/demo"
	"nagorik/handoff/reports"
)

// fillYear puts a year of made-up traffic on record.
func (o *office) fillYear(cases int) {
	o.t.Helper()
	_, err := demo.Fill(o.t.Context(), o.pool, demo.Options{
		Cases: cases, Contacts: 40 + cases/3, Seed: 5, Until: o.clock.Now(), Services: o.server.opt.Catalog().Flows(), Wards: []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

var (
	opens    = regexp.MustCompile(`<a href="(/console/(?:cases|conversations)\?[^"]*)"(?: aria-label="[^"]*: |>)([0-9]+)(?:"|</a>)`)
	talkRow  = regexp.MustCompile(`<th scope="row"><a href="/console/conversations/`)
	nextPage = regexp.MustCompile(`rel="next" href="([^"]+)"`)
)

// countedRows opens a list and counts its rows, page by page.
func (o *office) countedRows(t interface{ Fatalf(string, ...any) }, path, cookie string) int {
	n := 0
	for range 100 {
		w := o.look(path, cookie)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d", path, w.Code)
		}
		body := w.Body.String()
		n += len(caseRowOf.FindAllString(body, -1)) + len(talkRow.FindAllString(body, -1))
		next := nextPage.FindStringSubmatch(body)
		if next == nil {
			return n
		}
		path = entities.UnescapeString(next[1])
	}
	t.Fatalf("%s has no end", path)
	return n
}

// TestEveryFigureOpensWhatItCounts opens the lists behind figures, by any
// filters and for whoever looks, and counts them.
func TestEveryFigureOpensWhatItCounts(t *testing.T) {
	o := newCounter(t)
	o.server.opt.Wards = place.Sample()
	o.fillYear(150)
	o.exec(`UPDATE cases SET team = '' WHERE number % 5 = 0`)
	o.exec(`UPDATE conversations SET language = '' WHERE get_byte(uuid_send(id), 15) % 5 = 0`)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	o.person("kamal@example.org", "Kamal", handoff.RoleAgent, []string{"drainage", "waste"}, []int{1, 2, 3, 4, 5})
	cookies := []string{o.enter("anna@example.org"), o.enter("kamal@example.org")}
	opened := 0
	rapid.Check(t, func(t *rapid.T) {
		from := o.clock.Now().AddDate(0, 0, -rapid.IntRange(0, 370).Draw(t, "days ago"))
		q := url.Values{"lang": {"en"}, "from": {from.Format(time.DateOnly)}, "to": {from.AddDate(0, 0, rapid.IntRange(0, 200).Draw(t, "days")).Format(time.DateOnly)}}
		for _, by := range [][]string{
			{"flow", "", "", "", "", "drainage", "road", "nothing"},
			{"kind", "", "", "", "", "complaint", "question"},
			{"ward", "", "", "", "", "1", "5"},
			{"channel", "", "", "", "web", "sms"},
			{"team", "", "", "", "", "drainage", "revenue"},
		} {
			q.Set(by[0], rapid.SampledFrom(by[1:]).Draw(t, by[0]))
		}
		cookie := rapid.SampledFrom(cookies).Draw(t, "who")
		w := o.look(dashboardPath+"?"+q.Encode(), cookie)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", q.Encode(), w.Code, w.Body)
		}
		figures := opens.FindAllStringSubmatch(w.Body.String(), -1)
		if len(figures) == 0 {
			if !strings.Contains(w.Body.String(), "Nothing was counted") {
				t.Fatalf("%s: no figure and no word why", q.Encode())
			}
			return
		}
		kinds := byQuery(figures)
		for range 6 { // those of each kind alike, however many there are
			kind := rapid.SampledFrom(slices.Sorted(maps.Keys(kinds))).Draw(t, "kind")
			f := rapid.SampledFrom(kinds[kind]).Draw(t, "figure")
			says, _ := strconv.Atoi(f[2])
			opened++
			if got := o.countedRows(t, entities.UnescapeString(f[1]), cookie); got != says {
				t.Fatalf("%s says %d and opens %d", f[1], says, got)
			}
		}
	})
	if opened < 60 {
		t.Errorf("only %d figures were opened", opened)
	}
	// And one of each kind of the whole year.
	year := byQuery(opens.FindAllStringSubmatch(o.look(dashboardPath+"?lang=en&from=2025-11-24&to=2026-11-23", cookies[0]).Body.String(), -1))
	for _, figures := range year {
		if got := o.countedRows(t, entities.UnescapeString(figures[0][1]), cookies[0]); strconv.Itoa(got) != figures[0][2] {
			t.Errorf("%s says %s and opens %d", figures[0][1], figures[0][2], got)
		}
	}
	for _, by := range []string{"figure", "taken", "within", "place", "hour", "language", "without", "ward", "team", "channel"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(year)), func(kind string) bool { return strings.Contains(" "+kind+" ", " "+by+" ") }) {
			t.Errorf("no figure by %s was opened", by)
		}
	}
}

// byQuery puts figures together whose links narrow by the same.
func byQuery(figures [][]string) map[string][][]string {
	kinds := map[string][][]string{}
	for _, f := range figures {
		kind := strings.Join(slices.Sorted(maps.Keys(linkQuery(f[1]))), " ")
		kinds[kind] = append(kinds[kind], f)
	}
	return kinds
}

// linkQuery is the query of a link on a page.
func linkQuery(link string) url.Values {
	u, err := url.Parse(entities.UnescapeString(link))
	if err != nil {
		return nil
	}
	return u.Query()
}

// TestSharesAreOfWhatTheyOpen counts the lists behind the shares of what was
// settled and of what was answered.
func TestSharesAreOfWhatTheyOpen(t *testing.T) {
	o := newCounter(t)
	o.fillYear(150)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	cookie := o.enter("anna@example.org")
	body := o.look(dashboardPath+"?lang=en&from=2026-01-01&to=2026-11-23", cookie).Body.String()
	checked := map[string]int{}
	answers := regexp.MustCompile(`\(([0-9]+) answers\)`).FindStringSubmatch(body)
	rated := 0
	for _, m := range regexp.MustCompile(`href="([^"]*figure=rated[^"]*)"`).FindAllStringSubmatch(body, -1) {
		rated += o.countedRows(t, entities.UnescapeString(m[1]), cookie)
	}
	if answers == nil || answers[1] != strconv.Itoa(rated) || rated == 0 {
		t.Errorf("%v about satisfaction, the lists have %d", answers, rated)
	}
	for _, m := range regexp.MustCompile(`<a href="(/console/(?:cases|conversations)\?[^"]*)">([0-9.]+)%</a>`).FindAllStringSubmatch(body, -1) {
		q := linkQuery(m[1])
		part := q.Get("figure") + q.Get("taken")
		whole := url.Values{}
		maps.Copy(whole, q)
		n := o.countedRows(t, entities.UnescapeString(m[1]), cookie)
		var all int
		switch {
		case q.Get("figure") == string(handoff.CaseInTime):
			whole.Set("figure", string(handoff.CaseLate))
			all = n + o.countedRows(t, casesPath+"?"+whole.Encode(), cookie)
		case q.Get("figure") == string(handoff.CaseAgain):
			whole.Del("figure")
			all = o.countedRows(t, casesPath+"?"+whole.Encode(), cookie)
		case q.Has("within"):
			part = "within"
			whole.Del("within")
			all = o.countedRows(t, talksPath+"?"+whole.Encode(), cookie)
		case q.Get("figure") == string(handoff.TalkContained):
			whole.Del("figure")
			all = o.countedRows(t, talksPath+"?"+whole.Encode(), cookie)
		default:
			continue
		}
		if got := fmt.Sprintf("%.1f", 100*float64(n)/float64(max(all, 1))); got != m[2] {
			t.Errorf("%s says %s%%, the lists say %s%% (%d of %d)", m[1], m[2], got, n, all)
		}
		checked[part]++
	}
	if len(checked) < 4 || checked["within"] < 2 {
		t.Errorf("checked were %v", checked)
	}
}

func TestTheDashboardSaysWhatItCannotRead(t *testing.T) {
	o := newCounter(t)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	cookie := o.enter("anna@example.org")
	for query, want := range map[string]string{
		"?from=2026-11-31":                    "Write a day",
		"?ward=x":                             "aria-invalid",
		"?from=2026-11-20&to=2026-11-01":      "The last day is before the first.",
		"?from=0001-01-01":                    "",
		"?team=" + strings.Repeat("x", 70):    "",
		"?from=2026-11-20&to=2026-11-01&kind": "aria-invalid",
	} {
		w := o.look(dashboardPath+query+"&lang=en", cookie)
		if w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", query, w.Code)
		}
		if want != "Write a day" && !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s does not say %q", query, want)
		}
	}
	wantPage(t, o.look(dashboardPath+"?lang=en", cookie), http.StatusOK, "Nothing was counted in these days")
}

func TestAMonthIsComparedWithTheMonthBefore(t *testing.T) {
	o := newCounter(t)
	o.fillYear(150)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	cookie := o.enter("anna@example.org")
	october := o.look(dashboardPath+"?lang=en&from=2026-10-01&to=2026-10-31", cookie)
	wantPage(t, october, http.StatusOK, "1 October 2026 – 31 October 2026")
	wantPage(t, october, http.StatusOK, "1 September 2026 – 30 September 2026")
	wantPage(t, o.look(dashboardPath+"?lang=en&from=2026-10-05&to=2026-10-11", cookie), http.StatusOK, "28 September 2026 – 4 October 2026")
}

func TestTheReportOfAMonth(t *testing.T) {
	o := newCounter(t)
	o.server.opt.Wards = place.Sample()
	o.fillYear(150)
	o.person("anna@example.org", "Anna", handoff.RoleSupervisor, nil, nil)
	o.person("kamal@example.org", "Kamal", handoff.RoleAgent, []string{"drainage"}, []int{1})
	cookie, limited := o.enter("anna@example.org"), o.enter("kamal@example.org")
	main := regexp.MustCompile(`month-n">(?:<a [^>]*>)?([^<]*)(?:</a>)?</span><span>cases opened`)
	cases := func(path, cookie string) string {
		w := o.look(path, cookie)
		wantPage(t, w, http.StatusOK, "Monthly report")
		if found := main.FindStringSubmatch(w.Body.String()); found != nil {
			return found[1]
		}
		t.Fatalf("%s says no number of cases", path)
		return ""
	}
	october := monthPath + "?lang=en&month=2026-10"
	if all, n := cases(october, cookie), o.countedRows(t, link(casesPath, reports.Ask{From: month(10), To: month(11).AddDate(0, 0, -1)}, "status", groupAll), cookie); all != strconv.Itoa(n) {
		t.Errorf("the report says %s cases, the list has %d", all, n)
	}
	if all, own := cases(october, cookie), cases(october, limited); all == own {
		t.Errorf("an agent of one ward sees all %s cases", all)
	}
	wantPage(t, o.look(october, limited), http.StatusOK, "Only the services and wards that are yours")
	wantPage(t, o.look(october, cookie), http.StatusOK, "compared with September 2026")
	wantPage(t, o.look(monthPath+"?lang=en", cookie), http.StatusOK, "October 2026")
	wantPage(t, o.look(monthPath+"?lang=en&month=2026-11", cookie), http.StatusOK, "This month is not over")
	for _, wrong := range []string{"2026-13", "x", "1026-10", "2026-10-01"} {
		wantPage(t, o.look(monthPath+"?lang=en&month="+wrong, cookie), http.StatusUnprocessableEntity, "Write the month as year and month")
	}
}

// month is the beginning of a month of 2026.
func month(n int) time.Time { return time.Date(2026, time.Month(n), 1, 0, 0, 0, 0, handoff.Dhaka()) }

func TestManyWardsStandInColumns(t *testing.T) {
	for n, want := range map[int]bool{manyLines: false, manyLines + 1: true} {
		s := shares{}
		for i := range n {
			s.Lines = append(s.Lines, share{Part: float64(i) / 10})
		}
		s.columns()
		if longest := s.Lines[n-1].Part; s.Many != want || (longest == 100) != want {
			t.Errorf("%d lines: in columns %t, the longest bar is %v", n, s.Many, longest)
		}
	}
}
