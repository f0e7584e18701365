package flows

// WardBy says where the ward of a case comes from, for whoever reads the case:
// how sure it is follows from it.
type WardBy string

// The ways a ward becomes known.
const (
	WardByNumber   WardBy = "number"     // typed or picked, when the ward was asked
	WardByArea     WardBy = "area"       // the name of an area, confirmed
	WardByText     WardBy = "text"       // said beside something else: "drain blocked, ward 11"
	WardByPin      WardBy = "pin"        // the pin lies in it
	WardByPlace    WardBy = "place"      // the typed place is an area that lies in it
	WardByMemory   WardBy = "remembered" // told before, and left standing in the summary
	WardByPhoto    WardBy = "photo"      // the person does not know it, and a photo was taken in it
	WardNotKnown   WardBy = "unknown"    // the person does not know it
	WardCorrection WardBy = "desk"       // set by the desk
)

// Confidence is how sure a ward is.
type Confidence string

// The confidences.
const (
	Sure   Confidence = "sure"
	Likely Confidence = "likely" // nobody has confirmed it for this case
	Unsure Confidence = "unsure" // not known, or nobody can say where it comes from
)

// Confidence is how sure a ward is that became known in this way.
func (w WardBy) Confidence() Confidence {
	switch w {
	case WardByNumber, WardByArea, WardByText, WardByPin, WardCorrection:
		return Sure
	case WardByPlace, WardByMemory, WardByPhoto:
		return Likely
	default:
		return Unsure
	}
}

// wardAnswered notes where an answer to the question for the ward comes from.
func (t *turn) wardAnswered(v Value) {
	switch {
	case v.Shape == Nothing:
		t.s.WardBy = ""
	case v.Number == 0:
		t.s.WardBy = WardNotKnown
	case t.wardBy != "":
		t.s.WardBy = t.wardBy
	default:
		t.s.WardBy = WardByNumber
	}
}
