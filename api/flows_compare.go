package api

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// compareView is what differs between two versions.
type compareView struct {
	page
	From, To field
	Swap     string
	Changes  flowChanges
	Files    []fileDiff
}

// flowChanges are differences in plain words.
type flowChanges struct {
	Lines  []flowChange
	More   bool   // there are more
	Failed string // why they cannot be said; the lines of the files can
}

// flowChange is one of them.
type flowChange struct {
	Place, What string
	Was, Is     string
}

// fileDiff is what differs in the lines of one file.
type fileDiff struct {
	Name  string
	Parts []diffPart
}

func (s *Server) compareVersions(c echo.Context) error {
	list, err := s.opt.Desk.Catalogs(c.Request().Context())
	if err != nil {
		return err
	}
	v := compareView{page: s.page(c, "compare_title")}
	from, err := s.namedVersion(c, "from")
	if err != nil {
		return err
	}
	to, err := s.namedVersion(c, "to")
	if err != nil {
		return err
	}
	v.From = field{Name: "from", Label: v.Words["compare_from"]}
	v.To = field{Name: "to", Label: v.Words["compare_to"]}
	for _, k := range list {
		name := v.Say("version_named", "n", v.Number(int(k.Version)), "when", v.When(k.PublishedAt))
		v.From.Options = append(v.From.Options, option{itoa(int(k.Version)), name, k.Version == from.Version})
		v.To.Options = append(v.To.Options, option{itoa(int(k.Version)), name, k.Version == to.Version})
	}
	v.Swap = comparePath(to.Version, from.Version)
	v.Changes, v.Files = v.flowChanges(from.Files, to.Files), fileDiffs(from.Files, to.Files)
	return s.show(c, http.StatusOK, "flowcompare.html", v)
}

// namedVersion is the version that a parameter names.
func (s *Server) namedVersion(c echo.Context, name string) (handoff.Catalog, error) {
	n, err := strconv.ParseInt(c.QueryParam(name), 10, 64)
	if err != nil {
		return handoff.Catalog{}, badField(name, "must be the number of a version")
	}
	return s.opt.Desk.Catalog(c.Request().Context(), n)
}

// fileDiffs compares files by their names.
func fileDiffs(before, after []handoff.CatalogFile) []fileDiff {
	var diffs []fileDiff
	text := func(files []handoff.CatalogFile, name string) string {
		i := slices.IndexFunc(files, func(f handoff.CatalogFile) bool { return f.Name == name })
		if i < 0 {
			return ""
		}
		return files[i].Text
	}
	var names []string
	for _, f := range slices.Concat(before, after) {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
	}
	for _, name := range names {
		if parts := diffLines(text(before, name), text(after, name)); len(parts) > 0 {
			diffs = append(diffs, fileDiff{name, parts})
		}
	}
	return diffs
}

// flowChanges says what differs in the language of the page.
func (p page) flowChanges(before, after []handoff.CatalogFile) flowChanges {
	c, err := flows.Compare(sources(before), sources(after))
	if err != nil {
		return flowChanges{Failed: err.Error()}
	}
	changes := flowChanges{More: c.More}
	for _, d := range c.Differences {
		place, rest := p.place(d.Path, c.Titles)
		changes.Lines = append(changes.Lines, flowChange{place, p.what(rest, d.Change), d.Was, d.Is})
	}
	return changes
}

// place says which part of the flows a path leads to, and what is left of it.
func (p page) place(path []string, titles map[string]map[string]string) (words string, rest []string) {
	section := path[0]
	switch {
	case section == "flows" && len(path) > 1:
		service := inLanguage(titles[path[1]], p.Lang, path[1])
		if len(path) > 3 && (path[2] == "states" || path[2] == "slots") {
			return p.Say("place_of_"+path[2], "service", service, "name", path[3]), path[4:]
		}
		return p.Say("place_flows", "service", service), path[2:]
	case section == "city" && len(path) > 2:
		return p.Say("place_settings", "name", path[2]), path[3:]
	case slices.Contains([]string{"texts", "teams", "statuses", "buttons", "commands", "languages"}, section) && len(path) > 1:
		return p.Say("place_"+section, "name", path[1]), path[2:]
	}
	if word := p.Words["place_"+section]; word != "" {
		return word, path[1:]
	}
	return section, path[1:]
}

// what says what happened there.
func (p page) what(rest []string, change flows.Change) string {
	if len(rest) == 0 {
		return p.Words["diff_"+string(change)]
	}
	last := rest[len(rest)-1]
	key := last
	switch {
	case slices.Contains(languages, last) && slices.Contains(rest, "sms"):
		key = p.Words["diff_sms_"+last]
	case slices.Contains(languages, last):
		key = p.Words["diff_text_"+last]
	case p.Words["diff_key_"+last] != "":
		key = p.Words["diff_key_"+last]
	}
	if change == flows.Changed {
		return key
	}
	return p.Say("diff_part_"+string(change), "part", key)
}
