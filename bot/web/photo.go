package web

import (
	"crypto/hmac"
	"encoding/base64"
	"net/http"
	"strings"
)

// photoPath is where a page finds the photos of its own conversation.
const photoPath = "/channels/web/photos/"

// photo signs the way to a photo for the one address that may see it.
func (w *Web) photo(address string, p KeptPhoto) Photo {
	link := photoPath + p.SHA256 + "?key=" + w.photoKey(address, p.SHA256)
	return Photo{URL: link, Thumb: link + "&size=thumb", Width: p.Width, Height: p.Height}
}

func (w *Web) photoKey(address, sha string) string {
	return base64.RawURLEncoding.EncodeToString(w.mac("photo", []byte(address), []byte(sha)))
}

// Photo serves GET /channels/web/photos/{sha256}: a copy of a photo of the
// caller's own conversation. The link works only with the session it was
// written for.
func (w *Web) Photo(rw http.ResponseWriter, r *http.Request) {
	sha := strings.TrimPrefix(r.URL.Path, photoPath)
	address, ok := w.Address(r)
	key := []byte(r.URL.Query().Get("key"))
	if !ok || w.opt.Open == nil || !isSHA256(sha) || !hmac.Equal(key, []byte(w.photoKey(address, sha))) {
		http.NotFound(rw, r)
		return
	}
	file, mediaType, modified, err := w.opt.Open(sha, r.URL.Query().Get("size") == "thumb")
	if err != nil {
		http.NotFound(rw, r)
		return
	}
	defer file.Close()
	h := rw.Header()
	h.Set("Content-Type", mediaType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=31536000, immutable")
	http.ServeContent(rw, r, "", modified, file)
}

// isSHA256 is true for 64 lower-case hex digits, and so for no path.
func isSHA256(s string) bool {
	if len(s) != 64 {
		return false
	}
	return isAddress(s[:addressChars]) && isAddress(s[addressChars:])
}
