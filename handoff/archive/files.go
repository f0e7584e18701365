package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// held is a file of the spool that was opened before the snapshot: it can be read even when the service deletes it. What is
// rewritten in place was read already.
type held struct {
	name string // of the member
	file *os.File
	text []byte
}

// hold takes hold of a spool that has something in it.
func hold(dir string) (list []held, err error) {
	defer func() {
		if err != nil {
			release(list)
			list, err = nil, fmt.Errorf("take hold of the spool: %w", err)
		}
	}()
	position, err := os.ReadFile(filepath.Join(dir, "position"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries { // ReadDir sorts by name
		name := spoolPart + "/" + e.Name()
		if !e.Type().IsRegular() || e.Name() == "position" || !spoolForm.MatchString(name) {
			continue
		}
		f, err := os.Open(filepath.Join(dir, e.Name()))
		if errors.Is(err, fs.ErrNotExist) {
			continue // replayed since, and the snapshot comes later
		}
		if err != nil {
			return list, err
		}
		list = append(list, held{name: name, file: f})
	}
	if len(list) > 0 && len(position) > 0 {
		list = append(list, held{name: spoolPart + "/position", text: position}) // "p" is behind all digits
	}
	return list, nil
}

func release(list []held) {
	for _, h := range list {
		if h.file != nil {
			_ = h.file.Close()
		}
	}
}

// spooled writes one file of the spool, as long as it is now.
func (b *backup) spooled(h held) error {
	b.contents.Spooled++
	if h.file == nil {
		b.meter.file(int64(len(h.text)))
		return b.out.member(h.name, int64(len(h.text)), bytes.NewReader(h.text))
	}
	return b.copy(h.name, h.file, spoolBytes)
}

// copy writes an open file of a bounded size.
func (b *backup) copy(name string, f *os.File, most int64) error {
	stat, err := f.Stat()
	if err != nil {
		return fmt.Errorf("look at %s: %w", name, err)
	}
	if stat.Size() > most {
		return fmt.Errorf("%s has %d bytes, more than can be right", f.Name(), stat.Size())
	}
	b.meter.file(stat.Size())
	return b.out.member(name, stat.Size(), f)
}

// walk calls do for every file in a part of DATA_DIR, sorted by name. The part may be a link to a folder elsewhere, and
// missing.
func walk(dataDir, part string, do func(name, path string) error) error {
	root, err := filepath.EvalSymlinks(filepath.Join(dataDir, part))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since its folder was read
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		below, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		return do(part+"/"+filepath.ToSlash(below), path)
	})
}

// photos writes the photo store but for its folder of unfinished files.
func (b *backup) photos(ctx context.Context) error {
	err := walk(b.from.DataDir, photosPart, func(name, path string) error {
		if err := ctx.Err(); err != nil || !isPhoto(name) {
			return err
		}
		return b.photo(name, path)
	})
	if err != nil {
		return fmt.Errorf("copy photos: %w", err)
	}
	return nil
}

func (b *backup) photo(name, path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if isOriginal(name) {
		b.contents.Photos++
	}
	return b.copy(name, f, photoBytes)
}

// key writes the secret key, if it is kept in DATA_DIR.
func (b *backup) key() error {
	f, err := os.Open(filepath.Join(b.from.DataDir, keyName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the secret key: %w", err)
	}
	defer f.Close()
	b.contents.Key = true
	return b.copy(keyName, f, keyBytes)
}

// occupied names what of a service's files is in a DATA_DIR already; empty when there is nothing.
func occupied(dataDir string) (string, error) {
	if _, err := os.Stat(filepath.Join(dataDir, keyName)); err == nil {
		return keyName, nil
	}
	for _, part := range []string{photosPart, spoolPart} {
		found := ""
		err := walk(dataDir, part, func(name, _ string) error {
			if isPhoto(name) || strings.HasSuffix(name, ".seg") || strings.HasSuffix(name, ".bad") {
				found = name
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("look into %s: %w", dataDir, err)
		}
		if found != "" {
			return found, nil
		}
	}
	return "", nil
}

// staged are restored files that wait in a folder of their own until all else is done.
type staged struct {
	dataDir string
	moved   []string // parts that have their place
}

const stagedName = "restore.partial"

func (s *staged) dir() string { return filepath.Join(s.dataDir, stagedName) }

// newStaged makes the folder, without what an earlier try left there.
func newStaged(dataDir string) (*staged, error) {
	s := &staged{dataDir: dataDir}
	if err := errors.Join(os.RemoveAll(s.dir()), os.MkdirAll(s.dir(), 0o700)); err != nil {
		return nil, fmt.Errorf("make room for files: %w", err)
	}
	return s, nil
}

// add writes one file. Its name was checked: it leads nowhere else.
func (s *staged) add(name string, r io.Reader) (err error) {
	path := filepath.Join(s.dir(), filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	_, err = io.Copy(f, r)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("restore %s: %w", name, err)
	}
	return nil
}

// move gives the files their places.
func (s *staged) move() error {
	for _, part := range []string{photosPart, spoolPart, keyName} {
		from, to := filepath.Join(s.dir(), part), filepath.Join(s.dataDir, part)
		if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := clearEmpty(to); err != nil {
			return fmt.Errorf("put %s in its place: %w", part, err)
		}
		if err := os.Rename(from, to); err != nil {
			return fmt.Errorf("put %s in its place: %w", part, err)
		}
		s.moved = append(s.moved, part)
	}
	return syncFolder(s.dataDir)
}

// clearEmpty removes a folder with nothing in it but empty folders, a spool's lock and position, or unfinished photos.
func clearEmpty(path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	known := []string{"tmp", "lock", "position"}
	for _, e := range entries {
		branch := e.IsDir() && len(e.Name()) == 2
		if !branch && !slices.Contains(known, e.Name()) {
			return fmt.Errorf("%w: %s is there", ErrNotEmpty, filepath.Join(path, e.Name()))
		}
	}
	return os.RemoveAll(path)
}

// undo takes the files away again.
func (s *staged) undo() error {
	faults := []error{os.RemoveAll(s.dir())}
	for _, part := range s.moved {
		faults = append(faults, os.RemoveAll(filepath.Join(s.dataDir, part)))
	}
	return errors.Join(faults...)
}

// syncFolder makes new names in a folder safe.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("make names safe: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("make names safe: %w", err)
	}
	return nil
}
