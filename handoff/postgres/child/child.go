package child

import (
	"context"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

const (
	// drainTime is how long, after a child has ended, its grandchildren may keep its output open.
	drainTime = time.Second
	// hurry is the patience with a child once the caller's own has run out.
	hurry = time.Second
)

// Process is a running child.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start runs cmd and returns once it has been started or could not be. The kernel sends the child onDeath when this process
// ends in any way, SIGKILL included. What cmd.SysProcAttr already says (a credential) is kept.
func Start(cmd *exec.Cmd, onDeath syscall.Signal) (*Process, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = onDeath
	cmd.SysProcAttr.Setpgid = true
	if cmd.WaitDelay == 0 {
		cmd.WaitDelay = drainTime
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error, 1)
	go p.live(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return p, nil
}

// live owns the thread that the kernel takes for the child's parent, until the child has ended.
func (p *Process) live(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.err = p.cmd.Wait()
	close(p.done)
}

// PID is the child's process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the child has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the child ended: nil for exit status 0. It waits for the end.
func (p *Process) Err() error {
	<-p.done
	return p.err
}

// Signal sends sig. A child that has ended already is no error.
func (p *Process) Signal(sig syscall.Signal) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	if err := p.cmd.Process.Signal(sig); err != nil && !p.ended() {
		return fmt.Errorf("send %s to process %d: %w", sig, p.PID(), err)
	}
	return nil
}

// ended waits a moment for the end that a failed signal points to.
func (p *Process) ended() bool {
	select {
	case <-p.done:
		return true
	case <-time.After(2 * drainTime):
		return false
	}
}

// Stop sends the signals in order, each when the one before it has not ended the child within its patience, and returns
// when the child has ended. When ctx is done, patience is a second at most. A child that outlives all of them is an error.
func (p *Process) Stop(ctx context.Context, steps ...Step) error {
	for _, step := range steps {
		if err := p.Signal(step.Signal); err != nil {
			return err
		}
		if p.wait(ctx, step.Patience) {
			return nil
		}
	}
	if p.wait(context.Background(), 2*drainTime) {
		return nil
	}
	return fmt.Errorf("process %d does not end", p.PID())
}

// Step is one way of asking a child to end, and how long to wait for it.
type Step struct {
	Signal   syscall.Signal
	Patience time.Duration
}

// wait reports whether the child ended within the time.
func (p *Process) wait(ctx context.Context, patience time.Duration) bool {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.done:
		return true
	case <-timer.C:
		return false
	case <-ctx.Done():
	}
	select {
	case <-p.done:
		return true
	case <-time.After(min(patience, hurry)):
		return false
	}
}
