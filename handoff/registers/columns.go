package registers

import (
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/handoff"
)

// Bounds of values.
const (
	maxAmount  = 1e13
	excelFirst = 3653   // 1910-01-01 as a spreadsheet counts days
	excelLast  = 109574 // 2199-12-31
)

// head is the beginning of a file.
type head struct {
	columns []handoff.RegisterColumn // as they are guessed
	sample  [][]string
}

// readHead reads the titles and the first rows, and guesses what the columns are.
func readHead(path, dir string) (h head, err error) {
	t, err := openTable(path, dir)
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	titles, err := readTitles(t)
	if err != nil {
		return h, err
	}
	var rows [][]string
	for len(rows) < guessRows {
		cells, _, err := t.next()
		var bad *rowError
		if errors.Is(err, io.EOF) {
			break
		}
		if errors.As(err, &bad) || err == nil && blank(cells) {
			continue
		}
		if err != nil {
			return h, err
		}
		rows = append(rows, shown(cells, len(titles)))
	}
	if len(rows) == 0 {
		return h, invalid("file", "empty")
	}
	for i := range titles {
		if bijoy(rows, i) {
			return h, invalid("file", "bijoy")
		}
	}
	h.columns, h.sample = guess(titles, rows), rows[:min(len(rows), sampleRows)]
	return h, nil
}

// bijoyRows are looked at together: a name alone may be too short to tell.
const bijoyRows = 5

// bijoy reports that a column was typed for a Bijoy font, and so reads as odd
// Latin letters.
func bijoy(rows [][]string, i int) bool {
	odd, groups := 0, 0
	for group := range slices.Chunk(rows, bijoyRows) {
		var b strings.Builder
		for _, row := range group {
			b.WriteString(row[i] + " ")
		}
		groups++
		if bangla.Bijoy(b.String()) {
			odd++
		}
	}
	return odd*2 > groups
}

// readTitles reads the first row that holds something.
func readTitles(t table) ([]string, error) {
	for {
		cells, _, err := t.next()
		var bad *rowError
		switch {
		case errors.Is(err, io.EOF):
			return nil, invalid("file", "empty")
		case errors.As(err, &bad):
			return nil, invalid("file", bad.what)
		case err != nil:
			return nil, err
		case blank(cells):
			continue
		case len(cells) > maxColumns:
			return nil, invalid("file", "columns")
		}
		return titled(cells), nil
	}
}

// shown is a copy of a row, as long as the titles, its values cut.
func shown(cells []string, n int) []string {
	row := make([]string, n)
	for i := range row {
		if i < len(cells) {
			row[i] = bangla.Clean(strings.ToValidUTF8(cells[i], "?"))
			for len(row[i]) > flows.MaxField {
				row[i], _ = bangla.Graphemes(row[i], flows.MaxField/4)
			}
		}
	}
	return row
}

// usualNames are what columns are called for the words in their titles.
var usualNames = []struct {
	name  string
	words []string
}{
	{flows.FieldPhone, []string{"phone", "mobile", "ফোন", "মোবাইল"}},
	{"owner", []string{"owner", "মালিক"}},
	{"business", []string{"business", "shop", "প্রতিষ্ঠান", "ব্যবসা", "দোকান"}},
	{"due", []string{"due", "arrear", "বকেয়া", "পাওনা"}},
	{"valid_until", []string{"valid", "expir", "until", "মেয়াদ"}},
	{"paid_on", []string{"paid", "পরিশোধ"}},
	{"ward", []string{"ward", "ওয়ার্ড"}},
	{"address", []string{"address", "ঠিকানা"}},
	{flows.FieldKey, []string{"number", "no.", "holding", "licence", "license", "নম্বর", "নং"}},
	{"name", []string{"name", "নাম"}},
}

// guess says what the columns seem to be: the names from their titles, the types
// from their values.
func guess(titles []string, rows [][]string) []handoff.RegisterColumn {
	columns := make([]handoff.RegisterColumn, len(titles))
	used := map[string]bool{}
	for i, title := range titles {
		c := handoff.RegisterColumn{Title: title, Name: nameOf(title, i), Type: typeOf(rows, i)}
		if c.Name == flows.FieldKey && distinct(rows, i)*2 <= len(rows) || used[c.Name] {
			c.Name = "field_" + strconv.Itoa(i+1)
		}
		if c.Name == flows.FieldKey || c.Name == flows.FieldPhone {
			c.Type = flows.FieldText
		}
		if c.Type == flows.FieldText && (c.Name == "owner" || c.Name == "name") {
			c.Type = flows.FieldName
		}
		columns[i], used[c.Name] = c, true
	}
	for i := range columns {
		if !used[flows.FieldKey] && columns[i].Name != flows.FieldPhone && distinct(rows, i) == len(rows) {
			columns[i].Name, columns[i].Type, used[flows.FieldKey] = flows.FieldKey, flows.FieldText, true
		}
	}
	return columns
}

func nameOf(title string, i int) string {
	folded := bangla.Fold(title)
	for _, u := range usualNames {
		for _, w := range u.words {
			if strings.Contains(folded, bangla.Fold(w)) {
				return u.name
			}
		}
	}
	name := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(title)), "_")
	if ValidName(name) {
		return name
	}
	return "field_" + strconv.Itoa(i+1)
}

// typeOf is the narrowest type that all values of a column have.
func typeOf(rows [][]string, i int) flows.FieldType {
	for _, kind := range []flows.FieldType{flows.FieldAmount, flows.FieldDate} {
		seen := 0
		fits := !slices.ContainsFunc(rows, func(row []string) bool {
			if strings.TrimSpace(row[i]) == "" {
				return false
			}
			seen++
			_, what := value(kind, row[i])
			return what != ""
		})
		if fits && seen > 0 {
			return kind
		}
	}
	return flows.FieldText
}

// distinct counts the different keys in a column: in one that is the key there is
// one in every row, or nearly so.
func distinct(rows [][]string, i int) int {
	seen := make(map[string]bool, len(rows))
	for _, row := range rows {
		if k := flows.RegisterKey(row[i]); k != "" {
			seen[k] = true
		}
	}
	return len(seen)
}

// value is a cell as it is kept, or what is wrong with it.
func value(kind flows.FieldType, cell string) (kept, what string) {
	cell = strings.TrimSpace(cell)
	if !utf8.ValidString(cell) {
		return "", "encoding"
	}
	if cell == "" {
		return "", ""
	}
	switch kind {
	case flows.FieldAmount:
		return amount(cell)
	case flows.FieldDate:
		return date(cell)
	default:
		if kept = bangla.Clean(cell); len(kept) > flows.MaxField {
			return "", "long"
		}
		return kept, ""
	}
}

// moneyMarks are what stands beside an amount.
var moneyMarks = strings.NewReplacer(",", "", " ", "", "\u00a0", "", "৳", "", "টাকা", "", "taka", "", "tk.", "", "tk", "", "bdt", "", "/-", "", "/=", "")

func amount(cell string) (kept, what string) {
	n, err := strconv.ParseFloat(moneyMarks.Replace(strings.ToLower(bangla.Digits(cell))), 64)
	if err != nil || math.IsNaN(n) || math.Abs(n) > maxAmount {
		return "", "amount"
	}
	return strconv.FormatFloat(math.Round(n*100)/100, 'f', -1, 64), ""
}

// date takes what people write, and the days that a spreadsheet counts.
func date(cell string) (kept, what string) {
	cell = bangla.Digits(cell)
	if n, err := strconv.ParseFloat(cell, 64); err == nil {
		if n < excelFirst || n > excelLast {
			return "", "date"
		}
		day, err := excelize.ExcelDateToTime(n, false)
		if err != nil {
			return "", "date"
		}
		return day.Format(time.DateOnly), ""
	}
	if len(cell) > len(time.DateOnly) && cell[4] == '-' && (cell[10] == ' ' || cell[10] == 'T') {
		cell = cell[:10]
	}
	day, ok := bangla.Date(cell)
	if !ok {
		return "", "date"
	}
	return day.Format(time.DateOnly), ""
}

// phone is a telephone as it is kept; one that lost its first 0 in a spreadsheet
// is mended.
func phone(cell string) (kept, what string) {
	cell = strings.TrimSpace(bangla.Digits(cell))
	if cell == "" {
		return "", ""
	}
	if len(cell) == 10 && cell[0] == '1' {
		cell = "0" + cell
	}
	kept, ok := bangla.Phone(cell)
	if !ok {
		return "", "phone"
	}
	return kept, ""
}
