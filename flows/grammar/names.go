package grammar

import (
	"slices"
	"sort"
	"strings"
)

// named are the names of one sort that the files hold.
func named(lang, what string, p Place, trees []*Node) []Completion {
	var found []Completion
	for _, n := range namesAt(what, p, trees) {
		found = append(found, Completion{Label: n.Key, Insert: n.Key, Kind: "name", Help: told(lang, what, n)})
	}
	sort.SliceStable(found, func(i, j int) bool { return found[i].Label < found[j].Label })
	return slices.CompactFunc(found, func(a, b Completion) bool { return a.Label == b.Label })
}

// told is a line about a name: its title or text, or what sort of name it is.
func told(lang, what string, n *Node) string {
	for _, key := range []string{"title", "label", "name", "text", "say"} {
		if c := n.child(key); c != nil {
			if t := titleOf(lang, c); t != "" {
				return t
			}
		}
	}
	if t := titleOf(lang, n); t != "" {
		return t
	}
	if c := n.child("ask"); c != nil && c.Value != "" {
		return "ask: " + c.Value
	}
	return firstLine(help()["names="+what].in(lang))
}

// titleOf is a text in a language, shortened.
func titleOf(lang string, n *Node) string {
	text := ""
	if c := n.child(lang); c != nil {
		text = c.Value
	} else if len(n.Children) == 0 && !n.block && !strings.HasPrefix(n.Value, "{") {
		text = n.Value
	}
	if text = unquoted(text); runes(text) > 60 {
		text = cutRunes(text, 59) + "…"
	}
	return text
}

// all are the children of a path in all files.
func all(trees []*Node, path ...string) []*Node {
	var list []*Node
	for _, t := range trees {
		list = append(list, t.find(path...).names()...)
	}
	return list
}

// namesAt are the names of a sort that mean something at a place.
func namesAt(what string, p Place, trees []*Node) []*Node {
	ofFlow := func(part string) []*Node {
		if len(p.Path) < 2 || p.Path[0] != "flows" {
			return nil
		}
		return all(trees, "flows", p.Path[1], part)
	}
	switch what {
	case namesLanguages, namesTeams, namesTexts, namesFlows:
		return all(trees, what)
	case namesSettings:
		return all(trees, "city", "settings")
	case namesSlots, namesStates:
		return ofFlow(what)
	case namesFormula:
		return append(ofFlow(namesSlots), all(trees, "city", "settings")...)
	case namesAnswers:
		return answersAt(p, trees)
	default:
		return nil
	}
}

// answersAt are the choices of the slot that a step asks.
func answersAt(p Place, trees []*Node) []*Node {
	if len(p.Path) < 4 {
		return nil
	}
	for _, t := range trees {
		asked := t.find("flows", p.Path[1], "states", p.Path[3], "ask")
		if asked == nil {
			continue
		}
		slot := t.find("flows", p.Path[1], "slots", asked.Value)
		if kind := slot.child("type"); kind != nil && kind.Value == "ward" {
			return []*Node{{Key: "unknown"}}
		} else if kind != nil && kind.Value == "code" {
			return []*Node{{Key: "failed"}}
		}
		return slot.child("choices").names()
	}
	return nil
}
