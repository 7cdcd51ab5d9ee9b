// Package record writes the call records: one JSON object a line, appended to a
// file, for every call that was admitted.
//
//	w, err := record.Open("calls.jsonl", record.About{Version: version, Logger: logger})
//	...
//	w.Record(r) // for each call that has ended
//	...
//	err = w.Close()
//
// A [Writer] is an observer of the engine, which calls it on one goroutine. It
// starts none of its own. A disk that takes nothing holds nobody up: the records
// that it does not take are counted, the log says so, and writing resumes by
// itself. Who opened the Writer closes it, after the last record.
package record
