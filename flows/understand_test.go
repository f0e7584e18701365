package flows

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"

	"nagorik/flows/bangla"
	"nagorik/flows/place"
)

// utterance is a line of a corpus: the text, how it is written, and what it is about.
type utterance struct{ text, style, intent, slots string }

// corpus reads lines of text, style and intent between tabs. They are not trimmed: some carry noise on purpose.
func corpus(t testing.TB, name string) (list []utterance) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(raw), "\n") {
		part := strings.Split(line, "\t")
		if len(part) < 3 || strings.HasPrefix(line, "#") || part[2] == "intent" {
			continue
		}
		u := utterance{text: part[0], style: part[1], intent: part[2]}
		if len(part) > 3 {
			u.slots = part[3]
		}
		list = append(list, u)
	}
	if len(list) < 100 {
		t.Fatalf("%s has only %d lines", name, len(list))
	}
	return list
}

// The corpora: none of their sentences is an example in flows.yaml.
var corpora = []string{
	"bangla/testdata/utterances.tsv", "testdata/understand/held_out.tsv", "testdata/understand/unseen.tsv", "testdata/understand/fresh.tsv", "testdata/understand/wide.tsv", "testdata/understand/last.tsv", "testdata/understand/final.tsv",
	"testdata/understand/broad.tsv", "testdata/understand/proof.tsv", "testdata/understand/kinds.tsv", strangers, accents, perils,
}

// Corpora in manners that no example is in, written without sight of them. What is missed of them stays so: sentences of
// them are no examples.
const (
	strangers = "testdata/understand/hands.tsv"
	accents   = "testdata/understand/accents.tsv"
	perils    = "testdata/understand/perils.tsv"
)

// allowances are how many dangers may be missed in a corpus, and how many alarms may be false; in the others none.
var allowances = map[string]struct{ missed, alarms int }{strangers: {6, 4}, accents: {1, 1}, perils: {2, 1}}

// TestCorpora prints how sentences are taken that nothing was learnt from, and holds what is wanted of it.
func TestCorpora(t *testing.T) {
	c := shipped(t)
	for _, name := range corpora {
		all, byStyle, danger := newTally(), map[string]*tally{}, newTally()
		alarms, allowed := 0, allowances[name]
		for _, u := range corpus(t, name) {
			got := c.Understand(u.text)
			all.add(u.intent, got)
			if byStyle[u.style] == nil {
				byStyle[u.style] = newTally()
			}
			byStyle[u.style].add(u.intent, got)
			if alarmed := got.Decision == DecideDanger; u.intent == intentEmergency {
				danger.add(u.intent, got)
			} else if alarmed {
				alarms++
				if allowed.alarms == 0 {
					t.Errorf("%s: a false alarm: %q, %s", name, u.text, got.Why)
				}
			}
			if got.Intent != u.intent {
				t.Logf("%-14s as %-14s %-8s %.2f  %s", u.intent, got.Intent, got.Decision, got.Confidence, u.text)
			}
		}
		t.Logf("%s: %s", name, all)
		for _, s := range []string{"bn", "dialect", "banglish", "typo", "en", "mixed"} {
			if byStyle[s] != nil {
				t.Logf("  %-9s %s", s, byStyle[s])
			}
		}
		if all.accuracy() < 0.93 || all.macroF1() < 0.90 || danger.right < danger.n-allowed.missed || alarms > allowed.alarms || float64(all.wrongSure) > 0.03*float64(all.n) {
			t.Errorf("%s is understood too badly: %s; danger %d of %d", name, all, danger.right, danger.n)
		}
	}
}

// TestCorporaAreUnseen holds that no sentence of a corpus stands in flows.yaml, however it is spelt there.
func TestCorporaAreUnseen(t *testing.T) {
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		t.Fatal(err)
	}
	known := map[string]string{}
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		for _, line := range strings.Split(n.Value, "\n") {
			known[wordsOf(line)] = line
		}
		for _, child := range n.Content {
			walk(child)
		}
	}
	walk(&doc)
	for _, name := range slices.Concat(corpora, dangers) {
		for _, u := range corpus(t, name) {
			if w := wordsOf(u.text); strings.Contains(w, " ") && known[w] != "" {
				t.Errorf("%q of %s stands in flows.yaml", u.text, name)
			}
		}
	}
}

// wordsOf is a text as it is compared: folded, without punctuation.
func wordsOf(text string) string {
	return strings.Join(strings.FieldsFunc(bangla.Fold(text), func(r rune) bool { return !bangla.WordRune(r) }), " ")
}

// TestDangerAndItsTraps holds both sides of domain.md §4.4.
func TestDangerAndItsTraps(t *testing.T) {
	c := shipped(t)
	for _, text := range []string{
		"পাশের বিল্ডিংয়ে আগুন", "agun legeche", "AGUN!!!", "our shop is on fire", "ঘরে গ্যাসের গন্ধ", "gas leak", "cylinder blast hoise", "শক খাইছে একজন",
		"ছেঁড়া তার পড়ে আছে রাস্তায়", "দুর্ঘটনায় তিনজন আহত", "rokto ber hocche onek", "বাচ্চাটা পড়ে গেছে ম্যানহোলে", "chele ta dube jacche", "ছাদ ধসে পড়েছে",
		"building collapse hoise", "ময়লার আগুন ছড়িয়ে দোকানে লাগছে", "a boy fell into the canal", "ভবনে আটকা পড়েছে মানুষ", "man electrocuted", "tar chire panite porse",
	} {
		if u := c.Understand(text); u.Decision != DecideDanger || u.Intent != "emergency" || !strings.Contains(u.Why, "matched") {
			t.Errorf("%q: %+v", text, u)
		}
	}
	for _, text := range []string{
		"ময়লা পোড়ায় রাতে", "moyla poray", "ময়লায় আগুন দেয়", "moylay agun dey keu", "গ্যাস লাইনের রাস্তা কাটা", "gas line er rasta kata", "gas bill", "চুলায় গ্যাস নাই",
		"ম্যানহোলের ঢাকনা নাই, বাচ্চা পড়ে যেতে পারে", "accident hote pare", "যে কোনো সময় দুর্ঘটনা ঘটতে পারে", "কোরবানির রক্ত পরিষ্কার করেন", "রাস্তা ডুবে গেছে পানিতে",
		"fire service number", "pani fire ase", "শিশু পার্কের দেয়াল ভেঙে পড়ে গেছে", "ডিশের তার ছিঁড়ে ঝুলছে", "culvert collapsed", "mosha rokto khay", "ফোনটা ড্রেনে পড়ে গেছে",
		"কালকে দুর্ঘটনা এড়াতে স্পিড ব্রেকার দেন", "রাস্তা ধসে গেছে", "blood donation camp", "pani atka poreche",
	} {
		if u := c.Understand(text); u.Decision == DecideDanger {
			t.Errorf("a false alarm: %q, %s", text, u.Why)
		}
	}
}

func TestUnderstandSlots(t *testing.T) {
	c := shipped(t)
	for _, x := range []struct {
		text     string
		intent   string
		decision Decision
		slots    map[string]string
	}{
		{"ড্রেন বন্ধ, ওয়ার্ড ৩", "drainage", DecideGo, map[string]string{"ward": "3", "trouble": "blocked"}},
		{"light nai school road e", "electricity", DecideGo, map[string]string{"area": "School Road", "trouble": "out", "ward": "1"}},
		{"case 10234 er ki obostha", "status", DecideGo, map[string]string{"case_id": "10234"}},
		{"#10234", "status", DecideGo, map[string]string{"case_id": "10234"}},
		{"tax barai dise, ekhon 12 hajar taka", "holding_tax", DecideGo, map[string]string{"amount": "12000"}},
		{"HOLDING NO 112/A, WARD 7, KOTO TAKA BAKI", "holding_tax", DecideGo, map[string]string{"about": "dues", "dues_about": "check", "holding_no": "112/A", "ward": "7"}},
		{"হোল্ডিং ৭৮/ক, আগের কত বছরের কর বাকি পড়ছে?", "holding_tax", DecideGo, map[string]string{"dues_about": "check", "holding_no": "78/ক"}},
		{"আমার নালিশটা কোন পর্যায়ে আছে, নম্বর ৩৩০১", "status", DecideGo, map[string]string{"case_id": "3301"}},
		{"I dont read Bangla, use English", "language_switch", DecideCommand, map[string]string{"lang": "en"}},
		{"English bujhi na, Bangla den", "language_switch", DecideCommand, map[string]string{"lang": "bn"}},
		{"বাংলায় লেখেন, ইংরেজি পারি না", "language_switch", DecideCommand, map[string]string{"lang": "bn"}},
		{"১৭/খ হোল্ডিংয়ে আর কত টাকা বকেয়া", "holding_tax", DecideGo, map[string]string{"about": "dues", "dues_about": "check", "holding_no": "17/খ"}},
		{"হোল্ডিং নং ১২/" + strings.Repeat("৩", 70) + " বকেয়া কত", "holding_tax", DecideGo, map[string]string{"about": "dues", "dues_about": "check"}},
		{"menu", "menu", DecideCommand, map[string]string{}},
		{"English please", "language_switch", DecideCommand, map[string]string{"lang": "en"}},
		{"বাতিল করুন", "cancel", DecideCommand, map[string]string{}},
		{"passport lagbe", "unknown", DecideRedirect, map[string]string{}},
		{"bashay karent nai", "electricity", DecideRedirect, map[string]string{}},
		{"Avgvi evmvi mvg‡b gqjv R‡g Av‡Q", "unknown", DecideMenu, map[string]string{}},
		{"amar nid 1990 1234567890123", "unknown", DecideMenu, map[string]string{}},
		{"", "unknown", DecideMenu, map[string]string{}},
		{"hi", "greeting", DecideGo, map[string]string{}},
	} {
		u := c.Understand(x.text)
		if u.Intent != x.intent || u.Decision != x.decision || !reflect.DeepEqual(u.Slots, x.slots) || u.Why == "" || u.Text != x.text {
			t.Errorf("%q: %+v", x.text, u)
		}
	}
}

// TestUnderstandIsWhatStepDoes holds the command against the dialogue: what it says is decided is what happens.
func TestUnderstandIsWhatStepDoes(t *testing.T) {
	c := shipped(t)
	for _, name := range corpora {
		for _, u := range corpus(t, name) {
			got := c.Understand(u.text)
			turn := c.Step(Session{}, Input{
				Kind: InputText, Text: u.text, Face: faces["web"], Owner: OwnerBot, Case: 10234, At: time.Unix(1790000000, 0),
				Found: Found{Remembered: map[string]Value{}, Mine: []CaseFound{}, Desk: map[string]DeskFound{"front_desk": {}}, Cases: map[int64]*CaseFound{}},
			})
			alarmed := len(turn.Effects) > 0 && turn.Effects[0] == Effect(Alert{ReasonDanger})
			if alarmed != (got.Decision == DecideDanger) {
				t.Errorf("%q: decision %s, effects %v", u.text, got.Decision, turn.Effects)
			}
			if offered := turn.Session.Ask == askOffer; offered != (got.Decision == DecideOffer) {
				t.Errorf("%q: decision %s, but the bot asks %q", u.text, got.Decision, turn.Session.Ask)
			}
			if _, isFlow := c.Flow(got.Intent); got.Decision == DecideGo && isFlow && turn.Missed {
				t.Errorf("%q: decision %s, but it was missed", u.text, got.Decision)
			}
		}
	}
}

// TestWordsWithoutExamples leaves the examples out: listed words decide as they stand, the longest first.
func TestWordsWithoutExamples(t *testing.T) {
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var kept []string
	depth := -1
	for _, line := range strings.Split(string(text), "\n") {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if depth >= 0 && (indent > depth || line == "") {
			continue
		}
		depth = -1
		if strings.TrimSpace(line) == "examples: |" {
			depth = indent
			continue
		}
		if line != "off_topic:" {
			kept = append(kept, line)
		}
	}
	c := loaded(t, File{"flows.yaml", []byte(strings.Join(kept, "\n"))})
	if c.learnt != nil {
		t.Fatal("there is a model without examples")
	}
	for text, want := range map[string]string{
		"পার্কে লাইট নাই": "park", "the drain stinks": "drainage", "ড্রেনের অভিযোগটা কি হলো": "status", "passport korte chai": "unknown", "dhonnobad vai": "thanks", "xyz": "unknown",
	} {
		if u := c.Understand(text); u.Intent != want {
			t.Errorf("%q: %+v", text, u)
		}
	}
}

// maxUnderstanding is how long the longest message may take, on a slow machine under the race detector.
const maxUnderstanding = 500 * time.Millisecond

// TestLongMessages reads what nobody would write.
func TestLongMessages(t *testing.T) {
	c := shipped(t)
	for _, unit := range []string{"ড্রেন ", "drain", "ক্", "গ্যাস + ", "\u200d\u09bc", "12 ", "🙂", "\xff", "আগুন ময়লা "} {
		text := strings.Repeat(unit, 10<<10/len(unit))
		began := time.Now()
		c.Understand(text)
		if took := time.Since(began); took > maxUnderstanding {
			t.Errorf("%d bytes of %q took %v", len(text), unit, took)
		}
	}
}

// FuzzUnderstand reads anything; what comes out is one of the decisions, and stays the same.
func FuzzUnderstand(f *testing.F) {
	c := shipped(f)
	for _, name := range corpora {
		for _, u := range corpus(f, name) {
			f.Add(u.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		u := c.Understand(text)
		switch u.Decision {
		case DecideGo, DecideOffer, DecideMenu, DecideCommand, DecideDanger, DecideRedirect:
		default:
			t.Fatalf("decision %q", u.Decision)
		}
		if u.Intent == "" || u.Why == "" || !(u.Confidence >= 0 && u.Confidence <= 1) || !reflect.DeepEqual(u, c.Understand(text)) {
			t.Fatalf("%+v", u)
		}
	})
}

// BenchmarkUnderstand measures one message of the corpora.
func BenchmarkUnderstand(b *testing.B) {
	c := shipped(b)
	var list []utterance
	for _, name := range corpora {
		list = append(list, corpus(b, name)...)
	}
	c.Learn()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.Understand(list[i%len(list)].text)
	}
}

// BenchmarkLoad measures reading, checking, compiling and learning the shipped file.
func BenchmarkLoad(b *testing.B) {
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		b.Fatal(err)
	}
	wards := place.Sample()
	for b.Loop() {
		if c, faults := Load(wards, File{"flows.yaml", text}); c == nil {
			b.Fatal(faults)
		} else {
			c.Learn()
		}
	}
}
