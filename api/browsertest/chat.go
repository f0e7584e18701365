package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// Chat is a tab with the public page's chat in it.
type Chat struct{ *Tab }

// NewChat opens a tab for the public page.
func NewChat(t *testing.T, chromium *Browser) *Chat {
	t.Helper()
	return &Chat{NewTab(t, chromium)}
}

// Says waits until the chat shows some words.
func (c *Chat) Says(words string) {
	c.t.Helper()
	c.See(words, `document.getElementById("log").innerText.indexOf("`+words+`") >= 0`)
}

// Write types a line and sends it.
func (c *Chat) Write(words string) {
	c.t.Helper()
	c.Do(chromedp.SendKeys(chromedp.CSS("#text"), words), chromedp.Click(chromedp.CSS(".send")))
}

// Tap presses the choice with that title, once it is offered.
func (c *Chat) Tap(title string) {
	c.t.Helper()
	find := `Array.prototype.filter.call(document.querySelectorAll("#choices button"), function (b) { return b.textContent === "` + title + `"; })[0]`
	c.See("choice "+title, find+` && !document.getElementById("choices").hidden`)
	c.Script(find + ".click()")
}

// SendPhotos chooses files for the camera button.
func (c *Chat) SendPhotos(paths ...string) {
	c.t.Helper()
	c.Do(chromedp.SetUploadFiles(chromedp.CSS("#photo"), paths))
}
