package registers

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"nagorik/handoff"
)

// Bounds of loading.
const (
	chunkRows   = 20_000           // that are copied at a time
	lookEvery   = 5 * time.Second  // for versions that another process was asked to load
	beatEvery   = 10 * time.Second // while a version is loaded
	staleAfter  = time.Minute      // without a beat: the process is gone
	unchosenFor = 24 * time.Hour   // that a file waits for its columns to be chosen
)

// errStopped says that a version is loaded no more: a person has cancelled it.
var errStopped = errors.New("the load was cancelled")

// missing turns pgx's word for nothing into ours.
func missing(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return handoff.ErrNotFound
	}
	return err
}

// Work loads versions whose files are here, one after the other, until ctx ends.
// What a killed process left half is marked as failed.
func (s *Store) Work(ctx context.Context, log *slog.Logger) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		if err := s.Turn(ctx); err != nil && ctx.Err() == nil {
			log.Error("registers are not loaded now", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		case <-s.poke:
		}
	}
}

// Turn does all that is due now.
func (s *Store) Turn(ctx context.Context) error {
	if err := s.sweep(ctx); err != nil {
		return err
	}
	waiting, err := s.versions(ctx, `WHERE v.status = 'asked' ORDER BY v.id LIMIT $1`, MostRegisters)
	if err != nil {
		return err
	}
	for _, v := range waiting {
		path, here := s.fileOf(v.ID)
		if !here {
			continue
		}
		if err := s.loadOne(ctx, v, path); err != nil {
			return err
		}
	}
	return nil
}

// fileOf finds the file of a version in this process's folder.
func (s *Store) fileOf(id uuid.UUID) (path string, here bool) {
	for _, kind := range []string{kindCSV, kindXLSX} {
		if _, err := os.Stat(s.path(id, kind)); err == nil {
			return s.path(id, kind), true
		}
	}
	return "", false
}

// sweep ends what nobody works on any more.
func (s *Store) sweep(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, `UPDATE register_versions SET status = CASE WHEN status = 'uploaded' THEN 'cancelled' ELSE 'failed' END,
			error = CASE status WHEN 'loading' THEN 'stopped' WHEN 'asked' THEN 'gone' ELSE '' END, sample = NULL, done_at = $1
		WHERE status IN ('asked', 'loading') AND beat_at < $2 OR status = 'uploaded' AND at < $3 RETURNING id`, s.now(), s.now().Add(-staleAfter), s.now().Add(-unchosenFor))
	if err != nil {
		return fmt.Errorf("look for loads that have stopped: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("look for loads that have stopped: %w", err)
	}
	for _, id := range ids {
		if err := s.clear(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// clear removes what a version that will not be loaded has left.
func (s *Store) clear(ctx context.Context, id uuid.UUID) error {
	if _, err := s.pool.Exec(ctx, `DELETE FROM register_rows WHERE version_id = $1`, id); err != nil {
		return fmt.Errorf("remove the rows of a version: %w", err)
	}
	return s.drop(id)
}

// loadOne claims a version and loads it. Its own faults end in the record; the
// error is of the store.
func (s *Store) loadOne(ctx context.Context, v Version, path string) error {
	tag, err := s.pool.Exec(ctx, `UPDATE register_versions SET status = 'loading', beat_at = $2 WHERE id = $1 AND status = 'asked'`, v.ID, s.now())
	if err != nil {
		return fmt.Errorf("begin to load a register: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return nil
	}
	l := &load{s: s, v: v, seed: maphash.MakeSeed(), seen: map[uint64]struct{}{}}
	work, stop := context.WithCancelCause(ctx)
	beating := make(chan struct{})
	go func() { defer close(beating); l.beat(work, stop) }()
	err = l.run(work, path)
	stop(nil)
	<-beating
	if err == nil {
		err = l.finish(ctx)
	}
	if err != nil {
		return s.fail(context.WithoutCancel(ctx), v, err)
	}
	return s.drop(v.ID)
}

// fail records why a version was not loaded.
func (s *Store) fail(ctx context.Context, v Version, cause error) error {
	var field *handoff.FieldError
	why := "broken"
	switch {
	case errors.As(cause, &field):
		why = field.Message
	case errors.Is(cause, context.Canceled):
		why = "stopped"
	}
	_, err := s.pool.Exec(ctx, `UPDATE register_versions SET status = 'failed', error = $2, sample = NULL, done_at = $3 WHERE id = $1 AND status = 'loading'`, v.ID, why, s.now())
	if err == nil {
		err = s.clear(ctx, v.ID)
	}
	if why == "broken" && !errors.Is(cause, errStopped) {
		err = errors.Join(err, cause)
	}
	if err != nil {
		return fmt.Errorf("load version %d of register %s: %w", v.Number, v.Name, err)
	}
	return nil
}
