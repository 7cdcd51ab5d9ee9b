package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/knadh/koanf/providers/confmap"
)

// maxFileSize is far beyond any configuration and far below what hurts.
const maxFileSize = 1 << 20

// loadFile is the file layer; without a name there is none.
func (l *loader) loadFile(name string) error {
	if name == "" {
		return nil
	}
	data, err := readFile(name)
	if err != nil {
		l.unread = sections
		l.faults.add(origin{layer: layerFile, name: name}, "", "", err.Error())
		return nil
	}
	return l.loadTOML(name, data)
}

// loadTOML is the file layer from its content.
func (l *loader) loadTOML(name string, data []byte) error {
	byteOrderMark := []byte("\ufeff")
	values, places := l.parse(name, bytes.TrimPrefix(data, byteOrderMark))
	checked := map[string]any{}
	l.checkTable(name, nil, values, places, checked)
	return l.koanf.Load(confmap.Provider(checked, "."), nil)
}

// readFile reads a configuration file; its errors do not repeat the name.
func readFile(name string) ([]byte, error) {
	// A pipe that nobody writes to would hold the program up, here and in the open.
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, errors.New("is no regular file, as a configuration file must be")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, withoutPath(err)
	}
	if len(data) > maxFileSize {
		return nil, fmt.Errorf("is larger than %d bytes, which no configuration file is", maxFileSize)
	}
	return data, nil
}

func withoutPath(err error) error {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("cannot be read: %w", err)
}

// checkTable checks a table of the file and collects what is right of it in
// checked, by dotted name.
func (l *loader) checkTable(
	file string, path []string, table map[string]any, places map[string]entry, checked map[string]any,
) {
	for part, v := range table {
		partPath := append(slices.Clone(path), part)
		name := dotted(partPath)
		place := places[name]
		o := origin{layer: layerFile, name: file, line: place.line}
		below, isTable := v.(map[string]any)
		isSection := isSection(name) && (isTable || place.header || !isKeyOfFamily(name))
		switch k := lookup(name); {
		case k != nil:
			v, err := k.fromFile(v)
			if l.take(k, o, place.value, err) {
				checked[name] = v
			}
		case isSection && isTable:
			l.headers[name] = o
			l.checkTable(file, partPath, below, places, checked)
		case isSection:
			l.faults.add(o, name, concealed(name, place.value), fmt.Sprintf("is a section: write [%s] once, and its keys below it", name))
		case isTable || place.header:
			l.faults.add(o, name, concealed(name, place.value), noSuchSection(name))
		default:
			l.faults.add(o, name, concealed(name, place.value), noSuchKey(name))
		}
	}
}
