package api

import (
	"slices"

	"nagorik/handoff"
)

// Permission is what a route needs. Nothing is allowed that is not named here.
type Permission string

// Permissions that do not come from a role.
const (
	Public   Permission = "public"   // anybody
	Signed   Permission = "signed"   // a provider whose signature its channel checks
	Screen   Permission = "screen"   // a browser with a link to the wall
	Operator Permission = "operator" // whoever runs the program: loopback, or METRICS_TOKEN
)

// Permissions of the staff, given by role.
const (
	ContactRead      Permission = "contact:read"
	ContactWork      Permission = "contact:work"    // notes, codes that link a telephone
	ContactUnmerge   Permission = "contact:unmerge" // undo the merging of contacts
	ContactPrivacy   Permission = "contact:privacy" // all of a person's data: take it out, hand it over
	ConversationRead Permission = "conversation:read"
	CaseRead         Permission = "case:read"
	ConversationWork Permission = "conversation:work" // take, reply, pass, release
	CaseWork         Permission = "case:work"         // assign, start, resolve …
	CaseSeparate     Permission = "case:separate"     // undo the joining of cases
	ReportRead       Permission = "report:read"
	StreamRead       Permission = "stream:read"
	AccountOwn       Permission = "account:own"    // what everybody may do with the own account
	AccountManage    Permission = "account:manage" // other people's accounts
	AuditRead        Permission = "audit:read"
	WardCorrect      Permission = "ward:correct"     // the ward of a case, and what words mean a ward
	TroubleManage    Permission = "trouble:manage"   // what could not be recorded
	DutyChange       Permission = "duty:change"      // one's own
	StaffRead        Permission = "staff:read"       // who is there
	ReplyEdit        Permission = "reply:edit"       // canned replies
	FlowEdit         Permission = "flow:edit"        // the services: write, publish, roll back
	RegisterEdit     Permission = "register:edit"    // the tables that the services look into
	BroadcastManage  Permission = "broadcast:manage" // news of the offices: write, send, stop
	RetentionManage  Permission = "retention:manage" // for how long what is kept
	SettingManage    Permission = "setting:manage"   // what the city shows to everybody
	WallManage       Permission = "wall:manage"      // links for screens that show the wall
	SpendingRead     Permission = "spending:read"    // what SMS cost
	SpendingManage   Permission = "spending:manage"  // prices, the budget, least balances
)

// everyRole may read the record and work at the desk; how much of it a person
// sees, hears of, counts and changes depends on his teams and wards.
var everyRole = []Permission{ContactRead, ContactWork, ConversationRead, CaseRead, ConversationWork, CaseWork, ReportRead, StreamRead, AccountOwn, DutyChange, StaffRead}

// scopes says what each role may do.
var scopes = map[handoff.Role][]Permission{
	handoff.RoleAgent:         everyRole,
	handoff.RoleSupervisor:    append(slices.Clone(everyRole), AuditRead, ContactUnmerge, WardCorrect, CaseSeparate, ReplyEdit, FlowEdit, RegisterEdit, BroadcastManage, SpendingRead, WallManage),
	handoff.RoleAdministrator: append(slices.Clone(everyRole), AuditRead, ContactUnmerge, WardCorrect, CaseSeparate, AccountManage, TroubleManage, ContactPrivacy, RetentionManage, SettingManage, WallManage, ReplyEdit, FlowEdit, RegisterEdit, BroadcastManage, SpendingRead, SpendingManage),
}

// known reports whether p is one of the permissions.
func (p Permission) known() bool {
	switch p {
	case Public, Signed, Screen, Operator:
		return true
	default:
		return p.staff()
	}
}

// staff reports whether p is had by a role, so that one must sign in for it.
func (p Permission) staff() bool {
	for _, has := range scopes {
		if slices.Contains(has, p) {
			return true
		}
	}
	return false
}

// allows reports whether a role has the permission.
func allows(role handoff.Role, p Permission) bool { return slices.Contains(scopes[role], p) }
