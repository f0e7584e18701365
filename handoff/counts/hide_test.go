package counts

import (
	"fmt"
	"testing"
)

// seen is what anybody can know of a table: what is shown and, because another
// table of the same reports may show all of its rows, the sums of it.
func seen(rows []Row) (shown []Line, known [32]byte) {
	s := protect(rows, rows)
	at := 0
	note := func(l Line) {
		for _, n := range []int{l.Received, l.Solved} {
			known[at] = byte(n)
			at++
		}
		if l.Hidden {
			known[at-2] = 255
		} else if !l.Split {
			known[at-1] = 255
		}
	}
	note(s.Sum)
	for _, l := range s.Wards {
		note(l)
	}
	return s.Wards, known
}

// possible are the numbers that a cell may have for all that anybody knows.
type possible struct{ received, solved map[int]bool }

// TestSmallNumbersCannotBeComputed goes through all tables of a few rows and up
// to so many reports, and holds against each other those that look the same to
// whoever reads them and knows how numbers are hidden. What is hidden is never
// the same in all of them.
func TestSmallNumbersCannotBeComputed(t *testing.T) {
	for _, c := range []struct{ rows, most int }{{1, 40}, {2, 36}, {3, 20}} {
		looks := map[[32]byte][]possible{}
		tables(c.rows, c.most, func(rows []Row) {
			lines, known := seen(rows)
			cells := looks[known]
			for range len(rows) - len(cells) {
				cells = append(cells, possible{map[int]bool{}, map[int]bool{}})
			}
			looks[known] = cells
			for i, r := range rows {
				if len(lines) == 0 || lines[i].Hidden {
					cells[i].received[r.Received()] = true
				}
				if len(lines) == 0 || !lines[i].Split {
					cells[i].solved[r.Solved] = true
				}
			}
		})
		hid := 0
		for known, cells := range looks {
			for i, k := range cells {
				hid += len(k.solved)
				if len(k.received) == 1 || len(k.solved) == 1 {
					t.Fatalf("%d rows that look like %v: row %d can have only %v reports and %v solved", c.rows, known, i, k.received, k.solved)
				}
			}
		}
		if hid == 0 || len(looks) < 20 {
			t.Errorf("%d rows have %d looks, with %d hidden numbers", c.rows, len(looks), hid)
		}
	}
}

// tables calls do with every table of so many rows that has at most so many
// reports.
func tables(n, most int, do func([]Row)) {
	rows := make([]Row, n)
	var fill func(i, left int)
	fill = func(i, left int) {
		if i == n {
			do(rows)
			return
		}
		for s := range left + 1 {
			for o := range left - s + 1 {
				rows[i] = Row{Key: fmt.Sprint(i), Solved: s, Open: o}
				fill(i+1, left-s-o)
			}
		}
	}
	fill(0, most)
}
