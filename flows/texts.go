package flows

// textFills lists the texts the engine and the bot say by themselves, all of
// which a catalogue must have, with the placeholders each may use beside {city}
// and the settings.
var textFills = map[string][]string{
	"welcome": nil, "welcome_back": {"name"}, "news": {"id", "status", "date", "service"}, "privacy": nil, "language_hint": nil, "help": nil,
	"unclear1": nil, "unclear2": nil, "stuck": {"example"}, "old_button": nil,
	"bijoy": nil, "voice": nil, "nid_never": nil,
	"ask_ward": {"max"}, "ask_place": nil, "ask_place_pin": nil, "ask_photo": {"max"}, "ask_phone": nil,
	"confirm":    {"summary"},
	"bad_choice": {"min", "max"}, "bad_confirm": nil, "bad_text": nil, "bad_number": nil, "bad_amount": nil,
	"bad_range": {"min", "max"}, "bad_date": nil, "bad_phone": nil, "bad_ward": {"max"}, "bad_place": nil,
	"bad_photo": nil, "too_long": {"max"}, "not_skippable": nil,
	"example_choice": nil, "example_confirm": nil, "example_text": nil, "example_number": nil, "example_amount": nil,
	"example_date": nil, "example_phone": nil, "example_ward": nil, "example_location": nil, "example_photo": nil,
	"ward_confirm": {"area", "ward"}, "ward_many": {"area"}, "ward_road": {"area"}, "ward_bad": {"ward", "max"},
	"ward_outside": nil, "ward_unknown": nil,
	"offer": nil, "switch": {"service"},
	"photo_ok": {"n", "max"}, "photo_kept": {"n"}, "photo_about": {"n"}, "photo_added": {"id", "n"},
	"photo_full": nil, "photo_ward": {"ward"}, "pin_kept": nil,
	"skip_hint": nil, "skipped": nil, "chosen": {"chosen"}, "edit_which": nil, "cancel_ask": nil, "cancelled": nil,
	"remind": nil, "timeout": nil, "resume": {"service"}, "language_ask": nil, "language_set": nil,
	"stopped": nil, "started": nil,
	"ask_code": nil, "bad_code": nil, "example_code": nil, "code_wrong": {"n"}, "code_sms": {"code", "min"}, "link_offer": nil,
	"case_new": caseFills, "case_new_hours": caseFills, "case_new_open": caseFills,
	"status": {"id", "status", "date", "service"}, "status_ask": nil, "status_none": {"id"},
	"handoff": {"min"}, "handoff_q": {"n", "min"}, "hours_closed": openFills, "hours_ending": openFills,
	"holiday": {"open", "office", "holiday"}, "promise_missed": nil, "agent_in": {"name"}, "agent_out": nil, "ask_rating": nil, "rated": nil, "handed_back": nil, "requeued": nil, "slow_down": nil, "sys_error": nil,
}

var openFills = []string{"open", "office"}

var caseFills = []string{"id", "days", "hours", "dept", "service"}

// buttonNames are the buttons the engine adds by itself.
var buttonNames = []string{
	"yes", "no", "skip", "done", "back", "menu", "person", "unknown_ward", "continue", "start_over", "other", buttonDanger,
}

// buttonDanger is offered where a message is somewhat like danger; without it nothing is asked then.
const buttonDanger = "danger"

// statusNames are the states of a case, as the desk keeps them.
var statusNames = []string{
	"new", "assigned", "in_progress", "waiting", "resolved", "reopened", "closed", "rejected", "referred", "duplicate",
}

// The commands: words that are understood in every state.
const (
	commandMenu     = "menu"
	commandBack     = "back"
	commandSkip     = "skip"
	commandCancel   = "cancel"
	commandAgent    = "agent"
	commandLanguage = "language"
	commandStatus   = "status"
	commandHelp     = "help"
	commandStop     = "stop"
	commandStart    = "start"
	commandDone     = "done"
	commandUnknown  = "unknown"
)

var commandNames = []string{
	commandMenu, commandBack, commandSkip, commandCancel, commandAgent, commandLanguage, commandStatus,
	commandHelp, commandStop, commandStart, commandDone, commandUnknown,
}
