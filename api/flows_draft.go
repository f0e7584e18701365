package api

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// draftPath is where a supervisor writes.
const draftPath = flowsPath + "/draft"

// maxFlowsForm is the largest form with a flow file in it, in bytes: a file of
// 2 MiB with every byte written as %XX.
const maxFlowsForm = 8 << 20

// draftRoutes are what supervisors do with a draft of theirs.
func draftRoutes() []Route {
	on := func(method, path string, handle func(*Server, echo.Context) error, summary, media string) Route {
		return Route{Method: method, Path: draftPath + path, Needs: FlowEdit, handle: handle, Summary: summary, Type: media}
	}
	return []Route{
		on(http.MethodGet, "", (*Server).showDraft, "The editor of the services", html),
		on(http.MethodPost, "", (*Server).keepDraft, "Keep what was written", html),
		on(http.MethodPost, "/check", (*Server).checkDraft, "What is wrong with what is being written, and the diagram of a service", "application/json"),
		on(http.MethodPost, "/drop", (*Server).dropDraft, "Throw the draft away", html),
		on(http.MethodPost, "/rebase", (*Server).rebaseDraft, "Go on over a version that somebody published meanwhile", html),
		on(http.MethodGet, "/publish", (*Server).reviewDraft, "What publishing would change, and for whom", html),
		on(http.MethodPost, "/publish", (*Server).publishDraft, "Publish the draft", html),
	}
}

// draftView is the editor.
type draftView struct {
	page
	Nonce   string // of styles that the editor makes
	Editor  string // the editor
	Base    int64
	Behind  *behind // somebody published meanwhile
	Kept    bool    // there is a draft; otherwise the text is the current version's
	Files   []tab
	File    string
	Text    string
	Faults  []spokenFault
	Errors  int    // among the faults
	Summary string // how many faults there are
	Flow    field
	Diagram diagram
}

// behind is what the editor of an older version is told.
type behind struct {
	Version versionLine
	Theirs  changesView
	Mine    changesView
}

// changesView is a list of changes on a page that has several.
type changesView struct {
	page
	Changes flowChanges
	Files   []fileDiff
}

// working is the viewer's draft, or else what the current version would begin
// one with.
func (s *Server) working(c echo.Context) (draft handoff.CatalogDraft, latest handoff.Catalog, kept bool, err error) {
	ctx := c.Request().Context()
	if latest, err = s.opt.Desk.LatestCatalog(ctx); err != nil {
		return draft, latest, false, err
	}
	draft, err = s.opt.Desk.CatalogDraft(ctx, viewer(c))
	if errors.Is(err, handoff.ErrNotFound) {
		return handoff.CatalogDraft{Base: latest.Version, Files: latest.Files}, latest, false, nil
	}
	return draft, latest, err == nil, err
}

func (s *Server) showDraft(c echo.Context) error {
	draft, latest, kept, err := s.working(c)
	if err != nil {
		return err
	}
	return s.draftPage(c, http.StatusOK, draft, latest, kept)
}

// draftPage shows the editor with one of the draft's files.
func (s *Server) draftPage(c echo.Context, status int, draft handoff.CatalogDraft, latest handoff.Catalog, kept bool) error {
	catalog, faults, err := s.compile(draft.Files)
	if err != nil {
		return err
	}
	p := s.page(c, "draft_title")
	v := draftView{page: p, Base: draft.Base, Kept: kept, Errors: len(errorsOf(faults)), Summary: p.faultSummary(faults), Editor: s.console.link("flows.js")}
	v.Faults = s.faultsIn(p, draft.Files, faults)
	v.Nonce = newNonce()
	at := max(slices.IndexFunc(draft.Files, func(f handoff.CatalogFile) bool { return f.Name == c.QueryParam("file") }), 0)
	v.File, v.Text = draft.Files[at].Name, draft.Files[at].Text
	if len(draft.Files) > 1 {
		for i, f := range draft.Files {
			v.Files = append(v.Files, tab{Path: withQuery(draftPath, "file", f.Name), Name: f.Name, Here: i == at})
		}
	}
	v.Flow, v.Diagram = s.diagram(v.page, catalog, c.QueryParam("flow"))
	if v.Behind, err = s.behind(c, v.page, draft, latest); err != nil {
		return err
	}
	return s.showStyled(c, status, "flowdraft.html", v, v.Nonce)
}

// behind says what was published since the draft was begun; nil for nothing.
func (s *Server) behind(c echo.Context, p page, draft handoff.CatalogDraft, latest handoff.Catalog) (*behind, error) {
	if draft.Base == latest.Version {
		return nil, nil //nolint:nilnil // nothing was published
	}
	base, err := s.opt.Desk.Catalog(c.Request().Context(), draft.Base)
	if err != nil {
		return nil, err
	}
	return &behind{
		Version: p.versionLine(latest, latest.Version),
		Theirs:  changesView{p, p.flowChanges(base.Files, latest.Files), fileDiffs(base.Files, latest.Files)},
		Mine:    changesView{p, p.flowChanges(base.Files, draft.Files), fileDiffs(base.Files, draft.Files)},
	}, nil
}

// written is what the editor's form holds: the draft with one of its files as
// it is now.
func (s *Server) written(c echo.Context) (handoff.CatalogDraft, url.Values, error) {
	form, err := formUpTo(c, maxFlowsForm)
	if err != nil {
		return handoff.CatalogDraft{}, nil, err
	}
	return s.writtenIn(c, form)
}

func (s *Server) writtenIn(c echo.Context, form url.Values) (handoff.CatalogDraft, url.Values, error) {
	draft, _, _, err := s.working(c)
	if err != nil {
		return draft, nil, err
	}
	if base, err := strconv.ParseInt(form.Get("base"), 10, 64); err != nil || base != draft.Base {
		if err != nil {
			return draft, nil, badField("base", "must be the number of the version the draft was made from")
		}
		return s.begunElsewhere(c, base, form)
	}
	return withFile(draft, form)
}

// begunElsewhere takes a form that was opened over another version than the
// draft of now, before anything was kept: what is written is not lost.
func (s *Server) begunElsewhere(c echo.Context, base int64, form url.Values) (handoff.CatalogDraft, url.Values, error) {
	k, err := s.opt.Desk.Catalog(c.Request().Context(), base)
	if err != nil {
		return handoff.CatalogDraft{}, nil, err
	}
	return withFile(handoff.CatalogDraft{Base: base, Files: k.Files}, form)
}

func withFile(draft handoff.CatalogDraft, form url.Values) (handoff.CatalogDraft, url.Values, error) {
	i := slices.IndexFunc(draft.Files, func(f handoff.CatalogFile) bool { return f.Name == form.Get("file") })
	if i < 0 {
		return draft, nil, badField("file", "is none of the draft's files")
	}
	draft.Files = slices.Clone(draft.Files)
	draft.Files[i].Text = strings.ReplaceAll(form.Get("text"), "\r\n", "\n")
	return draft, form, nil
}

// keepDraft keeps what was written, and goes on to publishing or trying it when
// that was the button.
func (s *Server) keepDraft(c echo.Context) error {
	draft, form, err := s.written(c)
	if err != nil {
		return err
	}
	if err := s.opt.Desk.KeepCatalogDraft(c.Request().Context(), viewer(c), draft); err != nil {
		return err
	}
	switch form.Get("then") {
	case "publish":
		return c.Redirect(http.StatusSeeOther, draftPath+"/publish")
	case "try":
		return c.Redirect(http.StatusSeeOther, withQuery(tryPath, "flow", form.Get("flow")))
	}
	way := withQuery(withQuery(draftPath, "file", form.Get("file")), "done", "saved")
	if flow := form.Get("flow"); flow != "" {
		way = withQuery(way, "flow", flow)
	}
	return c.Redirect(http.StatusSeeOther, way)
}

func (s *Server) dropDraft(c echo.Context) error {
	if err := s.opt.Desk.DropCatalogDraft(c.Request().Context(), viewer(c)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, draftPath+"?done=draft_dropped")
}

// rebaseDraft lets a draft go over a newer version that its writer has seen.
func (s *Server) rebaseDraft(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	draft, latest, kept, err := s.working(c)
	if err != nil {
		return err
	}
	if form.Get("over") != strconv.FormatInt(latest.Version, 10) || !kept {
		return handoff.ErrConflict
	}
	draft.Base = latest.Version
	if err := s.opt.Desk.KeepCatalogDraft(c.Request().Context(), viewer(c), draft); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, draftPath+"?done=saved")
}

// draftCheck is what the editor is told while one types.
type draftCheck struct {
	Faults  []spokenFault `json:"faults"` // of the file that is edited
	Others  int           `json:"others"` // errors in other files
	Diagram *diagram      `json:"diagram,omitempty"`
	Summary string        `json:"summary"`
}

func (s *Server) checkDraft(c echo.Context) error {
	draft, form, err := s.written(c)
	if err != nil {
		return err
	}
	catalog, faults, err := s.compile(draft.Files)
	if err != nil {
		return err
	}
	p := s.page(c, "draft_title")
	answer := draftCheck{Faults: []spokenFault{}, Summary: p.faultSummary(faults)}
	for _, f := range s.faultsIn(p, draft.Files, faults) {
		switch {
		case f.File == form.Get("file"):
			answer.Faults = append(answer.Faults, f)
		case !f.Warning:
			answer.Others++
		}
	}
	if catalog != nil {
		_, d := s.diagram(p, catalog, form.Get("flow"))
		answer.Diagram = &d
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, answer)
}

// faultSummary says how many faults there are.
func (p page) faultSummary(faults []flows.Fault) string {
	bad := len(errorsOf(faults))
	return p.Say("draft_faults", "errors", p.Number(bad), "warnings", p.Number(len(faults)-bad))
}
