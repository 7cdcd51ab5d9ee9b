// Package render prepares audio as a call gets it and tells what a caller hears of it.
//
//	load := func(ctx context.Context, o codec.Options) (*codec.Prompt, error) { return codec.LoadFile(ctx, "song.mp3", o) }
//	r, err := render.Render(ctx, load, render.Options{Audio: options, Format: codec.PCMU})
//	codec.WriteWAV(w, r.Heard, codec.PCMU.SampleRate)
//	json.NewEncoder(w).Encode(r.Report)
//
// What is measured and written is decoded from the encoded track: with the noise of G.711 or G.722, and silence up to
// whole frames. The preparation itself is that of package codec, watched from outside; nothing is prepared twice.
//
// The package starts no goroutine and keeps no state.
package render
