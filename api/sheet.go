package api

import (
	"encoding/csv"
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"nagorik/handoff"
	"nagorik/handoff/reports"
)

// The formats that lists are taken out in.
const (
	formatCSV  = "csv"
	formatXLSX = "xlsx"
)

// mediaXLSX is a workbook of spreadsheets.
const mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// byteOrderMark tells spreadsheets that the text is UTF-8.
const byteOrderMark = "\ufeff"

// sheet takes rows of texts, numbers and times. A text that a spreadsheet would
// take for a formula is led by an apostrophe.
type sheet interface {
	row(cells ...any) error
	close() error
}

// sheetOf writes a sheet to w; the format is formatCSV or formatXLSX.
func sheetOf(w io.Writer, format string) (sheet, error) {
	if format == formatXLSX {
		return newWorkbook(w)
	}
	if _, err := io.WriteString(w, byteOrderMark); err != nil {
		return nil, err
	}
	return &csvSheet{csv.NewWriter(w)}, nil
}

type csvSheet struct{ out *csv.Writer }

func (s *csvSheet) row(cells ...any) error {
	line := make([]string, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case string:
			line[i] = reports.Plain(c)
		case time.Time:
			line[i] = dateTime(c)
		default:
			line[i] = fmt.Sprint(c)
		}
	}
	return s.out.Write(line)
}

func (s *csvSheet) close() error {
	s.out.Flush()
	return s.out.Error()
}

// dateTime is a time as spreadsheets read it; nothing for none.
func dateTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(handoff.Dhaka()).Format(time.DateTime)
}

// workbook is an XLSX file of one sheet, kept on disk until it is whole.
type workbook struct {
	to   io.Writer
	file *excelize.File
	out  *excelize.StreamWriter
	n    int
}

func newWorkbook(w io.Writer) (*workbook, error) {
	f := excelize.NewFile()
	out, err := f.NewStreamWriter(f.GetSheetName(0))
	if err != nil {
		return nil, fmt.Errorf("begin a workbook: %w", err)
	}
	return &workbook{to: w, file: f, out: out}, nil
}

func (b *workbook) row(cells ...any) error {
	b.n++
	at, err := excelize.CoordinatesToCellName(1, b.n)
	if err != nil {
		return err
	}
	line := make([]any, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case string:
			line[i] = reports.Plain(c)
		case time.Time:
			line[i] = dateTime(c)
		default:
			line[i] = c
		}
	}
	return b.out.SetRow(at, line)
}

func (b *workbook) close() error {
	defer b.file.Close()
	if err := b.out.Flush(); err != nil {
		return fmt.Errorf("finish a workbook: %w", err)
	}
	return b.file.Write(b.to)
}
