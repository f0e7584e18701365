package handoff

import (
	"context"
	"errors"
	"slices"
)

// MaxAssigned is how many cases can be assigned at once: as many as a page of
// a list holds at most.
const MaxAssigned = MaxPageSize

// NotAssigned is a case that could not be given on, and why.
type NotAssigned struct {
	Number int64
	Cause  error
}

// AssignCases gives each of several cases to an agent or a team, as AssignCase
// does: some may be done and others refused. A number named twice counts once.
// When nothing could be done to any of them because of whom they were to go to,
// or there are none or too many, it is a FieldError.
func (d *Desk) AssignCases(ctx context.Context, v Viewer, numbers []int64, to Assignment) (done []Case, refused []NotAssigned, err error) {
	numbers = slices.Clone(numbers)
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	if len(numbers) == 0 || len(numbers) > MaxAssigned {
		return nil, nil, invalid("numbers", "must name 1 to %d cases", MaxAssigned)
	}
	var field *FieldError
	for _, n := range numbers {
		k, err := d.AssignCase(ctx, v, n, to)
		switch {
		case err == nil:
			done = append(done, k)
		case errors.As(err, &field) && len(done) == 0:
			return nil, nil, err
		case errors.As(err, &field), errors.Is(err, ErrNotFound), errors.Is(err, ErrConflict):
			refused = append(refused, NotAssigned{n, err})
		default:
			return done, refused, err
		}
	}
	return done, refused, nil
}
