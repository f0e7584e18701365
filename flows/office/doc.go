// Package office knows when an office is open: hours by the day of the week,
// periods with other hours, holidays. It is pure, and days are days of
// Asia/Dhaka.
//
//	c := &office.Calendar{Week: office.Week{time.Sunday: {{From: 9 * time.Hour, To: 17 * time.Hour}}}}
//	opens, ok := c.NextOpen(now)              // now itself when it is open
//	by, ok := c.AddOpen(now, 30*time.Minute)  // half an hour of office time from now
//
// A nil Calendar is an office that never closes.
package office
