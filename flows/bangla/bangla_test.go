package bangla

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"already folded", "ward 12", "ward 12"},
		{"empty", "", ""},
		{"only space", " \t\n ", ""},
		{"line ends", "a\r\nb", "a b"},
		{"nukta after the vowel sign", "\u09B0\u09AF\u09C7\u09BC\u099B\u09C7", "\u09B0\u09AF\u09BC\u09C7\u099B\u09C7"},
		{"split au sign", "\u09AA\u09C7\u09D7\u09B0", "\u09AA\u09CC\u09B0"},
		{"split o sign with a joiner inside", "\u09B9\u09C7\u200C\u09BE", "\u09B9\u09CB"},
		{"Assamese ra", "ৰাস্তা", "রাস্তা"},
		{"Latin capitals with marks", "É", "é"},
		{"bidi marks", "\u202Eab\u202C", "ab"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Fold(c.in); got != c.want {
				t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"untouched", "র\u200D্যাব", "র\u200D্যাব"},
		{"precomposed letters stay", "\u09DC\u09DF", "\u09DC\u09DF"},
		{"trimmed", "  ময়লা \n", "ময়লা"},
		{"NUL and bell", "a\x00b\x07c", "abc"},
		{"tab and line end stay", "a\tb\nc", "a\tb\nc"},
		{"carriage returns", "a\r\nb\rc", "a\nb\nc"},
		{"bad bytes", "a\xffb\xc3", "a\uFFFDb\uFFFD"},
		{"inner spaces stay", "a  b", "a  b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Clean(c.in); got != c.want {
				t.Errorf("Clean(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestDigits(t *testing.T) {
	if got := Digits("ওয়ার্ড ১২, A\xff৩"); got != "ওয়ার্ড 12, A\xff3" {
		t.Errorf("Digits: %q", got)
	}
	if got := ToBangla("ward 12\xff0"); got != "ward ১২\xff০" {
		t.Errorf("ToBangla: %q", got)
	}
}

func TestYesNoSentences(t *testing.T) {
	for want, list := range map[Answer][]string{
		Yes: {
			"হ্যাঁ, ঠিক আছে ভাই", "জি স্যার", "yes please submit it", "জমা দিন", "হ্যাঁ জমা দেন", "yesss", "jiii", "না ভুল নাই হ্যাঁ"[len("না "):],
			"ভুল নাই", "no problem", "not wrong", "1 হ্যাঁ", "ji ji", "হ্যাাঁ", "👍🏽", "ok 👍", "sure", "acca", "ঠিকাছে", "সমস্যা নাই",
		},
		No: {
			"না ভাই লাগবে না", "ঠিক আছে লাগবে না", "not ok", "na vul", "এখনো হয় নাই", "হয়নি", "ছবি নাই", "kono chobi nai",
			"na na", "নাাা", "no it is wrong", "ভুল হয়েছে", "জ্বি না", "হুম না", "not yet", "কখনো না", "অবশ্যই না", "nope", "dorkar nei", "2 না",
		},
		Unclear: {
			"", "?", "হাহা", "ha ha ha", "না, ঠিক আছে", "হ্যাঁ না", "not sure", "ঠিক আছে?", "জানিনা", "ami jani na", "no water", "no 5",
			"পানি নাই", "রাস্তা ভাঙা", "পানি নাই ৩ দিন", "👍👎", "কি", "১",
		},
	} {
		for _, s := range list {
			if got := YesNo(s); got != want {
				t.Errorf("YesNo(%q) = %v, want %v", s, got, want)
			}
		}
	}
}

func TestPick(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want int // -1: none
	}{
		{"২ নম্বরটা", 9, 2},
		{"২ নং টা", 9, 2},
		{"2 no ta", 9, 2},
		{"নম্বর ২টা", 9, 2},
		{"২য়টা", 9, 2},
		{"দ্বিতীয়টা", 9, 2},
		// Whoever writes "৮টা" means eight things or eight o'clock: he may have read another question. It is asked again, rather
		// than silently taken for line 8.
		{"৮টা", 9, -1},
		{"৮ টা", 9, -1},
		{"8ta", 9, -1},
		{"8 ta", 9, -1},
		{"২টি", 9, -1},
		{"৩টা দেন", 9, -1},
		{"৮টায়", 9, -1},
		{"প্রথমটা", 3, 1},
		{"1st", 3, 1},
		{"২য়", 3, 2},
		{"তিন নম্বর দেন", 5, 3},
		{"①", 5, 1},
		{"🔟", 10, 10},
		{"#3", 5, 3},
		{"dui number", 5, 2},
		{"০১", 5, 1},
		{"শূন্য", 5, 0},
		{"no 3", 5, 3},
		{"press 4 please", 5, 4},
		{"৬", 5, -1},
		{"1,2", 5, -1},
		{"১ ২", 5, -1},
		{"১.৫", 5, -1},
		{"দেড়", 5, -1},
		{"৩ দিন", 5, -1},
		{"হ্যাঁ", 5, -1},
		{"", 5, -1},
		{"99999999999999999999", 9, -1},
	} {
		n, ok := Pick(c.in, c.max)
		if !ok {
			n = -1
		}
		if n != c.want {
			t.Errorf("Pick(%q, %d) = %d, want %d", c.in, c.max, n, c.want)
		}
	}
}

func TestNumberWordsToHundred(t *testing.T) {
	for n, list := range countingWords {
		words := strings.Fields(list)
		if got, ok := Number(words[0]); !ok || got != float64(n) {
			t.Errorf("Number(%q) = %v, %v, want %d", words[0], got, ok, n)
		}
		for _, w := range words {
			if got, ok := Number(w); !ok || got != float64(n) {
				if w != "chotrish" { // 34 and 36 are both written so
					t.Errorf("Number(%q) = %v, %v, want %d", w, got, ok, n)
				}
			}
		}
	}
}

func TestAmount(t *testing.T) {
	const none = -1
	for _, c := range []struct {
		in   string
		want float64
	}{
		{"দেড়শ", 150},
		{"সোয়াশ", 125},
		{"দুইশ পঞ্চাশ", 250},
		{"two hundred and fifty", 250},
		{"twenty five thousand", 25000},
		{"৫০০ শত টাকা", 500},
		{"৫ হাজার ৫শ", 5500},
		{"১ কোটি ২০ লাখ ৩০ হাজার ৫শ ২১", 12030521},
		{"৫-৬ হাজার", none},
		{"৫০০ থেকে ৬০০ টাকা", none},
		{"মাসে ১২ হাজার টাকা", 12000},
		{"৩ দিন ধরে ৩০০ টাকা চায়", 300},
		{"sare tin lakh", 350000},
		{"poune dui lakh", 175000},
		{"লাখ টাকা", 100000},
		{"১,৫ লাখ", 150000},
		{"২ তলা বাড়ি, ভাড়া ১০০০০", 10000},
		{"dui hajar pachsho", 2500},
		{"pochish hazar", 25000},
		{"পচিশ হাজার", 25000},
		{"tin hazar taka", 3000},
		{"1.1 lakh", 110000},
		{"BDT 1500", 1500},
		{"Tk.500", 500},
		{"500/=", 500},
		{"01712345678", none},
		{"-500", none},
		{"লাখ লাখ টাকা", none},
		{"১০০ টাকা না ২০০ টাকা", none},
		{"কিছু না", none},
		{"", none},
	} {
		v, ok := Amount(c.in)
		if !ok {
			v = none
		}
		if v != c.want {
			t.Errorf("Amount(%q) = %v, want %v", c.in, v, c.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for in, want := range map[string]float64{
		"১২.৫": 12.5, "সাড়ে তিন": 3.5, "shara tin": 3.5, "৩ তলা": 3, "-5": -5, "দেড়": 1.5, "আড়াই": 2.5, "1200 sq ft": 1200, "twelve": 12, "ষাট": 60,
	} {
		if got, ok := Number(in); !ok || got != want {
			t.Errorf("Number(%q) = %v, %v, want %v", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "না", "১২/১৩", "1,2", "1.2.3", "৫ ৬", "999999999999999999999"} {
		if got, ok := Number(in); ok {
			t.Errorf("Number(%q) = %v", in, got)
		}
	}
}

func TestWardSentences(t *testing.T) {
	const several = -1
	for in, want := range map[string]int{
		"রোড ৫ ওয়ার্ড ১২": 12, "১২ নং ওয়ার্ড ৫ নং রোড": 12, "রোড ৫, ১২ নং ওয়ার্ড": 12, "twenty one no ward": 21, "একুশ নং ওয়ার্ড": 21,
		"mirpur 12 ward 2": 2, "w-7": 7, "12th ward": 12, "ওয়াড নাম্বার ১৭": 17, "৭ নাম্বার ওর্য়াড": 7, "word no 9": 9, "zone 4 ward 12": 12,
		"ward no: 33, house 12": 33, "ward number is 12": 12, "ward 12 e thaki": 12, "case 10234 ward 12": 12,
		"১২ ও ১৩ নং ওয়ার্ড": several, "ward 12 & 13": several, "ward 12,13": several, "ward 12 na 13": several, "ward 5 or ward 6": several,
		"আমাদের ওয়ার্ডে ৩ দিন ধরে ময়লা": 0, "ward e ekta library": 0, "order 5": 0, "১২ নাম্বার রোডের ওয়ার্ড অফিস": 0, "ward": 0, "ward 123456": 0,
		"road 12": 0, "ধানমন্ডি ২৭": 0, "সেকশন ৬": 0,
	} {
		n, r := Ward(in, false)
		if r == SeveralWards {
			n = several
		}
		if n != want {
			t.Errorf("Ward(%q) = %d %v, want %d", in, n, r, want)
		}
	}
	for in, want := range map[string]int{
		"১২ নং": 12, "no 12": 12, "আমার ১২": 12, "বারো": 12, "১২।": 12, "12/13": several, "মিরপুর ১২": 0, "সেক্টর ১১": 0, "রোড ৫": 0, "৩ দিন": 0, "জানি না": 0,
	} {
		n, r := Ward(in, true)
		if r == SeveralWards {
			n = several
		}
		if n != want {
			t.Errorf("Ward(%q, bare) = %d %v, want %d", in, n, r, want)
		}
	}
}

func TestCaseID(t *testing.T) {
	for in, want := range map[string]int64{
		"নম্বর ১০২৩৪": 10234, "10,234 er status": 10234, "অভিযোগ নং ১০২৩৪, ওয়ার্ড ১২": 10234, "No. 10234": 10234,
		"#10234 ar #10235": 0, "হোল্ডিং ১০২৩৪": 0, "অভিযোগ ২০২৬ সালে দিছি": 0, "10234": 0, "5000 taka complaint": 0, "TRAD/DNCC/012345/2023 status": 0,
		"prepaid meter e 1000 recharge korlam, token dhuke na": 0, "মিটারে ২০০০ রিচার্জ, টোকেন আসে নাই": 0, "meter er 10234 token": 0,
		"holding er complaint 10234": 10234, "মিটারের অভিযোগ ১০২৩৪": 10234,
	} {
		if got, ok := CaseID(in, false); got != want || ok != (want != 0) {
			t.Errorf("CaseID(%q) = %d, %v, want %d", in, got, ok, want)
		}
	}
}

func TestDateFrom(t *testing.T) {
	today := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC) // a Monday
	for in, want := range map[string]string{
		"আজ": "2026-11-23", "ajke": "2026-11-23", "today": "2026-11-23", "গতকাল রাতে": "2026-11-22", "yesterday": "2026-11-22", "কাল": "2026-11-24",
		"কাল থেকে": "2026-11-22", "পরশু": "2026-11-25", "৩ দিন আগে": "2026-11-20", "দুই সপ্তাহ পরে": "2026-12-07", "২৫ তারিখ": "2026-11-25",
		"১৬ ডিসেম্বর": "2026-12-16", "একুশে ফেব্রুয়ারি": "2027-02-21", "পহেলা বৈশাখ": "2027-04-14", "গত শুক্রবার": "2026-11-20", "শুক্রবার": "2026-11-27",
		"next monday": "2026-11-30", "December 16, 2026": "2026-12-16", "২০২৬ সালের ১৬ ডিসেম্বর": "2026-12-16", "16.12.2026": "2026-12-16",
		"16-Dec-2026": "2026-12-16", "১ ফাল্গুন ১৪৩৩": "2027-02-14", "৩০ ফাল্গুন ১৪৩০": "2024-03-14", "29/02/2028": "2028-02-29", "০১/০১/১৪৩৩": "2026-04-14",
		"১৬/১২": "", "29/02/2027": "", "৩১ পৌষ ১৪৩৩": "", "৩০ ফাল্গুন ১৪৩৩": "", "01712-345678": "", "hello": "", "": "", "আজ না গতকাল": "",
	} {
		d, ok := DateFrom(in, today)
		if got := orElse(d.Format("2006-01-02"), ok, ""); got != want {
			t.Errorf("DateFrom(%q) = %q, want %q", in, got, want)
		}
	}
	if _, ok := Date("আজ"); ok {
		t.Error("Date knows no today")
	}
}

func TestPhoneInSentences(t *testing.T) {
	for in, want := range map[string]string{
		"call 01312345678 5 times": "+8801312345678", "০১৭১২–৩৪৫৬৭৮": "+8801712345678", "01712345678 / 01812345678": "+8801712345678",
		"tel: +88 01712 345678": "+8801712345678", "+44 20 7946 0958": "+442079460958", "+1": "", "NID 1990123456789": "", "+8801212345678": "",
	} {
		if got, ok := Phone(in); got != want || ok != (want != "") {
			t.Errorf("Phone(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
}

func TestHasNID(t *testing.T) {
	for in, want := range map[string]bool{
		"আমার এনআইডি ১২৩৪৫৬৭৮৯০": true, "19901234567890123": true, "2234567890": true, "otp 445566": true, "আমার পিন ১২৩৪": true, "1234 is my otp": true,
		"01712345678": false, "1712345678": false, "NID কার্ড হারিয়ে গেছে": false, "pin diye dekhaisi": false, "ward 12": false, "case 10234": false,
		"জন্ম নিবন্ধন 19901234567890123": false, "আমার ফোন ০১৭১২৩৪৫৬৭৮": false,
	} {
		if got := HasNID(in); got != want {
			t.Errorf("HasNID(%q) = %v", in, got)
		}
	}
}

func TestBijoy(t *testing.T) {
	for in, want := range map[string]bool{
		"Avgvi evmvi mvg‡b gqjv": true, "Avgv‡`i iv¯Ív fvOv": true, "Iqv‡W© gqjv †bq bv": true, "avgvi bvg ivwRe evmv": true,
		"R&D department": false, "vanga vul vai kivabe ovijog": false, "service of the driver": false, "HOLDING NO 112/A": false, "© 2026 city": false,
		"iPhone eBay bKash": false, "": false, "ময়লা": false,
	} {
		if got := Bijoy(in); got != want {
			t.Errorf("Bijoy(%q) = %v", in, got)
		}
	}
}

func TestLatinJoinsSpellings(t *testing.T) {
	for _, same := range [][]string{
		{"moyla", "moila", "ময়লা", "Moylaa"},
		{"vanga", "bhanga", "ভাঙা", "ভাঙ্গা"},
		{"osud", "oshudh", "ousodh", "ওষুধ"},
		{"kivabe", "kibhabe", "কিভাবে", "কীভাবে"},
		{"jonmo", "jonmmo", "জন্ম"},
		{"ward", "ওয়ার্ড"},
		{"bottola", "bottolaa", "বটতলা"},
		{"noakhali", "নোয়াখালী"},
		{"shikkha", "sikkha", "শিক্ষা"},
		{"tax", "ট্যাক্স"},
		{"hoyeche", "hoeche", "হয়েছে"},
		{"mirpur 12", "মিরপুর ১২", "Meerpoor-12"},
	} {
		for _, s := range same[1:] {
			if Latin(s) != Latin(same[0]) {
				t.Errorf("Latin(%q) = %q, Latin(%q) = %q", s, Latin(s), same[0], Latin(same[0]))
			}
		}
	}
	for _, differ := range [][2]string{{"না", "হ্যাঁ"}, {"chal", "sal"}, {"ward", "road"}, {"mirpur 1", "mirpur 11"}} {
		if Latin(differ[0]) == Latin(differ[1]) {
			t.Errorf("%q and %q share %q", differ[0], differ[1], Latin(differ[0]))
		}
	}
}

func TestStem(t *testing.T) {
	for _, w := range []string{"moylar", "moylate", "ময়লার", "ময়লাটা"} {
		if got := Stem(Latin(w)); got != Latin("moyla") {
			t.Errorf("Stem(Latin(%q)) = %q", w, got)
		}
	}
	if got := Stem("na"); got != "na" {
		t.Errorf("Stem cuts %q", got)
	}
}

func TestGroup(t *testing.T) {
	for _, c := range []struct {
		n        float64
		lang     string
		decimals int
		want     string
	}{
		{0, "en", 0, "0"},
		{999, "en", 0, "999"},
		{1000, "en", 0, "1,000"},
		{123456, "en", 0, "1,23,456"},
		{1234567, "bn", 0, "১২,৩৪,৫৬৭"},
		{123456789.5, "en", 2, "12,34,56,789.50"},
		{-1234.56, "bn", 1, "-১,২৩৪.৬"},
		{-0.001, "en", 2, "0.00"},
		{4665.6, "en", 2, "4,665.60"},
		{math.NaN(), "en", 0, "-"},
		{12, "en", -3, "12"},
	} {
		if got := Group(c.n, c.lang, c.decimals); got != c.want {
			t.Errorf("Group(%v, %q, %d) = %q, want %q", c.n, c.lang, c.decimals, got, c.want)
		}
	}
}

func TestGraphemes(t *testing.T) {
	for _, c := range []struct {
		name, in string
		max      int
		head     string
	}{
		{"fits", "abc", 3, "abc"},
		{"cut", "abcd", 3, "abc"},
		{"vowel sign stays", "কাকা", 3, "কা"},
		{"conjunct stays whole", "কক্ষকা", 3, "ক"},
		{"emoji family", "a👨‍👩‍👧b", 4, "a"},
		{"flag", "🇧🇩🇧🇩", 5, "🇧🇩"},
		{"nothing fits", "👍", 0, ""},
		{"cluster too long", "ক্ষ্ম্য", 3, "ক্ষ"},
	} {
		t.Run(c.name, func(t *testing.T) {
			head, rest := Graphemes(c.in, c.max)
			if head != c.head || head+rest != c.in {
				t.Errorf("Graphemes(%q, %d) = %q, %q, want %q", c.in, c.max, head, rest, c.head)
			}
		})
	}
}

func TestUTF16Len(t *testing.T) {
	for in, want := range map[string]int{"": 0, "abc": 3, "ময়লা": 4 + strings.Count("ময়লা", "\u09BC"), "👍": 2, "\xff": 1} {
		if got := UTF16Len(in); got != want {
			t.Errorf("UTF16Len(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestLongAndOddTexts(t *testing.T) {
	for _, s := range []string{strings.Repeat("১২ নং ওয়ার্ড ", 5000), strings.Repeat("9", 100000), strings.Repeat("\xff", 9000), strings.Repeat("সাড়ে ", 9000), strings.Repeat("9,", 9000)} {
		exercise(t, s)
	}
}

// exercise runs every parser over s and holds what must be true of any text.
func exercise(t *testing.T, s string) {
	t.Helper()
	folded := Fold(s)
	if again := Fold(folded); again != folded {
		t.Errorf("Fold is not idempotent: %q, %q, %q", s, folded, again)
	}
	if !norm.NFC.IsNormalString(folded) {
		t.Errorf("Fold(%q) = %q is not NFC", s, folded)
	}
	clean := Clean(s)
	if !utf8.ValidString(clean) || Clean(clean) != clean {
		t.Errorf("Clean(%q) = %q", s, clean)
	}
	if n, ok := Pick(s, 10); ok && (n < 0 || n > 10) {
		t.Errorf("Pick(%q) = %d", s, n)
	}
	if v, ok := Number(s); ok && (math.IsNaN(v) || math.IsInf(v, 0)) {
		t.Errorf("Number(%q) = %v", s, v)
	}
	if v, ok := Amount(s); ok && (v < 0 || math.IsNaN(v) || math.IsInf(v, 0)) {
		t.Errorf("Amount(%q) = %v", s, v)
	}
	if p, ok := Phone(s); ok && (p[0] != '+' || len(p) < 9 || len(p) > 16) {
		t.Errorf("Phone(%q) = %q", s, p)
	}
	if d, ok := NID(s); ok && len(d) != 10 && len(d) != 13 && len(d) != 17 {
		t.Errorf("NID(%q) = %q", s, d)
	}
	today := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	if d, ok := DateFrom(s, today); ok && !d.Equal(d.Truncate(24*time.Hour)) {
		t.Errorf("DateFrom(%q) = %v", s, d)
	}
	if n, r := Ward(s, true); (r == OneWard) != (n > 0) {
		t.Errorf("Ward(%q) = %d, %v", s, n, r)
	}
	if n, ok := CaseID(s, true); ok && n <= 0 {
		t.Errorf("CaseID(%q) = %d", s, n)
	}
	if key := Latin(s); Latin(folded) != key {
		t.Errorf("Latin(%q) = %q, of its fold %q", s, key, Latin(folded))
	}
	YesNo(s)
	HasNID(s)
	Bijoy(s)
}
