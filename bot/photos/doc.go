// Package photos keeps the photos that citizens send, shows them without what cameras write into them, and fetches them from
// a provider without being led anywhere else.
//
// The types to know: [Store] is the folder, [Photo] what is known of one photo, [Size] which copy is shown, [Fetcher] brings
// photos from a provider's hosts. There is no database here; the caller keeps rows that name a photo by its SHA-256.
//
//	store, err := photos.NewStore(filepath.Join(dataDir, "photos"))
//	if err != nil {
//		return err
//	}
//	fetcher, err := photos.NewFetcher(photos.FetchOptions{Hosts: []string{"fbcdn.net"}})
//	if err != nil {
//		return err
//	}
//	photo, err := fetcher.Fetch(ctx, url, store)
//	switch {
//	case errors.Is(err, photos.ErrGone), photos.Refused(err):
//		// will never come: say so at the desk
//	case err != nil:
//		// try again later
//	}
//
// On disk, DATA_DIR/photos/ab/cd holds for the photo whose SHA-256 begins with abcd: abcd… (the bytes as they came, never
// served), abcd….view.jpg and abcd….thumb.jpg (drawn anew, without any metadata), and abcd….json (a Photo, with the place and
// time the camera noted; written last, so that a photo without it does not count as kept). tmp/ holds what is being written.
package photos
