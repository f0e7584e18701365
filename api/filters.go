package api

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// filtersPath is where saved filters are kept.
const filtersPath = "/console/filters"

// filterLists are the lists that filters are saved for, and where they are.
var filterLists = map[string]string{"cases": casesPath, "conversations": talksPath, "inbox": inboxPath}

// notFilter are the parts of a list's address that are no filter.
var notFilter = []string{"next", "done", "lang", "fault", "named", queryHeld}

// filtersPart is the saved filters above a list, and the form that saves what
// the list is narrowed to now: {{template "filters" .Saved}}.
type filtersPart struct {
	Words map[string]string
	List  string
	Query string // what the list is narrowed to; empty: to nothing
	Lines []filterLine
	Name  field
	Share *field // nil: it is not offered
}

// filterLine is a saved filter.
type filterLine struct {
	handoff.SavedFilter
	Path string
	Here bool
	Drop string // where it is deleted; empty: not by the viewer
}

func filterRoutes() []Route {
	return []Route{
		{Method: http.MethodPost, Path: filtersPath, Needs: AccountOwn, handle: (*Server).saveFilterPage, Summary: "Save what a list is narrowed to", Type: html},
		{Method: http.MethodPost, Path: filtersPath + "/:id/drop", Needs: AccountOwn, handle: (*Server).dropFilterPage, Summary: "Delete a saved filter", Type: html},
		{
			Method: http.MethodGet, Path: "/api/v1/filters", Needs: AccountOwn, handle: (*Server).listFilters, Summary: "Saved filters of a list: one's own and those that are shared",
			Answer: listOf[filterAnswer]{}, Query: []Parameter{{Name: "list", Type: "string", Enum: handoff.FilterLists(), Summary: "Of which list"}},
		},
		{Method: http.MethodPost, Path: "/api/v1/filters", Needs: AccountOwn, handle: (*Server).saveFilter, Summary: "Save a filter, in place of one of the same name", Body: filterBody{}, Answer: filterAnswer{}},
		{Method: http.MethodPost, Path: "/api/v1/filters/:id/delete", Needs: AccountOwn, handle: (*Server).dropFilter, Summary: "Delete a saved filter", Body: nothingBody{}, Answer: filterAnswer{}},
	}
}

// filters are the saved filters of a list as it is shown now.
func (s *Server) filters(c echo.Context, p page, list string) (filtersPart, error) {
	saved, err := s.opt.Desk.SavedFilters(c.Request().Context(), viewer(c), list)
	if err != nil {
		return filtersPart{}, err
	}
	v := filtersPart{Words: p.Words, List: list, Query: filterOf(c.Request().URL.RawQuery)}
	for _, f := range saved {
		l := filterLine{SavedFilter: f, Path: filterLists[list] + "?" + f.Query, Here: f.Query == v.Query}
		if f.Own || p.Agent.Role != handoff.RoleAgent {
			l.Drop = filtersPath + "/" + f.ID.String() + "/drop"
		}
		v.Lines = append(v.Lines, l)
	}
	v.Name = field{Name: "name", Label: p.Words["filter_name"], Value: c.QueryParam("named"), Required: true, Most: handoff.MaxFilterName, Complete: "off"}
	if c.QueryParam("fault") == "filter" {
		v.Name.Fault = p.Words["filter_fault"]
	}
	if p.Agent.Role != handoff.RoleAgent {
		v.Share = &field{Name: "shared", Label: p.Words["filter_share"], Value: "yes", Box: true}
	}
	return v, nil
}

// filterOf is the part of an address's query that narrows a list, always
// written alike.
func filterOf(query string) string {
	values, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	for name, v := range values {
		if len(v) == 0 || v[0] == "" {
			delete(values, name)
		}
	}
	for _, name := range notFilter {
		values.Del(name)
	}
	return values.Encode()
}

func (s *Server) saveFilterPage(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	list, ok := filterLists[form.Get("list")]
	if !ok {
		return badField("list", "must be one of %s", strings.Join(handoff.FilterLists(), ", "))
	}
	f := handoff.SavedFilter{List: form.Get("list"), Name: form.Get("name"), Query: filterOf(form.Get("query")), Shared: form.Get("shared") == "yes"}
	back := list + "?" + f.Query
	_, err = s.opt.Desk.SaveFilter(c.Request().Context(), viewer(c), f)
	if errors.Is(err, handoff.ErrInvalid) {
		return c.Redirect(http.StatusSeeOther, withQuery(withQuery(back, "fault", "filter"), "named", cutWord(f.Name)))
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, withQuery(back, "done", "filter_saved"))
}

func (s *Server) dropFilterPage(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	f, err := s.opt.Desk.DropFilter(c.Request().Context(), viewer(c), id)
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, filterLists[f.List]+"?done=filter_dropped")
}

type filterAnswer struct {
	ID     string `json:"id" jsonschema:"format=uuid"`
	List   string `json:"list" jsonschema:"enum=cases,enum=conversations,enum=inbox"`
	Name   string `json:"name"`
	Query  string `json:"query" jsonschema_description:"as it stands in the address of the list"`
	Shared bool   `json:"shared" jsonschema_description:"everybody of the staff is offered it"`
	Own    bool   `json:"own"`
}

type filterBody struct {
	List   string `json:"list" jsonschema:"enum=cases,enum=conversations,enum=inbox"`
	Name   string `json:"name"`
	Query  string `json:"query" jsonschema_description:"such as status=open&ward=12"`
	Shared bool   `json:"shared,omitempty" jsonschema_description:"for those who supervise"`
}

func shapeFilter(f handoff.SavedFilter) filterAnswer {
	return filterAnswer{f.ID.String(), f.List, f.Name, f.Query, f.Shared, f.Own}
}

func (s *Server) listFilters(c echo.Context) error {
	lists := handoff.FilterLists()
	if list := c.QueryParam("list"); list != "" {
		lists = []string{list}
	}
	var all []handoff.SavedFilter
	for _, list := range lists {
		saved, err := s.opt.Desk.SavedFilters(c.Request().Context(), viewer(c), list)
		if err != nil {
			return err
		}
		all = append(all, saved...)
	}
	return answer(c, listOf[filterAnswer]{Items: each(all, shapeFilter)})
}

func (s *Server) saveFilter(c echo.Context) error {
	body, err := bodyOf[filterBody](c)
	if err != nil {
		return err
	}
	f := handoff.SavedFilter{List: body.List, Name: body.Name, Query: filterOf(body.Query), Shared: body.Shared, Own: true}
	if f.ID, err = s.opt.Desk.SaveFilter(c.Request().Context(), viewer(c), f); err != nil {
		return err
	}
	return answer(c, shapeFilter(f))
}

func (s *Server) dropFilter(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	f, err := s.opt.Desk.DropFilter(c.Request().Context(), viewer(c), id)
	if err != nil {
		return err
	}
	return answer(c, shapeFilter(f))
}
