package handoff

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"
)

// CatalogSource says where a published version came from.
type CatalogSource string

// The sources of a catalogue.
const (
	SourceBuiltIn CatalogSource = "built-in" // the one in the program
	SourceFile    CatalogSource = "file"     // the FLOWS setting
	SourceConsole CatalogSource = "console"
	SourceCommand CatalogSource = "command" // flows publish
)

// catalogLock is the advisory lock under which versions are published, so that
// several processes that start at once publish one file once.
const catalogLock = 0x6e61676f02

// maxNote bounds the note and the author's name of a version, in characters.
const maxNote = 500

// CatalogFile is one file of a catalogue; its text is kept as it was written.
type CatalogFile struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Catalog is a published version of the flows. Lists of versions leave the
// files out.
type Catalog struct {
	Version     int64
	Files       []CatalogFile
	Hash        string
	Source      CatalogSource
	Author      string
	Note        string
	PublishedAt time.Time
}

// CatalogHash names the contents of files: the same files in the same order
// have the same hash.
func CatalogHash(files []CatalogFile) string {
	h := sha256.New()
	for _, f := range files {
		for _, part := range []string{f.Name, f.Text} {
			var n [8]byte
			binary.BigEndian.PutUint64(n[:], uint64(len(part)))
			h.Write(n[:])
			h.Write([]byte(part))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// PublishCatalog records a version of the flows and returns its number. The
// built-in one is published only into an empty database, and a file only when
// its hash differs from the last one taken from a file: a restart never
// overwrites a supervisor. When there was no reason to publish, published is
// false and version is the latest one.
func (d *Desk) PublishCatalog(ctx context.Context, files []CatalogFile, source CatalogSource, author, note string) (version int64, published bool, err error) {
	row, err := d.newCatalogRow(files, source, author, note)
	if err != nil {
		return 0, false, err
	}
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT pg_advisory_xact_lock(?)", int64(catalogLock)).Error; err != nil {
			return err
		}
		last, wanted, err := wanted(tx, source, row.Hash)
		if err != nil || !wanted {
			version = last
			return err
		}
		published = true
		version, err = insertCatalog(tx, row)
		return err
	})
	if err != nil {
		return 0, false, fmt.Errorf("publish flows: %w", err)
	}
	return version, published, nil
}

// wanted says whether there is reason to publish, and the latest version.
func wanted(tx *gorm.DB, source CatalogSource, hash string) (last int64, yes bool, err error) {
	if err := tx.Raw("SELECT COALESCE(max(version), 0) FROM catalogs").Scan(&last).Error; err != nil {
		return 0, false, err
	}
	switch source {
	case SourceBuiltIn:
		return last, last == 0, nil
	case SourceFile:
		var before string
		err := tx.Raw("SELECT hash FROM catalogs WHERE source = ? ORDER BY version DESC LIMIT 1", SourceFile).Scan(&before).Error
		return last, before != hash, err
	default:
		return last, true, nil
	}
}

func (d *Desk) newCatalogRow(files []CatalogFile, source CatalogSource, author, note string) (catalogRow, error) {
	switch source {
	case SourceBuiltIn, SourceFile, SourceConsole, SourceCommand:
	default:
		return catalogRow{}, invalid("source", "must be built-in, file, console or command")
	}
	if len(files) == 0 {
		return catalogRow{}, invalid("files", "must be at least one file")
	}
	for _, f := range files {
		if !utf8.ValidString(f.Text) || strings.ContainsRune(f.Text, 0) || !utf8.ValidString(f.Name) || strings.ContainsRune(f.Name, 0) {
			return catalogRow{}, invalid("files", "must be text in UTF-8")
		}
	}
	for field, s := range map[string]string{"author": author, "note": note} {
		if utf8.RuneCountInString(s) > maxNote || !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			return catalogRow{}, invalid(field, "must be text of at most %d characters", maxNote)
		}
	}
	b, err := json.Marshal(files)
	if err != nil {
		return catalogRow{}, fmt.Errorf("write flows: %w", err)
	}
	return catalogRow{Files: b, Hash: CatalogHash(files), Source: string(source), Author: author, Note: note, PublishedAt: d.now()}, nil
}

// Catalog reads one published version with its files.
func (d *Desk) Catalog(ctx context.Context, version int64) (Catalog, error) {
	row, err := first[catalogRow](d.db.WithContext(ctx).Where("version = ?", version), "flows")
	if err != nil {
		return Catalog{}, err
	}
	return d.catalogOf(row)
}

// LatestCatalog reads the newest version; ErrNotFound when there is none.
func (d *Desk) LatestCatalog(ctx context.Context) (Catalog, error) {
	row, err := first[catalogRow](d.db.WithContext(ctx).Order("version DESC"), "flows")
	if err != nil {
		return Catalog{}, err
	}
	return d.catalogOf(row)
}

// LatestVersion is the number of the newest version; 0 when there is none.
func (d *Desk) LatestVersion(ctx context.Context) (int64, error) {
	var version int64
	if err := d.db.WithContext(ctx).Raw("SELECT COALESCE(max(version), 0) FROM catalogs").Scan(&version).Error; err != nil {
		return 0, fmt.Errorf("read the latest version of the flows: %w", err)
	}
	return version, nil
}

// Catalogs lists all versions, the newest first, without their files.
func (d *Desk) Catalogs(ctx context.Context) ([]Catalog, error) {
	var rows []catalogRow
	if err := d.db.WithContext(ctx).Omit("files").Order("version DESC").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list versions of the flows: %w", err)
	}
	list := make([]Catalog, len(rows))
	for i, r := range rows {
		c, err := d.catalogOf(r)
		if err != nil {
			return nil, err
		}
		list[i] = c
	}
	return list, nil
}

func (d *Desk) catalogOf(r catalogRow) (Catalog, error) {
	c := Catalog{
		Version: r.Version, Hash: r.Hash, Source: CatalogSource(r.Source), Author: r.Author, Note: r.Note, PublishedAt: d.local(r.PublishedAt),
	}
	if r.Files == nil {
		return c, nil
	}
	if err := json.Unmarshal(r.Files, &c.Files); err != nil {
		return Catalog{}, fmt.Errorf("read version %d of the flows: %w", r.Version, err)
	}
	return c, nil
}
