package registers

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"nagorik/flows/bangla"
)

// The two kinds of file.
const (
	kindCSV  = ".csv"
	kindXLSX = ".xlsx"
)

// Bounds of what is read. An XLSX file is a ZIP archive: what it unfolds to is
// bounded, and what is over xmlInMemory of it goes through the folder.
const (
	maxColumns  = 60
	maxRecord   = 1 << 20 // bytes of one row of a CSV file
	maxUnzipped = 2 << 30
	xmlInMemory = 16 << 20
	peekedBytes = 64 << 10
	MaxRows     = 3_000_000
)

// table reads the rows of a file, one after the other.
type table interface {
	// next is a row and its line; io.EOF after the last. A *rowError is about
	// one row: the next can still be read.
	next() (cells []string, line int64, err error)
	read() int64 // bytes of the file that were read; 0: it cannot be told
	close() error
}

// rowError is what is wrong with one row.
type rowError struct{ what string }

func (e *rowError) Error() string { return "a row cannot be read: " + e.what }

// openTable opens a file; a FieldError of "file" says why it cannot be read.
func openTable(path, dir string) (table, error) {
	if filepath.Ext(path) == kindXLSX {
		return openXLSX(path, dir)
	}
	return openCSV(path)
}

// csvTable is a CSV file: UTF-8 with or without a mark, values parted by comma,
// semicolon or tab.
type csvTable struct {
	file   *os.File
	bytes  *counted
	reader *csv.Reader
}

// counted counts what is read, and ends a row that never ends.
type counted struct {
	r     io.Reader
	n     int64
	since int64 // n when the last row was done
}

var errEndless = &rowError{"quote"}

func (c *counted) Read(p []byte) (int, error) {
	if c.n-c.since > maxRecord {
		return 0, errEndless
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func openCSV(path string) (table, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	head := make([]byte, peekedBytes)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, f.Close())
	}
	head = head[:n]
	start := int64(0)
	if strings.HasPrefix(string(head), "\xef\xbb\xbf") {
		start = 3
	}
	if why := unreadable(head[start:]); why != "" {
		return nil, errors.Join(invalid("file", why), f.Close())
	}
	if _, err := f.Seek(start, io.SeekStart); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	t := &csvTable{file: f, bytes: &counted{r: f}}
	t.reader = csv.NewReader(t.bytes)
	t.reader.Comma, t.reader.FieldsPerRecord, t.reader.ReuseRecord = comma(string(head[start:])), -1, true
	return t, nil
}

// unreadable says what a file is that is no CSV in UTF-8.
func unreadable(head []byte) string {
	switch {
	case strings.HasPrefix(string(head), "\xff\xfe"), strings.HasPrefix(string(head), "\xfe\xff"):
		return "utf16"
	case strings.HasPrefix(string(head), "PK\x03\x04"), strings.HasPrefix(string(head), "\xd0\xcf\x11\xe0"):
		return "kind"
	case strings.IndexByte(string(head), 0) >= 0:
		return "binary"
	}
	for n := 0; n < utf8.UTFMax && len(head) > 0 && len(head) >= peekedBytes-utf8.UTFMax; n++ {
		if utf8.Valid(head) {
			break
		}
		head = head[:len(head)-1] // a letter may be cut at the end
	}
	if !utf8.Valid(head) {
		return "encoding"
	}
	return ""
}

// comma is what parts the values of the first line.
func comma(text string) rune {
	line, _, _ := strings.Cut(text, "\n")
	most, found := 0, ','
	for _, r := range ",;\t" {
		quoted, n := false, 0
		for _, c := range line {
			switch {
			case c == '"':
				quoted = !quoted
			case c == r && !quoted:
				n++
			}
		}
		if n > most {
			most, found = n, r
		}
	}
	return found
}

func (t *csvTable) next() ([]string, int64, error) {
	cells, err := t.reader.Read()
	t.bytes.since = t.bytes.n
	var parse *csv.ParseError
	switch {
	case err == nil:
		line, _ := t.reader.FieldPos(0)
		return cells, int64(line), nil
	case errors.Is(err, errEndless):
		return nil, 0, invalid("file", "quote")
	case errors.As(err, &parse):
		return nil, int64(parse.StartLine), &rowError{"quote"}
	default:
		return nil, 0, err
	}
}

func (t *csvTable) read() int64  { return t.bytes.n }
func (t *csvTable) close() error { return t.file.Close() }

// xlsxTable is the first sheet of an XLSX file.
type xlsxTable struct {
	file *excelize.File
	rows *excelize.Rows
	line int64
}

func openXLSX(path, dir string) (table, error) {
	f, err := excelize.OpenFile(path, excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: xmlInMemory, TmpDir: dir, RawCellValue: true})
	if err != nil {
		if strings.Contains(err.Error(), "unzip size exceeds") {
			return nil, invalid("file", "unzipped")
		}
		return nil, invalid("file", "xlsx")
	}
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, errors.Join(invalid("file", "xlsx"), f.Close())
	}
	rows, err := f.Rows(sheets[0])
	if err != nil {
		return nil, errors.Join(invalid("file", "xlsx"), f.Close())
	}
	return &xlsxTable{file: f, rows: rows}, nil
}

func (t *xlsxTable) next() ([]string, int64, error) {
	if !t.rows.Next() {
		if t.rows.Error() != nil {
			return nil, 0, invalid("file", "xlsx")
		}
		return nil, 0, io.EOF
	}
	t.line++
	cells, err := t.rows.Columns()
	if err != nil {
		return nil, 0, invalid("file", "xlsx")
	}
	return cells, t.line, nil
}

func (t *xlsxTable) read() int64  { return 0 }
func (t *xlsxTable) close() error { return errors.Join(t.rows.Close(), t.file.Close()) }

// blank reports that a row holds nothing.
func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// titled makes the titles of the columns out of the first row.
func titled(cells []string) []string {
	titles := make([]string, len(cells))
	for i, c := range cells {
		if titles[i] = strings.Join(strings.Fields(bangla.Clean(c)), " "); titles[i] == "" {
			titles[i] = strconv.Itoa(i + 1)
		}
	}
	return titles
}
