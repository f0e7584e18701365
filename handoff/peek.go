package handoff

import (
	"context"
	"fmt"
)

// PeekSession is Session without noting that it is in use: an open page that
// nobody looks at does not keep anybody signed in.
func (d *Desk) PeekSession(ctx context.Context, token string) ([]byte, error) {
	row, err := first[sessionRow](d.db.WithContext(ctx).Where("token_hash = ?", digest(token)), "session")
	if err != nil {
		return nil, err
	}
	if row.old(d.now()) {
		return nil, fmt.Errorf("session: %w", ErrNotFound)
	}
	return row.Data, nil
}
