package public

import (
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot/web"
	"nagorik/flows/bangla"
)

const (
	// How often one network may look up cases, so that nobody walks through
	// all the numbers; phones of one carrier share a network.
	trackPerSecond = 0.5
	trackBurst     = 30

	// trackTime is how long every look-up takes at least, so that its time
	// does not tell a known number from an unknown one.
	trackTime = 150 * time.Millisecond

	trackDigits = 12 // of the longest number that is looked up
)

// tracking is what the form for a case shows. At most one of Found and
// Trouble is set.
type tracking struct {
	Asked   bool
	Typed   string // as it was typed
	Number  string // in the page's digits
	Found   bool
	Service string
	Status  string
	Date    string
	Trouble string // why nothing is shown
}

// track looks up the case that a visit asks for.
func (s *site) track(c echo.Context, lang string) tracking {
	typed := cutRunes(bangla.Clean(c.QueryParam("case")), 40)
	if typed == "" {
		return tracking{}
	}
	w := s.words[lang]
	t := tracking{Asked: true, Typed: typed}
	number, ok := caseNumber(typed)
	if !ok {
		t.Trouble = w.Text["track_bad"]
		return t
	}
	t.Number = w.number(strconv.FormatInt(number, 10))
	if !s.tracks.Allow(web.Network(remote(c)), s.opt.Now()) {
		t.Trouble = w.Text["track_slow"]
		return t
	}
	return s.lookUp(c, lang, number, t)
}

func (s *site) lookUp(c echo.Context, lang string, number int64, t tracking) tracking {
	w := s.words[lang]
	done := time.NewTimer(trackTime)
	defer done.Stop()
	found, ok, err := s.opt.Track(c.Request().Context(), number, lang)
	select {
	case <-done.C:
	case <-c.Request().Context().Done():
	}
	switch {
	case err != nil:
		s.opt.Log.Error("public page: look up a case", "err", err)
		t.Trouble = w.Text["track_trouble"]
	case !ok:
		t.Trouble = strings.ReplaceAll(w.Text["track_unknown"], "{number}", t.Number)
	default:
		t.Found, t.Service, t.Status, t.Date = true, found.Service, found.Status, w.date(found.UpdatedAt)
	}
	return t
}

// caseNumber finds the one number in what was typed, in either script.
func caseNumber(s string) (int64, bool) {
	groups := strings.FieldsFunc(bangla.Digits(s), func(r rune) bool { return r < '0' || r > '9' })
	if len(groups) != 1 || len(groups[0]) > trackDigits {
		return 0, false
	}
	n, err := strconv.ParseInt(groups[0], 10, 64)
	return n, err == nil && n > 0
}

func cutRunes(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return string(r[:limit])
}
