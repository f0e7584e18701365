package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// flowVerbs are what programs do with the services.
func flowVerbs() []Route {
	return []Route{
		{
			Method: http.MethodGet, Path: "/api/v1/flows", Needs: FlowEdit, handle: (*Server).listFlowVersions,
			Summary: "All versions of the services, the newest first", Answer: versionsAnswer{},
		},
		{
			Method: http.MethodGet, Path: "/api/v1/flows/:number", Needs: FlowEdit, handle: (*Server).showFlowVersion,
			Summary: "A version with its files as they were written", Answer: versionAnswer{},
		},
		{
			Method: http.MethodPost, Path: "/api/v1/flows/check", Needs: FlowEdit, handle: (*Server).checkFlows, Body: checkBody{},
			Summary: "What is wrong with flow files; nothing is kept", Answer: checkAnswer{},
		},
		{
			Method: http.MethodPost, Path: "/api/v1/flows", Needs: FlowEdit, handle: (*Server).publishFlows, Body: publishBody{},
			Summary: "Publish flow files; 409 when another version than base is the newest, 422 with the faults when they have any", Answer: publishAnswer{},
		},
	}
}

type (
	flowFile struct {
		Name string `json:"name" jsonschema_description:"as it appears in faults"`
		Text string `json:"text" jsonschema_description:"YAML, at most 2 MiB"`
	}
	versionAnswer struct {
		Version int64      `json:"version"`
		At      time.Time  `json:"at"`
		Source  string     `json:"source" jsonschema:"enum=built-in,enum=file,enum=console,enum=command"`
		Author  string     `json:"author"`
		Note    string     `json:"note"`
		Files   []flowFile `json:"files,omitempty" jsonschema_description:"of a single version"`
	}
	versionsAnswer struct {
		Items []versionAnswer `json:"items"`
	}
	checkBody struct {
		Files []flowFile `json:"files"`
	}
	checkAnswer struct {
		Sound  bool          `json:"sound" jsonschema_description:"it could be published"`
		Faults []flows.Fault `json:"faults"`
	}
	publishBody struct {
		Files []flowFile `json:"files"`
		Base  int64      `json:"base" jsonschema_description:"the version the files were made from"`
		Note  string     `json:"note" jsonschema_description:"what changed, at most 500 characters"`
	}
	publishAnswer struct {
		Version int64         `json:"version" jsonschema_description:"0 when it was refused"`
		Faults  []flows.Fault `json:"faults" jsonschema_description:"warnings, or why it was refused"`
	}
)

func versionOf(v handoff.Catalog) versionAnswer {
	a := versionAnswer{Version: v.Version, At: v.PublishedAt, Source: string(v.Source), Author: v.Author, Note: v.Note}
	for _, f := range v.Files {
		a.Files = append(a.Files, flowFile{f.Name, f.Text})
	}
	return a
}

func (s *Server) listFlowVersions(c echo.Context) error {
	list, err := s.opt.Desk.Catalogs(c.Request().Context())
	if err != nil {
		return err
	}
	answer := versionsAnswer{Items: []versionAnswer{}}
	for _, v := range list {
		answer.Items = append(answer.Items, versionOf(v))
	}
	return c.JSON(http.StatusOK, answer)
}

func (s *Server) showFlowVersion(c echo.Context) error {
	n, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil {
		return handoff.ErrNotFound
	}
	v, err := s.opt.Desk.Catalog(c.Request().Context(), n)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, versionOf(v))
}

// flowBody reads a body that holds flow files.
func flowBody[T any](c echo.Context) (body T, err error) {
	raw, err := readBody(c, maxFlowsForm)
	if err != nil {
		return body, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		return body, badJSON(err)
	}
	return body, nil
}

func keptFlows(files []flowFile) []handoff.CatalogFile {
	list := make([]handoff.CatalogFile, len(files))
	for i, f := range files {
		list[i] = handoff.CatalogFile{Name: f.Name, Text: f.Text}
	}
	return list
}

// someFaults is a list that is never null.
func someFaults(faults []flows.Fault) []flows.Fault {
	if faults == nil {
		return []flows.Fault{}
	}
	return faults
}

func (s *Server) checkFlows(c echo.Context) error {
	body, err := flowBody[checkBody](c)
	if err != nil {
		return err
	}
	catalog, faults, err := s.compileToPublish(c, keptFlows(body.Files))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, checkAnswer{catalog != nil, someFaults(faults)})
}

func (s *Server) publishFlows(c echo.Context) error {
	body, err := flowBody[publishBody](c)
	if err != nil {
		return err
	}
	if body.Note == "" {
		return badField("note", "must say what changed")
	}
	files := keptFlows(body.Files)
	catalog, faults, err := s.compileToPublish(c, files)
	if err != nil {
		return err
	}
	if catalog == nil {
		return c.JSON(http.StatusUnprocessableEntity, publishAnswer{0, someFaults(faults)})
	}
	version, err := s.publish(c, catalog, handoff.Publication{Files: files, Base: body.Base, Note: body.Note})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, publishAnswer{version, someFaults(faults)})
}
