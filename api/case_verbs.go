package api

import (
	"context"
	"errors"
	"strconv"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// assignment finds whom a body means.
func (s *Server) assignment(c echo.Context, body assignBody) (handoff.Assignment, error) {
	to := handoff.Assignment{Team: body.Team}
	if body.Agent == "" {
		return to, nil
	}
	agent, err := s.opt.Desk.AgentBy(c.Request().Context(), body.Agent)
	if errors.Is(err, handoff.ErrNotFound) {
		return to, badField("agent", "there is no such agent")
	}
	to.Agent = agent.ID
	return to, err
}

// onCase does a verb on the case of the path and answers it.
func (s *Server) onCase(c echo.Context, do func(context.Context, handoff.Viewer, int64) (handoff.Case, error)) error {
	number, err := strconv.ParseInt(c.Param("number"), 10, 64)
	if err != nil {
		return handoff.ErrNotFound
	}
	ctx := c.Request().Context()
	k, err := do(ctx, viewer(c), number)
	if err != nil {
		return err
	}
	s.opt.Talk.CaseMoved(ctx, k)
	return answer(c, shapeCase(k))
}

func (s *Server) assignCase(c echo.Context) error {
	body, err := bodyOf[assignBody](c)
	if err != nil {
		return err
	}
	to, err := s.assignment(c, body)
	if err != nil {
		return err
	}
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		return s.opt.Desk.AssignCase(ctx, v, n, to)
	})
}

func (s *Server) startCase(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.StartCase) }

func (s *Server) waitCase(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.WaitCase) }

func (s *Server) askCitizen(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.AskCitizen) }

func (s *Server) closeCase(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.CloseCase) }

// notedVerb is a verb on a case with a note.
type notedVerb func(context.Context, handoff.Viewer, int64, string) (handoff.Case, error)

func (s *Server) onCaseNoted(c echo.Context, verb notedVerb) error {
	body, err := bodyOf[noteBody](c)
	if err != nil {
		return err
	}
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		return verb(ctx, v, n, body.Note)
	})
}

func (s *Server) rejectCase(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.RejectCase) }

func (s *Server) reopenCase(c echo.Context) error { return s.onCaseNoted(c, s.opt.Desk.ReopenCase) }

func (s *Server) referCase(c echo.Context) error {
	body, err := bodyOf[referBody](c)
	if err != nil {
		return err
	}
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		return s.opt.Desk.ReferCase(ctx, v, n, body.To, body.Note)
	})
}

func (s *Server) noteCase(c echo.Context) error {
	body, err := bodyOf[textBody](c)
	if err != nil {
		return err
	}
	return s.onCase(c, func(ctx context.Context, v handoff.Viewer, n int64) (handoff.Case, error) {
		return s.opt.Desk.NoteCase(ctx, v, n, body.Text)
	})
}
