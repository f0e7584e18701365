package bot

import (
	"context"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// Note writes a note for colleagues under a conversation, and tells those of
// the staff who watch. Its errors are those of handoff's NoteTalk.
func (b *Bot) Note(ctx context.Context, v handoff.Viewer, id uuid.UUID, n handoff.NoteOnTalk) error {
	if err := b.desk.NoteTalk(ctx, v, id, n); err != nil {
		return err
	}
	// Without the address: the citizen's own page has nothing to fetch.
	b.hint(Hint{Event: HintNote, Conversation: id.String()})
	return nil
}
