package handoff

import (
	"context"
	"database/sql"
	"fmt"

	"gorm.io/gorm"
)

// Tabulate runs a query that only reads and returns its rows as plain values:
// int64, float64, string or nil. Values stand for the question marks in it, a
// slice for a list. Package reports counts with it; everybody else has reads
// of their own.
func (d *Desk) Tabulate(ctx context.Context, query string, values ...any) ([][]any, error) {
	var table [][]any
	err := d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		// Compiling a report takes longer than running it, and a plan for any days and any viewer is one for none.
		if err := tx.Exec(`SELECT set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_custom_plan', true)`).Error; err != nil {
			return err
		}
		rows, err := tx.Raw(query, values...).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			row, into := make([]any, len(names)), make([]any, len(names))
			for i := range row {
				into[i] = &row[i]
			}
			if err := rows.Scan(into...); err != nil {
				return err
			}
			table = append(table, row)
		}
		return rows.Err()
	}, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("tabulate: %w", err)
	}
	return table, nil
}
