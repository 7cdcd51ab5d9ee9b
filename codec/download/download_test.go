package download

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// failures are servers from which nothing can be had.
var failures = []struct {
	name   string
	server http.HandlerFunc
	want   string
}{
	{"not found", answer(404, "no"), "the server answers 404 Not Found"},
	{"server error", answer(503, song), "the server answers 503 Service Unavailable"},
	{"part of it", answer(206, song), "the server answers 206 Partial Content"},
	{"wrong type", answer(200, "<html>"), "not an MP3: it is an HTML page"},
	{"empty", answer(200, ""), "not an MP3"},
	{"endless", endless, "larger than 20 MiB"},
	{"announced too large", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "20971521")
		io.WriteString(w, song)
	}, "larger than 20 MiB"},
	{"cut off", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, song)
	}, "after 13 bytes: unexpected EOF"},
	{"one byte a second", dribble, "bytes: not complete within 30s"},
	{"no answer", mute, "not complete within 30s"},
	{"endless header", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X", strings.Repeat("x", 1<<20))
		io.WriteString(w, song)
	}, "exceeded"},
	{"unasked 304", answer(304, ""), "304 Not Modified, which was not asked for"},
	{"redirect loop", to("/again"), "more than 3 redirects"},
	{"redirect to a file", to("file:///etc/passwd"), `redirect: URL with scheme "file": allowed are http and https`},
	{"redirect to nowhere", to(""), "redirect without a Location"},
	{"redirect without a host", to("http:///x"), "redirect: URL without a host"},
	{"redirect to what is no URL", to("http://user:se/cret@host:x"), "redirect to what is no valid URL"},
}

func TestFailureWithoutCopy(t *testing.T) {
	for _, tt := range failures {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := serve(t, tt.server)
				begin := time.Now()
				_, err := get(t.Context(), "http://me:secret@host/a.mp3?key=secret", Options{Accept: audio}, network.dial)
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Fatalf("error: got %v, want %q in it", err, tt.want)
				}
				if !strings.HasPrefix(err.Error(), "download: http://host/a.mp3: ") || strings.Contains(err.Error(), "secret") {
					t.Errorf("error: got %q, want it to name http://host/a.mp3 and no secret", err)
				}
				if took := time.Since(begin); took > maxTime {
					t.Errorf("took %v, want at most %v", took, maxTime)
				}
			})
		})
	}
}

func TestFailureWithCopy(t *testing.T) {
	for _, tt := range failures {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opt := Options{CacheDir: t.TempDir(), Accept: audio}
				const url = "http://me:secret@host/a.mp3?key=secret"
				var handler changing
				handler.set(answer(200, song))
				network := serve(t, handler.serve)
				if _, err := get(t.Context(), url, opt, network.dial); err != nil {
					t.Fatal(err)
				}
				handler.set(tt.server)
				got, err := get(t.Context(), url, opt, network.dial)
				if err != nil {
					t.Fatal(err)
				}
				if got.State != Stale || string(got.Data) != song || !strings.Contains(got.Note, tt.want) {
					t.Errorf("got %v %q with note %q, want stale %q with %q in the note", got.State, got.Data, got.Note, song, tt.want)
				}
				if strings.Contains(got.Note, "secret") || strings.Contains(got.Note, "\n") {
					t.Errorf("note: got %q, want one line and no secret", got.Note)
				}
				handler.set(answer(200, song+" 2"))
				got, err = get(t.Context(), url, opt, network.dial)
				if err != nil || got.State != Fresh || string(got.Data) != song+" 2" {
					t.Errorf("after the failure: got %v %q, %v, want fresh %q", got.State, got.Data, err, song+" 2")
				}
			})
		})
	}
}

func TestCopyIsValidated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		content, etag := song, `"1"`
		network := serve(t, versioned(&content, &etag))
		opt := Options{CacheDir: filepath.Join(t.TempDir(), "new", "cache"), Accept: audio}
		steps := []struct {
			name, content, etag string
			want                State
		}{
			{"first", song, `"1"`, Fresh},
			{"again", song, `"1"`, Revalidated},
			{"changed", song + " 2", `"2"`, Fresh},
			{"again", song + " 2", `"2"`, Revalidated},
		}
		for _, s := range steps {
			content, etag = s.content, s.etag
			got, err := get(t.Context(), "http://host/a.mp3", opt, network.dial)
			if err != nil {
				t.Fatal(err)
			}
			if got.State != s.want || string(got.Data) != s.content || got.Note != "" {
				t.Errorf("%s: got %v %q %q, want %v %q", s.name, got.State, got.Data, got.Note, s.want, s.content)
			}
		}
		if info, err := os.Stat(opt.CacheDir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("cache folder: got %v, %v, want mode 0700", info.Mode(), err)
		}
	})
}

func TestLastModifiedIsAValidator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		modified := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
		network := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "", modified, strings.NewReader(song))
		})
		opt := Options{CacheDir: t.TempDir()}
		for i, want := range []State{Fresh, Revalidated} {
			got, err := get(t.Context(), "http://host/", opt, network.dial)
			if err != nil || got.State != want || string(got.Data) != song {
				t.Errorf("get %d: got %v %q, %v, want %v", i, got.State, got.Data, err, want)
			}
		}
	})
}

// TestRedirectLeadsElsewhere gives two resources the same ETag: the copy of one is not taken for the other.
func TestRedirectLeadsElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := "/one"
		network := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				to(target)(w, r)
				return
			}
			content, etag := song+r.URL.Path, `"same"`
			versioned(&content, &etag)(w, r)
		})
		opt := Options{CacheDir: t.TempDir()}
		for _, step := range []struct {
			target string
			want   State
		}{{"/one", Fresh}, {"/one", Revalidated}, {"http://other/two", Fresh}, {"http://other/two", Revalidated}} {
			target = step.target
			got, err := get(t.Context(), "http://host/", opt, network.dial)
			content := song + target[strings.LastIndex(target, "/"):]
			if err != nil || got.State != step.want || string(got.Data) != content {
				t.Errorf("%s: got %v %q, %v, want %v %q", target, got.State, got.Data, err, step.want, content)
			}
		}
	})
}

func TestThreeRedirectsAreFollowedWithoutThePassword(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := serve(t, func(w http.ResponseWriter, r *http.Request) {
			user, password, ok := r.BasicAuth()
			if first := r.URL.Path == "/"; ok != first || first && user+password != "mesecret" {
				t.Errorf("%s: got password %v, want it at the first server only", r.URL.Path, ok)
			}
			if got := r.UserAgent(); got != "pickup" {
				t.Errorf("User-Agent: got %q, want pickup", got)
			}
			if len(r.URL.Path) < 4 {
				to("http://next"+r.URL.Path+"x")(w, r)
				return
			}
			io.WriteString(w, song)
		})
		got, err := get(t.Context(), "http://me:secret@host/", Options{}, network.dial)
		if err != nil || string(got.Data) != song {
			t.Errorf("got %q, %v, want %q", got.Data, err, song)
		}
	})
}

func TestFourRedirectsAreTooMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if len(r.URL.Path) <= 4 {
				to(r.URL.Path+"x")(w, r)
				return
			}
			io.WriteString(w, song)
		})
		for path, allowed := range map[string]bool{"/": false, "/x": true} {
			if _, err := get(t.Context(), "http://host"+path, Options{}, network.dial); (err == nil) != allowed {
				t.Errorf("from %s: got %v, want it allowed %v", path, err, allowed)
			}
		}
	})
}

func TestProgressIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		content, etag := strings.Repeat("x", 100_000), ""
		network := serve(t, versioned(&content, &etag))
		var last, total, calls int64
		opt := Options{Progress: func(done, all int64) {
			if done <= last {
				t.Errorf("progress: got %d after %d, want more", done, last)
			}
			last, total, calls = done, all, calls+1
		}}
		if _, err := get(t.Context(), "http://host/", opt, network.dial); err != nil {
			t.Fatal(err)
		}
		if last != 100_000 || total != 100_000 || calls < 4 {
			t.Errorf("progress: got %d of %d after %d calls, want 100000 of 100000 after 4 or more", last, total, calls)
		}
	})
}

func TestCancelIsNoReasonForACopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var handler changing
		handler.set(answer(200, song))
		network := serve(t, handler.serve)
		opt := Options{CacheDir: t.TempDir()}
		if _, err := get(t.Context(), "http://host/", opt, network.dial); err != nil {
			t.Fatal(err)
		}
		handler.set(mute)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := get(ctx, "http://host/", opt, network.dial); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
		}
	})
}

func TestServerIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := serve(t, answer(200, song))
		opt := Options{CacheDir: t.TempDir()}
		if _, err := get(t.Context(), "http://host/", opt, network.dial); err != nil {
			t.Fatal(err)
		}
		gone := func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("connection refused") }
		got, err := get(t.Context(), "http://host/", opt, gone)
		if err != nil || got.State != Stale || string(got.Data) != song || !strings.Contains(got.Note, "connection refused") {
			t.Errorf("got %v %q %q, %v, want the stale copy and why", got.State, got.Data, got.Note, err)
		}
		if _, err := get(t.Context(), "http://host/other", opt, gone); err == nil {
			t.Error("another URL: got the copy of the first, want an error")
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var served atomic.Int64
		network := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, "%s %d", song, served.Add(1))
		})
		opt := Options{CacheDir: t.TempDir(), Accept: audio}
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if got, err := get(t.Context(), "http://host/", opt, network.dial); err != nil || got.Note != "" {
					t.Errorf("got %q, %v, want no note and no error", got.Note, err)
				}
			})
		}
		all.Wait()
		copied := newCache(opt.CacheDir, "http://host/").read()
		if err := audio(copied.data); err != nil {
			t.Errorf("copy: %v, want one of those that were served", err)
		}
		files, err := os.ReadDir(opt.CacheDir)
		if err != nil || len(files) != 2 {
			t.Errorf("got files %v, %v, want the copy and its record alone", files, err)
		}
	})
}
