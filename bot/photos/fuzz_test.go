package photos

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"testing"
)

// seeds are photos of every kind, whole and cut.
func seeds(f *testing.F) {
	f.Helper()
	exif := exifBlock(binary.LittleEndian, 6, true)
	for _, file := range [][]byte{
		jpegOf(f, picture(30, 20), exif),
		pngOf(f, picture(30, 20), exif),
		gifOf(f, 30, 20, image.Pt(3, 3), red, blue),
		webpOf(30, 20, green),
		webpFile(chunk{"VP8X", []byte{8, 0, 0, 0, 29, 0, 0, 19, 0, 0}}, chunk{"VP8L", webpOf(30, 20, red)[20:]}, chunk{"EXIF", exif}),
		heicOf("heic", 30, 20, true, exif),
		cmykJPEG(),
		pngClaiming(70_000, 70_000),
	} {
		f.Add(file)
		f.Add(file[:len(file)*2/3])
	}
}

// FuzzKeep leaves out the disk, which would make every try a thousand times slower.
func FuzzKeep(f *testing.F) {
	seeds(f)
	s := newStore(f)
	s.maxPixels = 1 << 18 // so that every try is quick
	f.Fuzz(func(t *testing.T, file []byte) {
		p, c, err := s.look(file, "")
		if err != nil {
			if !Refused(err) {
				t.Fatalf("not refused for what it is: %v", err)
			}
			return
		}
		if p.Width < 1 || p.Height < 1 || p.Width*p.Height > s.maxPixels || p.Size != int64(len(file)) {
			t.Fatalf("kept %+v of %d bytes", p, len(file))
		}
		for bound, encoded := range map[int][]byte{viewPixels: c.view, thumbPixels: c.thumb} {
			config, err := jpeg.DecodeConfig(bytes.NewReader(encoded))
			if p.Shown && (err != nil || config.Width > bound || config.Height > bound) || !p.Shown && encoded != nil {
				t.Fatalf("copy is %+v: %v", config, err)
			}
		}
	})
}

func FuzzHeader(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		h, err := readHeader(file, MaxPixels)
		if err != nil {
			if !errors.Is(err, ErrNotPhoto) && !errors.Is(err, ErrTooManyPixels) {
				t.Fatalf("untyped: %v", err)
			}
			return
		}
		if h.width < 1 || h.height < 1 || h.pixels() > MaxPixels {
			t.Fatalf("passed %d × %d", h.width, h.height)
		}
		if c := readCamera(file, h); c.orientation < 1 || c.orientation > 8 || (c.lat == nil) != (c.lon == nil) {
			t.Fatalf("camera %+v", c)
		}
	})
}
