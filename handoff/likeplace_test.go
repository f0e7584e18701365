package handoff

import "testing"

// The same place as two people write it, and two places that read alike.
var (
	onePlace = [][2]string{
		{"৭ নম্বর রাস্তা, মসজিদের সামনে", "7 no rasta mosjid er samne"},
		{"মসজিদের সামনে", "mosjider samne"},
		{"কাঁচাবাজারের পাশে ড্রেন", "কাঁচা বাজারের পাশে"},
		{"স্কুলের পেছনের গলি", "স্কুলের পেছনে গলিতে"},
		{"Road 7, near the mosque", "near the mosque road 7"},
		{"রোড ১২, বাড়ি ৪", "Road 12 bari 4"},
		{"পানির ট্যাংকির মোড়", "panir tanki mor"},
		{"ঈদগাহ মাঠের কোনায়", "eidgah mather konay"},
		{"হাসপাতালের গেট", "হাসপাতাল গেটে"},
		{"কবরস্থান রোড", "koborsthan road"},
	}
	twoPlaces = [][2]string{
		{"Road 7", "Road 8"},
		{"রোড ১২, বাড়ি ৪", "রোড ১৩, বাড়ি ৯"},
		{"মসজিদের সামনে", "স্কুলের সামনে"},
		{"মসজিদের সামনে", "মন্দিরের সামনে"},
		{"বাজারের পাশে", "মাজারের কাছে"},
		{"হাসপাতালের গেট", "স্কুলের গেট"},
		{"রেলগেট", "বাসস্ট্যান্ড"},
		{"কবরস্থান রোড", "স্টেশন রোড"},
		{"near the mosque", "near the school"},
		{"panir tanki mor", "bot tola mor"},
		{"", "মসজিদের সামনে"},
		{"৭", "৭"},
	}
)

func TestPlacesAreToldApart(t *testing.T) {
	least, most := 1.0, 0.0
	for _, p := range onePlace {
		got := keyOfPlace(p[0]).like(keyOfPlace(p[1]))
		least = min(least, got)
		if back := keyOfPlace(p[1]).like(keyOfPlace(p[0])); got < likePlace || got != back {
			t.Errorf("%q and %q: %.2f and back %.2f, want one place", p[0], p[1], got, back)
		}
	}
	for _, p := range twoPlaces {
		got := keyOfPlace(p[0]).like(keyOfPlace(p[1]))
		most = max(most, got)
		if got >= likePlace {
			t.Errorf("%q and %q: %.2f, want two places", p[0], p[1], got)
		}
	}
	t.Logf("one place from %.2f, two places up to %.2f", least, most)
}
