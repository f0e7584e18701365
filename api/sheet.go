package api

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
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
	begin(title string) error // another sheet; CSV has one, without a title
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
		case nil:
			line[i] = ""
		default:
			line[i] = fmt.Sprint(c)
		}
	}
	return s.out.Write(line)
}

func (s *csvSheet) begin(string) error { return nil }

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

// sheetTitle is how long the title of a sheet may be, in characters.
const sheetTitle = 31

// workbook is an XLSX file, kept on disk until it is whole.
type workbook struct {
	to   io.Writer
	file *excelize.File
	out  *excelize.StreamWriter // the sheet that is written
	n    int                    // its rows so far
}

func newWorkbook(w io.Writer) (*workbook, error) {
	f := excelize.NewFile()
	out, err := f.NewStreamWriter(f.GetSheetName(0))
	if err != nil {
		return nil, fmt.Errorf("begin a workbook: %w", err)
	}
	return &workbook{to: w, file: f, out: out}, nil
}

// begin goes on with another sheet. The first one that is begun is the first of
// the file.
func (b *workbook) begin(title string) error {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]'`, r) {
			return ' '
		}
		return r
	}, title)
	if r := []rune(name); len(r) > sheetTitle {
		name = string(r[:sheetTitle])
	}
	var err error
	if b.n == 0 {
		err = b.file.SetSheetName(b.file.GetSheetName(0), name)
	} else if err = b.out.Flush(); err == nil {
		_, err = b.file.NewSheet(name)
	}
	if err == nil {
		b.out, err = b.file.NewStreamWriter(name)
	}
	if err != nil {
		return fmt.Errorf("begin a sheet: %w", err)
	}
	b.n = 0
	return nil
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
