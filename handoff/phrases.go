package handoff

import (
	"context"
	"fmt"
	"time"
)

// Bounds of what is kept of what was not understood.
const (
	keepPhrases  = 90 * 24 * time.Hour // after it was said last
	mostPhrases  = 20000
	phrasesShown = 200
)

// MissedPhrase is something that was said and not understood: by nobody one can
// name, and without its numbers.
type MissedPhrase struct {
	ID        int64
	Shown     string // as it was written last
	Flow      string // where; empty: at the menu
	State     string
	Language  string // what the person was answered in
	N         int64
	LastAt    time.Time
	SettledAt *time.Time // taken up or ignored
}

// PhraseFilter narrows what was not understood; empty fields do not.
type PhraseFilter struct {
	Flow     string
	Menu     bool // only at the menu
	Language string
	Settled  bool // those that were taken up or ignored, in place of those that were not
}

// FoldPhrases groups what was not understood, and forgets what was not said for
// long. It returns how many deltas it folded; several processes may fold at once.
func (d *Desk) FoldPhrases(ctx context.Context) (int, error) {
	var n int
	err := d.pool.QueryRow(ctx, `WITH taken AS (
			DELETE FROM missed_phrase_deltas WHERE id IN (SELECT id FROM missed_phrase_deltas ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING *
		), sums AS (
			SELECT u.folded, u.flow, u.state, u.language, max(u.shown) AS shown, count(*) AS n, min(d.at) AS first_at, max(d.at) AS last_at
			FROM taken d, unnest(d.folded, d.shown, d.flow, d.state, d.language) AS u(folded, shown, flow, state, language) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
		), folded AS (
			INSERT INTO missed_phrases AS p (folded, flow, state, language, shown, n, first_at, last_at)
			SELECT folded, flow, state, language, shown, n, first_at, last_at FROM sums
			ON CONFLICT (folded, flow, state, language) DO UPDATE SET n = p.n + excluded.n, shown = excluded.shown, last_at = GREATEST(p.last_at, excluded.last_at)
		)
		SELECT count(*) FROM taken`, FoldedAtOnce).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("fold what was not understood: %w", err)
	}
	_, err = d.pool.Exec(ctx, `DELETE FROM missed_phrases WHERE id IN (
			SELECT id FROM missed_phrases WHERE last_at < $1 OR id IN (SELECT id FROM missed_phrases ORDER BY last_at DESC, id OFFSET $2)
			ORDER BY id FOR UPDATE SKIP LOCKED)`,
		d.now().Add(-keepPhrases), mostPhrases)
	if err != nil {
		return 0, fmt.Errorf("forget what was not understood long ago: %w", err)
	}
	return n, nil
}

// MissedPhrases lists what was not understood, the most frequent first.
func (d *Desk) MissedPhrases(ctx context.Context, v Viewer, f PhraseFilter) ([]MissedPhrase, error) {
	if !v.writesFlows() {
		return nil, fmt.Errorf("what was not understood: %w", ErrNotFound)
	}
	var list []MissedPhrase
	err := d.db.WithContext(ctx).Raw(`SELECT id, shown, flow, state, language, n, last_at, settled_at FROM missed_phrases
		WHERE (settled_at IS NOT NULL) = @settled AND (@flow = '' OR flow = @flow) AND (NOT @menu OR flow = '') AND (@language = '' OR language = @language)
		ORDER BY n DESC, last_at DESC, id LIMIT @most`, map[string]any{
		"settled": f.Settled, "flow": f.Flow, "menu": f.Menu, "language": f.Language, "most": phrasesShown,
	}).Scan(&list).Error
	if err != nil {
		return nil, fmt.Errorf("list what was not understood: %w", err)
	}
	for i := range list {
		list[i].LastAt = d.local(list[i].LastAt)
	}
	return list, nil
}

// SettlePhrase takes a phrase off the list, or puts it back on. ErrNotFound
// when there is none of that id.
func (d *Desk) SettlePhrase(ctx context.Context, v Viewer, id int64, settled bool) error {
	if !v.writesFlows() {
		return fmt.Errorf("settle a phrase: %w", ErrNotFound)
	}
	done := d.db.WithContext(ctx).Exec(`UPDATE missed_phrases SET settled_at = CASE WHEN ? THEN CAST(? AS timestamptz) END WHERE id = ?`, settled, d.now(), id)
	if done.Error != nil {
		return fmt.Errorf("settle a phrase: %w", done.Error)
	}
	if done.RowsAffected == 0 {
		return fmt.Errorf("phrase %d: %w", id, ErrNotFound)
	}
	return nil
}
