package api

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/flows/grammar"
	"nagorik/handoff"
)

// referencePath is where all that may stand in a flow file is told.
const referencePath = flowsPath + "/reference"

// manualRoutes tell what can be written in a flow file.
func manualRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: referencePath, Needs: FlowEdit, handle: (*Server).showReference, Summary: "Everything that may stand in a flow file, with an anchor for each key", Type: html},
		{Method: http.MethodGet, Path: flowsGuidePath, Needs: FlowEdit, handle: (*Server).showFlowsGuide, Summary: "How a supervisor changes a service, from template to published", Type: html},
		{Method: http.MethodGet, Path: flowsPath + "/schema.json", Needs: FlowEdit, handle: (*Server).showFlowSchema, Summary: "The JSON Schema of a flow file, described in the language of the pages", Type: "application/schema+json"},
		{Method: http.MethodPost, Path: draftPath + "/complete", Needs: FlowEdit, handle: (*Server).completeDraft, Summary: "What can be written at a place in the draft", Type: "application/json"},
		{Method: http.MethodPost, Path: draftPath + "/explain", Needs: FlowEdit, handle: (*Server).explainDraft, Summary: "What stands at a place in the draft", Type: "application/json"},
	}
}

// referenceView is the reference.
type referenceView struct {
	page
	Entries []grammar.Entry
}

func (s *Server) showReference(c echo.Context) error {
	v := referenceView{page: s.page(c, "reference_title")}
	v.Entries = s.console.manual.Reference(v.Lang)
	return s.show(c, http.StatusOK, "flowreference.html", v)
}

func (s *Server) showFlowSchema(c echo.Context) error {
	c.Response().Header().Set(echo.HeaderContentType, "application/schema+json")
	return c.JSONPretty(http.StatusOK, grammar.Schema(language(c)), "  ")
}

// completions is what the editor offers.
type completions struct {
	From    int                  `json:"from"` // the column, from 1, from which what is chosen replaces the text
	Options []grammar.Completion `json:"options"`
}

func (s *Server) completeDraft(c echo.Context) error {
	place, trees, err := s.placeInDraft(c)
	if err != nil {
		return err
	}
	answer := completions{From: place.From, Options: s.console.manual.Complete(language(c), place, trees...)}
	if answer.Options == nil {
		answer.Options = []grammar.Completion{}
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, answer)
}

// explanation is what the editor tells of a place.
type explanation struct {
	grammar.Explained
	Reference string `json:"reference,omitempty"` // where the reference tells more
}

func (s *Server) explainDraft(c echo.Context) error {
	place, trees, err := s.placeInDraft(c)
	if err != nil {
		return err
	}
	told, _ := s.console.manual.Explain(language(c), place, trees...)
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, explanation{told, referenceTo(told.Anchor)})
}

func referenceTo(anchor string) string {
	if anchor == "" {
		return ""
	}
	return referencePath + "#" + anchor
}

// placeInDraft is the place that the editor's form names, and the outlines of
// all files, the edited one first.
func (s *Server) placeInDraft(c echo.Context) (grammar.Place, []*grammar.Node, error) {
	draft, form, err := s.written(c)
	if err != nil {
		return grammar.Place{}, nil, err
	}
	line, err := strconv.Atoi(form.Get("line"))
	if err != nil {
		return grammar.Place{}, nil, badField("line", "must be a number")
	}
	col, err := strconv.Atoi(form.Get("col"))
	if err != nil {
		return grammar.Place{}, nil, badField("col", "must be a number")
	}
	var text string
	var others []*grammar.Node
	for _, f := range draft.Files {
		if f.Name == form.Get("file") {
			text = f.Text
		} else {
			others = append(others, grammar.Outline(f.Text))
		}
	}
	return grammar.At(text, line, col), append([]*grammar.Node{grammar.Outline(text)}, others...), nil
}

// faultsIn are faults as a page says them, errors before warnings, each with
// where the reference tells of what stands there.
func (s *Server) faultsIn(p page, files []handoff.CatalogFile, faults []flows.Fault) []spokenFault {
	list := p.faultLines(faults)
	for _, f := range files {
		var lines []int
		for _, fault := range faults {
			if fault.File == f.Name {
				lines = append(lines, fault.Line)
			}
		}
		anchors := s.console.manual.Anchors(f.Text, lines)
		for i := range list {
			if list[i].File == f.Name {
				list[i].Reference, list[i].Help = referenceTo(anchors[list[i].Line]), p.Words["reference_link"]
			}
		}
	}
	slices.SortStableFunc(list, func(a, b spokenFault) int {
		switch {
		case a.Warning == b.Warning:
			return 0
		case b.Warning:
			return -1
		default:
			return 1
		}
	})
	return list
}
