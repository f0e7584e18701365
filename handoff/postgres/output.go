package postgres

import (
	"bytes"
	"context"
	"log/slog"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	"nagorik/handoff/postgres/child"
)

// keptLines is how many of a program's last lines are kept for an error.
const keptLines = 12

// lastLines are the end of a program's output in one line, for an error.
func lastLines(out []byte) string {
	lines := strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' || r == '\r' })
	if len(lines) > keptLines {
		lines = lines[len(lines)-keptLines:]
	}
	return strings.Join(lines, "; ")
}

// outputOf runs a program to its end, or until ctx is done, and returns what it printed.
func outputOf(ctx context.Context, cmd *exec.Cmd) ([]byte, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	p, err := child.Start(cmd, syscall.SIGTERM)
	if err != nil {
		return nil, err
	}
	select {
	case <-p.Done():
		return out.Bytes(), p.Err()
	case <-ctx.Done():
		if err := p.Stop(ctx, child.Step{Signal: syscall.SIGTERM, Patience: stopPatience}, child.Step{Signal: syscall.SIGKILL}); err != nil {
			return nil, err
		}
		return nil, ctx.Err()
	}
}

// serverLog takes what the server prints: each line goes to the log at debug level, since it may quote values, and the last
// ones are kept for the error of a start that fails. It is the io.Writer of one server process.
type serverLog struct {
	log *slog.Logger

	mu    sync.Mutex
	rest  []byte
	lines []string
}

// Write never fails: a server must not stand still because of its log.
func (l *serverLog) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, text...)
	for {
		line, rest, found := bytes.Cut(l.rest, []byte("\n"))
		if !found {
			return len(text), nil
		}
		l.keep(string(line))
		l.rest = rest
	}
}

func (l *serverLog) keep(line string) {
	l.log.Debug("postgres", "line", line)
	l.lines = append(l.lines, line)
	if len(l.lines) > keptLines {
		l.lines = l.lines[1:]
	}
}

// fatal is the last line that says why the server gave up; empty when none does.
func (l *serverLog) fatal() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.lines) - 1; i >= 0; i-- {
		for _, mark := range []string{"FATAL:", "PANIC:"} {
			if _, why, found := strings.Cut(l.lines[i], mark); found {
				return strings.TrimSpace(why)
			}
		}
	}
	return ""
}
