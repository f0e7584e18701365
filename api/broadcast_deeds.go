package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// sendBroadcast sends a draft now, or at the time that was chosen.
func (s *Server) sendBroadcast(c echo.Context) error {
	b, form, err := s.broadcastAndForm(c)
	if err != nil {
		return err
	}
	at, key := s.sendTime(form)
	if key != "" {
		return s.broadcastPage(c, http.StatusUnprocessableEntity, typedSend{form, &handoff.FieldError{Field: "at"}, key})
	}
	ctx, store := c.Request().Context(), s.opt.Broadcasts
	switch {
	case form.Get("urgent") != "":
		if fault := unsure(form); fault != nil {
			return s.broadcastPage(c, http.StatusUnprocessableEntity, typedSend{form: form, fault: fault})
		}
		err = store.Override(ctx, viewer(c), b.ID, form.Get("reason"))
	case b.Emergency != "":
		b.Emergency = ""
		err = store.Edit(ctx, viewer(c), b.ID, b.Draft)
	}
	if err == nil {
		err = store.Schedule(ctx, viewer(c), b.ID, at)
	}
	if fault := wrongField(err); fault != nil {
		if field, _, _ := strings.Cut(fault.Field, "."); field == "words" || field == "topic" {
			return s.showCompose(c, http.StatusUnprocessableEntity, b.ID, s.page(c, "").kept(b.Draft), fault, nil)
		}
		return s.broadcastPage(c, http.StatusUnprocessableEntity, typedSend{form: form, fault: fault})
	}
	if err != nil {
		return err
	}
	s.opt.Broadcaster.StirBroadcasts()
	done := "broadcast_sent"
	if !at.IsZero() {
		done = "broadcast_scheduled"
	}
	return c.Redirect(http.StatusSeeOther, broadcastPath(b.ID)+"?done="+done)
}

// sendTime is when a broadcast is to be sent, zero for now; key says what is
// wrong with it.
func (s *Server) sendTime(form url.Values) (at time.Time, key string) {
	if form.Get("when") != "later" {
		return time.Time{}, ""
	}
	at, err := time.ParseInLocation(atLayout, form.Get("at"), handoff.Dhaka())
	switch {
	case err != nil:
		return at, "fault_broadcast_at"
	case at.Before(s.now().Truncate(time.Minute)):
		return at, "fault_broadcast_past"
	case at.After(s.now().Add(broadcasts.MaxAhead)):
		return at, "fault_broadcast_far"
	default:
		return at, ""
	}
}

// unsure says what is missing for an emergency; nil for nothing.
func unsure(form url.Values) *handoff.FieldError {
	switch {
	case strings.TrimSpace(form.Get("reason")) == "":
		return &handoff.FieldError{Field: "reason"}
	case form.Get("sure") == "":
		return &handoff.FieldError{Field: "sure"}
	default:
		return nil
	}
}

func (s *Server) broadcastAndForm(c echo.Context) (broadcasts.Broadcast, url.Values, error) {
	form, err := formOf(c)
	if err != nil {
		return broadcasts.Broadcast{}, nil, err
	}
	b, err := s.broadcastOf(c)
	return b, form, err
}

func (s *Server) overrideBroadcast(c echo.Context) error {
	b, form, err := s.broadcastAndForm(c)
	if err != nil {
		return err
	}
	fault := unsure(form)
	if fault == nil {
		err = s.opt.Broadcasts.Override(c.Request().Context(), viewer(c), b.ID, form.Get("reason"))
		fault = wrongField(err)
	}
	if fault != nil {
		return s.broadcastPage(c, http.StatusUnprocessableEntity, typedSend{form: form, fault: fault})
	}
	if err != nil {
		return err
	}
	s.opt.Broadcaster.StirBroadcasts()
	return c.Redirect(http.StatusSeeOther, broadcastPath(b.ID)+"?done=broadcast_override")
}

// tryBroadcast sends a broadcast to whoever asks for it.
func (s *Server) tryBroadcast(c echo.Context) error {
	b, form, err := s.broadcastAndForm(c)
	if err != nil {
		return err
	}
	t, err := s.opt.Broadcaster.TestBroadcast(c.Request().Context(), viewer(c), b.ID, flows.Way(form.Get("way")), form.Get("speaks"), form.Get("phone"))
	if errors.Is(err, handoff.ErrConflict) {
		return s.broadcastPage(c, http.StatusUnprocessableEntity, typedSend{form, &handoff.FieldError{}, "fault_broadcast_tests"})
	}
	if fault := wrongField(err); fault != nil {
		return s.broadcastPage(c, http.StatusUnprocessableEntity, typedSend{form: form, fault: fault})
	}
	if err != nil {
		return err
	}
	done := "broadcast_tried"
	if t.Status == broadcasts.StatusFailed {
		done = "broadcast_not_tried"
	}
	return c.Redirect(http.StatusSeeOther, broadcastPath(b.ID)+"?done="+done)
}

// movesBroadcast does a verb on the broadcast of the path and shows it.
func (s *Server) movesBroadcast(c echo.Context, done string, do func(Broadcasts, context.Context, handoff.Viewer, uuid.UUID) error) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	if err := do(s.opt.Broadcasts, c.Request().Context(), viewer(c), b.ID); err != nil {
		return err
	}
	s.opt.Broadcaster.StirBroadcasts()
	return c.Redirect(http.StatusSeeOther, broadcastPath(b.ID)+"?done="+done)
}

func (s *Server) takeBackBroadcast(c echo.Context) error {
	return s.movesBroadcast(c, "broadcast_taken_back", Broadcasts.TakeBack)
}

func (s *Server) pauseBroadcast(c echo.Context) error {
	return s.movesBroadcast(c, "broadcast_paused", Broadcasts.Pause)
}

func (s *Server) resumeBroadcast(c echo.Context) error {
	return s.movesBroadcast(c, "broadcast_resumed", Broadcasts.Resume)
}

func (s *Server) cancelBroadcast(c echo.Context) error {
	return s.movesBroadcast(c, "broadcast_cancelled", Broadcasts.Cancel)
}
