package flows

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// maxSession bounds a stored session, in bytes. A dialogue of twenty full
// answers stays far below it.
const maxSession = 256 << 10

// DecodeSession reads what AppendJSON wrote. Unknown members are passed over,
// so an older process can read a newer session. Empty input is a new session.
// Bytes that are not such an object are an error.
func DecodeSession(b []byte) (Session, error) {
	var s Session
	if len(b) == 0 {
		return s, nil
	}
	if len(b) > maxSession {
		return s, fmt.Errorf("read session: %d bytes are too many", len(b))
	}
	r := jsonReader{b: string(b)}
	if err := r.object(func(key string) error { return s.readField(&r, key) }); err != nil {
		return Session{}, fmt.Errorf("read session: %w", err)
	}
	if r.skipSpace(); r.at != len(b) {
		return Session{}, fmt.Errorf("read session: %w after its end", errJSON)
	}
	return s, nil
}

func (s *Session) readField(r *jsonReader, key string) (err error) {
	switch key {
	case "catalog":
		s.Catalog, err = r.integer()
	case "language":
		s.Language, err = r.string()
	case "flow":
		s.Flow, err = r.string()
	case "state":
		s.State, err = r.string()
	case "ask":
		s.Ask, err = r.string()
	case "offer":
		s.Offer, err = r.strings()
	case "answers":
		s.Answers, err = r.answers()
	case "known":
		s.Known, err = r.strings()
	case "trail":
		s.Trail, err = r.strings()
	case "change":
		s.Change, err = r.string()
	case "misses":
		s.Misses, err = r.count()
	case "photos":
		s.Photos, err = r.strings()
	case "shot_ward":
		s.ShotWard, err = r.count()
	case "case":
		s.Case, err = r.integer()
	case "case_at":
		s.CaseAt, err = r.integer()
	case "at":
		s.At, err = r.integer()
	case "reminded":
		s.Reminded, err = r.boolean()
	case "fixed":
		s.Fixed, err = r.integer()
	case "ward_by":
		var by string
		by, err = r.string()
		s.WardBy = WardBy(by)
	case "parked":
		s.Parked = new(Parked)
		err = r.object(func(key string) error { return s.Parked.readField(r, key) })
	default:
		err = r.skip(0)
	}
	return err
}

func (p *Parked) readField(r *jsonReader, key string) (err error) {
	switch key {
	case "flow":
		p.Flow, err = r.string()
	case "state":
		p.State, err = r.string()
	case "answers":
		p.Answers, err = r.answers()
	case "known":
		p.Known, err = r.strings()
	case "trail":
		p.Trail, err = r.strings()
	case "photos":
		p.Photos, err = r.strings()
	case "ward_by":
		var by string
		by, err = r.string()
		p.WardBy = WardBy(by)
	case "at":
		p.At, err = r.integer()
	default:
		err = r.skip(0)
	}
	return err
}

// AppendJSON appends the session as a JSON object and returns the longer slice.
// Members that are empty are left out.
func (s Session) AppendJSON(dst []byte) []byte {
	w := jsonWriter{b: append(dst, '{')}
	w.integer("catalog", s.Catalog)
	w.string("language", s.Language)
	w.string("flow", s.Flow)
	w.string("state", s.State)
	w.string("ask", s.Ask)
	w.strings("offer", s.Offer)
	w.answers("answers", s.Answers)
	w.strings("known", s.Known)
	w.strings("trail", s.Trail)
	w.string("change", s.Change)
	w.integer("misses", int64(s.Misses))
	w.strings("photos", s.Photos)
	w.integer("shot_ward", int64(s.ShotWard))
	w.integer("case", s.Case)
	w.integer("case_at", s.CaseAt)
	w.integer("at", s.At)
	if s.Reminded {
		w.key("reminded")
		w.b = append(w.b, "true"...)
	}
	w.string("ward_by", string(s.WardBy))
	w.integer("fixed", s.Fixed)
	if s.Parked != nil {
		w.key("parked")
		w.b = s.Parked.appendJSON(w.b)
	}
	return append(w.b, '}')
}

func (p *Parked) appendJSON(dst []byte) []byte {
	w := jsonWriter{b: append(dst, '{')}
	w.string("flow", p.Flow)
	w.string("state", p.State)
	w.answers("answers", p.Answers)
	w.strings("known", p.Known)
	w.strings("trail", p.Trail)
	w.strings("photos", p.Photos)
	w.string("ward_by", string(p.WardBy))
	w.integer("at", p.At)
	return append(w.b, '}')
}

func (v Value) appendJSON(b []byte) []byte {
	switch v.Shape {
	case TextShape:
		return appendString(b, v.Text)
	case NumShape:
		return appendNumber(b, v.Number)
	case ListShape:
		return appendStrings(b, v.List)
	case PlaceShape:
		return v.appendPlace(b)
	case BoolShape:
		return strconv.AppendBool(b, v.Yes)
	default:
		return append(b, "null"...)
	}
}

// appendPlace leaves out the coordinates of a place that was only typed: a
// program would draw it at 0, 0.
func (v Value) appendPlace(b []byte) []byte {
	if v.Pinned() {
		b = append(b, `{"lat":`...)
		b = appendNumber(b, v.Lat)
		b = append(b, `,"lon":`...)
		b = appendNumber(b, v.Lon)
		if v.Text == "" {
			return append(b, '}')
		}
		b = append(b, `,"text":`...)
	} else {
		b = append(b, `{"text":`...)
	}
	return append(appendString(b, v.Text), '}')
}

// jsonWriter writes the members of one object, leaving out empty ones.
type jsonWriter struct{ b []byte }

func (w *jsonWriter) key(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

func (w *jsonWriter) string(name, s string) {
	if s != "" {
		w.key(name)
		w.b = appendString(w.b, s)
	}
}

func (w *jsonWriter) integer(name string, n int64) {
	if n != 0 {
		w.key(name)
		w.b = strconv.AppendInt(w.b, n, 10)
	}
}

func (w *jsonWriter) strings(name string, list []string) {
	if len(list) > 0 {
		w.key(name)
		w.b = appendStrings(w.b, list)
	}
}

func (w *jsonWriter) answers(name string, list []Answer) {
	if len(list) == 0 {
		return
	}
	w.key(name)
	w.b = append(w.b, '{')
	for i, a := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = appendString(w.b, a.Slot)
		w.b = append(w.b, ':')
		w.b = a.Value.appendJSON(w.b)
	}
	w.b = append(w.b, '}')
}

func appendStrings(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, s)
	}
	return append(b, ']')
}

// appendNumber writes n; JSON has no infinity, so what is not finite is null.
func appendNumber(b []byte, n float64) []byte {
	if math.IsInf(n, 0) || math.IsNaN(n) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, n, 'f', -1, 64)
}

// plainJSON reports that s is valid text with nothing to escape.
func plainJSON(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' {
			return false
		}
	}
	return utf8.ValidString(s)
}

// appendString writes s as JSON without escaping what people can read.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	if plainJSON(s) {
		b = append(b, s...)
		return append(b, '"')
	}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
			i++
		case c == '\n':
			b = append(b, '\\', 'n')
			i++
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			i++
		case c < utf8.RuneSelf:
			b = append(b, c)
			i++
		default:
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += size
		}
	}
	return append(b, '"')
}
