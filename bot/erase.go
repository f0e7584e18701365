package bot

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"nagorik/bot/photos"
	"nagorik/handoff"
)

// removalsMost is how many photos one round removes.
const removalsMost = 500

// forgetAgain is when live sessions are removed once more: a turn that was
// recorded just before an erasure may save its session just after it.
const forgetAgain = 2 * commitWithin

// Erase takes a person's data out of the record and out of the live sessions,
// and tells everybody who watches. Its errors are those of handoff's
// EraseContact.
func (b *Bot) Erase(ctx context.Context, v handoff.Viewer, id uuid.UUID, typed string) (handoff.Erased, error) {
	erased, err := b.desk.EraseContact(ctx, v, id, typed)
	if err != nil {
		return erased, err
	}
	forget := func() {
		if err := b.sessions.Forget(context.Background(), erased.Keys); err != nil {
			b.log.Warn("live sessions of an erased contact end by themselves", "within", sessionTTL, "error", err)
		}
	}
	forget()
	time.AfterFunc(forgetAgain, forget)
	poke(b.pokes.removals)
	b.hint(said(erased.Were)...)
	return erased, nil
}

// removePhotos removes the files of photos that nobody needs any more. What was
// sent a moment ago waits for another round.
func (b *Bot) removePhotos(ctx context.Context) error {
	files, err := b.desk.PhotoRemovals(ctx, removalsMost)
	if err != nil {
		return err
	}
	for _, sha := range files {
		err := b.photos.Remove(sha, b.now())
		if errors.Is(err, photos.ErrFresh) {
			continue
		}
		if err == nil {
			err = b.desk.PhotoRemoved(ctx, sha)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
