#!/bin/sh
# Writes the generated parts of the documents; `make docs` calls it with the program.
set -eu

program=$(realpath "$1")
cd "$(dirname "$0")"

part=$(mktemp)
whole=$(mktemp)
trap 'rm -f "$part" "$whole"' EXIT

# splice FILE NAME: puts $part between the lines <!-- NAME --> and <!-- /NAME -->.
splice() {
	awk -v part="$part" -v open="<!-- $2 -->" -v close_="<!-- /$2 -->" '
		$0 == close_ { inside = 0; closed++ }
		!inside      { print }
		$0 == open   { inside = 1; opened++; while ((getline line < part) > 0) print line }
		END          { exit !(opened == 1 && closed == 1 && !inside) }
	' "$1" >"$whole" || {
		echo "docs: $1 wants the lines <!-- $2 --> and <!-- /$2 -->, each once" >&2
		exit 1
	}
	cat "$whole" >"$1"
}

{
	echo '```mermaid'
	"$program" fsm --format mermaid
	echo '```'
} >"$part"
splice call-flow.md fsm:mermaid

"$program" fsm --format table >"$part"
splice call-flow.md fsm:table

"$program" config --reference >"$whole"
cat "$whole" >configuration.md
