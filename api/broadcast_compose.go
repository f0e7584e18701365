package api

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// maxBroadcastForm is the largest form of a broadcast, in bytes: two languages
// of mail, whose Bangla letters take nine bytes each.
const maxBroadcastForm = 1 << 20

func (s *Server) newBroadcast(c echo.Context) error {
	if _, _, err := s.broadcastDesk(); err != nil {
		return err
	}
	return s.showCompose(c, http.StatusOK, uuid.Nil, typedBroadcast{}, nil, nil)
}

func (s *Server) editBroadcast(c echo.Context) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	if b.State != broadcasts.StateDraft {
		return handoff.ErrConflict
	}
	return s.showCompose(c, http.StatusOK, b.ID, s.page(c, "").kept(b.Draft), nil, nil)
}

// broadcastOf is the broadcast of the path.
func (s *Server) broadcastOf(c echo.Context) (broadcasts.Broadcast, error) {
	store, _, err := s.broadcastDesk()
	if err != nil {
		return broadcasts.Broadcast{}, err
	}
	id, err := idOf(c)
	if err != nil {
		return broadcasts.Broadcast{}, err
	}
	return store.Broadcast(c.Request().Context(), id)
}

// showCompose shows the form, with what is wrong and what was asked to be seen.
func (s *Server) showCompose(c echo.Context, status int, id uuid.UUID, t typedBroadcast, fault *handoff.FieldError, more func(*composeView) error) error {
	v := composeView{page: s.page(c, "broadcast_new"), Action: broadcastsPath + "/new", Up: broadcastsPath}
	v.UpName = v.Words["broadcasts_title"]
	if id != uuid.Nil {
		v.Up, v.Action = broadcastPath(id), broadcastPath(id)+"/edit"
		v.Title, v.UpName = v.Words["broadcast_edit"], cmp.Or(t.Title, v.Words["broadcasts_title"])
	}
	s.compose(&v, t, fault)
	if more != nil {
		if err := more(&v); err != nil {
			return err
		}
	}
	return s.show(c, status, "broadcastedit.html", v)
}

// writeBroadcast keeps the form, or shows how it would look or whom it would
// reach.
func (s *Server) writeBroadcast(c echo.Context) error {
	form, err := formUpTo(c, maxBroadcastForm)
	if err != nil {
		return err
	}
	id, was := uuid.Nil, broadcasts.Broadcast{}
	if c.Param("id") != "" {
		if was, err = s.broadcastOf(c); err != nil {
			return err
		}
		id = was.ID
	} else if _, _, err := s.broadcastDesk(); err != nil {
		return err
	}
	t := s.typedBroadcast(form)
	t.Emergency = was.Emergency
	switch form.Get("do") {
	case "preview":
		return s.showCompose(c, http.StatusOK, id, t, nil, func(v *composeView) error {
			v.Preview = s.preview(v.page, t.Draft)
			return nil
		})
	case "count":
		return s.countBroadcast(c, id, t)
	default:
		return s.keepBroadcast(c, id, t)
	}
}

// countBroadcast shows the plan of what is written, whether or not it has a
// title yet.
func (s *Server) countBroadcast(c echo.Context, id uuid.UUID, t typedBroadcast) error {
	d := t.Draft
	d.Title = cmp.Or(d.Title, "–")
	plan, err := s.opt.Broadcaster.PlanDraft(c.Request().Context(), d)
	if fault := wrongField(err); fault != nil {
		return s.showCompose(c, http.StatusUnprocessableEntity, id, t, fault, nil)
	}
	if err != nil {
		return err
	}
	return s.showCompose(c, http.StatusOK, id, t, nil, func(v *composeView) error {
		v.Plan = v.plan(d, plan)
		return nil
	})
}

func (s *Server) keepBroadcast(c echo.Context, id uuid.UUID, t typedBroadcast) (err error) {
	if id == uuid.Nil {
		id, err = s.opt.Broadcasts.Create(c.Request().Context(), viewer(c), t.Draft)
	} else {
		err = s.opt.Broadcasts.Edit(c.Request().Context(), viewer(c), id, t.Draft)
	}
	if fault := wrongField(err); fault != nil {
		if c.Param("id") == "" {
			id = uuid.Nil
		}
		return s.showCompose(c, http.StatusUnprocessableEntity, id, t, fault, nil)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, broadcastPath(id)+"?done=broadcast_kept")
}

// measureBroadcast says how long the one text is that was posted.
func (s *Server) measureBroadcast(c echo.Context) error {
	form, err := formUpTo(c, maxBroadcastForm)
	if err != nil {
		return err
	}
	of := c.QueryParam("of")
	if !slices.Contains([]string{"messenger", "sms", "mail"}, of) {
		return badField("of", "must be messenger, sms or mail")
	}
	text := ""
	for _, values := range form {
		text = values[0]
	}
	return c.HTML(http.StatusOK, s.page(c, "").length(of, unix(text)))
}

// copyBroadcast writes a new draft like an old one. What made that an emergency
// does not make this one.
func (s *Server) copyBroadcast(c echo.Context) error {
	b, err := s.broadcastOf(c)
	if err != nil {
		return err
	}
	d := b.Draft
	d.Emergency = ""
	id, err := s.opt.Broadcasts.Create(c.Request().Context(), viewer(c), d)
	if fault := wrongField(err); fault != nil { // it names what is there no more
		return s.showCompose(c, http.StatusUnprocessableEntity, uuid.Nil, s.page(c, "").kept(d), fault, nil)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, broadcastPath(id)+"/edit?done=broadcast_copied")
}
