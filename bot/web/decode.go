package web

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"nagorik/flows"
)

const (
	formFields = 64       // parts of a form that are looked at
	fieldLimit = 64 << 10 // bytes of one field that is not a photo
)

// post is what one call says, before any of it is believed.
type post struct {
	id, text, payload, ref, lang string
	back                         string   // the page a form wants to be sent back to
	pick                         string   // a radio button or a button of a form: "payload title"
	picks                        []string // boxes that were ticked, likewise
	start                        bool
	tapped                       bool // payload was given, even an empty one
	hasLat, hasLon               bool
	lat, lon                     float64
	photos                       [][]byte
}

// fault is why a call is refused: an HTTP status, a code the page has words
// for, and a sentence for programmers.
type fault struct {
	status  int
	code    string
	message string
}

func unreadable(why string) *fault { return &fault{http.StatusBadRequest, "unreadable", why} }

// isForm says whether a browser without script sent this and wants to be sent
// back to the page.
func isForm(h http.Header) bool {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if kind != "multipart/form-data" && kind != "application/x-www-form-urlencoded" {
		return false
	}
	return !strings.HasPrefix(h.Get("Accept"), "application/json")
}

// decode reads a body by its media type; whatever is no form is taken as JSON.
func decode(contentType string, body []byte) (post, *fault) {
	kind, params, _ := mime.ParseMediaType(contentType)
	switch kind {
	case "multipart/form-data":
		return decodeMultipart(body, params["boundary"])
	case "application/x-www-form-urlencoded":
		return decodeForm(body)
	default:
		return decodeJSON(body)
	}
}

// decodeJSON reads {"id","text"|"payload"|"lat","lon"|"start","ref","lang"}.
// Strings may come as numbers and the other way round.
func decodeJSON(body []byte) (post, *fault) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return post{}, unreadable("the body is not a JSON object")
	}
	p := post{}
	for name, raw := range fields {
		if string(raw) == "null" {
			continue
		}
		if f := p.set(name, loose(raw)); f != nil {
			return post{}, f
		}
	}
	return p.checked()
}

// loose is a JSON string's content, or any other value as it is written.
func loose(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

func decodeForm(body []byte) (post, *fault) {
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return post{}, unreadable("the form cannot be read")
	}
	p := post{}
	for name, all := range values {
		for i, value := range all {
			if i > 0 && name != "picks" || i == formFields {
				break
			}
			if f := p.setForm(name, value); f != nil {
				return post{}, f
			}
		}
	}
	return p.checked()
}

func decodeMultipart(body []byte, boundary string) (post, *fault) {
	if boundary == "" {
		return post{}, unreadable("the form has no boundary")
	}
	p := post{}
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range formFields {
		part, err := r.NextPart()
		if err == io.EOF {
			return p.checked()
		}
		if err != nil {
			return post{}, unreadable("the form cannot be read")
		}
		if f := p.part(part); f != nil {
			return post{}, f
		}
	}
	return post{}, unreadable("the form has too many parts")
}

// part takes one part of a multipart form. A file field nobody filled is an
// empty part, not a bad photo.
func (p *post) part(part *multipart.Part) *fault {
	if part.FormName() != "photo" {
		value, err := io.ReadAll(io.LimitReader(part, fieldLimit))
		if err != nil {
			return unreadable("the form breaks off")
		}
		return p.setForm(part.FormName(), string(value))
	}
	photo, err := io.ReadAll(io.LimitReader(part, photoLimit+1))
	if err != nil {
		return unreadable("the photo breaks off")
	}
	if len(photo) == 0 {
		return nil
	}
	if len(p.photos) == photosPerOne {
		return &fault{http.StatusUnprocessableEntity, "too_many_photos", "one message takes up to 5 photos"}
	}
	p.photos = append(p.photos, photo)
	return nil
}

// setForm is set for forms, where an empty field was only not filled.
func (p *post) setForm(name, value string) *fault {
	if value == "" && name != "payload" {
		return nil
	}
	return p.set(name, value)
}

// set takes one field; names it does not know are passed over.
func (p *post) set(name, value string) *fault {
	switch name {
	case "id":
		p.id = value
	case "text":
		p.text = value
	case "payload":
		p.payload, p.tapped = value, true
	case "pick":
		p.pick = value
	case "picks":
		p.picks = append(p.picks, value)
	case "return":
		p.back = value
	case "ref":
		p.ref = value
	case "lang":
		p.lang = value
	case "start":
		p.start = value == "true" || value == "1"
	case "lat", "lon":
		return p.setDegrees(name, value)
	}
	return nil
}

// tap takes what was picked: a payload, a space, its title.
func (p *post) tap(value string) {
	p.payload, p.text, _ = strings.Cut(value, " ")
	p.tapped = true
}

// tick takes all boxes that were ticked as one answer.
func (p *post) tick() *fault {
	var payloads, titles []string
	for _, pick := range p.picks {
		payload, title, _ := strings.Cut(pick, " ")
		payloads, titles = append(payloads, payload), append(titles, title)
	}
	payload := flows.PicksPayload(payloads)
	if payload == "" {
		return unreadable("the boxes are not of one question")
	}
	p.tap(payload + " " + strings.Join(titles, ", "))
	return nil
}

func (p *post) setDegrees(name, value string) *fault {
	degrees, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return &fault{http.StatusBadRequest, "bad_location", "lat and lon are degrees"}
	}
	if name == "lat" {
		p.lat, p.hasLat = degrees, true
	} else {
		p.lon, p.hasLon = degrees, true
	}
	return nil
}

// checked is the post once all its fields are read: half a place is none, and
// what was picked goes before what was typed.
func (p *post) checked() (post, *fault) {
	if p.hasLat != p.hasLon {
		return post{}, &fault{http.StatusBadRequest, "bad_location", "a place has lat and lon"}
	}
	switch {
	case len(p.picks) > 0:
		if f := p.tick(); f != nil {
			return *p, f
		}
	case p.pick != "":
		p.tap(p.pick)
	}
	return *p, nil
}

// cut keeps at most limit bytes of s and no half letters.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}
