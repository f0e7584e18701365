package bangla

import (
	"math"
	"strconv"
	"strings"
)

// quantity is one number phrase of a text: tokens[start:end] say value.
type quantity struct {
	value      float64
	start, end int
	scaled     bool   // has a scale word: হাজার, k
	article    bool   // counts things: একটা, 3 ta
	digits     string // the literal when the phrase is just one
}

// phrase adds up one number phrase, largest scale first: crores, lakhs, thousands, then the rest.
type phrase struct {
	total, group float64
	has          bool    // group holds a number
	room         float64 // a number below it may still be added to group (two hundred fifty)
	limit        float64 // the last scale; what follows is smaller
	half         float64
	halved       bool
}

// quantityAt reads the longest number phrase that begins at token i.
func quantityAt(ts []token, i int) (quantity, bool) {
	q := quantity{start: i, end: i}
	p := phrase{limit: math.Inf(1)}
	for at := i; at < len(ts); at++ {
		if at > i && ts[at].is("and", "ও") && p.room > 0 {
			continue
		}
		if !p.take(ts, at, &q) {
			break
		}
		q.end = at + 1
	}
	if p.halved && !p.has || q.end == i || !p.has && p.total == 0 {
		return quantity{}, false
	}
	q.value = round(p.total + p.group)
	if q.end-q.start > 1 {
		q.digits = ""
	}
	return q, true
}

// take adds one token to the phrase, or says that the phrase is over.
func (p *phrase) take(ts []token, at int, q *quantity) bool {
	t := ts[at]
	switch t.kind {
	case number:
		v, ok := literal(t.text)
		if !ok && at+1 < len(ts) {
			v, ok = commaDecimal(t.text, ts[at+1])
		}
		q.digits = t.text
		return ok && p.add(v, false)
	case mark:
		return false
	}
	if t.text == "k" && p.has && !t.spaced && ts[at-1].kind == number {
		q.scaled = true
		return p.scale(thousand)
	}
	return p.takeWord(numeralOf(t.text), at, q)
}

func (p *phrase) takeWord(n numeral, at int, q *quantity) bool {
	switch n.role {
	case counting:
		q.article = q.article || n.article
		if !p.add(n.value, n.tens) {
			return false
		}
		if n.scale == 0 {
			return true
		}
		return p.scale(n.scale)
	case scaling:
		if n.value == hundred && !p.has && !p.halved {
			return false
		}
		if !p.scale(n.value) {
			return false
		}
		q.scaled = true
		return true
	case halving:
		if p.has || p.halved {
			return false
		}
		p.half, p.halved = n.value, true
		return true
	}
	return false
}

// add takes the next number of the current group.
func (p *phrase) add(v float64, tens bool) bool {
	switch {
	case !p.has && v < p.limit:
		p.group, p.has = v+p.half, true
		p.half, p.halved = 0, false
	case p.has && v < p.room && v > 0:
		p.group += v
	default:
		return false
	}
	p.room = 0
	if tens {
		p.room = 10
	}
	return true
}

// scale multiplies the current group; without one it stands for one (লাখ টাকা, সোয়া লাখ). A scale written after a
// number that has it already ("৫০০ শত", "৫০০০ হাজার") is a habit of writing and says nothing.
func (p *phrase) scale(s float64) bool {
	if !p.has {
		if p.total > 0 {
			return false
		}
		p.group, p.has = 1+p.half, true
		p.half, p.halved = 0, false
	}
	if s == hundred {
		if p.group < hundred {
			p.group *= hundred
		}
		p.room = hundred
		return true
	}
	if s >= p.limit {
		return false
	}
	if s != thousand || p.group < thousand {
		p.group *= s
	}
	p.total += p.group
	p.group, p.has, p.room, p.limit = 0, false, 0, s
	return true
}

// literal reads digits with lakh or western grouping and a decimal point.
func literal(s string) (float64, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(whole)+len(fraction) > 18 || strings.ContainsAny(fraction, ".,") {
		return 0, false
	}
	if strings.IndexByte(whole, ',') >= 0 {
		groups := strings.Split(whole, ",")
		if !grouped(groups) {
			return 0, false
		}
		whole = strings.Join(groups, "")
	}
	if fraction != "" {
		whole += "." + fraction
	}
	v, err := strconv.ParseFloat(whole, 64)
	return v, err == nil
}

// grouped tells 1,00,000 and 100,000 from 12,13: the last group has three digits, those between two or three.
func grouped(groups []string) bool {
	last := len(groups) - 1
	if len(groups[last]) != 3 || len(groups[0]) > 3 {
		return false
	}
	for _, g := range groups[1:last] {
		if len(g) != 2 && len(g) != 3 {
			return false
		}
	}
	return true
}

// commaDecimal reads "১,৫" as 1.5 when a scale word follows; elsewhere a comma separates two numbers.
func commaDecimal(s string, next token) (float64, bool) {
	whole, fraction, found := strings.Cut(s, ",")
	if !found || len(fraction) > 2 || strings.ContainsAny(fraction, ",.") || next.kind != word {
		return 0, false
	}
	if numeralOf(next.text).role != scaling {
		return 0, false
	}
	return literal(whole + "." + fraction)
}

// round removes what binary fractions leave behind after a scale (1.1 lakh).
func round(v float64) float64 {
	return math.Round(v*1e6) / 1e6
}

// quantities finds all number phrases of a text.
func quantities(room []quantity, ts []token) []quantity {
	for i := 0; i < len(ts); i++ {
		q, ok := quantityAt(ts, i)
		if !ok {
			continue
		}
		room = append(room, q)
		i = q.end - 1
	}
	return room
}
