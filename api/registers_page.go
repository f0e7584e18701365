package api

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/registers"
)

// registersPath is where supervisors keep the tables that flows look into.
const registersPath = "/console/registers"

// Bounds of an upload over HTTP.
const (
	uploadWithin    = 30 * time.Minute // a large file over a slow line
	maxRegisterForm = registers.MaxFile + 1<<20
	maxPartValue    = 1 << 10
)

func registerPages() []Route {
	of := func(method, path string, handle func(*Server, echo.Context) error, summary string) Route {
		return Route{Method: method, Path: registersPath + path, Needs: RegisterEdit, handle: handle, Summary: summary, Type: html}
	}
	return []Route{
		of(http.MethodGet, "", (*Server).listRegistersPage, "The registers, and the form for a file"),
		of(http.MethodPost, "", (*Server).uploadRegister, "Upload a file: multipart/form-data with name and then file"),
		of(http.MethodGet, "/:id", (*Server).showRegister, "A register and its versions"),
		of(http.MethodPost, "/:id/delete", (*Server).deleteRegister, "Delete a register with all its versions"),
		of(http.MethodGet, "/versions/:id", (*Server).showRegisterVersion, "A version: its first rows, how far its load is, or its faults"),
		of(http.MethodPost, "/versions/:id/load", (*Server).loadRegister, "Choose the columns of an uploaded file and load it"),
		of(http.MethodPost, "/versions/:id/use", (*Server).useRegister, "Put a loaded version in force"),
		of(http.MethodPost, "/versions/:id/cancel", (*Server).cancelRegister, "Stop a version that is not loaded yet"),
	}
}

// registersView is the list of registers.
type registersView struct {
	page
	Lines []registerLine
	Empty empty
	Name  field
	File  field
	Shut  bool
}

type registerLine struct {
	registers.Register
	Path string
	Uses []string // the services that look into it
}

// registerStore is where registers are kept; ErrNotFound when there are none.
func (s *Server) registerStore() (*registers.Store, error) {
	if s.opt.Registers == nil {
		return nil, handoff.ErrNotFound
	}
	return s.opt.Registers, nil
}

func (s *Server) listRegistersPage(c echo.Context) error {
	return s.registersPage(c, http.StatusOK, "", nil)
}

// registersPage shows the list with the form, which comes back with what is
// wrong.
func (s *Server) registersPage(c echo.Context, status int, name string, fault *handoff.FieldError) error {
	store, err := s.registerStore()
	if err != nil {
		return err
	}
	list, err := store.List(c.Request().Context())
	if err != nil {
		return err
	}
	v := registersView{page: s.page(c, "registers_title"), Shut: fault == nil && len(list) > 0}
	v.Empty = s.empty(v.page, "registers_empty", "registers_empty_text")
	for _, r := range list {
		v.Lines = append(v.Lines, registerLine{r, registersPath + "/" + r.ID.String(), s.usesOf(r.Name, v.Lang)})
	}
	v.Name = field{Name: "name", Label: v.Words["registers_name"], Value: name, Hint: v.Words["registers_name_hint"], Required: true, Most: registers.MaxName, Complete: "off"}
	v.File = field{Name: "file", Label: v.Words["registers_file"], Type: "file", Hint: v.Words["registers_file_hint"], Required: true}
	if fault != nil {
		for _, f := range []*field{&v.Name, &v.File} {
			if f.Name == fault.Field {
				f.Fault = v.Words["register_fault_"+fault.Message]
			}
		}
	}
	return s.show(c, status, "registers.html", v)
}

// usesOf are the services that look into a register, by title.
func (s *Server) usesOf(name, lang string) []string {
	if s.opt.Catalog == nil {
		return nil
	}
	var titles []string
	for _, f := range s.opt.Catalog().Flows() {
		if f.Register == name {
			titles = append(titles, f.Title[lang])
		}
	}
	return titles
}

// uploadRegister streams the file: nothing of it is held in memory.
func (s *Server) uploadRegister(c echo.Context) error {
	v, name, err := s.takeUpload(c)
	var fault *handoff.FieldError
	if errors.As(err, &fault) {
		return s.registersPage(c, http.StatusUnprocessableEntity, name, fault)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, registerVersionPath(v.ID))
}

func registerVersionPath(id uuid.UUID) string { return registersPath + "/versions/" + id.String() }

// takeUpload reads multipart/form-data: the name, then the file.
func (s *Server) takeUpload(c echo.Context) (v registers.Version, name string, err error) {
	store, err := s.registerStore()
	if err != nil {
		return v, "", err
	}
	r, until := c.Request(), time.Now().Add(uploadWithin)
	control := http.NewResponseController(c.Response())
	// A connection that takes no deadlines keeps the server's own.
	_, _ = control.SetReadDeadline(until), control.SetWriteDeadline(until.Add(writeTimeout))
	r.Body = http.MaxBytesReader(c.Response(), r.Body, maxRegisterForm)
	parts, err := r.MultipartReader()
	if err != nil {
		return v, "", errBody
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return v, name, &handoff.FieldError{Field: "file", Message: "missing"}
		}
		if err != nil {
			return v, name, uploadFault(err)
		}
		switch {
		case part.FormName() == "name":
			raw, err := io.ReadAll(io.LimitReader(part, maxPartValue))
			if err != nil {
				return v, name, uploadFault(err)
			}
			name = strings.TrimSpace(string(raw))
		case part.FormName() == "file" && part.FileName() == "":
			return v, name, &handoff.FieldError{Field: "file", Message: "missing"}
		case part.FormName() == "file":
			v, err = store.Upload(r.Context(), viewer(c), name, filepath.Base(part.FileName()), part)
			return v, name, uploadFault(err)
		}
	}
}

// uploadFault turns a body that is too large, or that broke off, into what the
// form can say.
func uploadFault(err error) error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return &handoff.FieldError{Field: "file", Message: "large"}
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errBody
	default:
		return err
	}
}

// registerView is a register and its versions.
type registerView struct {
	page
	Register registers.Register
	Lines    []registerVersionLine
	Uses     []string
	Delete   string
	Upload   string
}

type registerVersionLine struct {
	registers.Version
	Path string
	Pill pill
}

func (s *Server) showRegister(c echo.Context) error {
	store, err := s.registerStore()
	if err != nil {
		return err
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	r, list, err := store.Versions(c.Request().Context(), id)
	if err != nil {
		return err
	}
	v := registerView{page: s.page(c, "registers_title"), Register: r, Delete: registersPath + "/" + r.ID.String() + "/delete", Upload: registersPath}
	v.Title, v.Uses = r.Name, s.usesOf(r.Name, v.Lang)
	for _, version := range list {
		v.Lines = append(v.Lines, registerVersionLine{version, registerVersionPath(version.ID), v.registerPill(version)})
	}
	return s.show(c, http.StatusOK, "register.html", v)
}

// registerPill is how far a version is.
func (p page) registerPill(v registers.Version) pill {
	key, colour := "register_is_"+string(v.Status), ""
	switch {
	case v.InForce:
		key, colour = "register_is_in_force", "good"
	case v.Status == registers.Failed:
		colour = "bad"
	case v.Status == registers.Loaded && v.Faults > 0, v.Status == registers.Uploaded, v.Status.Busy():
		colour = "warn"
	}
	return pill{Text: p.Words[key], Colour: colour}
}

// onRegister does a verb on the thing of the path.
func (s *Server) onRegister(c echo.Context, do func(*registers.Store, uuid.UUID) error) error {
	store, err := s.registerStore()
	if err != nil {
		return err
	}
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return do(store, id)
}

func (s *Server) deleteRegister(c echo.Context) error {
	err := s.onRegister(c, func(store *registers.Store, id uuid.UUID) error {
		return store.Delete(c.Request().Context(), viewer(c), id)
	})
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, registersPath+"?done=register_deleted")
}

func (s *Server) useRegister(c echo.Context) error {
	return s.onVersion(c, "register_used", (*registers.Store).Use)
}

func (s *Server) cancelRegister(c echo.Context) error {
	return s.onVersion(c, "register_cancelled", (*registers.Store).Cancel)
}

// onVersion does a verb on a version and shows its register.
func (s *Server) onVersion(c echo.Context, done string, do registerVerb) error {
	return s.onRegister(c, func(store *registers.Store, id uuid.UUID) error {
		if err := do(store, c.Request().Context(), viewer(c), id); err != nil {
			return err
		}
		v, err := store.Version(c.Request().Context(), id)
		if err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, registersPath+"/"+v.Register.String()+"?done="+done)
	})
}

// choiceOf is what a form says of the columns.
func choiceOf(form url.Values, n int) registers.Choice {
	choice := registers.Choice{Proof: form.Get("proof") != "", Columns: make([]handoff.RegisterColumn, n)}
	for i := range choice.Columns {
		at := strconv.Itoa(i)
		c := handoff.RegisterColumn{Name: strings.TrimSpace(form.Get("name_" + at)), Type: flows.FieldType(form.Get("type_" + at)), Open: form.Get("open_"+at) != ""}
		switch at {
		case form.Get("key"):
			c = handoff.RegisterColumn{Name: flows.FieldKey, Type: flows.FieldText}
		case form.Get("phone"):
			c = handoff.RegisterColumn{Name: flows.FieldPhone, Type: flows.FieldText}
		}
		choice.Columns[i] = c
	}
	return choice
}
