// Package download gets an audio file from an http or https URL and keeps a copy on disk.
//
//	result, err := download.Get(ctx, "https://example.com/prompt.mp3", download.Options{
//		CacheDir: "/var/cache/pickup",
//		Accept:   func(data []byte) error { _, err := codec.Decode(ctx, data, play); return err },
//	})
//	// result.Data is the file; result.State and result.Note say whether it is what the server has now.
//
// The copy is validated with the server each time (RFC 9110, 13: ETag and Last-Modified). It stays in service when the
// server is gone, answers with an error, or sends what Accept refuses: an error is returned only when there is no copy.
//
// Everything that the other side could stretch is bounded: 20 MiB, 30 s in all, 3 redirects, 64 KiB of header. Only http
// and https are followed, and never from https to http. Addresses that are not public are refused when the connection is made, after the name was
// resolved, so that neither a redirect nor a name server leads into the network of this machine. For the same reason
// proxies (HTTP_PROXY and its kin) are not used: the check would see the proxy's address in place of the server's.
//
// Get may be called by any number of goroutines and processes at once, also for one URL. It starts no
// goroutine of its own; those of package http end with the connection, which Get closes.
package download
