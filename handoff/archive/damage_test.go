package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// crafted is a backup made by hand, right unless it is told otherwise.
type crafted struct {
	buf  bytes.Buffer
	z    *gzip.Writer
	tar  *tar.Writer
	sums bytes.Buffer
	n    int
}

func craft() *crafted {
	c := &crafted{}
	c.z = gzip.NewWriter(&c.buf)
	c.tar = tar.NewWriter(c.z)
	return c
}

func (c *crafted) add(name, content string) *crafted {
	return c.raw(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content))}, content)
}

func (c *crafted) raw(h *tar.Header, content string) *crafted {
	if err := c.tar.WriteHeader(h); err != nil {
		panic(err)
	}
	_, _ = c.tar.Write([]byte(content)) // a member that is cut off fails at its reader
	fmt.Fprintf(&c.sums, "%x  %s\n", sha256.Sum256([]byte(content)), h.Name)
	return c
}

func (c *crafted) contents(name string, change func(*Contents)) *crafted {
	content := Contents{
		Format: 1, Schema: 1, MadeAt: testTime,
		Tables: []Table{{Name: "contacts", Columns: []string{"id"}}, {Name: "cases", Columns: []string{"number"}}},
	}
	change(&content)
	text, err := json.Marshal(content)
	if err != nil {
		panic(err)
	}
	return c.add(name, string(text))
}

func (c *crafted) head() *crafted     { return c.contents(headName, func(*Contents) {}) }
func (c *crafted) manifest() *crafted { return c.contents(manifestName, func(*Contents) {}) }

func (c *crafted) list() *crafted {
	c.n++
	text := c.sums.String()
	c.raw(&tar.Header{Typeflag: tar.TypeReg, Name: sumsName(c.n), Size: int64(len(text))}, text)
	c.sums.Reset()
	return c
}

func (c *crafted) end() []byte {
	_ = c.tar.Close() // fails when the last member is cut off, which is then the test
	if err := c.z.Close(); err != nil {
		panic(err)
	}
	return c.buf.Bytes()
}

func (c *crafted) whole() []byte { return c.manifest().list().end() }

// readAll reads a backup as Open does, without the file.
func readAll(b []byte) error {
	_, err := members(b)
	return err
}

// members is all that a backup is read as.
func members(b []byte) (string, error) {
	a, err := newReader(bytes.NewReader(b))
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for {
		m, err := a.next()
		if errors.Is(err, io.EOF) {
			return all.String(), nil
		}
		if err != nil {
			return "", err
		}
		text, err := io.ReadAll(a)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&all, "%s: %s\n", m.name, text)
	}
}

const photoName = "photos/ab/cd/abcd000000000000000000000000000000000000000000000000000000000000"

func TestHostileBackups(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name string
		file []byte
		want error
		said string
	}{
		{"right", craft().head().add("records/contacts/000001", "1\n").add(photoName, "x").contents(manifestName, func(c *Contents) { c.Photos = 1 }).list().end(), nil, ""},
		{"empty", nil, ErrNotBackup, ""},
		{"text", []byte("hello, this is a letter"), ErrNotBackup, ""},
		{"another gzip", craft().add("etc/passwd", "x").end(), ErrNotBackup, ""},
		{"no checksums", craft().head().manifest().end(), ErrDamaged, "cut off"},
		{"no manifest", craft().head().list().end(), ErrDamaged, "cut off"},
		{"newer form", craft().contents(headName, func(c *Contents) { c.Format = 2 }).whole(), ErrNewer, ""},
		{"head is no JSON", craft().add(headName, "{").whole(), ErrDamaged, headName},
		{"no tables", craft().contents(headName, func(c *Contents) { c.Tables = nil }).whole(), ErrDamaged, headName},
		{"a table twice", craft().contents(headName, func(c *Contents) { c.Tables = append(c.Tables, c.Tables[0]) }).whole(), ErrDamaged, headName},
		{"climbs out", craft().head().add("photos/../../etc/cron.d/x", "x").whole(), ErrDamaged, "does not belong"},
		{"climbs out behind a dot", craft().head().add(photoName+"/../x", "x").whole(), ErrDamaged, "does not belong"},
		{"from the root", craft().head().add("/etc/passwd", "x").whole(), ErrDamaged, "does not belong"},
		{"photo in a wrong folder", craft().head().add("photos/ff/cd/"+photoName[13:], "x").whole(), ErrDamaged, "does not belong"},
		{"unknown table", craft().head().add("records/pg_authid/000001", "x").whole(), ErrDamaged, "does not belong"},
		{"odd number of a piece", craft().head().add("records/contacts/1", "x").whole(), ErrDamaged, "does not belong"},
		{"a link", craft().head().raw(&tar.Header{Typeflag: tar.TypeSymlink, Name: photoName, Linkname: "/etc/passwd"}, "").whole(), ErrDamaged, "ordinary"},
		{"a huge key", craft().head().add(keyName, strings.Repeat("k", keyBytes+1)).whole(), ErrDamaged, "too big"},
		{"a huge photo that is not there", craft().head().raw(&tar.Header{Typeflag: tar.TypeReg, Name: photoName, Size: 1 << 40}, "x").end(), ErrDamaged, "too big"},
		{"a photo that is cut off", craft().head().raw(&tar.Header{Typeflag: tar.TypeReg, Name: photoName, Size: 4096}, "x").end(), ErrDamaged, "cut off"},
		{"a huge list", craft().head().raw(&tar.Header{Typeflag: tar.TypeReg, Name: sumsName(1), Size: sumsBytes + 1}, strings.Repeat("x", sumsBytes+1)).end(), ErrDamaged, "no list"},
		{"twice", craft().head().add(keyName, "k").add(keyName, "k").whole(), ErrDamaged, "not where it belongs"},
		{"a photo twice", craft().head().add(photoName, "k").add(photoName, "k").whole(), ErrDamaged, "not where it belongs"},
		{"behind the manifest", craft().head().manifest().add(keyName, "k").list().end(), ErrDamaged, "not where it belongs"},
		{"a piece is missing", craft().head().add("records/contacts/000002", "k").whole(), ErrDamaged, "not where it belongs"},
		{"tables out of order", craft().head().add("records/cases/000001", "k").add("records/contacts/000001", "k").whole(), ErrDamaged, "not where it belongs"},
		{"counted wrong", craft().head().contents(manifestName, func(c *Contents) { c.Photos = 1 }).list().end(), ErrDamaged, manifestName},
		{"another schema behind", craft().head().contents(manifestName, func(c *Contents) { c.Schema = 2 }).list().end(), ErrDamaged, manifestName},
		{"another time behind", craft().head().contents(manifestName, func(c *Contents) { c.MadeAt = testTime.AddDate(1, 0, 0) }).list().end(), ErrDamaged, manifestName},
		{"other tables behind", craft().head().contents(manifestName, func(c *Contents) { c.Tables = nil }).list().end(), ErrDamaged, manifestName},
		{"more behind its end", append(craft().head().whole(), "more"...), ErrDamaged, "behind its end"},
		{"another gzip behind its end", append(craft().head().whole(), craft().head().whole()...), ErrDamaged, "behind its end"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := readAll(c.file)
			if !errors.Is(err, c.want) || c.want == nil && err != nil || err != nil && !strings.Contains(err.Error(), c.said) {
				t.Errorf("error %v, want %v with %q", err, c.want, c.said)
			}
		})
	}
}

func TestTooManyWithoutChecksums(t *testing.T) {
	t.Parallel()
	c := craft().head()
	for i := range sumsEvery {
		c.add(fmt.Sprintf("photos/%02x/00/%02x00%060d", i, i, 0), "x")
	}
	if err := readAll(c.whole()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "checksums are missing") {
		t.Errorf("error %v", err)
	}
}

// TestAlteredMember changes a member and leaves its checksum.
func TestAlteredMember(t *testing.T) {
	t.Parallel()
	c := craft().head().add("records/contacts/000001", "1\n")
	good := c.sums.String()
	c = craft().head().add("records/contacts/000001", "2\n")
	c.sums.Reset()
	c.sums.WriteString(good)
	if err := readAll(c.whole()); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "records/contacts/000001") {
		t.Errorf("error %v", err)
	}
}

// TestEveryCutAndFlip cuts a real backup at every length and flips bits in it: nothing of that is taken for whole.
func TestEveryCutAndFlip(t *testing.T) {
	t.Parallel()
	whole := craft().head().add("records/contacts/000001", "1\n").add("records/cases/000001", "2\n").whole()
	want, err := members(whole)
	if err != nil || !strings.Contains(want, "records/cases/000001: 2") {
		t.Fatal(want, err)
	}
	for i := range whole {
		if err := readAll(whole[:i]); err == nil {
			t.Fatalf("cut after %d of %d bytes: no error", i, len(whole))
		}
		flipped := bytes.Clone(whole)
		flipped[i] ^= 0x10
		if got, err := members(flipped); err == nil && got != want { // some bits of gzip mean nothing
			t.Fatalf("byte %d is another: read as %q", i, got)
		}
	}
}

// TestDamagedFileTouchesNothing goes the whole way with files that are no whole backups.
func TestDamagedFileTouchesNothing(t *testing.T) {
	t.Parallel()
	from, into := place(t), bare(t)
	fill(t, from)
	path, _ := write(t, from)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	altered := bytes.Clone(whole)
	for i := range 16 { // more than a header of gzip, of which some bits mean nothing
		altered[len(altered)/2+i] ^= 0xff
	}
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"cut", whole[:len(whole)*2/3], ErrDamaged},
		{"altered", altered, ErrDamaged},
		{"other tables", craft().head().whole(), ErrDamaged},
		{"newer schema", craft().contents(headName, func(c *Contents) { c.Schema = 9999 }).whole(), ErrNewer},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x")
			if err := os.WriteFile(path, c.file, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := restoreInto(t, path, into); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			for name, list := range rows(t, into.DSN) {
				if len(list) > 0 {
					t.Errorf("table %s has %d rows", name, len(list))
				}
			}
			if got := tree(t, into.DataDir); len(got) > 0 {
				t.Errorf("%d files", len(got))
			}
		})
	}
	if err := restoreInto(t, t.TempDir(), into); !errors.Is(err, ErrNotBackup) {
		t.Errorf("a folder: %v", err)
	}
	if err := restoreInto(t, "/nowhere/x", into); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// TestRowsThatAreNot loads rows that are fewer than the manifest says, that stop early, or refer to nothing.
func TestRowsThatAreNot(t *testing.T) {
	t.Parallel()
	from := place(t)
	_, made := write(t, from)
	into := place(t)
	for _, c := range []struct {
		name, table, text string
		rows              int64
		said              string
	}{
		{"none", "", "", 3, "instead of 3"},
		{"stops early", "figure_checks", "2026-01-01\t2026-01-01\n\\.\n2026-01-02\t2026-01-01\n", 2, ""},
		{"refers to nothing", "remembered", "00000000-0000-7000-8000-000000000001\tx\ttext\t{}\t2026-01-01\t\\N\n", 1, "foreign key"},
		{"no row at all", "remembered", "nonsense\n", 1, "load table remembered"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := craft().contents(headName, func(h *Contents) {
				h.Schema, h.Tables = made.Schema, made.Tables
			})
			table := c.table
			if table == "" {
				table = "alarms"
			} else {
				file.add(pieceName(table, 1), c.text)
			}
			file.contents(manifestName, func(h *Contents) {
				h.Schema, h.Tables = made.Schema, append([]Table(nil), made.Tables...)
				h.Tables[made.table(table)].Rows = c.rows
			})
			path := filepath.Join(t.TempDir(), "x")
			if err := os.WriteFile(path, file.list().end(), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := restoreInto(t, path, into); err == nil || !strings.Contains(err.Error(), c.said) {
				t.Errorf("error %v, want %q", err, c.said)
			}
			if n := len(rows(t, into.DSN)[table]); n > 0 {
				t.Errorf("%d rows", n)
			}
		})
	}
}

// FuzzReader reads anything that is inside of gzip.
func FuzzReader(f *testing.F) {
	for _, b := range [][]byte{
		craft().head().whole(),
		craft().head().add("records/contacts/000001", "1\n").add(photoName, "x").whole(),
	} {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			f.Fatal(err)
		}
		inside, err := io.ReadAll(z)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(inside)
	}
	f.Fuzz(func(t *testing.T, inside []byte) {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.NoCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := z.Write(inside); err != nil || z.Close() != nil {
			t.Fatal(err)
		}
		_, err = members(b.Bytes())
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotBackup) && !errors.Is(err, ErrNewer) {
			t.Errorf("error %v", err)
		}
	})
}

// FuzzNames sees that no name leads out of DATA_DIR.
func FuzzNames(f *testing.F) {
	for _, name := range []string{photoName, "spool/00000001.seg", "records/contacts/000001", keyName, "photos/../x"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		s, err := standingOf(name, Contents{Tables: []Table{{Name: "contacts"}}})
		if err == nil && (!filepath.IsLocal(name) || filepath.Clean(name) != name || s.most <= 0) {
			t.Errorf("%q is taken", name)
		}
	})
}
