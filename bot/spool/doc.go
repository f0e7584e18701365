// Package spool keeps events on disk while the database is away, in order, until they can be replayed.
//
// The types to know: [Spool] is the queue, [Recovery] is what opening it found. Records are bytes; the spool does not look
// into them.
//
//	queue, err := spool.Open(filepath.Join(dataDir, "spool"), 1<<30)
//	if err != nil {
//		return err
//	}
//	defer queue.Close()
//	err = queue.Append(event) // when it returns nil the event is safe, and the provider can be told so
//	…
//	err = queue.Drain(ctx, func(event []byte) error { return commit(ctx, event) })
//
// While the spool holds anything, new events belong behind it: [Spool.AppendBehind] decides that in one step with the end of
// a Drain, so that no event overtakes another.
//
// A record is replayed at least once: after a crash, those whose replay was not noted yet come again, and whoever replays
// must know them by their own ids.
//
// On disk the folder holds segments (00000001.seg, …), the position up to which they were replayed, a lock, and perhaps
// .bad files: what could not be read in the middle of a segment, kept for a person to look at. A record is its length and
// the CRC-32C of length and bytes, both as little-endian uint32, then the bytes. All files have mode 0600.
package spool
