package intent

import (
	"reflect"
	"strings"
	"testing"

	"nagorik/flows/bangla"
)

var few = []Example{
	{Label: "drain", Text: "ড্রেনের পানি রাস্তায় উঠে গেছে"},
	{Label: "drain", Text: "নর্দমা বন্ধ হয়ে আছে"},
	{Label: "drain", Text: "পানি জমে থাকে"},
	{Label: "mosha", Text: "মশার ওষুধ ছিটান"},
	{Label: "mosha", Text: "মশার কামড়ে ঘুমাতে পারি না"},
	{Label: "mosha", Text: "ডেঙ্গু রোগী আছে"},
	{Label: "light", Text: "রাস্তার বাতি জ্বলে না"},
	{Label: "light", Text: "গলি অন্ধকার, লাইট নষ্ট"},
	{Label: "light", Text: "ল্যাম্পপোস্ট ভাঙা"},
}

// TestScriptsHelpEachOther learns from Bangla script alone and reads romanised Bangla, with slips of the finger.
func TestScriptsHelpEachOther(t *testing.T) {
	m := Train(few)
	for text, want := range map[string]string{
		"drener pani": "drain", "nordoma bondho": "drain", "moshar oshudh chitan": "mosha", "mosar osud": "mosha", "dengu rogi": "mosha",
		"rastar bati jole na": "light", "lamppost vanga": "light", "ondhokar goli": "light", "ndroma bndho": "drain", "ড্রেইনের পানি": "drain",
	} {
		r := m.Classify(bangla.Fold(text))
		if r.Ranked[0].Label != want {
			t.Errorf("%q is %v", text, r.Ranked)
		}
	}
}

// TestSameModel trains twice and reads the same to the last bit.
func TestSameModel(t *testing.T) {
	a, b := Train(few), Train(few)
	if !reflect.DeepEqual(a, b) {
		t.Error("two models of the same examples differ")
	}
	for _, e := range few {
		if x, y := a.Classify(bangla.Fold(e.Text)), b.Classify(bangla.Fold(e.Text)); !reflect.DeepEqual(x, y) {
			t.Errorf("%v and %v", x, y)
		}
	}
}

func TestShares(t *testing.T) {
	m := Train(few)
	for _, text := range []string{"", "মশা", "xyz", "12 12 12", "...", strings.Repeat("মশা ", 5000)} {
		sum := float32(0)
		r := m.Classify(bangla.Fold(text))
		for i, x := range r.Ranked {
			sum += x.Share
			if i > 0 && x.Share > r.Ranked[i-1].Share {
				t.Errorf("%.20q is out of order: %v", text, r.Ranked)
			}
		}
		if sum < 0.99 || sum > 1.01 || r.Known < 0 || r.Known > 1 {
			t.Errorf("%.20q: shares sum to %v, known %v", text, sum, r.Known)
		}
	}
	if r := m.Classify("মশা xyzzy"); r.Known != 0.5 {
		t.Errorf("known %v of two words", r.Known)
	}
}

func TestBoost(t *testing.T) {
	m := Train(few)
	plain, boosted := m.Classify("abc"), m.Classify("abc", Boost{"light", 5}, Boost{"nobody", 9})
	if boosted.Ranked[0].Label != "light" || boosted.Ranked[0].Share <= plain.Ranked[0].Share {
		t.Errorf("%v became %v", plain, boosted)
	}
}

func TestReasons(t *testing.T) {
	m := Train(few)
	if got := m.Reasons("mosha", bangla.Fold("আমাদের মশার ওষুধ দেন"), 2); len(got) != 2 || got[0] != "মশার" && got[1] != "মশার" {
		t.Errorf("reasons %q", got)
	}
	if got := m.Reasons("nobody", "মশা", 2); got != nil {
		t.Errorf("reasons for nobody: %q", got)
	}
}

func TestNothingLearnt(t *testing.T) {
	for _, m := range []*Model{Train(nil), Train([]Example{{Label: "a", Text: "..."}})} {
		if r := m.Classify("মশা"); len(r.Ranked) > 1 || r.Known != 0 {
			t.Errorf("%+v", r)
		}
	}
}

// FuzzClassify reads anything, within bounds, and is not moved by what came before.
func FuzzClassify(f *testing.F) {
	m := Train(few)
	for _, e := range few {
		f.Add(e.Text)
	}
	f.Add("\xff\x00মশা")
	f.Add(strings.Repeat("ক্", 3000))
	f.Fuzz(func(t *testing.T, text string) {
		folded := bangla.Fold(text)
		a, b := m.Classify(folded), m.Classify(folded)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("%v, then %v", a, b)
		}
		for _, x := range a.Ranked {
			if x.Share != x.Share {
				t.Fatal("a share is no number")
			}
		}
		m.Reasons("mosha", folded, 3)
	})
}
