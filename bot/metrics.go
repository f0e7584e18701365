package bot

import "github.com/prometheus/client_golang/prometheus"

// Metrics are the figures of the bot, for Prometheus.
type Metrics struct {
	Turns         *prometheus.CounterVec   // by channel and outcome
	Stale         prometheus.Counter       // stepped again because the conversation had moved on
	Retried       prometheus.Counter       // batches that were committed one by one
	Dead          prometheus.Counter       // kept in dead_turns
	LaneDepth     prometheus.Histogram     // events per batch
	Commit        prometheus.Histogram     // seconds from load to commit
	SessionMisses prometheus.Counter       // sessions read from the database
	RedisFaults   prometheus.Counter       // Redis did not answer
	Spooled       prometheus.Counter       // events that went to the spool
	Sends         *prometheus.CounterVec   // by channel and outcome
	SendTime      *prometheus.HistogramVec // seconds of a provider call, by channel
	OutboxDropped prometheus.Counter       // left to the sweep because the queue was full
	Photos        *prometheus.CounterVec   // by outcome
	JobFaults     *prometheus.CounterVec   // by task
	Skipped       *prometheus.CounterVec   // signed, not for us or unreadable: by channel and reason
	Mended        *prometheus.CounterVec   // figures of reports that were not what the rows say: by what differed
}

// NewMetrics registers the bot's figures.
func NewMetrics(r prometheus.Registerer) *Metrics {
	m := &Metrics{
		Turns:         counters("turns_total", "Turns by channel and outcome.", "channel", "outcome"),
		Stale:         counter("turns_stale_total", "Turns stepped again because their conversation had moved on."),
		Retried:       counter("batches_retried_total", "Batches committed one turn at a time after a fault."),
		Dead:          counter("dead_turns_total", "Turns that could not be recorded and were kept raw."),
		LaneDepth:     histogram("lane_batch_events", "Events in one batch of a lane.", prometheus.ExponentialBuckets(1, 2, 9)),
		Commit:        histogram("commit_seconds", "Time to make a batch durable, from load to commit.", prometheus.ExponentialBuckets(0.0005, 2, 14)),
		SessionMisses: counter("session_misses_total", "Sessions that were read from the database."),
		RedisFaults:   counter("redis_faults_total", "Times Redis did not answer."),
		Spooled:       counter("spooled_events_total", "Events kept in the spool because the database was away."),
		Sends:         counters("sends_total", "Calls to providers by channel and outcome.", "channel", "outcome"),
		SendTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "nagorik", Name: "send_seconds", Help: "Time of a call to a provider.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14),
		}, []string{"channel"}),
		OutboxDropped: counter("outbox_deferred_total", "Conversations left to the outbox sweep because the queue was full."),
		Photos:        counters("photos_total", "Photos by outcome.", "outcome"),
		JobFaults:     counters("job_faults_total", "Failed rounds of background work.", "job"),
		Skipped:       counters("webhook_skipped_total", "What webhooks brought that is not for us or cannot be read.", "channel", "reason"),
		Mended:        counters("figures_mended_total", "Figures of reports that differed from the rows and were mended.", "what"),
	}
	r.MustRegister(m.Turns, m.Stale, m.Retried, m.Dead, m.LaneDepth, m.Commit, m.SessionMisses, m.RedisFaults, m.Spooled,
		m.Sends, m.SendTime, m.OutboxDropped, m.Photos, m.JobFaults, m.Skipped, m.Mended)
	return m
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "nagorik", Name: name, Help: help})
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "nagorik", Name: name, Help: help}, labels)
}

func histogram(name, help string, buckets []float64) prometheus.Histogram {
	return prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "nagorik", Name: name, Help: help, Buckets: buckets})
}
