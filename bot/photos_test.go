package bot_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"nagorik/bot"
)

// mediaServer serves a different small JPEG under each /N.jpg.
func mediaServer(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n uint8
		if _, err := fmt.Sscanf(r.URL.Path, "/%d.jpg", &n); err != nil {
			http.NotFound(w, r)
			return
		}
		picture := image.NewGray(image.Rect(0, 0, 40, 30))
		for i := range picture.Pix {
			picture.Pix[i] = 20 * n
		}
		picture.Set(0, 0, color.White)
		var b bytes.Buffer
		_ = jpeg.Encode(&b, picture, nil)
		_, _ = w.Write(b.Bytes())
	}))
	t.Cleanup(s.Close)
	return s
}

// photo is a person sending one photo, at a time of its own.
func (w *town) photo(address, url string, at time.Time) bot.Event {
	e := w.text(address, "")
	e.Media, e.At = []bot.Media{{URL: url}}, at
	return e
}

func TestFivePhotosMakeOneCase(t *testing.T) {
	t.Parallel()
	media := mediaServer(t)
	paper := newPaper()
	paper.hosts = []string{strings.TrimPrefix(media.URL, "http://")}
	w := newTown(t, settings{paper: paper})
	w.talk("61", drain[:4]...)
	had := len(paper.to("61"))
	at := time.Now()
	for i := range 4 {
		w.accept(w.photo("61", fmt.Sprintf("%s/%d.jpg", media.URL, i+1), at.Add(time.Duration(i)*time.Millisecond)))
	}
	ack := paper.await(t, "61", had+1)
	if !strings.Contains(ack.Text, "৪") {
		t.Errorf("the acknowledgement does not count four photos: %q", ack.Text)
	}
	w.accept(w.photo("61", media.URL+"/5.jpg", time.Now()))
	paper.await(t, "61", had+2) // five are the most: it goes on by itself
	if n := w.count(`SELECT count(*) FROM messages WHERE status = 'cancelled'`); n != 3 {
		t.Errorf("%d acknowledgements were replaced by the next photo's, want 3", n)
	}
	w.talk("61", "হ্যাঁ")
	eventually(t, "five photos on disk", func() bool {
		return w.count(`SELECT count(*) FROM photos WHERE case_number = 10001 AND status = 'kept' AND width = 40 AND height = 30 AND source = ''`) == 5
	})
	if n := w.count(`SELECT count(DISTINCT sha256) FROM photos`); n != 5 {
		t.Errorf("%d different photos, want 5", n)
	}
	if n := w.count(`SELECT count(*) FROM photos p JOIN messages m ON m.id = p.message_id JOIN photos q ON q.id > p.id JOIN messages o ON o.id = q.message_id AND o.at < m.at`); n != 0 {
		t.Error("the photos are not in the order they were taken")
	}
	if n := w.count(`SELECT count(*) FROM cases`); n != 1 {
		t.Errorf("%d cases, want 1", n)
	}
}

func TestPhotoAfterTheCaseJoinsIt(t *testing.T) {
	t.Parallel()
	media := mediaServer(t)
	paper := newPaper()
	paper.hosts = []string{strings.TrimPrefix(media.URL, "http://")}
	w := newTown(t, settings{paper: paper})
	w.talk("61", append(append([]string{}, drain...), "হ্যাঁ")...)
	w.accept(w.photo("61", media.URL+"/1.jpg", time.Now()))
	if n := w.count(`SELECT count(*) FROM photos WHERE case_number = 10001`); n != 1 {
		t.Error("the photo was not added to the case")
	}
	if n := w.count(`SELECT count(*) FROM conversations`); n != 1 {
		t.Errorf("%d conversations: a photo for a case is no new contact", n)
	}
	w.talk("61", "মেনু")
	if n := w.count(`SELECT count(*) FROM conversations`); n != 2 {
		t.Errorf("%d conversations, want a new one for what is said after the end", n)
	}
}

func TestPhotoFromElsewhereIsRefused(t *testing.T) {
	t.Parallel()
	media := mediaServer(t)
	w := newTown(t, settings{})
	w.talk("61", drain[:4]...)
	w.accept(w.photo("61", media.URL+"/1.jpg", time.Now()))
	eventually(t, "the failed photo", func() bool { return w.count(`SELECT count(*) FROM photos WHERE status = 'failed'`) == 1 })
	w.talk("61", "শেষ", "হ্যাঁ")
	if n := w.count(`SELECT count(*) FROM photos p JOIN cases c ON c.number = p.case_number WHERE p.status = 'failed'`); n != 1 {
		t.Error("the desk does not see that a photo is missing")
	}
}
