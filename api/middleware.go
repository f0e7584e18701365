package api

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// observe turns panics into errors and logs every request once, by its route:
// the path and the query can hold secrets and phone numbers.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := s.now()
		err := s.safely(c, next)
		if err != nil {
			c.Error(err)
		}
		level, status := slog.LevelDebug, c.Response().Status
		if status >= http.StatusInternalServerError && c.Request().Context().Err() == nil {
			level = slog.LevelError
		}
		attrs := []slog.Attr{
			slog.String("method", c.Request().Method), slog.String("route", c.Path()),
			slog.Int("status", status), slog.Duration("took", s.now().Sub(began).Round(time.Microsecond)),
		}
		if err != nil {
			attrs = append(attrs, slog.String("error", err.Error()))
		}
		s.log.LogAttrs(c.Request().Context(), level, "request", attrs...)
		return nil
	}
}

// safely runs a handler; a panic becomes an error with its stack.
func (s *Server) safely(c echo.Context, next echo.HandlerFunc) (err error) {
	defer func() {
		p := recover()
		switch {
		case p == nil:
		case isAbort(p):
			panic(p)
		default:
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return next(c)
}

// isAbort reports whether a panic is net/http's own way to end an answer.
func isAbort(p any) bool {
	err, ok := p.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// harden sets the headers that every answer has. Pages replace the policy by
// one that allows their own files.
func (s *Server) harden(next echo.HandlerFunc) echo.HandlerFunc {
	secure := strings.HasPrefix(s.opt.PublicURL, "https://")
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Frame-Options", "DENY")
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}
