package rtp

import "time"

// unixToNTP is the time from the beginning of NTP's era 0, 1900, to that of Unix
// time, 1970, in seconds (RFC 5905 section 6).
const unixToNTP = 2_208_988_800

// ntp is a time as RTCP carries it: the seconds since 1900 in the upper 32 bits,
// the fraction of a second in the lower ones (RFC 3550 section 4).
func ntp(t time.Time) uint64 {
	fraction := uint64(t.Nanosecond()) << 32 / uint64(time.Second)
	return uint64(t.Unix()+unixToNTP)<<32 | fraction
}

// short is the middle of a 64-bit NTP time: seconds modulo 65536 in the upper 16
// bits and 65536ths of a second in the lower ones.
func short(full uint64) uint32 { return uint32(full >> 16) }

// shortDuration is a duration in 65536ths of a second; a negative one is none, and
// what does not fit is the most that does.
func shortDuration(d time.Duration) uint32 {
	return uint32(min(max(d.Seconds(), 0)*65536, 1<<32-1))
}

// fromShort is a duration given in 65536ths of a second.
func fromShort(d int32) time.Duration { return time.Duration(d) * time.Second >> 16 }
