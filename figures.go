package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"nagorik/bot"
)

// figuresWithin bounds the query behind the gauges of one scrape.
const figuresWithin = time.Second

// figures are the process's metrics: the bot's, the webhooks', and gauges
// that are read when somebody asks.
type figures struct {
	bot      *bot.Metrics
	webhooks *prometheus.CounterVec
}

func newFigures(r prometheus.Registerer, s *nagorik) *figures {
	f := &figures{bot: bot.NewMetrics(r), webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "nagorik", Name: "webhooks_total", Help: "Calls to webhooks by channel and outcome.",
	}, []string{"channel", "outcome"})}
	r.MustRegister(f.webhooks, newGauges(s))
	return f
}

// Webhook counts a call to a webhook.
func (f *figures) Webhook(channel, outcome string) {
	f.webhooks.WithLabelValues(channel, outcome).Inc()
}

// Skipped counts what a webhook brought and nobody can use.
func (f *figures) Skipped(channel, reason string, n int) {
	f.bot.Skipped.WithLabelValues(channel, reason).Add(float64(n))
}

// gauges are figures that are looked up at each scrape.
type gauges struct {
	service *nagorik

	outboxDepth, outboxAge, deadTurns, photosPending     *prometheus.Desc
	spoolEvents, spoolBytes, spoolSetAside, flowsVersion *prometheus.Desc
}

func newGauges(s *nagorik) *gauges {
	describe := func(name, help string) *prometheus.Desc { return prometheus.NewDesc("nagorik_"+name, help, nil, nil) }
	return &gauges{
		service:       s,
		outboxDepth:   describe("outbox_messages", "Messages that wait to be sent."),
		outboxAge:     describe("outbox_oldest_seconds", "Age of the oldest message that is due and not sent."),
		deadTurns:     describe("dead_turns", "Turns kept raw because they could not be recorded."),
		photosPending: describe("photos_pending", "Photos that wait to be fetched."),
		spoolEvents:   describe("spool_events", "Events on disk that wait for the database."),
		spoolBytes:    describe("spool_bytes", "Size of the spool."),
		spoolSetAside: describe("spool_set_aside", "Unreadable pieces of the spool that were set aside."),
		flowsVersion:  describe("flows_version", "Version of the flows new dialogues begin in."),
	}
}

// Describe names the gauges.
func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		g.outboxDepth, g.outboxAge, g.deadTurns, g.photosPending, g.spoolEvents, g.spoolBytes, g.spoolSetAside, g.flowsVersion,
	} {
		ch <- d
	}
}

// Collect reads the gauges. Without a database its figures are left out.
func (g *gauges) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64) { ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v) }
	if g.service.spool != nil {
		gauge(g.spoolEvents, float64(g.service.spool.Len()))
		gauge(g.spoolBytes, float64(g.service.spool.Size()))
		gauge(g.spoolSetAside, float64(g.service.spool.Bad()))
	}
	gauge(g.flowsVersion, float64(g.service.catalogs.Current().Version()))
	ctx, cancel := context.WithTimeout(context.Background(), figuresWithin)
	defer cancel()
	b, err := g.service.records.desk.Backlog(ctx)
	if err != nil {
		return
	}
	gauge(g.outboxDepth, float64(b.Unsent))
	gauge(g.outboxAge, b.OldestUnsent.Seconds())
	gauge(g.deadTurns, float64(b.DeadTurns))
	gauge(g.photosPending, float64(b.PendingPhotos))
}
