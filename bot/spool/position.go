package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
)

// position is a place in the spool: all before it was replayed.
type position struct {
	segment uint64
	offset  int64
}

// positionBytes is the length of a position on disk: segment and offset as uint64, their CRC-32C, little-endian.
const positionBytes = 20

// readPosition reads the position file. One that cannot be read costs no record: all are replayed again.
func readPosition(f *os.File) (position, error) {
	var b [positionBytes]byte
	if _, err := f.ReadAt(b[:], 0); errors.Is(err, io.EOF) {
		return position{}, nil
	} else if err != nil {
		return position{}, err
	}
	p := position{segment: binary.LittleEndian.Uint64(b[:]), offset: int64(binary.LittleEndian.Uint64(b[8:]))}
	if crc32.Checksum(b[:16], castagnoli) != binary.LittleEndian.Uint32(b[16:]) || p.offset < 0 {
		return position{}, nil
	}
	return p, nil
}

// save notes the position. It is not synced: a process that dies loses nothing, a machine that does replays a few records
// more.
func (p position) save(f *os.File) error {
	var b [positionBytes]byte
	binary.LittleEndian.PutUint64(b[:], p.segment)
	binary.LittleEndian.PutUint64(b[8:], uint64(p.offset))
	binary.LittleEndian.PutUint32(b[16:], crc32.Checksum(b[:16], castagnoli))
	_, err := f.WriteAt(b[:], 0)
	return err
}
