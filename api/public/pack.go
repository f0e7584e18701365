package public

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
)

// packFrom is the size in bytes below which packing wins nothing.
const packFrom = 1024

// pack is content in gzip, or nil where that would not be smaller.
func pack(content []byte, level int) []byte {
	if len(content) < packFrom {
		return nil
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		return nil // not a level: send it plain
	}
	// a bytes.Buffer takes everything
	if _, err := w.Write(content); err != nil {
		return nil
	}
	if err := w.Close(); err != nil || b.Len() >= len(content) {
		return nil
	}
	return b.Bytes()
}

// unpacks says whether a browser takes gzip.
func unpacks(r *http.Request) bool {
	for _, coding := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.Trim(weight, " q=.0") != "" || strings.TrimSpace(weight) == ""
		}
	}
	return false
}
