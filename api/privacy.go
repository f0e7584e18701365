package api

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/bot/photos"
	"nagorik/handoff"
)

// exportWithin bounds an export: while it runs the database keeps a view of
// the record as it stood when it began.
const exportWithin = 10 * time.Minute

// Eraser takes people's data out of the record and out of the live sessions:
// bot.Bot. Its errors are handoff's.
type Eraser interface {
	Erase(ctx context.Context, v handoff.Viewer, contact uuid.UUID, typed string) (handoff.Erased, error)
}

type eraseBody struct {
	Confirm string `json:"confirm" jsonschema_description:"the contact's name as it is on record, or the word erase where there is none"`
}

type erasedAnswer struct {
	Messages      int64 `json:"messages"`
	Photos        int64 `json:"photos"`
	Conversations int64 `json:"conversations"`
	Cases         int64 `json:"cases"`
}

// privacyRoutes are what an administrator does with all of a person's data.
func privacyRoutes() []Route {
	return []Route{
		{
			Method: http.MethodPost, Path: "/api/v1/contacts/:id/erase", Needs: ContactPrivacy, handle: (*Server).eraseContact, Body: eraseBody{}, Answer: erasedAnswer{},
			Summary: "Take a person's data out of the record for ever; numbers, services, wards, statuses and dates stay. Answers how much it was",
		},
		{
			Method: http.MethodPost, Path: "/api/v1/contacts/:id/export", Needs: ContactPrivacy, handle: (*Server).exportContact, Body: nothingBody{}, Type: "application/zip",
			Summary: "All that is kept about a person: a ZIP archive with a JSON file for each table and the photos; this is in the audit log",
		},
	}
}

// privacyPages are the same at the page of a person.
func privacyPages() []Route {
	return []Route{
		{Method: http.MethodPost, Path: contactsPath + "/:id/erase", Needs: ContactPrivacy, handle: (*Server).eraseContactPage, Summary: "Take somebody's data out of the record", Type: html},
		{Method: http.MethodPost, Path: contactsPath + "/:id/export", Needs: ContactPrivacy, handle: (*Server).exportContactPage, Summary: "All that is kept about somebody, as a file", Type: "application/zip"},
	}
}

func (s *Server) eraseContact(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	body, err := bodyOf[eraseBody](c)
	if err != nil {
		return err
	}
	erased, err := s.opt.Eraser.Erase(c.Request().Context(), viewer(c), id, body.Confirm)
	if err != nil {
		return err
	}
	return answer(c, erasedAnswer{erased.Messages, erased.Photos, erased.Conversations, erased.Cases})
}

// eraseContactPage erases and comes back to what is left of the record.
func (s *Server) eraseContactPage(c echo.Context) error {
	id, form, err := idAndForm(c)
	if err != nil {
		return err
	}
	_, err = s.opt.Eraser.Erase(c.Request().Context(), viewer(c), id, form.Get("confirm"))
	var wrong *handoff.FieldError
	if errors.As(err, &wrong) {
		return s.showContactAs(c, http.StatusUnprocessableEntity, linkFault{}, func(v *contactView) {
			v.Erase.Value, v.Erase.Fault = form.Get("confirm"), v.Words["fault_erase"]
		})
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, contactPath(id)+"?done=contact_erase")
}

func (s *Server) exportContact(c echo.Context) error {
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	return s.writeExport(c)
}

func (s *Server) exportContactPage(c echo.Context) error {
	if _, err := formOf(c); err != nil {
		return err
	}
	return s.writeExport(c)
}

// writeExport sends a ZIP archive while it is read. A fault on the way breaks
// the connection off, so that nobody takes a part for the whole.
func (s *Server) writeExport(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), exportWithin)
	defer cancel()
	pictures, err := s.opt.Desk.ContactPhotos(ctx, viewer(c), id)
	if err != nil {
		return err
	}
	http.NewResponseController(c.Response()).SetWriteDeadline(s.now().Add(exportWithin)) //nolint:errcheck // a writer without deadlines has none to set
	h := c.Response().Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Disposition", `attachment; filename="contact-`+id.String()+`.zip"`)
	file := zip.NewWriter(c.Response())
	tables := tableFiles{zip: file}
	err = s.opt.Desk.ExportContact(ctx, viewer(c), id, tables.take)
	if err == nil {
		err = tables.end()
	}
	for i := 0; err == nil && i < len(pictures); i++ {
		err = s.exportPhoto(file, pictures[i])
	}
	if err == nil {
		err = file.Close()
	}
	if err == nil || !c.Response().Committed {
		return err
	}
	s.log.Error("an export has broken off", "contact", id, "error", err)
	panic(http.ErrAbortHandler)
}

// tableFiles writes rows into a JSON file for each table.
type tableFiles struct {
	zip  *zip.Writer
	name string
	out  io.Writer // nil: no file is open
}

func (f *tableFiles) take(table string, row json.RawMessage) (err error) {
	before := ",\n"
	if table != f.name {
		if err := f.end(); err != nil {
			return err
		}
		if f.out, err = f.zip.Create(table + ".json"); err != nil {
			return err
		}
		f.name, before = table, "[\n"
	}
	if _, err := io.WriteString(f.out, before); err != nil {
		return err
	}
	_, err = f.out.Write(row)
	return err
}

func (f *tableFiles) end() error {
	if f.out == nil {
		return nil
	}
	_, err := io.WriteString(f.out, "\n]\n")
	f.out = nil
	return err
}

// exportPhoto adds a photo as it is shown. One that cannot be shown is left
// out: photos.json names it.
func (s *Server) exportPhoto(file *zip.Writer, p handoff.Photo) error {
	if s.opt.Photos == nil || p.SHA256 == "" {
		return nil
	}
	photo, _, made, err := s.opt.Photos.Open(p.SHA256, photos.View)
	if errors.Is(err, photos.ErrNotShown) || errors.Is(err, photos.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open photo %s: %w", p.ID, err)
	}
	defer photo.Close()
	out, err := file.CreateHeader(&zip.FileHeader{Name: "photos/" + p.ID.String() + ".jpg", Method: zip.Store, Modified: made})
	if err != nil {
		return err
	}
	_, err = io.Copy(out, photo)
	return err
}

// eraseField asks for the name that confirms an erasure.
func (v *contactView) eraseField() field {
	name := v.Contact.Name
	if name == "" {
		name = handoff.EraseWord
	}
	return field{Name: "confirm", Label: v.Say("contact_erase_type", "name", name), Complete: "off", Required: true}
}
