// Package form asks the questions of a flow as a page asks them: one at a time,
// with the control that fits, working without script. The public page of a
// service and the staff's form for a telephone call both stand on it; reading
// what comes back is web.ReadForm.
//
// Of makes the Form of the question that stands, Said is what was said to the
// last answer, and Question leaves out what a page shows anyway:
//
//	st := catalog.Standing(session, form.Face("web"), "en")
//	f := form.Of(words, &st, len(said) > 0)
//	f.Question = form.Question(f.Question, st.Given)
package form
