// Package browsertest drives a real Chromium in tests of pages.
//
//	chromium := browsertest.Chromium(t)
//
//	chat := browsertest.NewChat(t, chromium)
//	chat.Open(server.URL + "/")
//	chat.Tap("ড্রেন বন্ধ")
//	chat.Says("জমা দেব?")
//	chat.Quiet() // the page complained of nothing
//
// [Tab] is any page, [Chat] the public page with its chat. Waiting means asking the page until a condition holds; what is
// not seen in time fails the test with what the page says instead.
//
// Where no Chromium is found the tests are skipped, naming the command that installs it; with NAGORIK_TEST_ALL=1 they fail
// instead. With -short they are skipped. NAGORIK_SCREENS=folder keeps the pictures that [Tab.Shoot] takes.
package browsertest
