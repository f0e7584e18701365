package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"nagorik/bot/photos"
	"nagorik/handoff"
)

// fieldPhoto is the file field of forms that bring photos.
const fieldPhoto = "photo"

// Bounds of a form with photos.
const (
	maxParts  = 32        // parts that are looked at
	maxUpload = maxAnswer // bytes of the whole
)

// resolveForm is what resolves a case with photos, as multipart/form-data.
type resolveForm struct {
	Note  string   `json:"note" jsonschema_description:"what was done, at most 2,000 characters"`
	Photo []string `json:"photo,omitempty" jsonschema:"format=binary" jsonschema_description:"how it is now: at most 5 files, JPEG, PNG, WebP or HEIC, 25 MB in all"`
}

// needsPhoto reports whether a service's cases are resolved with a photo only.
func (s *Server) needsPhoto(flow string) bool {
	f, ok := s.flow(flow)
	return ok && f.AfterPhoto
}

// isMultipart reports whether a request is a form that may bring files.
func isMultipart(c echo.Context) (boundary string, ok bool) {
	kind, params, err := mime.ParseMediaType(c.Request().Header.Get(echo.HeaderContentType))
	return params["boundary"], err == nil && kind == "multipart/form-data"
}

// uploadsOf reads a form and the photos that came with it. Without photos it is
// a form like any other.
func uploadsOf(c echo.Context) (url.Values, [][]byte, error) {
	boundary, ok := isMultipart(c)
	if !ok {
		form, err := formOf(c)
		return form, nil, err
	}
	body, err := readBody(c, maxUpload)
	if err != nil {
		return nil, nil, err
	}
	form := url.Values{}
	var uploads [][]byte
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxParts {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return form, uploads, nil
		}
		if err != nil {
			return nil, nil, errBody
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, errBody
		}
		switch {
		case part.FormName() != fieldPhoto && len(content) <= maxForm:
			form.Add(part.FormName(), string(content))
		case part.FormName() != fieldPhoto:
			return nil, nil, &http.MaxBytesError{Limit: maxForm}
		case len(content) > 0: // a file field that nobody filled is an empty part
			uploads = append(uploads, content)
		}
	}
	return nil, nil, errBody
}

// tooBig reports whether a request was larger than it may be.
func tooBig(err error) bool {
	var size *http.MaxBytesError
	return errors.As(err, &size)
}

// keepAfter keeps photos that came with a form and names them.
func (s *Server) keepAfter(ctx context.Context, uploads [][]byte) ([]string, error) {
	if len(uploads) > handoff.MostAfter {
		return nil, &handoff.FieldError{Field: fieldPhoto, Message: fmt.Sprintf("at most %d photos", handoff.MostAfter)}
	}
	kept := make([]string, 0, len(uploads))
	for _, photo := range uploads {
		media, err := s.opt.KeepPhoto(ctx, photo)
		if photos.Refused(err) {
			return nil, fmt.Errorf("%w: %w", &handoff.FieldError{Field: fieldPhoto, Message: "is no photo that can be kept: " + err.Error()}, err)
		}
		if err != nil {
			return nil, err
		}
		kept = append(kept, media.SHA256)
	}
	return kept, nil
}

// photoFault is the word for what is wrong with the photos of a form.
func photoFault(err error, sent int) string {
	switch {
	case tooBig(err), errors.Is(err, photos.ErrTooBig), errors.Is(err, photos.ErrTooManyPixels):
		return "fault_form_photo_too_big"
	case photos.Refused(err):
		return "fault_form_photo"
	case sent > handoff.MostAfter:
		return "fault_form_too_many_photos"
	default:
		return "fault_after_photo"
	}
}

// deedForm reads the form of a deed and says how it is done. Photos are kept
// only of a case that the viewer sees.
func (s *Server) deedForm(c echo.Context, k *deedKind, number int64) (form url.Values, do doDeed, sent int, err error) {
	if !k.shown {
		form, err = formOf(c)
		return form, k.do, 0, err
	}
	ctx := c.Request().Context()
	if _, err := s.opt.Desk.Case(ctx, viewer(c), number); err != nil {
		return nil, nil, 0, err
	}
	form, uploads, err := uploadsOf(c)
	if tooBig(err) {
		return url.Values{}, nil, 0, fmt.Errorf("%w: %w", &handoff.FieldError{Field: fieldPhoto, Message: "is too big"}, err)
	}
	if err != nil {
		return nil, nil, 0, err
	}
	kept, err := s.keepAfter(ctx, uploads)
	return form, s.resolveDeed(kept), len(uploads), err
}

// resolveDeed resolves a case with photos that are kept.
func (s *Server) resolveDeed(kept []string) doDeed {
	return func(ctx context.Context, d *handoff.Desk, v handoff.Viewer, n int64, form url.Values) ([]handoff.Case, error) {
		return alone(d.ResolveCase(ctx, v, n, handoff.Resolution{Note: form.Get(noteName("resolve")), Photos: kept, NeedsPhoto: s.needsPhoto}))
	}
}

// afterField is where the photos of how it is now are chosen.
func (v *caseView) afterField(s *Server) field {
	return field{
		Name: fieldPhoto, Label: v.Words["do_resolve_photo"], Type: "file", Accept: "image/*", Hint: v.Words["do_resolve_photo_hint"],
		Required: s.needsPhoto(v.Case.Flow),
	}
}

// resolveCase resolves a case by JSON, or by a form that brings photos.
func (s *Server) resolveCase(c echo.Context) error {
	number, err := numberOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if _, err := s.opt.Desk.Case(ctx, viewer(c), number); err != nil {
		return err
	}
	r := handoff.Resolution{NeedsPhoto: s.needsPhoto}
	if _, ok := isMultipart(c); ok {
		form, uploads, err := uploadsOf(c)
		if err != nil {
			return err
		}
		for name := range form {
			if name != "note" {
				return badField(cutWord(name), "is not a field of this call")
			}
		}
		r.Note = form.Get("note")
		if r.Photos, err = s.keepAfter(ctx, uploads); err != nil {
			return err
		}
	} else {
		body, err := bodyOf[noteBody](c)
		if err != nil {
			return err
		}
		r.Note = body.Note
	}
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		return s.opt.Desk.ResolveCase(ctx, v, n, r)
	})
}
