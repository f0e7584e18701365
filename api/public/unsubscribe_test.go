package public

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nagorik/handoff"
	"nagorik/handoff/broadcasts"
)

// drawer keeps whether mail to one recipient is wanted.
type drawer struct{ left bool }

func (d *drawer) LetterTo(_ context.Context, recipient int64) (broadcasts.Letter, error) {
	if recipient != 7 {
		return broadcasts.Letter{}, handoff.ErrNotFound
	}
	return broadcasts.Letter{Topic: "news", Left: d.left}, nil
}

func (d *drawer) SubscribeByMail(ctx context.Context, recipient int64, wanted bool) (broadcasts.Letter, error) {
	d.left = !wanted
	return d.LetterTo(ctx, recipient)
}

func TestMailIsLeftByItsLink(t *testing.T) {
	links := broadcasts.NewLinks("", []byte("a key for demonstrations only 01"))
	kept := &drawer{}
	d := newDemoWith(t, func(opt *Options) { opt.Letters, opt.ReadLink = kept, links.Read })
	c := browse(t)
	here := d.URL + links.Link(7)
	page, r := fetch(t, c, here)
	if r.StatusCode != http.StatusOK || !strings.Contains(page, "নগরের খবর") || !strings.Contains(page, "<button") || kept.left {
		t.Errorf("%s, left %v: %s", r.Status, kept.left, page)
	}
	post := func(form url.Values) *http.Response {
		r, err := c.PostForm(here, form)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r
	}
	if r := post(url.Values{"List-Unsubscribe": {"One-Click"}}); r.StatusCode != http.StatusOK || !kept.left || r.Request.Method != http.MethodPost {
		t.Errorf("one click: %s, left %v", r.Status, kept.left)
	}
	if page, _ := fetch(t, c, here+"?lang=en"); !strings.Contains(page, "No more mail about “City news”") {
		t.Errorf("%s", page)
	}
	if r := post(url.Values{"again": {"1"}}); r.StatusCode != http.StatusOK || kept.left || r.Request.Method != http.MethodGet {
		t.Errorf("again: %s, left %v", r.Status, kept.left)
	}
	if post(url.Values{}); !kept.left {
		t.Error("the page's button does nothing")
	}
	for _, broken := range []string{broadcasts.LinkPath + "x", links.Link(7) + "A", links.Link(8), broadcasts.NewLinks("", []byte("another key of somebody else 01")).Link(7)} {
		if _, r := fetch(t, c, d.URL+broken); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", broken, r.Status)
		}
	}
}
