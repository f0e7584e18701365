package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/handoff/reports"
)

// figuresPath is where the tables of the dashboard are taken out.
const figuresPath = dashboardPath + "/export"

// figureFile is a table of the dashboard with where it is taken out.
type figureFile struct {
	ID, Title string
	CSV, XLSX string
}

// figureFiles are where the tables on the page are taken out, and all of them
// in one workbook.
func (v *dashboardView) figureFiles(a reports.Ask) (list []figureFile, all string) {
	for _, t := range tablesOf(a) {
		list = append(list, figureFile{
			t.ID, v.Words["chart_"+t.ID], link(figuresPath, a, "table", t.ID, "format", formatCSV), link(figuresPath, a, "table", t.ID, "format", formatXLSX),
		})
	}
	return list, link(figuresPath, a, "format", formatXLSX)
}

// exportFigures hands a table out, or a workbook with all of them.
func (s *Server) exportFigures(c echo.Context) error {
	v := dashboardView{page: s.page(c, "dashboard_title")}
	a, ok := s.dashboardAsk(c, &v)
	if !ok {
		return badField("from", "something in the filter cannot be understood; go back to the figures")
	}
	format, id := c.QueryParam("format"), c.QueryParam("table")
	if format != formatXLSX && (format != formatCSV || id == "") {
		return badField("format", "must be xlsx, or csv for one table")
	}
	tables := tablesOf(a)
	if id != "" {
		tables = slices.DeleteFunc(tables, func(t figureTable) bool { return t.ID != id })
	}
	if len(tables) == 0 {
		return badField("table", "is none of the tables of these figures")
	}
	q := asking{s: s, c: c, v: &v, now: a, before: before(a)}
	read, n := make([][][]any, len(tables)), 0
	for i, t := range tables {
		var err error
		if read[i], err = t.rows(q); err != nil {
			return err
		}
		n += len(read[i])
	}
	name := "figures"
	if id != "" {
		name += "-" + id
	}
	s.asFile(c, format, name+"-"+a.From.Format(time.DateOnly)+"-"+a.To.Format(time.DateOnly))
	if err := writeFigures(c, format, v.page, tables, read); err != nil {
		return err
	}
	return s.opt.Desk.Exported(c.Request().Context(), viewer(c), name, format, n)
}

// writeFigures writes tables, each on a sheet of its own.
func writeFigures(c echo.Context, format string, p page, tables []figureTable, rows [][][]any) error {
	out, err := sheetOf(c.Response(), format)
	if err != nil {
		return err
	}
	for i, t := range tables {
		if err := out.begin(p.Words["chart_"+t.ID]); err != nil {
			return err
		}
		if err := out.row(t.heads(p)...); err != nil {
			return err
		}
		for _, row := range rows[i] {
			if err := out.row(row...); err != nil {
				return err
			}
		}
	}
	return out.close()
}

// asFile says that the answer is a file of that name.
func (s *Server) asFile(c echo.Context, format, name string) {
	h := c.Response().Header()
	h.Set("Content-Type", map[string]string{formatCSV: mediaCSV + "; charset=utf-8", formatXLSX: mediaXLSX}[format])
	h.Set("Content-Disposition", `attachment; filename="`+name+"."+format+`"`)
	h.Set("Cache-Control", "no-store")
}

// writeXLSX writes a report as a workbook, with the names of its columns first.
func writeXLSX(c echo.Context, t reports.Table) error {
	out, err := newWorkbook(c.Response())
	if err != nil {
		return err
	}
	if err := out.row(each(t.Columns, func(col reports.Column) any { return col.Name })...); err != nil {
		return err
	}
	for _, row := range t.Rows {
		if err := out.row(row...); err != nil {
			return err
		}
	}
	return out.close()
}

// figureExportRoutes are the figures as files.
func figureExportRoutes() []Route {
	return []Route{{
		Method: http.MethodGet, Path: figuresPath, Needs: ReportRead, handle: (*Server).exportFigures,
		Summary: "A table of the figures, as CSV or XLSX, or all of them in one workbook", Type: mediaXLSX,
	}}
}
