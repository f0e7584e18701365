package public

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/bot/web"
	"nagorik/flows/place"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// Options are what the page needs from the rest of the program.
type Options struct {
	Chat *web.Web
	// City is the city's name in a language.
	City func(lang string) string
	// Track looks up what anybody may know of a case, in a language. The bool
	// is false when there is no such case.
	Track func(ctx context.Context, number int64, lang string) (Tracked, bool, error)
	// Catalogs are the published flows: the services.
	Catalogs *bot.Catalogs
	// Stand reads where the person at an address of the chat stands.
	Stand func(ctx context.Context, address string) (handoff.Stand, error)
	// Letters is what mail people want, and ReadLink says which recipient of a
	// broadcast a link in its mail is for; nil: there are no such links.
	Letters  Letters
	ReadLink func(token string) (recipient int64, ok bool)
	// Counts are figures for everybody; nil: there are none.
	Counts Counts
	// Wards are drawn as a map of the figures; nil: there is no map.
	Wards *place.Map
	Now   func() time.Time // nil: time.Now
	Log   *slog.Logger     // nil: slog.Default
}

// Tracked is all that anybody may know of a case.
type Tracked struct {
	Service   string // the flow's title
	Status    string // in words
	UpdatedAt time.Time
}

// Register adds the pages, their assets and the chat's reading calls to e: GET /,
// /services, /services/{flow}, /counts, /unsubscribe/{token} and its POST, /assets/, /channels/web/stream and /channels/web/photos/. Writing, POST
// /channels/web, is a channel's webhook like any other and not added here. The
// error names a fault in the embedded files.
func Register(e *echo.Echo, opt Options) error {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	s, err := newSite(opt)
	if err != nil {
		return fmt.Errorf("public page: %w", err)
	}
	methods := []string{http.MethodGet, http.MethodHead}
	e.Match(methods, "/", s.showPage)
	e.Match(methods, "/services", s.listServices)
	e.Match(methods, "/services/:flow", s.showService)
	e.Match(methods, countsPath, s.showCounts)
	e.Match(methods, broadcasts.LinkPath+":token", s.showUnsubscribe)
	e.POST(broadcasts.LinkPath+":token", s.unsubscribe)
	e.Match(methods, "/assets/:name", s.showAsset)
	e.GET("/channels/web/stream", echo.WrapHandler(http.HandlerFunc(opt.Chat.Stream)))
	e.GET("/channels/web/photos/:sha", echo.WrapHandler(http.HandlerFunc(opt.Chat.Photo)))
	return nil
}

// networks is how many callers' networks are remembered to bound them.
const networks = 10_000

// site is the page with everything it is made of.
type site struct {
	opt    Options
	assets *assets
	page   *pageTemplate
	forms  map[string]*pageTemplate
	words  map[string]*words
	tracks *web.Limiter
	visits *web.Limiter
}

func newSite(opt Options) (*site, error) {
	words, err := loadWords()
	if err != nil {
		return nil, err
	}
	assets, err := loadAssets()
	if err != nil {
		return nil, err
	}
	page, err := loadPage()
	if err != nil {
		return nil, err
	}
	forms, err := loadForms()
	if err != nil {
		return nil, err
	}
	return &site{
		opt: opt, assets: assets, page: page, forms: forms, words: words,
		tracks: web.NewLimiter(trackPerSecond, trackBurst, networks),
		visits: web.NewLimiter(visitsPerSecond, visitsBurst, networks),
	}, nil
}

// contentPolicy lets the page use nothing but our own files. Previews of a
// photo before it is sent are blob: addresses.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; " +
	"img-src 'self' blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func secure(h http.Header) {
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
	// not no-referrer: with it browsers hide the Origin of our own forms
	h.Set("Referrer-Policy", "same-origin")
}

func remote(c echo.Context) netip.Addr {
	a, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		return netip.Addr{}
	}
	return a
}
