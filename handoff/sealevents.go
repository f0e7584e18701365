package handoff

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"nagorik/flows/bangla"
)

// ErrSealedEvent says that an event was sealed under another SECRET_KEY. It is
// an ErrConflict.
var ErrSealedEvent = fmt.Errorf("%w: an event was sealed under another SECRET_KEY; give that key back", ErrConflict)

// SealEvent seals an event that waits outside the record, as it came: what a
// citizen typed may hold numbers that nobody should find lying about. It fails
// on a Desk without a secret.
func (d *Desk) SealEvent(event []byte) ([]byte, error) {
	sealed, err := d.events.close(nil, string(event))
	return []byte(sealed), err
}

// OpenEvent returns an event that SealEvent has sealed, or that was kept in the
// clear before events were sealed. Its error is ErrSealedEvent.
func (d *Desk) OpenEvent(kept []byte) ([]byte, error) {
	event, err := d.events.open(nil, string(kept))
	return []byte(event), err
}

// sealEvent seals an event that is not sealed yet.
func (d *Desk) sealEvent(event string) (string, error) {
	if strings.HasPrefix(event, sealedMark) {
		return event, nil
	}
	return d.events.close(nil, event)
}

// sealedAtOnce is how many dead turns SealDeadTurns reads at a time.
const sealedAtOnce = 100

// SealDeadTurns seals the dead turns that lie in the clear, which earlier
// versions left, and reports how many.
func (d *Desk) SealDeadTurns(ctx context.Context) (sealed int, err error) {
	db := d.db.WithContext(ctx)
	for {
		var rows []deadTurnRow
		if err := db.Select("id", "event", "error").Where("event NOT LIKE ?", sealedMark+"%").Order("id").Limit(sealedAtOnce).Find(&rows).Error; err != nil {
			return sealed, fmt.Errorf("read dead turns: %w", err)
		}
		if len(rows) == 0 {
			return sealed, nil
		}
		for _, row := range rows {
			kept, err := d.sealEvent(row.Event)
			if err != nil {
				return sealed, fmt.Errorf("seal a dead turn: %w", err)
			}
			// Whoever changed it meanwhile has sealed it.
			done := db.Model(&deadTurnRow{}).Where("id = ? AND event = ?", row.ID, row.Event).
				Updates(map[string]any{"event": kept, "error": bangla.Mask(row.Error)})
			if done.Error != nil {
				return sealed, fmt.Errorf("seal a dead turn: %w", done.Error)
			}
			sealed += int(done.RowsAffected)
		}
	}
}

// maskEvent hides identity numbers in what an event says; the rest of it stays.
func maskEvent(event string) string {
	var decoded any
	in := json.NewDecoder(strings.NewReader(event))
	in.UseNumber()
	if in.Decode(&decoded) != nil || in.More() {
		return bangla.Mask(event)
	}
	if !maskTexts(decoded) {
		return event
	}
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if to.Encode(decoded) != nil {
		return bangla.Mask(event)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// maskTexts masks what is said in decoded JSON, in place, and reports whether
// there was anything to mask.
func maskTexts(in any) (changed bool) {
	switch in := in.(type) {
	case []any:
		for _, v := range in {
			changed = maskTexts(v) || changed
		}
	case map[string]any:
		for name, v := range in {
			text, ok := v.(string)
			if !ok || name != "text" {
				changed = maskTexts(v) || changed
				continue
			}
			if hidden := bangla.Mask(text); hidden != text {
				in[name], changed = hidden, true
			}
		}
	}
	return changed
}
