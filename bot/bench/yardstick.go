package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"nagorik/handoff/postgres"
	"nagorik/handoff/postgres/child"
)

// The yardstick is pgbench with the least transaction that keeps one turn.
const (
	yardstickName  = "yardstick"
	yardstickRows  = 20_000 // conversations there at least
	pgbenchClients = "16"
	pgbenchThreads = "2"
	leastSeconds   = 2                // shorter, and a busy machine ends no transaction
	pgbenchSpare   = 30 * time.Second // for its start and end
)

// yardstickSQL is one turn with every statement on its own. The ids are in
// order of time, as ours are, and the texts as long as the service's.
const yardstickSQL = `\set n random(1, :rows)
BEGIN;
INSERT INTO messages (id, conversation_id, seq, direction, author, channel, provider_id, kind, text, status, at)
	VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || right(replace(gen_random_uuid()::text, '-', ''), 20))::uuid,
		%[1]s, 256, 'in', 'contact', 'messenger', 'm_' || gen_random_uuid()::text, 'text', 'বাড়ি ১২, রোড ৭, স্কুলের পাশে', 'delivered', now());
INSERT INTO messages (id, conversation_id, seq, direction, author, channel, kind, text, detail, status, at, attempts, attempted_at)
	VALUES ((lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || right(replace(gen_random_uuid()::text, '-', ''), 20))::uuid,
		%[1]s, 257, 'out', 'bot', 'messenger', 'prompt', 'সমস্যার একটি ছবি দিন। মানুষের মুখ বা গাড়ির নম্বর না থাকলে ভালো। ছবি না থাকলে ‘বাদ’ চাপুন।',
		'{"choices":[{"title":"বাদ","payload":"drainage/ask_photo=!skip"}],"wants":"photo"}', 'sent', now(), 1, now());
UPDATE conversations SET version = version + 1, state = 'ask_photo', last_in_at = now(), last_at = now(),
	checkpoint = '{"flow":"drainage","state":"ask_photo","lang":"bn","answers":{"trouble":"water","ward":5,"place":"বাড়ি ১২, রোড ৭, স্কুলের পাশে"}}'
	WHERE id = %[1]s;
INSERT INTO figure_changes (talks) VALUES (ARRAY[%[1]s]);
COMMIT;
`

// yardstick is a copy of the product's database, on the same cluster.
type yardstick struct {
	dsn  string
	rows int
	tool string
}

// newYardstick copies the filled database, to which nobody may be connected,
// and adds conversations until there are enough.
func newYardstick(ctx context.Context, c *postgres.Cluster, contacts int) (*yardstick, error) {
	u, err := url.Parse(c.DSN())
	if err != nil {
		return nil, errors.New("read the cluster's address")
	}
	source := u.Path[1:]
	admin, copied := *u, *u
	admin.Path, copied.Path = "/postgres", "/"+yardstickName
	conn, err := pgx.Connect(ctx, admin.String())
	if err != nil {
		return nil, fmt.Errorf("connect to make the yardstick: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, sql := range []string{"CREATE DATABASE " + yardstickName + " TEMPLATE " + pgx.Identifier{source}.Sanitize() + " STRATEGY FILE_COPY", "CHECKPOINT"} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return nil, fmt.Errorf("make the yardstick: %w", err)
		}
	}
	y := &yardstick{dsn: copied.String(), rows: max(contacts, yardstickRows), tool: c.Release().Path("pgbench")}
	return y, y.top(ctx, contacts)
}

// top adds conversations up to the yardstick's number of rows.
func (y *yardstick) top(ctx context.Context, contacts int) error {
	conn, err := pgx.Connect(ctx, y.dsn)
	if err != nil {
		return fmt.Errorf("connect to the yardstick: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if contacts < y.rows {
		if _, err := conn.Exec(ctx, `SET session_replication_role = replica`); err != nil {
			return fmt.Errorf("fill the yardstick: %w", err)
		}
		if err := fillSome(ctx, conn, rows{from: contacts, upto: y.rows}); err != nil {
			return err
		}
	}
	if _, err := conn.Exec(ctx, "VACUUM (ANALYZE)"); err != nil {
		return fmt.Errorf("vacuum the yardstick: %w", err)
	}
	return nil
}

var tpsLine = regexp.MustCompile(`(?m)^tps = ([0-9.]+) `)

// run is pgbench for a time; it returns transactions per second.
func (y *yardstick) run(ctx context.Context, lasting time.Duration) (float64, error) {
	dir, err := os.MkdirTemp("", "nagorik-pgbench-")
	if err != nil {
		return 0, fmt.Errorf("make a folder for pgbench: %w", err)
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "turn.sql")
	thread := fmt.Sprintf("(lpad(to_hex(%d + :n), 12, '0') || '70008%d00000000000000')::uuid", int64(idBase), threadN)
	if err := os.WriteFile(script, fmt.Appendf(nil, yardstickSQL, thread), 0o600); err != nil {
		return 0, fmt.Errorf("write pgbench's script: %w", err)
	}
	seconds := max(leastSeconds, int(lasting.Round(time.Second)/time.Second))
	out := &tail{}
	cmd := exec.Command(y.tool, "-n", "-M", "prepared", "-c", pgbenchClients, "-j", pgbenchThreads,
		"-T", strconv.Itoa(seconds), "-D", "rows="+strconv.Itoa(y.rows), "-f", script, y.dsn)
	cmd.Stdout, cmd.Stderr = out, out
	p, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		return 0, fmt.Errorf("run pgbench: %w", err)
	}
	select {
	case <-p.Done():
	case <-ctx.Done():
		return 0, errors.Join(ctx.Err(), p.Stop(context.Background(), child.Step{Signal: syscall.SIGKILL}))
	case <-time.After(lasting + pgbenchSpare):
		return 0, errors.Join(errors.New("pgbench does not end"), p.Stop(context.Background(), child.Step{Signal: syscall.SIGKILL}))
	}
	m := tpsLine.FindStringSubmatch(out.String())
	switch {
	case p.Err() != nil:
		return 0, fmt.Errorf("run pgbench: %w\n%s", p.Err(), out)
	case m == nil:
		return 0, fmt.Errorf("pgbench ended no transaction in %d s: the machine is too busy, or give more --seconds\n%s", seconds, out)
	}
	return strconv.ParseFloat(m[1], 64)
}
