package child_test

import (
	"context"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"nagorik/handoff/postgres/child"
)

const patience = 10 * time.Second

func TestStartReportsAMissingProgram(t *testing.T) {
	_, err := child.Start(exec.Command("/nowhere/at/all"), syscall.SIGTERM)
	if err == nil || !strings.Contains(err.Error(), "/nowhere/at/all") {
		t.Errorf("error %v", err)
	}
}

func TestErrSaysHowItEnded(t *testing.T) {
	for name, want := range map[string]string{"exit 0": "", "exit 3": "exit status 3"} {
		t.Run(name, func(t *testing.T) {
			p, err := child.Start(exec.Command("/bin/sh", "-c", name), syscall.SIGTERM)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if err := p.Err(); err != nil {
				got = err.Error()
			}
			if got != want {
				t.Errorf("ended with %q, want %q", got, want)
			}
			if err := p.Signal(syscall.SIGTERM); err != nil {
				t.Errorf("a signal to an ended child: %v", err)
			}
		})
	}
}

// The signal follows the thread that made the child, and idle threads of Go come and go; the child must outlive them.
func TestChildOutlivesOtherThreads(t *testing.T) {
	p := sleeper(t)
	for range 20 {
		ended := make(chan struct{})
		go func() {
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			close(ended)
		}()
		<-ended
	}
	select {
	case <-p.Done():
		t.Fatalf("the child ended: %v", p.Err())
	default:
	}
	if err := p.Stop(t.Context(), child.Step{Signal: syscall.SIGTERM, Patience: patience}); err != nil {
		t.Error(err)
	}
}

func TestStopGoesOnToTheNextSignal(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.05; done")
	r, w := io.Pipe()
	cmd.Stdout = w
	p, err := child.Start(cmd, syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, len("deaf\n"))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // no patience
	if err := p.Stop(ctx, child.Step{Signal: syscall.SIGTERM}, child.Step{Signal: syscall.SIGKILL}); err != nil {
		t.Fatal(err)
	}
	if err := p.Err(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("ended with %v", err)
	}
}

func TestChildHasItsOwnProcessGroup(t *testing.T) {
	p := sleeper(t)
	group, err := syscall.Getpgid(p.PID())
	if err != nil {
		t.Fatal(err)
	}
	if group != p.PID() {
		t.Errorf("group %d of process %d: Ctrl-C would reach it", group, p.PID())
	}
}

func sleeper(t *testing.T) *child.Process {
	t.Helper()
	p, err := child.Start(exec.Command("sleep", "600"), syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Signal(syscall.SIGKILL); <-p.Done() })
	return p
}
