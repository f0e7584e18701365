package api

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
)

// flowsPath is where supervisors work on the services.
const flowsPath = "/console/flows"

// flowsRoutes are what supervisors do with the services.
func flowsRoutes() []Route {
	on := func(method, path string, handle func(*Server, echo.Context) error, summary string) Route {
		return Route{Method: method, Path: flowsPath + path, Needs: FlowEdit, handle: handle, Summary: summary, Type: html}
	}
	return []Route{
		on(http.MethodGet, "", (*Server).listVersions, "All versions of the services, the newest first"),
		on(http.MethodGet, "/versions/:number", (*Server).showVersion, "A version as it was written"),
		on(http.MethodPost, "/versions/:number/restore", (*Server).restoreVersion, "Publish a former version anew"),
		on(http.MethodGet, "/compare", (*Server).compareVersions, "What differs between two versions"),
	}
}

// versionsView lists what was published.
type versionsView struct {
	page
	Current  int64
	Lines    []versionLine
	From, To field
	Faults   []spokenFault // of the watched file, which changes nothing as long as it has them
}

type versionLine struct {
	Number  int64
	Path    string
	At      time.Time
	By      string
	Note    string
	Current bool
	Compare string // with the current one; empty for itself
	Restore string
}

// versionPath is the page of a version.
func versionPath(version int64) string {
	return fmt.Sprintf("%s/versions/%d", flowsPath, version)
}

func comparePath(from, to int64) string {
	return fmt.Sprintf("%s/compare?from=%d&to=%d", flowsPath, from, to)
}

// versionLine says who published a version, and what can be done with it.
func (p page) versionLine(v handoff.Catalog, current int64) versionLine {
	l := versionLine{
		Number: v.Version, Path: versionPath(v.Version), At: v.PublishedAt, Note: v.Note, Current: v.Version == current,
		By: cmp.Or(v.Author, p.Words["source_"+strings.ReplaceAll(string(v.Source), "-", "_")]),
	}
	if !l.Current {
		l.Compare, l.Restore = comparePath(v.Version, current), l.Path+"/restore"
	}
	return l
}

func (s *Server) listVersions(c echo.Context) error {
	list, err := s.opt.Desk.Catalogs(c.Request().Context())
	if err != nil {
		return err
	}
	v := versionsView{page: s.page(c, "flows_title")}
	if s.opt.FileFaults != nil {
		v.Faults = v.faultLines(errorsOf(s.opt.FileFaults()))
	}
	v.From = field{Name: "from", Label: v.Words["compare_from"]}
	v.To = field{Name: "to", Label: v.Words["compare_to"]}
	for i, k := range list {
		v.Current = list[0].Version
		v.Lines = append(v.Lines, v.versionLine(k, v.Current))
		name := v.Say("version_named", "n", v.Number(int(k.Version)), "when", v.When(k.PublishedAt))
		v.To.Options = append(v.To.Options, option{itoa(int(k.Version)), name, i == 0})
		v.From.Options = append(v.From.Options, option{itoa(int(k.Version)), name, i == min(1, len(list)-1)})
	}
	return s.show(c, http.StatusOK, "flows.html", v)
}

// versionView is one version with its text.
type versionView struct {
	page
	Line    versionLine
	Current int64
	Files   []handoff.CatalogFile
	Faults  []spokenFault // why it cannot be published anew
}

// versionOf is the version of the path.
func (s *Server) versionOf(c echo.Context) (handoff.Catalog, error) {
	n, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil {
		return handoff.Catalog{}, handoff.ErrNotFound
	}
	return s.opt.Desk.Catalog(c.Request().Context(), n)
}

func (s *Server) showVersion(c echo.Context) error {
	return s.versionPage(c, http.StatusOK, nil)
}

func (s *Server) versionPage(c echo.Context, status int, faults []flows.Fault) error {
	k, err := s.versionOf(c)
	if err != nil {
		return err
	}
	current, err := s.opt.Desk.LatestVersion(c.Request().Context())
	if err != nil {
		return err
	}
	v := versionView{page: s.page(c, "flows_title"), Current: current, Files: k.Files}
	v.Faults = s.faultsIn(v.page, k.Files, faults)
	v.Line = v.versionLine(k, current)
	v.Title = v.Say("version_title", "n", v.Number(int(k.Version)))
	return s.show(c, status, "flowversion.html", v)
}

// restoreVersion publishes the text of a former version as the newest one, if
// the form was made when the newest was the one it names.
func (s *Server) restoreVersion(c echo.Context) error {
	form, err := formOf(c)
	if err != nil {
		return err
	}
	base, err := strconv.ParseInt(form.Get("base"), 10, 64)
	if err != nil {
		return badField("base", "must be the number of the current version")
	}
	k, err := s.versionOf(c)
	if err != nil {
		return err
	}
	catalog, faults, err := s.compile(k.Files)
	if err != nil {
		return err
	}
	if catalog == nil {
		return s.versionPage(c, http.StatusUnprocessableEntity, errorsOf(faults))
	}
	p := s.page(c, "flows_title")
	_, err = s.publish(c, catalog, handoff.Publication{
		Files: k.Files, Base: base, Restores: k.Version, Note: p.Say("restored_note", "n", p.Number(int(k.Version))),
	})
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, flowsPath+"?done=flows_restored")
}

// compile checks files as they would be published.
func (s *Server) compile(files []handoff.CatalogFile) (*flows.Catalog, []flows.Fault, error) {
	if s.opt.Compile == nil {
		return nil, nil, handoff.ErrNotFound
	}
	catalog, faults := s.opt.Compile(sources(files))
	return catalog, faults, nil
}

// compileToPublish is compile, compared with the registers that are in force: a
// service must not go out to citizens without the table that it needs.
func (s *Server) compileToPublish(c echo.Context, files []handoff.CatalogFile) (*flows.Catalog, []flows.Fault, error) {
	catalog, faults, err := s.compile(files)
	if err != nil || catalog == nil || s.opt.Registers == nil {
		return catalog, faults, err
	}
	missing, err := s.opt.Registers.Missing(c.Request().Context(), catalog.Registers())
	if err != nil {
		return nil, nil, err
	}
	if len(errorsOf(missing)) > 0 {
		catalog = nil
	}
	return catalog, append(faults, missing...), nil
}

// publish makes a compiled catalogue the one that new dialogues begin in.
func (s *Server) publish(c echo.Context, catalog *flows.Catalog, k handoff.Publication) (int64, error) {
	version, err := s.opt.Desk.Publish(c.Request().Context(), viewer(c), k)
	if err != nil {
		return 0, err
	}
	if s.opt.Published != nil {
		s.opt.Published(catalog.WithVersion(version))
	}
	return version, nil
}

func sources(files []handoff.CatalogFile) []flows.File {
	list := make([]flows.File, len(files))
	for i, f := range files {
		list[i] = flows.File{Name: f.Name, Text: []byte(f.Text)}
	}
	return list
}

// errorsOf leaves the warnings out.
func errorsOf(faults []flows.Fault) []flows.Fault {
	var list []flows.Fault
	for _, f := range faults {
		if !f.Warning {
			list = append(list, f)
		}
	}
	return list
}
