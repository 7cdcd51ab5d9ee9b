package codec

// sideInfo is the side information of a frame (ISO/IEC 11172-3, 2.4.1.7, and 13818-3, 2.4.1.7): the distance back to
// the main data, private bits, in MPEG-1 what the second granule shares with the first, and then a part for each
// channel of each granule.
type sideInfo struct {
	bits    bitField
	begin   int // width of main_data_begin
	parts   int
	first   int // where the parts begin
	width   int // of a part
	factors int // width of scalefac_compress
}

// Fields of a part, which has all the same ones at its beginning.
const (
	part23Bits = 12 // part2_3_length: the main data of this part in bits
	switchedAt = 29 // window_switching_flag, without the width of scalefac_compress before it
)

func newSideInfo(h header, data []byte) sideInfo {
	s := sideInfo{bits: data, parts: h.granules() * h.channels()}
	if h.version == mpeg1 {
		s.begin, s.first, s.width, s.factors = 9, 20, 59, 4
		if h.mono {
			s.first = 18
		}
		return s
	}
	s.begin, s.first, s.width, s.factors = 8, 8+h.channels(), 63, 9
	return s
}

// mainDataBegin is how far the main data begin before where those of the frame stand, in bytes.
func (s sideInfo) mainDataBegin() int { return s.bits.get(0, s.begin) }

func (s sideInfo) setMainDataBegin(n int) { s.bits.set(0, s.begin, n) }

// maxBegin is the largest mainDataBegin there is.
func (s sideInfo) maxBegin() int { return 1<<s.begin - 1 }

// length is the length of the main data of a part in bits.
func (s sideInfo) length(part int) int { return s.bits.get(s.first+part*s.width, part23Bits) }

func (s sideInfo) setLength(part, n int) { s.bits.set(s.first+part*s.width, part23Bits, n) }

// short tells whether a part has short blocks: block_type 2, behind window_switching_flag.
func (s sideInfo) short(part int) bool {
	return s.bits.get(s.first+part*s.width+switchedAt+s.factors, 3) == 0b110
}

// longQuads tells which table the last values of a part are coded with (count1table_select, the last bit): false is
// table A, in which four zeros are one bit, true is table B, in which they are four. All these bits are ones.
func (s sideInfo) longQuads(part int) bool {
	return s.bits.get(s.first+(part+1)*s.width-1, 1) == 1
}

// mainDataBits is the length of the main data of all parts in bits.
func (s sideInfo) mainDataBits() int {
	n := 0
	for part := range s.parts {
		n += s.length(part)
	}
	return n
}

// bytesOf is the number of bytes that hold so many bits.
func bytesOf(bits int) int { return (bits + 7) / 8 }

// bitField are numbers of any width in a row, the highest bit first.
type bitField []byte

func (b bitField) get(at, width int) int {
	n := 0
	for i := at; i < at+width; i++ {
		n = n<<1 | int(b[i/8]>>(7-i%8)&1)
	}
	return n
}

func (b bitField) set(at, width, n int) {
	for i := at + width - 1; i >= at; i-- {
		b[i/8] = b[i/8]&^(1<<(7-i%8)) | byte(n&1)<<(7-i%8)
		n >>= 1
	}
}
