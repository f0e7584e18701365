package bottest

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"
)

// twilioFiles are what people sent by MMS. Their addresses are at the API and
// want the account's access; the files are at another host.
type twilioFiles struct {
	host *httptest.Server

	mu     sync.Mutex
	files  map[string]media // by path
	leaked int
}

func newTwilioFiles() *twilioFiles {
	f := &twilioFiles{files: map[string]media{}}
	f.host = httptest.NewServer(f)
	return f
}

// ServeHTTP is the host that the files are really at.
func (f *twilioFiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	file, ok := f.files[r.URL.Path]
	if r.Header.Get("Authorization") != "" {
		f.leaked++
	}
	f.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", file.kind)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file.body))
}

func (f *twilioFiles) has(path string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, ok := f.files[path]
	return ok
}

// Media keeps a file that somebody sent by MMS and returns its address at the
// API.
func (t *Twilio) Media(contentType string, body []byte) string {
	t.media.mu.Lock()
	defer t.media.mu.Unlock()
	path := "/2010-04-01/Accounts/" + t.account + "/Messages/MM1/Media/ME" + strconv.Itoa(len(t.media.files)+1)
	t.media.files[path] = media{contentType, body}
	return t.URL() + path
}

// MediaHosts are the hosts that files come from: the API's, and the one it
// redirects to.
func (t *Twilio) MediaHosts() []string {
	return []string{strings.TrimPrefix(t.URL(), "http://"), strings.TrimPrefix(t.media.host.URL, "http://")}
}

// Leaked is how often the account's access came to the host behind the
// redirect.
func (t *Twilio) Leaked() int {
	t.media.mu.Lock()
	defer t.media.mu.Unlock()
	return t.media.leaked
}
