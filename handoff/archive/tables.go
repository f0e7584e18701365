package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// versionsTable is where the schema's version is kept; it is made by the migrations, not restored.
const versionsTable = "goose_db_version"

// listTables names the tables of the schema but that of versions, their columns, and the tables they refer to.
const listTables = `
SELECT c.relname::text,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum),
       ARRAY(SELECT DISTINCT r.relname::text FROM pg_constraint k JOIN pg_class r ON r.oid = k.confrelid
             WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid)
FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname <> '` + versionsTable + `'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname`

// tablesOf lists the tables of a database, each after those it refers to.
func tablesOf(ctx context.Context, tx pgx.Tx) ([]Table, error) {
	rows, err := tx.Query(ctx, listTables)
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	refers := map[string][]string{}
	var t Table
	var to []string
	var all []Table
	_, err = pgx.ForEachRow(rows, []any{&t.Name, &t.Columns, &to}, func() error {
		all = append(all, Table{Name: t.Name, Columns: slices.Clone(t.Columns)})
		refers[t.Name] = slices.Clone(to)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	return inOrder(all, refers)
}

// inOrder sorts tables so that each comes after those it refers to.
func inOrder(tables []Table, refers map[string][]string) ([]Table, error) {
	sorted := make([]Table, 0, len(tables))
	placed := map[string]bool{}
	for len(sorted) < len(tables) {
		before := len(sorted)
		for _, t := range tables {
			ready := !slices.ContainsFunc(refers[t.Name], func(r string) bool { return !placed[r] })
			if ready && !placed[t.Name] {
				sorted, placed[t.Name] = append(sorted, t), true
			}
		}
		if len(sorted) == before {
			return nil, errors.New("tables refer to each other in a circle")
		}
	}
	return sorted, nil
}

// schemaOf is the version of the database's schema; 0 when it has none.
func schemaOf(ctx context.Context, tx pgx.Tx) (version int64, err error) {
	var there bool
	if err := tx.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, versionsTable).Scan(&there); err != nil {
		return 0, fmt.Errorf("look for the schema: %w", err)
	}
	if !there {
		return 0, nil
	}
	if err := tx.QueryRow(ctx, `SELECT COALESCE(max(version_id), 0) FROM `+versionsTable+` WHERE is_applied`).Scan(&version); err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return version, nil
}

// sequencesOf lists the sequences that gave a number. They stand outside of snapshots: what is read is at least what the
// snapshot's rows know.
func sequencesOf(ctx context.Context, tx pgx.Tx) ([]Sequence, error) {
	const q = `SELECT sequencename::text, last_value FROM pg_sequences
		WHERE schemaname = current_schema() AND sequencename <> $1 AND last_value IS NOT NULL ORDER BY sequencename`
	rows, err := tx.Query(ctx, q, versionsTable+"_id_seq")
	if err != nil {
		return nil, fmt.Errorf("read sequences: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Sequence])
	if err != nil {
		return nil, fmt.Errorf("read sequences: %w", err)
	}
	return list, nil
}

// filled is the first table that has rows; empty when none has.
func filled(ctx context.Context, tx pgx.Tx, tables []Table) (string, error) {
	for _, t := range tables {
		var some bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+quoted(t.Name)+`)`).Scan(&some); err != nil {
			return "", fmt.Errorf("look into table %s: %w", t.Name, err)
		}
		if some {
			return t.Name, nil
		}
	}
	return "", nil
}

// sameTables says whether two lists name the same tables with the same columns, in any order.
func sameTables(a, b []Table) bool {
	return slices.Equal(outline(a), outline(b))
}

func outline(tables []Table) []string {
	lines := make([]string, len(tables))
	for i, t := range tables {
		lines[i] = t.Name + "\x00" + strings.Join(slices.Sorted(slices.Values(t.Columns)), "\x00")
	}
	slices.Sort(lines)
	return lines
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// columnsOf is a table's name and columns as COPY wants them.
func (t Table) columnsOf() string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = quoted(c)
	}
	return quoted(t.Name) + " (" + strings.Join(names, ", ") + ")"
}

// inTransaction works in one transaction on a connection of its own. There the text form of values does not depend on the
// server's settings, and no setting ends it early.
func inTransaction(ctx context.Context, dsn string, opt pgx.TxOptions, work func(pgx.Tx) error) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return pgx.BeginTxFunc(ctx, conn, opt, func(tx pgx.Tx) error {
		const settings = `SET LOCAL client_encoding = 'UTF8'; SET LOCAL datestyle = 'ISO'; SET LOCAL intervalstyle = 'postgres';
			SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex';
			SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`
		if _, err := tx.Exec(ctx, settings); err != nil {
			return fmt.Errorf("prepare the database: %w", err)
		}
		return work(tx)
	})
}
