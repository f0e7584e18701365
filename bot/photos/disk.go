package photos

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

const (
	workFolder = "tmp"       // of files being written
	leftAfter  = time.Hour   // a file there that is older was left by a process that died
	noteSuffix = ".json"     // a Photo
	copyEnding = ".jpg"      // after the size
	readBuffer = 64 << 10    // bytes
	tempPhoto  = "photo-*"   // a photo being received
	tempPart   = "written-*" // a copy or note being written
)

// copySuffix is what the name of a copy ends in.
func copySuffix(size Size) string { return "." + string(size) + copyEnding }

// received is a photo on disk under a temporary name, not yet synced.
type received struct {
	path string
	sha  string
}

// discard removes the temporary file if it was not placed.
func (r *received) discard() { _ = os.Remove(r.path) }

// receive writes what r brings to a temporary file. What is no photo by its first bytes, or grows too big, is given up at
// once.
func (s *Store) receive(r io.Reader) (_ *received, err error) {
	in := bufio.NewReaderSize(r, readBuffer)
	head, err := in.Peek(sniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read: %w", err)
	}
	if sniff(head) == "" {
		return nil, fmt.Errorf("%w: of no known type", ErrNotPhoto)
	}
	f, err := os.CreateTemp(filepath.Join(s.dir, workFolder), tempPhoto) // mode 0600
	if err != nil {
		return nil, err
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(f, hash), io.LimitReader(in, s.maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if n > s.maxBytes {
		return nil, ErrTooBig
	}
	return &received{path: f.Name(), sha: hex.EncodeToString(hash.Sum(nil))}, f.Sync()
}

// place gives a photo and its copies their names. The note comes last, after all else is safe.
func (s *Store) place(r *received, p Photo, c copies) error {
	base, err := s.base(r.sha)
	if err != nil {
		return err
	}
	folder := filepath.Dir(base)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if p.Shown {
		if err := errors.Join(
			s.write(base+copySuffix(View), c.view),
			s.write(base+copySuffix(Thumb), c.thumb),
		); err != nil {
			return err
		}
	}
	if err := os.Rename(r.path, base); err != nil {
		return err
	}
	for _, dir := range []string{s.dir, filepath.Dir(folder), folder} {
		if err := syncFolder(dir); err != nil {
			return err
		}
	}
	note, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return errors.Join(s.write(base+noteSuffix, note), syncFolder(folder))
}

// write makes a file whole or not at all.
func (s *Store) write(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Join(s.dir, workFolder), tempPart)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// syncFolder makes new names in a folder safe.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// sweep removes what a process that died left behind. Younger files may be another process's.
func sweep(folder string, now time.Time) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if stat, err := e.Info(); err == nil && now.Sub(stat.ModTime()) > leftAfter {
			_ = os.Remove(filepath.Join(folder, e.Name()))
		}
	}
	return nil
}
