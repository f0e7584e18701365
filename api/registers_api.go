package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/registers"
)

// registerVerbs are what programs do with registers: a nightly upload, say.
func registerVerbs() []Route {
	of := func(method, path, summary string, body, answer any, handle func(*Server, echo.Context) error) Route {
		return Route{Method: method, Path: "/api/v1/registers" + path, Needs: RegisterEdit, Summary: summary, Body: body, Answer: answer, handle: handle}
	}
	return []Route{
		of(http.MethodGet, "", "The registers, by name", nil, listOf[registerAnswer]{}, (*Server).listRegisters),
		{
			Method: http.MethodPost, Path: "/api/v1/registers", Needs: RegisterEdit, handle: (*Server).postRegister, Form: registerForm{}, Answer: registerVersionAnswer{},
			Summary: "Upload a CSV or XLSX file as a new version; name comes before file. Its columns come back as they are guessed, or as they were chosen for the same titles before",
		},
		of(http.MethodGet, "/versions/:id", "A version: how far its load is, and its first 1,000 faults", nil, registerVersionAnswer{}, (*Server).showVersionAnswer),
		of(http.MethodPost, "/versions/:id/load", "Load an uploaded version. Without faults it takes the place of the one in force", registerLoadBody{}, registerVersionAnswer{}, (*Server).postLoad),
		of(http.MethodPost, "/versions/:id/use", "Put a loaded version in force: an earlier one, or one with faults, whose lines stay out", nothingBody{}, registerVersionAnswer{}, (*Server).postUse),
		of(http.MethodPost, "/versions/:id/cancel", "Stop a version that is not loaded yet", nothingBody{}, registerVersionAnswer{}, (*Server).postCancel),
		of(http.MethodPost, "/:id/delete", "Delete a register with all its versions", nothingBody{}, listOf[registerAnswer]{}, (*Server).postDeleteRegister),
	}
}

type (
	registerAnswer struct {
		ID      uuid.UUID  `json:"id"`
		Name    string     `json:"name"`
		Version *uuid.UUID `json:"version" jsonschema:"nullable" jsonschema_description:"the one in force"`
		Rows    int64      `json:"rows"`
		Since   time.Time  `json:"since"`
		Proof   bool       `json:"proof" jsonschema_description:"it answers only who has proven the telephone in the row"`
	}
	registerColumn struct {
		Title string          `json:"title" jsonschema_description:"as it stands in the file"`
		Name  string          `json:"name" jsonschema_description:"{row.name} in the services; key and phone are the row's own; empty: left out"`
		Type  flows.FieldType `json:"type" jsonschema:"enum=text,enum=name,enum=amount,enum=date"`
		Open  bool            `json:"open" jsonschema_description:"told without proof too"`
	}
	registerFault struct {
		Line   int64  `json:"line" jsonschema_description:"of the file, from 1"`
		Column string `json:"column" jsonschema_description:"its title; empty: the whole line"`
		What   string `json:"what"`
	}
	registerVersionAnswer struct {
		ID       uuid.UUID        `json:"id"`
		Register uuid.UUID        `json:"register"`
		Name     string           `json:"name"`
		Number   int              `json:"number"`
		Status   string           `json:"status" jsonschema:"enum=uploaded,enum=asked,enum=loading,enum=loaded,enum=failed,enum=cancelled"`
		InForce  bool             `json:"in_force"`
		Columns  []registerColumn `json:"columns"`
		Proof    bool             `json:"proof"`
		Rows     int64            `json:"rows"`
		Faults   int64            `json:"faults"`
		First    []registerFault  `json:"first_faults"`
		Error    string           `json:"error" jsonschema_description:"why it failed; empty: it did not"`
	}
	registerLoadBody struct {
		Columns []registerColumn `json:"columns" jsonschema_description:"along those of the version; titles are not needed. None: as they came back from the upload"`
		Proof   *bool            `json:"proof" jsonschema:"nullable" jsonschema_description:"null: as it came back from the upload"`
	}
	registerForm struct {
		Name string `json:"name" jsonschema_description:"small English letters, digits and _, as the services name it"`
		File string `json:"file" jsonschema:"format=binary" jsonschema_description:"CSV in UTF-8 or XLSX, at most 256 MB"`
	}
)

func shapeRegister(r registers.Register) registerAnswer {
	a := registerAnswer{ID: r.ID, Name: r.Name, Rows: r.Rows, Since: r.Since, Proof: r.Proof}
	if r.InForce != uuid.Nil {
		a.Version = &r.InForce
	}
	return a
}

func (s *Server) listRegisters(c echo.Context) error {
	store, err := s.registerStore()
	if err != nil {
		return err
	}
	list, err := store.List(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, listOf[registerAnswer]{Items: each(list, shapeRegister)})
}

func (s *Server) postRegister(c echo.Context) error {
	v, _, err := s.takeUpload(c)
	if err != nil {
		return err
	}
	return s.answerVersion(c, v.ID)
}

// answerVersion answers how a version stands.
func (s *Server) answerVersion(c echo.Context, id uuid.UUID) error {
	store, err := s.registerStore()
	if err != nil {
		return err
	}
	v, err := store.Version(c.Request().Context(), id)
	if err != nil {
		return err
	}
	faults, err := store.Faults(c.Request().Context(), id)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, registerVersionAnswer{
		ID: v.ID, Register: v.Register, Name: v.Name, Number: v.Number, Status: string(v.Status), InForce: v.InForce, Proof: v.Proof, Rows: v.Rows, Faults: v.Faults, Error: v.Error,
		Columns: each(v.Columns, func(c handoff.RegisterColumn) registerColumn { return registerColumn(c) }),
		First:   each(faults, func(f registers.Fault) registerFault { return registerFault{f.Line, f.Title, f.What} }),
	})
}

func (s *Server) showVersionAnswer(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	return s.answerVersion(c, id)
}

func (s *Server) postLoad(c echo.Context) error {
	body, err := bodyOf[registerLoadBody](c)
	if err != nil {
		return err
	}
	return s.onRegister(c, func(store *registers.Store, id uuid.UUID) error {
		v, err := store.Version(c.Request().Context(), id)
		if err != nil {
			return err
		}
		choice := registers.Choice{Proof: v.Proof, Columns: each(body.Columns, func(c registerColumn) handoff.RegisterColumn { return handoff.RegisterColumn(c) })}
		if len(choice.Columns) == 0 {
			choice.Columns = v.Columns
		}
		if body.Proof != nil {
			choice.Proof = *body.Proof
		}
		if err := store.Load(c.Request().Context(), viewer(c), id, choice); err != nil {
			return err
		}
		return s.answerVersion(c, id)
	})
}

func (s *Server) postUse(c echo.Context) error { return s.postVerb(c, (*registers.Store).Use) }

func (s *Server) postCancel(c echo.Context) error { return s.postVerb(c, (*registers.Store).Cancel) }

func (s *Server) postVerb(c echo.Context, do registerVerb) error {
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	return s.onRegister(c, func(store *registers.Store, id uuid.UUID) error {
		if err := do(store, c.Request().Context(), viewer(c), id); err != nil {
			return err
		}
		return s.answerVersion(c, id)
	})
}

func (s *Server) postDeleteRegister(c echo.Context) error {
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	err := s.onRegister(c, func(store *registers.Store, id uuid.UUID) error {
		return store.Delete(c.Request().Context(), viewer(c), id)
	})
	if err != nil {
		return err
	}
	return s.listRegisters(c)
}
