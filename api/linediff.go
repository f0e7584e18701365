package api

import (
	"slices"
	"strings"
)

// Bounds of a difference between two texts.
const (
	maxEdits    = 800 // lines that differ; beyond it all lines between the first and the last that differ are replaced
	diffContext = 3   // equal lines around each change
)

// diffPart is a stretch of lines that differ, with a few equal ones around.
type diffPart struct {
	Line  int // of the newer text, from 1
	Lines []diffLine
}

// diffLine is a line of either text, or of both.
type diffLine struct {
	Mark string // "+", "-" or a space
	Text string
}

// diffLines compares two texts line by line.
func diffLines(before, after string) []diffPart {
	was, is := strings.Split(before, "\n"), strings.Split(after, "\n")
	head := 0
	for head < len(was) && head < len(is) && was[head] == is[head] {
		head++
	}
	tail := 0
	for tail < len(was)-head && tail < len(is)-head && was[len(was)-1-tail] == is[len(is)-1-tail] {
		tail++
	}
	marked := make([]diffLine, 0, len(is))
	for _, line := range is[:head] {
		marked = append(marked, diffLine{" ", line})
	}
	marked = append(marked, edits(was[head:len(was)-tail], is[head:len(is)-tail])...)
	for _, line := range is[len(is)-tail:] {
		marked = append(marked, diffLine{" ", line})
	}
	return diffParts(marked)
}

// edits is the shortest way from one list of lines to another (Myers, "An
// O(ND) difference algorithm", 1986). A diagonal is how many lines more of the
// older text than of the newer one were passed.
func edits(was, is []string) []diffLine {
	most := min(len(was)+len(is), maxEdits)
	zero := most + 1
	reach := make([]int, 2*most+3) // lines of the older text passed on each diagonal
	var past [][]int               // the same before each edit, from diagonal -d-1 up
	for d := 0; d <= most; d++ {
		past = append(past, slices.Clone(reach[zero-d-1:zero+d+2]))
		for k := -d; k <= d; k += 2 {
			x := reach[zero+k-1] + 1
			if adds(reach[zero+k-1:], k, d) {
				x = reach[zero+k+1]
			}
			for x < len(was) && x-k < len(is) && was[x] == is[x-k] {
				x++
			}
			reach[zero+k] = x
			if x >= len(was) && x-k >= len(is) {
				return walkBack(was, is, past)
			}
		}
	}
	return replaced(was, is)
}

// adds says whether diagonal k is reached by adding a line rather than by
// taking one out. near begins at the diagonal below k.
func adds(near []int, k, d int) bool { return k == -d || k != d && near[0] < near[2] }

func walkBack(was, is []string, past [][]int) []diffLine {
	var back []diffLine
	x, y := len(was), len(is)
	for d := len(past) - 1; d >= 0; d-- {
		k := x - y
		near := past[d][k-1+d+1:]
		add := adds(near, k, d)
		from := near[0]
		if add {
			from = near[2]
		}
		start := from // where the equal lines after this edit begin
		if !add && d > 0 {
			start++
		}
		if d == 0 {
			start = 0
		}
		for x > start {
			x, y = x-1, y-1
			back = append(back, diffLine{" ", was[x]})
		}
		switch {
		case d == 0:
		case add:
			y--
			back = append(back, diffLine{"+", is[y]})
		default:
			x--
			back = append(back, diffLine{"-", was[x]})
		}
	}
	slices.Reverse(back)
	return back
}

func replaced(was, is []string) []diffLine {
	lines := make([]diffLine, 0, len(was)+len(is))
	for _, line := range was {
		lines = append(lines, diffLine{"-", line})
	}
	for _, line := range is {
		lines = append(lines, diffLine{"+", line})
	}
	return lines
}

// diffParts leaves out equal lines that are far from every change.
func diffParts(lines []diffLine) []diffPart {
	near := make([]bool, len(lines))
	for i, l := range lines {
		if l.Mark == " " {
			continue
		}
		for j := max(i-diffContext, 0); j <= min(i+diffContext, len(lines)-1); j++ {
			near[j] = true
		}
	}
	var parts []diffPart
	number := 1
	for i, l := range lines {
		if near[i] && (i == 0 || !near[i-1]) {
			parts = append(parts, diffPart{Line: number})
		}
		if near[i] {
			last := &parts[len(parts)-1]
			last.Lines = append(last.Lines, l)
		}
		if l.Mark != "-" {
			number++
		}
	}
	return parts
}
