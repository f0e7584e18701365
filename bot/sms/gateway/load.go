package gateway

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

//go:embed profiles.yaml
var builtIn []byte

// Options of Load.
type Options struct {
	File      string            // how the file is called in errors; empty: "gateways"
	Now       func() time.Time  // nil: time.Now
	Transport http.RoundTripper // nil: the package's own, without proxies
}

// maxGateways bounds a file.
const maxGateways = 50

// nameForm is what a profile may be called: it is part of a path and, in
// capitals, of settings.
var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

// Load reads a file of profiles, YAML or JSON, and makes the gateways in its
// order. setting looks a setting up, empty for none; publicURL is what the
// world calls us. The error has a line for each fault: place and reason.
func Load(text []byte, setting func(name string) string, publicURL string, opt Options) ([]*Gateway, error) {
	if opt.File == "" {
		opt.File = "gateways"
	}
	public, err := url.Parse(publicURL)
	if err != nil || public.Host == "" {
		return nil, errors.New("gateways: the public URL is not a web address")
	}
	known, err := builtInProfiles()
	if err != nil {
		return nil, err
	}
	r := &reader{file: opt.File, foreign: map[*yaml.Node]bool{}}
	for _, base := range known {
		r.mark(base)
	}
	list := r.profiles(r.parse(text))
	var gateways []*Gateway
	for _, m := range list {
		if p := r.profile(m, list, known, setting); p != nil {
			gateways = append(gateways, newGateway(p, strings.TrimRight(publicURL, "/"), opt))
		}
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return gateways, nil
}

// BuiltIn are the names that a profile can extend, in order.
func BuiltIn() []string {
	known, err := builtInProfiles()
	if err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(known))
}

func builtInProfiles() (map[string]*yaml.Node, error) {
	r := &reader{file: "built-in profiles"}
	known := map[string]*yaml.Node{}
	for _, m := range r.profiles(r.parse(builtIn)) {
		known[m.name] = r.extended(m, known)
	}
	if err := r.err(); err != nil {
		return nil, fmt.Errorf("gateways: %w", err)
	}
	return known, nil
}

// profiles reads the top of a file.
func (r *reader) profiles(root *yaml.Node) []member {
	if root == nil {
		return nil
	}
	node := r.fields(root, "the file", "profiles")["profiles"]
	if node == nil {
		if len(r.faults) == 0 {
			r.fail(root, "the file has no profiles: it begins with `profiles:`")
		}
		return nil
	}
	list := r.members(node, "profiles")
	if len(list) > maxGateways {
		r.fail(node, "there are more than %d profiles", maxGateways)
		return nil
	}
	return list
}

// profile reads one profile, laid over the one it extends.
func (r *reader) profile(m member, all []member, known map[string]*yaml.Node, setting func(string) string) *profile {
	before := len(r.faults)
	r.here = m.key
	r.profileName(m, all)
	node := r.extended(m, known)
	fields := r.fields(node, "profile "+m.name, "extends", "cfg", "number", "send", "receive", "dlr", "balance")
	b := &builder{reader: r, p: &profile{name: m.name}, setting: setting, missing: map[string]bool{}}
	b.configured(fields["cfg"])
	b.read(fields)
	if len(r.faults) > before {
		return nil
	}
	return b.p
}

// profileName checks a profile's name.
func (r *reader) profileName(m member, all []member) {
	switch {
	case !nameForm.MatchString(m.name):
		r.fail(m.key, "profile %q: a name is small English letters, digits, _ and -, at most 40", m.name)
	case m.name == "twilio":
		r.fail(m.key, "a profile cannot be called twilio: that link has settings of its own")
	}
	for _, other := range all {
		if other.name == m.name {
			break
		}
		if settingWord(other.name) == settingWord(m.name) {
			r.fail(m.key, "profiles %s and %s would share their settings: call one something else", other.name, m.name)
		}
	}
}

// extended is a profile laid over the built-in one it names.
func (r *reader) extended(m member, known map[string]*yaml.Node) *yaml.Node {
	if m.value.Kind != yaml.MappingNode {
		return m.value
	}
	for _, line := range r.members(m.value, "profile "+m.name) {
		if line.name != "extends" {
			continue
		}
		base := known[r.text(line.value, "extends")]
		if base == nil {
			r.fail(line.value, "there is no built-in profile %q: there are %s", line.value.Value, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
			return m.value
		}
		return merge(base, m.value)
	}
	return m.value
}

// settingWord is a name as it stands in the name of a setting.
func settingWord(name string) string {
	return strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}
