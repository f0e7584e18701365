// Package lenient reads the JSON that providers send: ids that are numbers on
// one day and strings on the next, times in seconds or milliseconds, missing
// and unknown members, a broken element beside sound ones.
//
// A [Value] is a piece of the body as it stood on the wire. Walking it copies
// nothing and never fails: what is not there, or is of another kind than was
// asked for, reads as absent. Nothing recurses, so nesting costs no stack.
//
//	root, ok := lenient.Parse(body)
//	for name, v := range root.Members() {
//		if string(name) == "entry" {
//			for item := range v.Items() {
//				if item.Sound() { … }
//			}
//		}
//	}
//
// Parse checks no more than that brackets and strings close; a part that is
// going to be believed is asked whether it is Sound, so that one bad element
// costs its neighbours nothing.
package lenient
