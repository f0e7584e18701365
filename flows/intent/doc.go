// Package intent learns from example sentences what a message is about: Bangla, romanised Bangla, English, or all of
// them in one line. It is small, works offline and gives its reasons.
//
//	m := intent.Train([]intent.Example{{"drainage", "ড্রেনের পানি রাস্তায়"}, {"waste", "moyla nite ase na"}})
//	r := m.Classify(bangla.Fold("drener pani"))
//	r.Ranked[0].Label, r.Ranked[0].Share // drainage, and how sure: 0 to 1
//	m.Reasons("drainage", text)          // the words that spoke for it
//
// The types to know are [Example], [Model] and [Reading]. Words of both scripts are brought into one phonetic space
// ([bangla.Latin]), so that an example in one script helps the other. From there a message is a bag of features
// (features.go): its words, pairs of words, pieces of words, and the consonants of words, which typing mistakes and
// dialects leave standing. A softmax regression (train.go) weighs them. The same examples in the same order give the
// same model to the last bit: there is no chance in it.
//
// The package is pure, and a Model never changes: any number of goroutines may use it.
package intent
