package bangla

import "testing"

// BenchmarkRead measures what one incoming text costs; b.Loop keeps the calls.
func BenchmarkRead(b *testing.B) {
	for name, run := range map[string]func(){
		"FoldBangla": func() {
			Fold("আমার বাসার সামনে ড্রেনের ময়লা পানি ৩ দিন ধরে")
		},
		"FoldASCII": func() { Fold("drain e pani jome ache 3 din dhore") },
		"YesNo":     func() { YesNo("হ্যাঁ ঠিক আছে") },
		"Pick":      func() { Pick("২", 9) },
		"Amount":    func() { Amount("সাড়ে তিন হাজার টাকা") },
		"Ward":      func() { Ward("৩৩ নাম্বার ওয়ার্ডে থাকি", false) },
		"WardNone": func() {
			Ward("আমার বাসার সামনে ড্রেনের ময়লা পানি ৩ দিন ধরে", false)
		},
		"Latin": func() { Latin("আমার বাসার সামনে ময়লা") },
		"Phone": func() { Phone("০১৭১২ ৩৪৫ ৬৭৮") },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run()
			}
		})
	}
}
