package flows

import (
	"strconv"
	"time"
)

// Times for photos.
const (
	photoPause = 2 * time.Second  // an acknowledgement waits for more photos
	lateFor    = 30 * time.Minute // photos after a case was opened still belong to it
)

// onPhotos takes photos: as the answer, for later, or for the case just opened.
// None is lost.
func (t *turn) onPhotos() {
	if len(t.in.Photos) > maxTaken {
		t.in.Photos = t.in.Photos[:maxTaken]
	}
	if ward := t.wardOfShots(); ward != 0 && (t.f != nil || !t.late()) && !t.saysWard() {
		t.s.ShotWard = ward
	}
	switch {
	case len(t.in.Photos) == 0:
		t.miss(reading{})
	case t.f != nil && !t.settled && t.s.Ask == "" && t.standing().kind == SlotPhoto:
		t.wardFromPhotos()
		t.answer()
	case t.f != nil:
		t.photosEarly()
	case t.late():
		t.attach()
	default:
		t.photosAtMenu()
	}
}

func (t *turn) late() bool {
	return t.s.Case != 0 && t.in.At.Unix()-t.s.CaseAt <= int64(lateFor/time.Second)
}

// attach adds photos to the case the person has just opened.
func (t *turn) attach() {
	t.effect(AttachPhotos{Case: t.s.Case, Photos: t.in.Photos})
	t.fills[fillID] = t.c.digits(strconv.FormatInt(t.s.Case, 10), t.lang)
	t.fills[fillN] = t.c.digits(strconv.Itoa(len(t.in.Photos)), t.lang)
	t.sayAs(Receipt, t.c.texts["photo_added"])
	t.delay()
}

// photosEarly keeps photos that came before their question. A caption may answer
// the question that stands; otherwise it is put again.
func (t *turn) photosEarly() {
	t.photosKept("photo_kept")
	if !t.settled && t.photosNameWard() {
		t.delay()
		return
	}
	t.wardFromPhotos()
	if t.text != "" {
		t.in.Kind = InputText
		t.onText()
		return
	}
	t.prompt()
	t.delay()
}

// photosAtMenu keeps photos for the flow that begins next.
func (t *turn) photosAtMenu() {
	if t.text != "" {
		t.photosKept("photo_kept")
		t.in.Kind = InputText
		t.onText()
		return
	}
	t.photosKept("photo_about")
	if t.s.Parked != nil && t.s.Ask == "" {
		t.s.Ask = askResume
	}
	t.prompt()
	t.delay()
}

func (t *turn) photosKept(text string) {
	t.keepPhotos(t.in.Photos)
	t.fills[fillN] = t.c.digits(strconv.Itoa(len(t.s.Photos)), t.lang)
	t.addLead(t.c.texts[text])
}

// acknowledgePhotos says how many photos there are and what can be done next.
func (t *turn) acknowledgePhotos(sl *slot, n int) {
	t.fills[fillN] = t.c.digits(strconv.Itoa(n), t.lang)
	t.fills[fillMax] = t.c.digits(strconv.Itoa(sl.photos()), t.lang)
	st := t.state()
	t.question(t.c.texts["photo_ok"], []option{{t.c.buttons["done"][t.lang], st.payloads.done, -1}}, SlotPhoto)
	t.delay()
}

// delay lets the last message wait for more photos.
func (t *turn) delay() {
	if n := len(t.out.Messages); n > 0 {
		t.out.Messages[n-1].Delay = photoPause
	}
}

// takePhotos answers a photo question with photos that came before it.
func (t *turn) takePhotos(sl *slot) bool {
	if len(t.s.Photos) == 0 {
		return false
	}
	v, _ := t.s.Answer(sl.name)
	list := append(append([]string{}, v.List...), t.s.Photos...)
	t.s.Photos = nil
	if extra := len(list) - sl.photos(); extra > 0 {
		t.keepPhotos(list[sl.photos():])
		list = list[:sl.photos()]
	}
	t.s.put(sl.name, ListValue(list...))
	t.s.Known = with(t.s.Known, sl.name)
	return true
}
