package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"nagorik/bot/photos"
	"nagorik/handoff"
)

// sentPhotoRoutes are what citizens and providers open.
func sentPhotoRoutes() []Route {
	return []Route{{
		Method: http.MethodGet, Path: photos.LinkPath + ":token", Needs: Public, handle: (*Server).showSentPhoto,
		Summary: "A photo that the staff have sent to a citizen, for whoever has its link, until it expires", Type: "image/jpeg",
	}}
}

// showSentPhoto sends a copy of a photo, without what the camera wrote into it,
// to whoever has a link to it that is still good.
func (s *Server) showSentPhoto(c echo.Context) error {
	if s.opt.PhotoLinks == nil || s.opt.Photos == nil {
		return s.noSentPhoto(c)
	}
	id, ok := s.opt.PhotoLinks.Read(c.Param("token"))
	if !ok {
		return s.noSentPhoto(c)
	}
	sum, err := s.opt.Desk.SentPhoto(c.Request().Context(), id)
	if errors.Is(err, handoff.ErrNotFound) {
		return s.noSentPhoto(c)
	}
	if err != nil {
		return err
	}
	file, media, made, err := s.opt.Photos.Open(sum, photos.View)
	if errors.Is(err, photos.ErrNotFound) || errors.Is(err, photos.ErrNotShown) {
		return s.noSentPhoto(c)
	}
	if err != nil {
		return fmt.Errorf("open photo %s: %w", id, err)
	}
	defer file.Close()
	h := c.Response().Header()
	h.Set("Content-Type", media)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Referrer-Policy", "no-referrer")
	http.ServeContent(c.Response(), c.Request(), "", made, file)
	return nil
}

// noSentPhoto says so in every language, since nobody knows who asks.
func (s *Server) noSentPhoto(c echo.Context) error {
	var lines []string
	for _, lang := range languages {
		lines = append(lines, s.console.words[lang]["sent_photo_gone"])
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	c.Response().Header().Set("X-Robots-Tag", "noindex, nofollow")
	return c.String(http.StatusNotFound, strings.Join(lines, "\n")+"\n")
}
