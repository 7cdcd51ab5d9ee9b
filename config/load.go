package config

import (
	"fmt"
	"reflect"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"
)

// Sources are the layers above the defaults, the lowest first.
type Sources struct {
	File    string   // path of a TOML file; none when empty
	Environ []string // NAME=value as os.Environ gives them; only PICKUP_ variables count, and all of those
	Set     []string // section.key=value
}

// Load applies the layers and checks the result. What is wrong with the
// configuration comes back as a *Faults with all of it; no other error is
// the fault of who wrote it.
func Load(src Sources) (*Config, error) {
	l := newLoader()
	steps := []func() error{
		l.loadDefaults,
		func() error { return l.loadFile(src.File) },
		func() error { return l.loadEnvironment(src.Environ) },
		func() error { return l.loadSet(src.Set) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, fmt.Errorf("config: merge the layers: %w", err)
		}
	}
	return l.finish()
}

// loader is the state of one Load.
type loader struct {
	koanf   *koanf.Koanf
	origins map[string]origin // of each key that a layer above the defaults has set
	headers map[string]origin // of each section of the file
	faults  Faults
	unread  []string // sections of the file of which a part could not be read
}

func newLoader() *loader {
	return &loader{koanf: koanf.New("."), origins: map[string]origin{}, headers: map[string]origin{}}
}

func (l *loader) loadDefaults() error {
	return l.koanf.Load(structs.Provider(defaults(), "koanf"), nil)
}

// take notes where a key was set, or the fault of its value, and reports
// whether the value is good.
func (l *loader) take(k *key, o origin, written string, err error) bool {
	if err != nil {
		l.faults.add(o, k.name, concealed(k.name, written), err.Error())
		return false
	}
	l.origins[k.name] = o
	return true
}

// finish makes the Config of what the layers have left in koanf, and checks
// what spans more than one key.
func (l *loader) finish() (*Config, error) {
	if err := l.complete(); err != nil {
		return nil, fmt.Errorf("config: complete the sections with a name: %w", err)
	}
	cfg := &Config{}
	strict := &mapstructure.DecoderConfig{ErrorUnused: true, TagName: "koanf"}
	if err := l.koanf.UnmarshalWithConf("", cfg, koanf.UnmarshalConf{DecoderConfig: strict}); err != nil {
		return nil, fmt.Errorf("config: the layers do not fit the schema: %w", err)
	}
	l.checkRules(cfg)
	if len(l.faults.List) > 0 {
		l.faults.sort()
		return nil, &l.faults
	}
	cfg.settings = l.effective()
	cfg.idle = l.idle()
	return cfg, nil
}

// changed reports whether a layer has given the key another value than its
// default.
func (l *loader) changed(k *key) bool {
	return !reflect.DeepEqual(l.koanf.Get(k.name), k.def)
}
