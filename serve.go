package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"nagorik/api"
	"nagorik/bot"
	"nagorik/bot/messenger"
	"nagorik/bot/photos"
	"nagorik/bot/spool"
	"nagorik/flows"
	"nagorik/flows/place"
	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
	"nagorik/handoff/notices"
	"nagorik/handoff/registers"
	"nagorik/handoff/spending"
)

// Bounds of a running service.
const (
	stopWithin  = 20 * time.Second // to finish what was accepted
	storesClose = 30 * time.Second
	readyWithin = 2 * time.Second
)

// registersPart is the folder in DATA_DIR where uploaded tables wait.
const registersPart = "registers"

// serveCommand runs the service.
type serveCommand struct{}

// nagorik is everything that runs.
type nagorik struct {
	config    *Config
	log       *slog.Logger
	records   *records
	sessions  *sessionStore
	spools    *spools
	spool     *spool.Spool // our own of them
	photos    *photos.Store
	registers *registers.Store
	news      *broadcasts.Store
	leaving   *broadcasts.Links
	loading   chan struct{} // closed when no register is loaded any more; nil: never begun
	wards     *place.Map
	catalogs  *bot.Catalogs
	file      flowsFile
	bot       *bot.Bot
	messenger *messenger.Messenger // nil: off
	texting   texting
	figures   *figures
	server    *api.Server
	done      chan struct{} // closed when it stops: streams end then
}

// Run serves until it is interrupted, then finishes what it has accepted.
func (serveCommand) Run(p *process) error {
	config, err := p.config()
	if err != nil {
		return err
	}
	s := &nagorik{config: config, log: p.logger(config), done: make(chan struct{})}
	if s.texting, err = readTexting(config, p.lookup); err != nil {
		return err
	}
	err = s.open(p.ctx)
	if err == nil {
		err = s.serve(p)
	}
	return errors.Join(err, s.close())
}

// open brings up all parts, from the stores to the server.
func (s *nagorik) open(ctx context.Context) (err error) {
	if err := dataDir(s.config); err != nil {
		return err
	}
	if s.wards, err = readWards(s.config.Wards); err != nil {
		return err
	}
	if s.records, err = openRecords(ctx, s.config, s.log, false); err != nil {
		return err
	}
	sealed, err := s.records.desk.SealSecondFactors(ctx)
	if err != nil {
		return fmt.Errorf("SECRET_KEY: %w", err)
	}
	if sealed > 0 {
		s.log.Info("second factors that lay in the clear are sealed now", "accounts", sealed)
	}
	if sealed, err = s.records.desk.SealDeadTurns(ctx); err != nil {
		return err
	}
	if sealed > 0 {
		s.log.Info("dead turns that lay in the clear are sealed now", "turns", sealed)
	}
	if s.sessions, err = openSessions(ctx, s.config, s.log); err != nil {
		return err
	}
	if s.spools, err = openSpools(s.config.DataDir); err != nil {
		return err
	}
	s.spool = s.spools.own
	if found := s.spool.Recovered(); found.Records > 0 || found.Torn > 0 || found.Bad > 0 {
		s.log.Info("the spool holds events of an earlier run", "events", found.Records, "torn_bytes", found.Torn, "set_aside", found.Bad)
	}
	if s.photos, err = photos.NewStore(filepath.Join(s.config.DataDir, "photos")); err != nil {
		return err
	}
	if s.registers, err = registers.New(s.records.pool, filepath.Join(s.config.DataDir, registersPart), nil); err != nil {
		return err
	}
	if err := s.openWards(ctx); err != nil {
		return err
	}
	current, err := currentCatalog(ctx, s.config, s.records.desk, s.wards)
	if err != nil {
		return err
	}
	s.file.path = s.config.Flows
	s.catalogs = bot.NewCatalogs(current, func(ctx context.Context, version int64) (*flows.Catalog, error) {
		stored, err := storedCatalog(ctx, s.records.desk, s.wards, version)
		if err != nil && !handoff.Away(err) {
			s.log.Error("a version of the flows cannot be used; its dialogues go on in the current one", "version", version, "error", err)
		}
		return stored, err
	})
	return s.openBot()
}

func (s *nagorik) openBot() error {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.figures = newFigures(registry, s)
	ways, err := s.ways()
	if err != nil {
		return err
	}
	mailer, err := s.mailer()
	if err != nil {
		return err
	}
	secret, err := secretKey(s.config)
	if err != nil {
		return err
	}
	links := photos.NewLinks(s.config.PublicURL.String(), secret, nil)
	ledger, spent := notices.NewLedger(s.records.pool, nil), spending.NewLedger(s.records.pool, nil)
	s.news, s.leaving = broadcasts.New(s.records.pool, s.catalogs.Current, nil), broadcasts.NewLinks(s.config.PublicURL.String(), secret)
	letters, err := api.AlarmLetters(s.config.PublicURL.String())
	if err != nil {
		return err
	}
	s.bot, err = bot.New(bot.Options{
		Notices: ledger, Spending: spent, Broadcasts: s.news, UnsubscribeLink: s.leaving.Link, Mailer: mailer, AlarmLetter: letters,
		Desk: s.records.desk, Pool: s.records.pool, Redis: s.sessions.client, Catalogs: s.catalogs, Channels: ways.channels, Photos: s.photos,
		Spool: s.spool, Abandoned: s.spools.abandoned, Log: s.log, Metrics: s.figures.bot, RateOf: s.rateOf, PhotoLink: links.Link,
	})
	if err != nil {
		return err
	}
	s.server, err = api.New(api.Options{
		Desk: s.records.desk, Receive: s.bot.Accept, Talk: s.bot, Reviver: s.bot, Background: s.bot.Background(), Eraser: s.bot, Prover: s.bot, Told: ledger, Spending: spent, Broadcasts: s.news, Broadcaster: s.bot, Gateways: s.gateways, Calls: s.bot, KeepPhoto: s.keepPhoto, Mounts: ways.mounts, Photos: s.photos, PhotoLinks: links, Public: ways.page, Readiness: s.readiness,
		Live: s.bot.Live(), Done: s.done,
		Wards: s.wards, Taught: s.teachWards, Registers: s.registers,
		City: s.city, Teams: s.teams, Catalog: s.catalogs.Current,
		Compile: func(files []flows.File) (*flows.Catalog, []flows.Fault) { return flows.Load(s.wards, files...) }, Published: s.bot.Published, FileFaults: s.file.Faults,
		Metrics: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), MetricsToken: s.config.MetricsToken, Meter: s.figures,
		PublicURL: s.config.PublicURL.String(), TrustedProxies: s.config.TrustedProxies, Log: s.log,
	})
	return err
}

// serve listens until the process is interrupted.
func (s *nagorik) serve(p *process) error {
	listener, err := net.Listen("tcp", s.config.Addr)
	if err != nil {
		return badSetting("ADDR", "%v", err)
	}
	s.bot.Start()
	following, unfollow := context.WithCancel(context.Background())
	defer unfollow()
	go s.followCatalog(following)
	go s.followWards(following)
	go s.setUpPage(following)
	s.loading = make(chan struct{})
	go func() { defer close(s.loading); s.registers.Work(following, s.log) }()
	server := s.server.HTTP(s.config.Addr)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	if err := s.greet(p, listener.Addr()); err != nil {
		s.log.Error("the first administrator has no sign-in link", "error", err)
	}
	select {
	case err = <-ended:
	case <-p.ctx.Done():
		err = nil
	}
	s.log.Info("stopping: what was accepted is finished first")
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	close(s.done)
	unfollow()
	<-s.loading
	err = errors.Join(err, server.Shutdown(ctx), s.bot.Stop(ctx))
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// greet says where the service is to be found, and how the first
// administrator signs in.
func (s *nagorik) greet(p *process, addr net.Addr) error {
	s.log.Info("serving", "address", addr.String(), "flows_version", s.catalogs.Current().Version(), "database_version", s.records.to,
		"messenger", s.config.Messenger != nil, "sms_links", len(s.texting.links))
	fmt.Fprintf(p.out, "Nagorik runs. The web chat is at %s\n", s.config.PublicURL.JoinPath("/"))
	link, err := s.records.desk.FirstAdministrator(p.ctx)
	if err != nil || link == "" {
		return err
	}
	fmt.Fprintf(p.out, "First administrator, sign in once at %s\n", signInURL(s.config, link))
	return nil
}

// close lets go of everything that was opened.
func (s *nagorik) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), storesClose)
	defer cancel()
	var errs []error
	if s.spool != nil {
		errs = append(errs, s.spool.Close())
	}
	if s.sessions != nil {
		s.sessions.close()
	}
	if s.records != nil {
		errs = append(errs, s.records.close(ctx))
	}
	return errors.Join(errs...)
}

// readiness is what /readyz says. While the spool can take events, nothing is
// lost without the database or Redis: the service is degraded, not away.
func (s *nagorik) readiness(ctx context.Context) api.Readiness {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	r := api.Readiness{Status: "ok", Checks: map[string]string{"database": "ok", "sessions": "ok", "spool": "ok"}, Ready: true}
	degrade := func(part, why string) { r.Status, r.Checks[part] = "degraded", why }
	databaseAway := s.records.desk.Ping(ctx) != nil
	if databaseAway {
		degrade("database", "away: events are kept in the spool")
	}
	if s.sessions.client.Ping(ctx).Err() != nil {
		degrade("sessions", "away: sessions come from the database")
	}
	full := s.spool.Size() >= spoolMost
	switch {
	case full:
		degrade("spool", "full")
	case !s.spool.Empty():
		degrade("spool", fmt.Sprintf("holds %d events", s.spool.Len()))
	}
	r.Ready = !databaseAway || !full
	return r
}
