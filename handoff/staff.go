package handoff

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Bounds of a staff account.
const (
	MinPassword   = 10  // characters
	MaxPassword   = 200 // characters; longer ones only cost time
	MaxAgentName  = 100 // characters
	maxAgentLists = 200 // teams, wards
	maxWard       = 9999
	hashesAtOnce  = 2 // each takes 64 MB and a core for a moment
	hashingWait   = 10 * time.Second
)

// Agent is a person of the staff.
type Agent struct {
	ID        uuid.UUID
	Email     string
	Name      string
	Role      Role
	Teams     []string // empty: all
	Wards     []int    // empty: all
	CreatedAt time.Time

	Language     string // of the console; empty: not chosen
	SecondFactor bool   // codes are asked for at sign-in
	Invited      bool   // no password was ever set
	DisabledAt   *time.Time
	AlarmMail    bool // alarms come by mail
}

// NewAgent is a staff account to be made.
type NewAgent struct {
	Email string
	Name  string
	Role  Role
	Teams []string
	Wards []int
	By    uuid.UUID // who of the staff makes it; none: a command on the machine
}

// Viewer is what the agent sees of the record.
func (a Agent) Viewer() Viewer {
	return Viewer{AgentID: a.ID, Name: a.Name, Role: a.Role, Teams: a.Teams, Wards: a.Wards}
}

// hashing hashes passwords, and bounds how many at once.
type hashing struct {
	cost  *argon2id.Params
	slots chan struct{}
}

func newHashing(cost *argon2id.Params) hashing {
	if cost == nil {
		cost = usualCost()
	}
	return hashing{cost: cost, slots: make(chan struct{}, hashesAtOnce)}
}

// hash returns the argon2id hash of a password, or ctx's error when it ends
// before there is room.
func (h *hashing) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	hash, err := argon2id.CreateHash(password, h.cost)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// compare says whether a hash is a password's, and how it was made.
func (h *hashing) compare(ctx context.Context, password, hash string) (bool, *argon2id.Params, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return false, nil, err
	}
	defer leave()
	good, params, err := argon2id.CheckHash(password, hash)
	if err != nil {
		return false, nil, fmt.Errorf("compare a password: %w", err)
	}
	return good, params, nil
}

// enter waits for room, at most hashingWait.
func (h *hashing) enter(ctx context.Context) (leave func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, hashingWait)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait to hash a password: %w", ErrBusy)
	}
}

// AddAgent makes a staff account without a password, and a one-time sign-in
// link by which its owner sets one. An e-mail address that has an account is
// an ErrInvalid of the field "email".
func (d *Desk) AddAgent(ctx context.Context, n NewAgent) (Agent, LinkToken, error) {
	row, err := d.newAgentRow(n)
	if err != nil {
		return Agent{}, "", err
	}
	var link LinkToken
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if link, err = d.addLink(tx, row.ID); err != nil {
			return err
		}
		return d.audit(tx, n.By, "account.add", row.ID.String(), nil, accountStateOf(row))
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return Agent{}, "", invalid("email", "has an account already")
	}
	if err != nil {
		return Agent{}, "", fmt.Errorf("add agent: %w", err)
	}
	return d.agentOf(row), link, nil
}

// newAgentRow checks what is known of a new agent.
func (d *Desk) newAgentRow(n NewAgent) (agentRow, error) {
	var none agentRow
	email, err := address(n.Email)
	if err != nil {
		return none, err
	}
	name, err := agentName(n.Name)
	if err != nil {
		return none, err
	}
	if !n.Role.Known() {
		return none, invalid("role", "must be agent, supervisor or administrator")
	}
	if len(n.Teams) > maxAgentLists || len(n.Wards) > maxAgentLists {
		return none, invalid("teams", "must be at most %d teams and wards", maxAgentLists)
	}
	row := agentRow{ID: NewID(), Email: email, Name: name, Role: string(n.Role), CreatedAt: d.now()}
	for _, t := range n.Teams {
		if t, err = word("teams", strings.TrimSpace(t)); err != nil || t == "" {
			return none, invalid("teams", "must be names of teams")
		}
		row.Teams = append(row.Teams, t)
	}
	for _, w := range n.Wards {
		if w < 1 || w > maxWard {
			return none, invalid("wards", "must be numbers of wards")
		}
		row.Wards = append(row.Wards, int32(w))
	}
	slices.Sort(row.Wards)
	return row, nil
}

// address checks an e-mail address and returns it in the form accounts have.
func address(email string) (string, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > 254 || strings.ContainsRune(email, 0) {
		return "", invalid("email", "must be an e-mail address")
	}
	return email, nil
}

// SetPassword sets an agent's password and makes his unused sign-in links
// void. Nobody with that e-mail address is ErrNotFound.
func (d *Desk) SetPassword(ctx context.Context, email, password string) error {
	row, err := d.agentByEmail(ctx, email)
	if err != nil {
		return err
	}
	hash, err := d.passwordHash(ctx, password)
	if err != nil {
		return err
	}
	err = d.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := d.setHash(tx, row.ID, hash); err != nil {
			return err
		}
		return d.audit(tx, uuid.Nil, "account.password", row.ID.String(), nil, nil)
	})
	if err != nil {
		return fmt.Errorf("set password: %w", err)
	}
	return nil
}

// setHash writes the hash, uses up all links and ends all sessions: who knew
// the old password may be signed in.
func (d *Desk) setHash(tx *gorm.DB, agent uuid.UUID, hash string) error {
	if err := tx.Model(&agentRow{}).Where("id = ?", agent).Update("password_hash", hash).Error; err != nil {
		return err
	}
	if err := endSessions(tx, agent, ""); err != nil {
		return err
	}
	return d.useUpLinks(tx, agent)
}

// useUpLinks makes an agent's sign-in links void.
func (d *Desk) useUpLinks(tx *gorm.DB, agent uuid.UUID) error {
	return tx.Model(&linkRow{}).Where("agent_id = ? AND used_at IS NULL", agent).Update("used_at", d.now()).Error
}

// passwordHash checks a new password and hashes it.
func (d *Desk) passwordHash(ctx context.Context, password string) (string, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	return d.hashing.hash(ctx, password)
}

// CheckPassword says whether a password can be set: a FieldError when it is
// too short or too long.
func CheckPassword(password string) error {
	n := utf8.RuneCountInString(password)
	if n < MinPassword || n > MaxPassword || !utf8.ValidString(password) {
		return invalid("password", "must have %d to %d characters", MinPassword, MaxPassword)
	}
	return nil
}

// agentByEmail finds an account that is not disabled.
func (d *Desk) agentByEmail(ctx context.Context, email string) (agentRow, error) {
	email, err := address(email)
	if err != nil {
		return agentRow{}, err
	}
	return first[agentRow](d.db.WithContext(ctx).Where("lower(email) = ? AND disabled_at IS NULL", email), "agent")
}

// AgentBy finds an account by its id or its e-mail address.
func (d *Desk) AgentBy(ctx context.Context, idOrEmail string) (Agent, error) {
	id, err := uuid.Parse(idOrEmail)
	var row agentRow
	if err == nil {
		row, err = first[agentRow](d.db.WithContext(ctx).Where("id = ? AND disabled_at IS NULL", id), "agent")
	} else if row, err = d.agentByEmail(ctx, idOrEmail); errors.Is(err, ErrInvalid) {
		err = fmt.Errorf("agent: %w", ErrNotFound)
	}
	return d.agentOf(row), err
}

func (d *Desk) agentOf(r agentRow) Agent {
	a := Agent{ID: r.ID, Email: r.Email, Name: r.Name, Role: Role(r.Role), Teams: r.Teams, CreatedAt: d.local(r.CreatedAt)}
	a.AlarmMail = r.AlarmMail
	a.Language, a.SecondFactor, a.Invited, a.DisabledAt = r.Language, r.TOTPSecret != "", r.PasswordHash == "", d.localOrNil(r.DisabledAt)
	for _, w := range r.Wards {
		a.Wards = append(a.Wards, int(w))
	}
	return a
}
