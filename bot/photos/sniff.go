package photos

import (
	"bytes"
	"slices"
)

// The types a photo can have, as they are sent in Content-Type.
const (
	typeJPEG = "image/jpeg"
	typePNG  = "image/png"
	typeGIF  = "image/gif"
	typeWebP = "image/webp"
	typeHEIC = "image/heic"
	typeHEIF = "image/heif"
)

// sniffBytes is how much of a file's beginning tells its type.
const sniffBytes = 64

// heicBrands are the major brands of HEVC-coded HEIF (ISO/IEC 23008-12, annex B).
var heicBrands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"}

// heifBrands are the brands of HEIF with any coding.
var heifBrands = []string{"mif1", "msf1"}

// sniff tells the type of a photo by its first bytes, empty when they begin none. A name or a Content-Type is never asked.
func sniff(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return typeJPEG
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return typePNG
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return typeGIF
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return typeWebP
	case len(head) >= 16 && string(head[4:8]) == "ftyp":
		return sniffBrand(head)
	}
	return ""
}

// sniffBrand tells HEIC and HEIF from the other files that begin with an ftyp box: MP4, QuickTime, AVIF.
func sniffBrand(head []byte) string {
	major := string(head[8:12])
	switch {
	case slices.Contains(heicBrands, major):
		return typeHEIC
	case slices.Contains(heifBrands, major) && !bytes.Contains(head[16:], []byte("avif")):
		return typeHEIF
	}
	return ""
}
