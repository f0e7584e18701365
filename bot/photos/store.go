package photos

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Bounds of the work done at once, so that memory stays bounded.
const (
	decodesAtOnce = 2          // photos being read and drawn
	largePixels   = 16_000_000 // a photo with more is decoded alone among the large: a progressive JPEG can take 800 MB
)

// Store is a folder of photos. It may be used from several goroutines, and by several processes.
type Store struct {
	dir       string
	decodes   chan struct{} // holds a token for every decode under way
	large     chan struct{} // holds a token while a large photo is decoded; taken only after one of decodes
	maxBytes  int64
	maxPixels int
}

// NewStore opens the folder, making it (mode 0700) when it is not there.
func NewStore(dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, workFolder), 0o700); err != nil {
		return nil, fmt.Errorf("open photo store: %w", err)
	}
	if err := sweep(filepath.Join(dir, workFolder), time.Now()); err != nil {
		return nil, fmt.Errorf("open photo store: %w", err)
	}
	return &Store{
		dir:       dir,
		decodes:   make(chan struct{}, decodesAtOnce),
		large:     make(chan struct{}, 1),
		maxBytes:  MaxBytes,
		maxPixels: MaxPixels,
	}, nil
}

// Keep reads a photo to its end and keeps it, once: keeping the same bytes again costs no decoding. When it returns, the
// photo is safe on disk. Its errors wrap ErrTooBig, ErrTooManyPixels or ErrNotPhoto (see Refused); any other is the
// reader's or the disk's and may go away.
func (s *Store) Keep(r io.Reader) (Photo, error) {
	file, err := s.receive(r)
	if err != nil {
		return Photo{}, fmt.Errorf("keep photo: %w", err)
	}
	defer file.discard()
	if p, err := s.Photo(file.sha); err == nil && s.again(file.sha) == nil {
		return p, nil
	}
	p, c, err := s.examine(file)
	if err != nil {
		return Photo{}, fmt.Errorf("keep photo: %w", err)
	}
	if err := s.place(file, p, c); err != nil {
		return Photo{}, fmt.Errorf("keep photo: %w", err)
	}
	return p, nil
}

// examine learns all there is to know of a received file and draws its copies, as soon as it is its turn.
func (s *Store) examine(r *received) (Photo, copies, error) {
	s.decodes <- struct{}{}
	defer func() { <-s.decodes }()
	file, err := os.ReadFile(r.path)
	if err != nil {
		return Photo{}, copies{}, err
	}
	return s.look(file, r.sha)
}

// look is examine for a file in memory.
func (s *Store) look(file []byte, sha string) (Photo, copies, error) {
	h, err := readHeader(file, s.maxPixels)
	if err != nil {
		return Photo{}, copies{}, err
	}
	if h.pixels() > largePixels {
		s.large <- struct{}{}
		defer func() { <-s.large }()
	}
	cam := readCamera(file, h)
	p := Photo{
		SHA256: sha, Type: h.kind, Width: h.width, Height: h.height, Size: int64(len(file)),
		Lat: cam.lat, Lon: cam.lon, TakenAt: cam.takenAt,
	}
	if _, p.Shown = codecs[h.kind]; !p.Shown {
		return p, copies{}, nil
	}
	if cam.orientation >= 5 { // on its side
		p.Width, p.Height = p.Height, p.Width
	}
	c, err := drawCopies(file, h, cam.orientation)
	return p, c, err
}

// Has says whether the photo with this SHA-256 is kept.
func (s *Store) Has(sha string) bool {
	base, err := s.base(sha)
	if err != nil {
		return false
	}
	_, err = os.Stat(base + noteSuffix)
	return err == nil
}

// Photo is what is known of a kept photo. Its error is ErrNotFound when none of this SHA-256 is kept.
func (s *Store) Photo(sha string) (Photo, error) {
	base, err := s.base(sha)
	if err != nil {
		return Photo{}, err
	}
	note, err := os.ReadFile(base + noteSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return Photo{}, ErrNotFound
	}
	if err != nil {
		return Photo{}, fmt.Errorf("read photo's note: %w", err)
	}
	var p Photo
	if err := json.Unmarshal(note, &p); err != nil {
		return Photo{}, fmt.Errorf("read photo's note: %w", err)
	}
	return p, nil
}

// Open opens a copy of a photo for showing, with its Content-Type and the time it was made. The bytes as they came are
// never opened. Its error is ErrNotFound for an unknown photo, name or size, ErrNotShown for a photo without copies.
func (s *Store) Open(sha string, size Size) (io.ReadSeekCloser, string, time.Time, error) {
	base, err := s.base(sha)
	if err != nil {
		return nil, "", time.Time{}, err
	}
	if size != View && size != Thumb {
		return nil, "", time.Time{}, ErrNotFound
	}
	p, err := s.Photo(sha)
	if err != nil {
		return nil, "", time.Time{}, err
	}
	if !p.Shown {
		return nil, "", time.Time{}, ErrNotShown
	}
	f, err := os.Open(base + copySuffix(size))
	if err != nil {
		return nil, "", time.Time{}, fmt.Errorf("open photo: %w", err)
	}
	stat, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, "", time.Time{}, fmt.Errorf("open photo: %w", err)
	}
	return f, typeJPEG, stat.ModTime(), nil
}

// base is where a photo's files begin, ErrNotFound when sha is not the hex of a SHA-256.
func (s *Store) base(sha string) (string, error) {
	if len(sha) != 64 {
		return "", ErrNotFound
	}
	sum, err := hex.DecodeString(sha)
	if err != nil {
		return "", ErrNotFound
	}
	sha = hex.EncodeToString(sum) // lower case
	return filepath.Join(s.dir, sha[:2], sha[2:4], sha), nil
}
