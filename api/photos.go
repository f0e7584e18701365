package api

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"nagorik/bot/photos"
	"nagorik/handoff"
)

// showPhoto sends a copy of a photo to whoever may see where it came from. A
// browser may keep it for an hour, nobody else may.
func (s *Server) showPhoto(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	photo, err := s.opt.Desk.Photo(c.Request().Context(), viewer(c), id)
	if err != nil {
		return err
	}
	size := photos.Size(c.QueryParam("size"))
	if size == "" {
		size = photos.View
	}
	if s.opt.Photos == nil || photo.SHA256 == "" {
		return handoff.ErrNotFound
	}
	file, media, made, err := s.opt.Photos.Open(photo.SHA256, size)
	if errors.Is(err, photos.ErrNotShown) {
		return errNotShown
	}
	if err != nil {
		return fmt.Errorf("open photo %s: %w", photo.ID, err)
	}
	defer file.Close()
	h := c.Response().Header()
	h.Set("Content-Type", media)
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("Vary", "Authorization")
	if ofConsole(c.Request().URL.Path) {
		h.Set("Vary", "Cookie")
	}
	h.Set("ETag", fmt.Sprintf(`"%s-%s"`, photo.SHA256[:min(16, len(photo.SHA256))], size))
	http.ServeContent(c.Response(), c.Request(), "", made, file)
	return nil
}
