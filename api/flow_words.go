package api

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
)

// textsPath is where the texts of the flows are translated.
const textsPath = flowsPath + "/texts"

// Bounds of the table.
const (
	textsAtOnce = 40
	maxSaid     = 4000 // characters of a text
)

func textRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: textsPath, Needs: FlowEdit, handle: (*Server).listTexts, Summary: "The texts of the flows side by side in all languages", Type: html},
		{Method: http.MethodPost, Path: textsPath, Needs: FlowEdit, handle: (*Server).keepTexts, Summary: "Write translations into the draft", Type: html},
	}
}

// textsView is a part of the table.
type textsView struct {
	page
	Main     string // what the default language calls itself
	Langs    []textLang
	Filters  []field
	Rows     []textRow
	Pager    pager
	Here     string // this part of the table, to come back to
	Fault    string
	Broken   bool // the draft cannot be read
	Draft    bool
	Selected string // how many are chosen
}

// textLang is a language with how much of the texts it has.
type textLang struct {
	Code, Name, Share, Has, Lacks string
	Whole                         bool
	Part                          int // per cent
}

// textRow is a text in all languages.
type textRow struct {
	Place, Path, Main string
	Name, File        string
	Cells             []textCell
}

// textCell is a text in one language, to be changed.
type textCell struct {
	ID, Code, Label, Value, Was string
	Missing                     bool
	Rows                        int
}

// textsAsk is what is asked of the table.
type textsAsk struct {
	section string // a flow's id, or a section of the file; empty: all
	missing bool
	from    int
}

func (s *Server) listTexts(c echo.Context) error { return s.textsPage(c, http.StatusOK, "", nil) }

// textsPage shows the part of the table that the address names; typed is what a
// form brought that was not kept, and fault the key of why.
func (s *Server) textsPage(c echo.Context, status int, fault string, typed map[string]string) error {
	draft, _, kept, err := s.working(c)
	if err != nil {
		return err
	}
	v := textsView{page: s.page(c, "texts_title"), Draft: kept, Here: withoutQuery(c.Request().URL.RequestURI(), "done", "lang")}
	v.Fault = v.Words[fault]
	table, err := flows.Texts(sources(draft.Files))
	if err != nil {
		v.Broken = true
		return s.show(c, status, "flowtexts.html", v)
	}
	ask := textsAsk{section: word(c, "part"), missing: c.QueryParam("missing") != ""}
	ask.from, _ = strconv.Atoi(c.QueryParam("next")) // anything else: the first
	v.Main = languageName(table, table.Languages[0])
	v.coverage(table)
	v.Filters = v.textFilters(s, table, ask)
	chosen := slices.DeleteFunc(slices.Clone(table.Entries), func(e flows.TextEntry) bool { return !ask.shows(table, e) })
	v.Selected = v.Number(len(chosen))
	ask.from = min(max(ask.from, 0), len(chosen))
	rest := chosen[ask.from:]
	next := ""
	if len(rest) > textsAtOnce {
		rest, next = rest[:textsAtOnce], itoa(ask.from+textsAtOnce)
	}
	v.Pager = v.pager(c, next)
	titles := serviceTitles(table)
	for _, e := range rest {
		v.Rows = append(v.Rows, v.textRow(table, e, titles, typed))
	}
	return s.show(c, status, "flowtexts.html", v)
}

func languageName(t flows.TextTable, code string) string {
	if name := t.Names[code]; name != "" {
		return name
	}
	return code
}

// shows reports whether an entry is asked for.
func (a textsAsk) shows(t flows.TextTable, e flows.TextEntry) bool {
	if a.section != "" && partOf(e) != a.section {
		return false
	}
	return !a.missing || slices.ContainsFunc(t.Languages, e.Missing)
}

// partOf is the part of the flows a text belongs to: a service or a section.
func partOf(e flows.TextEntry) string {
	if e.Path[0] == "flows" && len(e.Path) > 1 {
		return e.Path[1]
	}
	return "-" + e.Path[0]
}

// coverage says how much of the texts each language has.
func (v *textsView) coverage(t flows.TextTable) {
	for _, code := range t.Languages {
		all, has := 0, 0
		for _, e := range t.Entries {
			_, there := e.Texts[code]
			if there {
				has++
			}
			if there || e.Missing(code) {
				all++
			}
		}
		part := 100
		if all > 0 {
			part = has * 100 / all
		}
		v.Langs = append(v.Langs, textLang{
			Code: code, Name: languageName(t, code), Share: v.Number(part) + "%", Part: part, Has: v.Say("texts_has", "n", v.Number(has), "all", v.Number(all)),
			Lacks: v.Number(all - has), Whole: has == all,
		})
	}
}

func (v *textsView) textFilters(s *Server, t flows.TextTable, ask textsAsk) []field {
	part := field{Name: "part", Label: v.Words["texts_part"], Options: []option{{Label: v.Words["texts_all"]}}}
	titles, seen := serviceTitles(t), map[string]bool{}
	for _, e := range t.Entries {
		id := partOf(e)
		if seen[id] {
			continue
		}
		seen[id] = true
		name := inLanguage(titles[id], v.Lang, id)
		if section, ok := strings.CutPrefix(id, "-"); ok {
			if name = v.Words["texts_of_"+section]; name == "" {
				name = section
			}
		}
		part.Options = append(part.Options, option{id, name, id == ask.section})
	}
	return []field{part, {Name: "missing", Label: v.Words["texts_missing_only"], Box: true, Value: "yes", Ticked: ask.missing}}
}

// serviceTitles are the titles of the services by language.
func serviceTitles(t flows.TextTable) map[string]map[string]string {
	titles := map[string]map[string]string{}
	for _, e := range t.Entries {
		if len(e.Path) == 3 && e.Path[0] == "flows" && e.Path[2] == "title" {
			titles[e.Path[1]] = e.Texts
		}
	}
	return titles
}

func (v *textsView) textRow(t flows.TextTable, e flows.TextEntry, titles map[string]map[string]string, typed map[string]string) textRow {
	place, rest := v.place(e.Path, titles)
	for _, key := range rest {
		if name := v.Words["diff_key_"+key]; name != "" {
			key = name
		}
		place += " · " + strings.TrimPrefix(key, "#")
	}
	row := textRow{
		Place: place, Main: e.Texts[t.Languages[0]], Name: e.Name(), File: e.File,
		Path: withQuery(draftPath, "file", e.File) + "#line-" + itoa(e.Line),
	}
	if e.Path[0] == "flows" && len(e.Path) > 1 {
		row.Path = withQuery(withQuery(draftPath, "file", e.File), "flow", e.Path[1])
	}
	for _, code := range t.Languages[1:] {
		cell := textCell{ID: "text-" + code + "-" + itoa(len(v.Rows)), Code: code, Label: languageName(t, code), Value: e.Texts[code], Was: e.Texts[code], Missing: e.Missing(code)}
		if text, ok := typed[cellName(e.File, e.Name(), code)]; ok {
			cell.Value = text
		}
		cell.Rows = min(max(2, strings.Count(row.Main, "\n")+1+len([]rune(row.Main))/60), 8)
		row.Cells = append(row.Cells, cell)
	}
	return row
}
