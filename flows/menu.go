package flows

import (
	"strconv"
	"strings"
	"time"
)

// atMenu reports that a menu stands, or nothing at all.
func (t *turn) atMenu() bool {
	return t.f == nil && (t.s.Ask == "" || t.s.Ask == askMenu || strings.HasPrefix(t.s.Ask, askMenu+" "))
}

// mainMenu shows the main menu. An open dialogue is set aside, to be offered
// again.
func (t *turn) mainMenu(why string) {
	t.setAside(why)
	t.openMenu(0)
}

// setAside leaves the open dialogue so that it can be taken up again. One that
// would open no case is not worth coming back to.
func (t *turn) setAside(why string) {
	if t.f == nil {
		return
	}
	t.move(t.s.State, "", "", why)
	if t.f.opens {
		t.s.park(t.in.At)
	} else {
		t.s.clear()
	}
	t.f = nil
}

// standingMenu is the index of the menu that stands.
func (t *turn) standingMenu() int {
	n, err := strconv.Atoi(strings.TrimPrefix(t.s.Ask, askMenu+" "))
	if err != nil || n < 0 || n >= len(t.c.menus) {
		return 0
	}
	return n
}

func (t *turn) promptMenu() {
	t.welcomeBack()
	i := t.standingMenu()
	if t.s.Ask == "" {
		t.s.Ask = askMenu
	}
	m := &t.c.menus[i]
	options := make([]option, 0, len(m.items)+1)
	for _, item := range t.items(m, t.in.At) {
		options = append(options, option{t.c.itemTitle(item, t.lang), payloadMenu + "=" + t.c.itemID(item), item.number})
	}
	if i > 0 && !t.in.Face.Buttons {
		options = append(options, option{t.c.buttons["back"][t.lang], payloadMenu + "=0", 0})
	} else if i > 0 {
		options = append(options, option{t.c.buttons["back"][t.lang], payloadMenu + "=0", -1})
	}
	t.question(m.text, options, "")
}

// items are the lines of a menu on a day. One that proves a telephone is left
// out where no code can be sent.
func (t *turn) items(m *menu, at time.Time) []menuItem {
	items := t.c.items(m, at)
	if t.in.Codes || t.c.linking == nil {
		return items
	}
	shown := make([]menuItem, 0, len(items))
	for _, item := range items {
		if item.flow < 0 || !t.c.flows[item.flow].proves {
			shown = append(shown, item)
		}
	}
	return shown
}

func (c *Catalog) itemTitle(item menuItem, lang int) string {
	if item.flow >= 0 {
		return c.flows[item.flow].title[lang]
	}
	if title := c.menus[item.sub].title; title != nil && len(title.forms[lang].long.parts) > 0 {
		return title.forms[lang].long.parts[0].words
	}
	return ""
}

// itemID is what an item's button sends: a flow's id, or a menu's number.
func (c *Catalog) itemID(item menuItem) string {
	if item.flow >= 0 {
		return c.flows[item.flow].id
	}
	return strconv.Itoa(item.sub)
}

// tapMenu follows a menu's button, from this menu or an old one.
func (t *turn) tapMenu(value string) {
	if f := t.c.byFlowID(value); f != nil {
		if t.f == f {
			t.prompt()
			return
		}
		t.openFlow(f, "tapped "+value)
		return
	}
	if n, err := strconv.Atoi(value); err == nil && n >= 0 && n < len(t.c.menus) {
		t.setAside("tapped a menu")
		t.openMenu(n)
		return
	}
	t.oldButton()
}

func (t *turn) openMenu(n int) {
	t.s.Misses, t.s.Offer = 0, nil
	t.s.Ask = askMenu
	if n > 0 {
		t.s.Ask = askMenu + " " + strconv.Itoa(n)
	}
	t.promptMenu()
}

// openFlow begins a flow from the menu or from another flow. One that was left
// half-way is offered first.
func (t *turn) openFlow(f *flow, why string) {
	if f = t.inSeason(f); f == t.f {
		t.prompt()
		return
	}
	t.setAside(why)
	if t.s.Parked != nil && t.s.Parked.Flow == f.id {
		t.s.Ask, t.s.Misses = askResume, 0
		t.promptAsk()
		return
	}
	t.begin(f, why)
}

// idle answers text while no flow is open: a line of the menu, a case number, a
// service, a command or a friendly word, in a word or in their own.
func (t *turn) idle() {
	switch {
	case t.tellNumber():
	case t.pickMenu():
	case t.unreadable(nil):
	case t.ownWords():
	case t.s.Parked != nil && t.s.Misses < missesBeforeHelp:
		t.out.Missed = true
		t.s.Misses++
		t.s.Ask = askResume
		t.promptAsk()
	default:
		t.miss(reading{})
	}
}

// pickMenu reads a number or a title of the standing menu.
func (t *turn) pickMenu() bool {
	i := t.standingMenu()
	m := &t.c.menus[i]
	n, isNumber := t.pick()
	if isNumber && i > 0 && n == 0 {
		t.openMenu(0)
		return true
	}
	if isNumber && t.s.Ask == "" {
		return false
	}
	for _, item := range t.items(m, t.shownAt()) {
		if isNumber && n == item.number || !isNumber && t.isTitle(item) {
			t.follow(item, "menu "+t.text)
			return true
		}
	}
	return false
}

// shownAt is when the standing menu was shown: its numbers are those of that
// day.
func (t *turn) shownAt() time.Time {
	if t.s.At == 0 {
		return t.in.At
	}
	return time.Unix(t.s.At, 0)
}

func (t *turn) isTitle(item menuItem) bool {
	return has(item.folded, t.folded)
}

func (t *turn) follow(item menuItem, why string) {
	if item.flow >= 0 {
		t.openFlow(t.c.flows[item.flow], why)
		return
	}
	t.openMenu(item.sub)
}

// talk answers a friendly word.
func (t *turn) talk(i int, why string) bool {
	talk := t.c.talk[i]
	t.move("", "", "", why)
	switch {
	case talk.menu && t.s.Parked != nil && t.s.Ask == "":
		t.addLead(talk.text)
		t.s.Ask = askResume
		t.promptAsk()
	case talk.menu && t.in.First:
		t.mainMenu("greeted")
	case talk.menu:
		t.addLead(talk.text)
		t.mainMenu("greeted")
	default:
		t.say(talk.text)
	}
	return true
}
