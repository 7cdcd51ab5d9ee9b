#!/bin/sh
# Makes the MP3s of the tests with sox and lame: a sine of 1020 Hz, half of full scale, in each kind of MPEG audio
# that matters.
set -eu
cd "$(dirname "$0")"
# lame scales constant bit rates by 0.95; this takes it back.
cbr="--scale 1.0526315789"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# tone NAME RATE CHANNELS SECONDS LAME-OPTION...
tone() {
	name=$1 rate=$2 channels=$3 seconds=$4
	shift 4
	sox -D -n -r "$rate" -c "$channels" -b 16 "$work/$name.wav" synth "$seconds" sine 1020 vol 0.5
	lame --quiet --noreplaygain "$@" "$work/$name.wav" "$name.mp3"
}

tone mpeg1-44100-stereo 44100 2 1.0 -m s $cbr -b 128
tone mpeg1-44100-joint-vbr 44100 2 1.0 -m j -V 0
tone mpeg1-48000-mono 48000 1 1.0 -m m $cbr -b 96
tone mpeg1-32000-mono 32000 1 1.0 -m m $cbr -b 64
tone mpeg2-24000-mono 24000 1 1.0 -m m $cbr -b 64
tone mpeg2-22050-mono 22050 1 1.0 -m m $cbr -b 80
tone mpeg2-16000-mono 16000 1 1.0 -m m $cbr -b 48
tone mpeg25-11025-mono 11025 1 0.3 -m m $cbr -b 16

# Copies on one side only, and against each other: what a careless mix to mono halves or cancels.
sox -D -n -r 44100 -c 1 -b 16 "$work/mono.wav" synth 1.0 sine 1020 vol 0.5
sox -D "$work/mono.wav" "$work/right.wav" remix 0 1
sox -D "$work/mono.wav" "$work/opposite.wav" remix 1 1i
lame --quiet --noreplaygain -m s $cbr -b 128 "$work/right.wav" mpeg1-44100-right-only.mp3
lame --quiet --noreplaygain -m s $cbr -b 128 "$work/opposite.wav" mpeg1-44100-opposite.mp3
