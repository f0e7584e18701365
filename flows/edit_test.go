package flows

import (
	"errors"
	"os"
	"strings"
	"testing"
)

const edible = `# kept as it is
languages:
  bn: {name: বাংলা, words: [bangla]}
  en: {name: English, words: [english]}
texts:
  one: {bn: "এক, {দুই}", sms: {bn: ছোট}}   # a remark
  two: {bn: 'it''s', en: two words }
  three:
    bn: তিন: "তিন"
  four:
    bn: |
      চার
      চার
    sms: {bn: ৪}
  five:
    bn: পাঁচ
    en: five  # not six
flows:
  waste:
    title: {bn: ময়লা, en: Waste}
    triggers: [ময়লা]   # more here
    states: {}
  drain:
    title: {bn: ড্রেন, en: Drain}
    triggers:
      bn:
        # the first
        - ড্রেন
      en: [drain]
    states: {}
  bare:
    title: {bn: খালি}
    # what it does
    states:
      a: {end: true}`

// lineDiff is the lines that are gone and come.
func lineDiff(was, is string) (gone, come []string) {
	before, after := strings.Split(was, "\n"), strings.Split(is, "\n")
	for len(before) > 0 && len(after) > 0 && before[0] == after[0] {
		before, after = before[1:], after[1:]
	}
	for len(before) > 0 && len(after) > 0 && before[len(before)-1] == after[len(after)-1] {
		before, after = before[:len(before)-1], after[:len(after)-1]
	}
	return before, after
}

func edibleFiles() []File {
	return []File{{"flows.yaml", []byte(strings.Replace(edible, `তিন: "তিন"`, "তিন", 1))}}
}

func TestTextsAreWrittenWhereTheyBelong(t *testing.T) {
	for _, c := range []struct{ name, lang, text, gone, come string }{
		{"texts/one", "en", `one "1", {two}`, `  one: {bn: "এক, {দুই}", sms: {bn: ছোট}}   # a remark`, `  one: {bn: "এক, {দুই}", sms: {bn: ছোট}, en: "one \"1\", {two}"}   # a remark`},
		{"texts/one/sms", "en", "1", `  one: {bn: "এক, {দুই}", sms: {bn: ছোট}}   # a remark`, `  one: {bn: "এক, {দুই}", sms: {bn: ছোট, en: "1"}}   # a remark`},
		{"texts/two", "en", "2", `  two: {bn: 'it''s', en: two words }`, `  two: {bn: 'it''s', en: "2" }`},
		{"texts/two", "bn", "দুই", `  two: {bn: 'it''s', en: two words }`, `  two: {bn: "দুই", en: two words }`},
		{"texts/three", "en", "3", "", `    en: "3"`},
		{"texts/four", "en", "4\n4", "", `    en: "4\n4"`},
		{"texts/five", "en", "5", "    en: five  # not six", `    en: "5"  # not six`},
		{"flows/bare/title", "en", "Bare", "    title: {bn: খালি}", `    title: {bn: খালি, en: "Bare"}`},
	} {
		files := edibleFiles()
		after, err := SetText(files, "flows.yaml", c.name, c.lang, c.text)
		if err != nil {
			t.Errorf("%s in %s: %v", c.name, c.lang, err)
			continue
		}
		gone, come := lineDiff(string(files[0].Text), string(after[0].Text))
		if strings.Join(gone, "\n") != c.gone || strings.Join(come, "\n") != c.come {
			t.Errorf("%s in %s:\n- %s\n+ %s", c.name, c.lang, strings.Join(gone, "\n- "), strings.Join(come, "\n+ "))
		}
	}
	for _, name := range []string{"texts/six", "flows/waste/triggers", "texts", "languages/bn/name/x"} {
		if _, err := SetText(edibleFiles(), "flows.yaml", name, "en", "x"); !errors.Is(err, ErrEdit) {
			t.Errorf("%s was written: %v", name, err)
		}
	}
	if _, err := SetText(edibleFiles(), "flows.yaml", "texts/four", "bn", "x"); !errors.Is(err, ErrEdit) {
		t.Errorf("a block was replaced: %v", err)
	}
}

func TestTriggersAreWrittenWhereTheyBelong(t *testing.T) {
	for _, c := range []struct{ flow, lang, words, gone, come string }{
		{"waste", "bn", "পচা গন্ধ", "    triggers: [ময়লা]   # more here", `    triggers: ["পচা গন্ধ", ময়লা]   # more here`},
		{"drain", "bn", "নালা", "", `        - "নালা"`},
		{"drain", "en", "nala", "      en: [drain]", `      en: ["nala", drain]`},
		{"bare", "en", "empty", "", `    triggers: ["empty"]`},
	} {
		files := edibleFiles()
		after, err := AddTrigger(files, c.flow, c.lang, c.words)
		if err != nil {
			t.Errorf("%s: %v", c.flow, err)
			continue
		}
		gone, come := lineDiff(string(files[0].Text), string(after[0].Text))
		if strings.Join(gone, "\n") != c.gone || strings.Join(come, "\n") != c.come {
			t.Errorf("%s in %s:\n- %s\n+ %s", c.flow, c.lang, strings.Join(gone, "\n- "), strings.Join(come, "\n+ "))
		}
	}
	for flow, words := range map[string]string{"nowhere": "x", "drain": "drain"} {
		if _, err := AddTrigger(edibleFiles(), flow, "en", words); !errors.Is(err, ErrEdit) {
			t.Errorf("%s got %s: %v", flow, words, err)
		}
	}
}

// TestShippedTextsCanAllBeTranslated takes every text of the shipped file, in
// turn, and writes it in a third language and over the second.
func TestShippedTextsCanAllBeTranslated(t *testing.T) {
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files := []File{{"flows.yaml", text}}
	table, err := Texts(files)
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Entries) < 400 || len(table.Languages) != 2 {
		t.Fatalf("%d texts in %v", len(table.Entries), table.Languages)
	}
	every, refused := len(table.Entries)/4+1, 0 // each is two changes of the whole file
	for i, e := range table.Entries {
		if e.Missing("en") {
			t.Errorf("%s is missing in English", e.Name())
		}
		if i%every != 0 {
			continue
		}
		if _, err := SetText(files, e.File, e.Name(), "xx", "third"); err != nil {
			t.Errorf("%s: %v", e.Name(), err)
		}
		if _, err := SetText(files, e.File, e.Name(), "en", "second"); err != nil {
			refused++
			t.Logf("%s, line %d: %v", e.Name(), e.Line, err)
		}
	}
	if refused > 0 {
		t.Errorf("%d texts cannot be changed", refused)
	}
}
