package bangla

import "testing"

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"আমার এনআইডি ১২৩৪৫৬৭৮৯০":          "আমার এনআইডি **********",
		"nid 1990 1234567890123, ward 12": "nid **** *************, ward 12",
		"আমার পিন ১২৩৪, ফোন 01712345678":  "আমার পিন ****, ফোন 01712345678",
		"otp 445566": "otp ******",
		"ওয়ার্ড ১২, ফোন ০১৭১২-৩৪৫৬৭৮": "ওয়ার্ড ১২, ফোন ০১৭১২-৩৪৫৬৭৮",
		"case 10234": "case 10234",
		"NID কার্ড হারিয়ে গেছে": "NID কার্ড হারিয়ে গেছে",
		"2234567890":                "**********",
		"":                          "",
		"NID: 123-456-7890.":        "NID: ***-***-****.",
		"bad \xff bytes otp 445566": "bad \uFFFD bytes otp ******",
		"nid 19901234567890123 phone +880 1712 345678 ": "nid ***************** phone +880 1712 345678 ",
	} {
		if got := Mask(in); got != want {
			t.Errorf("Mask(%q) = %q, want %q", in, got, want)
		}
		if got := Mask(want); got != want {
			t.Errorf("masked twice %q is %q", want, got)
		}
	}
}

func TestAsKinds(t *testing.T) {
	for _, kind := range AsKinds() {
		if _, ok := As(kind, "১২"); !ok {
			t.Errorf("As does not know %q", kind)
		}
	}
	if _, ok := As("poem", "x"); ok {
		t.Error("As knows poems")
	}
}
