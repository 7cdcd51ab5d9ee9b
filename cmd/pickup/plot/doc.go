// Package plot draws what the preparation of a prompt did to it, as one PNG of 1200 pixels width: the waveform before
// and after, the gain reduction over time, and the spectrum before and after.
//
//	err := plot.PNG(w, plot.Figure{Title: "song.mp3 as PCMU", Before: before, After: after, Reductions: reductions})
//
// Signals are drawn by their envelope, so that the size of the picture does not grow with their length.
package plot
