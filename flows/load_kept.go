package flows

import (
	"maps"

	"nagorik/flows/place"
)

// LoadKept loads a catalogue that was published before. Texts that the bot has come to say since then are taken from
// spare, the built-in file, with a warning: a published version must not stop being readable because the program is newer.
// Only what the bot itself says is filled in, with the settings that it mentions; the services stay as they were published.
func LoadKept(wards *place.Map, spare File, files ...File) (*Catalog, []Fault) {
	r, d := &reader{}, &draft{}
	if root := r.parse(spare); root != nil {
		r.read(d, root)
	}
	return load(wards, d, files)
}

// spareText takes one of the texts a catalogue lacks from the spare one, and reports whether it did.
func (k *compiler) spareText(name string) bool {
	if k.spare == nil {
		return false
	}
	for _, n := range k.spare.texts {
		if _, said := n.text.long[k.c.codes[0]]; !said || n.name.text != name {
			continue
		}
		k.warn(k.start, "`texts` lacks %q: the built-in one stands in", name)
		k.used[name] = true
		own := k.shown
		k.shown = k.withSpareSettings(own)
		defer func() { k.shown = own }()
		k.c.texts[name] = k.text(n.text, scope{fills: textFills[name], what: "the text " + name}, true)
		return true
	}
	return false
}

// withSpareSettings are settings as texts mention them, and those of the spare catalogue that are not among them.
func (k *compiler) withSpareSettings(own map[string][]string) map[string][]string {
	all := maps.Clone(own)
	for _, s := range k.spare.settings {
		if _, ok := own[s.name.text]; !ok {
			all[s.name.text] = k.settingShown(s, k.inDefault(s.value, "the setting "+s.name.text).text)
		}
	}
	return all
}
