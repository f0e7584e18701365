package bot_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/bot/photos"
	"nagorik/handoff"
)

// files are the names of all photos on disk.
func (w *town) files() (names []string) {
	w.t.Helper()
	err := filepath.WalkDir(w.dir+"/photos", func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return names
}

// settle lets the photos on disk be old enough to be removed.
func (w *town) settle() {
	w.t.Helper()
	old := time.Now().Add(-2 * photos.SettledAfter)
	for _, name := range w.files() {
		if err := os.Chtimes(name, old, old); err != nil {
			w.t.Fatal(err)
		}
	}
}

// An erasure in the middle of a dialogue ends it, in Redis too; whoever writes
// from there next is a newcomer, and asked from the beginning.
func TestErasureEndsTheDialogue(t *testing.T) {
	t.Parallel()
	media := mediaServer(t)
	paper := newPaper()
	paper.hosts = []string{strings.TrimPrefix(media.URL, "http://")}
	w := newTown(t, settings{paper: paper})
	for i, address := range []string{"61", "62"} {
		w.talk(address, drain[:4]...)
		w.accept(w.photo(address, fmt.Sprintf("%s/%d.jpg", media.URL, i+1), time.Now()), w.photo(address, media.URL+"/9.jpg", time.Now()))
	}
	eventually(t, "all photos on disk", func() bool { return w.count(`SELECT count(*) FROM photos WHERE status = 'kept'`) == 4 })
	had := len(w.files())
	w.settle()
	var contact uuid.UUID
	if err := w.pool.QueryRow(t.Context(), `SELECT contact_id FROM identities WHERE address = '61'`).Scan(&contact); err != nil {
		t.Fatal(err)
	}
	boss := handoff.Viewer{Role: handoff.RoleAdministrator}
	if _, err := w.Erase(t.Context(), boss, contact, "somebody else"); !errors.Is(err, handoff.ErrInvalid) {
		t.Fatalf("with a wrong name: %v", err)
	}
	if _, err := w.Erase(t.Context(), boss, contact, handoff.EraseWord); err != nil {
		t.Fatal(err)
	}
	keys, err := w.redis.Keys(t.Context(), "*").Result()
	if err != nil || strings.Contains(strings.Join(keys, " "), ":61") {
		t.Errorf("live sessions: %v, %v", keys, err)
	}
	eventually(t, "the one photo that only they sent is gone", func() bool { return len(w.files()) == had-had/3 })
	eventually(t, "that no photo is still to be removed", func() bool { return w.count(`SELECT count(*) FROM photo_removals`) == 0 }) // the file goes first
	w.talk("61", "মেনু")
	if n := w.count(`SELECT count(*) FROM identities WHERE address = '61' AND contact_id <> $1`, contact); n != 1 {
		t.Error("whoever writes next is not a newcomer")
	}
	if n := w.count(`SELECT count(*) FROM conversations WHERE contact_id = $1 AND (closed_at IS NULL OR checkpoint <> '{}')`, contact); n != 0 {
		t.Error("the dialogue goes on")
	}
	w.talk("62", "শেষ")
}

// A message that a person takes back loses its photo too.
func TestUnsentPhotoIsRemoved(t *testing.T) {
	t.Parallel()
	media := mediaServer(t)
	paper := newPaper()
	paper.hosts = []string{strings.TrimPrefix(media.URL, "http://")}
	w := newTown(t, settings{paper: paper})
	w.talk("61", drain[:4]...)
	first, second := w.photo("61", media.URL+"/1.jpg", time.Now()), w.photo("61", media.URL+"/2.jpg", time.Now())
	w.accept(first, second)
	eventually(t, "both photos on disk", func() bool { return w.count(`SELECT count(*) FROM photos WHERE status = 'kept'`) == 2 })
	had := len(w.files())
	w.settle()
	w.accept(bot.Event{Kind: bot.EventDelete, Channel: "paper", Address: "61", Target: first.ProviderID, At: time.Now()})
	if n := w.count(`SELECT count(*) FROM photos p JOIN messages m ON m.id = p.message_id WHERE m.provider_id = $1`, second.ProviderID); n != 1 || w.count(`SELECT count(*) FROM photos`) != 1 {
		t.Error("not the photo of the message alone was forgotten")
	}
	if n := w.count(`SELECT count(*) FROM messages WHERE provider_id = $1 AND kind = 'deleted' AND text = '' AND detail IS NULL`, first.ProviderID); n != 1 {
		t.Error("the message is not marked as taken back")
	}
	eventually(t, "its files are gone", func() bool { return len(w.files()) == had/2 })
	w.talk("61", "শেষ", "হ্যাঁ")
	if n := w.count(`SELECT count(*) FROM photos WHERE case_number IS NOT NULL`); n != 1 {
		t.Errorf("%d photos on the case, want the one that is left", n)
	}
}
