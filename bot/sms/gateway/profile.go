package gateway

import (
	"net/http"
	"net/netip"
	"regexp"
	"time"
)

// profile is what a file says about one gateway, settings filled in.
type profile struct {
	name    string
	number  string // our own short code or long number: {{from}}, and the default of `to`
	send    *sending
	receive *receiving
	receipt *receipts
	balance *asking
	secrets []string // values that no error may show
	warned  []string
}

// sending is the part `send`.
type sending struct {
	method  string
	url     template
	query   []field
	kind    bodyKind
	body    *leaf // nil: none
	headers []field
	user    template // of basic authorisation; nil: none
	pass    template
	timeout time.Duration
	tps     float64 // calls a second; 0: no bound
	maxText int     // UTF-16 units of a message; 0: no bound of its own
	split   bool    // we cut a text into segments, one call each

	ok, auth, retry, reject rules
	authCodes, retryCodes   map[string]bool
	rejectCodes, dupCodes   map[string]bool
	providerID              string
	errorCode, errorText    string
	dedup                   bool // a repeat of {{ref}} or {{ref20}} is known to the gateway
	masked                  bool // {{addr_raw}} is used, so that masked senders can be answered
}

// asking is the part `balance`: how the gateway is asked what is left there.
type asking struct {
	call     sending // of which only the request is used
	amount   []string
	currency string
}

// field is a named leaf: of a query, a form, the headers.
type field struct {
	name  string
	value template
}

// bodyKind is how a body is written.
type bodyKind string

// The kinds of body.
const (
	bodyNone bodyKind = ""
	bodyJSON bodyKind = "json"
	bodyForm bodyKind = "form"
	bodyXML  bodyKind = "xml"
)

// leaf is a node of a body's tree: one of fields (named nodes), items (a
// list), text (a template) or raw (a number, true, false or null in JSON).
type leaf struct {
	fields []named
	items  []*leaf
	text   template
	raw    string
	branch bool // fields or items, if empty ones
	list   bool // items
}

type named struct {
	name string
	node *leaf
}

// proofs are what shows that a call is the gateway's. All that are set must
// hold.
type proofs struct {
	tokenParam  string
	tokenHeader string
	token       string
	user, pass  string // basic authorisation
	networks    []netip.Prefix
	hmac        *hmacProof
	checks      []condition // against a secret
}

// none says that nothing is asked of a caller.
func (p *proofs) none() bool {
	return p.tokenParam == "" && p.tokenHeader == "" && p.user == "" && len(p.networks) == 0 && p.hmac == nil && len(p.checks) == 0
}

// hmacProof is a signature over the raw body.
type hmacProof struct {
	header, prefix string
	secret         []byte
	base64         bool
}

// callFormat is how a call of the gateway is written.
type callFormat string

// The formats of a call.
const (
	formatAuto  callFormat = "auto"
	formatQuery callFormat = "query"
	formatForm  callFormat = "form"
	formatJSON  callFormat = "json"
	formatXML   callFormat = "xml"
)

// textEncoding is how a gateway writes people's text.
type textEncoding string

// The encodings of text.
const (
	textAuto     textEncoding = "auto"
	textUTF8     textEncoding = "utf8"
	textHex      textEncoding = "ucs2hex"
	textPercentU textEncoding = "percent_u"
	textLatin1   textEncoding = "latin1"
)

// receiving is the part `receive`.
type receiving struct {
	proofs   proofs
	methods  []string
	format   callFormat
	items    *string // where a list of messages is; "" or "$" for the root
	from     []string
	text     []string
	to       []string
	id       []string
	keyword  []string
	time     []string
	encoding textEncoding
	strip    []string // keywords cut off the beginning of a text, upper-case
	region   string
	ignore   *regexp.Regexp
	opaque   bool // masked senders are people too
	checks   []condition
	carrier  bool // STOP and START are acted upon by the carrier
	zone     *time.Location
	answer   answer
	within   time.Duration // how long an answer waits for the reply
	most     int           // UTF-16 units of a reply
}

// answer is what a gateway is told.
type answer struct {
	status int
	kind   string
	body   template
	reply  bool // the reply to the person stands in it
}

// receipts is the part `dlr`.
type receipts struct {
	proofs   proofs
	methods  []string
	format   callFormat
	items    *string
	id       []string
	status   []string
	fault    []string
	price    []string          // what it cost, in taka; empty: it is not looked for
	each     bool              // price is that of one segment
	currency []string          // what the price is in; where none stands it is taka
	statuses map[string]string // by the gateway's word, upper-case
	answer   answer
}

// bothMethods are the methods of a part that names none.
var bothMethods = []string{http.MethodGet, http.MethodPost}
