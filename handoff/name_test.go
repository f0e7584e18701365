package handoff

import "testing"

func TestNamesSoundAlikeInBothScripts(t *testing.T) {
	for _, alike := range [][]string{
		{"রহিম", "Rahim", "Rohim", "Raheem"},
		{"করিম", "Karim", "korim"},
		{"মোহাম্মদ", "Mohammad", "Muhammad"},
		{"হোসেন", "Hossain", "Hussain", "Hosen"},
		{"উদ্দিন", "Uddin", "uddeen"},
		{"শেখ", "Sheikh", "shekh"},
		{"সালমা", "Salma"},
		{"হাসান", "Hasan", "Hassan"},
	} {
		want := soundOf(alike[0])
		for _, name := range alike[1:] {
			if got := soundOf(name); got != want {
				t.Errorf("%s sounds %q, %s sounds %q", alike[0], want, name, got)
			}
		}
	}
}

func TestNamesThatDifferSoundDifferent(t *testing.T) {
	for a, b := range map[string]string{"রহিম": "করিম", "Salma": "Selim", "Hasan": "Hosain", "Ali": "Ola"} {
		if soundOf(a) == soundOf(b) {
			t.Errorf("%s and %s both sound %q", a, b, soundOf(a))
		}
	}
}

func TestFoldName(t *testing.T) {
	for name, want := range map[string]string{
		"":            "",
		"  Rahim  ":   "rahim rhim",
		"রহিম":        "রহিম rhim",
		"12":          "12 12",
		"!":           "!",
		"Anna-Maria ": "anna-maria an mri",
	} {
		if got := FoldName(name); got != want {
			t.Errorf("FoldName(%q) = %q, want %q", name, got, want)
		}
	}
}
