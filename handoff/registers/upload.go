package registers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/handoff"
)

// Bounds of an upload.
const (
	MaxFile    = 256 << 20 // bytes of a file
	MaxName    = 40        // of a register's name
	maxCalled  = 120       // bytes of a file's name that are kept
	sampleRows = 20        // that are shown before it is loaded
	guessRows  = 200       // that the types are guessed from
)

// invalid says which value cannot be taken, by a key of words.
func invalid(field, why string) error { return &handoff.FieldError{Field: field, Message: why} }

// ValidName reports whether a register can be called so: as flows name it.
func ValidName(name string) bool {
	if name == "" || len(name) > MaxName || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// Upload takes a file as a new version of the register with that name, which is
// made when there is none. A FieldError of "name" or "file" says what is wrong,
// by a key of words.
func (s *Store) Upload(ctx context.Context, v handoff.Viewer, name, file string, body io.Reader) (Version, error) {
	name = strings.TrimSpace(name)
	if !ValidName(name) {
		return Version{}, invalid("name", "name")
	}
	kind := strings.ToLower(filepath.Ext(file))
	switch kind {
	case kindXLSX:
	case ".csv", ".tsv", ".txt":
		kind = kindCSV
	default:
		return Version{}, invalid("file", "kind")
	}
	id := handoff.NewID()
	size, err := s.keep(id, kind, body)
	if err != nil {
		return Version{}, err
	}
	head, err := readHead(s.path(id, kind), s.dir)
	if err == nil {
		err = s.begin(ctx, v, id, name, file, size, head)
	}
	if err != nil {
		return Version{}, errors.Join(err, s.drop(id))
	}
	return s.Version(ctx, id)
}

// keep streams a file into the folder.
func (s *Store) keep(id uuid.UUID, kind string, body io.Reader) (int64, error) {
	f, err := os.OpenFile(s.path(id, kind), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("keep an uploaded file: %w", err)
	}
	size, err := io.Copy(f, io.LimitReader(body, MaxFile+1))
	err = errors.Join(err, f.Close())
	switch {
	case err != nil:
	case size > MaxFile:
		err = invalid("file", "large")
	case size == 0:
		err = invalid("file", "empty")
	}
	if err != nil {
		return 0, errors.Join(err, s.drop(id))
	}
	return size, nil
}

func (s *Store) path(id uuid.UUID, kind string) string {
	return filepath.Join(s.dir, id.String()+kind)
}

// drop removes the file of a version, whatever its kind.
func (s *Store) drop(id uuid.UUID) error {
	var errs []error
	for _, kind := range []string{kindCSV, kindXLSX} {
		if err := os.Remove(s.path(id, kind)); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// begin records an uploaded version, with what was chosen for columns of the same
// titles the last time.
func (s *Store) begin(ctx context.Context, v handoff.Viewer, id uuid.UUID, name, file string, size int64, h head) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var n int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM registers WHERE name <> $1`, name).Scan(&n); err != nil {
			return fmt.Errorf("count registers: %w", err)
		}
		if n >= MostRegisters {
			return invalid("name", "many")
		}
		var register uuid.UUID
		err := tx.QueryRow(ctx, `INSERT INTO registers (id, name, at) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id`,
			handoff.NewID(), name, s.now()).Scan(&register)
		if err != nil {
			return fmt.Errorf("make a register: %w", err)
		}
		columns, proof, err := s.asBefore(ctx, tx, register, h.columns)
		if err != nil {
			return err
		}
		rawColumns, err := json.Marshal(columns)
		if err != nil {
			return fmt.Errorf("keep the columns: %w", err)
		}
		rawSample, err := json.Marshal(h.sample)
		if err != nil {
			return fmt.Errorf("keep the first rows: %w", err)
		}
		number := 0
		err = tx.QueryRow(ctx, `INSERT INTO register_versions (id, register_id, number, agent_id, file, bytes, status, columns, sample, proof, at)
			SELECT $1, $2, COALESCE(max(number), 0) + 1, $3, $4, $5, 'uploaded', $6, $7, $8, $9 FROM register_versions WHERE register_id = $2 RETURNING number`,
			id, register, v.AgentID, fileName(file), size, rawColumns, rawSample, proof, s.now()).Scan(&number)
		if err != nil {
			return fmt.Errorf("record an uploaded file: %w", err)
		}
		return s.audit(ctx, tx, v.AgentID, "register.upload", name, stand{Version: number, File: fileName(file)})
	})
}

func fileName(name string) string {
	name = bangla.Clean(filepath.Base(strings.ReplaceAll(name, `\`, "/")))
	for len(name) > maxCalled {
		runes := []rune(name)
		name = string(runes[:len(runes)-1])
	}
	return name
}

// asBefore takes over what was chosen for the same titles.
func (s *Store) asBefore(ctx context.Context, tx pgx.Tx, register uuid.UUID, columns []handoff.RegisterColumn) ([]handoff.RegisterColumn, bool, error) {
	var raw string
	var proof bool
	err := tx.QueryRow(ctx, `SELECT columns::text, proof FROM register_versions WHERE register_id = $1 AND status = 'loaded' ORDER BY number DESC LIMIT 1`, register).Scan(&raw, &proof)
	if errors.Is(err, pgx.ErrNoRows) {
		return columns, columnOf(columns, flows.FieldPhone) >= 0, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the columns of before: %w", err)
	}
	var before []handoff.RegisterColumn
	if err := json.Unmarshal([]byte(raw), &before); err != nil {
		return nil, false, fmt.Errorf("read the columns of before: %w", err)
	}
	for i, c := range columns {
		for _, b := range before {
			if b.Title == c.Title {
				columns[i] = b
			}
		}
	}
	return columns, proof, nil
}
