package photos

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"
)

// The four corners of every picture made here, so that a turn shows.
var (
	red   = color.RGBA{R: 200, A: 255}
	green = color.RGBA{G: 200, A: 255}
	blue  = color.RGBA{B: 200, A: 255}
	white = color.RGBA{R: 255, G: 255, B: 255, A: 255}
)

// picture is red, green, blue and white in its quarters: top left, top right, bottom left, bottom right.
func picture(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := [2][2]color.RGBA{{red, green}, {blue, white}}[y*2/h][x*2/w]
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

// jpegOf encodes a picture with an EXIF block, if there is one.
func jpegOf(t testing.TB, m image.Image, exif []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, m, &jpeg.Options{Quality: 90}); err != nil {
		t.Fatal(err)
	}
	if exif == nil {
		return out.Bytes()
	}
	return jpegWith(out.Bytes(), 0xe1, append([]byte("Exif\x00\x00"), exif...))
}

// jpegWith puts a segment behind the start marker.
func jpegWith(file []byte, marker byte, body []byte) []byte {
	seg := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))
	return bytes.Join([][]byte{file[:2], seg, body, file[2:]}, nil)
}

// pngOf encodes a picture with an eXIf chunk, if there is one.
func pngOf(t testing.TB, m image.Image, exif []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	file := out.Bytes()
	if exif == nil {
		return file
	}
	const afterIHDR = 8 + 25
	return bytes.Join([][]byte{file[:afterIHDR], pngChunk("eXIf", exif), file[afterIHDR:]}, nil)
}

// pngChunk is one chunk of a PNG.
func pngChunk(kind string, body []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	chunk = append(append(chunk, kind...), body...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// pngClaiming is a PNG whose header claims a size and whose pixels are missing.
func pngClaiming(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	head = append(head, 8, 2, 0, 0, 0)
	return append(append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", head)...), pngChunk("IEND", nil)...)
}

// gifOf encodes frames, the first in the corner at of a w × h screen.
func gifOf(t testing.TB, w, h int, at image.Point, frames ...color.Color) []byte {
	t.Helper()
	film := gif.GIF{Config: image.Config{Width: w, Height: h}}
	for _, c := range frames {
		m := image.NewPaletted(image.Rectangle{Min: at, Max: image.Pt(w, h)}, color.Palette{c, color.Black})
		film.Image, film.Delay = append(film.Image, m), append(film.Delay, 10)
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, &film); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// webpOf is a lossless WebP of one colour, whatever its size: the codes of a one-symbol alphabet take no bits, so it is as
// good a bomb as any. By the WebP Lossless Bitstream Specification.
func webpOf(w, h int, c color.RGBA) []byte {
	var bits bitWriter
	bits.write(0x2f, 8)
	bits.write(uint32(w-1), 14)
	bits.write(uint32(h-1), 14)
	bits.write(0, 1+3)   // no alpha, version 0
	bits.write(0, 1+1+1) // no transform, no colour cache, no meta codes
	for _, v := range []uint8{c.G, c.R, c.B, c.A} {
		bits.write(0b101, 3) // simple code, one symbol, of 8 bits
		bits.write(uint32(v), 8)
	}
	bits.write(0b0001, 4) // distances: simple code, one symbol, of 1 bit: 0
	return webpFile(chunk{"VP8L", bits.bytes()})
}

// chunk is a part of a WebP file.
type chunk struct {
	kind string
	body []byte
}

// webpFile wraps chunks as a WebP file.
func webpFile(chunks ...chunk) []byte {
	body := []byte("WEBP")
	for _, c := range chunks {
		body = binary.LittleEndian.AppendUint32(append(body, c.kind...), uint32(len(c.body)))
		body = append(body, c.body...)
		if len(c.body)%2 == 1 {
			body = append(body, 0)
		}
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// bitWriter writes numbers of some bits, the lowest first.
type bitWriter struct {
	bits []bool
}

func (w *bitWriter) write(v uint32, n int) {
	for i := range n {
		w.bits = append(w.bits, v>>i&1 == 1)
	}
}

func (w *bitWriter) bytes() []byte {
	out := make([]byte, (len(w.bits)+7)/8+8)
	for i, b := range w.bits {
		if b {
			out[i/8] |= 1 << (i % 8)
		}
	}
	return out
}

// cmykJPEG is a 16 × 16 JPEG of four components, as printers' programs write them: every block a single zero difference in
// Huffman tables of one code each, so that all four inks are at half.
func cmykJPEG() []byte {
	seg := func(marker byte, body ...byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
	}
	quant := append([]byte{0}, bytes.Repeat([]byte{1}, 64)...)
	oneCode := append([]byte{1}, make([]byte, 16)...) // one code of one bit, for symbol 0
	sof := []byte{8, 0, 16, 0, 16, 4}
	sos := []byte{4}
	for id := byte(1); id <= 4; id++ {
		sof, sos = append(sof, id, 0x11, 0), append(sos, id, 0)
	}
	return bytes.Join([][]byte{
		{0xff, 0xd8},
		seg(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x00")...),
		seg(0xdb, quant...),
		seg(0xc0, sof...),
		seg(0xc4, append([]byte{0x00}, oneCode...)...),
		seg(0xc4, append([]byte{0x10}, oneCode...)...),
		seg(0xda, append(sos, 0, 63, 0)...),
		make([]byte, 4), // four MCUs of four blocks of two zero bits
		{0xff, 0xd9},
	}, nil)
}

// exifBlock is a TIFF block by hand: an orientation, and when full the place and time of a photo taken in Dhaka,
// 23°48'36.9" N 90°24'45.5" E, on 2026-11-20 at 09:30:15 +06:00.
func exifBlock(order binary.AppendByteOrder, orientation uint16, full bool) []byte {
	b := tiff{order: order}
	ifd0 := []tag{{0x0112, 3, 1, b.short(orientation)}}
	if !full {
		return b.block(ifd0, nil, nil)
	}
	exif := []tag{
		{0x9003, 2, 20, []byte("2026:11:20 09:30:15\x00")},
		{0x9011, 2, 7, []byte("+06:00\x00")},
	}
	gps := []tag{
		{1, 2, 2, []byte("N\x00\x00\x00")},
		{2, 5, 3, b.rationals(23, 1, 48, 1, 369, 10)},
		{3, 2, 2, []byte("E\x00\x00\x00")},
		{4, 5, 3, b.rationals(90, 1, 24, 1, 455, 10)},
	}
	return b.block(ifd0, exif, gps)
}

// tag is one entry of an image file directory.
type tag struct {
	id, kind uint16
	count    uint32
	value    []byte
}

// tiff writes TIFF blocks.
type tiff struct {
	order binary.AppendByteOrder
}

func (t tiff) short(v uint16) []byte { return append(t.order.AppendUint16(nil, v), 0, 0) }

func (t tiff) rationals(v ...uint32) []byte {
	var b []byte
	for _, n := range v {
		b = t.order.AppendUint32(b, n)
	}
	return b
}

// block lays out IFD0 with pointers to the directories that are given.
func (t tiff) block(ifd0, exif, gps []tag) []byte {
	size := func(tags []tag) (n int) {
		for _, e := range tags {
			n += 12
			if len(e.value) > 4 {
				n += len(e.value)
			}
		}
		return n + 2 + 4
	}
	at := 8
	if exif != nil {
		exifAt := at + size(ifd0) + 24
		gpsAt := exifAt + size(exif)
		ifd0 = append(ifd0,
			tag{0x8769, 4, 1, t.order.AppendUint32(nil, uint32(exifAt))},
			tag{0x8825, 4, 1, t.order.AppendUint32(nil, uint32(gpsAt))})
	}
	out := []byte("MM")
	if t.order.AppendUint16(nil, 1)[0] == 1 {
		out = []byte("II")
	}
	out = t.order.AppendUint32(t.order.AppendUint16(out, 42), uint32(at))
	for _, tags := range [][]tag{ifd0, exif, gps} {
		if tags != nil {
			out = t.directory(out, tags)
		}
	}
	return out
}

// directory appends a directory and behind it the values that do not fit into it.
func (t tiff) directory(out []byte, tags []tag) []byte {
	values := len(out) + 2 + 12*len(tags) + 4
	var far []byte
	out = t.order.AppendUint16(out, uint16(len(tags)))
	for _, e := range tags {
		out = t.order.AppendUint16(t.order.AppendUint16(out, e.id), e.kind)
		out = t.order.AppendUint32(out, e.count)
		if len(e.value) <= 4 {
			out = append(out, e.value...)
			continue
		}
		out = t.order.AppendUint32(out, uint32(values+len(far)))
		far = append(far, e.value...)
	}
	return append(t.order.AppendUint32(out, 0), far...)
}

// heicOf is a HEIC file as phones lay it out, its picture's bytes made up.
func heicOf(brand string, w, h uint32, quarterTurn bool, exif []byte) []byte {
	be := binary.BigEndian
	mk := func(kind string, parts ...[]byte) []byte {
		body := bytes.Join(parts, nil)
		return append(append(be.AppendUint32(nil, uint32(len(body)+8)), kind...), body...)
	}
	v := func(version byte) []byte { return []byte{version, 0, 0, 0} }
	size := func(w, h uint32) []byte {
		return mk("ispe", v(0), be.AppendUint32(be.AppendUint32(nil, w), h))
	}
	turn := byte(0)
	if quarterTurn {
		turn = 1
	}
	item := append([]byte{0, 0, 0, 6}, append([]byte("Exif\x00\x00"), exif...)...)
	infe := func(id byte, kind string) []byte {
		return mk("infe", v(2), []byte{0, id, 0, 0}, []byte(kind), []byte{0})
	}
	file := func(at int) []byte {
		place := be.AppendUint32([]byte{0, 2, 0, 0, 0, 1}, uint32(at))
		place = be.AppendUint32(place, uint32(len(item)))
		first := []byte{0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}
		return bytes.Join([][]byte{
			mk("ftyp", []byte(brand), v(0), []byte("mif1heic")),
			mk("meta", v(0),
				mk("iinf", v(0), []byte{0, 2}, infe(1, "hvc1"), infe(2, "Exif")),
				mk("iloc", v(0), []byte{0x44, 0, 0, 2}, first, place),
				mk("iprp", mk("ipco", size(8, 8), size(w, h), mk("irot", []byte{turn})))),
			mk("mdat", item),
		}, nil)
	}
	return file(len(file(0)) - len(item))
}
