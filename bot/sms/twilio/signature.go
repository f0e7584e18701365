package twilio

import (
	"crypto/hmac"
	"crypto/sha1" // what Twilio signs with; HMAC needs no more
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"nagorik/bot"
)

// bodyHash is the query parameter that stands for a body which is no form.
const bodyHash = "bodySHA256"

// verified reports whether Twilio sent a call: X-Twilio-Signature is the
// base64 of HMAC-SHA1 over the address as Twilio was given it and, for a form,
// every field's name and value in the order of the names ("Webhooks security").
// fields are the form's, nil for a call that has none.
func (t *Twilio) verified(call bot.Call, fields form) bool {
	given, err := base64.StdEncoding.DecodeString(call.Header.Get("X-Twilio-Signature"))
	if err != nil || len(given) != sha1.Size {
		return false
	}
	if hash := call.URL.Query().Get(bodyHash); hash != "" {
		sum := sha256.Sum256(call.Body)
		if !strings.EqualFold(hash, hex.EncodeToString(sum[:])) {
			return false
		}
		fields = nil
	}
	tail := signed(fields)
	for _, address := range t.addresses(call.URL) {
		for _, token := range t.tokens {
			mac := hmac.New(sha1.New, token)
			mac.Write([]byte(address))
			mac.Write([]byte(tail))
			if hmac.Equal(mac.Sum(nil), given) {
				return true
			}
		}
	}
	return false
}

// signed is the fields as they are signed: names in order, of a repeated name
// each different value once, in order too.
func signed(fields form) string {
	byName := map[string][]string{}
	for _, f := range fields {
		byName[f.name] = append(byName[f.name], f.value)
	}
	names := make([]string, 0, len(byName))
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		values := byName[name]
		slices.Sort(values)
		for _, v := range slices.Compact(values) {
			b.WriteString(name)
			b.WriteString(v)
		}
	}
	return b.String()
}

// addresses are the forms in which Twilio may have been given our address:
// with and without a port, and the overrides behind its #. Twilio's own library
// tries the same.
func (t *Twilio) addresses(called *url.URL) []string {
	rest := strings.TrimRight(t.public.EscapedPath(), "/") + called.EscapedPath()
	if called.RawQuery != "" {
		rest += "?" + called.RawQuery
	}
	hosts := []string{t.public.Host}
	if port := t.public.Port(); port == "" {
		hosts = append(hosts, t.public.Host+map[string]string{"https": ":443", "http": ":80"}[t.public.Scheme])
	} else {
		hosts = append(hosts, strings.TrimSuffix(t.public.Host, ":"+port))
	}
	var all []string
	for _, host := range hosts {
		address := t.public.Scheme + "://" + host + rest
		all = append(all, address)
		if t.fragment != "" {
			all = append(all, address+"#"+t.fragment)
		}
	}
	return all
}

// fieldsOf are the fields of a call's form. A GET has none besides its query,
// which is a part of the address; JSON has none at all.
func fieldsOf(call bot.Call) form {
	kind, _, _ := mime.ParseMediaType(call.Header.Get("Content-Type"))
	if call.Method == http.MethodGet || kind == "application/json" {
		return nil
	}
	return readForm(string(call.Body))
}
