package browsertest

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// pictureHeight is the height of a window that is looked at, in CSS pixels.
const pictureHeight = 800

// snapQuality is that of small pictures, of 100.
const snapQuality = 60

// TakesPictures reports whether NAGORIK_SCREENS names a folder for pictures.
func TakesPictures() bool { return os.Getenv("NAGORIK_SCREENS") != "" }

// Looks looks at the page in every size and light: nothing may be too wide, and pictures are taken where they are wanted.
func (b *Tab) Looks(name string) {
	b.t.Helper()
	for _, width := range []int64{320, 390, 1280} {
		b.Fits(name, width)
		if !TakesPictures() {
			continue // the window has its size
		}
		for _, scheme := range []string{"light", "dark"} {
			b.Shoot(name, width, scheme)
		}
	}
}

// Fits fails the test if the page can be scrolled sideways in a window of that width.
func (b *Tab) Fits(name string, width int64) {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(width, pictureHeight))
	if over := b.Number(`document.documentElement.scrollWidth - window.innerWidth`); over > 0 {
		b.t.Errorf("%s at %d: %d pixels too wide: %s", name, width, over,
			b.Text(`Array.prototype.filter.call(document.querySelectorAll("body *"), function (e) {
			return e.getBoundingClientRect().right > window.innerWidth; }).map(function (e) { return e.tagName + "." + e.className; }).join(" ")`))
	}
}

// Shoot takes a picture of the page in a window of that width, in "light" or "dark", into the folder that NAGORIK_SCREENS
// names. Without one it only sets the window.
func (b *Tab) Shoot(name string, width int64, scheme string) {
	b.t.Helper()
	b.Picture(name, width, pictureHeight, scheme)
}

// Picture is Shoot with a height, in CSS pixels as the width.
func (b *Tab) Picture(name string, width, height int64, scheme string) {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(width, height))
	folder := os.Getenv("NAGORIK_SCREENS")
	if folder == "" {
		return
	}
	light := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, light); err != nil {
		b.t.Fatal(err)
	}
	fonts := runtime.EvaluateParams{Expression: "document.fonts.ready.then(function () {})", AwaitPromise: new(true)}
	if _, err := chromedp.Call(b.ctx, runtime.Evaluate, fonts); err != nil {
		b.t.Fatal(err)
	}
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := png.DecodeConfig(bytes.NewReader(shot)); err != nil {
		b.t.Fatal(err)
	}
	path := filepath.Join(folder, fmt.Sprintf("%s-%s-%d.png", name, scheme, width))
	if err := os.WriteFile(path, shot, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// Snap takes a picture of the page as it is, in a window of that size, as a small WebP file: for a guide, not to be tested.
func (b *Tab) Snap(path string, width, height int64) {
	b.t.Helper()
	b.Do(chromedp.EmulateViewport(width, height))
	painted := runtime.EvaluateParams{AwaitPromise: new(true), Expression: `document.fonts.ready.then(function () {
		return new Promise(function (done) { requestAnimationFrame(function () { requestAnimationFrame(function () { done(); }); }); }); })`}
	if _, err := chromedp.Call(b.ctx, runtime.Evaluate, painted); err != nil {
		b.t.Fatal(err)
	}
	shot, err := chromedp.Call(b.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: new(int64(snapQuality))})
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, shot.Data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
