package api

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// checkQuery refuses what the route does not know: a misspelt filter must not
// silently widen a list.
func (r Route) checkQuery(c echo.Context) error {
	values := c.QueryParams()
	for name := range values {
		at := slices.IndexFunc(r.Query, func(p Parameter) bool { return p.Name == name })
		if at < 0 {
			return badField(cutWord(name), "is not a parameter of this call")
		}
		if len(values[name]) > 1 {
			return badField(name, "is given more than once")
		}
		if enum := r.Query[at].Enum; len(enum) > 0 && values[name][0] != "" && !slices.Contains(enum, values[name][0]) {
			return badField(name, "must be one of %s", strings.Join(enum, ", "))
		}
	}
	return nil
}

// cutWord bounds a name from outside that is said back.
func cutWord(s string) string {
	const most = 40
	return strings.ToValidUTF8(s[:min(len(s), most)], "")
}

// pageOf reads next and limit.
func pageOf(c echo.Context) (handoff.PageOf, error) {
	p := handoff.PageOf{Cursor: c.QueryParam("next")}
	typed := c.QueryParam("limit")
	if typed == "" {
		return p, nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 {
		return p, badField("limit", "must be a number from 1 up")
	}
	p.Limit = n
	return p, nil
}

// day reads a day of Asia/Dhaka: midnight at its beginning. The zero Time is
// no day.
func day(c echo.Context, name string) (time.Time, error) {
	typed := c.QueryParam(name)
	if typed == "" {
		return time.Time{}, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, typed, handoff.Dhaka())
	if err != nil {
		return time.Time{}, badField(name, "must be a day such as 2026-11-23")
	}
	return at, nil
}

// ward reads the number of a ward; 0 when it is not given.
func ward(c echo.Context) (int, error) {
	typed := c.QueryParam("ward")
	if typed == "" {
		return 0, nil
	}
	const most = 9999
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 || n > most {
		return 0, badField("ward", "must be the number of a ward")
	}
	return n, nil
}

// flag reads true or false; nil when it is not given.
func flag(c echo.Context, name string) (*bool, error) {
	switch c.QueryParam(name) {
	case "":
		return nil, nil //nolint:nilnil // not given is not a fault
	case "true":
		yes := true
		return &yes, nil
	case "false":
		no := false
		return &no, nil
	default:
		return nil, badField(name, "must be true or false")
	}
}

// idOf reads the id in a path. One that is none names nothing.
func idOf(c echo.Context) (uuid.UUID, error) { return uuidOf(c, "id") }

// uuidOf reads a part of a path that is an id.
func uuidOf(c echo.Context, name string) (uuid.UUID, error) {
	typed := c.Param(name)
	id, err := uuid.Parse(typed)
	if err != nil || len(typed) != 36 {
		return uuid.Nil, handoff.ErrNotFound
	}
	return id, nil
}
