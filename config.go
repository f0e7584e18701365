package main

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/joho/godotenv"
)

// Config is the settings of a process, read from the environment and from a
// .env file in the folder it is started in or beside the program. The
// environment wins.
type Config struct {
	Addr           string
	PublicURL      *url.URL
	DatabaseURL    string // empty: a private cluster in DataDir
	RedisURLs      []string
	DataDir        string
	Flows          string
	Wards          string
	SecretKey      string // empty: made at first start and kept in DataDir
	TrustedProxies []netip.Prefix
	MetricsToken   string
	LogFormat      string
	LogLevel       slog.Level
	Messenger      *MessengerConfig // nil: off
	Twilio         *TwilioConfig    // nil: off
	SMSGateways    string           // file of gateway profiles; empty: none
	Mail           *MailConfig      // nil: off
}

// MessengerConfig is the settings of the Messenger channel.
type MessengerConfig struct {
	PageID, PageToken, AppSecret, VerifyToken, AppID string
	APIURL, APIVersion                               string
	MediaHosts                                       []string
}

// TwilioConfig is the settings of the Twilio link of the SMS channel.
type TwilioConfig struct {
	AccountSID, AuthToken, From string
	APIURL                      string // empty: Twilio's own
	MediaHosts                  []string
}

// MailConfig is the settings of mail.
type MailConfig struct {
	URL  string // smtp:// or smtps://, with the login
	From string
}

// graphURL is where Messenger's provider is called unless a setting says
// otherwise.
const graphURL = "https://graph.facebook.com"

// secretKeyLeast is the fewest characters of a SECRET_KEY given by hand.
const secretKeyLeast = 32

var versionForm = regexp.MustCompile(`^v[0-9]+\.[0-9]+$`)

// settingError names the setting that is wrong.
type settingError struct {
	name   string
	reason string
}

func (e *settingError) Error() string { return e.name + ": " + e.reason }

func badSetting(name, format string, args ...any) error {
	return &settingError{name: name, reason: fmt.Sprintf(format, args...)}
}

// loadEnvFile reads .env in the folder the program is started in and the one
// beside the program, when they are there. What the environment has already is
// not changed. An error does not quote the file: it holds secrets.
func loadEnvFile() error {
	paths := []string{".env"}
	if program, err := os.Executable(); err == nil {
		paths = append(paths, filepath.Join(filepath.Dir(program), ".env"))
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return badSetting(".env", "cannot be read: %v", err)
		}
		values, err := godotenv.UnmarshalBytes(text)
		if err != nil {
			return badSetting(".env", "%s has a line that is not NAME=value", path)
		}
		for name, value := range values {
			if _, set := os.LookupEnv(name); set {
				continue
			}
			if err := os.Setenv(name, value); err != nil {
				return badSetting(".env", "%s has a name that cannot be set", path)
			}
		}
	}
	return nil
}

// readConfig reads and checks all settings. Its error is one line that names
// the first setting that is wrong.
func readConfig(lookup func(string) (string, bool)) (*Config, error) {
	env := settings{lookup}
	c := &Config{
		Addr: env.or("ADDR", ":8080"), DatabaseURL: env.or("DATABASE_URL", ""), DataDir: env.or("DATA_DIR", "./data"),
		Flows: env.or("FLOWS", ""), Wards: env.or("WARDS", ""), SecretKey: env.or("SECRET_KEY", ""),
		MetricsToken: env.or("METRICS_TOKEN", ""), LogFormat: env.or("LOG_FORMAT", "text"),
	}
	for _, read := range []func(settings, *Config) error{
		readAddresses, readStores, readLog, readMessenger, readTwilio, readGateways, readMail,
	} {
		if err := read(env, c); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func readAddresses(env settings, c *Config) error {
	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		return badSetting("ADDR", "%q is not an address like :8080 or 127.0.0.1:8080", c.Addr)
	}
	public, err := url.Parse(env.or("PUBLIC_URL", "http://localhost:8080"))
	if err != nil || public.Scheme != "http" && public.Scheme != "https" || public.Host == "" {
		return badSetting("PUBLIC_URL", "is not a web address like https://city.example")
	}
	public.Path = strings.TrimRight(public.Path, "/")
	c.PublicURL = public
	for _, s := range env.list("TRUSTED_PROXIES") {
		prefix, err := netip.ParsePrefix(s)
		if err != nil {
			return badSetting("TRUSTED_PROXIES", "%q is not a network like 10.0.0.0/8", s)
		}
		c.TrustedProxies = append(c.TrustedProxies, prefix)
	}
	return nil
}

func readStores(env settings, c *Config) error {
	if c.DatabaseURL != "" && !hasScheme(c.DatabaseURL, "postgres", "postgresql") {
		return badSetting("DATABASE_URL", "must begin with postgres://")
	}
	for _, s := range env.list("REDIS_URL") {
		if !hasScheme(s, "redis", "rediss") {
			return badSetting("REDIS_URL", "each address must begin with redis:// or rediss://")
		}
		c.RedisURLs = append(c.RedisURLs, s)
	}
	if c.SecretKey != "" && len(c.SecretKey) < secretKeyLeast {
		return badSetting("SECRET_KEY", "must have at least %d characters", secretKeyLeast)
	}
	for name, path := range map[string]string{"FLOWS": c.Flows, "WARDS": c.Wards} {
		if path == "" {
			continue
		}
		if _, err := os.Stat(path); err != nil {
			return badSetting(name, "%v", err)
		}
	}
	return nil
}

func readLog(env settings, c *Config) error {
	if c.LogFormat != "text" && c.LogFormat != "json" {
		return badSetting("LOG_FORMAT", "is %q; it can be text or json", c.LogFormat)
	}
	if err := c.LogLevel.UnmarshalText([]byte(env.or("LOG_LEVEL", "info"))); err != nil {
		return badSetting("LOG_LEVEL", "can be debug, info, warn or error")
	}
	return nil
}

func readMessenger(env settings, c *Config) error {
	m := &MessengerConfig{
		PageID: env.or("MESSENGER_PAGE_ID", ""), PageToken: env.or("MESSENGER_PAGE_TOKEN", ""),
		AppSecret: env.or("MESSENGER_APP_SECRET", ""), VerifyToken: env.or("MESSENGER_VERIFY_TOKEN", ""),
		AppID: env.or("MESSENGER_APP_ID", ""), APIURL: strings.TrimRight(env.or("MESSENGER_API_URL", graphURL), "/"),
		APIVersion: env.or("MESSENGER_API_VERSION", "v26.0"), MediaHosts: env.list("MESSENGER_MEDIA_HOSTS"),
	}
	on, err := together("Messenger", env, "MESSENGER_PAGE_ID", "MESSENGER_PAGE_TOKEN", "MESSENGER_APP_SECRET", "MESSENGER_VERIFY_TOKEN")
	switch {
	case err != nil || !on:
		return err
	case !hasScheme(m.APIURL, "http", "https"):
		return badSetting("MESSENGER_API_URL", "is not a web address")
	case !versionForm.MatchString(m.APIVersion):
		return badSetting("MESSENGER_API_VERSION", "%q is not a version like v26.0", m.APIVersion)
	}
	if len(m.MediaHosts) == 0 {
		m.MediaHosts = []string{"fbcdn.net", "fbsbx.com"}
	}
	c.Messenger = m
	return nil
}

// together reports whether settings that go with each other are given. All or
// none: half of them is an error that names one that is missing.
func together(what string, env settings, names ...string) (on bool, err error) {
	var missing, given []string
	for _, name := range names {
		if env.or(name, "") == "" {
			missing = append(missing, name)
		} else {
			given = append(given, name)
		}
	}
	if len(given) > 0 && len(missing) > 0 {
		return false, badSetting(missing[0], "is missing while %s is set; %s needs all of %s", given[0], what, strings.Join(names, ", "))
	}
	return len(given) > 0, nil
}

func readTwilio(env settings, c *Config) error {
	on, err := together("Twilio", env, "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
	if err != nil || !on {
		return err
	}
	t := &TwilioConfig{
		AccountSID: env.or("TWILIO_ACCOUNT_SID", ""), AuthToken: env.or("TWILIO_AUTH_TOKEN", ""), From: env.or("TWILIO_FROM", ""),
		APIURL: strings.TrimRight(env.or("TWILIO_API_URL", ""), "/"), MediaHosts: env.list("TWILIO_MEDIA_HOSTS"),
	}
	if t.APIURL != "" && !hasScheme(t.APIURL, "http", "https") {
		return badSetting("TWILIO_API_URL", "is not a web address")
	}
	c.Twilio = t
	return nil
}

func readGateways(env settings, c *Config) error {
	c.SMSGateways = env.or("SMS_GATEWAYS", "")
	if c.SMSGateways == "" {
		return nil
	}
	if _, err := os.Stat(c.SMSGateways); err != nil {
		return badSetting("SMS_GATEWAYS", "%v", err)
	}
	return nil
}

func readMail(env settings, c *Config) error {
	on, err := together("mail", env, "SMTP_URL", "MAIL_FROM")
	if err != nil || !on {
		return err
	}
	c.Mail = &MailConfig{URL: env.or("SMTP_URL", ""), From: env.or("MAIL_FROM", "")}
	return nil
}

func hasScheme(s string, schemes ...string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" && u.Path == "" && u.RawQuery == "" {
		return false
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return true
		}
	}
	return false
}

// settings reads single settings. An empty one counts as not set.
type settings struct {
	lookup func(string) (string, bool)
}

func (s settings) or(name, otherwise string) string {
	if v, ok := s.lookup(name); ok && strings.TrimSpace(v) != "" {
		return strings.TrimSpace(v)
	}
	return otherwise
}

func (s settings) list(name string) []string {
	var items []string
	for _, item := range strings.Split(s.or(name, ""), ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
