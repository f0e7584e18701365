// Package gsm counts what a text costs as SMS: [Segments] says which encoding it needs, how many units that is and
// how many parts, and [OneLetter] spells Bangla in the fewest units before sending.
//
//	gsm.Segments("আপনার ওয়ার্ড নম্বর লিখুন।") // ucs2, 26 units, 1 segment
//
// [Parts] cuts it where it is cut. The one type is [Count]. The rules are those of 3GPP TS 23.038 and 23.040 (protocols.md §3.4).
package gsm
