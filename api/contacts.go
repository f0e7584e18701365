package api

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff"
	"nagorik/handoff/maybe"
)

type contactAnswer struct {
	ID         string           `json:"id" jsonschema:"format=uuid"`
	Name       string           `json:"name"`
	Phone      string           `json:"phone" jsonschema_description:"E.164"`
	Email      string           `json:"email"`
	Ward       *int             `json:"ward" jsonschema:"nullable"`
	Language   string           `json:"language"`
	Identities []identityAnswer `json:"identities"`
	CreatedAt  time.Time        `json:"created_at"`
	UpdatedAt  time.Time        `json:"updated_at"`
}

type identityAnswer struct {
	Channel string `json:"channel"`
	Address string `json:"address"`
	Name    string `json:"name" jsonschema_description:"as the provider gave it"`
	Muted   bool   `json:"muted" jsonschema_description:"wants no unasked messages"`
}

type contactRecordAnswer struct {
	contactAnswer
	Remembered    []toldAnswer         `json:"remembered" jsonschema_description:"answers that are not asked for again"`
	Conversations []conversationAnswer `json:"conversations"`
	Cases         []caseAnswer         `json:"cases"`
	Notes         []noteAnswer         `json:"notes"`
	Staff         []dealingAnswer      `json:"staff" jsonschema_description:"who dealt with them and when"`
}

type toldAnswer struct {
	Slot  string          `json:"slot"`
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
	At    time.Time       `json:"at"`
}

type noteAnswer struct {
	ID   string     `json:"id" jsonschema:"format=uuid"`
	Case *int64     `json:"case" jsonschema:"nullable" jsonschema_description:"the case it is about, if it is about one"`
	By   nameAnswer `json:"by"`
	Text string     `json:"text"`
	At   time.Time  `json:"at"`
}

type dealingAnswer struct {
	Agent   nameAnswer `json:"agent"`
	FirstAt time.Time  `json:"first_at"`
	LastAt  time.Time  `json:"last_at"`
	Times   int        `json:"times"`
}

func shapeContact(c handoff.Contact) contactAnswer {
	return contactAnswer{
		ID: c.ID.String(), Name: c.Name, Phone: c.Phone, Email: c.Email, Ward: maybe.Null(c.Ward), Language: c.Language,
		Identities: each(c.Identities, func(i handoff.Identity) identityAnswer { return identityAnswer(i) }),
		CreatedAt:  c.CreatedAt, UpdatedAt: c.UpdatedAt,
	}
}

func shapeContactRecord(r handoff.ContactRecord) contactRecordAnswer {
	return contactRecordAnswer{
		contactAnswer: shapeContact(r.Contact),
		Remembered: each(r.Remembered, func(t handoff.Told) toldAnswer {
			return toldAnswer{t.Slot, t.Type, raw(t.Value), t.At}
		}),
		Conversations: each(r.Conversations, shapeConversation),
		Cases:         each(r.Cases, shapeCase),
		Notes: each(r.Notes, func(n handoff.Note) noteAnswer {
			return noteAnswer{n.ID.String(), maybe.Null(n.Case), shapeName(n.By), n.Text, n.At}
		}),
		Staff: each(r.Staff, func(d handoff.Dealing) dealingAnswer {
			return dealingAnswer{shapeName(d.Agent), d.FirstAt, d.LastAt, d.Times}
		}),
	}
}

func (s *Server) listContacts(c echo.Context) error {
	page, err := pageOf(c)
	if err != nil {
		return err
	}
	list, err := s.opt.Desk.Contacts(c.Request().Context(), viewer(c), handoff.ContactFilter{PageOf: page, Query: c.QueryParam("q")})
	if err != nil {
		return err
	}
	return answer(c, listAnswer(list, shapeContact))
}

func (s *Server) showContact(c echo.Context) error {
	id, err := idOf(c)
	if err != nil {
		return err
	}
	record, err := s.opt.Desk.Contact(c.Request().Context(), viewer(c), id)
	if err != nil {
		return err
	}
	return answer(c, shapeContactRecord(record))
}

// answer writes JSON that nobody between us and the caller may keep.
func answer(c echo.Context, v any) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, v)
}
