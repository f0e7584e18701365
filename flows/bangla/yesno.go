package bangla

import "unicode/utf8"

// Answer is the reading of a reply to a yes-or-no question.
type Answer int

// The readings of YesNo; Unclear is also the answer to laughter, "I don't know" and sentences about something else.
const (
	Unclear Answer = iota
	Yes
	No
)

// String returns the name in the notation of domain/normalise.tsv.
func (a Answer) String() string {
	switch a {
	case Yes:
		return "yes"
	case No:
		return "no"
	}
	return "unclear"
}

// Bounds of an answer, in words: with a strange word in it, and at all.
const (
	longestLooseAnswer = 6
	longestAnswer      = 9
)

// YesNo reads a reply to a yes-or-no question in Bangla, dialect, romanised Bangla, English or a thumb. No is tried
// before yes (জি না, ঠিক না), whole words only; numbers of a menu are Pick's.
func YesNo(s string) Answer {
	var room [16]token
	ts := read(room[:0], s)
	var a answer
	for i, t := range ts {
		switch t.kind {
		case word:
			a.word(t.text)
		case number:
			a.number(t.text)
		case mark:
			a.mark(ts, i)
		}
	}
	return a.reading()
}

// sense is what one word means in an answer.
type sense uint8

const (
	strange sense = iota
	neutral
	strongYes
	politeYes
	laugh   // yes alone, laughter when repeated
	verb    // yes alone, no with a negation: লাগবে, চাই, ঠিক
	having  // things one may not have: ছবি
	negator // না, নাই
	wrong   // ভুল: no alone, yes with a negation after it
	trouble // সমস্যা: yes with a negation
	unsure
	knowing // জানি: unsure with a negation
	question
)

var senses = senseTable(map[sense]string{
	strongYes: "হ্যাঁ হ্যা হাঁ হ্যাহ হ অয় ইয়েস আলবত নিশ্চিত yes y ye yea yeah yep yup yaa hae hya hyan hyaa han hah haw oy " +
		"sure confirm confirmed কনফার্ম done nischit রাজি raji একমত সম্মত",
	politeYes: "জি জ্বি জ্বী জী জে হুম হু হুঁ আচ্ছা আচ্ছ ওকে ওক্কে অবশ্যই নিশ্চয়ই obosshoi oboshoi nischoi ji jee jii jy jwi jbi zi hum hm hmm hoom accha acha achha acca accah " +
		"ok okay okey okk k kk oke right correct true agree agreed fine",
	laugh: "হা ha",
	verb: "ঠিক ঠিকই সঠিক ঠিকাছে লাগবে লাগব লাগতো লাগে নাগবে দরকার চাই চাইতেছি চাইছি হয় হবে হইবো হইব হবেই করে করব করবো করেন করুন কর দেব দিব দেবো দিবো দেন দিন দাও " +
		"দিতে আছে আছি আসে পারি পারব পারবো পারেন করতে জমা ফাইনাল সাবমিট হয়েছে হইছে হইসে হয়ছে হলো হল রাখেন রাখুন পাঠান নেন নিন খুলুন মিলছে মিলেছে " +
		"সমাধান thik tik thk thikache thikase sothik shothik lagbe lagbo lagto lage dorkar chai chay cai hoy hoi hobe hoibo kore korbo korben koren korun den dao " +
		"debo dibo dite ache asa ase acche achey pari parbo joma submit final hoise hoyeche hoyese holo rakhen pathan need needed want solved fixed " +
		"somadhan proceed continue go ahead send save do",
	having: "ছবি ফটো chobi chhobi sobi photo pic picture কাগজ kagoj রসিদ rosid লোকেশন location",
	negator: "না নাহ নহে নাই নেই নয় নো নট নি নাইকা নাইক্কা নাইগা হয়নি হইনি পাইনি পায়নি করিনি করেনি দেইনি দেয়নি আসেনি যায়নি হয়নাই " +
		"na nah nai nei noy no n nope nop not dont don't don’t doesnt doesn't isnt isn't never naa naw nay ni hoyni hoini paini korini koreni aseni",
	wrong:    "ভুল ভূল ভুলই বেঠিক মিথ্যা ভুলে vul bhul bul vhul wrong incorrect false mistake bethik",
	trouble:  "সমস্যা অসুবিধা somossa shomossha somosya somoshsha osubidha problem issue issues",
	unsure:   "হয়তো হয়ত সম্ভবত বোধহয় বোধ দেখি সন্দেহ পরে কিছুটা maybe may perhaps possibly probably hoyto hoito sombhoboto idk dunno unsure dekhi pore later",
	knowing:  "জানি জানিনা জানিনে বুঝি বুঝিনি বুঝলাম বুঝতে পারছি পারতেছি মনে জানা jani janina janinah buji bujhi bujhina bujlam bujte bujhte mone know understand remember",
	question: "কি কী কেন কীভাবে কিভাবে কোথায় কখন কবে কত কে কোনটা ki kee keno kivabe kothay kokhon kobe koto what why how when where which who konta",
	neutral: "ভাই ভাইয়া আপা আপু স্যার ম্যাডাম জনাব প্লিজ দয়া ধন্যবাদ একদম পুরোপুরি এটা এটাই এইটা এটি ওটা সেটা তাই তো আমি আমার আমাদের আর এখন এখনো এখনও কোনো কোন সব " +
		"সবই আপনি ই গো রে যে আল্লাহ ইনশাআল্লাহ ইনশাল্লাহ অনেক খুব একটা ভালো ভালোই টা তা আপনার কাজ কিছু কিছুই কখনো কখনোই কখনও kokhono konodin " +
		"vai bhai vaia bhaia bhaiya apa apu sir madam mam please pls plz thanks thank you dhonnobad ekdom eta etai eita ota tai to ami amar ar r ekhon ekhono kono sob " +
		"is are am i it it's its that that's thats this all the very much a my me inshallah dear good valo bhalo ektu kaj work still yet nothing kichu",
})

func senseTable(lists map[sense]string) map[string]sense {
	table := map[string]sense{}
	for kind, list := range lists {
		for w := range setOf(list) {
			if known, taken := table[w]; !taken || kind > known {
				table[w] = kind
			}
		}
	}
	return table
}

// senseOf looks a word up, stretched spellings (yesss, হ্যাাাঁ) included.
func senseOf(w string) sense {
	if s, ok := senses[w]; ok {
		return s
	}
	var buf keyBuf
	return senses[string(squeeze(buf[:0], w))]
}

// squeeze appends w without repeated letters.
func squeeze(b []byte, w string) []byte {
	last := rune(-1)
	for _, r := range w {
		if r != last {
			b = utf8.AppendRune(b, r)
		}
		last = r
	}
	return b
}

// answer counts the senses of a reply.
type answer struct {
	counts            [question + 1]int
	total             int
	first, previous   sense
	text              string // the previous word
	yesMarks, noMarks int
	asked             bool // has a question mark
	refused           bool // a verb is negated: লাগবে না
	confirmed         bool // a fault is denied: ভুল নাই, no problem
	fine              bool // ঠিক আছে
}

// denials deny the English fault after them; "no, wrong" does not.
var denials = setOf("not isnt isn't nothing")

func (a *answer) word(w string) {
	s := senseOf(w)
	if a.total == 0 {
		a.first = s
	}
	switch {
	case s == negator && a.previous == verb:
		a.refused = true
	case s == negator && (a.previous == wrong || a.previous == trouble):
		a.confirmed = true
	case s == wrong && denials.has(a.text), a.text == "no" && (s == trouble || w == "mistake"):
		a.confirmed = true
	case fineWords.has(a.text) && presentWords.has(w):
		a.fine = true
	}
	a.counts[s]++
	a.total++
	a.previous, a.text = s, w
}

var (
	fineWords    = setOf("ঠিক ঠিকই thik tik thk")
	presentWords = setOf("আছে আসে ache ase asa acche achey")
)

// number notes a number in the reply: 1 and 2 come from copied menus, any other makes it a sentence.
func (a *answer) number(digits string) {
	if digits != "1" && digits != "2" {
		a.counts[strange]++
		a.total++
	}
}

// mark notes thumbs and question marks.
func (a *answer) mark(ts []token, i int) {
	switch ts[i].text {
	case "👍", "✅", "✔", "☑", "👌", "🆗", "💯":
		a.yesMarks++
	case "👎", "❌", "✖", "🚫", "❎":
		a.noMarks++
	case "?", "؟":
		a.asked = true
	}
}

// reading weighs the senses; the order of the cases is the rule.
func (a *answer) reading() Answer {
	switch {
	case a.total == 0:
		return a.thumb()
	case a.asked, a.total > longestAnswer, a.counts[unsure] > 0, a.counts[question] > 0:
		return Unclear
	case a.counts[knowing] > 0:
		return a.knowingReading()
	case a.counts[laugh] > 1 && a.counts[laugh] == a.total:
		return Unclear
	case a.confirmed:
		return Yes
	case a.counts[negator] > 0:
		return a.negated()
	case a.counts[wrong] > 0 && a.counts[strongYes] == 0 && a.counts[strange] <= 1:
		return No
	case a.counts[wrong] > 0, a.counts[trouble] > 0:
		return Unclear
	}
	return a.affirmed()
}

func (a *answer) thumb() Answer {
	switch {
	case a.yesMarks > 0 && a.noMarks == 0:
		return Yes
	case a.noMarks > 0 && a.yesMarks == 0:
		return No
	}
	return Unclear
}

// knowingReading is for জানি, বুঝি, sure: with a negation, or alone, they say nothing.
func (a *answer) knowingReading() Answer {
	if a.counts[negator] == 0 && a.counts[strange] == 0 && a.counts[strongYes]+a.counts[politeYes]+a.counts[laugh] > 0 {
		return Yes
	}
	return Unclear
}

func (a *answer) negated() Answer {
	known := a.counts[strange] == 0
	switch {
	case a.counts[strongYes] > 0 && !a.refused, a.first == negator && a.fine && !a.refused:
		return Unclear
	case known && a.counts[trouble] == 0:
		return No
	case a.first == negator && a.total > 1 && a.total <= longestLooseAnswer && a.counts[wrong] > 0:
		return No
	}
	return Unclear
}

func (a *answer) affirmed() Answer {
	agrees := a.counts[strongYes] + a.counts[politeYes] + a.counts[laugh] + a.counts[verb]
	switch {
	case agrees == 0:
		return a.thumbIfQuiet()
	case a.counts[strange] == 0:
		return Yes
	case (a.first == strongYes || a.first == politeYes || a.first == laugh) && a.total <= longestLooseAnswer:
		return Yes
	}
	return Unclear
}

func (a *answer) thumbIfQuiet() Answer {
	if a.counts[strange] == 0 {
		return a.thumb()
	}
	return Unclear
}
