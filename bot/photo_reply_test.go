package bot_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"nagorik/bot"
	"nagorik/handoff"
)

// pictured is a paper channel that shows photos.
type pictured struct{ *paper }

func (pictured) Pictured() {}

func linkTo(id uuid.UUID) string { return "https://city.example/photo/" + id.String() }

// taken is a town in which an agent has the conversation of 61; said is how
// much the citizen was told before.
func taken(t *testing.T, s settings) (w *town, agent handoff.Viewer, id uuid.UUID, said int) {
	t.Helper()
	w = newTown(t, s)
	w.talk("61", "মানুষ")
	id, agent = w.conversation("61"), w.agent("rahima")
	said = len(w.paper.to("61")) + 1
	if err := w.Take(t.Context(), agent, id, agent.Name); err != nil {
		t.Fatal(err)
	}
	w.paper.await(t, "61", said)
	return w, agent, id, said
}

var aPhoto = strings.Repeat("ab", 32)

func TestPhotoIsSentBeforeTheWords(t *testing.T) {
	t.Parallel()
	p := newPaper()
	w, agent, id, said := taken(t, settings{paper: p, channel: pictured{p}, link: linkTo})
	for range 2 { // the same key again is the same reply
		if err := w.Reply(t.Context(), agent, id, handoff.Written{Text: "রাস্তাটি এখন এমন", Photo: aPhoto, Key: "k"}); err != nil {
			t.Fatal(err)
		}
	}
	p.await(t, "61", said+2)
	sent := p.to("61")[said:]
	if !strings.HasPrefix(sent[0].Photo, "https://city.example/photo/") || sent[0].Text != "" || !sent[0].Human || sent[1].Text != "রাস্তাটি এখন এমন" || sent[1].Photo != "" {
		t.Errorf("sent %+v", sent)
	}
	photo := uuid.MustParse(strings.TrimPrefix(sent[0].Photo, "https://city.example/photo/"))
	if sum, err := w.desk.SentPhoto(t.Context(), photo); err != nil || sum != aPhoto {
		t.Errorf("the link leads to %q, %v", sum, err)
	}
	if n := w.count(`SELECT count(*) FROM photos WHERE agent_id = $1`, agent.AgentID); n != 1 {
		t.Errorf("%d photos on record, want 1", n)
	}
	if err := w.Reply(t.Context(), agent, id, handoff.Written{Photo: aPhoto}); err != nil {
		t.Fatalf("without words: %v", err)
	}
	if got := p.await(t, "61", said+3); got.Photo == "" {
		t.Errorf("without words it went out as %+v", got)
	}
}

func TestPhotoIsLinkedToWhereNoneCanBeShown(t *testing.T) {
	t.Parallel()
	w, agent, id, said := taken(t, settings{link: linkTo})
	if err := w.Reply(t.Context(), agent, id, handoff.Written{Text: "দেখুন", Photo: aPhoto}); err != nil {
		t.Fatal(err)
	}
	if got := w.paper.await(t, "61", said+1); !strings.HasPrefix(got.Text, "দেখুন\nhttps://city.example/photo/") || got.Photo != "" {
		t.Errorf("sent %+v", got)
	}
}

func TestPhotoThatCannotBeSentIsRefused(t *testing.T) {
	t.Parallel()
	w, agent, id, said := taken(t, settings{})
	if err := w.Reply(t.Context(), agent, id, handoff.Written{Text: "দেখুন", Photo: aPhoto}); !errors.Is(err, bot.ErrNoPhoto) {
		t.Errorf("got %v", err)
	}
	if n := len(w.paper.to("61")); n != said {
		t.Errorf("%d messages went out all the same", n-said)
	}
}
