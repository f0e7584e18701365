package flows

import (
	"strings"

	"nagorik/flows/bangla"
	"nagorik/flows/gsm"
)

// maxSegments is how many SMS a text may cost before it is warned about.
const maxSegments = 2

// text compiles one text in all languages. sms says that it can go out by SMS,
// so its length matters.
func (k *compiler) text(t draftText, in scope, sms bool) *text {
	if t.shared.text != "" {
		return k.shared(t)
	}
	compiled := &text{forms: make([]form, len(k.c.codes))}
	main := k.inDefault(t, in.what)
	for i, code := range k.c.codes {
		long, ok := t.long[code]
		if !ok {
			long = main
			k.missing(t, main, i, in.what)
		}
		compiled.forms[i] = k.form(t, long, i, in, sms)
	}
	return compiled
}

// missing warns about a translation that is not there.
func (k *compiler) missing(t draftText, main word, lang int, what string) {
	if main.text == "" || lang == 0 || t.plain && onlyPlaceholders(main.text) {
		return
	}
	k.warn(t.position, "%s is missing in %s; %s stands in", what, k.c.codes[lang], k.c.codes[0])
}

func (k *compiler) form(t draftText, long word, lang int, in scope, sms bool) form {
	f := form{long: k.template(long, lang, in)}
	f.short, f.spoken = f.long, f.long
	if spoken, ok := variantIn(t.spoken, k.c.codes[lang]); ok {
		f.spoken = k.template(spoken, lang, in)
	}
	short, ok := variantIn(t.short, k.c.codes[lang])
	if ok {
		f.short = k.template(short, lang, in)
	} else {
		short = long
	}
	if !sms {
		return f
	}
	if n := gsm.Segments(gsm.OneLetter(sample(short.text))).Segments; n > maxSegments {
		k.warn(short.position, "by SMS this costs %d messages: give a shorter `sms` text", n)
	}
	if has(strings.FieldsFunc(strings.ToLower(short.text), func(r rune) bool { return !bangla.WordRune(r) }), commandCancel) {
		k.warn(short.position, "do not offer CANCEL by SMS: carriers take it as STOP; say BACK")
	}
	return f
}

// variantIn is a variant of a text in one language, or the one for all.
func variantIn(variant map[string]word, code string) (word, bool) {
	w, ok := variant[code]
	if !ok {
		w, ok = variant[""]
	}
	return w, ok
}

// sample is a text with its placeholders filled by something of a usual length.
func sample(s string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '{')
		end := strings.IndexByte(s, '}')
		if open < 0 || end < open {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:open])
		b.WriteString("12345")
		s = s[end+1:]
	}
}

// shared finds one of the texts at the top of the file.
func (k *compiler) shared(t draftText) *text {
	k.used[t.shared.text] = true
	found := k.c.texts[t.shared.text]
	if found == nil {
		k.fail(t.shared.position, "there is no text %q%s", t.shared.text, suggest(t.shared.text, k.textNames()))
	}
	return found
}

func (k *compiler) textNames() []string {
	names := make([]string, 0, len(k.c.texts))
	for name := range k.c.texts {
		names = append(names, name)
	}
	return sorted(names)
}

func (k *compiler) sharedTexts() {
	k.used = map[string]bool{}
	k.c.texts = make(map[string]*text, len(k.d.texts))
	names := make([]word, len(k.d.texts))
	for i, n := range k.d.texts {
		names[i] = n.name
		fills, known := textFills[n.name.text]
		if !known {
			if fills, known = joinTexts[n.name.text]; !known {
				fills = flowFills
			}
		}
		if n.text.shared.text != "" {
			k.fail(n.text.position, "a text here cannot be another shared one: write it out")
			continue
		}
		k.c.texts[n.name.text] = k.text(n.text, scope{fills: fills, what: "the text " + n.name.text}, true)
	}
	k.unique(names, "text")
	for _, name := range sorted(keys(textFills)) {
		if _, ok := k.c.texts[name]; !ok {
			if k.spareText(name) {
				continue
			}
			k.fail(k.start, "`texts` lacks %q", name)
			k.c.texts[name] = &text{forms: k.empty()}
		}
	}
}

func (k *compiler) empty() []form {
	forms := make([]form, len(k.c.codes))
	for i := range forms {
		forms[i] = form{long: &template{}, short: &template{}, spoken: &template{}}
	}
	return forms
}

// usedTexts warns about texts nothing says.
func (k *compiler) usedTexts() {
	for _, n := range k.d.texts {
		_, usual := textFills[n.name.text]
		_, joins := joinTexts[n.name.text]
		if !usual && !joins && !k.used[n.name.text] {
			k.warn(n.name.position, "nothing says the text %q%s", n.name.text, suggest(n.name.text, keys(textFills)))
		}
	}
}

func keys[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for key := range m {
		list = append(list, key)
	}
	return sorted(list)
}
