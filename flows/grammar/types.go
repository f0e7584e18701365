package grammar

// File is a flow file: its sections.
type File struct {
	Languages  map[languageCode]Language         `yaml:"languages"`
	City       City                              `yaml:"city"`
	Teams      map[newName]textValue             `yaml:"teams"`
	Statuses   map[statusName]textValue          `yaml:"statuses"`
	Idle       Idle                              `yaml:"idle"`
	Office     Office                            `yaml:"office"`
	Commands   map[commandName]wordsWithExamples `yaml:"commands"`
	Buttons    map[buttonName]textValue          `yaml:"buttons"`
	Groups     map[newName]wordsValue            `yaml:"word_groups"`
	Danger     []Danger                          `yaml:"danger"`
	SmallTalk  []SmallTalk                       `yaml:"small_talk"`
	Redirects  map[newName]Redirect              `yaml:"redirects"`
	OffTopic   OffTopic                          `yaml:"off_topic"`
	Texts      map[textName]textValue            `yaml:"texts"`
	Notices    Notices                           `yaml:"notices"`
	Broadcasts Broadcasts                        `yaml:"broadcasts"`
	Menu       Menu                              `yaml:"menu"`
	Flows      map[newName]Flow                  `yaml:"flows"`
}

// Language is one the bot speaks.
type Language struct {
	Name  string     `yaml:"name"`
	Words wordsValue `yaml:"words"`
}

// City is whose services these are, and the facts that may change.
type City struct {
	Name     textValue           `yaml:"name"`
	Settings map[newName]Setting `yaml:"settings"`
}

// Setting is a fact of the city.
type Setting struct {
	Value         settingValue `yaml:"value"`
	Unit          unitWord     `yaml:"unit"`
	Source        string       `yaml:"source"`
	CheckedOn     dateValue    `yaml:"checked_on"`
	NeedsChecking bool         `yaml:"needs_checking"`
}

// Idle is what happens when nobody answers.
type Idle struct {
	RemindAfter durationValue `yaml:"remind_after"`
	ExpireAfter durationValue `yaml:"expire_after"`
}

// Office is when people answer.
type Office struct {
	Source        string                   `yaml:"source"`
	CheckedOn     dateValue                `yaml:"checked_on"`
	NeedsChecking bool                     `yaml:"needs_checking"`
	Assign        assignWord               `yaml:"assign"`
	AnswerWithin  durationValue            `yaml:"answer_within"`
	Hours         map[daysValue]wordsValue `yaml:"hours"`
	Holidays      map[dateValue]textValue  `yaml:"holidays"`
	OtherHours    []OtherHours             `yaml:"other_hours"`
	Words         map[officeWord]textValue `yaml:"words"`
}

// OtherHours are days on which the office is open at other times.
type OtherHours struct {
	From  dateValue                `yaml:"from"`
	To    dateValue                `yaml:"to"`
	Hours map[daysValue]wordsValue `yaml:"hours"`
}

// wordsWithExamples are a command's words: a list, or one for each language and
// sentences that mean it.
type wordsWithExamples struct{}

// Danger is a line of danger.
type Danger struct {
	Words    wordsValue `yaml:"words"`
	Unless   wordsValue `yaml:"unless"`
	Text     textName   `yaml:"text"`
	Examples wordsValue `yaml:"examples"`
}

// SmallTalk is a line of small talk.
type SmallTalk struct {
	Words    wordsValue `yaml:"words"`
	Text     textValue  `yaml:"text"`
	Menu     bool       `yaml:"menu"`
	Intent   newName    `yaml:"intent"`
	Examples wordsValue `yaml:"examples"`
}

// Redirect is a matter of another office.
type Redirect struct {
	Title    textValue  `yaml:"title"`
	Text     textValue  `yaml:"text"`
	Intent   flowName   `yaml:"intent"`
	Words    wordsValue `yaml:"words"`
	Examples wordsValue `yaml:"examples"`
}

// OffTopic are sentences that nobody here can answer.
type OffTopic struct {
	Examples wordsValue `yaml:"examples"`
}

// Notices are what citizens are told unasked.
type Notices struct {
	Order  []wayWord            `yaml:"order"`
	Also   []wayWord            `yaml:"also"`
	Events map[eventName]Notice `yaml:"events"`
}

// Notice is what is said about one event.
type Notice struct {
	Text     textValue                 `yaml:"text"`
	Subject  textValue                 `yaml:"subject"`
	Template string                    `yaml:"template"`
	Flows    map[flowName]NoticeOfFlow `yaml:"flows"`
	Fixed    Fixed                     `yaml:"fixed"`
}

// Fixed is the question, with the notice that a case is resolved, whether it is.
type Fixed struct {
	Ask       textValue `yaml:"ask"`
	Yes       textValue `yaml:"yes"`
	No        textValue `yaml:"no"`
	Thanks    textValue `yaml:"thanks"`
	Otherwise textValue `yaml:"otherwise"`
	Flow      flowName  `yaml:"flow"`
}

// Broadcasts are news that offices send.
type Broadcasts struct {
	Quiet    quietValue        `yaml:"quiet"`
	Template string            `yaml:"template"`
	Topics   map[newName]Topic `yaml:"topics"`
	Leave    wordsValue        `yaml:"leave"`
	Join     wordsValue        `yaml:"join"`
	Left     textValue         `yaml:"left"`
	Joined   textValue         `yaml:"joined"`
	Footer   textValue         `yaml:"footer"`
}

// Topic is a subject of broadcasts.
type Topic struct {
	Title textValue  `yaml:"title"`
	Words wordsValue `yaml:"words"`
}

// NoticeOfFlow is the same in other words, for one service.
type NoticeOfFlow struct {
	Text     textValue `yaml:"text"`
	Subject  textValue `yaml:"subject"`
	Template string    `yaml:"template"`
}

// Menu is the menu, or one within it.
type Menu struct {
	Title  textValue   `yaml:"title"`
	Text   textValue   `yaml:"text"`
	Items  []itemValue `yaml:"items"`
	Number int         `yaml:"number"`
}

// MenuItem is a line of a menu that is not only a service's name.
type MenuItem struct {
	Flow   flowName    `yaml:"flow"`
	Title  textValue   `yaml:"title"`
	Text   textValue   `yaml:"text"`
	Items  []itemValue `yaml:"items"`
	Number int         `yaml:"number"`
}

// Flow is a service.
type Flow struct {
	Title      textValue         `yaml:"title"`
	Kind       kindWord          `yaml:"kind"`
	Team       teamName          `yaml:"team"`
	Target     durationValue     `yaml:"target"`
	Triggers   wordsByLanguage   `yaml:"triggers"`
	Examples   wordsValue        `yaml:"examples"`
	Season     []Season          `yaml:"season"`
	Outside    flowName          `yaml:"outside"`
	MeToo      bool              `yaml:"me_too"`
	AfterPhoto afterPhotoWord    `yaml:"after_photo"`
	Slots      map[newName]Slot  `yaml:"slots"`
	States     map[newName]State `yaml:"states"`
}

// Season is a stretch of days.
type Season struct {
	From dateValue `yaml:"from"`
	To   dateValue `yaml:"to"`
}

// Slot is something to collect. `with` names the types that have a key; without
// it all have.
type Slot struct {
	Type     slotTypeWord           `yaml:"type"`
	Label    textValue              `yaml:"label"`
	Optional bool                   `yaml:"optional" with:"text choice number amount date phone ward location photo"`
	Remember bool                   `yaml:"remember" with:"text choice number amount date phone ward location"`
	Several  bool                   `yaml:"several" with:"choice"`
	Unknown  bool                   `yaml:"unknown" with:"ward"`
	Min      float64                `yaml:"min" with:"text choice number amount"`
	Max      float64                `yaml:"max" with:"text choice number amount photo"`
	Choices  map[newName]titleValue `yaml:"choices" with:"choice"`
	Beside   wordsValue             `yaml:"beside" with:"text"`
	Error    textValue              `yaml:"error"`
	Example  textValue              `yaml:"example" with:"text choice number amount date phone ward location photo code"`
}

// State is a step. `with` names what the step does for a key to stand in it.
type State struct {
	Say        textValue                 `yaml:"say" with:"say"`
	Ask        slotName                  `yaml:"ask" with:"ask"`
	Branch     []Branch                  `yaml:"branch" with:"branch"`
	Compute    map[slotName]formulaValue `yaml:"compute" with:"compute"`
	Lookup     lookupWord                `yaml:"lookup" with:"lookup"`
	OpenCase   openCaseOrTrue            `yaml:"open_case" with:"open_case"`
	ReopenCase slotName                  `yaml:"reopen_case" with:"reopen_case"`
	SendCode   slotName                  `yaml:"send_code" with:"send_code"`
	Handoff    handoffOrTrue             `yaml:"handoff" with:"handoff"`
	End        trueValue                 `yaml:"end" with:"end"`
	Text       textValue                 `yaml:"text" with:"ask open_case reopen_case handoff end"`
	Next       stateName                 `yaml:"next" with:"say ask compute open_case reopen_case send_code handoff"`
	On         map[answerName]stateName  `yaml:"on" with:"ask"`
	Skipped    stateName                 `yaml:"skipped" with:"ask"`
	Number     slotName                  `yaml:"number" with:"lookup"`
	Within     settingName               `yaml:"within" with:"lookup"`
	Register   newName                   `yaml:"register" with:"lookup"`
	Key        slotName                  `yaml:"key" with:"lookup"`
	Masked     stateName                 `yaml:"masked" with:"lookup"`
	NoPhone    stateName                 `yaml:"no_phone" with:"lookup send_code"`
	Absent     stateName                 `yaml:"absent" with:"lookup"`
	Found      stateName                 `yaml:"found" with:"lookup send_code"`
	None       stateName                 `yaml:"none" with:"lookup send_code"`
	Note       slotName                  `yaml:"note" with:"reopen_case"`
}

// Branch is a line of a branch.
type Branch struct {
	If   formulaValue `yaml:"if"`
	Next stateName    `yaml:"next"`
}

// OpenCase is what stands below open_case.
type OpenCase struct {
	Title  textValue     `yaml:"title"`
	Target durationValue `yaml:"target"`
	Place  slotName      `yaml:"place"`
}

// Handoff is what stands below handoff.
type Handoff struct {
	Team   teamName `yaml:"team"`
	Urgent bool     `yaml:"urgent"`
}
