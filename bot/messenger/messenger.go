package messenger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"nagorik/bot"
	"nagorik/flows"
)

// Name is the channel's word in records and routes.
const Name = "messenger"

// What Options leave open.
const (
	DefaultAPIURL     = "https://graph.facebook.com"
	DefaultAPIVersion = "v26.0"
)

// Time limits of calls to the Graph API and the connections kept open to it.
const (
	dialTimeout  = 5 * time.Second
	tlsTimeout   = 5 * time.Second
	callTimeout  = 20 * time.Second
	idleTimeout  = 90 * time.Second
	connections  = 64
	headerBytes  = 64 << 10
	responseSize = 64 << 10
)

// Options are the settings of one Facebook Page.
type Options struct {
	PageID      string
	PageToken   string
	AppSecret   string // several separated by commas while one is being replaced; the first signs our calls
	VerifyToken string
	AppID       string // tells our echoes from those of other programs; may be empty

	APIURL     string   // DefaultAPIURL when empty; http only to this machine
	APIVersion string   // DefaultAPIVersion when empty
	MediaHosts []string // fbcdn.net and fbsbx.com when empty

	Greetings []Greeting     // shown before a chat begins; for Setup
	Menu      []flows.Choice // the persistent menu; for Setup

	Client *http.Client     // nil: one of its own
	Now    func() time.Time // nil: time.Now
}

// Messenger is the channel. It is safe for concurrent use.
type Messenger struct {
	pageID      string
	appID       string
	authorize   []string // value of the Authorization header
	secrets     [][]byte
	verifyToken [sha256.Size]byte
	api         string // base and version
	proof       string // query with appsecret_proof
	mediaHosts  []string
	greetings   []Greeting
	menu        []flows.Choice
	client      *http.Client
	now         func() time.Time
}

var (
	_ bot.Channel     = (*Messenger)(nil)
	_ bot.Profiler    = (*Messenger)(nil)
	_ bot.Typist      = (*Messenger)(nil)
	_ bot.MediaSource = (*Messenger)(nil)
)

// New makes the channel. It fails, naming the setting, when one is missing or
// cannot be used; it calls nobody.
func New(opt Options) (*Messenger, error) {
	if err := complete(&opt); err != nil {
		return nil, err
	}
	base, err := apiBase(opt.APIURL)
	if err != nil {
		return nil, err
	}
	secrets := secretsOf(opt.AppSecret)
	if len(secrets) == 0 {
		return nil, errors.New("messenger: the app secret is empty")
	}
	m := &Messenger{
		pageID: opt.PageID, appID: opt.AppID,
		authorize: []string{"Bearer " + opt.PageToken}, secrets: secrets,
		verifyToken: sha256.Sum256([]byte(opt.VerifyToken)),
		api:         base + "/" + url.PathEscape(opt.APIVersion),
		proof:       "appsecret_proof=" + proof(secrets[0], opt.PageToken),
		mediaHosts:  opt.MediaHosts, greetings: opt.Greetings, menu: opt.Menu,
		client: clientOf(opt.Client), now: opt.Now,
	}
	return m, nil
}

// complete fills in what may be left open and refuses what may not.
func complete(opt *Options) error {
	for _, must := range []struct{ name, value string }{
		{"page id", opt.PageID},
		{"page token", opt.PageToken},
		{"app secret", opt.AppSecret},
		{"verify token", opt.VerifyToken},
	} {
		if strings.TrimSpace(must.value) == "" {
			return fmt.Errorf("messenger: the %s is empty", must.name)
		}
	}
	if strings.ContainsFunc(opt.PageToken, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errors.New("messenger: the page token holds a character that no token has")
	}
	if opt.APIURL == "" {
		opt.APIURL = DefaultAPIURL
	}
	if opt.APIVersion == "" {
		opt.APIVersion = DefaultAPIVersion
	}
	if len(opt.MediaHosts) == 0 {
		opt.MediaHosts = []string{"fbcdn.net", "fbsbx.com"}
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return nil
}

// apiBase checks the Graph API's address. The page token goes there, so plain
// http is for this machine only.
func apiBase(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", errors.New("messenger: the API URL is not a plain http address")
	}
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && loopback(u.Hostname()):
	default:
		return "", fmt.Errorf("messenger: the API URL must be https (or http on this machine), not %s to %s", u.Scheme, u.Hostname())
	}
	return strings.TrimRight(s, "/"), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func secretsOf(list string) [][]byte {
	var secrets [][]byte
	for s := range strings.SplitSeq(list, ",") {
		if s = strings.TrimSpace(s); s != "" {
			secrets = append(secrets, []byte(s))
		}
	}
	return secrets
}

// proof is what Meta calls appsecret_proof: it shows that whoever holds the
// token holds the secret too.
func proof(secret []byte, token string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(token))
	return hex.EncodeToString(mac.Sum(nil))
}

// clientOf never follows a redirect: the token would go along.
func clientOf(given *http.Client) *http.Client {
	c := http.Client{Timeout: callTimeout}
	if given != nil {
		c = *given
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if c.Transport == nil {
		c.Transport = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
			TLSHandshakeTimeout:    tlsTimeout,
			ForceAttemptHTTP2:      true,
			MaxConnsPerHost:        connections,
			MaxIdleConns:           connections,
			MaxIdleConnsPerHost:    connections,
			IdleConnTimeout:        idleTimeout,
			MaxResponseHeaderBytes: headerBytes,
		}
	}
	return &c
}

// Name is "messenger".
func (m *Messenger) Name() string { return Name }

// Face says what Messenger shows: up to 13 quick replies and photos. Pins
// cannot be sent any more, though old ones are still read.
func (m *Messenger) Face() flows.Face {
	return flows.Face{Name: Name, Buttons: true, MaxChoices: maxChoices, Photos: true}
}

// MediaHosts are where Messenger keeps photos.
func (m *Messenger) MediaHosts() []string { return m.mediaHosts }

// MediaHeader is empty: the URLs of photos are signed themselves.
func (m *Messenger) MediaHeader() http.Header { return nil }
