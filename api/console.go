package api

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/labstack/echo/v4"
)

// consoleFiles are the pages of the console: templates, assets and the words
// of each language.
//
//go:embed console
var consoleFiles embed.FS

// consolePolicy lets pages of the console use nothing but their own files.
const consolePolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// languages of the staff, the default first.
var languages = []string{"bn", "en"}

// console is everything pages are made of.
type console struct {
	pages  *template.Template
	words  map[string]map[string]string // by language, by key
	assets map[string]asset             // by hashed name
	names  map[string]string            // hashed name by plain name
}

type asset struct {
	media string
	body  []byte
}

// page is what every page of the console knows.
type page struct {
	Lang  string
	Words map[string]string
	Other string // the same page in the other language; empty when it cannot be shown again
	Style string // where the style sheet is
	Title string
}

// loadConsole reads the embedded files. A fault in them is an error at start.
func loadConsole() (*console, error) {
	k := &console{words: map[string]map[string]string{}, assets: map[string]asset{}, names: map[string]string{}}
	for _, lang := range languages {
		b, err := consoleFiles.ReadFile("console/locales/" + lang + ".json")
		if err != nil {
			return nil, fmt.Errorf("read the console's words: %w", err)
		}
		words := map[string]string{}
		if err := json.Unmarshal(b, &words); err != nil {
			return nil, fmt.Errorf("read the console's words in %s: %w", lang, err)
		}
		k.words[lang] = words
	}
	var err error
	if k.pages, err = template.New("console").Option("missingkey=error").ParseFS(consoleFiles, "console/views/*.html"); err != nil {
		return nil, fmt.Errorf("read the console's pages: %w", err)
	}
	return k, k.loadAssets()
}

// loadAssets gives each asset a name with its hash, so that browsers may keep
// it for ever.
func (k *console) loadAssets() error {
	files, err := fs.Glob(consoleFiles, "console/assets/*")
	if err != nil {
		return fmt.Errorf("list the console's assets: %w", err)
	}
	media := map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	for _, file := range files {
		body, err := consoleFiles.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read the console's assets: %w", err)
		}
		sum := sha256.Sum256(body)
		plain, ext := path.Base(file), path.Ext(file)
		hashed := strings.TrimSuffix(plain, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		if media[ext] == "" {
			return fmt.Errorf("the console's asset %s is of no known kind", plain)
		}
		k.assets[hashed], k.names[plain] = asset{media[ext], body}, hashed
	}
	return nil
}

// page begins a page in the language asked for by ?lang= or by the form.
func (k *console) page(c echo.Context, title string) page {
	lang, other := languages[0], languages[1]
	wanted := c.QueryParam("lang")
	if form := c.Request().PostForm; form.Has("lang") {
		wanted = form.Get("lang")
	}
	if wanted == other {
		lang, other = other, lang
	}
	return page{
		Lang: lang, Words: k.words[lang], Other: "?lang=" + other,
		Style: "/console/assets/" + k.names["console.css"], Title: k.words[lang][title],
	}
}

// show writes a page whole or not at all.
func (k *console) show(c echo.Context, status int, view string, v any) error {
	var b bytes.Buffer
	if err := k.pages.ExecuteTemplate(&b, view, v); err != nil {
		return fmt.Errorf("show %s: %w", view, err)
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", consolePolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	return c.HTMLBlob(status, b.Bytes())
}

// notice is a page that says one thing.
type notice struct {
	page
	Text string
}

// showFault tells somebody at a page of the console what went wrong.
func (s *Server) showFault(c echo.Context, p *problem) error {
	title, text := "fault_title", "fault_text"
	switch p.code {
	case "not_found", "method_not_allowed":
		title, text = "missing_title", "missing_text"
	case "too_many_requests":
		title, text = "slow_title", "slow_text"
	case "unavailable":
		title, text = "away_title", "away_text"
	case "forbidden":
		title, text = "forbidden_title", "forbidden_text"
	}
	view := notice{page: s.console.page(c, title)}
	view.Text = view.Words[text]
	return s.console.show(c, p.status, "notice.html", view)
}

func (s *Server) showConsoleAsset(c echo.Context) error {
	a, ok := s.console.assets[c.Param("name")]
	if !ok {
		return echo.ErrNotFound
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, a.media, a.body)
}
