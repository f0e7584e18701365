package handoff

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// awayCodes begin the codes of PostgreSQL's errors that are not the query's
// fault (its manual, appendix A).
var awayCodes = []string{
	"08",    // connection
	"25006", // read-only: a standby
	"40",    // deadlock, serialization
	"53",    // out of resources
	"57014", // cancelled
	"57P",   // shutting down, starting up
	"58",    // its system
}

// awayTexts are connection errors that pgx gives no type.
var awayTexts = []string{"unexpected EOF", "conn closed", "closed pool", "broken pipe", "connection reset"}

// Away reports whether an error of the desk means that the database did not
// answer, or not in time: trying again later may help.
func Away(err error) bool {
	if err == nil {
		return false
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		for _, code := range awayCodes {
			if strings.HasPrefix(refused.Code, code) {
				return true
			}
		}
		return false
	}
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	for _, s := range awayTexts {
		if strings.Contains(err.Error(), s) {
			return true
		}
	}
	return false
}
