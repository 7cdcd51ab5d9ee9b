package main

import (
	"slices"
	"testing"
)

func TestKeysThatAReloadLeavesAlone(t *testing.T) {
	changed := []string{
		"sip.port", "media.preferred_codecs", "media.enable_dtmf", "media.audio_sample_rate", "audio.source",
		"audio_processing.band1_compressor.ratio", "monitor_log_file",
	}
	want := []string{"sip.port", "media.enable_dtmf", "monitor_log_file"}
	if got := untouched(changed); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
