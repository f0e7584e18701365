package bangla

// Bounds of a rating, and of its answer in words.
const (
	worstRating   = 1
	bestRating    = 5
	longestRating = 6
)

// Rating reads the answer to "how satisfied are you, 1 to 5?": the number in either script or as a word, with "5/5",
// stars or a thumb, or words for good and bad. Whatever else is in the message makes it no answer: ok is false.
func Rating(s string) (score int, ok bool) {
	if n, ok := Pick(s, bestRating); ok {
		return n, n >= worstRating
	}
	var room [16]token
	ts := read(room[:0], s)
	if n, ok := outOfBest(ts); ok {
		return n, true
	}
	var v verdict
	for _, t := range ts {
		if !v.token(t) {
			return 0, false
		}
	}
	return v.score()
}

// outOfBest reads "4/5".
func outOfBest(ts []token) (int, bool) {
	if len(ts) != 3 || ts[1].text != "/" || ts[2].text != "5" {
		return 0, false
	}
	n, ok := Pick(ts[0].text, bestRating)
	return n, ok && n >= worstRating
}

// The words of an opinion.
var (
	goodWords = setOf("ভালো ভাল ভালোই সন্তুষ্ট খুশি খুশী ধন্যবাদ valo bhalo vhalo balo sontushto santusto shontushto khushi khusi good nice great happy satisfied thanks thank dhonnobad")
	bestWords = setOf("চমৎকার দারুণ অসাধারণ সেরা excellent perfect best awesome superb chomotkar darun osadharon")
	badWords  = setOf("খারাপ বাজে মন্দ অসন্তুষ্ট kharap kharab baje osontushto asontusto bad poor unhappy dissatisfied unsatisfied")
	foulWords = setOf("জঘন্য ফালতু যাচ্ছেতাই worst terrible horrible awful useless jogonno joghonno faltu")
	soSoWords = setOf("মোটামুটি চলনসই মাঝামাঝি motamuti average okay")
	veryWords = setOf("খুব খুবই অনেক একদম ভীষণ very so really khub khubi onek ekdom")
	denyWords = setOf("না নাই নয় নই নি na nai noy noi not")
	idleWords = setOf("আমি হয়েছি হলাম ছিল হয়েছে হইছে সেবা সার্ভিস কাজ আপনাদের আপনাকে লাগলো লাগছে লেগেছে ভাই ami hoyechi hoisi chilo hoise hoyeche seba service kaj apnader apnake laglo lagse legeche vai bhai i am was it you the sir")
)

// verdict is an opinion as its words come in.
type verdict struct {
	best, good, soSo, bad, foul int
	very, denied                bool
	up, down, words             int
}

// token notes one token; false: it says something else.
func (v *verdict) token(t token) bool {
	switch t.kind {
	case word:
		v.words++
		return v.words <= longestRating && v.word(t.text)
	case mark:
		switch t.text {
		case "👍", "❤", "😊", "🙂", "👌":
			v.up++
		case "👎", "😡", "😠", "🙁", "☹":
			v.down++
		case "?", "؟":
			return false
		}
		return true
	default:
		return false
	}
}

func (v *verdict) word(w string) bool {
	switch {
	case bestWords.has(w):
		v.best++
	case goodWords.has(w):
		v.good++
	case foulWords.has(w):
		v.foul++
	case badWords.has(w):
		v.bad++
	case soSoWords.has(w):
		v.soSo++
	case veryWords.has(w):
		v.very = true
	case denyWords.has(w):
		v.denied = true
	default:
		return idleWords.has(w)
	}
	return true
}

// score weighs the words; good and bad together are no answer.
func (v *verdict) score() (int, bool) {
	good, bad := v.best+v.good > 0, v.bad+v.foul > 0
	switch {
	case good && bad, v.up > 0 && (v.down > 0 || bad), v.down > 0 && good:
		return 0, false
	case v.denied && v.best+v.foul > 0:
		return 0, false
	case v.denied && good:
		return 2, true
	case v.denied && bad:
		return 3, true
	case v.denied:
		return 0, false
	case v.soSo > 0:
		return 3, true
	case v.best > 0, good && v.very:
		return 5, true
	case v.foul > 0, bad && v.very:
		return 1, true
	case good || v.up > 0:
		return 4, true
	case bad || v.down > 0:
		return 2, true
	default:
		return 0, false
	}
}
