package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"nagorik/handoff"
)

// Keys of what a session holds.
const (
	sessionAgent = "agent" // uuid.UUID
	sessionStage = "stage" // stage
	sessionBegan = "began" // time.Time
)

// stage is how far somebody has come in signing in.
type stage string

const (
	stageCode stage = "code" // the password was right, the second factor is still to come
	stageIn   stage = "in"
)

// codeWithin is how long a second factor is waited for after the password.
const codeWithin = 10 * time.Minute

// newSessions returns the sessions of the console. Over https the cookie has
// the __Host- prefix: no other site of the domain can set it.
func newSessions(desk *handoff.Desk, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Lifetime = handoff.SessionLife
	m.Store = sessionStore{desk}
	m.Codec = sessionCodec{}
	m.Cookie.Name = "nagorik_staff"
	if secure {
		m.Cookie.Name = "__Host-nagorik_staff"
	}
	m.Cookie.Secure = secure
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Path = "/"
	return m
}

// sessionStore keeps sessions at the desk, which hashes their tokens and
// bounds their age by its own clock.
type sessionStore struct{ desk *handoff.Desk }

var errNeedsContext = errors.New("sessions are kept with a context")

// Find is not used: scs prefers FindCtx.
func (sessionStore) Find(string) ([]byte, bool, error) { return nil, false, errNeedsContext }

// Commit is not used: scs prefers CommitCtx.
func (sessionStore) Commit(string, []byte, time.Time) error { return errNeedsContext }

// Delete is not used: scs prefers DeleteCtx.
func (sessionStore) Delete(string) error { return errNeedsContext }

// FindCtx reads a session.
func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	b, err := s.desk.Session(ctx, token)
	if errors.Is(err, handoff.ErrNotFound) {
		return nil, false, nil
	}
	return b, err == nil, err
}

// CommitCtx keeps a new session. A token is kept once: whatever changes in a
// session, its token changes with it.
func (s sessionStore) CommitCtx(ctx context.Context, token string, b []byte, _ time.Time) error {
	var kept keptSession
	if err := json.Unmarshal(b, &kept); err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	return s.desk.AddSession(ctx, token, kept.Agent, b)
}

// DeleteCtx ends a session.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.desk.EndSession(ctx, token)
}

// keptSession is all that is kept of a sign-in.
type keptSession struct {
	Agent    uuid.UUID `json:"agent"`
	Stage    stage     `json:"stage"`
	Began    time.Time `json:"began"`
	Deadline time.Time `json:"deadline"`
}

// sessionCodec writes sessions as JSON.
type sessionCodec struct{}

// Encode writes a session.
func (sessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	kept := keptSession{Deadline: deadline}
	var known bool
	if kept.Agent, known = values[sessionAgent].(uuid.UUID); !known {
		return nil, errors.New("a session without an agent is not kept")
	}
	if kept.Stage, known = values[sessionStage].(stage); !known {
		return nil, errors.New("a session without a stage is not kept")
	}
	if kept.Began, known = values[sessionBegan].(time.Time); !known {
		return nil, errors.New("a session without its beginning is not kept")
	}
	return json.Marshal(kept)
}

// Decode reads a session.
func (sessionCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var kept keptSession
	if err := json.Unmarshal(b, &kept); err != nil {
		return time.Time{}, nil, fmt.Errorf("read session: %w", err)
	}
	return kept.Deadline, map[string]any{sessionAgent: kept.Agent, sessionStage: kept.Stage, sessionBegan: kept.Began}, nil
}

// withSession loads the caller's session into the request.
func (s *Server) withSession(c echo.Context) error {
	token := ""
	if cookie, err := c.Cookie(s.sessions.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := s.sessions.Load(c.Request().Context(), token)
	if err != nil {
		return fmt.Errorf("read session: %w", err)
	}
	c.SetRequest(c.Request().WithContext(ctx))
	return nil
}

// sessionOf is whose session the request has, and how far he has come.
func (s *Server) sessionOf(c echo.Context) (uuid.UUID, stage) {
	ctx := c.Request().Context()
	id, ok := s.sessions.Get(ctx, sessionAgent).(uuid.UUID)
	at, there := s.sessions.Get(ctx, sessionStage).(stage)
	if !ok || !there {
		return uuid.Nil, ""
	}
	return id, at
}

// beginSession begins a session under a new token, so that nobody who knew the
// one before is signed in with it, and sends the cookie.
func (s *Server) beginSession(c echo.Context, agent uuid.UUID, at stage) error {
	ctx := c.Request().Context()
	if err := s.sessions.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	s.sessions.Put(ctx, sessionAgent, agent)
	s.sessions.Put(ctx, sessionStage, at)
	s.sessions.Put(ctx, sessionBegan, s.now())
	token, expires, err := s.sessions.Commit(ctx)
	if err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	s.sessions.WriteSessionCookie(ctx, c.Response(), token, expires)
	return nil
}

// endSession ends the caller's session and takes the cookie back.
func (s *Server) endSession(c echo.Context) error {
	ctx := c.Request().Context()
	if err := s.sessions.Destroy(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	s.sessions.WriteSessionCookie(ctx, c.Response(), "", time.Time{})
	return nil
}

// agentKey is where the signed-in agent is kept in a request's context.
const agentKey = "agent"

// signedIn is the agent who is signed in to the console; false for nobody.
func signedIn(c echo.Context) (handoff.Agent, bool) {
	a, ok := c.Get(agentKey).(handoff.Agent)
	return a, ok
}

// admitConsole lets in who is signed in to the console and has the permission.
// Others are shown the way to sign in.
func (s *Server) admitConsole(c echo.Context, needs Permission) error {
	if err := s.recognise(c); err != nil {
		return err
	}
	agent, ok := signedIn(c)
	switch {
	case !ok:
		return errSignIn
	case !allows(agent.Role, needs):
		return errNotAllowed
	default:
		return nil
	}
}

// recognise finds out who is signed in to the console, if anybody is.
func (s *Server) recognise(c echo.Context) error {
	if err := s.withSession(c); err != nil {
		return err
	}
	id, at := s.sessionOf(c)
	if at != stageIn {
		return nil
	}
	agent, err := s.opt.Desk.AgentBy(c.Request().Context(), id.String())
	if errors.Is(err, handoff.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	c.Set(agentKey, agent)
	s.admitted(c, agent.Viewer())
	return nil
}

// ofConsole reports whether a path is a page of the staff's.
func ofConsole(path string) bool { return path == "/console" || strings.HasPrefix(path, "/console/") }
