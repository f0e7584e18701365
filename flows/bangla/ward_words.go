package bangla

// Words that decide which number of a text is the ward's.
var (
	numberWords = setOf("নং নম্বর নাম্বার নাম্বর নাম্বারের নম্বরের নঙ নাং নম্বার no num number nomber nombor nambar numbar nong nung nnong nmbr th তম")
	wardFillers = setOf("হলো হল হচ্ছে holo hocche is এর er এ e আমার amar আমাদের amader the টা")
	joinWords   = setOf("ও এবং বা অথবা আর কিংবা o ba and or ebong athoba ar na নাকি naki to থেকে theke")
	// placeWords take the number beside them for themselves.
	placeWords = setOf(
		"রোড রোডে রোডের সড়ক রাস্তা রাস্তার লেন লেনে গলি গলির গলিতে বাসা বাসার বাড়ি বাড়ির হাউস হাউজ হোল্ডিং সেক্টর সেক্টরে সেকশন ব্লক জোন অঞ্চল ফ্ল্যাট",
		"মিরপুর উত্তরা ধানমন্ডি গুলশান অ্যাভিনিউ এভিনিউ প্লট কেস অভিযোগ টোকেন কিমি ব্রিজ গেট লাইন ফেজ ইউনিট তারিখ",
		"road rd lane goli house basa bari holding sector section block zone flat plot avenue phase unit floor case token complaint km gate line street",
		"mirpur uttara dhanmondi gulshan oncol anchal",
	)
)

// bareFillers may stand around a lone ward number.
var bareFillers = setOf(
	"আমি আমার আমাদের থাকি থাকে টা তে এ এর মনে হয় হবে হলো এলাকা এলাকার ভাই জি হ্যাঁ ji ha yes amar amader ami thaki ta te e er mone hoy hobe holo",
	"it is its my our the in i live vai bhai sir area no.",
)
