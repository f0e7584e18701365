package place

import (
	"strings"
	"sync"
	"testing"
)

func TestTeach(t *testing.T) {
	m := Sample()
	if got := m.Find("কালু মিয়ার চায়ের দোকান"); len(got) != 0 {
		t.Fatalf("known already: %v", got)
	}
	m.Teach([]Taught{{"কালু মিয়ার চায়ের দোকান", 7}, {"bottola", 9}, {"jadur bari", 99}})
	for text, want := range map[string]string{
		"কালু মিয়ার চায়ের দোকান": "7", "kalu miyar chayer dokan": "7", "ami kalu miar chayer dokaner pashe": "7",
		"বটতলা": "9", "jadur bari": "", "কলেজপাড়ায়": "2",
	} {
		var got []string
		for _, match := range m.Find(text) {
			got = append(got, strings.TrimSpace(match.Area[Bangla]))
			if w := match.Ward.Number; len(want) == 0 || w != int(want[0]-'0') {
				t.Errorf("Find(%q): ward %d, want %q", text, w, want)
			}
		}
		if (len(got) == 1) != (want != "") {
			t.Errorf("Find(%q) = %v, want ward %q", text, got, want)
		}
	}
	m.Teach(nil)
	if got := m.Find("বটতলা"); len(got) != 1 || got[0].Ward.Number != 1 {
		t.Errorf("what was taught is not forgotten: %v", got)
	}
}

func TestTeachWhileAsked(t *testing.T) {
	m := Sample()
	var done sync.WaitGroup
	for range 4 {
		done.Go(func() {
			for range 200 {
				m.Find("চায়ের দোকান")
			}
		})
	}
	for range 200 {
		m.Teach([]Taught{{"চায়ের দোকান", 3}})
	}
	done.Wait()
	if got := m.Find("chayer dokan"); len(got) != 1 || got[0].Ward.Number != 3 {
		t.Errorf("%v", got)
	}
}

func TestSound(t *testing.T) {
	for _, pair := range [][2]string{{"চায়ের দোকান", "chayer dokan"}, {"মিরপুর ১২", "mirpur 12"}} {
		a, err1 := Sound(pair[0])
		b, err2 := Sound(pair[1])
		if err1 != nil || err2 != nil || a != b {
			t.Errorf("%q sounds %q (%v), %q sounds %q (%v)", pair[0], a, err1, pair[1], b, err2)
		}
	}
	for _, words := range []string{"", "12", "৫", "ক", "road", "one two three four five six seven"} {
		if s, err := Sound(words); err == nil && words != "road" {
			t.Errorf("%q can be taught as %q", words, s)
		}
	}
}
