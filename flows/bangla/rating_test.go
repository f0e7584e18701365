package bangla

import "testing"

func TestRating(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"5": 5, "৫": 5, "১": 1, "৪।": 4, "five": 5, "পাঁচ": 5, "tin": 3, "4/5": 4, "৫/৫": 5, "৩ নম্বর": 3,
		"ভালো": 4, "খুব ভালো": 5, "valo": 4, "khub bhalo": 5, "Good": 4, "very good!": 5, "চমৎকার": 5, "excellent service": 5,
		"খারাপ": 2, "খুব খারাপ": 1, "kharap": 2, "bad": 2, "very bad": 1, "জঘন্য": 1, "ভালো না": 2, "not good": 2, "খারাপ না": 3, "valo na": 2,
		"মোটামুটি": 3, "সন্তুষ্ট": 4, "আমি খুব সন্তুষ্ট": 5, "ধন্যবাদ": 4, "👍": 4, "👎": 2,
		// no answers
		"0": 0, "৬": 0, "10234": 0, "৭ নম্বর ওয়ার্ড": 0, "ড্রেন": 0, "মেনু": 0, "ভালো, কিন্তু ড্রেন এখনো বন্ধ": 0, "কেমন?": 0, "good?": 0,
		"ভালো খারাপ": 0, "": 0, "hi": 0, "না": 0, "খুব": 0, "5 ta bati nai": 0, "রাস্তা খারাপ": 0, "good morning": 0, "very very very very very very very good": 0,
	} {
		got, ok := Rating(text)
		if ok != (want > 0) || ok && got != want {
			t.Errorf("Rating(%q) = %d, %v; want %d", text, got, ok, want)
		}
	}
}
