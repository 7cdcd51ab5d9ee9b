//go:build e2e

package e2e

import (
	"bytes"
	"time"
)

// file is one of the set, and what has to become of it.
type file struct {
	name    string
	make    func(b *workbench) []byte
	refused string        // part of the error; "" when the file plays
	note    string        // part of what is said about a file that plays
	mono    bool          // it has one channel
	libmad  bool          // the referee is libmad, in sox
	until   time.Duration // compared up to here; 0 for all
	loose   bool          // the length may differ from that of the referee
	clean   bool          // the referee gets the same audio without what is around it
}

// fileSet has at least one file of each kind that people have.
var fileSet = []file{
	// Bit rates and channels.
	{name: "44.1 kHz stereo, 128 kbit/s", make: lame(44100, 2, "-m", "s", "-b", "128")},
	{name: "44.1 kHz stereo, 320 kbit/s", make: lame(44100, 2, "-m", "s", "-b", "320")},
	{name: "44.1 kHz joint stereo, 96 kbit/s", make: lame(44100, 2, "-m", "j", "-b", "96")},
	{name: "44.1 kHz joint stereo, VBR", make: lame(44100, 2, "-m", "j", "-V", "2")},
	{name: "44.1 kHz joint stereo, ABR 110 kbit/s", make: lame(44100, 2, "--abr", "110")},
	{name: "44.1 kHz mono, 64 kbit/s", make: lame(44100, 1, "-m", "m", "-b", "64"), mono: true},
	{name: "44.1 kHz forced mid/side stereo", make: lame(44100, 2, "-m", "f", "-b", "128")},
	{name: "32 kHz forced mid/side stereo, 48 kbit/s", make: lame(32000, 2, "-m", "f", "-b", "48")},
	{name: "44.1 kHz joint stereo, 320 kbit/s", make: lame(44100, 2, "-m", "j", "-b", "320")},
	{name: "44.1 kHz dual channel", make: lame(44100, 2, "-m", "d", "-b", "128")},
	{name: "44.1 kHz with checksums", make: lame(44100, 2, "-p", "-b", "128")},
	{name: "44.1 kHz without bit reservoir", make: lame(44100, 2, "--nores", "-b", "128")},
	{name: "44.1 kHz without Info tag", make: lame(44100, 2, "-t", "-b", "128"), loose: true},
	{name: "44.1 kHz by ffmpeg", make: ffmpeg(44100, 2, "mp3", "-b:a", "128k")},
	{name: "intensity stereo", make: intensity(44100, "s")},
	{name: "intensity with mid/side stereo", make: intensity(44100, "f"), refused: "intensity stereo"},
	{name: "intensity stereo, MPEG-2", make: intensity(24000, "s"), refused: "intensity stereo"},
	{name: "mono, then stereo", make: func(b *workbench) []byte {
		return join(b.lame(44100, 1, "-t", "-b", "64"), b.lame(44100, 2, "-t", "-b", "128"))
	}, mono: true, until: 1900 * time.Millisecond, loose: true},
	// Sample rates.
	{name: "48 kHz stereo", make: lame(48000, 2, "-b", "128")},
	{name: "32 kHz mono", make: lame(32000, 1, "-b", "64"), mono: true},
	{name: "24 kHz mono (libmad)", make: lame(24000, 1, "-b", "64"), mono: true, libmad: true, loose: true},
	{name: "24 kHz stereo (libmad)", make: lame(24000, 2, "-b", "64"), libmad: true, loose: true},
	{name: "22.05 kHz mono, 24 kbit/s", make: lame(22050, 1, "-b", "24"), mono: true},
	{name: "22.05 kHz mono, 32 kbit/s", make: lame(22050, 1, "-b", "32"), mono: true},
	{name: "22.05 kHz mono, 56 kbit/s", make: lame(22050, 1, "-b", "56"), mono: true},
	{name: "22.05 kHz stereo, 80 kbit/s", make: lame(22050, 2, "-b", "80")},
	{name: "22.05 kHz stereo, 144 kbit/s", make: lame(22050, 2, "-b", "144")},
	{name: "22.05 kHz stereo, 160 kbit/s", make: lame(22050, 2, "-b", "160")},
	{name: "22.05 kHz stereo, VBR", make: lame(22050, 2, "-V", "4")},
	{name: "22.05 kHz stereo with checksums, 96 kbit/s", make: lame(22050, 2, "-p", "-b", "96")},
	{name: "22.05 kHz by ffmpeg, 32 kbit/s", make: ffmpeg(22050, 1, "mp3", "-b:a", "32k"), mono: true},
	{name: "16 kHz mono", make: lame(16000, 1, "-b", "32"), mono: true},
	{name: "16 kHz forced mid/side stereo, 24 kbit/s", make: lame(16000, 2, "-m", "f", "-b", "24")},
	{name: "22.05 kHz forced mid/side stereo, 32 kbit/s", make: lame(22050, 2, "-m", "f", "-b", "32")},
	{name: "12 kHz (MPEG-2.5)", make: lame(12000, 1, "-b", "24"), refused: "MPEG-2.5 layer III at 12000 Hz"},
	{name: "11.025 kHz (MPEG-2.5)", make: lame(11025, 1, "-b", "24"), refused: "MPEG-2.5 layer III at 11025 Hz"},
	{name: "8 kHz (MPEG-2.5)", make: lame(8000, 1, "-b", "16"), refused: "MPEG-2.5 layer III at 8000 Hz"},
	// Tags and garbage.
	{name: "ID3v2 with a cover of 1 MB", make: around(id3v2(1e6, tagged(1e6)), nil), clean: true},
	{name: "two ID3v2, ID3v1", make: around(join(id3v2(5000, tagged(5000)), id3v2(100, tagged(100))), id3v1()), clean: true},
	{name: "APE and ID3v1 at the end", make: around(nil, join(ape(0), id3v1())), clean: true},
	{name: "APE in front", make: around(ape(0), nil), clean: true},
	{name: "ID3v2 that claims 200 MB", make: around(id3v2(5000, 200e6), nil), clean: true},
	{name: "ID3v2 that claims half of the audio", make: around(id3v2(5000, tagged(5000)+15001), nil), clean: true},
	{name: "ID3v2 that claims too little", make: around(id3v2(5000, 700), nil), clean: true},
	{name: "APE that claims too much", make: around(nil, ape(1e6)), clean: true},
	{name: "100 bytes of garbage in front", make: around(garbage(100), nil), clean: true},
	{name: "64 kB of garbage in front", make: around(garbage(65536), nil), clean: true},
	{name: "zeros at both ends", make: around(make([]byte, 3000), make([]byte, 3000)), clean: true},
	{name: "two files in one, tags between", make: func(b *workbench) []byte {
		data := b.lame(44100, 2, "-b", "128")
		return join(data, id3v1(), id3v2(3000, tagged(3000)), data)
	}, loose: true, until: 1900 * time.Millisecond},
	// Damage.
	{name: "truncated", make: func(b *workbench) []byte { return b.lame(44100, 2, "-b", "128")[:20000] },
		note: "truncated after 1.18s of 2s", loose: true, until: 1150 * time.Millisecond},
	{name: "truncated, with ID3v1", make: func(b *workbench) []byte {
		return join(b.lame(44100, 1, "-b", "64", "-t", "--nores")[:40*209-13], id3v1())
	}, mono: true, note: "truncated after", loose: true, until: 900 * time.Millisecond},
	{name: "5000 bytes missing in the middle", make: func(b *workbench) []byte { return hole(b.lame(44100, 2, "-b", "128"), 5000) },
		note: "damaged: what is no audio was skipped after", loose: true, until: 850 * time.Millisecond},
	{name: "zeros in the middle", make: func(b *workbench) []byte {
		data := b.lame(44100, 2, "-b", "128")
		clear(data[16000:20000])
		return data
	}, note: "damaged: what is no audio was skipped after", loose: true, until: 850 * time.Millisecond},
	{name: "begins in the middle", make: func(b *workbench) []byte { return b.lame(44100, 2, "-b", "64")[9000:] },
		note: "are silent", loose: true},
	{name: "every frame spoilt", make: func(b *workbench) []byte {
		data := b.lame(44100, 2, "-m", "s", "-b", "128", "--nores")
		for at := 0; at+36 < len(data); at++ {
			if data[at] == 0xFF && data[at+1] == 0xFB {
				copy(data[at+4:], bytes.Repeat([]byte{0xA5}, 32))
			}
		}
		return data
	}, refused: "damaged MP3"},
	{name: "sample rate changes midway", make: func(b *workbench) []byte {
		return join(b.lame(44100, 2, "-b", "128"), b.lame(48000, 2, "-b", "128"))
	}, refused: "changes from MPEG-1 layer III at 44100 Hz to MPEG-1 layer III at 48000 Hz after 2.0"},
	// Not an MP3, or not one of ours.
	{name: "free format", make: lame(44100, 2, "--freeformat", "-b", "160"), refused: "free format"},
	{name: "layer II", make: ffmpeg(44100, 2, "mp2", "-b:a", "128k"), refused: "MPEG-1 layer II at 44100 Hz"},
	{name: "layer II, 24 kHz", make: ffmpeg(24000, 2, "mp2", "-b:a", "64k"), refused: "MPEG-2 layer II at 24000 Hz"},
	{name: "AAC (ADTS)", make: ffmpeg(44100, 2, "aac"), refused: "it is an AAC file"},
	{name: "AAC (M4A)", make: ffmpeg(44100, 2, "m4a"), refused: "it is an MP4 or M4A file"},
	{name: "Ogg Opus", make: ffmpeg(48000, 2, "opus"), refused: "it is an Ogg file"},
	{name: "FLAC", make: ffmpeg(44100, 2, "flac"), refused: "it is a FLAC file"},
	{name: "FLAC behind ID3v2", make: func(b *workbench) []byte { return join(id3v2(100, tagged(100)), b.ffmpeg(44100, 2, "flac")) },
		refused: "it is a FLAC file"},
	{name: "AIFF", make: ffmpeg(44100, 2, "aiff"), refused: "it is an AIFF file"},
	{name: "empty", make: bytesOf(""), refused: "empty file"},
	{name: "text", make: bytesOf("This was to be a prompt.\n"), refused: "it is a text file"},
	{name: "HTML", make: bytesOf("<!DOCTYPE html>\n<html><body>404 not found</body></html>\n"), refused: "it is an HTML"},
	{name: "noise", make: func(*workbench) []byte { return garbage(100000) }, refused: "no MPEG layer III frames in it"},
	{name: "zeros", make: func(*workbench) []byte { return make([]byte, 100000) }, refused: "nothing but zeros"},
	{name: "ID3v2 alone", make: func(*workbench) []byte { return id3v2(100, tagged(100)) }, refused: "a tag without audio"},
	// WAV, whatever the name.
	{name: "WAV, 16 bits, 8 kHz mono", make: sox(8000, 1), mono: true},
	{name: "WAV, 16 bits, 44.1 kHz stereo", make: sox(44100, 2)},
	{name: "WAV, 8 bits, 11.025 kHz", make: sox(11025, 1, "-b", "8"), mono: true},
	{name: "WAV, 24 bits, 48 kHz", make: sox(48000, 2, "-b", "24")},
	{name: "WAV, 32 bits, 96 kHz", make: sox(96000, 2, "-b", "32")},
	{name: "WAV, float of 32 bits, 192 kHz", make: sox(192000, 1, "-e", "float", "-b", "32"), mono: true},
	{name: "WAV, float of 64 bits, 22.05 kHz", make: sox(22050, 2, "-e", "float", "-b", "64")},
	{name: "WAV, mu-law", make: sox(8000, 1, "-e", "mu-law"), mono: true},
	{name: "WAV, A-law", make: sox(8000, 1, "-e", "a-law"), mono: true},
	{name: "WAV from a pipe, without sizes", make: func(b *workbench) []byte {
		data := b.sox(16000, 1)
		copy(data[4:], "\xFF\xFF\xFF\xFF")
		copy(data[40:], "\xFF\xFF\xFF\xFF")
		return data
	}, mono: true},
	{name: "WAV with an odd chunk", make: func(b *workbench) []byte {
		return mangled(b.sox(16000, 1), "data", "odd \x03\x00\x00\x00abc\x00data")
	}, mono: true},
	{name: "WAV, truncated", make: func(b *workbench) []byte { return b.sox(16000, 1)[:32044] }, mono: true,
		note: "truncated after 1s"},
	{name: "WAV with MP3 in it", make: ffmpeg(44100, 2, "wav", "-c:a", "libmp3lame", "-write_xing", "0"), loose: true},
	{name: "RF64", make: ffmpeg(44100, 2, "wav", "-rf64", "always")},
	{name: "WAV, six channels", make: ffmpeg(44100, 2, "wav", "-ac", "6"), refused: "WAV with 6 channels"},
	{name: "WAV, ADPCM", make: ffmpeg(44100, 2, "wav", "-c:a", "adpcm_ms"), refused: "WAV with Microsoft ADPCM"},
	{name: "WAV, GSM", make: sox(8000, 1, "-e", "gsm-full-rate"), refused: "WAV with GSM 6.10"},
	{name: "WAV, 384 kHz", make: sox(384000, 1), refused: "WAV at 384000 Hz"},
}

func lame(rate, channels int, options ...string) func(*workbench) []byte {
	return func(b *workbench) []byte { return b.lame(rate, channels, options...) }
}

func ffmpeg(rate, channels int, suffix string, options ...string) func(*workbench) []byte {
	return func(b *workbench) []byte { return b.ffmpeg(rate, channels, suffix, options...) }
}

func sox(rate, channels int, options ...string) func(*workbench) []byte {
	return func(b *workbench) []byte { return b.sox(rate, channels, options...) }
}

// wrapped is the MP3 that around has something around.
var wrapped = lame(44100, 2, "-b", "128")

// around is an MP3 with something before and behind it.
func around(before, behind []byte) func(*workbench) []byte {
	return func(b *workbench) []byte { return join(before, wrapped(b), behind) }
}

func bytesOf(s string) func(*workbench) []byte {
	return func(*workbench) []byte { return []byte(s) }
}

// intensity is a file of another stereo mode whose frames say that they use intensity stereo: above the last
// frequency of the right channel both come from the left one.
func intensity(rate int, mode string) func(*workbench) []byte {
	return func(b *workbench) []byte {
		data := b.lame(rate, 2, "-m", mode, "-b", "96", "--nores", "-t")
		for at := 0; at+4 <= len(data); at++ {
			if data[at] != 0xFF || data[at+1]&0xF6 != 0xF2 {
				continue
			}
			extension := data[at+3]&0x20 | 0x10
			data[at+3] = data[at+3]&0x0F | 0x40 | extension
		}
		return data
	}
}
