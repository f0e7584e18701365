package reports

import "nagorik/handoff/figures"

// table is lines, put together.
func (b *builder) table(name string, r Report, c chosen) {
	b.add(name + ` (` + figures.LineColumns + `) AS (`)
	var parts []func()
	if len(c.added) > 0 {
		parts = append(b.figures(r, c.added), b.corrections(c.added)...)
	}
	for _, l := range c.each {
		parts = append(parts, func() { b.add(l.Exact(l.Of.Table + "_rows")) })
	}
	if len(parts) == 0 {
		b.add(`SELECT '', now()::date, 0, '', '', '', '', '', 0::bigint, 0::bigint WHERE FALSE`)
	}
	for i, part := range parts {
		if i > 0 {
			b.add(` UNION ALL `)
		}
		part()
	}
	b.add(`)`)
}

// figures reads what is counted.
func (b *builder) figures(r Report, lines []figures.Line) (parts []func()) {
	names := make([]string, len(lines))
	for i, l := range lines {
		names[i] = l.What
	}
	for _, s := range b.spans(r.daily) {
		parts = append(parts, func() {
			b.add(`SELECT `+figures.LineColumns+` FROM figures c WHERE c.scope = ? AND c.what IN ? AND `+s.which+` AND c.day BETWEEN ?::date AND ?::date`, b.pending.Scope, names, s.first, s.last)
			b.narrow()
			switch {
			case b.Ward != 0:
			case r.wards:
				b.add(` AND c.ward <> ?`, figures.AllWards)
			default:
				b.add(` AND c.ward = ?`, figures.AllWards)
			}
		})
	}
	return parts
}

// corrections puts what waits to be counted in the place of what was counted of
// it, and adds what was given to the viewer by name.
func (b *builder) corrections(lines []figures.Line) (parts []func()) {
	for _, l := range lines {
		if b.changed(l.Of) != "" {
			parts = append(parts,
				func() { b.add(l.SQL(l.Of.Table + "_now")) },
				func() {
					b.add(`SELECT what, day, ward, flow, kind, channel, team, key, -n, -total FROM (` + l.SQL(l.Of.Table+"_before") + `) AS x (` + figures.LineColumns + `)`)
				})
		}
		if b.sees == somewhat {
			parts = append(parts, func() { b.add(l.SQL(l.Of.Table + "_own")) })
		}
	}
	return parts
}
