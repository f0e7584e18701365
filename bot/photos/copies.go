package photos

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"

	"golang.org/x/image/draw"
)

// The bounds and JPEG qualities of the copies.
const (
	viewPixels   = 1280 // wide and high
	viewQuality  = 82
	thumbPixels  = 320
	thumbQuality = 75
)

// copies are the encoded pictures that are shown.
type copies struct {
	view, thumb []byte
}

// drawCopies decodes a photo and draws its copies upright, on white, without any metadata. Whatever goes wrong, a panic of
// a decoder too, wraps ErrNotPhoto.
func drawCopies(file []byte, h header, orientation int) (c copies, err error) {
	defer func() {
		if r := recover(); r != nil {
			c, err = copies{}, fmt.Errorf("%w: decode %s: %v", ErrNotPhoto, h.kind, r)
		}
	}()
	full, err := codecs[h.kind].decode(bytes.NewReader(file))
	if err != nil {
		return copies{}, fmt.Errorf("%w: decode %s: %w", ErrNotPhoto, h.kind, err)
	}
	full = onScreen(full, h.width, h.height)
	view := orient(shrink(full, viewPixels, draw.ApproxBiLinear), orientation)
	if c.view, err = encode(view, viewQuality); err != nil {
		return copies{}, err
	}
	// From the view it is cheap to take the sharper kernel.
	c.thumb, err = encode(shrink(view, thumbPixels, draw.CatmullRom), thumbQuality)
	return c, err
}

// onScreen puts a frame that covers only part of its screen (GIF) in its place.
func onScreen(frame image.Image, width, height int) image.Image {
	screen := image.Rect(0, 0, width, height)
	if frame.Bounds() == screen {
		return frame
	}
	canvas := image.NewRGBA(screen)
	draw.Draw(canvas, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
	return canvas
}

// shrink draws an image on white so that it is at most bound pixels wide and high. It never enlarges.
func shrink(m image.Image, bound int, by draw.Scaler) *image.RGBA {
	b := m.Bounds()
	w, h := fit(b.Dx(), b.Dy(), bound)
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	by.Scale(small, small.Bounds(), m, b, draw.Over, nil)
	return small
}

// fit is the size of w × h within bound, at least one pixel each way.
func fit(w, h, bound int) (int, int) {
	switch {
	case w <= bound && h <= bound:
		return w, h
	case w >= h:
		return bound, max(1, (h*bound+w/2)/w)
	default:
		return max(1, (w*bound+h/2)/h), bound
	}
}

// orient turns an image upright. The orientations are those of EXIF 2.3 § 4.6.4: 1 upright, 2 mirrored, 3 upside down,
// 4 mirrored upside down, 5 to 8 on its side (6: turn clockwise, 8: turn back; 5 and 7 mirrored too).
func orient(m *image.RGBA, orientation int) *image.RGBA {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	var from func(x, y int) (int, int)
	switch orientation {
	case 2:
		from = func(x, y int) (int, int) { return w - 1 - x, y }
	case 3:
		from = func(x, y int) (int, int) { return w - 1 - x, h - 1 - y }
	case 4:
		from = func(x, y int) (int, int) { return x, h - 1 - y }
	case 5:
		from = func(x, y int) (int, int) { return y, x }
	case 6:
		from = func(x, y int) (int, int) { return y, h - 1 - x }
	case 7:
		from = func(x, y int) (int, int) { return w - 1 - y, h - 1 - x }
	case 8:
		from = func(x, y int) (int, int) { return w - 1 - y, x }
	default:
		return m
	}
	if orientation >= 5 {
		return redraw(m, h, w, from)
	}
	return redraw(m, w, h, from)
}

// redraw takes each pixel of a w × h image from where from says.
func redraw(m *image.RGBA, w, h int, from func(x, y int) (int, int)) *image.RGBA {
	upright := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			upright.SetRGBA(x, y, m.RGBAAt(from(x, y)))
		}
	}
	return upright
}

// encode writes a JPEG.
func encode(m image.Image, quality int) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("encode copy: %w", err)
	}
	return out.Bytes(), nil
}
