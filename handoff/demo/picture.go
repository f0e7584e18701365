package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// Size and quality of the pictures that are drawn.
const (
	pictureWidth, pictureHeight = 960, 720
	pictureQuality              = 80
)

// Draw draws the n-th picture, a street under a sky with a puddle in it, as a
// JPEG. The same n gives the same picture.
func Draw(n int) ([]byte, error) {
	random := rand.New(rand.NewPCG(uint64(n), 0x70686f746f))
	m := image.NewRGBA(image.Rect(0, 0, pictureWidth, pictureHeight))
	horizon := pictureHeight/3 + random.IntN(pictureHeight/6)
	wide, deep := 120+random.Float64()*180, 40+random.Float64()*60
	cx, cy := 250+random.Float64()*460, float64(horizon)+130+random.Float64()*120
	wall := color.RGBA{uint8(120 + random.IntN(100)), uint8(90 + random.IntN(80)), uint8(70 + random.IntN(60)), 255}
	house := 60 + random.IntN(90)
	for y := range pictureHeight {
		for x := range pictureWidth {
			c := color.RGBA{uint8(150 + 60*y/pictureHeight), uint8(185 + 40*y/pictureHeight), 225, 255}
			switch {
			case y >= horizon && math.Hypot((float64(x)-cx)/wide, (float64(y)-cy)/deep) < 1:
				c = color.RGBA{74, 92, 102, 255}
			case y >= horizon:
				grain := uint8((x*7 + y*13 + x*y) % 11)
				c = color.RGBA{120 + grain, 116 + grain, 108 + grain, 255}
			case y > horizon-house-(x/160%3)*30 && x/160%2 == 0:
				if c = wall; x%40 > 12 && x%40 < 28 && y%46 > 12 && y%46 < 32 {
					c = color.RGBA{52, 60, 70, 255}
				}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: pictureQuality}); err != nil {
		return nil, fmt.Errorf("draw a picture: %w", err)
	}
	return b.Bytes(), nil
}
