package counts

import "slices"

// Few is the least number that is shown. What is less is a handful of people
// whom a neighbour may know.
const Few = 5

// Row is what was counted of one ward or service. Received is Solved and Open
// together.
type Row struct {
	Key          string
	Solved, Open int
	Days         float64 // the median from a report to its solution; of no meaning without Solved
}

// Received is how many reports there were.
func (r Row) Received() int { return r.Solved + r.Open }

// Line is what is shown of a row: nothing but its name when it is Hidden, and
// not the parts of what was received when it is not Split.
type Line struct {
	Key                    string
	Hidden                 bool
	Split                  bool
	Received, Solved, Open int
	Days                   float64
}

// lineOf is a row as far as it is shown.
func lineOf(r Row, hidden, split bool) Line {
	switch {
	case hidden:
		return Line{Key: r.Key, Hidden: true}
	case !split:
		return Line{Key: r.Key, Received: r.Received()}
	default:
		return Line{Key: r.Key, Split: true, Received: r.Received(), Solved: r.Solved, Open: r.Open, Days: r.Days}
	}
}

// hidden says which rows are hidden: none, or all up to a number that is large
// enough. Equal rows are treated alike, so that what is hidden tells no more
// than that.
func hidden(rows []Row) []bool {
	hide := make([]bool, len(rows))
	sizes := make([]int, len(rows))
	for i, r := range rows {
		sizes[i] = r.Received()
	}
	slices.Sort(sizes)
	if len(rows) == 0 || sizes[0] >= Few {
		return hide
	}
	most := Few - 1
	for n := countUpTo(sizes, most); n < len(sizes) && !vague(sizes[:n], sizes[n]-1); n = countUpTo(sizes, most) {
		most = sizes[n]
	}
	for i, r := range rows {
		hide[i] = r.Received() <= most
	}
	return hide
}

func countUpTo(sorted []int, most int) int {
	n, _ := slices.BinarySearch(sorted, most+1)
	return n
}

// vague reports whether numbers that nobody sees stay unknown to whoever knows
// their sum and that none of them is larger than most: each could be any of
// Few different ones.
func vague(unseen []int, most int) bool {
	sum := 0
	for _, n := range unseen {
		sum += n
	}
	least, largest := max(0, sum-(len(unseen)-1)*most), min(most, sum)
	return len(unseen) > 1 && sum >= Few && largest-least >= Few-1
}

// unsplit says which rows are shown without their parts, and whether that is
// enough to keep the parts unknown to whoever knows the sums of both.
func unsplit(rows []Row, hide []bool) (whole []bool, enough bool) {
	whole = slices.Clone(hide)
	small := Few - 1
	for range len(rows) + 1 {
		next := -1
		for i, r := range rows {
			least := min(r.Solved, r.Open)
			if least <= small {
				whole[i] = true
			} else if !whole[i] && (next < 0 || least < next) {
				next = least
			}
		}
		if partsVague(rows, hide, whole) {
			return whole, true
		}
		if next < 0 {
			break
		}
		small = next
	}
	return whole, false
}

// partsVague is vague for the parts of the rows that are shown whole or hidden:
// whoever knows the sums of their parts, what was received in those that are
// not hidden, and that together in those that are.
func partsVague(rows []Row, hide, whole []bool) bool {
	var n, solved, open, together, unseen int
	shown := -1 // the least that is shown
	for i, r := range rows {
		if hide[i] {
			together += r.Received()
		} else if shown < 0 || r.Received() < shown {
			shown = r.Received()
		}
		if whole[i] {
			n, solved, open, unseen = n+1, solved+r.Solved, open+r.Open, unseen+r.Received()
		}
	}
	if n == 0 {
		return true
	}
	if n == 1 || solved < Few || open < Few {
		return false
	}
	largest := together
	if shown > 0 {
		largest = min(largest, shown-1)
	}
	for i, r := range rows {
		if !whole[i] {
			continue
		}
		own, others := r.Received(), unseen-r.Received()
		if hide[i] {
			own, others = largest, unseen
		}
		if spread(own, others, solved) < Few-1 || spread(own, others, open) < Few-1 {
			return false
		}
	}
	return true
}

// spread is by how much a part may differ that is at most own, when the others
// have at most others and all together have sum.
func spread(own, others, sum int) int { return min(own, sum) - max(0, sum-others) }

// protect is what is shown of two tables of the same reports.
func protect(wards, services []Row) Sheet {
	var s Sheet
	sum := Row{}
	for _, r := range wards {
		sum.Solved, sum.Open = sum.Solved+r.Solved, sum.Open+r.Open
	}
	if sum.Received() < Few {
		return Sheet{Sum: Line{Hidden: true}}
	}
	of := [][]Row{wards, services}
	hide, whole := make([][]bool, len(of)), make([][]bool, len(of))
	split := true
	for i, rows := range of {
		hide[i] = hidden(rows)
		var enough bool
		whole[i], enough = unsplit(rows, hide[i])
		split = split && enough
	}
	for i, lines := range []*[]Line{&s.Wards, &s.Services} {
		for j, r := range of[i] {
			*lines = append(*lines, lineOf(r, hide[i][j], split && !whole[i][j]))
		}
	}
	s.Sum = lineOf(sum, false, split && sum.Solved >= Few && sum.Open >= Few)
	return s
}
