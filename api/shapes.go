package api

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"nagorik/handoff"
	"nagorik/handoff/maybe"
)

// The shapes of /api/v1. Times are in Asia/Dhaka's zone. A value that is not
// known is null, or an empty string where it is text.

// listOf is a part of a list.
type listOf[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next" jsonschema:"nullable" jsonschema_description:"ask again with this as next for what follows; null at the end"`
}

func listAnswer[R, T any](page handoff.Page[R], shape func(R) T) listOf[T] {
	return listOf[T]{Items: each(page.Items, shape), Next: maybe.Null(page.Next)}
}

// each shapes every item; the result is never null in JSON.
func each[R, T any](items []R, shape func(R) T) []T {
	out := make([]T, len(items))
	for i, item := range items {
		out[i] = shape(item)
	}
	return out
}

// nameAnswer is a contact or an agent inside others.
type nameAnswer struct {
	ID   string `json:"id" jsonschema:"format=uuid"`
	Name string `json:"name"`
}

func shapeName(r handoff.Ref) nameAnswer { return nameAnswer{r.ID.String(), r.Name} }

func shapeAgent(r *handoff.Ref) *nameAnswer {
	if r == nil {
		return nil
	}
	a := shapeName(*r)
	return &a
}

type pointAnswer struct {
	Lat float64 `json:"lat" jsonschema_description:"degrees, WGS 84"`
	Lon float64 `json:"lon"`
}

func shapePoint(p *handoff.Point) *pointAnswer {
	if p == nil {
		return nil
	}
	return &pointAnswer{p.Lat, p.Lon}
}

// photoAnswer is a photo. Its url needs the same token as the rest.
type photoAnswer struct {
	ID     string    `json:"id" jsonschema:"format=uuid"`
	URL    *string   `json:"url" jsonschema:"nullable" jsonschema_description:"where it is shown, ?size=thumb for a small one; null until it was fetched"`
	Type   string    `json:"type" jsonschema_description:"media type of what was sent"`
	Width  int       `json:"width" jsonschema_description:"pixels; 0 when not known"`
	Height int       `json:"height"`
	Status string    `json:"status" jsonschema:"enum=pending,enum=kept,enum=failed"`
	At     time.Time `json:"at"`
	After  bool      `json:"after" jsonschema_description:"of a case: how it looked when it was resolved"`
}

func shapePhoto(p handoff.Photo) photoAnswer {
	a := photoAnswer{ID: p.ID.String(), Type: p.Type, Width: p.Width, Height: p.Height, Status: p.Status, At: p.At, After: p.After}
	if p.SHA256 != "" {
		url := "/api/v1/photos/" + a.ID
		a.URL = &url
	}
	return a
}

// raw is JSON as it is on record; null when there is none.
func raw(b json.RawMessage) json.RawMessage {
	if len(b) == 0 {
		return json.RawMessage("null")
	}
	return b
}

// idOrNull is an id as programs read it; nil for none.
func idOrNull(id *uuid.UUID) *string {
	if id == nil {
		return nil
	}
	text := id.String()
	return &text
}
