package grammar

import (
	_ "embed"
	"sync"

	"go.yaml.in/yaml/v4"
)

// Help is what a key or a word means.
type Help struct {
	BN   string `yaml:"bn"`
	EN   string `yaml:"en"`
	YAML string `yaml:"yaml"` // an example
}

func (h Help) in(lang string) string {
	if lang == "en" {
		return h.EN
	}
	return h.BN
}

//go:embed help.yaml
var helpText []byte

// help is help.yaml. It is part of the program: a fault in it is found by the
// tests.
var help = sync.OnceValue(func() map[string]Help {
	entries := map[string]Help{}
	if err := yaml.Load(helpText, &entries); err != nil {
		panic("help.yaml: " + err.Error())
	}
	return entries
})
