package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// writeBuffer is how much is gathered before it goes to the disk, in bytes.
const writeBuffer = 256 << 10

// writer writes members and, now and then, their checksums.
type writer struct {
	out    *bufio.Writer
	gzip   *gzip.Writer
	tar    *tar.Writer
	at     time.Time
	sums   bytes.Buffer
	listed int // lines in sums
	lists  int // sums members so far
	bytes  int64
}

func newWriter(w io.Writer, at time.Time) (*writer, error) {
	out := bufio.NewWriterSize(w, writeBuffer)
	z, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return nil, fmt.Errorf("prepare compression: %w", err)
	}
	return &writer{out: out, gzip: z, tar: tar.NewWriter(z), at: at}, nil
}

// member writes one member of exactly size bytes.
func (w *writer) member(name string, size int64, r io.Reader) error {
	if err := w.header(name, size); err != nil {
		return err
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(w.tar, sum), io.LimitReader(r, size))
	w.bytes += n
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	fmt.Fprintf(&w.sums, "%x  %s\n", sum.Sum(nil), name)
	if w.listed++; w.listed == sumsEvery {
		return w.list()
	}
	return nil
}

func (w *writer) header(name string, size int64) error {
	h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: w.at}
	if err := w.tar.WriteHeader(h); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// list writes the checksums of the members since the last list.
func (w *writer) list() error {
	if w.listed == 0 {
		return nil
	}
	w.lists++
	if err := w.header(sumsName(w.lists), int64(w.sums.Len())); err != nil {
		return err
	}
	if _, err := w.tar.Write(w.sums.Bytes()); err != nil {
		return fmt.Errorf("write checksums: %w", err)
	}
	w.sums.Reset()
	w.listed = 0
	return nil
}

func sumsName(n int) string { return fmt.Sprintf("%s/%06d", sumsPart, n) }

// contents writes what the backup holds as a member.
func (w *writer) contents(name string, c Contents) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return w.member(name, int64(len(text)), bytes.NewReader(text))
}

// close writes the last checksums and ends the file.
func (w *writer) close() error {
	if err := w.list(); err != nil {
		return err
	}
	if err := errors.Join(w.tar.Close(), w.gzip.Close(), w.out.Flush()); err != nil {
		return fmt.Errorf("end the backup: %w", err)
	}
	return nil
}
