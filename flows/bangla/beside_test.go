package bangla

import "testing"

func TestBeside(t *testing.T) {
	holding, licence := NewBeside("হোল্ডিং", "holding"), NewBeside("লাইসেন্স", "লাইসেন্সের", "license", "licence")
	for text, want := range map[string]string{
		"গৃহকর বকেয়া আছে কিনা দেখতে চাই, হোল্ডিং নং ৪৫/২": "৪৫/২", "HOLDING NO 112/A, WARD 7, KOTO TAKA BAKI": "112/A", "হোল্ডিং ৭৮/ক, আগের কত বছরের কর বাকি": "৭৮/ক",
		"ward 16 holding 210 er due koto": "210", "Can I see the arrears on holding 31/B online?": "31/B", "১৭/খ হোল্ডিংয়ে আর কত টাকা": "১৭/খ", "bokeya koto, holding 88/3 ward 24": "88/3",
		"holding no 56/C": "56/C", "amar holding number 12": "12", "হোল্ডিংয়ের নম্বর: ২৩-৪": "২৩-৪", "holding 210": "210", "হোল্ডিং ৭৮/ড়": "৭৮/ড়",
		"holding 2 ta ache amar": "", "হোল্ডিং ৩ বছর ধরে নাই": "", "holding tax 2024 er": "", "১২ হোল্ডিং": "", "holding 12/A na holding 13/B": "", "upholding 12/A": "", "": "",
	} {
		if got, ok := holding.Find(text); got != want || ok != (want != "") {
			t.Errorf("holding in %q: %q, %v, want %q", text, got, ok, want)
		}
	}
	for text, want := range map[string]string{
		"লাইসেন্স নং TRAD/DNCC/012345/2023 এর নবায়ন ফি কত?": "TRAD/DNCC/012345/2023", "My trade license TRAD/DNCC/045672/2022 needs renewing": "TRAD/DNCC/045672/2022",
		"TRAD/DSCC/204518/2021 ei licence ta renew": "TRAD/DSCC/204518/2021", "trade license 5 bochor dhore nai": "", "২টা লাইসেন্স": "", "trade licence 2023 renew": "",
	} {
		if got, ok := licence.Find(text); got != want || ok != (want != "") {
			t.Errorf("licence in %q: %q, %v, want %q", text, got, ok, want)
		}
	}
}
