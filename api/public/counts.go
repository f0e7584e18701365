package public

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/bot/web"
	"nagorik/flows/place"
	"nagorik/handoff/counts"
)

// pageCounts is the page of figures for everybody.
const pageCounts = "counts.html"

// countsPath is where it is.
const countsPath = "/counts"

const (
	mapWidth  = 340.0 // of the map, in its own units
	mapShades = 5     // of what is shown on it, from light to dark
)

// Counts are the figures that everybody may see: counts.Board.
type Counts interface {
	Shown(context.Context) (bool, error)
	Sheet(context.Context) (counts.Sheet, bool, error)
}

// countsView is GET /counts.
type countsView struct {
	frame
	Span     string // which days are counted
	Nothing  bool   // too few reports came to show any figure
	Sum      countLine
	Map      countsMap
	Wards    []countLine
	Services []countLine
	FewNote  string
}

// countsTable is a table with what stands above its names.
type countsTable struct {
	Head  string
	Text  map[string]string
	Lines []countLine
}

// WardTable is the table of the wards.
func (v countsView) WardTable() countsTable {
	return countsTable{v.Text["counts_ward"], v.Text, v.Wards}
}

// ServiceTable is the table of the services.
func (v countsView) ServiceTable() countsTable {
	return countsTable{v.Text["counts_service"], v.Text, v.Services}
}

// countLine is a line of a table, in the page's digits.
type countLine struct {
	Name   string
	Hidden bool
	Split  bool
	N      string
	Part   float64 // of the longest bar, 0 to 100
	Solved string
	Open   string
	Days   string
}

// countsMap is the wards, the darker the more reports.
type countsMap struct {
	Width, Height float64
	Shapes        []countsShape
}

type countsShape struct {
	place.Shape
	Shade  int
	Hidden bool
	Number string
	Says   string
}

// showCounts is GET /counts.
func (s *site) showCounts(c echo.Context) error {
	if s.opt.Counts == nil {
		return echo.ErrNotFound
	}
	if !s.visits.Allow(web.Network(remote(c)), s.opt.Now()) {
		return echo.ErrTooManyRequests
	}
	lang := s.language(c)
	sheet, on, err := s.opt.Counts.Sheet(c.Request().Context())
	w := s.words[lang]
	v := countsView{frame: s.frame(c, lang, w.Text["counts"]), Nothing: sheet.Sum.Hidden}
	if v.Fault = ""; err != nil {
		s.opt.Log.Error("public page: figures", "err", err)
		v.Fault = w.Text["track_trouble"]
		return s.send(c, http.StatusServiceUnavailable, lang, pageCounts, v)
	}
	if !on {
		return echo.ErrNotFound
	}
	v.Span = w.span(sheet)
	v.FewNote = w.with("counts_few_note", "{n}", w.number(strconv.Itoa(counts.Few)))
	v.Sum = w.countLine(sheet.Sum, sheet.Sum.Received, "")
	v.Wards = w.wardLines(sheet.Wards)
	v.Services = s.serviceLines(lang, sheet)
	if s.opt.Wards != nil {
		v.Map = w.countsMap(s.opt.Wards.Outline(mapWidth), sheet.Wards)
	}
	return s.send(c, http.StatusOK, lang, pageCounts, v)
}

// countsShown reports whether there are figures to lead to. Where it cannot be
// found out now, a page does without the link.
func (s *site) countsShown(ctx context.Context) bool {
	if s.opt.Counts == nil {
		return false
	}
	on, err := s.opt.Counts.Shown(ctx)
	if err != nil {
		s.opt.Log.Error("public page: are figures shown", "err", err)
	}
	return on && err == nil
}

// span says which days are counted.
func (w *words) span(sheet counts.Sheet) string {
	return strings.NewReplacer("{from}", w.date(sheet.From), "{to}", w.date(sheet.To)).Replace(w.Text["counts_span"])
}

// countLine is a line in words; most is what the longest bar counts.
func (w *words) countLine(l counts.Line, most int, name string) countLine {
	count := func(n int) string { return w.number(strconv.Itoa(n)) }
	line := countLine{Name: name, Hidden: l.Hidden, Split: l.Split}
	if l.Hidden {
		return line
	}
	line.N, line.Part = count(l.Received), 100*float64(l.Received)/float64(max(most, 1))
	if l.Split {
		line.Solved, line.Open, line.Days = count(l.Solved), count(l.Open), w.days(l.Days)
	}
	return line
}

// days is how long something took, in whole days.
func (w *words) days(n float64) string {
	switch whole := int(math.Round(n)); {
	case n < 1:
		return w.Text["counts_day_less"]
	case whole == 1:
		return w.Text["counts_day"]
	default:
		return w.with("counts_days", "{n}", w.number(strconv.Itoa(whole)))
	}
}

func longest(lines []counts.Line) int {
	most := 0
	for _, l := range lines {
		most = max(most, l.Received)
	}
	return most
}

func (w *words) wardLines(lines []counts.Line) []countLine {
	most := longest(lines)
	var list []countLine
	for _, l := range lines {
		name := w.with("counts_ward_n", "{n}", w.number(l.Key))
		if l.Key == "" {
			name = w.Text["counts_no_ward"]
		}
		list = append(list, w.countLine(l, most, name))
	}
	return list
}

// serviceLines are the services by what came, the most first, and what came for
// all those that are hidden together: which of them anybody asked for is not
// told.
func (s *site) serviceLines(lang string, sheet counts.Sheet) []countLine {
	w, catalog, shown := s.words[lang], s.opt.Catalogs.Current(), slices.Clone(sheet.Services)
	shown = slices.DeleteFunc(shown, func(l counts.Line) bool { return l.Hidden })
	slices.SortStableFunc(shown, func(a, b counts.Line) int { return cmp.Compare(b.Received, a.Received) })
	others := counts.Line{Received: sheet.Sum.Received}
	most := longest(shown)
	var list []countLine
	for _, l := range shown {
		name := l.Key
		if f, ok := catalog.Flow(l.Key); ok {
			name = inLanguage(f.Title, lang)
		}
		list = append(list, w.countLine(l, most, name))
		others.Received -= l.Received
	}
	if others.Received > 0 {
		line := w.countLine(others, max(most, others.Received), w.Text["counts_others"])
		list = append(list, line)
	}
	return list
}

// countsMap draws the wards.
func (w *words) countsMap(o place.Outline, lines []counts.Line) countsMap {
	byWard, most := map[string]counts.Line{}, longest(lines)
	for _, l := range lines {
		byWard[l.Key] = l
	}
	m := countsMap{Width: o.Width + 4, Height: o.Height + 4}
	for _, s := range o.Shapes {
		l, known := byWard[strconv.Itoa(s.Ward)]
		shape := countsShape{Shape: s, Number: w.number(strconv.Itoa(s.Ward)), Hidden: !known || l.Hidden}
		says := w.Text["counts_few"]
		if !shape.Hidden {
			shape.Shade, says = 1+(l.Received-1)*mapShades/most, w.number(strconv.Itoa(l.Received))
		}
		shape.Says = w.with("counts_ward_n", "{n}", shape.Number) + ": " + says
		m.Shapes = append(m.Shapes, shape)
	}
	return m
}
