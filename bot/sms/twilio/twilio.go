package twilio

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"nagorik/bot"
	"nagorik/bot/sms"
)

// Name is the link's word in records and routes.
const Name = "twilio"

// DefaultAPIURL is Twilio's own.
const DefaultAPIURL = "https://api.twilio.com"

// Time limits of calls to Twilio, and bounds of its answers.
const (
	dialTimeout  = 3 * time.Second
	callTimeout  = 7 * time.Second
	idleTimeout  = 90 * time.Second
	connections  = 64
	headerBytes  = 64 << 10
	responseSize = 512 << 10 // a page of messages when one is looked up
)

// maxText is how many characters Twilio takes in one message.
const maxText = 1600

// Options are the settings of one account.
type Options struct {
	AccountSID string
	AuthToken  string // several separated by commas while one is being replaced; the first is used for our calls
	From       string // a number with its +, a sender's name, or the sid of a messaging service (MG…)
	PublicURL  string // what Twilio calls us: its signature is over the address it was given

	// Fragment is what stands behind the # of the webhook's address (connection
	// overrides); some senders sign it along. May be empty.
	Fragment   string
	APIURL     string   // DefaultAPIURL when empty; http only to this machine
	MediaHosts []string // api.twilio.com and twiliocdn.com when empty

	Client *http.Client     // nil: one of its own
	Now    func() time.Time // nil: time.Now
}

// Twilio is the link. It is safe for concurrent use.
type Twilio struct {
	account    string
	tokens     [][]byte
	authorize  string // value of the Authorization header
	from       string
	service    bool // from is a messaging service
	public     *url.URL
	fragment   string
	api        string
	mediaHosts []string
	client     *http.Client
	now        func() time.Time
}

var (
	_ sms.Link        = (*Twilio)(nil)
	_ bot.MediaSource = (*Twilio)(nil)
)

var (
	accountForm = regexp.MustCompile(`^AC[0-9A-Za-z]+$`)
	serviceForm = regexp.MustCompile(`^MG[0-9A-Za-z]{10,}$`)
	senderForm  = regexp.MustCompile(`^(\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11})$`)
)

// New makes the link. The error names what is missing or cannot be used, and
// holds no secret; it calls nobody.
func New(opt Options) (*Twilio, error) {
	public, err := url.Parse(opt.PublicURL)
	switch {
	case !accountForm.MatchString(opt.AccountSID):
		return nil, errors.New("twilio: the account sid does not begin with AC")
	case strings.TrimSpace(strings.ReplaceAll(opt.AuthToken, ",", "")) == "":
		return nil, errors.New("twilio: the auth token is empty")
	case !serviceForm.MatchString(opt.From) && !senderForm.MatchString(opt.From):
		return nil, errors.New("twilio: the sender is not a number like +8809612000000, a name of up to 11 letters, or a messaging service MG…")
	case err != nil || public.Host == "":
		return nil, errors.New("twilio: the public URL is not a web address")
	}
	api, err := apiBase(opt.APIURL)
	if err != nil {
		return nil, err
	}
	t := &Twilio{
		account: opt.AccountSID, from: opt.From, service: serviceForm.MatchString(opt.From), public: public,
		fragment: strings.TrimPrefix(opt.Fragment, "#"), api: api, mediaHosts: opt.MediaHosts, client: clientOf(opt.Client), now: opt.Now,
	}
	for token := range strings.SplitSeq(opt.AuthToken, ",") {
		if token = strings.TrimSpace(token); token != "" {
			t.tokens = append(t.tokens, []byte(token))
		}
	}
	t.authorize = "Basic " + base64.StdEncoding.EncodeToString([]byte(t.account+":"+string(t.tokens[0])))
	if len(t.mediaHosts) == 0 {
		t.mediaHosts = []string{"api.twilio.com", "twiliocdn.com"}
	}
	if t.now == nil {
		t.now = time.Now
	}
	return t, nil
}

// apiBase checks the API's address. The auth token goes there, so plain http
// is for this machine only.
func apiBase(s string) (string, error) {
	if s == "" {
		return DefaultAPIURL, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", errors.New("twilio: the API URL is not a plain web address")
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return "", fmt.Errorf("twilio: the API URL must be https (or http on this machine), not %s to %s", u.Scheme, u.Hostname())
	}
	return strings.TrimRight(s, "/"), nil
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
			TLSHandshakeTimeout:    dialTimeout,
			ForceAttemptHTTP2:      true,
			MaxConnsPerHost:        connections,
			MaxIdleConnsPerHost:    connections,
			IdleConnTimeout:        idleTimeout,
			MaxResponseHeaderBytes: headerBytes,
		}
	}
	return &c
}

// Name is "twilio".
func (*Twilio) Name() string { return Name }

// Sends is true.
func (*Twilio) Sends() bool { return true }

// MaxText is Twilio's bound of one message.
func (*Twilio) MaxText() int { return maxText }

// MediaHosts are where Twilio keeps pictures, and where it redirects to.
func (t *Twilio) MediaHosts() []string { return t.mediaHosts }

// MediaHeader signs in at Twilio for a picture.
func (t *Twilio) MediaHeader() http.Header { return http.Header{"Authorization": {t.authorize}} }
