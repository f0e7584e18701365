package flows

import (
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"nagorik/flows/bangla"
	"nagorik/flows/intent"
	"nagorik/flows/place"
)

// folds is how many parts the examples are divided into: each is judged by a model that has learnt from the others.
const folds = 10

// lessonsOf are the examples of the shipped file, as the compiler gathers them.
func lessonsOf(t testing.TB, c *Catalog) []intent.Example {
	t.Helper()
	text, err := os.ReadFile("../flows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, d := &reader{}, &draft{}
	r.read(d, r.parse(File{"flows.yaml", text}))
	copied := *c
	k := &compiler{reader: r, d: d, wards: place.Sample(), c: &copied}
	return k.lessons().examples
}

// tally counts how messages were taken.
type tally struct {
	n, right, wrongSure, asked int
	hits, named, called        map[string]int // by intent: right, as it should be, as it was
}

func newTally() *tally {
	return &tally{hits: map[string]int{}, named: map[string]int{}, called: map[string]int{}}
}

func (y *tally) add(want string, u Understanding) {
	y.n++
	y.named[want]++
	y.called[u.Intent]++
	sure := u.Decision != DecideMenu && u.Decision != DecideOffer
	switch {
	case u.Intent == want:
		y.right++
		y.hits[want]++
	case sure:
		y.wrongSure++
	}
	if !sure {
		y.asked++
	}
}

func (y *tally) accuracy() float64 { return float64(y.right) / float64(max(1, y.n)) }

// interval is Wilson's 95 % interval of the accuracy.
func (y *tally) interval() (low, high float64) {
	const z = 1.96
	n, p := float64(y.n), y.accuracy()
	mid, wide := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return (mid - wide) / (1 + z*z/n), (mid + wide) / (1 + z*z/n)
}

// macroF1 is the mean of the F1 of all intents.
func (y *tally) macroF1() float64 {
	sum := 0.0
	for name, n := range y.named {
		if p := n + y.called[name]; p > 0 {
			sum += 2 * float64(y.hits[name]) / float64(p)
		}
	}
	return sum / float64(max(1, len(y.named)))
}

func (y *tally) String() string {
	low, high := y.interval()
	return fmt.Sprintf("%5d  accuracy %5.1f %% (%.1f–%.1f)  macro-F1 %.3f  surely wrong %.1f %%  asked back %.1f %%",
		y.n, 100*y.accuracy(), 100*low, 100*high, y.macroF1(), 100*float64(y.wrongSure)/float64(y.n), 100*float64(y.asked)/float64(y.n))
}

// style is how a text is written: bn, en, banglish or mixed.
func style(text string) string {
	folded := bangla.Fold(text)
	latin := strings.ContainsFunc(folded, func(r rune) bool { return r >= 'a' && r <= 'z' })
	switch {
	case hasBangla(folded) && latin:
		return "mixed"
	case hasBangla(folded):
		return "bn"
	}
	english := 0
	words := strings.Fields(folded)
	for _, w := range words {
		if slices.Contains(englishWords, w) {
			english++
		}
	}
	if english*4 >= len(words) {
		return "en"
	}
	return "banglish"
}

// englishWords are those that stand in nearly every English sentence and in no romanised Bangla one.
var englishWords = strings.Fields(`the is are of for in on at our my with has have been not we you how what when where which who why can could should would will
do does did was were there this that from your need want please and but by me an a it has more all new where no lost start show switch good thank thanks hello`)

// TestKFold prints how sentences are taken that the model has not learnt from.
func TestKFold(t *testing.T) {
	c := shipped(t)
	lessons := lessonsOf(t, c)
	all, byStyle := newTally(), map[string]*tally{}
	held := foldsHeld
	if testing.Short() {
		held = 1
	}
	for fold := range held {
		var known, unseen []intent.Example
		for i, l := range lessons {
			if !l.Word && i%folds == fold {
				unseen = append(unseen, l)
				continue
			}
			known = append(known, l)
		}
		copied := *c
		copied.learnt = &learnt{examples: known}
		for _, l := range unseen {
			u, s := copied.Understand(l.Text), style(l.Text)
			if byStyle[s] == nil {
				byStyle[s] = newTally()
			}
			want := c.aims[l.Label].id
			all.add(want, u)
			byStyle[s].add(want, u)
			if u.Intent != want && testing.Verbose() {
				t.Logf("%-14s as %-14s %-8s %.2f  %s", want, u.Intent, u.Decision, u.Confidence, l.Text)
			}
		}
	}
	t.Logf("k-fold, %d parts: %s", folds, all)
	for _, s := range []string{"bn", "banglish", "en", "mixed"} {
		t.Logf("%-9s %s", s, byStyle[s])
	}
	if all.accuracy() < 0.80 {
		t.Errorf("accuracy %.3f", all.accuracy())
	}
}
