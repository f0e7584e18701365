package main

import (
	"fmt"
	"time"

	"nagorik/bot/bench"
)

// benchCommand measures whole turns on this machine.
type benchCommand struct {
	Seconds  int `help:"Seconds of the longest measurement; the others are shorter in proportion." default:"20"`
	Contacts int `help:"Contacts already stored when the load begins." default:"0"`
	Messages int `help:"Messages already stored when the load begins." default:"0"`
}

// Run starts PostgreSQL, Redis, a server and the load, prints a table and, as
// the last line, the figures for programs.
func (c *benchCommand) Run(p *process) error {
	figures, err := bench.Run(p.ctx, bench.Options{
		Seconds: c.Seconds, Contacts: c.Contacts, Messages: c.Messages, Out: p.out, Seed: uint64(time.Now().UnixNano()),
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(p.out, figures.Line())
	return nil
}
