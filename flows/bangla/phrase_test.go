package bangla

import (
	"strings"
	"testing"
)

func TestPhraseTellsNobodyWhoWroteIt(t *testing.T) {
	for text, want := range map[string]string{
		"মশার ওষুধ দেন":                     "মশার ওষুধ দেন",
		"  dengue   spray\n chai ":          "dengue spray chai",
		"আমার নম্বর ০১৭১২-৩৪৫ ৬৭৮":          "আমার নম্বর #",
		"call +880 1712 345678 now":         "call +# now",
		"house 12/7 road 5":                 "house # road #",
		"আমার নাম রহিম":                     "",
		"my name is Rahim":                  "",
		"a@b.example":                       "",
		"https://x.example/y":               "",
		"১২৩৪৫":                             "",
		"":                                  "",
		"one two three four five six 7 8 9": "",
		strings.Repeat("ক", 61):             "",
	} {
		if got, _ := Phrase(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	_, one := Phrase("Mosha  SPRAY 12")
	if _, other := Phrase("mosha spray ৭"); one == "" || one != other {
		t.Errorf("%q and %q are one phrase", one, other)
	}
}
