package grammar

// File is a flow file: its sections.
type File struct {
	Languages map[LanguageCode]Language         `yaml:"languages"`
	City      City                              `yaml:"city"`
	Teams     map[NewName]Text                  `yaml:"teams"`
	Statuses  map[StatusName]Text               `yaml:"statuses"`
	Idle      Idle                              `yaml:"idle"`
	Office    Office                            `yaml:"office"`
	Commands  map[CommandName]WordsWithExamples `yaml:"commands"`
	Buttons   map[ButtonName]Text               `yaml:"buttons"`
	Danger    []Danger                          `yaml:"danger"`
	SmallTalk []SmallTalk                       `yaml:"small_talk"`
	Redirects map[NewName]Redirect              `yaml:"redirects"`
	OffTopic  OffTopic                          `yaml:"off_topic"`
	Texts     map[TextName]Text                 `yaml:"texts"`
	Notices   Notices                           `yaml:"notices"`
	Menu      Menu                              `yaml:"menu"`
	Flows     map[NewName]Flow                  `yaml:"flows"`
}

// Language is one the bot speaks.
type Language struct {
	Name  string `yaml:"name"`
	Words Words  `yaml:"words"`
}

// City is whose services these are, and the facts that may change.
type City struct {
	Name     Text                `yaml:"name"`
	Settings map[NewName]Setting `yaml:"settings"`
}

// Setting is a fact of the city.
type Setting struct {
	Value         SettingValue `yaml:"value"`
	Unit          Unit         `yaml:"unit"`
	Source        string       `yaml:"source"`
	CheckedOn     Date         `yaml:"checked_on"`
	NeedsChecking bool         `yaml:"needs_checking"`
}

// Idle is what happens when nobody answers.
type Idle struct {
	RemindAfter Duration `yaml:"remind_after"`
	ExpireAfter Duration `yaml:"expire_after"`
}

// Office is when people answer.
type Office struct {
	Source        string              `yaml:"source"`
	CheckedOn     Date                `yaml:"checked_on"`
	NeedsChecking bool                `yaml:"needs_checking"`
	Assign        Assign              `yaml:"assign"`
	AnswerWithin  Duration            `yaml:"answer_within"`
	Hours         map[Days]Words      `yaml:"hours"`
	Holidays      map[Date]Text       `yaml:"holidays"`
	OtherHours    []OtherHours        `yaml:"other_hours"`
	Words         map[OfficeWord]Text `yaml:"words"`
}

// OtherHours are days on which the office is open at other times.
type OtherHours struct {
	From  Date           `yaml:"from"`
	To    Date           `yaml:"to"`
	Hours map[Days]Words `yaml:"hours"`
}

// WordsWithExamples are a command's words: a list, or one for each language and
// sentences that mean it.
type WordsWithExamples struct{}

// Danger is a line of danger.
type Danger struct {
	Words    Words    `yaml:"words"`
	Unless   Words    `yaml:"unless"`
	Text     TextName `yaml:"text"`
	Examples Words    `yaml:"examples"`
}

// SmallTalk is a line of small talk.
type SmallTalk struct {
	Words    Words   `yaml:"words"`
	Text     Text    `yaml:"text"`
	Menu     bool    `yaml:"menu"`
	Intent   NewName `yaml:"intent"`
	Examples Words   `yaml:"examples"`
}

// Redirect is a matter of another office.
type Redirect struct {
	Title    Text     `yaml:"title"`
	Text     Text     `yaml:"text"`
	Intent   FlowName `yaml:"intent"`
	Words    Words    `yaml:"words"`
	Examples Words    `yaml:"examples"`
}

// OffTopic are sentences that nobody here can answer.
type OffTopic struct {
	Examples Words `yaml:"examples"`
}

// Notices are what citizens are told unasked.
type Notices struct {
	Order  []Way                `yaml:"order"`
	Also   []Way                `yaml:"also"`
	Events map[EventName]Notice `yaml:"events"`
}

// Notice is what is said about one event.
type Notice struct {
	Text     Text                      `yaml:"text"`
	Subject  Text                      `yaml:"subject"`
	Template string                    `yaml:"template"`
	Flows    map[FlowName]NoticeOfFlow `yaml:"flows"`
	Fixed    Fixed                     `yaml:"fixed"`
}

// Fixed is the question, with the notice that a case is resolved, whether it is.
type Fixed struct {
	Ask       Text     `yaml:"ask"`
	Yes       Text     `yaml:"yes"`
	No        Text     `yaml:"no"`
	Thanks    Text     `yaml:"thanks"`
	Otherwise Text     `yaml:"otherwise"`
	Flow      FlowName `yaml:"flow"`
}

// NoticeOfFlow is the same in other words, for one service.
type NoticeOfFlow struct {
	Text     Text   `yaml:"text"`
	Subject  Text   `yaml:"subject"`
	Template string `yaml:"template"`
}

// Menu is the menu, or one within it.
type Menu struct {
	Title  Text   `yaml:"title"`
	Text   Text   `yaml:"text"`
	Items  []Item `yaml:"items"`
	Number int    `yaml:"number"`
}

// MenuItem is a line of a menu that is not only a service's name.
type MenuItem struct {
	Flow   FlowName `yaml:"flow"`
	Title  Text     `yaml:"title"`
	Text   Text     `yaml:"text"`
	Items  []Item   `yaml:"items"`
	Number int      `yaml:"number"`
}

// Flow is a service.
type Flow struct {
	Title      Text              `yaml:"title"`
	Kind       Kind              `yaml:"kind"`
	Team       TeamName          `yaml:"team"`
	Target     Duration          `yaml:"target"`
	Triggers   WordsByLanguage   `yaml:"triggers"`
	Examples   Words             `yaml:"examples"`
	Season     []Season          `yaml:"season"`
	Outside    FlowName          `yaml:"outside"`
	MeToo      bool              `yaml:"me_too"`
	AfterPhoto AfterPhoto        `yaml:"after_photo"`
	Slots      map[NewName]Slot  `yaml:"slots"`
	States     map[NewName]State `yaml:"states"`
}

// Season is a stretch of days.
type Season struct {
	From Date `yaml:"from"`
	To   Date `yaml:"to"`
}

// Slot is something to collect. `with` names the types that have a key; without
// it all have.
type Slot struct {
	Type     SlotType            `yaml:"type"`
	Label    Text                `yaml:"label"`
	Optional bool                `yaml:"optional" with:"text choice number amount date phone ward location photo"`
	Remember bool                `yaml:"remember" with:"text choice number amount date phone ward location"`
	Several  bool                `yaml:"several" with:"choice"`
	Unknown  bool                `yaml:"unknown" with:"ward"`
	Min      float64             `yaml:"min" with:"text choice number amount"`
	Max      float64             `yaml:"max" with:"text choice number amount photo"`
	Choices  map[NewName]TitleOf `yaml:"choices" with:"choice"`
	Error    Text                `yaml:"error"`
	Example  Text                `yaml:"example" with:"text choice number amount date phone ward location photo code"`
}

// State is a step. `with` names what the step does for a key to stand in it.
type State struct {
	Say        Text                 `yaml:"say" with:"say"`
	Ask        SlotName             `yaml:"ask" with:"ask"`
	Branch     []Branch             `yaml:"branch" with:"branch"`
	Compute    map[SlotName]Formula `yaml:"compute" with:"compute"`
	Lookup     Lookup               `yaml:"lookup" with:"lookup"`
	OpenCase   OpenCaseOrTrue       `yaml:"open_case" with:"open_case"`
	ReopenCase SlotName             `yaml:"reopen_case" with:"reopen_case"`
	SendCode   SlotName             `yaml:"send_code" with:"send_code"`
	Handoff    HandoffOrTrue        `yaml:"handoff" with:"handoff"`
	End        True                 `yaml:"end" with:"end"`
	Text       Text                 `yaml:"text" with:"ask open_case reopen_case handoff end"`
	Next       StateName            `yaml:"next" with:"say ask compute open_case reopen_case send_code handoff"`
	On         map[Answer]StateName `yaml:"on" with:"ask"`
	Skipped    StateName            `yaml:"skipped" with:"ask"`
	Number     SlotName             `yaml:"number" with:"lookup"`
	Within     SettingName          `yaml:"within" with:"lookup"`
	Found      StateName            `yaml:"found" with:"lookup send_code"`
	None       StateName            `yaml:"none" with:"lookup send_code"`
	Note       SlotName             `yaml:"note" with:"reopen_case"`
}

// Branch is a line of a branch.
type Branch struct {
	If   Formula   `yaml:"if"`
	Next StateName `yaml:"next"`
}

// OpenCase is what stands below open_case.
type OpenCase struct {
	Title  Text     `yaml:"title"`
	Target Duration `yaml:"target"`
	Place  SlotName `yaml:"place"`
}

// Handoff is what stands below handoff.
type Handoff struct {
	Team   TeamName `yaml:"team"`
	Urgent bool     `yaml:"urgent"`
}
