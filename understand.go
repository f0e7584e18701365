package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"nagorik/flows"
	"nagorik/flows/bangla"
	"nagorik/flows/place"
)

// understandCommand reads messages and says what each is taken for.
type understandCommand struct {
	As string `help:"Print only what one parser makes of each line: ${parsers}." placeholder:"KIND" enum:",${parsers}" default:""`
}

// maxUnderstood is the longest line that is read, in bytes.
const maxUnderstood = 1 << 20

// Run reads lines until the input ends. They are read as they are, blanks and all.
func (k *understandCommand) Run(p *process) error {
	say := func(line string) error {
		text, _ := bangla.As(k.As, line)
		_, err := fmt.Fprintln(p.out, text)
		return err
	}
	if k.As == "" {
		catalog, err := p.catalog()
		if err != nil {
			return err
		}
		say = understandIn(catalog, p.out)
	}
	lines := bufio.NewScanner(p.in)
	lines.Buffer(nil, maxUnderstood)
	for lines.Scan() {
		if err := say(lines.Text()); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read messages: %w; a line may have %d bytes", err, maxUnderstood)
	}
	return nil
}

// understandIn prints a line of JSON for each message.
func understandIn(catalog *flows.Catalog, out io.Writer) func(string) error {
	w := json.NewEncoder(out)
	w.SetEscapeHTML(false)
	return func(line string) error { return w.Encode(catalog.Understand(line)) }
}

// parserNames are the kinds that --as takes.
func parserNames() string { return strings.Join(bangla.AsKinds(), ",") }

// catalog is the catalogue that the settings name, without a database.
func (p *process) catalog() (*flows.Catalog, error) {
	c, err := p.config()
	if err != nil {
		return nil, err
	}
	wards, err := readWards(c.Wards)
	if err != nil {
		return nil, err
	}
	return settingsCatalog(c, wards)
}

// settingsCatalog is the FLOWS file, or the built-in one, on a map.
func settingsCatalog(c *Config, wards *place.Map) (*flows.Catalog, error) {
	var paths []string
	if c.Flows != "" {
		paths = append(paths, c.Flows)
	}
	files, err := readFlows(paths...)
	if err != nil {
		return nil, err
	}
	catalog, _, err := loadCatalog(wards, files)
	return catalog, err
}
