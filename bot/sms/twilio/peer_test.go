package twilio

import (
	"bytes"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"nagorik/bot/bottest"
)

// peerCall is a call as the peer reads it.
type peerCall struct {
	Token     string `json:"token"`
	URL       string `json:"url"`
	Body      string `json:"body"` // it reads the fields itself
	Signature string `json:"signature"`
}

// TestTwilioItselfAgrees holds our signatures against Twilio's own library: it
// accepts what our tests sign, and we accept what it signs.
func TestTwilioItselfAgrees(t *testing.T) {
	at := bottest.NodePeer(t, "peer", "peer.js")
	calls := peerCalls(t)
	var in bytes.Buffer
	for _, c := range calls {
		if err := json.NewEncoder(&in).Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	peer := exec.CommandContext(t.Context(), "node", "peer.js")
	peer.Dir, peer.Stdin, peer.Stderr = at, &in, os.Stderr
	out, err := peer.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := json.NewDecoder(bytes.NewReader(out))
	for _, c := range calls {
		var answer struct {
			Valid    bool   `json:"valid"`
			Expected string `json:"expected"`
		}
		if err := answers.Decode(&answer); err != nil {
			t.Fatal(err)
		}
		if !answer.Valid {
			t.Errorf("Twilio's library refuses our signature of %q", c.Body)
		}
		if _, err := linkAt(t, c.URL, c.Token).open(callOf(t, c.URL, []byte(c.Body), answer.Expected)); err != nil {
			t.Errorf("we refuse the library's signature of %q", c.Body)
		}
	}
}

// peerCalls are all fixtures and what is hard to read or to sign right.
func peerCalls(t *testing.T) []peerCall {
	var calls []peerCall
	add := func(token, address, body string) {
		fields := url.Values{}
		for _, x := range readForm(body) {
			fields.Add(x.name, x.value)
		}
		calls = append(calls, peerCall{Token: token, URL: address, Body: body, Signature: bottest.SignTwilio(token, address, fields)})
	}
	const address = "https://city.example/channels/twilio?x=%E0%A6%95&y=1+2&z='"
	s := readSignatures(t)
	for name, f := range s.Files {
		body, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		add(s.Token, f.URL, string(body))
	}
	for _, text := range []string{"ড্রেনের পানি 🦟😟", "a\r\nb\n\tc", "&=+%25 %ZZ", "র\u200d্যাব ড়ঢ়য়", "", " spaces "} {
		add("t", address, url.Values{"Body": {text}, "From": {number}, "B": {"b", "a", "b"}}.Encode())
	}
	for _, body := range []string{
		"Body=50%ZZ+%+%4&From=%2B8801712345678", "B=b&B=a&B=b&A=", "a;b=c;d", "x&&y=&=z&&", "%E0%A6%95=%e0%a6%95&+=+", "=", "Body=a=b==",
	} {
		add("t", address, body)
	}
	return calls
}
