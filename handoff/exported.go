package handoff

import "context"

// exported is what the audit log says of a list that was taken out.
type exported struct {
	List   string `json:"list"`
	Format string `json:"format"`
	Rows   int    `json:"rows"`
}

// Exported puts on record that a list was taken out as a file: by whom, which
// one and how many rows of it. What it was narrowed to may name a person and is
// not kept.
func (d *Desk) Exported(ctx context.Context, v Viewer, list, format string, rows int) error {
	return d.audit(d.db.WithContext(ctx), v.AgentID, "export.list", list, nil, exported{list, format, rows})
}
