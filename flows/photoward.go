package flows

import (
	"strconv"
	"time"

	"nagorik/flows/bangla"
)

// shotFresh is how far the clock of a camera and the message may be apart: an
// older photo may be of somewhere the person was, not of the trouble.
const shotFresh = 72 * time.Hour

// Shot is where and when a photo was taken, as the camera noted it in the file.
// A channel says it of photos that it has read already; Messenger takes such
// notes out.
type Shot struct {
	Lat float64   `json:"lat"` // degrees, WGS 84
	Lon float64   `json:"lon"`
	At  time.Time `json:"at,omitzero"` // by the camera's clock; zero: it does not say
}

// wardOfShots is the ward that this turn's photos were taken in, 0 when none of
// them says, or they were not all taken in one.
func (t *turn) wardOfShots() int {
	ward := 0
	for _, shot := range t.in.Shots {
		if shot.At.IsZero() || shot.At.Sub(t.in.At).Abs() > shotFresh {
			continue
		}
		n, ok := t.c.WardAt(shot.Lat, shot.Lon)
		if !ok || ward != 0 && n != ward {
			return 0
		}
		ward = n
	}
	return ward
}

// wardFromPhotos fills the flow's ward with the one that the photos were taken
// in, and says so, unless the person has told it in this dialogue. One that is
// remembered gives way, as it does to a pin.
func (t *turn) wardFromPhotos() {
	if t.s.ShotWard == 0 || t.f == nil || t.f.slotOfKind(SlotWard) == nil {
		return
	}
	switch t.s.WardBy {
	case "", WardByMemory, WardNotKnown, WardByPhoto:
		t.wardIs(t.s.ShotWard, WardByPhoto)
	default:
	}
	t.sayPhotoWard()
	t.s.ShotWard = 0
}

// sayPhotoWard says where the ward comes from. Whoever sends photos one after
// the other hears it with each: what is said about the next replaces what was
// said about the last.
func (t *turn) sayPhotoWard() {
	sl := t.f.slotOfKind(SlotWard)
	if v, _ := t.s.Answer(sl.name); t.s.WardBy != WardByPhoto || int(v.Number) != t.s.ShotWard {
		return
	}
	t.fills[fillWard] = t.c.digits(strconv.Itoa(t.s.ShotWard), t.lang)
	t.addLead(t.c.texts["photo_ward"])
}

// saysWard reports that a caption names a ward or an area, which counts for
// more than what the camera noted.
func (t *turn) saysWard() bool {
	if _, r := bangla.Ward(t.folded, true); r == bangla.OneWard {
		return true
	}
	return t.c.wards != nil && t.text != "" && len(t.c.wards.Find(t.text)) > 0
}

// photosNameWard takes the ward of the photos instead of asking for it, where
// that question stands.
func (t *turn) photosNameWard() bool {
	ward := t.s.ShotWard
	if ward == 0 || t.s.Ask != "" && t.s.Ask != askWard || t.standing().kind != SlotWard {
		return false
	}
	v, why := NumberValue(float64(ward)), "a photo taken in ward "+strconv.Itoa(ward)
	t.wardBy, t.s.WardBy = WardByPhoto, WardByPhoto
	t.s.put(t.standing().name, v)
	t.sayPhotoWard()
	t.s.ShotWard = 0
	if t.s.Change != "" {
		t.accept(v, why)
		return true
	}
	t.s.Ask, t.s.Offer, t.s.Misses = "", nil, 0
	t.s.Known = with(t.s.Known, t.standing().name)
	t.move(t.s.State, t.s.State, "", why)
	t.enter(t.f.byState[t.s.State])
	return true
}
