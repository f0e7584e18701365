// Package registers keeps the tables that supervisors upload, such as holdings
// with their dues or licences with the day they end, for flows to look rows up
// in (flows/register.go says how; package handoff answers the look-ups).
//
// The types to know:
//
//   - [Store]: the registers, and the folder in which uploaded files wait
//   - [Register]: a name, and the version that answers under it
//   - [Version]: one uploaded file, from preview to in force or failed
//   - [Choice]: which column is the key, which the telephone, and what the others are
//   - [Fault]: a line of the file that cannot be taken, and why
//
// A file goes through two steps. Upload streams it into the folder and reads its
// first rows; nothing changes for citizens. Load, with what the supervisor chose,
// hands it to whoever runs Work, in the process that has the file. Its rows are
// copied beside those in force, and the version takes their place in one
// transaction, when the last row is in and no line had a fault; with faults it
// waits for a person to say Use. A load that is cancelled, fails, or whose
// process is killed changes nothing.
//
// A register is the office's record, not a contact's: erasing a contact or
// handing over what is kept of one leaves it alone. The rows are in backups, the
// files that wait are not.
package registers
