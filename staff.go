package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"nagorik/handoff"
)

// userCommand manages staff accounts.
type userCommand struct {
	Add               userAddCommand   `cmd:"" help:"Make a staff account and print a one-time sign-in link."`
	ResetSecondFactor userResetCommand `cmd:"" help:"Take the second factor from an account whose telephone, or whose SECRET_KEY, is lost."`
}

type userAddCommand struct {
	Email         string   `required:"" help:"E-mail address to sign in with."`
	Name          string   `required:"" help:"Name that colleagues and citizens see."`
	Role          string   `required:"" enum:"agent,supervisor,administrator" help:"agent, supervisor or administrator."`
	Teams         []string `help:"Limit an agent to these teams, comma-separated."`
	Wards         []int    `help:"Limit an agent to these wards, comma-separated."`
	PasswordStdin bool     `help:"Read the password from standard input instead of printing a link."`
}

// Run makes the account. The password is read and checked first: no account is
// left behind without the one that was meant for it.
func (u *userAddCommand) Run(p *process) error {
	password, err := u.password(p)
	if err != nil {
		return err
	}
	return p.withRecords(func(c *Config, r *records) error {
		agent, link, err := r.desk.AddAgent(p.ctx, handoff.NewAgent{
			Email: u.Email, Name: u.Name, Role: handoff.Role(u.Role), Teams: u.Teams, Wards: u.Wards,
		})
		if err != nil {
			return err
		}
		if !u.PasswordStdin {
			fmt.Fprintln(p.out, signInURL(c, link))
			return nil
		}
		if err := r.desk.SetPassword(p.ctx, agent.Email, password); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s can sign in at %s\n", agent.Email, c.PublicURL.JoinPath("console"))
		return nil
	})
}

type userResetCommand struct {
	Email string `required:"" help:"E-mail address of the account."`
}

// Run takes the second factor away and ends the account's sessions.
func (u *userResetCommand) Run(p *process) error {
	return p.withRecords(func(_ *Config, r *records) error {
		agent, err := r.desk.AgentBy(p.ctx, u.Email)
		if errors.Is(err, handoff.ErrNotFound) {
			return fmt.Errorf("--email: there is no account %s", u.Email)
		}
		if err != nil {
			return err
		}
		if err := r.desk.ResetSecondFactor(p.ctx, uuid.Nil, agent.ID); err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%s signs in with the password alone until a second factor is added again.\n", agent.Email)
		return nil
	})
}

// password is the first line of standard input, when it is asked for.
func (u *userAddCommand) password(p *process) (string, error) {
	if !u.PasswordStdin {
		return "", nil
	}
	line, err := bufio.NewReader(p.in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("--password-stdin: %w", err)
	}
	password := strings.TrimRight(line, "\r\n")
	if password == "" {
		return "", errors.New("--password-stdin: there is no password on standard input")
	}
	return password, handoff.CheckPassword(password)
}

// signInURL is where a one-time link leads.
func signInURL(c *Config, link handoff.LinkToken) string {
	return c.PublicURL.JoinPath("console", "sign-in", string(link)).String()
}

// tokenCommand manages API tokens.
type tokenCommand struct {
	Add tokenAddCommand `cmd:"" help:"Make an API token and print it once."`
}

type tokenAddCommand struct {
	User string `required:"" help:"E-mail address of the account the token acts for."`
}

// Run makes the token.
func (t *tokenAddCommand) Run(p *process) error {
	return p.withRecords(func(_ *Config, r *records) error {
		token, err := r.desk.AddToken(p.ctx, t.User)
		if errors.Is(err, handoff.ErrNotFound) {
			return fmt.Errorf("--user: there is no account %s", t.User)
		}
		if err != nil {
			return err
		}
		fmt.Fprintln(p.out, token)
		return nil
	})
}

// migrateCommand brings the database up to date.
type migrateCommand struct{}

// Run migrates and says from where to where.
func (migrateCommand) Run(p *process) error {
	return p.withRecords(func(_ *Config, r *records) error {
		if r.from == r.to {
			fmt.Fprintf(p.out, "The database is up to date at version %d.\n", r.to)
			return nil
		}
		fmt.Fprintf(p.out, "The database went from version %d to version %d.\n", r.from, r.to)
		return nil
	})
}

// withRecords runs a command on the database, beside a running service if
// there is one.
func (p *process) withRecords(run func(*Config, *records) error) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	r, err := openRecords(p.ctx, c, p.logger(c), true)
	if err != nil {
		return err
	}
	err = run(c, r)
	if cerr := r.close(p.ctx); err == nil {
		err = cerr
	}
	return err
}
