package gateway

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// builder makes a profile of its nodes and the settings.
type builder struct {
	*reader
	p       *profile
	setting func(string) string
	cfg     map[string]string
	missing map[string]bool // settings told to be missing already
}

// variables are those of a message.
var variables = []string{"to", "text", "from", "ref", "ref20", "part", "parts", "encoding", "coding_kannel", "dlr_url", "now", "addr_raw"}

// leastToken is how long a token should be, in characters.
const leastToken = 16

func (b *builder) configured(n *yaml.Node) {
	b.cfg = map[string]string{}
	if n == nil {
		return
	}
	for _, m := range b.members(n, "cfg") {
		b.cfg[m.name] = b.text(m.value, "cfg."+m.name)
	}
}

// read reads the parts of a profile.
func (b *builder) read(fields map[string]*yaml.Node) {
	if n := fields["number"]; n != nil {
		b.p.number = b.template(n, "number", nil).fill(nil, false)
	}
	if n := fields["send"]; n != nil {
		b.readSend(n)
	}
	if n := fields["receive"]; n != nil {
		b.readReceive(n)
	}
	if n := fields["dlr"]; n != nil {
		b.readReceipts(n)
	}
	if n := fields["balance"]; n != nil {
		b.readBalance(n)
	}
	if s := b.p.send; s != nil && b.p.receipt == nil && s.uses("dlr_url") {
		b.warn("it is told where to send receipts, but the profile has no `dlr`: they will be refused")
	}
	if b.p.send == nil && b.p.receive == nil {
		b.fail(b.here, "profile %s has neither `send` nor `receive`", b.p.name)
	}
}

// settingName is the setting behind {{secret.x}} and {{cfg.x}}.
func (b *builder) settingName(x string) string {
	return "SMS_" + settingWord(b.p.name) + "_" + settingWord(x)
}

// secret is the setting behind {{secret.x}}. One that is missing is a fault.
func (b *builder) secret(n *yaml.Node, x string) string {
	name := b.settingName(x)
	v := b.setting(name)
	if v == "" {
		b.lacks(n, name)
		return ""
	}
	if !slices.Contains(b.p.secrets, v) {
		b.p.secrets = append(b.p.secrets, v)
	}
	return v
}

func (b *builder) lacks(n *yaml.Node, name string) {
	if !b.missing[name] {
		b.missing[name] = true
		b.fail(n, "profile %s needs the setting %s", b.p.name, name)
	}
}

// template reads a leaf. allowed are the variables it may name.
func (b *builder) template(n *yaml.Node, what string, allowed []string) template {
	parts, ok := cutTemplate(b.text(n, what))
	if !ok {
		b.fail(n, "%s: a {{ is not closed", what)
		return nil
	}
	t := template{}
	for i, s := range parts {
		switch {
		case i%2 == 1:
			t = append(t, b.piece(n, what, s, allowed))
		case s != "":
			t = append(t, piece{scope: literal, text: s})
		}
	}
	return t
}

// piece reads what stands between {{ and }}.
func (b *builder) piece(n *yaml.Node, what, s string, allowed []string) piece {
	words := strings.Split(s, "|")
	name := strings.TrimSpace(words[0])
	p := piece{scope: variable, name: name}
	if x, ok := strings.CutPrefix(name, "secret."); ok {
		p.scope, p.text = secret, b.secret(n, x)
	} else if x, ok := strings.CutPrefix(name, "cfg."); ok {
		p.scope, p.text = configure, b.config(n, x)
	} else if !slices.Contains(allowed, name) {
		b.fail(n, "%s: there is no variable %q here%s", what, name, among(allowed))
	}
	for _, w := range words[1:] {
		f, ok := parseFilter(strings.TrimSpace(w))
		if !ok {
			b.fail(n, "%s: there is no filter %q: there are %s", what, strings.TrimSpace(w), strings.Join(filterNames, ", "))
			continue
		}
		p.filters = append(p.filters, f)
	}
	return p
}

func among(names []string) string {
	if len(names) == 0 {
		return ": only {{cfg.…}} and {{secret.…}}"
	}
	return ": there are " + strings.Join(names, ", ") + ", cfg.…, secret.…"
}

// config is the value of {{cfg.x}}: from the profile, else the setting.
func (b *builder) config(n *yaml.Node, x string) string {
	if v, ok := b.cfg[x]; ok {
		return v
	}
	v := b.setting(b.settingName(x))
	if v == "" {
		b.lacks(n, b.settingName(x))
	}
	return v
}

// codes reads a list of error codes.
func (b *builder) codes(n *yaml.Node, what string) map[string]bool {
	if n == nil {
		return nil
	}
	set := map[string]bool{}
	for _, code := range b.texts(n, what) {
		set[code] = true
	}
	return set
}

// names reads a list of names to look under, or takes the usual ones.
func (b *builder) names(n *yaml.Node, what string, usual []string) []string {
	if n == nil {
		return usual
	}
	return b.texts(n, what)
}

func (b *builder) pattern(n *yaml.Node, what string) *regexp.Regexp {
	re, err := regexp.Compile(b.text(n, what))
	if err != nil {
		b.fail(n, "%s is not a regular expression", what)
		return nil
	}
	return re
}

// zone reads a time zone. Dhaka's needs no table of zones.
func (b *builder) zone(n *yaml.Node) *time.Location {
	const dhaka = "Asia/Dhaka"
	name := dhaka
	if n != nil {
		name = b.text(n, "time_zone")
	}
	if name == dhaka {
		return time.FixedZone(dhaka, 6*60*60)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		b.fail(n, "there is no time zone %q", name)
		return time.UTC
	}
	return zone
}

func (b *builder) methods(n *yaml.Node, what string) []string {
	if n == nil {
		return bothMethods
	}
	list := b.texts(n, what)
	for i, m := range list {
		list[i] = strings.ToUpper(m)
		if !slices.Contains(bothMethods, list[i]) {
			b.fail(n, "%s must be GET or POST", what)
		}
	}
	return list
}
