package web

import (
	"net/url"
	"strings"

	"nagorik/bot"
)

// fromOurPage says whether a browser's call comes from our own page. Browsers
// name the page in Origin with every POST, newer ones also say Sec-Fetch-Site;
// a program sends neither and has no cookie that could be abused.
func (w *Web) fromOurPage(call bot.Call) bool {
	switch call.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "cross-site":
		return false
	}
	origin := call.Header.Get("Origin")
	if origin == "" {
		return true
	}
	if strings.EqualFold(origin, w.origin) {
		return true
	}
	// Opened under another name than PUBLIC_URL, such as the machine's address
	// in the office network: the page and the call must agree.
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && call.URL != nil && strings.EqualFold(u.Host, call.URL.Host)
}
