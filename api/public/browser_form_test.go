package public

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"nagorik/api/browsertest"
)

// browserByForm files a case through /services/drainage with script switched
// off. With NAGORIK_SCREENS=folder it writes what it sees there.
func browserByForm(t *testing.T, d *demo, b *browsertest.Chat) {
	d.office.open = true
	if _, err := chromedp.Call(b.Context(), emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	sees := func(words string) {
		t.Helper()
		b.See(words, `document.querySelector("main").innerText.indexOf("`+words+`") >= 0`)
	}
	click := func(selector string) { t.Helper(); b.Do(chromedp.Click(chromedp.CSS(selector))) }
	write := func(words string) {
		t.Helper()
		b.Do(chromedp.SendKeys(chromedp.CSS("#answer"), words))
		click(".ask .next")
	}
	b.Open(d.URL + "/")
	click(".to-services")
	sees("জলাবদ্ধতা/ড্রেন")
	b.Looks("bn-services")
	click(`a[href="/services/drainage"]`)
	sees("এখনো কিছু পাঠানো হয়নি")
	b.Looks("bn-form-begin")
	click(".ask .next")
	sees("ড্রেনের কী সমস্যা?")
	b.Looks("bn-form-first")
	click(".box:nth-of-type(7)")
	click(".ask .next")
	sees("এক-দুই লাইনে লিখুন")
	b.Looks("bn-form-text")
	write("জামে মসজিদের পাশের বড় ড্রেনটি তিন দিন ধরে বন্ধ, নোংরা পানি রাস্তায় উঠে এসেছে।")
	sees("ওয়ার্ড নম্বর")
	write("৯৯")
	sees("৯৯ নম্বর ওয়ার্ড নেই")
	b.Looks("bn-form-ward")
	write("ঈদগাহ মাঠ")
	sees("ওয়ার্ড ৬-এ। ঠিক?")
	b.Looks("bn-form-own")
	click(".pair .next")
	write("মিরপুর রোড, জামে মসজিদের পাশে")
	sees("ছবি দিন")
	b.Do(chromedp.SetUploadFiles(chromedp.CSS("#answer"), []string{picture(t, "a.jpg", 300, 200)}))
	click(".ask .next")
	sees("ছবি পেয়েছি (১টি)")
	b.Looks("bn-form-photo")
	click(".aside button")
	sees("জমা দেব?")
	b.Looks("bn-form-confirm")
	click("button.language")
	sees("Submit?")
	b.Looks("en-form-confirm")
	click(".pair .next")
	sees("Report submitted, No. 10001")
	b.Looks("en-form-filed")
	if n := len(d.office.cases); n != 1 {
		t.Errorf("%d cases were filed", n)
	}
	b.Open(d.URL + "/services?lang=en")
	b.Looks("en-services")
	click(`a[href="/services/human_agent"]`)
	click(".ask .next")
	sees("A member of staff answers now")
	b.Looks("en-form-staff")
	b.Quiet()
	b.Open(d.URL + "/services/nothing")
	sees("There is no such service")
	b.Open(d.URL + "/")
	b.Looks("en-chat-links")
	d.counts.set(true, aMonth(), nil)
	for _, lang := range languages {
		b.Open(d.URL + "/counts?lang=" + lang)
		b.Looks(lang + "-counts")
		b.Picture(lang+"-counts-whole", 390, 2600, "light")
		b.Picture(lang+"-counts-whole", 1280, 2200, "dark")
	}
}
