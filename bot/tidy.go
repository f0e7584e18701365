package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"nagorik/flows"
	"nagorik/flows/bangla"
)

// Bounds of what one event may bring. They are far beyond anything a provider
// sends and small enough that any event fits the record, its indexes and the
// spool.
const (
	textKept       = 20000 // UTF-16 units of a text that are kept
	wordsKept      = 4096  // bytes of a payload, a reference, a note, a link
	nameKept       = 400   // bytes of a person's name
	labelKept      = 64    // bytes of a word of the provider's, such as a status
	idKept         = 255   // bytes of an id or an address
	idsPerReceipt  = 1000
	photosPerEvent = 30 // Messenger takes as many pictures in one message
	lastYear       = 9999
)

// tidy makes an event fit to be kept, whatever a provider has put into it: no
// bytes that no text can hold, no times of no calendar, nothing endless. It
// changes nothing in an event that is fit already.
func (e *Event) tidy() {
	e.Text, _ = bangla.Graphemes(bangla.Clean(e.Text), textKept)
	e.Payload, e.Ref, e.Note, e.Name = plain(e.Payload, wordsKept), plain(e.Ref, wordsKept), plain(e.Note, wordsKept), plain(e.Name, nameKept)
	e.Lang, e.Other, e.Status, e.MessageID = plain(e.Lang, labelKept), plain(e.Other, labelKept), plain(e.Status, labelKept), plain(e.MessageID, labelKept)
	e.Address, e.ProviderID, e.ReplyTo, e.Target = keptID(e.Address), keptID(e.ProviderID), keptID(e.ReplyTo), keptID(e.Target)
	e.Via, e.Twin = plain(e.Via, labelKept), keptID(e.Twin)
	e.At, e.Watermark, e.TwinSince = keptTime(e.At), keptTime(e.Watermark), keptTime(e.TwinSince)
	e.tidyMedia()
	e.tidyIDs()
	if l := e.Location; l != nil && !(math.Abs(l.Lat) <= 90 && math.Abs(l.Lon) <= 180) {
		e.Location = nil
		if e.Text == "" && e.Other == "" {
			e.Other = "unsupported"
		}
	}
}

func (e *Event) tidyMedia() {
	if len(e.Media) == 0 {
		return
	}
	kept := make([]Media, 0, min(len(e.Media), photosPerEvent))
	for _, m := range e.Media[:cap(kept)] {
		kept = append(kept, Media{URL: plain(m.URL, wordsKept), SHA256: plain(m.SHA256, labelKept), Shot: keptShot(m.Shot)})
	}
	e.Media = kept
}

// keptShot is a shot that is on the Earth, or none.
func keptShot(s *flows.Shot) *flows.Shot {
	if s == nil || !(math.Abs(s.Lat) <= 90 && math.Abs(s.Lon) <= 180) {
		return nil
	}
	return &flows.Shot{Lat: s.Lat, Lon: s.Lon, At: keptTime(s.At)}
}

func (e *Event) tidyIDs() {
	if len(e.ProviderIDs) == 0 {
		return
	}
	kept := make([]string, 0, min(len(e.ProviderIDs), idsPerReceipt))
	for _, id := range e.ProviderIDs[:cap(kept)] {
		kept = append(kept, keptID(id))
	}
	e.ProviderIDs = kept
}

// plain is s as a text of the record can hold it, cut to that many bytes.
func plain(s string, most int) string {
	if len(s) > most {
		for most > 0 && !utf8.RuneStart(s[most]) {
			most--
		}
		s = s[:most]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// keptID is an id as it can be kept. One that cannot is replaced by its hash,
// so that what differs stays different and what repeats is still known again.
func keptID(id string) string {
	if len(id) <= idKept && utf8.ValidString(id) && !strings.Contains(id, "\x00") {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// keptTime is a time that JSON and PostgreSQL can write down; any other is as
// good as none.
func keptTime(at time.Time) time.Time {
	if year := at.UTC().Year(); year < 1 || year > lastYear {
		return time.Time{}
	}
	return at
}
