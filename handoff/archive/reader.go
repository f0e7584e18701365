package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"reflect"
)

// reader reads members in order and believes nothing: names, order, sizes and checksums are checked as they come. A member's
// checksum stands behind it, so a caller may act for good only on what was read before next returned io.EOF.
type reader struct {
	file   *bufio.Reader
	gzip   *gzip.Reader
	tar    *tar.Reader
	sum    hash.Hash
	open   string   // the member being read; empty when there is none
	left   int64    // bytes of it
	lines  [][]byte // checksums that were not compared yet
	lists  int
	before standing
	head   Contents
	count  Contents // what was counted so far
	ended  bool     // the manifest was read
	bytes  int64
	files  int64
}

// member is one member; its content is read from the reader.
type member struct {
	name string
	standing
}

func newReader(r io.Reader) (*reader, error) {
	file := bufio.NewReaderSize(r, writeBuffer)
	z, err := gzip.NewReader(file)
	if err != nil {
		return nil, ErrNotBackup
	}
	z.Multistream(false)
	a := &reader{file: file, gzip: z, tar: tar.NewReader(z), sum: sha256.New()}
	first, err := a.tar.Next()
	if err != nil || first.Name != headName {
		return nil, ErrNotBackup
	}
	if err := a.begin(first, standing{most: contentsBytes}); err != nil {
		return nil, err
	}
	if err := a.json(&a.head); err != nil {
		return nil, err
	}
	a.count = a.head
	return a, a.head.check()
}

// next is the next member but for head, manifest and checksums, which it checks itself; io.EOF when the backup was read to
// its end and is whole.
func (a *reader) next() (member, error) {
	for {
		if err := a.finish(); err != nil {
			return member{}, err
		}
		h, err := a.tar.Next()
		if errors.Is(err, io.EOF) {
			return member{}, a.end()
		}
		if err != nil {
			return member{}, broken(err)
		}
		if h.Name == sumsName(a.lists+1) {
			if err := a.compare(h); err != nil {
				return member{}, err
			}
			continue
		}
		m, err := a.take(h)
		if err != nil || m.kind != kindManifest {
			return m, err
		}
		if err := a.manifest(); err != nil {
			return member{}, err
		}
	}
}

// take checks a member's header.
func (a *reader) take(h *tar.Header) (member, error) {
	s, err := standingOf(h.Name, a.head)
	if err != nil {
		return member{}, err
	}
	if a.ended || !s.follows(a.before) {
		return member{}, damaged("%q is not where it belongs", h.Name)
	}
	a.before = s
	switch {
	case s.kind == kindPhotos && isOriginal(h.Name):
		a.count.Photos++
	case s.kind == kindSpool:
		a.count.Spooled++
	case s.kind == kindKey:
		a.count.Key = true
	}
	if s.kind != kindRecords {
		a.files++
	}
	return member{name: h.Name, standing: s}, a.begin(h, s)
}

// begin opens a member for reading.
func (a *reader) begin(h *tar.Header, s standing) error {
	if h.Typeflag != tar.TypeReg {
		return damaged("%q is no ordinary file", h.Name)
	}
	if h.Size > s.most {
		return damaged("%q is too big", h.Name)
	}
	if len(a.lines) == sumsEvery {
		return damaged("checksums are missing")
	}
	a.sum.Reset()
	a.open, a.left = h.Name, h.Size
	return nil
}

// Read reads the open member.
func (a *reader) Read(p []byte) (int, error) {
	n, err := a.tar.Read(p)
	a.sum.Write(p[:n])
	a.bytes += int64(n)
	a.left -= int64(n)
	if err != nil && !errors.Is(err, io.EOF) {
		err = broken(err)
	}
	return n, err //nolint:wrapcheck // io.EOF must be itself
}

// finish reads what is left of the open member and notes its checksum.
func (a *reader) finish() error {
	if a.open == "" {
		return nil
	}
	if _, err := io.Copy(io.Discard, a); err != nil {
		return err
	}
	a.lines = append(a.lines, fmt.Appendf(nil, "%x  %s\n", a.sum.Sum(nil), a.open))
	a.open = ""
	return nil
}

// compare reads a list of checksums.
func (a *reader) compare(h *tar.Header) error {
	if h.Typeflag != tar.TypeReg || h.Size > sumsBytes {
		return damaged("%q is no list of checksums", h.Name)
	}
	list, err := io.ReadAll(a.tar)
	if err != nil {
		return broken(err)
	}
	want := bytes.SplitAfter(list, []byte("\n"))
	if len(want) != len(a.lines)+1 || len(want[len(a.lines)]) > 0 {
		return damaged("%q does not fit what is before it", h.Name)
	}
	for i, line := range a.lines {
		if !bytes.Equal(line, want[i]) {
			_, name, _ := bytes.Cut(bytes.TrimSpace(line), []byte("  "))
			return damaged("%q is not what it was when the backup was made", name)
		}
	}
	a.lists++
	a.lines = a.lines[:0]
	return nil
}

// json reads the open member as JSON.
func (a *reader) json(into *Contents) error {
	name := a.open
	text, err := io.ReadAll(a)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return damaged("%s cannot be read", name)
	}
	return nil
}

// manifest reads the manifest, which must agree with head and with what was counted. Rows are counted when they are loaded.
func (a *reader) manifest() error {
	var m Contents
	if err := a.json(&m); err != nil {
		return err
	}
	if len(m.Tables) != len(a.head.Tables) {
		return damaged("%s does not fit %s", manifestName, headName)
	}
	plain := m
	plain.Sequences, plain.Missing, plain.Tables = nil, 0, append([]Table(nil), m.Tables...)
	for i := range plain.Tables {
		plain.Tables[i].Rows = 0
	}
	if !plain.MadeAt.Equal(a.count.MadeAt) {
		return damaged("%s does not fit %s", manifestName, headName)
	}
	plain.MadeAt = a.count.MadeAt
	if !reflect.DeepEqual(plain, a.count) {
		return damaged("%s does not fit what is before it", manifestName)
	}
	a.count, a.ended = m, true
	return nil
}

// end checks that nothing is missing at the end and nothing behind it.
func (a *reader) end() error {
	if !a.ended || len(a.lines) > 0 {
		return damaged("it is cut off")
	}
	rest := io.LimitReader(a.gzip, writeBuffer+1)
	if n, err := io.Copy(io.Discard, rest); err != nil {
		return broken(err)
	} else if n > writeBuffer {
		return damaged("there is something behind its end")
	}
	if _, err := a.file.ReadByte(); !errors.Is(err, io.EOF) {
		return damaged("there is something behind its end")
	}
	return io.EOF
}

// broken tells a damaged file from one that cannot be read.
func broken(err error) error {
	var unread *fs.PathError
	switch {
	case errors.Is(err, ErrDamaged):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return damaged("it is cut off")
	case errors.As(err, &unread), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("read the backup: %w", err)
	default:
		return damaged("%v", err)
	}
}
