package gateway

import (
	"strconv"
	"strings"
	"time"
)

// timeForms are the forms of time that gateways write, with a zone and
// without.
var timeForms = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05 -0700",
	time.RFC1123Z, time.RFC1123,
	"2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02T15:04",
	"2006/01/02 15:04:05", "02-01-2006 15:04:05", "02/01/2006 15:04:05", "02-Jan-2006 15:04:05", "2006-01-02 03:04:05 PM", "20060102150405", "060102150405",
}

// oldest and milliseconds are what a count since 1970 must be above to be
// taken for seconds and for milliseconds.
const (
	oldestSecond = 1_000_000_000
	milliseconds = 1_000_000_000_000
	newestSecond = 10_000_000_000
)

// readTime reads a gateway's time, in the zone where it names none. Nothing
// is believed that lies in the future, and what cannot be read is now.
func readTime(s string, zone *time.Location, now time.Time) time.Time {
	s = strings.TrimSpace(s)
	at, ok := since1970(s)
	for _, form := range timeForms {
		if ok {
			break
		}
		t, err := time.ParseInLocation(form, s, zone)
		at, ok = t, err == nil && t.Year() > 2000
	}
	if !ok || at.After(now) {
		return now.UTC()
	}
	return at.UTC()
}

// since1970 reads seconds or milliseconds.
func since1970(s string) (time.Time, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil:
	case n >= oldestSecond && n < newestSecond && len(s) == 10:
		return time.Unix(n, 0), true
	case n >= milliseconds && len(s) == 13:
		return time.UnixMilli(n), true
	}
	return time.Time{}, false
}
