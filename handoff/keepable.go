package handoff

import "strings"

// keepable is s as a PostgreSQL text can hold it: valid UTF-8 without NUL.
// What providers say of a fault, and what is kept of an event that could not
// be recorded, must never be the reason that recording it fails too.
func keepable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}
