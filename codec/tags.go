package codec

import (
	"bytes"
	"encoding/binary"
)

// leadingTags is the length of the tags at the beginning of data, at most all of it: any number of ID3v2 and APE
// tags, and ID3v1 where files were joined.
func leadingTags(data []byte) int {
	at := 0
	for {
		n := leadingTag(data[at:])
		if n == 0 {
			return at
		}
		at = min(at+n, len(data))
	}
}

// leadingTag is the length that the tag at the beginning of data claims, 0 when there is none.
func leadingTag(data []byte) int {
	switch {
	case len(data) >= 10 && bytes.HasPrefix(data, []byte("ID3")):
		// ID3v2.4.0 structure, 3.1: ten bytes of header, the size in four bytes of seven bits, and ten bytes of
		// footer if flag 0x10 is set.
		size := 10 + int(data[6]&0x7F)<<21 + int(data[7]&0x7F)<<14 + int(data[8]&0x7F)<<7 + int(data[9]&0x7F)
		if data[5]&0x10 != 0 {
			size += 10
		}
		return size
	case len(data) >= apeHeader && bytes.HasPrefix(data, []byte(apeMagic)):
		return apeHeader + int(binary.LittleEndian.Uint32(data[12:]))
	case len(data) >= id3v1Size && bytes.HasPrefix(data, []byte("TAG")):
		return id3v1Size
	}
	return 0
}

const (
	id3v1Size = 128
	// An APE tag has a header and a footer of this length, each optional. Both hold the size of what lies between
	// them together with the footer.
	apeHeader = 32
	apeMagic  = "APETAGEX"
)

// withoutTrailingTags is data without the ID3v1 and APE tags at its end. Of an APE tag with a size that cannot be,
// the footer alone is taken off: the search for frames passes over the rest.
func withoutTrailingTags(data []byte) []byte {
	for {
		switch at := len(data) - apeHeader; {
		case len(data) >= id3v1Size && bytes.HasPrefix(data[len(data)-id3v1Size:], []byte("TAG")):
			data = data[:len(data)-id3v1Size]
		case at >= 0 && bytes.HasPrefix(data[at:], []byte(apeMagic)):
			data = data[:apeStart(data, at)]
		default:
			return data
		}
	}
}

// apeStart is where the tag begins whose footer begins at footer and ends with data.
func apeStart(data []byte, footer int) int {
	start := len(data) - int(binary.LittleEndian.Uint32(data[footer+12:]))
	hasHeader := data[footer+23]&0x80 != 0
	if hasHeader {
		start -= apeHeader
	}
	if start < 0 || start > footer || hasHeader && !bytes.HasPrefix(data[start:], []byte(apeMagic)) {
		return footer
	}
	return start
}
