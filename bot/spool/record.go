package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// MaxRecord is the most bytes a record may have. A webhook's body has at most 4 MiB.
const MaxRecord = 16 << 20

// headBytes is the length of what stands before a record's bytes: length and checksum.
const headBytes = 8

// errBroken says that there is no whole record where one should begin.
var errBroken = errors.New("record is broken")

// castagnoli is the table of CRC-32C, which processors compute by themselves.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendRecord appends a record to buf as it stands on disk.
func appendRecord(buf, record []byte) []byte {
	at := len(buf)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(record)))
	buf = binary.LittleEndian.AppendUint32(buf, checksum(buf[at:at+4], record))
	return append(buf, record...)
}

// checksum covers the length too: a run of zeros, as file systems leave behind a crash, is then no record.
func checksum(length, record []byte) uint32 {
	return crc32.Update(crc32.Checksum(length, castagnoli), castagnoli, record)
}

// readRecord reads the record at r, of which left bytes are left. Its error is io.EOF at the end, errBroken when there is no
// whole record, or the reader's.
func readRecord(r io.Reader, left int64) ([]byte, error) {
	if left == 0 {
		return nil, io.EOF
	}
	if left < headBytes {
		return nil, errBroken
	}
	var head [headBytes]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(head[:4]))
	if n > MaxRecord || n > left-headBytes {
		return nil, errBroken
	}
	record := make([]byte, n)
	if _, err := io.ReadFull(r, record); err != nil {
		return nil, err
	}
	if checksum(head[:4], record) != binary.LittleEndian.Uint32(head[4:]) {
		return nil, errBroken
	}
	return record, nil
}

// searchBytes bounds the work of looking for a record behind a broken one.
const searchBytes = 256 << 20

// torn says whether rest, which begins with a broken record, is what a crash leaves of a write: a piece that ends too
// early, or zeros, with no whole record behind it. Anything else was once acknowledged, or may have been.
func torn(rest []byte) bool {
	if allZero(rest) {
		return true
	}
	if len(rest) >= headBytes {
		if n := binary.LittleEndian.Uint32(rest); n <= MaxRecord && int(n) <= len(rest)-headBytes {
			return false // all of it is there, and it is wrong
		}
	}
	work := 0
	for i := 1; i+headBytes <= len(rest); i++ {
		n := int(binary.LittleEndian.Uint32(rest[i:]))
		if n > MaxRecord || n > len(rest)-i-headBytes {
			continue
		}
		body := rest[i+headBytes : i+headBytes+n]
		if checksum(rest[i:i+4], body) == binary.LittleEndian.Uint32(rest[i+4:]) {
			return false
		}
		if work += n; work > searchBytes {
			return false
		}
	}
	return true
}

// allZero says whether b has nothing but zeros.
func allZero(b []byte) bool {
	for _, v := range b {
		if v != 0 {
			return false
		}
	}
	return true
}
