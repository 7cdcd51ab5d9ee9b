// Package codec turns an MP3 or a WAV file into what a call sends: audio decoded, converted and encoded once, in every
// format that may be negotiated, and then shared by all calls.
//
//	prompt, err := codec.LoadFile("prompt.mp3", codec.Options{
//		Duration: 30 * time.Second,
//		Formats:  []codec.Format{codec.PCMU, codec.PCMA},
//	})
//	track, ok := prompt.Track("PCMA")
//	payload := track.Frame(0) // 20 ms, ready for an RTP packet
//
// A file that is cut off or damaged here and there is played as far as it goes, and Prompt.Notes tell. What cannot be
// decoded as it was meant is an error that names the file, what it is and how to convert it: nothing is guessed.
//
// LoadBuiltin does the same with the MP3 that is part of the program. The steps from file to frames are listed in
// prepare, in prepare.go.
//
// A Prompt and its Tracks never change after they were made: any number of goroutines may use them at once, and
// nothing has to be closed. The package starts no goroutine. Loading costs processor time and memory in proportion
// to the audio that is kept; it belongs to the start of the program, not to a call.
package codec
