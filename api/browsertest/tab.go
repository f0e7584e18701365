package browsertest

import (
	"context"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience bounds every wait for the page; a lost stream takes longest.
const patience = 30 * time.Second

// look is the time between two looks at the page.
const look = 30 * time.Millisecond

// The window a tab begins with, in CSS pixels: an ordinary phone's.
const (
	phoneWidth  = 390
	phoneHeight = 844
)

// Browser is a running Chromium.
type Browser struct{ ctx context.Context }

// Chromium starts a browser that lives as long as the test. Each tab in it gets a profile of its own.
func Chromium(t *testing.T) *Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a browser: run without -short")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		const how = "needs a browser: apt-get install chromium"
		if os.Getenv("NAGORIK_TEST_ALL") == "1" {
			t.Fatal(how)
		}
		t.Skip(how)
	}
	opt := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.Headless, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.Flag("disable-dev-shm-usage", true),
	}
	if os.Geteuid() == 0 {
		opt = append(opt, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), opt...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return &Browser{ctx}
}

// Tab is an open page and what it complained of.
type Tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	complain []string
}

// NewTab opens an empty page the size of a phone's, with cookies of its own.
func NewTab(t *testing.T, chromium *Browser) *Tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chromium.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &Tab{t: t, ctx: ctx}
	b.Do(chromedp.EmulateViewport(phoneWidth, phoneHeight))
	messages := chromedp.Console(b.ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.complain = append(b.complain, string(m.Type)+": "+m.Text+" "+m.URL)
			b.mu.Unlock()
		}
	}()
	return b
}

// Context is the page's, for steps of the browser's protocol that Tab has no word for.
func (b *Tab) Context() context.Context { return b.ctx }

// Do takes steps one after the other; one that fails ends the test.
func (b *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// Open goes to an address.
func (b *Tab) Open(url string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(url))
}

// See waits until a JavaScript condition holds.
func (b *Tab) See(what, condition string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!("+condition+")"))
		if err == nil && ok {
			return
		}
		if ctx.Err() != nil {
			shown, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
			b.t.Fatalf("%s: not seen; the page says:\n%s\nand complains %q", what, shown, b.Complaints())
		}
		<-time.After(look)
	}
}

// Script runs code in the page.
func (b *Tab) Script(code string) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[chromedp.Void](code+"; undefined")); err != nil {
		b.t.Fatal(err)
	}
}

// Number is the value of a JavaScript expression that is a whole number.
func (b *Tab) Number(expression string) int {
	b.t.Helper()
	n, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](expression))
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// Text is the value of a JavaScript expression that is a string.
func (b *Tab) Text(expression string) string {
	b.t.Helper()
	s, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

// Before runs code in every page before its own script.
func (b *Tab) Before(code string) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: code}); err != nil {
		b.t.Fatal(err)
	}
}

// Complaints are what the page wrote on its console: errors, refused policies.
func (b *Tab) Complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.complain...)
}

// Quiet fails the test if the page complained of anything.
func (b *Tab) Quiet() {
	b.t.Helper()
	if c := b.Complaints(); len(c) > 0 {
		b.t.Errorf("the page complains: %q", c)
	}
}
