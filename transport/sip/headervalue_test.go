package sip

import (
	"slices"
	"testing"
)

func TestSplitOutside(t *testing.T) {
	tests := []struct {
		value string
		want  []string
	}{
		{"", []string{""}},
		{"a,b,", []string{"a", "b", ""}},
		{"<sip:a,b@c;lr>,<sip:d;lr>", []string{"<sip:a,b@c;lr>", "<sip:d;lr>"}},
		{`"A, B" <sip:a@b>,c`, []string{`"A, B" <sip:a@b>`, "c"}},
		{`"A\",B",c`, []string{`"A\",B"`, "c"}},
		{`"A<",b`, []string{`"A<"`, "b"}},
		{`<sip:a"b>,c`, []string{`<sip:a"b>`, "c"}},
		{"<a,b", []string{"<a,b"}},
		{`"a,b`, []string{`"a,b`}},
	}
	for _, test := range tests {
		if got := splitOutside(test.value, ','); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.value, got, test.want)
		}
	}
	if first, rest := cutRoute("<sip:a,b@c;lr> , <sip:d;lr>"); first != "<sip:a,b@c;lr>" || rest != "<sip:d;lr>" {
		t.Errorf("first route: got %q and %q", first, rest)
	}
}
