package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"

	"go.yaml.in/yaml/v4"

	"nagorik/bot/sms"
	"nagorik/handoff/spending"
)

// taka is the currency where a gateway names none.
const taka = "BDT"

// usualBalance are the names under which gateways say what is left, where a
// profile names none.
var usualBalance = []string{"balance", "Balance", "data.balance", "balance.amount", "credit", "credits"}

var balanceKeys = []string{"method", "url", "query", "content_type", "body", "json", "form", "headers", "auth", "timeout", "amount", "currency"}

// readBalance reads `balance`:
//
//	balance:
//	  url: "https://gateway.example/balance"
//	  query: {key: "{{secret.api_key}}"}
//	  amount: [data.balance]
//	  currency: BDT
func (b *builder) readBalance(n *yaml.Node) {
	f := b.fields(n, "balance", balanceKeys...)
	a := &asking{call: sending{method: http.MethodGet, timeout: usualCall}, currency: taka}
	b.p.balance = a
	s := &a.call
	if f["method"] != nil {
		s.method = b.oneOf(f["method"], "method", http.MethodGet, http.MethodPost)
	} else if f["json"] != nil || f["form"] != nil || f["body"] != nil {
		s.method = http.MethodPost
	}
	b.readURL(f["url"], n, s)
	s.query, s.headers = b.leaves(f["query"], "query"), b.leaves(f["headers"], "headers")
	b.readBody(f, n, s)
	b.readAuth(f["auth"], s)
	if t := f["timeout"]; t != nil {
		s.timeout = b.duration(t, "timeout", longestCall)
	}
	a.amount = b.names(f["amount"], "amount", usualBalance)
	if c := f["currency"]; c != nil {
		a.currency = cutBytes(b.text(c, "currency"), maxCurrency)
	}
	for _, name := range variables {
		if s.uses(name) {
			b.fail(n, "balance: there is no message, so that {{%s}} says nothing", name)
		}
	}
}

// maxCurrency bounds the word for a currency, in bytes.
const maxCurrency = 8

// Balance asks the gateway what is left there. sms.ErrNoBalance when the
// profile does not say how.
func (g *Gateway) Balance(ctx context.Context) (spending.Amount, string, error) {
	a := g.p.balance
	if a == nil {
		return 0, "", sms.ErrNoBalance
	}
	ctx, cancel := context.WithTimeout(ctx, a.call.timeout)
	defer cancel()
	c := a.call.request(nil, false)
	req, err := c.http(ctx, &a.call)
	if err != nil {
		return 0, "", errors.New("the call for the balance cannot be made: " + err.Error())
	}
	resp, err := g.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // the address holds secrets
		}
		return 0, "", errors.New("the SMS gateway does not tell its balance: " + g.p.mask(err.Error()))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil || resp.StatusCode < 200 || resp.StatusCode > 299 {
		return 0, "", errors.New("the SMS gateway does not tell its balance: HTTP " + strconv.Itoa(resp.StatusCode))
	}
	amount, ok := a.read(&response{status: resp.StatusCode, body: body})
	if !ok {
		return 0, "", errors.New("the SMS gateway's answer holds no balance under the names of the profile")
	}
	return amount, a.currency, nil
}

// read finds the amount in an answer, which may be nothing but the number.
func (a *asking) read(r *response) (spending.Amount, bool) {
	for _, path := range a.amount {
		if said := r.at(path); said != "" {
			return spending.ReadTold(said)
		}
	}
	if !bare.Match(r.body) {
		return 0, false
	}
	return spending.ReadTold(string(r.body))
}

// bare is an answer that is an amount and nothing else: the number of an error
// must not be taken for one.
var bare = regexp.MustCompile(`(?i)^\s*(BDT|Tk\.?|৳)?\s*-?[0-9][0-9,]*(\.[0-9]+)?\s*(BDT|Tk\.?|৳)?\s*$`)
