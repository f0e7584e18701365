package flows

// Kind says what sort of matter a flow opens; it is also the kind of the case.
type Kind string

// The kinds of matter a citizen can bring.
const (
	Complaint  Kind = "complaint"
	Request    Kind = "request"
	Question   Kind = "question"
	Suggestion Kind = "suggestion"
)

// SlotType is the kind of thing a slot collects. One type is one file,
// slot_<type>.go, and one line in the table of slot.go.
type SlotType string

// The types of slot.
const (
	SlotText     SlotType = "text"
	SlotChoice   SlotType = "choice"
	SlotNumber   SlotType = "number"
	SlotAmount   SlotType = "amount"
	SlotDate     SlotType = "date"
	SlotPhone    SlotType = "phone"
	SlotWard     SlotType = "ward"
	SlotLocation SlotType = "location"
	SlotPhoto    SlotType = "photo"
	SlotConfirm  SlotType = "confirm"
	SlotCode     SlotType = "code"
)
