package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/bot/photos"
	"nagorik/bot/sse"
	"nagorik/bot/web"
	"nagorik/flows"
	"nagorik/flows/place"
	"nagorik/handoff"
	"nagorik/handoff/registers"
	"nagorik/handoff/reports"
	"nagorik/handoff/spending"
)

// Bounds of a connection, against callers that are slow on purpose. Streams
// set their own for each write.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 60 * time.Second // photos from a slow phone
	writeTimeout      = 60 * time.Second
	idleTimeout       = 120 * time.Second
	maxHeaderBytes    = 64 << 10
)

// Photos opens copies of photos for showing.
type Photos interface {
	// Open returns a copy, its media type and the time it was made. Its errors
	// are photos.ErrNotFound and photos.ErrNotShown.
	Open(sha256 string, size photos.Size) (io.ReadSeekCloser, string, time.Time, error)
}

// Meter counts what happens at the webhooks.
type Meter interface {
	// Webhook counts a call to a channel by its outcome: "ok", "refused",
	// "too_big", "broken", "unavailable" or "fault".
	Webhook(channel, outcome string)
	// Skipped counts what a signed call brought but nobody can use.
	Skipped(channel, reason string, n int)
}

// Readiness is what is told at /readyz. Ready is false only when nothing that
// comes in can be kept.
type Readiness struct {
	Status string            `json:"status" jsonschema:"enum=ok,enum=degraded" jsonschema_description:"degraded: something is away, but what comes in is kept"`
	Checks map[string]string `json:"checks" jsonschema_description:"ok or what is wrong, for each part"`
	Ready  bool              `json:"-"`
}

// Options are everything a Server is made of. Desk and PublicURL must be
// given, Receive and Photos when there are Mounts and photos.
type Options struct {
	Desk           *handoff.Desk
	Receive        func(context.Context, []bot.Event) error // makes events safe: bot.Bot's Accept
	Mounts         []Mount
	Talk           Talk             // the desk's verbs on conversations: bot.Bot
	Calls          Calls            // contacts by telephone and at the counter: bot.Bot
	Told           Told             // what people were told of cases: notices.Ledger; nil: nothing
	Spending       *spending.Ledger // what SMS cost; nil: there is no page of it
	Gateways       func() []string  // SMS gateways that can send; nil: none
	Reviver        Reviver          // of dead turns: bot.Bot
	Background     Background       // the work beside the turns
	Broadcasts     Broadcasts       // nil: none are sent
	Broadcaster    Broadcaster      // sends them: bot.Bot
	Prover         Prover           // of telephones: bot.Bot; nil: no code can be sent
	Eraser         Eraser           // of people's data: bot.Bot
	Live           Live             // nil: no stream
	Done           <-chan struct{}  // closed when the program stops: streams end then
	Photos         Photos
	KeepPhoto      func(ctx context.Context, photo []byte) (bot.Media, error)
	PhotoLinks     *photos.Links          // reads links to photos that staff have sent; nil: there are none
	Public         func(*echo.Echo) error // adds the public page
	Readiness      func(context.Context) Readiness
	Metrics        http.Handler
	City           func(lang string) string
	Teams          func(lang string) []Team                           // of the current flows
	Catalog        func() *flows.Catalog                              // the current flows; nil: pages show what the record says
	Compile        func([]flows.File) (*flows.Catalog, []flows.Fault) // checks flows for this city; nil: none are edited here
	FileFaults     func() []flows.Fault                               // why the watched flow file is not in use; nil: none is watched
	Published      func(*flows.Catalog)                               // new dialogues begin in it from now on; nil: whoever follows finds it
	MetricsToken   string                                             // empty: /metrics answers loopback only
	Wards          *place.Map                                         // the city's; nil: wards are numbers only
	Taught         func(ctx context.Context) error                    // takes up what was taught of wards; nil: nothing listens
	Registers      *registers.Store                                   // tables that flows look into; nil: there are none
	Meter          Meter
	PublicURL      string
	TrustedProxies []netip.Prefix
	Log            *slog.Logger
	Now            func() time.Time // nil: time.Now
}

// Team is an office that agents may be limited to.
type Team struct{ ID, Name string }

// Server answers HTTP.
type Server struct {
	opt      Options
	echo     *echo.Echo
	log      *slog.Logger
	now      func() time.Time
	routes   []Route
	openapi  []byte
	console  *console
	origin   *http.CrossOriginProtection
	failures *web.Limiter // bad API tokens, by network
	signIns  *web.Limiter // visits to sign-in links, by network
	reports  *reports.Set
	streams  *sse.Places
	sessions *scs.SessionManager
	nav      []navEntry
	drafts   soundDrafts // that were tried last
}

// makers make what no option changes.
type makers struct {
	console func() (*console, error)
	openapi func([]Route) ([]byte, error)
}

// New returns a Server with all its routes. The error names a route without a
// permission, a bad PublicURL, or a fault in the embedded pages.
func New(opt Options) (*Server, error) { return newServer(opt, makers{loadConsole, describe}) }

// newServer is New with makers that several servers may have in common.
func newServer(opt Options, from makers) (*Server, error) {
	if opt.Log == nil {
		opt.Log = slog.Default()
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.City == nil {
		opt.City = func(string) string { return "" }
	}
	if opt.Teams == nil {
		opt.Teams = func(string) []Team { return nil }
	}
	if opt.Meter == nil {
		opt.Meter = noMeter{}
	}
	s := &Server{
		opt: opt, echo: echo.New(), log: opt.Log, now: opt.Now,
		failures: web.NewLimiter(failuresPerSecond, failuresBurst, limiterNetworks),
		signIns:  web.NewLimiter(signInsPerSecond, signInsBurst, limiterNetworks),
		streams:  sse.NewPlaces(streamsInAll),
	}
	var err error
	if s.reports, err = reports.Load(); err != nil {
		return nil, err
	}
	s.routes = append(table(s.reports), mountRoutes(opt.Mounts)...)
	s.sessions = newSessions(opt.Desk, strings.HasPrefix(opt.PublicURL, "https://"))
	s.nav = navigation(s.routes)
	if s.origin, err = originOf(opt.PublicURL); err != nil {
		return nil, err
	}
	if s.console, err = from.console(); err != nil {
		return nil, err
	}
	if s.openapi, err = from.openapi(s.routes); err != nil {
		return nil, err
	}
	return s, s.register()
}

// register adds middleware and routes to echo.
func (s *Server) register() error {
	e := s.echo
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = extractor(s.opt.TrustedProxies)
	e.HTTPErrorHandler = s.fault
	e.Logger.SetOutput(io.Discard) // what matters is logged by slog
	e.Use(s.observe, s.harden)
	for _, r := range s.routes {
		if !r.Needs.known() {
			return fmt.Errorf("route %s %s: nobody said who may use it", r.Method, r.Path)
		}
		methods := []string{r.Method}
		if r.Method == http.MethodGet && r.Needs != Signed {
			methods = append(methods, http.MethodHead)
		}
		e.Match(methods, r.Path, s.guarded(r))
	}
	if s.opt.Public == nil {
		return nil
	}
	if err := s.opt.Public(e); err != nil {
		return fmt.Errorf("add the public page: %w", err)
	}
	return nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }

// HTTP returns a server with its time limits set, for an address to listen at.
func (s *Server) HTTP(addr string) *http.Server {
	return &http.Server{
		Addr: addr, Handler: s, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

// originOf lets forms be posted from our own pages only, also behind a proxy
// that changes the Host.
func originOf(publicURL string) (*http.CrossOriginProtection, error) {
	u, err := url.Parse(publicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("PUBLIC_URL is not an http or https URL")
	}
	protection := http.NewCrossOriginProtection()
	if err := protection.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
		return nil, fmt.Errorf("PUBLIC_URL: %w", err)
	}
	return protection, nil
}

// extractor finds a caller's address: the connection's own, or behind a
// trusted proxy the one that it names.
func extractor(trusted []netip.Prefix) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range trusted {
		p = p.Masked()
		options = append(options, echo.TrustIPRange(&net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

// remote is the caller's address; the zero Addr when it has none.
func remote(c echo.Context) netip.Addr {
	a, err := netip.ParseAddr(c.RealIP())
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap()
}

// Remote returns the way a caller's address is found for those who answer
// outside echo: the connection's own, or behind a trusted proxy the one that
// it names.
func Remote(trusted []netip.Prefix) func(*http.Request) netip.Addr {
	extract := extractor(trusted)
	return func(r *http.Request) netip.Addr {
		a, err := netip.ParseAddr(extract(r))
		if err != nil {
			return netip.Addr{}
		}
		return a.Unmap()
	}
}

// noMeter counts nothing.
type noMeter struct{}

func (noMeter) Webhook(string, string)      {}
func (noMeter) Skipped(string, string, int) {}
