package api

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"nagorik/bot"
	"nagorik/bot/photos"
	"nagorik/handoff"
	"nagorik/handoff/spending"
)

// retryAfter is how long a caller is asked to wait when something is away.
const retryAfter = 5 * time.Second

// problem is an error with its place in HTTP. Only this file knows them.
type problem struct {
	status    int
	code      string
	message   string
	field     string
	challenge string        // of WWW-Authenticate
	after     time.Duration // of Retry-After; 0 for none
}

// Error is the message.
func (p *problem) Error() string { return p.message }

// The problems that handlers know of by themselves.
var (
	errNoToken = &problem{
		status: http.StatusUnauthorized, code: "unauthorized", challenge: `Bearer realm="nagorik"`,
		message: "send an API token: Authorization: Bearer TOKEN",
	}
	errBadToken = &problem{
		status: http.StatusUnauthorized, code: "unauthorized", challenge: `Bearer realm="nagorik", error="invalid_token"`,
		message: "the token is not known, or no longer good",
	}
	errNotAllowed = &problem{status: http.StatusForbidden, code: "forbidden", message: "this is not yours to see"}
	errSignIn     = &problem{status: http.StatusUnauthorized, code: "sign_in", message: "sign in first"}
	errScreen     = &problem{status: http.StatusUnauthorized, code: "wall_ended", message: "the link to the wall has ended, or there is none"}
	errOrigin     = &problem{status: http.StatusForbidden, code: "forbidden", message: "the form was sent from another site"}
	errBody       = &problem{status: http.StatusBadRequest, code: "bad_request", message: "the body did not arrive whole"}
	// errUnkept says that events are not safe, so that the provider tries again.
	errUnkept = &problem{status: http.StatusServiceUnavailable, code: "unavailable", message: "it cannot be kept now, try again", after: retryAfter}
	// errStreams says that there are too many streams, errNoStream that there
	// are none here.
	errStreams  = &problem{status: http.StatusTooManyRequests, code: "too_many_requests", message: "too many streams are open", after: retryAfter}
	errNoStream = &problem{status: http.StatusServiceUnavailable, code: "unavailable", message: "nothing is heard of here now, try again", after: retryAfter}
	errNotShown = &problem{status: http.StatusNotFound, code: "not_shown", message: "the photo is kept, but it is of a kind that cannot be shown"}
)

func tooMany(after time.Duration) error {
	return &problem{status: http.StatusTooManyRequests, code: "too_many_requests", message: "too many attempts, try again later", after: after}
}

// badField says which value of a request is not valid.
func badField(field, format string, args ...any) error {
	return &problem{status: http.StatusBadRequest, code: "invalid", field: field, message: fmt.Sprintf(format, args...)}
}

// problemOf gives any error its place in HTTP.
func problemOf(err error) *problem {
	var p *problem
	var field *handoff.FieldError
	var money *spending.Fault
	var size *http.MaxBytesError
	var routing *echo.HTTPError
	switch {
	case errors.As(err, &p):
		return p
	case errors.As(err, &field):
		return &problem{status: http.StatusBadRequest, code: "invalid", field: field.Field, message: field.Message}
	case errors.As(err, &money):
		return &problem{status: http.StatusBadRequest, code: "invalid", field: money.Field, message: money.Message}
	case errors.Is(err, spending.ErrNoPrice):
		return &problem{status: http.StatusNotFound, code: "not_found", message: spending.ErrNoPrice.Error()}
	case errors.Is(err, handoff.ErrInvalid):
		return &problem{status: http.StatusBadRequest, code: "invalid", message: "the request is not valid"}
	case errors.Is(err, handoff.ErrNotFound), errors.Is(err, photos.ErrNotFound):
		return &problem{status: http.StatusNotFound, code: "not_found", message: "there is no such thing, or it is not yours to see"}
	case errors.Is(err, handoff.ErrTaken):
		return &problem{status: http.StatusConflict, code: "taken", message: handoff.ErrTaken.Error()}
	case errors.Is(err, handoff.ErrConflict):
		return &problem{status: http.StatusConflict, code: "conflict", message: handoff.ErrConflict.Error()}
	case errors.Is(err, bot.ErrWindow):
		return &problem{status: http.StatusConflict, code: "window_closed", message: bot.ErrWindow.Error()}
	case errors.Is(err, bot.ErrNobodyReads):
		return &problem{status: http.StatusConflict, code: "nobody_reads", message: bot.ErrNobodyReads.Error()}
	case errors.Is(err, bot.ErrNoPhoto):
		return &problem{status: http.StatusConflict, code: "no_photo", message: bot.ErrNoPhoto.Error()}
	case errors.Is(err, bot.ErrNoSMS):
		return &problem{status: http.StatusConflict, code: "no_sms", message: bot.ErrNoSMS.Error()}
	case errors.Is(err, handoff.ErrManyCodes):
		return &problem{status: http.StatusTooManyRequests, code: "too_many_requests", message: handoff.ErrManyCodes.Error()}
	case errors.Is(err, bot.ErrSignature):
		return &problem{status: http.StatusForbidden, code: "signature", message: bot.ErrSignature.Error()}
	case errors.Is(err, handoff.ErrLastAdministrator):
		return &problem{status: http.StatusConflict, code: "last_administrator", message: handoff.ErrLastAdministrator.Error()}
	case errors.Is(err, handoff.ErrBusy):
		return &problem{status: http.StatusServiceUnavailable, code: "busy", message: "too many at once, try again", after: retryAfter}
	case errors.As(err, &size):
		return &problem{status: http.StatusRequestEntityTooLarge, code: "too_large", message: fmt.Sprintf("the body is over %d bytes", size.Limit)}
	case errors.As(err, &routing):
		return ofRouting(routing)
	case errors.Is(err, context.Canceled), handoff.Away(err):
		return &problem{status: http.StatusServiceUnavailable, code: "unavailable", message: "the record cannot be read now, try again", after: retryAfter}
	default:
		return &problem{status: http.StatusInternalServerError, code: "internal", message: "something went wrong here"}
	}
}

// ofRouting gives echo's own errors our shape.
func ofRouting(err *echo.HTTPError) *problem {
	switch err.Code {
	case http.StatusNotFound:
		return &problem{status: err.Code, code: "not_found", message: "there is no such address"}
	case http.StatusMethodNotAllowed:
		return &problem{status: err.Code, code: "method_not_allowed", message: "this address does not take that method"}
	default:
		text := http.StatusText(err.Code)
		return &problem{status: err.Code, code: strings.ReplaceAll(strings.ToLower(text), " ", "_"), message: strings.ToLower(text)}
	}
}

// faultAnswer is the body of an error.
type faultAnswer struct {
	Error faultDetail `json:"error"`
}

type faultDetail struct {
	Code    string `json:"code" jsonschema_description:"a word for programs"`
	Message string `json:"message" jsonschema_description:"a sentence for people"`
	Field   string `json:"field,omitempty" jsonschema_description:"the parameter or field that is not valid"`
}

// fault answers an error: as a page to those who look at the console, to all
// others as JSON.
func (s *Server) fault(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	p := problemOf(err)
	h := c.Response().Header()
	if p.challenge != "" {
		h.Set("WWW-Authenticate", p.challenge)
	}
	if p.after > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(p.after.Seconds()))))
	}
	h.Set("Cache-Control", "no-store")
	if ofConsole(c.Request().URL.Path) {
		err = s.showFault(c, p)
	} else {
		err = c.JSON(p.status, faultAnswer{faultDetail{p.code, p.message, p.field}})
	}
	if err != nil {
		s.log.Debug("an error could not be told", "error", err)
	}
}
