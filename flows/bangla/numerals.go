package bangla

import "strings"

// countingWords are the spellings of 0 to 99, folded when the table is made. Bangla forms that differ only by vowel
// length or aspiration and romanised forms that sound alike are found by their key and need no entry here.
var countingWords = [100]string{
	0:  "শূন্য শুন্য জিরো shunno sunno zero",
	1:  "এক ওয়ান একটা একটি ek ak aek one",
	2:  "দুই দু দুইটা দুটো dui du duy doi two টু",
	3:  "তিন তীন থ্রি tin teen three",
	4:  "চার ফোর char chaar car four",
	5:  "পাঁচ পাচ পাঁছ ফাইভ pach panch paach pas paas five",
	6:  "ছয় ছ ছয় সিক্স choy chhoy chhoi choi soy soi six",
	7:  "সাত সেভেন sat saat shat shaat seven",
	8:  "আট এইট at aat aath ath eight",
	9:  "নয় নাইন noy noi nine",
	10: "দশ টেন dosh dos das ten",
	11: "এগারো এগার ইলেভেন egaro egar agaro eleven",
	12: "বারো বার টুয়েলভ baro twelve",
	13: "তেরো তের tero thirteen",
	14: "চৌদ্দ চোদ্দ চৌদ্ধ choddo chouddo fourteen",
	15: "পনেরো পনের পনরো ponero ponoro poner fifteen",
	16: "ষোলো ষোল sholo solo sixteen",
	17: "সতেরো সতের shotero sotero satero seventeen",
	18: "আঠারো আঠার atharo ataro eighteen",
	19: "উনিশ ঊনিশ unish unis onish nineteen",
	20: "বিশ কুড়ি bish bis kuri twenty",
	21: "একুশ ekush ekus",
	22: "বাইশ baish bais",
	23: "তেইশ teish teis",
	24: "চব্বিশ chobbish cobbis",
	25: "পঁচিশ পচিশ pochish pochis ponchish",
	26: "ছাব্বিশ chabbish sabbish",
	27: "সাতাশ satash shatash",
	28: "আটাশ আঠাশ atash athash",
	29: "ঊনত্রিশ উনত্রিশ উনতিরিশ unotrish untrish",
	30: "ত্রিশ তিরিশ trish tirish thirty",
	31: "একত্রিশ একতিরিশ ektrish ekotrish",
	32: "বত্রিশ botrish bottrish",
	33: "তেত্রিশ tetrish tettrish",
	34: "চৌত্রিশ চোত্রিশ choutrish chotrish",
	35: "পঁয়ত্রিশ পয়ত্রিশ poytrish paytrish pointrish",
	36: "ছত্রিশ chotrish chhotrish",
	37: "সাঁইত্রিশ সাইত্রিশ সাতত্রিশ saitrish shaitrish",
	38: "আটত্রিশ আটতিরিশ attrish aattrish",
	39: "ঊনচল্লিশ উনচল্লিশ unochollish unchollish",
	40: "চল্লিশ chollish collish forty fourty",
	41: "একচল্লিশ ekchollish",
	42: "বিয়াল্লিশ biyallish biallish",
	43: "তেতাল্লিশ tetallish",
	44: "চুয়াল্লিশ চোয়াল্লিশ chuallish chuyallish",
	45: "পঁয়তাল্লিশ পয়তাল্লিশ poytallish",
	46: "ছেচল্লিশ ছয়চল্লিশ chechollish",
	47: "সাতচল্লিশ satchollish shatchollish",
	48: "আটচল্লিশ atchollish aatchollish",
	49: "ঊনপঞ্চাশ উনপঞ্চাশ unoponchash unponchash",
	50: "পঞ্চাশ ponchash pochash panchash fifty",
	51: "একান্ন ekanno",
	52: "বায়ান্ন বাহান্ন bayanno bahanno baanno",
	53: "তিপ্পান্ন তেপ্পান্ন tippanno teppanno",
	54: "চুয়ান্ন চোয়ান্ন chuanno chuyanno",
	55: "পঞ্চান্ন ponchanno",
	56: "ছাপ্পান্ন chappanno",
	57: "সাতান্ন satanno shatanno",
	58: "আটান্ন atanno aatanno",
	59: "ঊনষাট উনষাট unoshat unshat",
	60: "ষাট shath sath shaath saath sixty",
	61: "একষট্টি ekshotti",
	62: "বাষট্টি bashotti",
	63: "তেষট্টি teshotti",
	64: "চৌষট্টি চোষট্টি choushotti",
	65: "পঁয়ষট্টি পয়ষট্টি poyshotti",
	66: "ছেষট্টি cheshotti",
	67: "সাতষট্টি satshotti shatshotti",
	68: "আটষট্টি atshotti",
	69: "ঊনসত্তর উনসত্তর unoshottor unshottor",
	70: "সত্তর shottor sottor seventy",
	71: "একাত্তর ekattor",
	72: "বাহাত্তর bahattor",
	73: "তিয়াত্তর tiyattor tiattor",
	74: "চুয়াত্তর চোয়াত্তর chuattor chuyattor",
	75: "পঁচাত্তর পচাত্তর pochattor ponchattor",
	76: "ছিয়াত্তর chiyattor chiattor",
	77: "সাতাত্তর satattor shatattor",
	78: "আটাত্তর atattor",
	79: "ঊনআশি উনআশি ঊনাশি unoashi unashi",
	80: "আশি আশী ashi aashi asi eighty",
	81: "একাশি ekashi",
	82: "বিরাশি birashi",
	83: "তিরাশি tirashi",
	84: "চুরাশি churashi",
	85: "পঁচাশি পচাশি pochashi",
	86: "ছিয়াশি chiyashi chiashi",
	87: "সাতাশি satashi shatashi",
	88: "আটাশি অষ্টআশি atashi",
	89: "ঊননব্বই উননব্বই unonobboi unnobboi",
	90: "নব্বই নব্বুই nobboi nobbui ninety",
	91: "একানব্বই ekanobboi",
	92: "বিরানব্বই বিরানব্বুই biranobboi",
	93: "তিরানব্বই tiranobboi",
	94: "চুরানব্বই churanobboi",
	95: "পঁচানব্বই পচানব্বই pochanobboi",
	96: "ছিয়ানব্বই chiyanobboi",
	97: "সাতানব্বই satanobboi",
	98: "আটানব্বই atanobboi",
	99: "নিরানব্বই নিরানব্বুই niranobboi",
}

// Scales are what a number before them is multiplied with.
const (
	hundred  = 100
	thousand = 1_000
	lakh     = 100_000
	million  = 1_000_000
	crore    = 10_000_000
)

// scaleWords hold the spellings of each scale.
var scaleWords = map[float64]string{
	hundred:  "শ শো শত শতো একশ sho shoto shato hundred",
	thousand: "হাজার হাজর হাজারের hajar hazar hajaar hazaar hajarer thousand",
	lakh:     "লাখ লক্ষ লাক লাখের লক্ষের lakh lakhs lac lacs lak laakh lokkho lokho lokkh lokh",
	million:  "মিলিয়ন million",
	crore:    "কোটি কোটী কটি koti kuti crore cror crores",
}

// halfWords are the half words and what they add: to the next number, or to one of the next scale.
var halfWords = map[float64]string{
	0.5:   "সাড়ে সাড়া সারে sare saare share shaare shaarey",
	0.25:  "সোয়া সওয়া shoya soya sowa shoa soa shua",
	-0.25: "পৌনে পৌণে পোনে poune pouney pone",
}

// fixedWords are words with a fractional value of their own.
var fixedWords = map[float64]string{
	1.5: "দেড় দেঢ় দের der dedh derh daer",
	2.5: "আড়াই আরাই arai adai aarai",
	0.5: "আধা অর্ধেক adha half",
}

// numeralRole says how a word takes part in a number.
type numeralRole uint8

const (
	noNumeral numeralRole = iota
	counting              // stands for its value
	scaling               // multiplies what is before it
	halving               // adds to what follows
)

// numeral is the reading of one word.
type numeral struct {
	role    numeralRole
	value   float64
	scale   float64 // a scale joined to the value (দুইশ), or 0
	tens    bool    // an English ten: a unit may follow
	article bool    // has a counting ending (একটা, dui ta)
}

// numerals holds every spelling above; numeralKeys the keys of those long enough to be told by sound.
var (
	numerals    = numeralTable()
	numeralKeys = numeralKeyTable()
)

// minNumeralKey is the shortest key by which a number word is recognised; shorter keys hit everyday words.
const minNumeralKey = 4

func numeralTable() map[string]numeral {
	table := map[string]numeral{}
	add := func(role numeralRole, value float64, list string) {
		for _, w := range strings.Fields(list) {
			table[Fold(w)] = numeral{role: role, value: value}
		}
	}
	for n, list := range countingWords {
		add(counting, float64(n), list)
	}
	for v, list := range scaleWords {
		add(scaling, v, list)
	}
	for v, list := range halfWords {
		add(halving, v, list)
	}
	for v, list := range fixedWords {
		add(counting, v, list)
	}
	for _, w := range strings.Fields("twenty thirty forty fourty fifty sixty seventy eighty ninety") {
		n := table[w]
		n.tens = true
		table[w] = n
	}
	for _, w := range []string{"একটা", "একটি", "দুইটা", "দুটো"} {
		n := table[Fold(w)]
		n.article = true
		table[Fold(w)] = n
	}
	table["একশ"] = numeral{role: counting, value: 1, scale: hundred}
	return table
}

func numeralKeyTable() map[string]numeral {
	table := map[string]numeral{}
	for w, n := range numerals {
		key := Latin(w)
		if len(key) < minNumeralKey {
			continue
		}
		if known, ok := table[key]; ok && (known.value != n.value || known.role != n.role) {
			n.role = noNumeral
		}
		table[key] = n
	}
	return table
}

// hundredEndings join a hundred to the number word before it, countEndings only count.
var (
	hundredEndings = []string{"শত", "শো", "শ", "shoto", "sho", "sh", "so"}
	countEndings   = []string{"টাকা", "টার", "টা", "টি", "টো", "জন", "ta", "ti", "to"}
)

// numeralOf reads one folded word as part of a number.
func numeralOf(w string) numeral {
	if n, ok := numerals[w]; ok {
		return n
	}
	for _, ending := range hundredEndings {
		if stem, ok := strings.CutSuffix(w, ending); ok {
			if n := numerals[stem]; n.role == counting || n.role == halving {
				return hundreds(n)
			}
		}
	}
	for _, ending := range countEndings {
		if stem, ok := strings.CutSuffix(w, ending); ok {
			if n := numerals[stem]; n.role == counting {
				n.article = ending != "টাকা"
				return n
			}
		}
	}
	var buf keyBuf
	return numeralKeys[string(appendKey(buf[:0], w))]
}

// hundreds joins a hundred to n; সোয়াশ is a hundred and a quarter.
func hundreds(n numeral) numeral {
	if n.role == halving {
		return numeral{role: counting, value: 1 + n.value, scale: hundred}
	}
	n.scale = hundred
	return n
}
