// Package counts makes the figures that the city shows to everybody: how many
// reports came of late, how many of them are solved and how many are open, by
// ward and by service. Nothing personal is in them, and no small number:
//
//   - A ward or a service with fewer than [Few] reports is hidden. Sums are
//     known, so as many of the next larger ones are hidden with it as it takes
//     that nobody can compute it from what is shown.
//   - Where one of the two parts of a number, solved or open, is small, the
//     number is shown and not its parts; again with others, if need be.
//
// A report that was refused, passed on to another office or joined with another
// one about the same matter is not counted: what was received is what was
// solved and what is open, together.
//
// The types to know: [Row] is what was counted, [Line] is what of it is shown,
// [Sheet] is both tables with their sum.
//
//	sheet, err := counts.Read(ctx, desk, time.Now(), counts.Names{Wards: wards, Services: ids})
package counts
