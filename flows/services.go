package flows

// ServiceGroup is a part of the menu with the services in it.
type ServiceGroup struct {
	Title    map[string]string // by language; nil for lines of the main menu itself
	Services []string          // ids of flows
}

// Services are all flows as the menu groups them. Flows that stand in no menu
// come last, without a title.
func (c *Catalog) Services() []ServiceGroup {
	var groups []ServiceGroup
	listed := make([]bool, len(c.flows))
	if len(c.menus) > 0 {
		groups = c.groups(groups, 0, listed)
	}
	var rest []string
	for i, f := range c.flows {
		if !listed[i] {
			rest = append(rest, f.id)
		}
	}
	if len(rest) > 0 {
		groups = append(groups, ServiceGroup{Services: rest})
	}
	return groups
}

// groups adds the services of one menu and of those within it. Menus cannot
// hold each other: loading numbers them as they are written.
func (c *Catalog) groups(groups []ServiceGroup, menu int, listed []bool) []ServiceGroup {
	m := &c.menus[menu]
	var title map[string]string
	if menu > 0 {
		title = make(map[string]string, len(c.codes))
		for i, code := range c.codes {
			title[code] = c.itemTitle(menuItem{flow: -1, sub: menu}, i)
		}
	}
	last := -1 // the group that the next line belongs to
	for _, item := range m.items {
		if item.flow < 0 {
			groups, last = c.groups(groups, item.sub, listed), -1
			continue
		}
		if listed[item.flow] {
			continue
		}
		listed[item.flow] = true
		if last < 0 {
			groups, last = append(groups, ServiceGroup{Title: title}), len(groups)
		}
		groups[last].Services = append(groups[last].Services, c.flows[item.flow].id)
	}
	return groups
}
