package messenger

import (
	"math"

	"nagorik/bot"
	"nagorik/bot/lenient"
)

// attachment adds one attachment to the event and returns what the message
// is to be called as a whole if nothing else in it can be read. An image that
// is a sticker (the form before September 2026) is never a photo.
func (m *message) attachment(e *bot.Event, a lenient.Value, other string) string {
	kind, _ := a.Member("type").Text(maxID)
	payload := a.Member("payload")
	if kind == "" || payload.Kind() == lenient.String {
		return other
	}
	address, _ := payload.Member("url").Text(0)
	if id := payload.Member("sticker_id").ID(maxID); kind == otherSticker || id != "" {
		if m.stickerID == "" {
			m.stickerID = id
		}
		return sticker(e, id)
	}
	switch kind {
	case "image":
		return photo(e, address, m.stickerID, other)
	case "location":
		if e.Location = coordinates(payload.Member("coordinates")); e.Location != nil {
			return other
		}
		return otherUnsupported
	case "audio", "video", "file":
		return kind
	case "fallback", "reel", "ig_reel", "post", "ig_post":
		return shared(e, m, address, other)
	default:
		return otherUnsupported
	}
}

// photo adds a photo, if its address can be one.
func photo(e *bot.Event, address, stickerID, other string) string {
	switch {
	case other == otherSticker || stickerID != "":
		return otherSticker
	case !webAddress(address):
		return otherUnsupported
	case len(e.Media) < maxMedia:
		e.Media = append(e.Media, bot.Media{URL: address})
	}
	return other
}

// shared is a link preview or a shared post: beside a text it adds nothing.
func shared(e *bot.Event, m *message, address, other string) string {
	if m.text != "" {
		return other
	}
	return link(e, address)
}

// coordinates reads a pin, or nothing when it is not on Earth.
func coordinates(v lenient.Value) *bot.Location {
	lat, okLat := v.Member("lat").Float()
	lon, okLon := v.Member("long").Float()
	if !okLat || !okLon || math.Abs(lat) > 90 || math.Abs(lon) > 180 {
		return nil
	}
	return &bot.Location{Lat: lat, Lon: lon}
}
