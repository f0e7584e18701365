package reports

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"nagorik/handoff/figures"
)

// A report's file begins with what it is, line by line as comments of SQL:
//
//	-- title en: Cases by ward
//	-- title bn: ওয়ার্ড অনুযায়ী অভিযোগ
//	-- filters: flow ward kind channel team
//	-- counts: case wards
//	-- column ward integer: number of the ward; null when not known
//	-- column cases integer: cases opened
//	SELECT ward::bigint, sum(n)::bigint FROM counted GROUP BY 1 HAVING sum(n) > 0
//
// What is counted are lines of package figures; with "daily" among them the
// query gets each day by itself, and otherwise perhaps months; with "wards" each
// ward by itself, and otherwise perhaps all in one. Of "came|talk" it
// gets the first, which is shorter, unless narrowed by what only the other tells
// apart. "spread: took by flow" gives it a table spread (flow, n, median, p90) of
// what lies in buckets.
// Other comments are for the reader of the file.

// parse reads a report's file.
func parse(name, text string) (Report, error) {
	r := Report{Name: name, Title: map[string]string{}}
	var query []string
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimSpace(line), "--")
		if !ok {
			query = append(query, line)
			continue
		}
		if err := r.describe(strings.TrimSpace(comment)); err != nil {
			return Report{}, err
		}
	}
	r.query = strings.TrimSpace(strings.Join(query, ""))
	switch {
	case r.Title["en"] == "" || r.Title["bn"] == "":
		return Report{}, errors.New("it needs a title en and a title bn")
	case len(r.Columns) == 0 || r.query == "" || len(r.counts) == 0 && r.spread.what == nil:
		return Report{}, errors.New("it needs columns, something that is counted and a query")
	case strings.Contains(r.query, "?"):
		return Report{}, errors.New("a question mark stands for a value, of which a query has none")
	}
	return r, nil
}

// describe reads one comment.
func (r *Report) describe(comment string) error {
	key, value, ok := strings.Cut(comment, ": ")
	words := strings.Fields(key)
	if !ok || len(words) == 0 {
		return nil
	}
	switch {
	case words[0] == "title" && len(words) == 2:
		r.Title[words[1]] = value
	case words[0] == "filters" && len(words) == 1:
		for _, f := range strings.Fields(value) {
			if !slices.Contains(Filters(), Filter(f)) {
				return fmt.Errorf("there is no filter %q", f)
			}
			r.Filters = append(r.Filters, Filter(f))
		}
	case words[0] == "counts" && len(words) == 1:
		return r.count(strings.Fields(value))
	case words[0] == "spread" && len(words) == 1:
		return r.spreadOut(value)
	case words[0] == "column" && len(words) == 3:
		kind := ColumnType(words[2])
		if !kind.known() {
			return fmt.Errorf("column %s: there is no type %q", words[1], kind)
		}
		r.Columns = append(r.Columns, Column{Name: words[1], Type: kind, Meaning: value})
	}
	return nil
}

// count takes what the query counts.
func (r *Report) count(words []string) error {
	for _, word := range words {
		switch word {
		case "daily":
			r.daily = true
			continue
		case "wards":
			r.wards = true
			continue
		}
		either := strings.Split(word, "|")
		for _, what := range either {
			if !counted(what) {
				return fmt.Errorf("there is no line %q to count", what)
			}
		}
		r.counts = append(r.counts, either)
	}
	return nil
}

// spreadOut takes what is spread out: "took by flow", or "took by flow of key",
// where another order than that of the key is meant.
func (r *Report) spreadOut(value string) error {
	what, by, _ := strings.Cut(value, " by ")
	s := spread{what: strings.Split(what, "|"), key: "key"}
	for _, what := range s.what {
		if !counted(what) {
			return fmt.Errorf("there is no line %q to spread out", what)
		}
	}
	by, key, other := strings.Cut(by, " of ")
	if s.by = by; other {
		s.key = key
	}
	r.spread = s
	return nil
}

func counted(what string) bool {
	return slices.ContainsFunc(figures.Lines(), func(l figures.Line) bool { return l.What == what })
}

func (t ColumnType) known() bool {
	switch t {
	case Day, Text, Integer, Percent, Hours:
		return true
	default:
		return false
	}
}
