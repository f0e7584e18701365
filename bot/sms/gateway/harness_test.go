package gateway

import (
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"nagorik/bot"
)

// The world of the tests.
const (
	testToken  = "a-token-of-some-length"
	testPublic = "https://city.example"
	somebody   = "+8801712345678"
)

var testTime = time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)

// settings looks names up in a map.
type settings map[string]string

func (s settings) get(name string) string { return s[name] }

// everything answers each setting, so that all profiles load.
func everything(name string) string {
	if strings.HasSuffix(name, "_TOKEN") && !strings.HasSuffix(name, "_API_TOKEN") {
		return testToken
	}
	return strings.ToLower(name) + ".example"
}

func load(t testing.TB, text string, setting func(string) string) []*Gateway {
	t.Helper()
	list, err := Load([]byte(text), setting, testPublic, Options{File: "g.yaml", Now: func() time.Time { return testTime }})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// one loads the only profile of a text.
func one(t testing.TB, text string, set settings) *Gateway {
	t.Helper()
	list := load(t, text, set.get)
	if len(list) != 1 {
		t.Fatalf("%d gateways", len(list))
	}
	return list[0]
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readJSON(t testing.TB, path string, v any) {
	t.Helper()
	if err := json.Unmarshal(readFile(t, path), v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// get is a GET with a query.
func get(path, query string) bot.Call {
	return bot.Call{Method: http.MethodGet, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{}, Remote: netip.MustParseAddr("203.0.113.7")}
}

// post is a POST with the token in its address.
func post(path, kind string, body []byte) bot.Call {
	c := get(path, "token="+testToken)
	c.Method, c.Body = http.MethodPost, body
	if kind != "" {
		c.Header.Set("Content-Type", kind)
	}
	return c
}

// yamlText writes a node out.
func yamlText(n *yaml.Node) (string, error) {
	b, err := yaml.Dump(n)
	return string(b), err
}

// scalar is a text as it stands in a file.
func scalar(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }
