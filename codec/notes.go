package codec

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// loudnessTolerance is how far, in LU, the loudness may be from its target without a note: less is not noticed.
const loudnessTolerance = 1.0

// notes says what callers do not hear as they should; silent is a file of nothing but zeros. What holds for both bands
// is one note.
func notes(paths []path, outcomes []outcome, silent bool) []string {
	list := make([]string, 0, len(paths))
	same := true
	for i, p := range paths {
		list = append(list, p.note(outcomes[i], silent))
		same = same && list[i] == list[0]
	}
	if same {
		list = list[:1]
	} else {
		for i, p := range paths {
			if list[i] != "" {
				list[i] = fmt.Sprintf("%s band: %s", p.band, list[i])
			}
		}
	}
	return slices.DeleteFunc(list, func(note string) bool { return note == "" })
}

// note is about one band, and empty when all is well. Without a chain the loudness has no target.
func (p path) note(o outcome, silent bool) string {
	length := time.Duration(len(o.samples)) * time.Second / time.Duration(p.out)
	switch miss := o.loudness - p.chain.Loudness; {
	case silent:
		return "callers hear nothing: the audio is silent"
	case math.IsInf(o.loudness, -1) && length <= fadeIn+fadeOut:
		return fmt.Sprintf("callers hear nothing: the audio is shorter than %v", fadeIn+fadeOut)
	case math.IsInf(o.loudness, -1):
		return "callers hear nothing: the audio is below -70 LUFS"
	case p.processes() && math.Abs(miss) > loudnessTolerance:
		return fmt.Sprintf("target %g LUFS not reached: %.1f", p.chain.Loudness, o.loudness)
	}
	return ""
}
