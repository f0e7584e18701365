package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"nagorik/api/browsertest"
	"nagorik/flows"
	"nagorik/flows/place"
	"nagorik/handoff/handofftest"
)

// mostForms is how many forms of one service are filled in.
const mostForms = 40

var (
	filedNumber = regexp.MustCompile(`/\?case=([0-9]+)#track`)
	questionIs  = regexp.MustCompile(`class="question"[^>]*>([^<]*)<`)
)

// TestServicesByForm begins every service of the built-in flows at its page and
// fills in its forms until a case is filed, people take over, or it ends.
func TestServicesByForm(t *testing.T) {
	t.Parallel()
	catalog, _, err := loadCatalog(place.Sample(), []flows.File{{Name: builtInName, Text: builtIn}})
	if err != nil {
		t.Fatal(err)
	}
	s := command{dir: t.TempDir(), settings: []string{"DATABASE_URL=" + handofftest.DSN(t)}}.serve(t)
	numbers := []string{"12", "500", "5000", "1", "2", "100000"}
	filed := 0
	for _, f := range catalog.Flows() {
		page := browsertest.NewPlain(t, s.url)
		page.Open("/services?lang=en")
		if !catalog.Live(f.ID, time.Now()) {
			if strings.Contains(page.Page, `href="/services/`+f.ID+`"`) {
				t.Errorf("%s is offered out of its season", f.ID)
			}
			continue
		}
		page.Sees(`href="/services/` + f.ID + `"`)
		page.Open("/services/" + f.ID)
		page.Sees(f.Title["en"])
		page.Send("ask", "")
		end := formsOf(t, page, numbers)
		if m := filedNumber.FindStringSubmatch(page.Page); m != nil {
			filed++
			numbers = append([]string{m[1]}, numbers...) // of a case, for the service that asks for one
		}
		t.Logf("%s: %s", f.ID, end)
	}
	if filed == 0 {
		t.Error("no service has come to a case")
	}
}

// formsOf answers whatever is asked, and says how it ended.
func formsOf(t *testing.T, page *browsertest.Plain, numbers []string) string {
	t.Helper()
	asked := map[string]int{}
	for range mostForms {
		_, offered := page.Fields("ask")
		question := questionIs.FindString(page.Page)
		tries := asked[question]
		asked[question]++
		switch _, typed := offered["text"]; {
		case filedNumber.MatchString(page.Page):
			return "a case"
		case strings.Contains(page.Page, "A member of staff answers now"):
			return "people"
		case len(offered) == 0:
			return "its end"
		case len(offered["photo"]) > 0:
			page.Photo(drainPhoto(t))
			if page.Has("aside") {
				page.Pick("aside", "Done")
			}
		case typed:
			page.Send("ask", "text", typedAnswer(page.Page, numbers[tries%len(numbers)]))
		case len(offered["picks"]) > 0:
			page.Send("ask", "picks", offered["picks"][:min(1+tries, len(offered["picks"]))]...)
		default:
			page.Send("ask", "pick", offered["pick"][0])
		}
	}
	t.Fatalf("%s does not end after %d forms:\n%s", page.At, mostForms, page.Page)
	return ""
}

// typedAnswer is what a field wants, by its type.
func typedAnswer(page, number string) string {
	switch {
	case strings.Contains(page, `type="tel"`):
		return "01712345678"
	case strings.Contains(page, `type="date"`):
		return time.Now().Format(time.DateOnly)
	case strings.Contains(page, `inputmode="`):
		return number
	case strings.Contains(page, "<textarea"):
		return "School Road, beside the mosque"
	default:
		return "5" // a ward
	}
}
