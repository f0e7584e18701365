package photos

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

func newStore(t testing.TB) *Store {
	t.Helper()
	s, err := NewStore(filepath.Join(t.TempDir(), "photos"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// open decodes a copy.
func open(t testing.TB, s *Store, sha string, size Size) (image.Image, []byte) {
	t.Helper()
	f, kind, made, err := s.Open(sha, size)
	if err != nil {
		t.Fatalf("open %s: %v", size, err)
	}
	defer f.Close()
	if kind != "image/jpeg" || made.IsZero() {
		t.Errorf("copy is %s of %s", kind, made)
	}
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	m, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m, b
}

// near says whether a pixel has about a colour; JPEG is not exact.
func near(got color.Color, want color.RGBA) bool {
	r, g, b, _ := got.RGBA()
	off := func(a uint32, b uint8) float64 { return math.Abs(float64(a>>8) - float64(b)) }
	return off(r, want.R) < 24 && off(g, want.G) < 24 && off(b, want.B) < 24
}

// left counts the files of a store, those being written too.
func left(t *testing.T, s *Store) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(s.dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestKeep(t *testing.T) {
	wide := image.NewNRGBA64(image.Rect(0, 0, 40, 20))
	for i := range wide.Pix {
		wide.Pix[i] = 0xff
	}
	tests := []struct {
		name  string
		file  []byte
		kind  string
		w, h  int
		view  image.Point
		thumb image.Point
		pixel color.RGBA // top left of the view
	}{
		{"large JPEG", jpegOf(t, picture(2000, 1500), nil), "image/jpeg", 2000, 1500, image.Pt(1280, 960), image.Pt(320, 240), red},
		{"tall PNG", pngOf(t, picture(500, 2000), nil), "image/png", 500, 2000, image.Pt(320, 1280), image.Pt(80, 320), red},
		{"small JPEG is not enlarged", jpegOf(t, picture(64, 48), nil), "image/jpeg", 64, 48, image.Pt(64, 48), image.Pt(64, 48), red},
		{"one pixel", pngOf(t, picture(1, 1), nil), "image/png", 1, 1, image.Pt(1, 1), image.Pt(1, 1), red},
		{"a thread", pngOf(t, picture(5000, 1), nil), "image/png", 5000, 1, image.Pt(1280, 1), image.Pt(320, 1), red},
		{"PNG with 16 bits", pngOf(t, wide, nil), "image/png", 40, 20, image.Pt(40, 20), image.Pt(40, 20), white},
		{"transparent PNG is on white", pngOf(t, image.NewNRGBA(image.Rect(0, 0, 9, 9)), nil), "image/png", 9, 9, image.Pt(9, 9), image.Pt(9, 9), white},
		{"gray JPEG", jpegOf(t, image.NewGray(image.Rect(0, 0, 20, 20)), nil), "image/jpeg", 20, 20, image.Pt(20, 20), image.Pt(20, 20), color.RGBA{A: 255}},
		{"CMYK JPEG", cmykJPEG(), "image/jpeg", 16, 16, image.Pt(16, 16), image.Pt(16, 16), color.RGBA{64, 64, 64, 255}},
		{"GIF", gifOf(t, 30, 20, image.Point{}, blue), "image/gif", 30, 20, image.Pt(30, 20), image.Pt(30, 20), blue},
		{"animated GIF shows its first frame", gifOf(t, 30, 20, image.Point{}, green, red), "image/gif", 30, 20, image.Pt(30, 20), image.Pt(30, 20), green},
		{"GIF frame in a corner", gifOf(t, 30, 20, image.Pt(15, 10), red), "image/gif", 30, 20, image.Pt(30, 20), image.Pt(30, 20), white},
		{"large enough to be decoded alone", webpOf(5000, 4000, blue), "image/webp", 5000, 4000, image.Pt(1280, 1024), image.Pt(320, 256), blue},
		{"WebP", webpOf(300, 400, green), "image/webp", 300, 400, image.Pt(300, 400), image.Pt(240, 320), green},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t)
			p, err := s.Keep(bytes.NewReader(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(tt.file)
			want := Photo{SHA256: hex.EncodeToString(sum[:]), Type: tt.kind, Width: tt.w, Height: tt.h, Size: int64(len(tt.file)), Shown: true}
			if p != want {
				t.Errorf("kept %+v, want %+v", p, want)
			}
			view, _ := open(t, s, p.SHA256, View)
			thumb, _ := open(t, s, p.SHA256, Thumb)
			if view.Bounds().Max != tt.view || thumb.Bounds().Max != tt.thumb {
				t.Errorf("view %v, thumb %v; want %v, %v", view.Bounds().Max, thumb.Bounds().Max, tt.view, tt.thumb)
			}
			if !near(view.At(0, 0), tt.pixel) || !near(thumb.At(0, 0), tt.pixel) {
				t.Errorf("top left is %v and %v, want %v", view.At(0, 0), thumb.At(0, 0), tt.pixel)
			}
			if len(s.decodes) != 0 || len(s.large) != 0 {
				t.Errorf("%d decodes, %d large ones are still counted", len(s.decodes), len(s.large))
			}
			if n := left(t, s); n != 4 {
				t.Errorf("%d files, want the photo, two copies and the note", n)
			}
		})
	}
}

func TestKeepRefuses(t *testing.T) {
	small := func(s *Store) { s.maxBytes = 1000 }
	whole := jpegOf(t, picture(100, 80), nil)
	png := pngOf(t, picture(100, 80), nil)
	scans := bytes.Repeat([]byte{0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0}, maxScans)
	tests := []struct {
		name   string
		file   []byte
		with   func(*Store)
		want   error
		reason string
	}{
		{"nothing", nil, nil, ErrNotPhoto, ""},
		{"text", []byte("<html>login</html>"), nil, ErrNotPhoto, "no known type"},
		{"MP4", []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"), nil, ErrNotPhoto, "no known type"},
		{"AVIF", []byte("\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00avifmif1miaf"), nil, ErrNotPhoto, "no known type"},
		{"SVG", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), nil, ErrNotPhoto, "no known type"},
		{"script that begins as a GIF", []byte("GIF89a=\x00=\x00;alert(document.cookie)//"), nil, ErrNotPhoto, ""},
		{"JPEG cut in the middle", whole[:len(whole)/2], nil, ErrNotPhoto, ""},
		{"JPEG without its last bytes", whole[:len(whole)-20], nil, ErrNotPhoto, ""},
		{"PNG cut in the middle", png[:len(png)/2], nil, ErrNotPhoto, ""},
		{"PNG header alone", png[:33], nil, ErrNotPhoto, ""},
		{"WebP cut", webpOf(30, 40, red)[:24], nil, ErrNotPhoto, ""},
		{"GIF cut", gifOf(t, 30, 20, image.Point{}, blue)[:20], nil, ErrNotPhoto, ""},
		{"HEIC cut", heicOf("heic", 30, 40, false, nil)[:180], nil, ErrNotPhoto, "cut short"},
		{"HEIC without a picture", heicOf("heic", 30, 40, false, nil)[:24], nil, ErrNotPhoto, "without a picture"},
		{"PNG bomb", pngClaiming(100_000, 100_000), nil, ErrTooManyPixels, "100000"},
		{"PNG claiming just too much", pngClaiming(50_000_001, 1), nil, ErrTooManyPixels, ""},
		{"PNG of no width", pngClaiming(0, 10), nil, ErrNotPhoto, ""},
		{"WebP bomb", webpOf(16384, 16384, red), nil, ErrTooManyPixels, "16384"},
		{"HEIC bomb", heicOf("heic", 100_000, 100_000, false, nil), nil, ErrTooManyPixels, ""},
		{"HEIC bomb whose pixels overflow", heicOf("heic", 1<<32-1, 1<<32-1, false, nil), nil, ErrTooManyPixels, ""},
		{"GIF of no size", append([]byte("GIF89a\x00\x00\x00\x00\x00\x00\x00"), ';'), nil, ErrNotPhoto, ""},
		{
			"WebP bomb behind a small frame",
			webpFile(chunk{"VP8X", make([]byte, 10)}, chunk{"VP8L", webpOf(16384, 16384, red)[20:]}),
			nil, ErrNotPhoto, "",
		},
		{"JPEG of endless scans", bytes.Join([][]byte{whole[:len(whole)-2], scans, whole[len(whole)-2:]}, nil), nil, ErrNotPhoto, "65 scans"},
		{"too many bytes", whole, small, ErrTooBig, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStore(t)
			if tt.with != nil {
				tt.with(s)
			}
			p, err := s.Keep(bytes.NewReader(tt.file))
			if !errors.Is(err, tt.want) || !Refused(err) || !strings.Contains(err.Error(), tt.reason) {
				t.Errorf("got %+v, %v; want %v (%s)", p, err, tt.want, tt.reason)
			}
			if n := left(t, s); n != 0 {
				t.Errorf("%d files were left behind", n)
			}
		})
	}
}

func TestKeepEveryCut(t *testing.T) {
	files := map[string][]byte{
		"JPEG": jpegOf(t, picture(24, 16), exifBlock(binary.BigEndian, 6, true)),
		"PNG":  pngOf(t, picture(24, 16), exifBlock(binary.LittleEndian, 6, true)),
		"HEIC": heicOf("heic", 24, 16, true, exifBlock(binary.BigEndian, 1, true)),
	}
	for name, file := range files {
		for n := range len(file) {
			h, err := readHeader(file[:n], MaxPixels)
			if err == nil && h.exif == nil {
				cam := readCamera(file[:n], h)
				_, err = drawCopies(file[:n], h, cam.orientation)
			}
			if err == nil && name == "PNG" && n >= len(file)-12 {
				continue // all pixels are there, only the end chunk is cut
			}
			if !errors.Is(err, ErrNotPhoto) {
				t.Errorf("%s cut to %d of %d bytes: %v", name, n, len(file), err)
			}
		}
	}
}

func TestKeepOrientations(t *testing.T) {
	// Where the corners red, green, blue, white of the stored picture are to be seen: top left, top right, bottom left,
	// bottom right.
	want := [9][4]color.RGBA{
		1: {red, green, blue, white},
		2: {green, red, white, blue},
		3: {white, blue, green, red},
		4: {blue, white, red, green},
		5: {red, blue, green, white},
		6: {blue, red, white, green},
		7: {white, green, blue, red},
		8: {green, white, red, blue},
	}
	s := newStore(t)
	for o := 1; o <= 8; o++ {
		exif := exifBlock(binary.BigEndian, uint16(o), false)
		for name, file := range map[string][]byte{
			"JPEG": jpegOf(t, picture(60, 40), exif),
			"PNG":  pngOf(t, picture(60, 40), exif),
		} {
			p, err := s.Keep(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			m, _ := open(t, s, p.SHA256, Thumb)
			w, h := m.Bounds().Dx(), m.Bounds().Dy()
			if (o >= 5) != (w == 40 && h == 60) || w != p.Width || h != p.Height {
				t.Errorf("%s, orientation %d: %d × %d, said to be %d × %d", name, o, w, h, p.Width, p.Height)
			}
			for i, at := range []image.Point{{8, 8}, {w - 9, 8}, {8, h - 9}, {w - 9, h - 9}} {
				if !near(m.At(at.X, at.Y), want[o][i]) {
					t.Errorf("%s, orientation %d: corner %d is %v, want %v", name, o, i, m.At(at.X, at.Y), want[o][i])
				}
			}
		}
	}
}

func TestKeepCameraNotes(t *testing.T) {
	const lat, lon = 23 + 48.0/60 + 36.9/3600, 90 + 24.0/60 + 45.5/3600
	at := time.Date(2026, 11, 20, 3, 30, 15, 0, time.UTC)
	full := exifBlock(binary.LittleEndian, 1, true)
	other := exifBlock(binary.BigEndian, 1, true)
	webp := webpOf(30, 40, red)
	head := []byte{8, 0, 0, 0, 29, 0, 0, 39, 0, 0}
	for name, file := range map[string][]byte{
		"JPEG":             jpegOf(t, picture(30, 40), full),
		"JPEG, big-endian": jpegOf(t, picture(30, 40), other),
		"PNG":              pngOf(t, picture(30, 40), full),
		"WebP":             webpFile(chunk{"VP8X", head}, chunk{"VP8L", webp[20:]}, chunk{"EXIF", full}),
		"HEIC":             heicOf("heic", 30, 40, false, full),
		"HEIF":             heicOf("mif1", 40, 30, true, other),
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			p, err := s.Keep(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			if p.Width != 30 || p.Height != 40 {
				t.Errorf("%d × %d, want 30 × 40", p.Width, p.Height)
			}
			if p.Lat == nil || p.Lon == nil || math.Abs(*p.Lat-lat) > 1e-6 || math.Abs(*p.Lon-lon) > 1e-6 {
				t.Errorf("place is %v, %v; want %v, %v", p.Lat, p.Lon, lat, lon)
			}
			if p.TakenAt == nil || !p.TakenAt.Equal(at) {
				t.Errorf("taken at %v, want %v", p.TakenAt, at)
			}
			if again, err := s.Photo(p.SHA256); err != nil || *again.Lat != *p.Lat || !again.TakenAt.Equal(at) {
				t.Errorf("read again: %+v, %v", again, err)
			}
			if !p.Shown {
				return
			}
			for _, size := range []Size{View, Thumb} {
				if _, b := open(t, s, p.SHA256, size); bytes.Contains(b, []byte("Exif")) || bytes.Contains(b, []byte("2026:11")) {
					t.Errorf("%s still holds the camera's notes", size)
				}
			}
		})
	}
}

func TestKeepDoubtfulNotes(t *testing.T) {
	tags := func(change map[string]any) map[string]any {
		all := map[string]any{
			"GPSLatitude": 23.8, "GPSLatitudeRef": "N", "GPSLongitude": 90.4, "GPSLongitudeRef": "E",
			"DateTimeOriginal": "2026:11:20 09:30:15",
		}
		for k, v := range change {
			all[k] = v
		}
		return all
	}
	tests := []struct {
		name   string
		change map[string]any
		lat    float64 // 0: none
		taken  string
	}{
		{"as it should be; the camera's clock is Dhaka's", nil, 23.8, "2026-11-20T03:30:15Z"},
		{"southern", map[string]any{"GPSLatitudeRef": "S"}, -23.8, "2026-11-20T03:30:15Z"},
		{"another zone", map[string]any{"OffsetTimeOriginal": "-05:00"}, 23.8, "2026-11-20T14:30:15Z"},
		{"no fix", map[string]any{"GPSLatitude": 0.0}, 0, "2026-11-20T03:30:15Z"},
		{"beyond the pole", map[string]any{"GPSLatitude": 90.1}, 0, "2026-11-20T03:30:15Z"},
		{"not a number", map[string]any{"GPSLatitude": math.NaN()}, 0, "2026-11-20T03:30:15Z"},
		{"text for a number", map[string]any{"GPSLatitude": "23"}, 0, "2026-11-20T03:30:15Z"},
		{"a clock never set", map[string]any{"DateTimeOriginal": "1980:01:01 00:00:00"}, 23.8, ""},
		{"blank time", map[string]any{"DateTimeOriginal": "    :  :     :  :  "}, 23.8, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := tags(tt.change)
			lat, taken := degrees(all, "GPSLatitude", "S", 90), takenAt(all)
			if (lat == nil) != (tt.lat == 0) || lat != nil && *lat != tt.lat {
				t.Errorf("latitude %v, want %v", lat, tt.lat)
			}
			if (taken == nil) != (tt.taken == "") || taken != nil && taken.Format(time.RFC3339) != tt.taken {
				t.Errorf("taken %v, want %v", taken, tt.taken)
			}
		})
	}
}

func TestKeepPolyglot(t *testing.T) {
	const script = "<script>alert(1)</script>"
	file := jpegWith(jpegOf(t, picture(50, 50), nil), 0xfe, []byte(script))
	file = append(file, "PK\x03\x04"+script...)
	s := newStore(t)
	p, err := s.Keep(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []Size{View, Thumb} {
		if _, b := open(t, s, p.SHA256, size); bytes.Contains(b, []byte("script")) || bytes.Contains(b, []byte("PK\x03\x04")) {
			t.Errorf("%s holds what was hidden in the photo", size)
		}
	}
}

func TestKeepTwice(t *testing.T) {
	s := newStore(t)
	file := jpegOf(t, picture(100, 100), nil)
	first, err := s.Keep(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for range decodesAtOnce {
		s.decodes <- struct{}{} // no decode can begin any more
	}
	second, err := s.Keep(iotest.OneByteReader(bytes.NewReader(file)))
	if err != nil || second != first {
		t.Errorf("second time: %+v, %v; want %+v", second, err, first)
	}
	if n := left(t, s); n != 4 {
		t.Errorf("%d files, want 4", n)
	}
}

func TestKeepManyAtOnce(t *testing.T) {
	s := newStore(t)
	files := [][]byte{jpegOf(t, picture(300, 200), nil), pngOf(t, picture(200, 300), nil), webpOf(100, 100, blue)}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if _, err := s.Keep(bytes.NewReader(files[i%len(files)])); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := left(t, s); n != 4*len(files) {
		t.Errorf("%d files, want %d", n, 4*len(files))
	}
}

func TestKeepReaderFails(t *testing.T) {
	broken := errors.New("line broke")
	file := jpegOf(t, picture(300, 200), nil)
	for _, n := range []int{0, 10, len(file) - 1} {
		s := newStore(t)
		_, err := s.Keep(io.MultiReader(bytes.NewReader(file[:n]), iotest.ErrReader(broken)))
		if !errors.Is(err, broken) || Refused(err) {
			t.Errorf("after %d bytes: %v, want the reader's error", n, err)
		}
		if n := left(t, s); n != 0 {
			t.Errorf("%d files were left behind", n)
		}
	}
}

func TestKeepAfterCrash(t *testing.T) {
	s := newStore(t)
	file := jpegOf(t, picture(100, 100), nil)
	p, err := s.Keep(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	base, err := s.base(p.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	// The machine died before the note was written, and a second time while a copy was.
	if err := errors.Join(os.Remove(base+noteSuffix), os.Truncate(base+copySuffix(View), 3)); err != nil {
		t.Fatal(err)
	}
	if s.Has(p.SHA256) {
		t.Error("a photo without its note counts as kept")
	}
	if _, err := s.Keep(bytes.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	open(t, s, p.SHA256, View)
	if !s.Has(p.SHA256) {
		t.Error("the photo is not kept")
	}
}

func TestStoreModes(t *testing.T) {
	s := newStore(t)
	if _, err := s.Keep(bytes.NewReader(jpegOf(t, picture(10, 10), nil))); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(s.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		stat, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if stat.Mode().Perm() != want {
			t.Errorf("%s has mode %o, want %o", path, stat.Mode().Perm(), want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStoreSweeps(t *testing.T) {
	s := newStore(t)
	old, young := filepath.Join(s.dir, workFolder, "photo-1"), filepath.Join(s.dir, workFolder, "photo-2")
	for _, path := range []string{old, young} {
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	if err := os.Chtimes(old, yesterday, yesterday); err != nil {
		t.Fatal(err)
	}
	if _, err := NewStore(s.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Error("what a dead process left is still there")
	}
	if _, err := os.Stat(young); err != nil {
		t.Error("what another process is writing was removed")
	}
}

func TestOpenRefuses(t *testing.T) {
	s := newStore(t)
	shown, err := s.Keep(bytes.NewReader(jpegOf(t, picture(10, 10), nil)))
	if err != nil {
		t.Fatal(err)
	}
	hidden, err := s.Keep(bytes.NewReader(heicOf("heic", 30, 40, false, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if hidden.Shown || hidden.Type != "image/heic" || !s.Has(hidden.SHA256) {
		t.Errorf("HEIC is kept as %+v", hidden)
	}
	tests := []struct {
		name string
		sha  string
		size Size
		want error
	}{
		{"HEIC", hidden.SHA256, View, ErrNotShown},
		{"unknown", strings.Repeat("0", 64), View, ErrNotFound},
		{"the bytes as they came", shown.SHA256, "", ErrNotFound},
		{"the note", shown.SHA256, "json", ErrNotFound},
		{"a path for a size", shown.SHA256, "../view", ErrNotFound},
		{"short", shown.SHA256[:63], View, ErrNotFound},
		{"empty", "", View, ErrNotFound},
		{"a path", "../../../../../../../../../../../../../../../../../../etc/passwd"[:64], View, ErrNotFound},
		{"not hex", strings.Repeat("g", 64), View, ErrNotFound},
		{"NUL", shown.SHA256[:63] + "\x00", View, ErrNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, _, _, err := s.Open(tt.sha, tt.size)
			if !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			if f != nil {
				t.Error("something was opened")
			}
		})
	}
	if _, _, _, err := s.Open(strings.ToUpper(shown.SHA256), Thumb); err != nil {
		t.Errorf("upper case: %v", err)
	}
	if s.Has("..") || s.Has(strings.Repeat("0", 64)) {
		t.Error("has what it has not")
	}
}

func TestDecoderPanics(t *testing.T) {
	// No decoder at all is called as a nil function, which panics.
	if _, err := drawCopies(nil, header{kind: "image/none", width: 1, height: 1}, 1); !errors.Is(err, ErrNotPhoto) {
		t.Errorf("got %v, want ErrNotPhoto", err)
	}
}
