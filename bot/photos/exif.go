package photos

import (
	"bytes"
	"math"
	"strings"
	"time"

	"github.com/bep/imagemeta"
)

// cameraZone is the zone of a camera's clock when the file does not say: Bangladesh, which keeps one time all year.
var cameraZone = time.FixedZone("+06", 6*60*60)

// exifTime is how EXIF writes a time.
const exifTime = "2006:01:02 15:04:05"

// Bounds of what is read of a file's metadata.
const (
	maxTags    = 2000 // cameras write a few hundred
	maxTagSize = 1024 // bytes; all that is wanted here is short
)

// metaFormats are the formats in which metadata is looked for. GIF has none; the block of a HEIF file is a TIFF by itself.
var metaFormats = map[string]imagemeta.ImageFormat{
	typeJPEG: imagemeta.JPEG,
	typePNG:  imagemeta.PNG,
	typeWebP: imagemeta.WebP,
	typeHEIC: imagemeta.TIFF,
	typeHEIF: imagemeta.TIFF,
}

// wantedTags are the only ones looked at.
var wantedTags = map[string]bool{
	"Orientation":  true,
	"GPSLatitude":  true,
	"GPSLongitude": true, "GPSLatitudeRef": true, "GPSLongitudeRef": true,
	"DateTimeOriginal": true, "OffsetTimeOriginal": true,
}

// camera is what the camera noted in the file.
type camera struct {
	orientation int // 1 to 8, as in EXIF
	lat, lon    *float64
	takenAt     *time.Time
}

// readCamera reads the camera's notes. Damaged metadata costs no photo: what can be read of it counts.
func readCamera(file []byte, h header) camera {
	tags := readTags(file, h)
	c := camera{orientation: 1, takenAt: takenAt(tags)}
	if o := number(tags["Orientation"]); o >= 1 && o <= 8 {
		c.orientation = int(o)
	}
	lat, lon := degrees(tags, "GPSLatitude", "S", 90), degrees(tags, "GPSLongitude", "W", 180)
	if lat != nil && lon != nil {
		c.lat, c.lon = lat, lon
	}
	return c
}

// readTags collects the wanted tags of the main picture.
func readTags(file []byte, h header) (tags map[string]any) {
	tags = map[string]any{}
	format, ok := metaFormats[h.kind]
	if !ok {
		return tags
	}
	if format == imagemeta.TIFF {
		file = h.exif
	}
	defer func() { _ = recover() }() // a decoder's fault costs the rest of the tags, no more
	_, _ = imagemeta.Decode(imagemeta.Options{
		R:            bytes.NewReader(file),
		ImageFormat:  format,
		Sources:      imagemeta.EXIF,
		LimitNumTags: maxTags,
		LimitTagSize: maxTagSize,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool {
			return wantedTags[t.Tag] && strings.HasPrefix(t.Namespace, "IFD0")
		},
		HandleTag: func(t imagemeta.TagInfo) error {
			if _, twice := tags[t.Tag]; !twice {
				tags[t.Tag] = t.Value
			}
			return nil
		},
	})
	return tags
}

// degrees reads a coordinate with its hemisphere. Exactly 0 is what cameras write when they know nothing.
func degrees(tags map[string]any, name, negative string, bound float64) *float64 {
	v := number(tags[name])
	if math.IsNaN(v) || v == 0 || math.Abs(v) > bound {
		return nil
	}
	if ref, _ := tags[name+"Ref"].(string); strings.EqualFold(ref, negative) {
		v = -v
	}
	return &v
}

// takenAt reads when the photo was taken.
func takenAt(tags map[string]any) *time.Time {
	at, _ := tags["DateTimeOriginal"].(string)
	zone := cameraZone
	if offset, _ := tags["OffsetTimeOriginal"].(string); offset != "" {
		if t, err := time.Parse("-07:00", offset); err == nil {
			_, seconds := t.Zone()
			zone = time.FixedZone(offset, seconds)
		}
	}
	t, err := time.ParseInLocation(exifTime, at, zone)
	if err != nil || t.Year() < 1990 { // a camera whose clock was never set
		return nil
	}
	t = t.UTC()
	return &t
}

// number is the value of a numeric tag, NaN when it is none.
func number(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case uint16:
		return float64(v)
	case uint32:
		return float64(v)
	case uint8:
		return float64(v)
	}
	return math.NaN()
}
