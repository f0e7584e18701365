package api

import (
	"fmt"
	"math"
	"strings"
	"time"

	"nagorik/flows/place"
	"nagorik/handoff"
	"nagorik/handoff/reports"
)

// The sheet that a graph by days is drawn on, in its own units.
const (
	graphWidth, graphHeight = 760.0, 220.0
	graphLeft, graphFoot    = 44.0, 24.0
	graphTop                = 8.0
	graphLabels             = 8 // days that are named below, about

	mapWidth = 420.0
	shades   = 6 // of a map or a table of hours
)

// graph is contacts by day, with the days before behind them:
// {{template "graph" .Graph}}.
type graph struct {
	Width, Height, Foot, Left float64
	Bars                      []bar
	Before                    string // points of a line
	Ticks                     []tick
	Now, Then                 string // what is what, in words
	Name                      string
	Day, Count                string // heads of the table twin
}

// bar is one day.
type bar struct {
	X, Y, Width, Height float64
	Label               string // below it; empty for most
	Day                 string
	N, Before           string
	Path, Earlier       string // what N and Before count
}

// tick is a line across.
type tick struct {
	Y    float64
	Text string
}

// byDay puts a report's rows by day into a list, from the first day on.
func byDay(t reports.Table) []int {
	days := int(t.To.Sub(t.From).Hours()/24) + 1
	list := make([]int, days)
	for _, row := range t.Rows {
		text, _ := row[0].(string)
		n, _ := row[1].(int64)
		at, err := time.ParseInLocation(time.DateOnly, text, handoff.Dhaka())
		if i := int(at.Sub(t.From).Hours() / 24); err == nil && i >= 0 && i < days {
			list[i] = int(n)
		}
	}
	return list
}

// graph draws two lists of days over each other; path leads to a day's rows.
func (p page) graph(from time.Time, now, before []int, path func(day time.Time) string) graph {
	most := 1
	for _, list := range [][]int{now, before} {
		for _, n := range list {
			most = max(most, n)
		}
	}
	top := nice(most)
	g := graph{Width: graphWidth, Height: graphHeight, Foot: graphHeight - graphFoot, Left: graphLeft}
	high := g.Foot - graphTop
	step := (graphWidth - graphLeft) / float64(len(now))
	every := max(1, int(math.Ceil(float64(len(now))/graphLabels)))
	var line []string
	for i, n := range now {
		at := from.AddDate(0, 0, i)
		b := bar{
			X: graphLeft + float64(i)*step + step*.14, Width: step * .72, Height: high * float64(n) / float64(top),
			Day: p.Day(at), N: p.Number(n), Path: path(at),
		}
		b.Y = g.Foot - b.Height
		if i%every == 0 {
			b.Label = p.Number(at.Day())
		}
		if i < len(before) {
			b.Before = p.Number(before[i])
			line = append(line, fmt.Sprintf("%.1f,%.1f", graphLeft+(float64(i)+.5)*step, g.Foot-high*float64(before[i])/float64(top)))
		}
		g.Bars = append(g.Bars, b)
	}
	g.Before = strings.Join(line, " ")
	for _, part := range []int{0, 1, 2} {
		g.Ticks = append(g.Ticks, tick{g.Foot - high*float64(part)/2, p.Number(top * part / 2)})
	}
	g.Now, g.Then, g.Name, g.Day, g.Count = p.Words["chart_now"], p.Words["chart_before"], p.Words["chart_days"], p.Words["chart_day"], p.Words["chart_contacts"]
	return g
}

// nice is a round even number that is not less than n.
func nice(n int) int {
	for unit := 2; ; unit *= 10 {
		for _, times := range []int{1, 2, 5} {
			if unit*times >= n {
				return unit * times
			}
		}
	}
}

// share is a line of a table with its part of the whole: {{template "shares" .}}.
type share struct {
	Name string
	Path string
	N    string
	Part float64 // percent, 0 to 100
	Text string  // the same in words
}

// shares are a section of lines.
type shares struct {
	ID, Title, Head, Count, Of string
	Lines                      []share
	Empty                      string
	Many                       bool // so many lines that they stand in columns
}

// manyLines are so many that they stand in columns beside each other.
const manyLines = 24

// columns makes much of many lines: they stand in columns, and their bars are
// parts of the largest, not of the whole, of which each is hardly a part.
func (s *shares) columns() {
	if s.Many = len(s.Lines) > manyLines; !s.Many {
		return
	}
	most := 0.0
	for _, l := range s.Lines {
		most = max(most, l.Part)
	}
	for i := range s.Lines {
		s.Lines[i].Part = 100 * s.Lines[i].Part / most
	}
}

// percent writes a share.
func (p page) percent(v float64) string { return p.digits(fmt.Sprintf("%.1f", v)) + "%" }

// sharesOf makes lines of a report of names and counts.
func (p page) sharesOf(id, head string, rows [][]any, name func(any) string, path func(any) string) shares {
	s := shares{ID: id, Title: p.Words["chart_"+id], Head: p.Words[head], Count: p.Words["chart_count"], Of: p.Words["chart_share"], Empty: p.Words["chart_none"]}
	sum := int64(0)
	for _, row := range rows {
		n, _ := row[1].(int64)
		sum += n
	}
	for _, row := range rows {
		n, _ := row[1].(int64)
		part := 100 * float64(n) / float64(max(sum, 1))
		s.Lines = append(s.Lines, share{Name: name(row[0]), Path: path(row[0]), N: p.Number(int(n)), Part: part, Text: p.percent(part)})
	}
	return s
}

// wardMap is a map of the wards, the darker the more.
type wardMap struct {
	Width, Height float64
	Shapes        []wardShape
	Name          string
	Least, Most   string
	Scale         []scaleStep // from least to most
}

type scaleStep struct{ X, Shade int }

type wardShape struct {
	place.Shape
	Shade  int
	Number string
	Says   string
	Path   string
}

// wardMap colours the wards by their counts; path leads to a ward's cases.
func (p page) wardMap(o place.Outline, counts map[int]int, path func(ward int) string) wardMap {
	most := 0
	for _, n := range counts {
		most = max(most, n)
	}
	m := wardMap{Width: o.Width + 4, Height: o.Height + 4, Name: p.Words["chart_map"], Least: p.Number(0), Most: p.Number(most)}
	for i := range shades + 1 {
		m.Scale = append(m.Scale, scaleStep{i * 10, i})
	}
	for _, s := range o.Shapes {
		n, to := counts[s.Ward], ""
		if n > 0 { // another ward than the one asked for has none here
			to = path(s.Ward)
		}
		m.Shapes = append(m.Shapes, wardShape{
			s, shade(n, most), p.Number(s.Ward), p.Say("chart_ward_says", "ward", p.Number(s.Ward), "n", p.Number(n)), to,
		})
	}
	return m
}

// shade is how dark a count is, of the most: 0 for none, up to shades.
func shade(n, most int) int {
	if n == 0 || most == 0 {
		return 0
	}
	return 1 + (n-1)*shades/most
}

// week is a table of hours: a row for each day of the week.
type week struct {
	Name  string
	Hours []string
	Days  []weekDay
}

type weekDay struct {
	Name  string
	Cells []weekCell
}

type weekCell struct {
	N     string
	Shade int
	Path  string // what it counts; empty for none
}

// byHour puts a report of weekdays and hours into a table, with the largest
// number in it.
func byHour(rows [][]any) (n [7][24]int, most int) {
	for _, row := range rows {
		day, _ := row[0].(int64)
		hour, _ := row[1].(int64)
		count, _ := row[2].(int64)
		n[day%7][hour%24] = int(count)
		most = max(most, int(count))
	}
	return n, most
}

// week makes a table of a report of weekdays and hours; path leads to what an
// hour of a day counts.
func (p page) week(rows [][]any, path func(day, hour int) string) week {
	n, most := byHour(rows)
	w := week{Name: p.Words["chart_hours"]}
	for h := range 24 {
		w.Hours = append(w.Hours, p.Number(h))
	}
	names := strings.Split(p.Words["weekdays"], " ")
	for d := range n {
		day := weekDay{Name: names[d%len(names)]}
		for hour, count := range n[d] {
			c := weekCell{N: p.Number(count), Shade: shade(count, most)}
			if count > 0 {
				c.Path = path(d, hour)
			}
			day.Cells = append(day.Cells, c)
		}
		w.Days = append(w.Days, day)
	}
	return w
}
