package api

import (
	"context"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/handoff"
)

// onConversation does a verb on the conversation of the path and answers it.
func (s *Server) onConversation(c echo.Context, do func(context.Context, handoff.Viewer, uuid.UUID) error) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := do(ctx, viewer(c), id); err != nil {
		return err
	}
	record, err := s.opt.Desk.ConversationHead(ctx, id)
	if err != nil {
		return err
	}
	return answer(c, shapeConversation(record))
}

func (s *Server) takeConversation(c echo.Context) error {
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	return s.onConversation(c, func(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
		return s.opt.Talk.Take(ctx, v, id, v.Name)
	})
}

func (s *Server) replyConversation(c echo.Context) error {
	return s.onConversation(c, func(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
		w, err := s.replyIn(c, id)
		if err != nil {
			return err
		}
		return s.opt.Talk.Reply(ctx, v, id, w)
	})
}

func (s *Server) retryMessage(c echo.Context) error {
	if _, err := bodyOf[nothingBody](c); err != nil {
		return err
	}
	message, err := uuidOf(c, "message")
	if err != nil {
		return err
	}
	return s.onConversation(c, func(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
		return s.opt.Talk.Retry(ctx, v, id, message)
	})
}

func (s *Server) passConversation(c echo.Context) error {
	body, err := bodyOf[assignBody](c)
	if err != nil {
		return err
	}
	to, err := s.assignment(c, body)
	if err != nil {
		return err
	}
	return s.onConversation(c, func(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
		return s.opt.Talk.Pass(ctx, v, id, to)
	})
}

func (s *Server) releaseConversation(c echo.Context) error {
	body, err := bodyOf[releaseBody](c)
	if err != nil {
		return err
	}
	return s.onConversation(c, func(ctx context.Context, v handoff.Viewer, id uuid.UUID) error {
		return s.opt.Talk.Release(ctx, v, id, bot.ReleaseTo(body.To))
	})
}
