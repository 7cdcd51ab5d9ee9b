#!/bin/sh
# Makes builtin.mp3, the announcement that Pickup plays when no other is configured, from nothing but this script:
# espeak-ng speaks, sox synthesizes and mixes, lame encodes. The same versions of the three give the same bytes.
#
#    0.6 s  "You have reached Pickup ...", over soft music
#   12.6 s  music alone
#   19.0 s  "ten", then a number each second down to "one" at 28.0 s, over soft music
#   29.0 s  "goodbye", over before 29.9 s: a call of 30 s ends here with nothing cut
#   30.6 s  words for those who stay longer, then music until 37.5 s
#
# Usage: make.sh [OUTPUT.mp3]
set -eu

length=37.5
out=${1:-$(dirname "$0")/builtin.mp3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What goes from step to step is 44.1 kHz and 32-bit float: nothing is rounded, dithered or clipped on the way.
# -R keeps the noise in the strings the same from run to run.
sox() { command sox -R -D -q "$@"; }
float="-r 44100 -e floating-point -b 32"

# say NAME START WORDS: speech from START on, without silence around it, even in level, in the middle of the stereo
# picture.
say() {
	name=$work/$1
	espeak-ng -v en-us -s 150 -p 40 -w "$name.wav" "$3"
	sox "$name.wav" $float "$name-trimmed.wav" gain -6 rate -v 44100 highpass 90 \
		silence 1 0.005 0.3% fade t 0.005 reverse silence 1 0.005 0.3% fade t 0.02 reverse \
		equalizer 220 1q -2 equalizer 2800 1q 2 gain -n -3 \
		compand 0.005,0.12 -70,-70,-40,-36,-24,-17,-12,-11,0,-8 0 -20 0.005 gain -n 0 gain -l 3 gain -3
	sox "$name-trimmed.wav" $float "$name-placed.wav" channels 2 pad "$2"
	voices="$voices $name-placed.wav"
	end=$(echo "$2 $(soxi -D "$name-trimmed.wav")" | awk '{ printf "%.2f", $1 + $2 }')
	printf '%6s s to %5s s  %s\n' "$2" "$end" "$3"
}

# bar START N1 N2 N3 N4 N5: 2.5 s of music on a chord of five notes, in semitones from A4: eight plucked strings that
# wander from left to right and back, over a soft held chord whose right side is tuned a twentieth of a semitone
# off its left.
bar() {
	sox -n $float "$work/strings-$1.wav" \
		synth 4.2 pluck "%$2" pluck "%$3" pluck "%$4" pluck "%$5" pluck "%$6" pluck "%$5" pluck "%$4" pluck "%$3" \
		delay 0 0.3125 0.625 0.9375 1.25 1.5625 1.875 2.1875 \
		remix 1v0.50,2v0.40,3v0.35,4v0.20,5v0.15,6v0.25,7v0.35,8v0.40 1v0.30,2v0.15,3v0.20,4v0.35,5v0.45,6v0.35,7v0.20,8v0.15 \
		lowpass 6000 fade t 0 4.2 1.6 pad "$1"
	sox -n $float "$work/held-$1.wav" \
		synth 3.6 sine "%$2" sine "%$3" sine "%$4" triangle "%$5" sine "%$2.05" sine "%$3.05" sine "%$4.05" triangle "%$5.05" \
		remix 1v0.11,2v0.12,3v0.11,4v0.06,5v0.03,6v0.04,7v0.04,8v0.02 5v0.11,6v0.12,7v0.11,8v0.06,1v0.03,2v0.04,3v0.04,4v0.02 \
		lowpass 2500 fade t 1.1 3.6 1.1 pad "$1"
	strings="$strings $work/strings-$1.wav"
	held="$held $work/held-$1.wav"
}

# part NAME START END GAIN: the music between two times, at another level, with soft beginning and end.
part() {
	sox "$work/music.wav" $float "$work/$1.wav" trim "$2" "=$3" fade t 0.7 -0 0.7 gain "$4" pad "$2"
	layers="$layers $work/$1.wav"
}

echo "speech"
voices=
say welcome 0.6 "You have reached Pickup. This test call lasts thirty seconds. \
First there is some music, and then a countdown from ten. If you hear it to the end, the whole call has arrived."
second=19
for number in ten nine eight seven six five four three two one; do
	say "$number" "$second.0" "$number"
	second=$((second + 1))
done
say goodbye 29.0 "goodbye"
say longer 30.6 "You are listening beyond thirty seconds. Pickup plays on."

echo "music: C major 7, A minor 7, F major, G major, of 2.5 s each"
strings='' held=''
start=0
for turn in 1 2 3 4; do
	for chord in "-21 -14 -5 -2 2" "-24 -17 -9 -5 -2" "-28 -16 -9 -4 0" "-26 -14 -7 -2 2"; do
		[ "$start" = 37.5 ] && break
		bar "$start" $chord
		start=$(echo "$start" | awk '{ print $1 + 2.5 }')
	done
done
sox -m $(printf -- '-v 1 %s ' $strings; printf -- '-v 0.3 %s ' $held) $float "$work/music.wav" \
	reverb 35 60 70 100 trim 0 "$length" fade t 0.2 "$length" 1.8 gain -n -4

echo "mix"
layers=
part bed 0 "$length" -19
part interlude 12.3 18.9 -4
part tail 34.3 "$length" -4
sox -m $(printf -- '-v 1 %s ' $voices) $float "$work/speech.wav"
sox -m $(printf -- '-v 1 %s ' $layers "$work/speech.wav") $float "$work/mix.wav" \
	trim 0 "$length" gain -n -1.5
command sox -D -q "$work/mix.wav" -b 16 "$work/mix16.wav"

echo "encode: $out"
lame --quiet -m s -b 128 -q 2 --noreplaygain "$work/mix16.wav" "$out"
