// Package dsp is the sample arithmetic of a prompt: mixing to mono, changing the sample rate, limiting the band,
// expanding and compressing the dynamics, setting the loudness, fading the edges and rounding to 16 bits; and
// the search for DTMF digits in what a caller says.
//
// Samples are float64 with full scale at ±1. Every function works on a whole buffer, holds no state, starts no
// goroutine and may be called from any number of goroutines at once with buffers that they do not share. The one
// exception is [DTMF], which listens to a call as it goes and belongs to one goroutine.
//
// A product that is added to something is written float64(x*y) + z. The Go specification lets a compiler fuse
// x*y + z into one rounding, and some CPUs do; the explicit conversion forbids it, so that sums are rounded
// alike everywhere. What is left is the last bit of the functions of package math, about 1e-16 of full scale: far
// below the 16-bit step, so that two CPUs differ only where a sample lies that close to a rounding boundary.
package dsp
