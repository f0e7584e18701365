// Command nagorik lets the people of a city deal with its offices from the
// messenger they already have. README.md says how to run it; nagorik --help
// lists its commands.
package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// builtIn is the sample city's catalogue, published into an empty database.
//
//go:embed flows.yaml
var builtIn []byte

// The exit codes of every command.
const (
	exitOK    = 0
	exitFault = 1 // it was tried and did not work
	exitUsage = 2 // the command line makes no sense
)

// commands is the command line.
type commands struct {
	Serve      serveCommand      `cmd:"" help:"Run the service. With no settings at all it starts on a private PostgreSQL of its own."`
	Check      checkCommand      `cmd:"" help:"Check flow files: one line a fault, exit 1 on an error. It asks no database: wards are those of WARDS, or the sample city's."`
	Chat       chatCommand       `cmd:"" help:"Talk to the bot in the terminal, on the wards that were imported where there is a database. Nothing is recorded."`
	Migrate    migrateCommand    `cmd:"" help:"Bring the database up to date."`
	Flows      flowsCommand      `cmd:"" help:"Publish, list and export the flows."`
	Understand understandCommand `cmd:"" help:"Say what each message on standard input is taken for, one line of JSON each."`
	Wards      wardsCommand      `cmd:"" help:"Take the city's ward layer."`
	User       userCommand       `cmd:"" help:"Manage staff accounts."`
	Token      tokenCommand      `cmd:"" help:"Manage API tokens."`
	Backup     backupCommand     `cmd:"" help:"Put everything into one file: records, photos, published flows. A service may be running."`
	Restore    restoreCommand    `cmd:"" help:"Bring a backup back, into an empty place only."`
	Demo       demoCommand       `cmd:"" help:"Fill an empty database with a year of made-up but plausible traffic."`
	Bench      benchCommand      `cmd:"" help:"Measure whole turns on this machine, against pgbench."`
}

// process is what every command gets: where to read and write, and what ends it.
type process struct {
	ctx    context.Context
	in     io.Reader
	out    io.Writer
	errOut io.Writer
	lookup func(string) (string, bool)
}

// exitError ends the program with a code of its own, its message printed
// already.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := &process{ctx: ctx, in: os.Stdin, out: os.Stdout, errOut: os.Stderr, lookup: os.LookupEnv}
	code := p.run(os.Args[1:])
	stop()
	os.Exit(code)
}

// run parses the command line and runs the command.
func (p *process) run(args []string) int {
	if err := loadEnvFile(); err != nil {
		return p.fail(err)
	}
	left := -1
	parser, err := kong.New(&commands{}, kong.Name("nagorik"),
		kong.Description("Nagorik: a city's services in the messenger people already have."),
		kong.Vars{"parsers": parserNames()}, kong.Writers(p.out, p.errOut), kong.Exit(func(code int) { left = code }), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		return p.fail(err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	switch {
	case left == exitOK: // --help
		return exitOK
	case err != nil:
		fmt.Fprintf(p.errOut, "nagorik: %v; `nagorik --help` lists the commands\n", err)
		return exitUsage
	}
	if err := parsed.Run(p); err != nil {
		return p.fail(err)
	}
	return exitOK
}

// fail prints an error in one line and returns the exit code it stands for.
func (p *process) fail(err error) int {
	var code exitError
	if errors.As(err, &code) {
		return int(code)
	}
	if errors.Is(err, context.Canceled) && p.ctx.Err() != nil {
		fmt.Fprintln(p.errOut, "nagorik: stopped")
		return exitFault
	}
	fmt.Fprintf(p.errOut, "nagorik: %v\n", err)
	return exitFault
}

// config reads the settings.
func (p *process) config() (*Config, error) { return readConfig(p.lookup) }

// logger returns the log of a configured process.
func (p *process) logger(c *Config) *slog.Logger {
	opt := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(p.errOut, opt))
	}
	return slog.New(slog.NewTextHandler(p.errOut, opt))
}
