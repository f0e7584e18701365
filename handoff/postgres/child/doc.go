// Package child runs a program that must not outlive this process.
//
// Linux can send a signal to a child when its parent dies (prctl PR_SET_PDEATHSIG), but the "parent" is the OS thread that
// made the child, and Go ends and moves threads as it likes. [Start] therefore gives every child a locked thread that lives
// as long as it does. The child also gets a process group of its own: Ctrl-C at a terminal goes to the parent alone, which
// then stops its children in the order it chooses.
//
//	p, err := child.Start(exec.Command("redis-server", "--port", "7000"), syscall.SIGTERM)
//	…
//	err = p.Stop(ctx, child.Step{Signal: syscall.SIGTERM, Patience: 5 * time.Second})
package child
