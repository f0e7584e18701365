package photos

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// maxScans is the most passes a progressive JPEG may make over its pixels. Encoders make about ten; hundreds of thousands
// fit into a small file and would keep a processor busy for an hour.
const maxScans = 64

// codec reads one type of photo.
type codec struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// codecs are the types that can be decoded; of a GIF its first frame. They are called by name, not through the image package's registry, so that no
// other type can slip in by an import elsewhere.
var codecs = map[string]codec{
	typeJPEG: {jpeg.DecodeConfig, jpeg.Decode},
	typePNG:  {png.DecodeConfig, png.Decode},
	typeGIF:  {gif.DecodeConfig, gif.Decode},
	typeWebP: {webp.DecodeConfig, webp.Decode},
}

// header is what a file says of itself before anything is decoded.
type header struct {
	kind   string // its type
	width  int    // pixels, as stored
	height int
	exif   []byte // HEIC and HEIF: the TIFF block of the Exif item
}

// readHeader reads the type and the dimensions of a file. Its errors wrap ErrNotPhoto or ErrTooManyPixels.
func readHeader(file []byte, maxPixels int) (h header, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: header: %v", ErrNotPhoto, r)
		}
	}()
	switch h.kind = sniff(file[:min(len(file), sniffBytes)]); h.kind {
	case "":
		return header{}, fmt.Errorf("%w: of no known type", ErrNotPhoto)
	case typeHEIC, typeHEIF:
		err = h.readHEIF(file)
	default:
		err = h.readConfig(file)
	}
	if err != nil {
		return header{}, err
	}
	return h, h.check(file, maxPixels)
}

// readConfig reads the dimensions with the type's own decoder.
func (h *header) readConfig(file []byte) error {
	config, err := codecs[h.kind].config(bytes.NewReader(file))
	if err != nil {
		return fmt.Errorf("%w: header of %s: %w", ErrNotPhoto, h.kind, err)
	}
	h.width, h.height = config.Width, config.Height
	return nil
}

// check refuses what would cost too much to decode, and what has nothing to decode.
func (h *header) check(file []byte, maxPixels int) error {
	if h.width < 1 || h.height < 1 {
		return fmt.Errorf("%w: %d × %d pixels", ErrNotPhoto, h.width, h.height)
	}
	if h.width > maxPixels || h.height > maxPixels || h.pixels() > maxPixels {
		return fmt.Errorf("%w: %d × %d", ErrTooManyPixels, h.width, h.height)
	}
	if h.kind != typeJPEG {
		return nil
	}
	if n := jpegScans(file); n > maxScans {
		return fmt.Errorf("%w: JPEG with %d scans", ErrNotPhoto, n)
	}
	return nil
}

// pixels is how many there are to decode.
func (h header) pixels() int { return h.width * h.height }

// jpegScans counts the scans of a JPEG up to its end marker. What cameras append after it (short films, depth maps) is not
// looked at.
func jpegScans(file []byte) int {
	scans := 0
	for i := 2; i+4 <= len(file); {
		next := bytes.IndexByte(file[i:], 0xff)
		if next < 0 || i+next+4 > len(file) {
			return scans
		}
		i += next
		switch m := file[i+1]; {
		case m == 0xff: // fill byte
			i++
		case m == 0x00, m == 0x01, m >= 0xd0 && m <= 0xd7: // a stuffed byte and markers without a length
			i += 2
		case m == 0xd9: // end of image
			return scans
		default:
			if m == 0xda { // start of scan
				scans++
			}
			i += 2 + int(binary.BigEndian.Uint16(file[i+2:]))
		}
	}
	return scans
}
