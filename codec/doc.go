// Package codec turns an MP3 or a WAV file into what a call sends: audio decoded, processed and encoded once, in every
// format that may be negotiated, and then shared by all calls.
//
//	prompt, err := codec.LoadFile(ctx, "prompt.mp3", codec.Options{
//		Duration: 30 * time.Second,
//		Formats:  codec.Formats(), // PCMU, PCMA, G722
//		Chain:    narrow, Wide: wide, // of package dsp
//	})
//	track, ok := prompt.Track("PCMA")
//	payload := track.Frame(0) // 20 ms, ready for an RTP packet
//
// A file that is cut off or damaged here and there is played as far as it goes, and Prompt.Notes tell. What cannot be
// decoded as it was meant is an error that names the file, what it is and how to convert it: nothing is guessed.
//
// LoadBuiltin does the same with the MP3 that is part of the program. LoadTone, LoadMilliwatt and LoadSilence need no
// file. The steps from file to frames are listed in path.run, in prepare.go, and an Observer sees what each of them does.
//
// A Prompt and its Tracks never change after they were made: any number of goroutines may use them at once, and
// nothing has to be closed. Loading prepares the two bands, for G.711 and for G.722, in one goroutine each, which have
// ended when it returns. It costs processor time and memory in proportion to the audio that is kept; it belongs to the
// start of the program, not to a call.
package codec
