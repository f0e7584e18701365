package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/bot/photos"
	"nagorik/handoff"
)

// Bounds of a reply with a photo, in bytes: a photo as it comes from a
// telephone, and what stands around it. What is over maxReplyHeld waits on disk.
const (
	maxReplyForm = photos.MaxBytes + 1<<20
	maxReplyHeld = 1 << 20
)

// multipartBody reports whether a request brings a form with files.
func multipartBody(c echo.Context) bool {
	media, _, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	return err == nil && media == "multipart/form-data"
}

// replyOf reads a form with or without files: its values, and the sum of its
// photo once that is kept, empty when there is none. What is wrong with the
// photo is a FieldError of "photo", and the values are there all the same.
func (s *Server) replyOf(c echo.Context) (form url.Values, photo string, err error) {
	if !multipartBody(c) {
		form, err = formOf(c)
		return form, "", err
	}
	r := c.Request()
	r.Body = http.MaxBytesReader(c.Response(), r.Body, maxReplyForm)
	if err := r.ParseMultipartForm(maxReplyHeld); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return nil, "", err
		}
		return nil, "", errBody
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // what stays is swept with the machine's temporary files
	files := r.MultipartForm.File["photo"]
	if len(files) > 1 {
		return r.PostForm, "", &handoff.FieldError{Field: "photo", Message: "must be one photo"}
	}
	if len(files) == 0 || files[0].Size == 0 && files[0].Filename == "" {
		return r.PostForm, "", nil
	}
	photo, err = s.keepReplyPhoto(c.Request().Context(), files[0])
	return r.PostForm, photo, err
}

// keepReplyPhoto keeps a photo that can be shown.
func (s *Server) keepReplyPhoto(ctx context.Context, part *multipart.FileHeader) (string, error) {
	if s.opt.KeepPhoto == nil || s.opt.Photos == nil {
		return "", bot.ErrNoPhoto
	}
	if part.Size > photos.MaxBytes {
		return "", &handoff.FieldError{Field: "photo", Message: "must have at most 25 MB"}
	}
	file, err := part.Open()
	if err != nil {
		return "", err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, photos.MaxBytes+1))
	if err != nil {
		return "", err
	}
	kept, err := s.opt.KeepPhoto(ctx, raw)
	if err == nil {
		var shown io.Closer
		if shown, _, _, err = s.opt.Photos.Open(kept.SHA256, photos.View); err == nil {
			return kept.SHA256, shown.Close()
		}
	}
	switch {
	case errors.Is(err, photos.ErrTooBig), errors.Is(err, photos.ErrTooManyPixels):
		return "", &handoff.FieldError{Field: "photo", Message: "is too large"}
	case errors.Is(err, photos.ErrNotShown), photos.Refused(err):
		return "", &handoff.FieldError{Field: "photo", Message: "is not a photo that can be read: send a JPEG or a PNG"}
	default:
		return "", err
	}
}

// replyIn reads a program's reply: JSON, or a form with a photo, of which
// nothing is kept in a conversation that the caller does not see.
func (s *Server) replyIn(c echo.Context, id uuid.UUID) (handoff.Written, error) {
	w := handoff.Written{Key: c.Request().Header.Get("Idempotency-Key")}
	if !multipartBody(c) {
		body, err := bodyOf[replyBody](c)
		w.Text = body.Text
		return w, err
	}
	if _, err := s.opt.Desk.Addressed(c.Request().Context(), viewer(c), id); err != nil {
		return w, err
	}
	form, photo, err := s.replyOf(c)
	w.Text, w.Photo = form.Get("text"), photo
	return w, err
}

// replyTalk sends what was written on the page, with a photo if there is one.
func (s *Server) replyTalk(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	if _, err := s.opt.Desk.Addressed(c.Request().Context(), viewer(c), id); err != nil {
		return err
	}
	form, photo, wrong := s.replyOf(c)
	if form == nil {
		return wrong
	}
	return s.doTalk(c, "reply", "", func(ctx context.Context, v handoff.Viewer, id uuid.UUID, form url.Values) error {
		if wrong != nil {
			return wrong
		}
		if places := handoff.Unfilled(form.Get("text")); len(places) > 0 {
			return &handoff.FieldError{Field: "places", Message: "fill in " + strings.Join(places, ", ")}
		}
		return s.opt.Talk.Reply(ctx, v, id, handoff.Written{Text: form.Get("text"), Key: form.Get("key"), Photo: photo})
	})
}
