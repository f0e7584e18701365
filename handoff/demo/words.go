package demo

import "nagorik/flows"

// What people write, beside the title of a service.
var (
	replies = []string{"হ্যাঁ", "আচ্ছা", "মসজিদের সামনে", "তিন দিন ধরে", "১২ নম্বর বাড়ির পাশে", "স্কুলের গেটের কাছে", "ধন্যবাদ", "বাজারের মোড়ে", "গতকাল রাত থেকে", "ji", "ok"}
	answers = []string{
		"আমি আপনার বিষয়টি দেখছি।", "লোক পাঠানো হয়েছে, আজই কাজ শুরু হবে।", "আপনার আবেদন সংশ্লিষ্ট শাখায় পাঠিয়েছি।", "ঠিকানাটা আরেকবার লিখবেন?",
		"কাগজপত্র নিয়ে অফিসে আসতে পারেন।",
	}
	places = []string{"মসজিদের সামনে", "বাজারের মোড়", "স্কুলের গেট", "৭ নম্বর রাস্তা", "পানির ট্যাংকের পাশে", "বাসস্ট্যান্ডের কাছে", "১২/ক নম্বর বাড়ি", "খেলার মাঠের কোণে"}
)

// openings are first words of who wants a service.
func openings(s *flows.Flow) []string {
	name := title(s)
	return []string{name, name + " নিয়ে কথা বলতে চাই", "আমাদের এলাকায় " + name + " নিয়ে সমস্যা", "আসসালামু আলাইকুম, " + name}
}

// misunderstood is what nobody has thought of yet.
var misunderstood = []string{"মশক কর্মী কবে আসবে", "dengue fogging schedule", "পাড়ার মাঠে আলো চাই", "কুরবানির বর্জ্য", "ড্রেনের স্ল্যাব চুরি", "apnara ki khola"}
