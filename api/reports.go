package api

import (
	"encoding/json"
	"mime"
	"strconv"
	"strings"
	"time"

	"github.com/invopop/jsonschema"
	"github.com/labstack/echo/v4"

	"nagorik/flows"
	"nagorik/handoff/reports"
)

const mediaCSV = "text/csv"

// reportAnswer is a table.
type reportAnswer struct {
	Name    string         `json:"name"`
	From    string         `json:"from" jsonschema:"format=date" jsonschema_description:"the first day that is counted"`
	To      string         `json:"to" jsonschema:"format=date" jsonschema_description:"the last day that is counted"`
	Columns []string       `json:"columns"`
	Rows    [][]cellAnswer `json:"rows" jsonschema_description:"one value for each column"`
}

// cellAnswer is a number, a text or null.
type cellAnswer struct{ value any }

// MarshalJSON writes the value.
func (c cellAnswer) MarshalJSON() ([]byte, error) { return json.Marshal(c.value) }

// JSONSchema describes it.
func (cellAnswer) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "number"}, {Type: "string"}, {Type: "null"}}}
}

// reportParameters are the filters of reports, of which each takes some.
func reportParameters() []Parameter {
	list := []Parameter{
		{Name: "from", Type: "string", Format: "date", Summary: "the first day of Asia/Dhaka that counts; the first of this month when not given"},
		{Name: "to", Type: "string", Format: "date", Summary: "the last day that counts; the last of this month when not given"},
	}
	for _, p := range caseParameters() {
		if p.Name == "flow" || p.Name == "ward" || p.Name == "kind" {
			list = append(list, p)
		}
	}
	return append(list,
		Parameter{Name: "channel", Type: "string", Summary: "messenger, web and the like"},
		Parameter{Name: "team", Type: "string", Summary: "whom it was passed to"},
	)
}

func (s *Server) showReport(c echo.Context) error {
	ask, err := reportAsk(c)
	if err != nil {
		return err
	}
	ask.Target = s.answerTarget()
	table, err := s.reports.Run(c.Request().Context(), s.opt.Desk, viewer(c), c.Param("name"), ask.Within(s.now()))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Vary", "Accept, Authorization")
	switch accept := c.Request().Header.Values("Accept"); {
	case wants(accept, mediaXLSX):
		s.asFile(c, formatXLSX, fileOf(table))
		return writeXLSX(c, table)
	case wants(accept, mediaCSV):
		s.asFile(c, formatCSV, fileOf(table))
		return table.WriteCSV(c.Response())
	}
	return answer(c, shapeReport(table))
}

func reportAsk(c echo.Context) (reports.Ask, error) {
	a := reports.Ask{
		Flow: c.QueryParam("flow"), Kind: flows.Kind(c.QueryParam("kind")), Channel: c.QueryParam("channel"), Team: c.QueryParam("team"),
	}
	var err error
	if a.Ward, err = ward(c); err != nil {
		return a, err
	}
	if a.From, err = day(c, "from"); err != nil {
		return a, err
	}
	a.To, err = day(c, "to")
	return a, err
}

func shapeReport(t reports.Table) reportAnswer {
	return reportAnswer{
		Name: t.Name, From: t.From.Format(time.DateOnly), To: t.To.Format(time.DateOnly),
		Columns: each(t.Columns, func(c reports.Column) string { return c.Name }),
		Rows: each(t.Rows, func(row []any) []cellAnswer {
			return each(row, func(v any) cellAnswer { return cellAnswer{v} })
		}),
	}
}

// fileOf is the name of a report as a file, without its ending.
func fileOf(t reports.Table) string {
	return t.Name + "_" + t.From.Format(time.DateOnly) + "_" + t.To.Format(time.DateOnly)
}

// wants reports whether an Accept header names a media type of files, and
// prefers it to JSON if it names both.
func wants(accept []string, file string) bool {
	weights := map[string]float64{}
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight := 1.0
		if q, given := params["q"]; given {
			if weight, err = strconv.ParseFloat(q, 64); err != nil {
				weight = 0
			}
		}
		weights[media] = max(weights[media], weight)
	}
	asked := weights[file]
	return asked > 0 && asked >= weights["application/json"]
}
