package config

import (
	"fmt"
	"strings"
)

// referenceIntro stands above the tables of the reference.
const referenceIntro = `# Configuration

A TOML file, environment variables and ` + "`--set`" + ` flags set the same keys. The order is
defaults < file < environment < ` + "`--set`" + `; the later wins.

| where | form | example |
|---|---|---|
| file | a section and a key | ` + "`[sip]` and below it `port = 5070`" + ` |
| environment | ` + "`PICKUP_SECTION__KEY`, a list with commas or as in the file" + ` | ` + "`PICKUP_SIP__PORT=5070`" + ` |
| flag | ` + "`--set section.key=value`" + ` | ` + "`--set sip.port=5070`" + ` |

A wrong value, an unknown key or an unknown ` + "`PICKUP_`" + ` variable is an error; all are named at
once, with file and line. A key marked *idle* is checked, but nothing uses it yet: the server
names those that are set in one warning when it starts.

A section with ` + "`NAME`" + ` in its title may be there any number of times, each with a name of its own of
letters, digits, hyphens and single underscores: ` + "`[account.trunk]`, `PICKUP_ACCOUNT__TRUNK__USER`" + `,
` + "`--set account.trunk.user=...`" + `. In a variable a hyphen is an underscore, and a name that the file does
not have is taken in small letters.
`

// ReferenceMarkdown is the reference as a page of Markdown with a table for
// each section.
func ReferenceMarkdown() string {
	var b strings.Builder
	b.WriteString(referenceIntro)
	section := "\x00"
	for i := range keys {
		k := &keys[i]
		if k.section() != section {
			section = k.section()
			fmt.Fprintf(&b, "\n## %s\n\n| key | type | unit | allowed | default | what it does |\n|---|---|---|---|---|---|\n", title(section))
		}
		last := strings.TrimPrefix(strings.TrimPrefix(k.name, section), ".")
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | `%s` | %s |\n",
			last, k.kind, k.unit, k.allowed(), k.literal(k.def), k.sentence())
	}
	return b.String()
}

func title(section string) string {
	if section == "" {
		return "Outside any section (of the monitor of rvoip_sip_server; they load and do nothing)"
	}
	return "`[" + section + "]`"
}

// sentence is what the key does, and what of it is idle.
func (k *key) sentence() string {
	if k.idle {
		return k.doc + " *Idle.*"
	}
	return k.doc
}
