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

	"nagorik/api/public"
	"nagorik/flows/grammar"
)

// consoleFiles are the pages of the console: templates, assets and the words
// of each language.
//
//go:embed console/views console/assets console/locales console/phrases
var consoleFiles embed.FS

// consolePolicy lets pages of the console use nothing but their own files.
const consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// languages of the staff, the default first.
var languages = []string{"bn", "en"}

// console is everything pages are made of.
type console struct {
	pages   *template.Template
	words   map[string]map[string]string // by language, by key
	phrases map[string]*phrases          // by language; English needs none
	manual  *grammar.Manual              // of flow files
	assets  map[string]asset             // by hashed name
	names   map[string]string            // hashed name by plain name
}

type asset struct {
	media string
	body  []byte
}

// assetRoutes are the files of the console's pages.
func assetRoutes() []Route {
	return []Route{{
		Method: http.MethodGet, Path: "/console/assets/:name", Needs: Public, handle: (*Server).showConsoleAsset,
		Summary: "Style, script and font of the pages", Type: "text/css",
	}}
}

// loadConsole reads the embedded files. A fault in them is an error at start.
func loadConsole() (*console, error) {
	k := &console{words: map[string]map[string]string{}, phrases: map[string]*phrases{}, manual: grammar.NewManual(), assets: map[string]asset{}, names: map[string]string{}}
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
	text, err := consoleFiles.ReadFile("console/phrases/flows_bn.json")
	if err != nil {
		return nil, fmt.Errorf("read the words of the flows: %w", err)
	}
	if k.phrases["bn"], err = loadPhrases(text); err != nil {
		return nil, err
	}
	if k.pages, err = template.New("console").Option("missingkey=error").ParseFS(consoleFiles, "console/views/*.html"); err != nil {
		return nil, fmt.Errorf("read the console's pages: %w", err)
	}
	return k, k.loadAssets()
}

// banglaFont is the font's name in the style sheet, which is hashed in its turn.
const banglaFont = "bengali.woff2"

// loadAssets gives each asset a name with its hash, so that browsers may keep
// it for ever. The font is the public page's.
func (k *console) loadAssets() error {
	font, err := public.BanglaFont()
	if err != nil {
		return fmt.Errorf("read the console's font: %w", err)
	}
	k.addAsset(banglaFont, "font/woff2", font)
	files, err := fs.Glob(consoleFiles, "console/assets/*")
	if err != nil {
		return fmt.Errorf("list the console's assets: %w", err)
	}
	media := map[string]string{".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".webp": "image/webp", ".js": "text/javascript; charset=utf-8"}
	for _, file := range files {
		body, err := consoleFiles.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read the console's assets: %w", err)
		}
		plain, ext := path.Base(file), path.Ext(file)
		if media[ext] == "" {
			return fmt.Errorf("the console's asset %s is of no known kind", plain)
		}
		if ext == ".css" {
			body = bytes.ReplaceAll(body, []byte(banglaFont), []byte(k.names[banglaFont]))
		}
		k.addAsset(plain, media[ext], body)
	}
	return nil
}

func (k *console) addAsset(plain, media string, body []byte) {
	sum := sha256.Sum256(body)
	ext := path.Ext(plain)
	hashed := strings.TrimSuffix(plain, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	k.assets[hashed], k.names[plain] = asset{media, body}, hashed
}

// link is where an asset is to be had.
func (k *console) link(plain string) string { return "/console/assets/" + k.names[plain] }

func (s *Server) showConsoleAsset(c echo.Context) error {
	a, ok := s.console.assets[c.Param("name")]
	if !ok {
		return echo.ErrNotFound
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, a.media, a.body)
}
