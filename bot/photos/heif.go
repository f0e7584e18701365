package photos

import (
	"encoding/binary"
	"fmt"
)

// readHEIF reads the dimensions and the place of the EXIF block out of the boxes of a HEIF file (ISO/IEC 23008-12). Every
// box must lie whole within the one around it, so that a file which was cut short is refused.
func (h *header) readHEIF(file []byte) error {
	var meta []byte
	for rest := file; len(rest) > 0; {
		b, after, ok := cutBox(rest)
		if !ok {
			return fmt.Errorf("%w: HEIF is cut short or damaged", ErrNotPhoto)
		}
		if b.kind == "meta" && meta == nil {
			meta = b.body
		}
		rest = after
	}
	if len(meta) < 4 {
		return fmt.Errorf("%w: HEIF without a picture", ErrNotPhoto)
	}
	var exif item
	for _, b := range boxes(meta[4:]) {
		switch b.kind {
		case "iprp":
			h.width, h.height = heifSize(b.body)
		case "iinf":
			exif.id = exifItem(b.body)
		case "iloc":
			exif.places = b.body
		}
	}
	h.exif = exif.tiff(file)
	return nil
}

// box is one box of an ISO base media file.
type box struct {
	kind string
	body []byte
}

// cutBox takes the first box off b.
func cutBox(b []byte) (first box, rest []byte, ok bool) {
	if len(b) < 8 {
		return box{}, nil, false
	}
	size, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
	switch {
	case size == 0: // to the end
		size = uint64(len(b))
	case size == 1 && len(b) >= 16: // 64 bits
		size, head = binary.BigEndian.Uint64(b[8:]), 16
	}
	if size < head || size > uint64(len(b)) {
		return box{}, nil, false
	}
	return box{kind: string(b[4:8]), body: b[head:size]}, b[size:], true
}

// boxes are the boxes in b, as far as they are whole.
func boxes(b []byte) []box {
	var all []box
	for len(b) > 0 {
		first, rest, ok := cutBox(b)
		if !ok {
			break
		}
		all, b = append(all, first), rest
	}
	return all
}

// heifSize is the size of the largest picture among the item properties: the photo itself, beside its tiles and its
// thumbnail. A quarter turn swaps width and height.
func heifSize(iprp []byte) (width, height int) {
	turned := false
	for _, list := range boxes(iprp) {
		if list.kind != "ipco" {
			continue
		}
		for _, p := range boxes(list.body) {
			switch {
			case p.kind == "ispe" && len(p.body) >= 12:
				w, h := binary.BigEndian.Uint32(p.body[4:]), binary.BigEndian.Uint32(p.body[8:])
				if uint64(w)*uint64(h) > uint64(width)*uint64(height) {
					width, height = int(w), int(h)
				}
			case p.kind == "irot" && len(p.body) >= 1:
				turned = p.body[0]&1 == 1
			}
		}
	}
	if turned {
		return height, width
	}
	return width, height
}

// exifItem is the id of the item of type Exif, 0 when there is none.
func exifItem(iinf []byte) uint64 {
	c := cursor{b: iinf}
	if version := c.uint(1); version == 0 {
		c.skip(3 + 2)
	} else {
		c.skip(3 + 4)
	}
	for _, b := range boxes(c.b) {
		if b.kind != "infe" {
			continue
		}
		c := cursor{b: b.body}
		version := c.uint(1)
		c.skip(3)
		id := c.uint(idBytes(version == 2))
		c.skip(2)
		if kind := c.uint(4); version >= 2 && kind == 0x45786966 { // "Exif"
			return id
		}
	}
	return 0
}

// idBytes is the length of an item's id.
func idBytes(short bool) int {
	if short {
		return 2
	}
	return 4
}

// item is an item of a HEIF file and the box that says where all of them lie.
type item struct {
	id     uint64
	places []byte // iloc
}

// tiff is the item's EXIF block from its TIFF header on, nil when it cannot be found.
func (it item) tiff(file []byte) []byte {
	if it.id == 0 {
		return nil
	}
	offset, length := it.locate()
	if length < 4 || offset > uint64(len(file)) || length > uint64(len(file))-offset {
		return nil
	}
	block := file[offset : offset+length]
	skip := uint64(binary.BigEndian.Uint32(block)) // "Exif\0\0" and the like
	if skip > uint64(len(block)-4) {
		return nil
	}
	return block[4+skip:]
}

// locate is where the item lies in the file, by iloc (ISO/IEC 14496-12 § 8.11.3). Only items in one piece, counted from the
// beginning of the file, are found; that is where all known cameras put them.
func (it item) locate() (offset, length uint64) {
	c := cursor{b: it.places}
	version := c.uint(1)
	c.skip(3)
	sizes := c.uint(2)
	offsetSize, lengthSize := int(sizes>>12), int(sizes>>8&15)
	baseSize, indexSize := int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		indexSize = 0
	}
	for n := c.uint(idBytes(version < 2)); n > 0 && !c.short; n-- {
		id, method := c.uint(idBytes(version < 2)), uint64(0)
		if version > 0 {
			method = c.uint(2)
		}
		c.skip(2)
		base, extents := c.uint(baseSize), int(c.uint(2))
		if id == it.id {
			if method&15 != 0 || extents != 1 {
				return 0, 0
			}
			c.skip(indexSize)
			return base + c.uint(offsetSize), c.uint(lengthSize)
		}
		c.skip(extents * (indexSize + offsetSize + lengthSize))
	}
	return 0, 0
}

// cursor reads big-endian numbers; past the end they are 0 and short is set.
type cursor struct {
	b     []byte
	short bool
}

// uint reads a number of n bytes, 0 to 8.
func (c *cursor) uint(n int) uint64 {
	if n > len(c.b) || n > 8 {
		c.b, c.short = nil, true
		return 0
	}
	var v uint64
	for _, b := range c.b[:n] {
		v = v<<8 | uint64(b)
	}
	c.b = c.b[n:]
	return v
}

// skip passes over n bytes.
func (c *cursor) skip(n int) {
	if n > len(c.b) {
		c.b, c.short = nil, true
		return
	}
	c.b = c.b[n:]
}
