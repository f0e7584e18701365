package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
)

// bodyOf reads the JSON body of a verb. No body at all is an empty one; a
// field it does not know is a fault, so that a misspelt one is not passed over.
func bodyOf[T any](c echo.Context) (T, error) {
	var body T
	raw, err := readBody(c, maxBody)
	if err != nil || len(bytes.TrimSpace(raw)) == 0 {
		return body, err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&body); err != nil {
		return body, badJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return body, &problem{status: http.StatusBadRequest, code: "bad_request", message: "the body is more than one JSON object"}
	}
	return body, nil
}

// badJSON says what is wrong with a body.
func badJSON(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		return badField(kind.Field, "must be a %s", kind.Type)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return badField(cutWord(strings.Trim(name, `"`)), "is not a field of this call")
	}
	return &problem{status: http.StatusBadRequest, code: "bad_request", message: "the body is not a JSON object"}
}
