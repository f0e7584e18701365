// Package maybe turns values that may be missing into what a database row holds for them, and back: the zero value stands
// for none, and so does null.
package maybe

// Zero is what p points to, or the zero value.
func Zero[T any](p *T) (zero T) {
	if p == nil {
		return zero
	}
	return *p
}

// Null points to v, or is nil where that is the zero value.
func Null[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}
