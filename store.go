package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/redis/go-redis/v9"

	"nagorik/handoff"
	"nagorik/handoff/postgres"
	"nagorik/migrations"
)

// Bounds of the stores.
const (
	waitForStore  = 30 * time.Second // for a database or Redis that does not answer yet
	askStore      = 500 * time.Millisecond
	databaseConns = 16
	redisDial     = 500 * time.Millisecond
	redisAnswer   = 500 * time.Millisecond
	expireTick    = time.Second // miniredis does not expire keys by itself
)

// dataDir makes DATA_DIR. Others on the machine may not look into it. When the
// service runs as root they may pass through: the private cluster in it runs
// as another user, and everything else has a folder of its own, mode 0700.
func dataDir(c *Config) error {
	mode := os.FileMode(0o700)
	if os.Geteuid() == 0 {
		mode = 0o711
	}
	if err := os.MkdirAll(c.DataDir, mode); err != nil {
		return badSetting("DATA_DIR", "cannot be made: %v", err)
	}
	probe := filepath.Join(c.DataDir, ".write-test")
	if err := os.WriteFile(probe, nil, 0o600); err != nil {
		return badSetting("DATA_DIR", "cannot be written to: %v", err)
	}
	return os.Remove(probe)
}

// records is an open, migrated database.
type records struct {
	pool    *pgxpool.Pool
	desk    *handoff.Desk
	dsn     string
	cluster *postgres.Cluster // nil with DATABASE_URL
	from    int64
	to      int64
}

// openRecords opens the database and brings it up to date. beside means that a
// service may be running on it.
func openRecords(ctx context.Context, c *Config, log *slog.Logger, beside bool) (*records, error) {
	r, err := reachRecords(ctx, c, log, beside)
	if err != nil {
		return nil, err
	}
	var secret []byte // a command beside the service signs nobody in
	if !beside {
		if secret, err = secretKey(c); err != nil {
			return nil, errors.Join(err, r.close(ctx))
		}
	}
	if err := r.open(ctx, secret); err != nil {
		return nil, errors.Join(err, r.close(ctx))
	}
	return r, nil
}

// reachRecords finds the database, the one of DATABASE_URL or else the private
// cluster in DATA_DIR, and leaves it as it is.
func reachRecords(ctx context.Context, c *Config, log *slog.Logger, beside bool) (*records, error) {
	r := &records{dsn: c.DatabaseURL}
	if c.DatabaseURL == "" {
		if err := r.startCluster(ctx, c, log, beside); err != nil {
			return nil, err
		}
	} else if err := waitForDatabase(ctx, c.DatabaseURL, log); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *records) startCluster(ctx context.Context, c *Config, log *slog.Logger, beside bool) error {
	if err := dataDir(c); err != nil {
		return err
	}
	start := postgres.Start
	if beside {
		start = postgres.Join
	}
	cluster, err := start(ctx, postgres.Options{DataDir: c.DataDir, Log: log})
	if err != nil {
		return err
	}
	r.cluster, r.dsn = cluster, cluster.DSN()
	return nil
}

func (r *records) open(ctx context.Context, secret []byte) (err error) {
	if r.from, r.to, err = migrations.Up(ctx, r.dsn); err != nil {
		return err
	}
	conf, err := pgxpool.ParseConfig(r.dsn)
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	conf.MaxConns, conf.MinIdleConns = databaseConns, databaseConns/4
	conf.ConnConfig.RuntimeParams["application_name"] = "nagorik"
	conf.ConnConfig.RuntimeParams["timezone"] = "UTC"
	if r.pool, err = pgxpool.NewWithConfig(ctx, conf); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	r.desk, err = handoff.New(handoff.Options{Pool: r.pool, Secret: secret})
	return err
}

// close lets go of the database and stops the private cluster.
func (r *records) close(ctx context.Context) error {
	if r.desk != nil {
		r.desk.Close()
	}
	if r.pool != nil {
		r.pool.Close()
	}
	if r.cluster != nil {
		return r.cluster.Stop(ctx)
	}
	return nil
}

// waitForDatabase waits for a database that does not answer yet. A refused
// login is an error at once: waiting would not help.
func waitForDatabase(ctx context.Context, dsn string, log *slog.Logger) error {
	return waitFor(ctx, "DATABASE_URL", "the database", log, func(ctx context.Context) (retry bool, err error) {
		conn, err := pgx.Connect(ctx, dsn)
		if err != nil {
			var refused *pgconn.PgError
			var parse *pgconn.ParseConfigError
			if errors.As(err, &parse) {
				return false, errors.New("cannot be read as a PostgreSQL address")
			}
			// 57P: it is starting or stopping; 53: too many clients.
			if errors.As(err, &refused) && !strings.HasPrefix(refused.Code, "57P") && !strings.HasPrefix(refused.Code, "53") {
				return false, fmt.Errorf("the database refuses: %s", refused.Message)
			}
			return true, errors.New("the database does not answer")
		}
		return false, conn.Close(ctx)
	})
}

// waitFor tries until it works, says that it waits, and gives up after
// waitForStore with an error that names the setting.
func waitFor(ctx context.Context, setting, what string, log *slog.Logger, try func(context.Context) (retry bool, err error)) error {
	ctx, cancel := context.WithTimeout(ctx, waitForStore)
	defer cancel()
	said := time.Time{}
	for {
		retry, err := try(ctx)
		switch {
		case err == nil:
			return nil
		case !retry:
			return badSetting(setting, "%v", err)
		case ctx.Err() != nil:
			return badSetting(setting, "%v (waited %s)", err, waitForStore)
		}
		if now := time.Now(); now.Sub(said) > 5*time.Second {
			log.Info("waiting for "+what+" to answer", "setting", setting, "at_most", waitForStore)
			said = now
		}
		select {
		case <-ctx.Done():
		case <-time.After(askStore):
		}
	}
}

// sessionStore is the Redis that sessions live in: REDIS_URL's, or one in this
// process.
type sessionStore struct {
	client redis.UniversalClient
	close  func()
}

func openSessions(ctx context.Context, c *Config, log *slog.Logger) (*sessionStore, error) {
	redis.SetLogger(redisLog{log}) // the client writes to standard error by itself otherwise
	if len(c.RedisURLs) == 0 {
		return inProcessRedis()
	}
	client, err := redisClient(c.RedisURLs)
	if err != nil {
		return nil, err
	}
	err = waitFor(ctx, "REDIS_URL", "Redis", log, func(ctx context.Context) (retry bool, err error) {
		err = client.Ping(ctx).Err()
		var refused redis.Error
		switch {
		case err == nil:
			return false, nil
		case errors.As(err, &refused) && !strings.HasPrefix(refused.Error(), "LOADING"):
			return false, fmt.Errorf("redis refuses: %s", refused.Error())
		default:
			return true, errors.New("redis does not answer")
		}
	})
	if err != nil {
		_ = client.Close()
		return nil, err
	}
	return &sessionStore{client: client, close: func() { _ = client.Close() }}, nil
}

// redisClient makes a client of one address, or of a cluster when there are
// several.
func redisClient(urls []string) (redis.UniversalClient, error) {
	if len(urls) == 1 {
		opt, err := redis.ParseURL(urls[0])
		if err != nil {
			return nil, badSetting("REDIS_URL", "cannot be read as a Redis address")
		}
		opt.ContextTimeoutEnabled, opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout = true, redisDial, redisAnswer, redisAnswer
		return redis.NewClient(opt), nil
	}
	conf := &redis.ClusterOptions{ContextTimeoutEnabled: true, DialTimeout: redisDial, ReadTimeout: redisAnswer, WriteTimeout: redisAnswer}
	for _, u := range urls {
		opt, err := redis.ParseURL(u)
		if err != nil {
			return nil, badSetting("REDIS_URL", "cannot be read as Redis addresses")
		}
		conf.Addrs = append(conf.Addrs, opt.Addr)
		conf.Username, conf.Password, conf.TLSConfig = opt.Username, opt.Password, opt.TLSConfig
	}
	return redis.NewClusterClient(conf), nil
}

// inProcessRedis is the same client on a Redis inside this process, behind a
// password of its own: other users of the machine can reach loopback too.
func inProcessRedis() (*sessionStore, error) {
	server := miniredis.NewMiniRedis()
	password := rand.Text()
	server.RequireAuth(password)
	if err := server.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("start the in-process session store: %w", err)
	}
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), Password: password, ContextTimeoutEnabled: true, DialTimeout: redisDial, ReadTimeout: redisAnswer, WriteTimeout: redisAnswer})
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(expireTick)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				server.FastForward(expireTick)
			}
		}
	}()
	return &sessionStore{client: client, close: func() {
		close(done)
		_ = client.Close()
		server.Close()
	}}, nil
}

// secretKey is SECRET_KEY, or one made at the first start and kept in
// DATA_DIR.
func secretKey(c *Config) ([]byte, error) {
	if c.SecretKey != "" {
		return []byte(c.SecretKey), nil
	}
	path := filepath.Join(c.DataDir, "secret.key")
	kept, err := os.ReadFile(path)
	if err == nil && len(kept) >= secretKeyLeast {
		return kept, nil
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read the secret key: %w", err)
	}
	random := make([]byte, secretKeyLeast)
	_, _ = rand.Read(random) // never fails
	if err := createOnce(path, []byte(hex.EncodeToString(random))); err != nil {
		return nil, fmt.Errorf("keep the secret key: %w", err)
	}
	return os.ReadFile(path) // ours, or that of a process that started with us
}

// createOnce writes a file whole or not at all, and leaves one alone that is
// there already.
func createOnce(path string, content []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(content)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Link(temp.Name(), path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return nil
}

// redisLog takes down what the Redis client has to say, where somebody looks
// for it: what matters is said by those who use it.
type redisLog struct{ log *slog.Logger }

// Printf logs at debug level.
func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "redis client: "+fmt.Sprintf(format, v...))
}
