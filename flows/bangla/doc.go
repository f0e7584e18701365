// Package bangla reads what people in Bangladesh write into a chat or a text message: Bangla script, romanised Bangla
// ("Banglish"), English, and all of them in one line, with dialect and typing mistakes.
//
// Parsers take the raw text and return a value and whether there was one: [YesNo], [Pick], [Number], [Amount],
// [Phone], [NID], [Date], [Ward], [CaseID]. They refuse rather than guess, so that the dialogue can ask again.
//
//	bangla.Amount("সাড়ে তিন হাজার টাকা")  // 3500, true
//	bangla.Ward("রোড ৫, ১২ নং ওয়ার্ড", false) // 12, OneWard
//	bangla.YesNo("জি না")                // No
//
// Texts are compared in two forms, never shown: [Fold], the same letters in one spelling, and [Latin], a phonetic key
// that ময়লা, "moyla" and "moila" share. What is kept or shown goes through [Clean] and nothing else.
//
// The types to know are [Answer] and [WardReading]; the rest is strings and numbers. Numbers are read from tokens by
// number phrases (numerals.go has the words, quantity.go the grammar), which Amount, Ward, Pick and Date share.
//
// The package is pure: no clock, disk or network; every function may be called from many goroutines. The rules come
// from domain.md §6; testdata/normalise.tsv holds its examples.
package bangla
