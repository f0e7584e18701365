package bangla

import "time"

// The words of which dates are made that depend on today.
var (
	todayWords     = setOf("আজ আজকে আজকের আইজ আইজকা এখন এখনই এইমাত্র মাত্র eimatro matro aj ajke ajk ajker aaj aajke aijka today now")
	yesterdayWords = setOf("গতকাল গতকালকে গতকল্য গতকালের gotokal gotokalke gatokal gotokalk gotkal yesterday yestarday yesturday")
	tomorrowWords  = setOf("আগামীকাল আগামিকাল আগামীকালকে agamikal agamikalke tomorrow tomorow tmrw tomorro")
	kalWords       = setOf("কাল কালকে কালকের কাইল কালই kal kalke kalk kail kalker")
	overWords      = setOf("পরশু পরশুদিন পরশুদিনের porshu parshu porsu porshudin")
	beyondWords    = setOf("তরশু তরশুদিন torshu tarshu torsu")
	pastWords      = setOf("গত গেল গেছে থেকে ধরে ছিল ছিলো হয়েছে হইছে হয়েছিল দিছি দিয়েছি করেছি করছিলাম রাত রাতে আগের got goto gata last theke dhore chilo " +
		"hoyeche hoise dichi diyechi korechi rate rat past since night was")
	nightWords    = setOf("রাত রাতে রাইতে rat rate raat raate raite night")
	agoWords      = setOf("আগে পূর্বে আগের ধরে ধইরা যাবৎ যাবত age ago aage before purbe earlier back since for dhore dhoira jabot হলো হল holo")
	laterWords    = setOf("পরে পর বাদে pore por later after bade hence")
	weekdays      = weekdayTable()
	spans         = spanTable()
	lastWords     = setOf("গত গেল গেলো goto gato gata gelo last past")
	oneWords      = setOf("a an")
	mornings      = setOf("সকাল ভোর দুপুর বিকাল বিকেল sokal sokaal shokal vor bhor dupur bikal bikel morning noon afternoon")
	sinceWords    = setOf("থেকে থেইকা হতে theke thika since from")
	nextWords     = setOf("আগামী সামনের পরের agami samner porer next coming")
	dateOnlyWords = setOf("তারিখ তারিখে তারিখের tarikh tarikhe date")
)

// span is a length of time in days or months.
type span struct{ days, months int }

func spanTable() map[string]span {
	table := map[string]span{}
	for s, list := range map[span]string{
		{days: 1}:    "দিন দিনের দিনে din diner day days",
		{days: 7}:    "সপ্তাহ সপ্তাহের সপ্তাহে সপ্তায় হপ্তা হপ্তায় soptaho shoptaho soptah soptahe shoptahe hopta hoptay week weeks",
		{months: 1}:  "মাস মাসের মাসে mas mash mase mashe month months",
		{months: 12}: "বছর বছরের বছরে bochor bosor bochore year years",
	} {
		for w := range setOf(list) {
			table[w] = s
		}
	}
	return table
}

func weekdayTable() map[string]time.Weekday {
	table := map[string]time.Weekday{}
	for day, list := range [...]string{
		time.Sunday:    "রবিবার রবি রোববার robibar rabibar robbar sunday",
		time.Monday:    "সোমবার সোম shombar sombar monday",
		time.Tuesday:   "মঙ্গলবার মঙ্গল mongolbar mangalbar mongalbar tuesday tues",
		time.Wednesday: "বুধবার বুধ budhbar budbar wednesday",
		time.Thursday:  "বৃহস্পতিবার বৃহস্পতি বিষ্যুদবার বিষুদবার বিষ্যুৎবার brihospotibar brihoshpotibar brihaspatibar bishshudbar bisshudbar bishudbar bisudbar thursday thurs",
		time.Friday:    "শুক্রবার শুক্র শুক্কুরবার জুমাবার shukrobar sukrobar shukrabar sukrabar shukkurbar sukkurbar friday jumabar",
		time.Saturday:  "শনিবার শনি shonibar sonibar saturday",
	} {
		for w := range setOf(list) {
			table[w] = time.Weekday(day)
		}
	}
	return table
}

var setIn = setOf("in within")
