package photos

import (
	"errors"
	"time"
)

// MaxBytes is the largest photo that is taken, in bytes. It is what Messenger lets people send (25 MB).
const MaxBytes = 25 << 20

// MaxPixels is the most pixels a photo may have. It is read from the header: a few bytes can claim to be gigapixels.
const MaxPixels = 50_000_000

// Why a photo was not kept. None of them goes away by trying again.
var (
	// ErrTooBig is wrapped when a photo has more than MaxBytes.
	ErrTooBig = errors.New("photo is over 25 MB")
	// ErrTooManyPixels is wrapped when a photo has more than MaxPixels.
	ErrTooManyPixels = errors.New("photo has over 50 megapixels")
	// ErrNotPhoto is wrapped, with what is wrong, when the bytes are not a whole photo of a known kind.
	ErrNotPhoto = errors.New("not a photo")
)

// Why a photo cannot be opened.
var (
	// ErrNotFound says that no such photo is kept, or that the name is none.
	ErrNotFound = errors.New("no such photo")
	// ErrNotShown says that the photo is kept but has no copy to show (HEIC).
	ErrNotShown = errors.New("photo is kept but cannot be shown")
)

// Refused says whether err means that these bytes will never be kept as a photo.
func Refused(err error) bool {
	return errors.Is(err, ErrTooBig) || errors.Is(err, ErrTooManyPixels) || errors.Is(err, ErrNotPhoto)
}

// Photo is what is known of a kept photo. Lat, Lon and TakenAt are what the camera wrote into the file: a hint for staff,
// never for the public.
type Photo struct {
	SHA256 string `json:"sha256"` // of the bytes as they came, 64 lower-case hex digits
	Type   string `json:"type"`   // "image/jpeg", by content
	Width  int    `json:"width"`  // pixels, as it is shown: after the camera's orientation is applied
	Height int    `json:"height"`
	Size   int64  `json:"size"` // bytes, as it came

	Lat     *float64   `json:"lat,omitempty"` // degrees, WGS 84
	Lon     *float64   `json:"lon,omitempty"`
	TakenAt *time.Time `json:"taken_at,omitempty"`

	// Shown says that there are copies to show. A HEIC photo has none: nothing here can decode it.
	Shown bool `json:"shown"`
}

// Size names a copy that is shown.
type Size string

// The copies of a photo, both JPEG.
const (
	View  Size = "view"  // at most 1280 pixels wide and high
	Thumb Size = "thumb" // at most 320 pixels wide and high
)
