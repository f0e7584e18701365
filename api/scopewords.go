package api

import (
	"slices"
	"strconv"
	"strings"

	"nagorik/flows/bangla"
)

// maxWards bounds what a range such as 1-9999 may grow to.
const maxWards = 200

// wardText writes wards as people do: 1, 2, 5-7.
func wardText(wards []int) string {
	wards = slices.Clone(wards)
	slices.Sort(wards)
	wards = slices.Compact(wards)
	var parts []string
	for i := 0; i < len(wards); {
		last := i
		for last+1 < len(wards) && wards[last+1] == wards[last]+1 {
			last++
		}
		switch last - i {
		case 0:
			parts = append(parts, strconv.Itoa(wards[i]))
		case 1:
			parts = append(parts, strconv.Itoa(wards[i]), strconv.Itoa(wards[last]))
		default:
			parts = append(parts, strconv.Itoa(wards[i])+"-"+strconv.Itoa(wards[last]))
		}
		i = last + 1
	}
	return strings.Join(parts, ", ")
}

// wardsOf reads wards as people write them, also in Bangla digits and with
// other dashes; false when it cannot be understood.
func wardsOf(typed string) ([]int, bool) {
	typed = strings.NewReplacer("–", "-", "—", "-", "।", ",", ";", ",", "\n", ",").Replace(bangla.Digits(typed))
	var wards []int
	for part := range strings.SplitSeq(typed, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		from, to, isRange := strings.Cut(part, "-")
		if !isRange {
			to = from
		}
		first, err := strconv.Atoi(strings.TrimSpace(from))
		if err != nil {
			return nil, false
		}
		last, err := strconv.Atoi(strings.TrimSpace(to))
		if err != nil || first < 1 || last < first || last-first >= maxWards {
			return nil, false
		}
		for w := first; w <= last; w++ {
			wards = append(wards, w)
		}
	}
	slices.Sort(wards)
	wards = slices.Compact(wards)
	return wards, len(wards) <= maxWards
}

// teamNames are teams in words.
func (s *Server) teamNames(lang string, ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = s.teamName(lang, id)
	}
	return strings.Join(names, ", ")
}

// teamName is a team in words; its id when the flows do not name it any more.
func (s *Server) teamName(lang, id string) string {
	for _, t := range s.opt.Teams(lang) {
		if t.ID == id {
			return t.Name
		}
	}
	return id
}
