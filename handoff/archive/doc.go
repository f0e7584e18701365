// Package archive writes everything that a service keeps into one file, and brings it back into an empty place: the records
// with the published flows and the staff, the photos, events that wait in the spool, and the secret key.
//
// The types to know: [Place] is a database and the DATA_DIR that goes with it, [Contents] says what a backup holds,
// [Archive] is a backup that was read once from end to end and found whole.
//
//	contents, err := archive.Write(ctx, place, "city.backup", archive.Options{})
//	…
//	a, err := archive.Open(ctx, "city.backup", archive.Options{})
//	if err != nil {
//		return err
//	}
//	defer a.Close()
//	err = a.Restore(ctx, empty)
//
// The file is a gzipped tar, mode 0600, that ordinary programs can look into. First comes head.json (schema version, tables
// and columns), then the rows of each table as PostgreSQL's own COPY text in pieces of a few megabytes
// (records/messages/000001, …), photos/, spool/, secret.key, and at last manifest.json, which counts all of it. After every
// few hundred of them there is a member in sums/ with their SHA-256, in the form of sha256sum.
//
// A backup may be made beside a running service. Its records are those of one moment, and whatever was answered as safe
// before the backup began is in it: what waits in the spool is taken hold of first, then the records are read in one
// snapshot, then the photos are copied, which never change.
package archive
