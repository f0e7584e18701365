package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"nagorik/handoff/handofftest"
)

// given is a lookup of settings written as NAME=value.
func given(settings ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		for _, s := range settings {
			if value, ok := strings.CutPrefix(s, name+"="); ok {
				return value, true
			}
		}
		return "", false
	}
}

// messengerOn switches Messenger on.
var messengerOn = []string{"MESSENGER_PAGE_ID=1", "MESSENGER_PAGE_TOKEN=page-token-x", "MESSENGER_APP_SECRET=app-secret-x", "MESSENGER_VERIFY_TOKEN=verify-x"}

func TestDefaults(t *testing.T) {
	t.Parallel()
	c, err := readConfig(given("DATABASE_URL=", "SECRET_KEY=  "))
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(c.Addr, " ", c.PublicURL, " ", c.DatabaseURL, c.RedisURLs, c.DataDir, c.Flows, c.Wards, c.SecretKey, " ", c.LogFormat, c.LogLevel, c.Messenger == nil, c.TrustedProxies)
	if want := ":8080 http://localhost:8080 []./data textINFO true []"; got != want {
		t.Errorf("defaults are %q, want %q", got, want)
	}
	c, err = readConfig(given(messengerOn...))
	if err != nil {
		t.Fatal(err)
	}
	if m := c.Messenger; m.APIURL != "https://graph.facebook.com" || m.APIVersion != "v26.0" || fmt.Sprint(m.MediaHosts) != "[fbcdn.net fbsbx.com]" {
		t.Errorf("Messenger's defaults are %+v", m)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	c, err := readConfig(given(append(messengerOn, "ADDR=127.0.0.1:1", "PUBLIC_URL=https://city.example/bot/", "REDIS_URL=redis://a:1, rediss://b:2/0",
		"TRUSTED_PROXIES=10.0.0.0/8,fd00::/8", "MESSENGER_API_URL=http://127.0.0.1:9/", "MESSENGER_API_VERSION=v27.1",
		"MESSENGER_MEDIA_HOSTS=127.0.0.1:9", "MESSENGER_APP_ID=77", "LOG_LEVEL=DEBUG", "LOG_FORMAT=json", "SMTP_URL=smtp://x", "MAIL_FROM=a@b.example")...))
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(c.PublicURL, c.RedisURLs, c.TrustedProxies, c.Messenger.APIURL, c.Messenger.APIVersion, c.Messenger.MediaHosts, c.Messenger.AppID, c.LogLevel, c.LogFormat, *c.Mail)
	if want := "https://city.example/bot [redis://a:1 rediss://b:2/0] [10.0.0.0/8 fd00::/8]http://127.0.0.1:9v27.1[127.0.0.1:9]77DEBUGjson{smtp://x a@b.example}"; got != want {
		t.Errorf("settings are %q, want %q", got, want)
	}
}

// wrongSettings are settings that stop serve, and the name its one line must
// have.
func wrongSettings(t testing.TB) map[string]struct {
	name     string
	settings []string
} {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(dir, "open.yaml")
	if err := os.WriteFile(open, []byte("profiles:\n  open:\n    receive: {format: query}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]struct {
		name     string
		settings []string
	}{
		"no port":                     {"ADDR", []string{"ADDR=8080"}},
		"no web address":              {"PUBLIC_URL", []string{"PUBLIC_URL=city.example"}},
		"an ftp address":              {"PUBLIC_URL", []string{"PUBLIC_URL=ftp://city.example"}},
		"half of Messenger":           {"MESSENGER_APP_SECRET", []string{"MESSENGER_PAGE_ID=1", "MESSENGER_PAGE_TOKEN=hush-1", "MESSENGER_VERIFY_TOKEN=hush-2"}},
		"a quarter of Messenger":      {"MESSENGER_PAGE_ID", []string{"MESSENGER_APP_SECRET=hush-3"}},
		"a bad Graph address":         {"MESSENGER_API_URL", append([]string{"MESSENGER_API_URL=graph"}, messengerOn...)},
		"a bad Graph version":         {"MESSENGER_API_VERSION", append([]string{"MESSENGER_API_VERSION=26"}, messengerOn...)},
		"two thirds of Twilio":        {"TWILIO_FROM", []string{"TWILIO_ACCOUNT_SID=AC00000000000000000000000000000001", "TWILIO_AUTH_TOKEN=hush-1"}},
		"an odd Twilio account":       {"TWILIO_ACCOUNT_SID", []string{"TWILIO_ACCOUNT_SID=1", "TWILIO_AUTH_TOKEN=hush-1", "TWILIO_FROM=+8809612000000"}},
		"a bad Twilio address":        {"TWILIO_API_URL", []string{"TWILIO_ACCOUNT_SID=AC00000000000000000000000000000001", "TWILIO_AUTH_TOKEN=hush-1", "TWILIO_FROM=+8809612000000", "TWILIO_API_URL=twilio"}},
		"no such gateways":            {"SMS_GATEWAYS", []string{"SMS_GATEWAYS=" + filepath.Join(dir, "none.yaml")}},
		"gateways that are none":      {"SMS_GATEWAYS", []string{"SMS_GATEWAYS=" + file}},
		"a gateway without proof":     {"SMS_GATEWAYS", []string{"SMS_GATEWAYS=" + open}},
		"another database":            {"DATABASE_URL", []string{"DATABASE_URL=mysql://u:hush-4@h/d"}},
		"a database without scheme":   {"DATABASE_URL", []string{"DATABASE_URL=host=h password=hush-5"}},
		"a broken database address":   {"DATABASE_URL", []string{"DATABASE_URL=postgres://u:hush-6@h:port/d"}},
		"another store":               {"REDIS_URL", []string{"REDIS_URL=http://:hush-7@h"}},
		"a broken store address":      {"REDIS_URL", []string{"REDIS_URL=redis://:hush-8@h/database"}},
		"one of two stores is broken": {"REDIS_URL", []string{"REDIS_URL=redis://:hush-8@h,memcached://x"}},
		"a short key":                 {"SECRET_KEY", []string{"SECRET_KEY=hush-9"}},
		"no such flows":               {"FLOWS", []string{"FLOWS=" + filepath.Join(dir, "none.yaml")}},
		"an empty folder of flows":    {"FLOWS", []string{"FLOWS=" + t.TempDir()}},
		"no such wards":               {"WARDS", []string{"WARDS=" + filepath.Join(dir, "none.geojson")}},
		"wards that are none":         {"WARDS", []string{"WARDS=" + file}},
		"a proxy that is no network":  {"TRUSTED_PROXIES", []string{"TRUSTED_PROXIES=10.0.0.1"}},
		"another log format":          {"LOG_FORMAT", []string{"LOG_FORMAT=xml"}},
		"another log level":           {"LOG_LEVEL", []string{"LOG_LEVEL=loud"}},
		"a file for DATA_DIR":         {"DATA_DIR", []string{"DATA_DIR=" + file}},
	}
}

// oneLine checks that a refused start said one line, and no secret.
func oneLine(t *testing.T, o outcome, setting string) {
	t.Helper()
	all := o.out + o.errOut
	if o.code != exitFault || strings.Count(all, "\n") != 1 || !strings.HasPrefix(o.errOut, "nagorik: "+setting+": ") {
		t.Errorf("exit %d, said %q; want one line that names %s", o.code, all, setting)
	}
	if strings.Contains(all, "hush") || strings.Contains(all, "secret-x") || strings.Contains(all, "token-x") {
		t.Errorf("a secret is in %q", all)
	}
}

func TestWrongSettingsStopServe(t *testing.T) {
	t.Parallel()
	for name, c := range wrongSettings(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := c.settings
			if c.name != "DATABASE_URL" { // in case the fault is only found later
				settings = append([]string{"DATABASE_URL=" + handofftest.DSN(t)}, settings...)
			}
			oneLine(t, command{settings: settings}.run(t, "serve"), c.name)
		})
	}
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	o := command{settings: []string{"DATABASE_URL=" + handofftest.DSN(t), "ADDR=" + taken.Addr().String()}}.run(t, "serve")
	if o.code != exitFault || !strings.Contains(o.errOut, "nagorik: ADDR: ") || strings.Contains(o.errOut, "serving") {
		t.Errorf("exit %d, %q", o.code, o.errOut)
	}
}

// TestRefusedLogins tries a wrong password, an unknown database and a Redis
// with another password: each is an error at once.
func TestRefusedLogins(t *testing.T) {
	t.Parallel()
	cluster := handofftest.Cluster(t)
	good, err := url.Parse(cluster.DSN())
	if err != nil {
		t.Fatal(err)
	}
	wrong, nowhere := *good, *good
	wrong.User = url.UserPassword(good.User.Username(), "hush-password")
	nowhere.Path = "/nowhere"
	store := handofftest.OwnRedis(t)
	opt, err := redis.ParseURL(store)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(opt)
	defer client.Close()
	if err := client.ConfigSet(t.Context(), "requirepass", "another").Err(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, setting, database, store string }{
		{"a wrong password", "DATABASE_URL", wrong.String(), ""},
		{"no such database", "DATABASE_URL", nowhere.String(), ""},
		{"a wrong Redis password", "REDIS_URL", good.String(), strings.Replace(store, "redis://", "redis://:hush-redis@", 1)},
		{"no Redis password", "REDIS_URL", good.String(), store},
	} {
		t.Run(c.name, func(t *testing.T) {
			began := time.Now()
			oneLine(t, command{settings: []string{"DATABASE_URL=" + c.database, "REDIS_URL=" + c.store}}.run(t, "serve"), c.setting)
			if took := time.Since(began); took > waitForStore {
				t.Errorf("it took %s", took)
			}
		})
	}
	if err := client.Do(context.Background(), "AUTH", "another").Err(); err != nil {
		t.Fatal(err)
	}
	if err := client.Do(context.Background(), "CONFIG", "SET", "requirepass", "").Err(); err != nil {
		t.Fatal(err)
	}
}

// TestDatabaseThatComesLate starts serve while its database is away, and
// brings the database once serve has said that it waits.
func TestDatabaseThatComesLate(t *testing.T) {
	t.Parallel()
	cluster := handofftest.Cluster(t)
	dsn := cluster.DSN()
	if err := cluster.Halt(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := command{dir: t.TempDir(), settings: []string{"DATABASE_URL=" + dsn}}.start(t)
	if s.log.await(regexp.MustCompile(`waiting for the database.*DATABASE_URL`), s.process.Done()) == nil {
		t.Fatal("serve does not say that it waits")
	}
	if err := cluster.Resume(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.awaitReady()
}

func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := waitFor(ctx, "REDIS_URL", "Redis", quiet, func(context.Context) (bool, error) { return true, errors.New("redis does not answer") })
	var named *settingError
	if !errors.As(err, &named) || named.name != "REDIS_URL" || !strings.Contains(err.Error(), "waited 30s") {
		t.Errorf("a store that never answers: %v", err)
	}
	tries := 0
	err = waitFor(t.Context(), "REDIS_URL", "Redis", quiet, func(context.Context) (bool, error) {
		if tries++; tries < 2 {
			return true, errors.New("not yet")
		}
		return false, nil
	})
	if err != nil || tries != 2 {
		t.Errorf("a store that answers the second time: %v after %d tries", err, tries)
	}
}

func TestFlowsWithFaultsStopServe(t *testing.T) {
	t.Parallel()
	wrong, mild := faulty(t, t.TempDir())
	dsn := handofftest.DSN(t)
	o := command{settings: []string{"DATABASE_URL=" + dsn, "FLOWS=" + wrong}}.run(t, "serve")
	if o.code != exitFault || !regexp.MustCompile(regexp.QuoteMeta(wrong)+`:[0-9]+:[0-9]+: error: .*nonsense`).MatchString(o.errOut) || strings.Contains(o.errOut, "serving") {
		t.Errorf("exit %d, %q", o.code, o.errOut)
	}
	c := command{dir: t.TempDir(), settings: []string{"DATABASE_URL=" + dsn, "FLOWS=" + mild}}
	for range 2 { // the second start finds the same file and publishes nothing
		c.serve(t).stop()
	}
	list := strings.Split(strings.TrimSpace(c.must(t, "flows", "list")), "\n")
	if len(list) != 1 || !strings.HasSuffix(list[0], "\tfile\t\tfrom file") {
		t.Errorf("published versions: %q", list)
	}
}

func TestEnvFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, ".env"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# settings\nLOG_FORMAT=xml\n")
	oneLine(t, command{dir: dir}.run(t, "serve"), "LOG_FORMAT")
	write("LOG_FORMAT=xml\nLOG_LEVEL=loud\n")
	oneLine(t, command{dir: dir, settings: []string{"LOG_FORMAT=text"}}.run(t, "serve"), "LOG_LEVEL")
	write("SECRET_KEY='hush\n")
	oneLine(t, command{dir: dir}.run(t, "serve"), ".env")
	if err := os.Remove(filepath.Join(dir, ".env")); err != nil {
		t.Fatal(err)
	}
	// Beside the program, started from elsewhere.
	program, err := os.ReadFile(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(dir, "nagorik")
	if err := os.WriteFile(own, program, 0o700); err != nil {
		t.Fatal(err)
	}
	write("LOG_FORMAT=yaml\n")
	oneLine(t, command{program: own}.run(t, "serve"), "LOG_FORMAT")
}
