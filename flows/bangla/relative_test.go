package bangla

import (
	"testing"
	"time"
)

// TestDaysInWords reads days as they are said on a Monday: in three ways of writing, glued, misspelt and in dialect.
func TestDaysInWords(t *testing.T) {
	today := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	for want, list := range map[string][]string{
		"2026-11-23": {"আজ", "আজকে", "আইজ", "aj", "ajk", "ajke", "today", "আজ সকাল থেকে", "আজকে থেকে", "সকাল থেকে", "sokal theke", "since morning", "এইমাত্র", "just now", "এখন থেকে", "ei matro"},
		"2026-11-22": {"গতকাল", "গতকাল থেকে", "গত কাল", "gotokal", "goto kal", "gotkal", "yesterday", "since yesterday", "কাল রাতে", "kal rat theke", "কালকে থেকে", "গত রাতে", "last night", "১ দিন আগে", "একদিন আগে", "a day ago", "ekdin age"},
		"2026-11-24": {"আগামীকাল", "কাল", "কালকে", "kal", "kalke", "agamikal", "agami kal", "tomorrow", "tmrw", "কাল সকালে", "১ দিন পর", "মঙ্গলবার", "mongolbar", "mangalbar", "tuesday", "মঙ্গলবারে"},
		"2026-11-25": {"পরশু", "পরশু দিন", "porshu", "porsu", "আগামী পরশু", "day after tomorrow", "the day after tomorrow", "২ দিন পরে", "dui din por", "বুধবার", "budhbar", "budbar", "wednesday"},
		"2026-11-21": {"গত পরশু", "পরশু থেকে", "goto porshu", "day before yesterday", "the day before yesterday", "২ দিন আগে", "দুই দিন আগে", "দুইদিন আগে", "dui din age", "2 din age", "2din age", "two days ago", "২ দিন ধরে", "2 din dhore", "২ দিন হলো", "for 2 days", "since two days", "2 days back", "শনিবার থেকে"},
		"2026-11-20": {"৩ দিন আগে", "৩দিন আগে", "তিন দিন আগে", "তিনদিন ধরে", "tin din age", "3 days ago", "গত শুক্রবার", "গেল শুক্রবার", "goto shukrobar", "goto sukrobar", "last friday", "since friday", "শুক্রবার থেকে", "তরশু থেকে"},
		"2026-11-27": {"শুক্রবার", "শুক্রবারে", "agami shukrobar", "agami sukrobar", "আগামী শুক্রবার", "সামনের শুক্রবার", "এই শুক্রবার", "friday", "next friday", "this friday", "coming friday", "জুমাবার", "shukrabar", "শুক্কুরবার"},
		"2026-11-30": {"next monday", "আগামী সোমবার", "agami sombar", "agami shombar", "৭ দিন পর", "এক সপ্তাহ পরে", "next week", "আগামী সপ্তাহে", "agami soptahe", "ek soptah por"},
		"2026-11-16": {"গত সোমবার", "last monday", "goto sombar", "১ সপ্তাহ আগে", "এক সপ্তাহ আগে", "এক সপ্তাহ ধরে", "ek soptah age", "ek hopta dhore", "a week ago", "one week ago", "গত সপ্তাহ", "গত সপ্তাহে", "last week", "goto soptahe", "৭ দিন ধরে"},
		"2026-11-09": {"দুই সপ্তাহ আগে", "2 soptaho age", "2 weeks ago", "১৪ দিন ধরে"},
		"2026-10-23": {"এক মাস আগে", "গত মাসে", "ek mas dhore", "1 month ago", "a month ago", "last month", "goto mash"},
		"2025-11-23": {"এক বছর আগে", "গত বছর", "last year", "a year ago", "goto bochor"},
		"2026-11-26": {"বৃহস্পতিবার", "বিষ্যুদবার", "bishshudbar", "bisshudbar", "brihospotibar", "brihoshpotibar", "বিষুদবার", "thursday", "thurs"},
		"2026-11-28": {"শনিবার", "shonibar", "sonibar", "saturday", "আগামী শনিবার"},
		"2026-11-29": {"রবিবার", "রোববার", "robibar", "rabibar", "sunday", "next sunday"},
		"":           {"কবে", "জানি না", "অনেক দিন", "onek din", "monday or friday", "আজ না কাল", "ফোন", "৩টা", "দিন", "3 days", "৩ দিন", "sat", "mon", "রবি আর সোম"},
	} {
		for _, text := range list {
			d, ok := DateFrom(text, today)
			if got := orElse(d.Format(time.DateOnly), ok, ""); got != want {
				t.Errorf("%q is %q, not %q", text, got, want)
			}
		}
	}
}

// TestWeekdayOnItsOwnDay: on a Friday "Friday" is today, the last one a week ago, and the next one in a week.
func TestWeekdayOnItsOwnDay(t *testing.T) {
	friday := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"শুক্রবার": "2026-11-27", "friday": "2026-11-27", "আগামী শুক্রবার": "2026-12-04", "next friday": "2026-12-04", "গত শুক্রবার": "2026-11-20", "last friday": "2026-11-20",
	} {
		d, ok := DateFrom(text, friday)
		if got := orElse(d.Format(time.DateOnly), ok, ""); got != want {
			t.Errorf("%q is %q, not %q", text, got, want)
		}
	}
}
