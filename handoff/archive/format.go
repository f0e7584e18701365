package archive

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// formatVersion is the form of the file. A reader refuses a newer one.
const formatVersion = 1

// The members of a backup. Those of the folders have the same names in DATA_DIR.
const (
	headName     = "head.json"
	manifestName = "manifest.json"
	keyName      = "secret.key"
	recordsPart  = "records"
	photosPart   = "photos"
	spoolPart    = "spool"
	sumsPart     = "sums"
)

// Bounds of a backup's members, in bytes. A reader believes no member that says it is larger.
const (
	pieceBytes    = 4 << 20   // of a table's rows
	photoBytes    = 64 << 20  // more than a photo may have
	spoolBytes    = 512 << 20 // much more than a segment of the spool has
	keyBytes      = 4 << 10
	contentsBytes = 4 << 20
	sumsEvery     = 256 // members between two lists of checksums
	sumsBytes     = sumsEvery * 512
	maxTables     = 10_000
)

// The faults of a backup.
var (
	// ErrDamaged says that a backup is cut off or altered.
	ErrDamaged = errors.New("the backup is damaged")
	// ErrNotBackup says that a file is something else.
	ErrNotBackup = errors.New("this is not a backup of nagorik")
	// ErrNewer says that a backup was made by a newer version of the program.
	ErrNewer = errors.New("the backup was made by a newer version of nagorik")
	// ErrNotEmpty says that there is something in the place a backup was to be restored into. Nothing was changed.
	ErrNotEmpty = errors.New("a backup is restored only into an empty place")
	// ErrNothing says that there is nothing to back up.
	ErrNothing = errors.New("there are no records")
	// ErrBusy says that another process writes the same backup.
	ErrBusy = errors.New("another process writes this backup")
)

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}

// Place is what a backup is made of and restored into.
type Place struct {
	DSN     string // of the database
	DataDir string // DATA_DIR
}

// Options are for whoever watches a backup or restore.
type Options struct {
	// Progress is told now and then how much was done. It may be nil.
	Progress func(Progress)
	// Now is the clock; nil means the machine's.
	Now func() time.Time
}

// Progress is how far a backup or restore has come.
type Progress struct {
	Doing string // "writing", "checking" or "restoring"
	Rows  int64  // rows of tables
	Files int64  // files of DATA_DIR
	Bytes int64  // of both, uncompressed
}

// Contents says what a backup holds.
type Contents struct {
	Format    int        `json:"format"`
	Schema    int64      `json:"schema"` // version of the database schema
	MadeAt    time.Time  `json:"made_at"`
	Tables    []Table    `json:"tables"` // each after those it refers to
	Sequences []Sequence `json:"sequences,omitempty"`
	Photos    int64      `json:"photos"`
	Missing   int64      `json:"missing,omitempty"` // photos that the records name and DATA_DIR did not have
	Spooled   int64      `json:"spooled"`           // files of the spool
	Key       bool       `json:"key"`               // the secret key is in it
}

// Table is a table and how many rows of it there are.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"`
	Rows    int64    `json:"rows"`
}

// Sequence is the last number that a sequence gave.
type Sequence struct {
	Name string `json:"name"`
	Last int64  `json:"last"`
}

// Rows is how many rows of a table there are; 0 for a table that is not in the backup.
func (c Contents) Rows(table string) int64 {
	if i := c.table(table); i >= 0 {
		return c.Tables[i].Rows
	}
	return 0
}

func (c Contents) table(name string) int {
	return slices.IndexFunc(c.Tables, func(t Table) bool { return t.Name == name })
}

// check says whether this program can read the backup at all.
func (c Contents) check() error {
	switch {
	case c.Format < 1 || c.Schema < 1 || len(c.Tables) == 0 || len(c.Tables) > maxTables:
		return damaged("%s makes no sense", headName)
	case c.Format > formatVersion:
		return ErrNewer
	}
	for i, t := range c.Tables {
		if t.Name == "" || strings.ContainsAny(t.Name, "/\x00") || len(t.Columns) == 0 || c.table(t.Name) != i {
			return damaged("%s makes no sense", headName)
		}
	}
	return nil
}

// photoForm is a file of the photo store, the original's name first; spoolForm one of the spool.
var (
	photoForm = regexp.MustCompile(`^photos/([0-9a-f]{2})/([0-9a-f]{2})/([0-9a-f]{64})((?:\.[a-z]{1,10}){0,2})$`)
	spoolForm = regexp.MustCompile(`^spool/(position|[0-9]{8,20}(-[0-9]{1,20})?\.(seg|bad))$`)
)

// isPhoto says whether a name is one of the photo store's.
func isPhoto(name string) bool {
	m := photoForm.FindStringSubmatch(name)
	return m != nil && m[3][:2] == m[1] && m[3][2:4] == m[2]
}

// isOriginal says whether a photo's file is the photo as it came, not one of its copies or notes.
func isOriginal(name string) bool { return isPhoto(name) && !strings.Contains(name, ".") }

// pieceName is the n-th piece of a table's rows, counted from 1.
func pieceName(table string, n int) string { return fmt.Sprintf("%s/%s/%06d", recordsPart, table, n) }

// place is where a member stands: members are in ascending order of kind, table, and name. It is also what is believed of a
// name: one that is not known has none.
type standing struct {
	kind  int // order of the parts
	table int
	piece int
	name  string
	most  int64 // bytes
}

// The order of the parts.
const (
	kindHead = iota
	kindRecords
	kindPhotos
	kindSpool
	kindKey
	kindManifest
)

func standingOf(name string, c Contents) (standing, error) {
	switch {
	case name == headName:
		return standing{kind: kindHead, most: contentsBytes}, nil
	case name == keyName:
		return standing{kind: kindKey, most: keyBytes}, nil
	case name == manifestName:
		return standing{kind: kindManifest, most: contentsBytes}, nil
	case isPhoto(name):
		return standing{kind: kindPhotos, name: name, most: photoBytes}, nil
	case spoolForm.MatchString(name):
		return standing{kind: kindSpool, name: name, most: spoolBytes}, nil
	}
	if rest, ok := strings.CutPrefix(name, recordsPart+"/"); ok {
		table, number, _ := strings.Cut(rest, "/")
		i := c.table(table)
		n, err := strconv.Atoi(number)
		if i >= 0 && err == nil && name == pieceName(table, n) {
			return standing{kind: kindRecords, table: i, piece: n, most: pieceBytes}, nil
		}
	}
	return standing{}, damaged("it has a member that does not belong there: %q", name)
}

// follows says whether a member may stand behind another.
func (s standing) follows(before standing) bool {
	switch {
	case s.kind != before.kind:
		return s.kind > before.kind && (s.kind != kindRecords || s.piece == 1)
	case s.kind != kindRecords:
		return s.name > before.name
	case s.table != before.table:
		return s.table > before.table && s.piece == 1
	default:
		return s.piece == before.piece+1
	}
}
