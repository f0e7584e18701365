package handoff

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
)

// ids sends a column of ids to the database as they are. A plain []uuid.UUID
// would be printed and parsed again for every row.
type ids []uuid.UUID

// Dimensions are those of a flat array.
func (a ids) Dimensions() []pgtype.ArrayDimension {
	if a == nil {
		return nil
	}
	return []pgtype.ArrayDimension{{Length: int32(len(a)), LowerBound: 1}}
}

// Index is the i-th id.
func (a ids) Index(i int) any { return (*id)(&a[i]) }

// IndexType is the type of Index.
func (a ids) IndexType() any { return (*id)(nil) }

// id is one of ids.
type id uuid.UUID

// UUIDValue is the id for pgx; nil is null.
func (u *id) UUIDValue() (pgtype.UUID, error) {
	if u == nil {
		return pgtype.UUID{}, nil
	}
	return pgtype.UUID{Bytes: *u, Valid: true}, nil
}
