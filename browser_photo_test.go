package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// The photo of the browser test.
const (
	photoWidth, photoHeight = 640, 480
	exifCamera              = "Test Phone 7"
)

// streetPhoto writes a JPEG of a flooded street as a phone would: with an EXIF block that names the camera.
func streetPhoto(t *testing.T) string {
	t.Helper()
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, street(), &jpeg.Options{Quality: 88}); err != nil {
		t.Fatal(err)
	}
	file := plain.Bytes()
	path := filepath.Join(t.TempDir(), "IMG_0007.jpg")
	if err := os.WriteFile(path, bytes.Join([][]byte{file[:2], exifSegment(), file[2:]}, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// exifSegment is an APP1 segment whose one tag is the camera's model (TIFF 6.0, tag 0x0110).
func exifSegment() []byte {
	const header, model, ascii = 8, 0x0110, 2
	camera := append([]byte(exifCamera), 0)
	tiff := append([]byte("MM\x00*"), 0, 0, 0, header, 0, 1)
	tiff = binary.BigEndian.AppendUint16(tiff, model)
	tiff = binary.BigEndian.AppendUint16(tiff, ascii)
	tiff = binary.BigEndian.AppendUint32(tiff, uint32(len(camera)))
	tiff = binary.BigEndian.AppendUint32(tiff, uint32(len(tiff)+8)) // behind this entry and the end of the list
	tiff = append(binary.BigEndian.AppendUint32(tiff, 0), camera...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	return append(binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2)), body...)
}

// street paints houses, a wall, brown water and a drain in it.
func street() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, photoWidth, photoHeight))
	noise := rand.New(rand.NewPCG(1, 2))
	for y := range photoHeight {
		for x := range photoWidth {
			grain := float64(noise.IntN(14)) - 7
			c := scene(float64(x)/photoWidth, float64(y)/photoHeight)
			shade := func(v uint8) uint8 { return uint8(math.Max(0, math.Min(255, float64(v)+grain))) }
			img.SetRGBA(x, y, color.RGBA{shade(c.R), shade(c.G), shade(c.B), 255})
		}
	}
	return img
}

// scene is the colour of a point, across and down from 0 to 1.
func scene(x, y float64) color.RGBA {
	ripple := math.Sin(60*y+3*math.Sin(9*x)) + 0.5*math.Sin(41*x+80*y)
	house := int(x * 5)
	roof := []float64{.16, .08, .2, .12, .18}[house]
	switch {
	case math.Hypot((x-.55)/1.9, y-.74) < .1: // the drain's mouth
		return color.RGBA{34, 32, 28, 255}
	case math.Hypot((x-.55)/1.9, y-.74) < .115:
		return color.RGBA{150, 146, 136, 255}
	case y > .48: // water
		return color.RGBA{uint8(112 + 14*ripple), uint8(96 + 12*ripple), uint8(72 + 9*ripple), 255}
	case y > .42:
		return color.RGBA{128, 122, 112, 255}
	case y < roof:
		return color.RGBA{188, 204, 214, 255}
	case math.Mod(x*15, 1) > .35 && math.Mod(x*15, 1) < .7 && math.Mod(y*9, 1) > .4 && math.Mod(y*9, 1) < .8:
		return color.RGBA{58, 66, 72, 255}
	default:
		return []color.RGBA{{196, 164, 128, 255}, {150, 172, 160, 255}, {206, 192, 160, 255}, {172, 140, 132, 255}, {160, 168, 184, 255}}[house]
	}
}
