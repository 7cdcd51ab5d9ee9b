package download

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestDamagedCache damages what a download left behind. While the server is there it is asked again; when it is gone
// the copy is used if it is still audio.
func TestDamagedCache(t *testing.T) {
	const url = "http://host/"
	put := func(text string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(text), 0o600) }
	}
	withETag := func(etag string) string {
		return fmt.Sprintf(`{"sha256":%q,"etag":%q,"resource_sha256":%q}`, digest([]byte(song)), etag, resource(must(parse(url))))
	}
	asFolder := func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }
	large := func(path string) error { return os.Truncate(path, maxSize+1) }
	type damage struct {
		name     string
		data     func(path string) error
		record   func(path string) error
		want     State // while the server is there
		survives bool  // when it is gone
	}
	tests := []damage{
		{"none", nil, nil, Revalidated, true},
		{"record is no JSON", nil, put("{"), Fresh, true},
		{"record is empty", nil, put(""), Fresh, true},
		{"record of other data", nil, put(`{"sha256":"00","etag":"\"1\""}`), Fresh, true},
		{"record is a list", nil, put("[]"), Fresh, true},
		{"record cannot be a header", nil, put(withETag("1\r\nX: y")), Fresh, true},
		{"record is missing", nil, os.Remove, Fresh, true},
		{"record is a folder", nil, asFolder, Fresh, true},
		{"data are missing", os.Remove, nil, Fresh, false},
		{"data are cut off", put("M"), nil, Fresh, false},
		{"data are other audio", put("MP3 of another song"), nil, Fresh, true},
		{"data are a folder", asFolder, nil, Fresh, false},
		{"data are too large", large, nil, Fresh, false},
	}
	for _, tt := range tests {
		for _, gone := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, server gone %v", tt.name, gone), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					content, etag := song, `"1"`
					var handler changing
					handler.set(versioned(&content, &etag))
					network := serve(t, handler.serve)
					opt := Options{CacheDir: t.TempDir(), Accept: audio}
					if _, err := get(t.Context(), url, opt, network.dial); err != nil {
						t.Fatal(err)
					}
					store := newCache(opt.CacheDir, url)
					if tt.data != nil {
						check(t, tt.data(store.data()))
					}
					if tt.record != nil {
						check(t, tt.record(store.record()))
					}
					if gone {
						handler.set(answer(500, ""))
					}
					got, err := get(t.Context(), url, opt, network.dial)
					switch {
					case gone && !tt.survives:
						if err == nil {
							t.Errorf("got %v %q, want an error", got.State, got.Data)
						}
					case gone:
						if err != nil || got.State != Stale || audio(got.Data) != nil {
							t.Errorf("got %v %q, %v, want a stale copy", got.State, got.Data, err)
						}
					default:
						if err != nil || got.State != tt.want || string(got.Data) != song {
							t.Errorf("got %v %q, %v, want %v %q", got.State, got.Data, err, tt.want, song)
						}
					}
				})
			})
		}
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// TestCopyThatIsRefusedNowIsGotAnew has a program that became stricter since the copy was made.
func TestCopyThatIsRefusedNowIsGotAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		content, etag := song, `"1"`
		network := serve(t, versioned(&content, &etag))
		opt := Options{CacheDir: t.TempDir()}
		if _, err := get(t.Context(), "http://host/", opt, network.dial); err != nil {
			t.Fatal(err)
		}
		asked := 0
		opt.Accept = func([]byte) error {
			if asked++; asked == 1 {
				return errors.New("refused")
			}
			return nil
		}
		got, err := get(t.Context(), "http://host/", opt, network.dial)
		if err != nil || got.State != Fresh || asked != 2 {
			t.Errorf("got %v, %v after %d questions, want fresh after 2", got.State, err, asked)
		}
	})
}

func TestFolderThatCannotBeWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		check(t, os.WriteFile(file, nil, 0o600))
		network := serve(t, answer(200, song))
		opt := Options{CacheDir: filepath.Join(file, "cache"), Accept: audio}
		got, err := get(t.Context(), "http://host/", opt, network.dial)
		if err != nil || got.State != Fresh || string(got.Data) != song {
			t.Fatalf("got %v %q, %v, want fresh audio all the same", got.State, got.Data, err)
		}
		if want := "no copy kept: mkdir"; !strings.Contains(got.Note, want) {
			t.Errorf("note: got %q, want %q in it", got.Note, want)
		}
	})
}

func TestNoFolderKeepsNoCopy(t *testing.T) {
	t.Chdir(t.TempDir())
	network := serve(t, answer(200, song))
	got, err := get(t.Context(), "http://host/", Options{}, network.dial)
	if err != nil || got.Note != "" {
		t.Errorf("got note %q, %v, want none", got.Note, err)
	}
	if files, err := os.ReadDir("."); err != nil || len(files) != 0 {
		t.Errorf("got files %v, %v, want none", files, err)
	}
}

// TestInterruptedWritesAreSwept has a part of a copy of an earlier crash and one that may be of another process.
func TestInterruptedWritesAreSwept(t *testing.T) {
	store := newCache(t.TempDir(), "http://host/")
	old, recent := filepath.Join(store.dir, store.name+".1.part"), filepath.Join(store.dir, store.name+".2.part")
	for _, path := range []string{old, recent} {
		check(t, os.WriteFile(path, []byte("MP"), 0o600))
	}
	yesterday := time.Now().Add(-24 * time.Hour)
	check(t, os.Chtimes(old, yesterday, yesterday))
	check(t, store.write(body{data: []byte(song)}))
	if _, err := os.Stat(old); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("part of yesterday: got %v, want it removed", err)
	}
	if _, err := os.Stat(recent); err != nil {
		t.Errorf("part of now: got %v, want it kept", err)
	}
	if got := string(store.read().data); got != song {
		t.Errorf("copy: got %q, want %q", got, song)
	}
}

// The environment of a child of TestProcessesAtOnce.
const (
	childURL   = "PICKUP_TEST_DOWNLOAD_URL"
	childCache = "PICKUP_TEST_DOWNLOAD_CACHE"
)

// child is another process that downloads a few times.
func child(url string) int {
	opt := Options{CacheDir: os.Getenv(childCache), AllowPrivate: true, Accept: audio}
	for range 20 {
		if got, err := Get(context.Background(), url, opt); err != nil || got.Note != "" {
			fmt.Println(got.Note, err)
			return 1
		}
	}
	return 0
}

func TestProcessesAtOnce(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, etag := song, `"1"`
		versioned(&content, &etag)(w, r)
	}))
	defer server.Close()
	folder := t.TempDir()
	var children []*exec.Cmd
	for range 2 {
		c := exec.Command(must(os.Executable()))
		c.Env = append(os.Environ(), childURL+"="+server.URL, childCache+"="+folder)
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		check(t, c.Start())
		children = append(children, c)
	}
	for _, c := range children {
		if err := c.Wait(); err != nil {
			t.Errorf("child: %v", err)
		}
	}
	copied := newCache(folder, server.URL).read()
	if string(copied.data) != song || copied.validators.ETag != `"1"` {
		t.Errorf("got %q with ETag %q, want %q with its ETag", copied.data, copied.validators.ETag, song)
	}
}
