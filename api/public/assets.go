package public

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

//go:embed assets locales *.html
var files embed.FS

// assets are the page's files under names that change with their content, so
// that browsers may keep them for ever.
type assets struct {
	links map[string]string // by plain name: "chat.js"
	byURL map[string]asset  // by the last part of the link
}

type asset struct {
	content   []byte
	packed    []byte // in gzip; nil where that is not smaller
	mediaType string
}

// order: the style sheet names the font, so the font's name comes first.
var assetTypes = []struct{ name, mediaType string }{
	{"bengali.woff2", "font/woff2"},
	{"bengali.LICENSE.txt", "text/plain; charset=utf-8"},
	{"logo.svg", "image/svg+xml"},
	{"chat.css", "text/css; charset=utf-8"},
	{"form.css", "text/css; charset=utf-8"},
	{"chat.js", "text/javascript; charset=utf-8"},
}

func loadAssets() (*assets, error) {
	a := &assets{links: make(map[string]string), byURL: make(map[string]asset)}
	for _, t := range assetTypes {
		content, err := readAsset(t.name)
		if err != nil {
			return nil, fmt.Errorf("read asset: %w", err)
		}
		if t.name == "chat.css" {
			content = bytes.ReplaceAll(content, []byte("bengali.woff2"), []byte(path.Base(a.links["bengali.woff2"])))
		}
		hashed := hashedName(t.name, content)
		a.links[t.name] = "/assets/" + hashed
		a.byURL[hashed] = asset{content, pack(content, gzip.BestCompression), t.mediaType}
	}
	return a, nil
}

// scriptParts are the files of assets/script/ in the order they are joined.
var scriptParts = []string{"start", "words", "lines", "sending", "hearing", "photos", "page"}

func readAsset(name string) ([]byte, error) {
	if name != "chat.js" {
		return files.ReadFile("assets/" + name)
	}
	script := []byte("(function () {\n'use strict';\n\n")
	for _, part := range scriptParts {
		content, err := files.ReadFile("assets/script/" + part + ".js")
		if err != nil {
			return nil, err
		}
		script = append(append(script, content...), '\n')
	}
	return append(script, "}());\n"...), nil
}

// hashedName turns chat.js into chat.0123456789.js.
func hashedName(name string, content []byte) string {
	sum := sha256.Sum256(content)
	stem, ending, _ := strings.Cut(name, ".")
	return stem + "." + hex.EncodeToString(sum[:5]) + "." + ending
}

func (s *site) showAsset(c echo.Context) error {
	a, ok := s.assets.byURL[c.Param("name")]
	if !ok {
		return echo.ErrNotFound
	}
	h := c.Response().Header()
	secure(h)
	h.Set("Content-Type", a.mediaType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	content := a.content
	if a.packed != nil {
		h.Set("Vary", "Accept-Encoding")
		if unpacks(c.Request()) {
			h.Set("Content-Encoding", "gzip")
			content = a.packed
		}
	}
	http.ServeContent(c.Response(), c.Request(), "", time.Time{}, bytes.NewReader(content))
	return nil
}

// BanglaFont is the font in which systems without one of their own show
// Bangla: woff2, under the licence that lies beside it.
func BanglaFont() ([]byte, error) {
	b, err := files.ReadFile("assets/bengali.woff2")
	if err != nil {
		return nil, fmt.Errorf("read the font: %w", err)
	}
	return b, nil
}
