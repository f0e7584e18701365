package flows

import (
	"strconv"

	"github.com/expr-lang/expr/types"
)

// Bounds of photos.
const (
	defaultPhotos = 5  // of a photo slot that names no max
	maxPhotos     = 20 // kept for one case
)

// A photo slot takes up to max photos. A channel that cannot send photos passes
// the question over:
//
//	photo:
//	  type: photo
//	  label: {bn: ছবি, en: Photo}
//	  optional: true
//	  max: 5
var photoSlot = slotKind{
	takes: []string{"optional", "example", "max"}, ask: "ask_photo", bad: "bad_photo", example: "example_photo",
	typeOf:  func(*slot) types.Type { return types.Int },
	valueOf: func(_ *slot, v Value) any { return len(v.List) },
	read:    readPhoto, show: showPhotos, fits: always,
	check: func(k *compiler, s *slot, d *draftSlot) {
		if d.max != nil && (*d.max < 1 || *d.max > maxPhotos || *d.max != float64(int(*d.max))) {
			k.fail(d.bounds, "max must be a whole number from 1 to %d", maxPhotos)
		}
	},
}

func (s *slot) photos() int {
	if s.bounded {
		return int(s.max)
	}
	return defaultPhotos
}

// readPhoto keeps the photos; the last one that is wanted ends the question.
func readPhoto(t *turn, s *slot) reading {
	if t.in.Kind != InputPhotos {
		return reading{}
	}
	v, _ := t.s.Answer(s.name)
	v = ListValue(append(append([]string{}, v.List...), t.in.Photos...)...)
	if extra := len(v.List) - s.photos(); extra > 0 {
		t.keepPhotos(v.List[s.photos():])
		v.List = v.List[:s.photos()]
	}
	if len(v.List) == s.photos() {
		return reading{result: took, value: v, why: "photos"}
	}
	t.s.put(s.name, v)
	t.acknowledgePhotos(s, len(v.List))
	return reading{result: stays, value: v, why: "a photo"}
}

func showPhotos(t *turn, _ *slot, v Value) string {
	return t.c.digits(strconv.Itoa(len(v.List)), t.lang)
}

// keepPhotos holds photos until a question for them comes, or the case is opened.
func (t *turn) keepPhotos(ids []string) {
	if len(ids) == 0 {
		return
	}
	kept := append([]string{}, t.s.Photos...)
	for _, id := range ids {
		if len(kept) < maxPhotos {
			kept = append(kept, id)
		}
	}
	t.s.Photos = kept
}
