package handoff

import (
	"fmt"
	"strings"

	"github.com/google/uuid"
	"gorm.io/gorm"
)

// Role is what a person of the staff may do.
type Role string

// The roles.
const (
	RoleAgent         Role = "agent"
	RoleSupervisor    Role = "supervisor"
	RoleAdministrator Role = "administrator"
)

// Known reports whether r is one of the roles.
func (r Role) Known() bool {
	return r == RoleAgent || r == RoleSupervisor || r == RoleAdministrator
}

// Viewer is whoever reads the record. The zero Viewer sees nothing.
// Supervisors and administrators see everything; an agent sees the teams and
// the wards of his own, and an empty list of them means all. What was given to
// an agent by name he sees in any case.
type Viewer struct {
	AgentID uuid.UUID
	Name    string // as citizens and colleagues read it
	Role    Role
	Teams   []string
	Wards   []int
}

// scope is an SQL condition with its values.
type scope struct {
	sql  string
	vars []any
}

// apply narrows a query to the scope.
func (s scope) apply(db *gorm.DB) *gorm.DB { return db.Where(s.sql, s.vars...) }

// SeesAll reports whether the viewer sees the whole record.
func (v Viewer) SeesAll() bool {
	switch v.Role {
	case RoleSupervisor, RoleAdministrator:
		return true
	case RoleAgent:
		return len(v.Teams) == 0 && len(v.Wards) == 0
	default:
		return false
	}
}

// scope answers for who sees all or nothing, and otherwise with limited.
func (v Viewer) scope(limited func() scope) scope {
	switch {
	case v.SeesAll():
		return scope{sql: "TRUE"}
	case v.Role == RoleAgent:
		return limited()
	default:
		return scope{sql: "FALSE"}
	}
}

// Part is the part of the record that the viewer sees, besides what was given to
// him by name: of these departments and wards, of all where a list is empty.
// Package figures counts by it.
func (v Viewer) Part() (teams []string, wards []int) {
	if v.SeesAll() {
		return nil, nil
	}
	return v.Teams, v.Wards
}

// cases is what the viewer sees of the cases that a query calls t.
func (v Viewer) cases(t string) scope {
	return v.scope(func() scope {
		var all []string
		var vars []any
		if len(v.Teams) > 0 {
			all, vars = append(all, t+".team IN ?"), append(vars, v.Teams)
		}
		if len(v.Wards) > 0 {
			all, vars = append(all, t+".ward IN ?"), append(vars, v.Wards)
		}
		sql := fmt.Sprintf("(%s OR %s.agent_id = ?)", strings.Join(all, " AND "), t)
		return scope{sql, append(vars, v.AgentID)}
	})
}

// conversations is what the viewer sees of the conversations that a query
// calls t. One that waits and is nobody's yet, because its team or ward is not
// known, is for everybody at the desk; who wrote for a citizen goes on seeing
// that; and who may see a case may read the conversation it came from.
func (v Viewer) conversations(t string) scope {
	return v.scope(func() scope {
		var all []string
		var vars []any
		if len(v.Teams) > 0 {
			all = append(all, fmt.Sprintf("(%[1]s.team IN ? OR %[1]s.team = '' AND %[1]s.owner = 'queue')", t))
			vars = append(vars, v.Teams)
		}
		if len(v.Wards) > 0 {
			all = append(all, fmt.Sprintf("(%[1]s.ward IN ? OR %[1]s.ward IS NULL AND %[1]s.owner = 'queue')", t))
			vars = append(vars, v.Wards)
		}
		of := v.cases("seen_case")
		sql := fmt.Sprintf("(%s OR %[2]s.agent_id = ? OR %[2]s.called_by = ? OR EXISTS (SELECT 1 FROM cases seen_case WHERE seen_case.conversation_id = %[2]s.id AND %[3]s))",
			strings.Join(all, " AND "), t, of.sql)
		return scope{sql, append(append(vars, v.AgentID, v.AgentID), of.vars...)}
	})
}

// contacts is what the viewer sees of the contacts that a query calls t:
// those of whom he sees a conversation or a case.
func (v Viewer) contacts(t string) scope {
	return v.scope(func() scope {
		talk, matter := v.conversations("seen"), v.cases("filed")
		sql := fmt.Sprintf("(EXISTS (SELECT 1 FROM conversations seen WHERE seen.contact_id = %[1]s.id AND %[2]s) OR EXISTS (SELECT 1 FROM cases filed WHERE filed.contact_id = %[1]s.id AND %[3]s))",
			t, talk.sql, matter.sql)
		return scope{sql, append(talk.vars, matter.vars...)}
	})
}
