//go:build e2e

package e2e

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// load is what SIPp is told: so many calls in all, so many at once, so many new
// ones a second, each lasting a little longer than the seconds that are played.
type load struct{ calls, atOnce, rate, seconds int }

// sipp is a running SIPp with the scenario uac_wait_bye.xml.
type sipp struct {
	t       *testing.T
	folder  string
	command *exec.Cmd
	said    bytes.Buffer
	exited  chan struct{}
}

// runSIPp begins the load; the calls have their RTP sent to the receiver.
func runSIPp(t *testing.T, d *daemon, r *receiver, l load) *sipp {
	t.Helper()
	s := &sipp{t: t, folder: t.TempDir(), exited: make(chan struct{})}
	receivers := "SEQUENTIAL\n"
	for _, address := range r.addresses() {
		receivers += fmt.Sprintf("%v;%d\n", address.Addr(), address.Port())
	}
	write(t, s.folder, "receivers.csv", receivers)
	scenario, err := filepath.Abs("sipp/uac_wait_bye.xml")
	if err != nil {
		t.Fatal(err)
	}
	limit := (l.calls/l.atOnce+1)*(l.seconds+5) + 30
	s.command = exec.Command("sipp", d.sip.String(), "-sf", scenario, "-inf", "receivers.csv",
		"-i", loopback.String(), "-p", fmt.Sprint(freePorts(t, 2)), "-mp", fmt.Sprint(freePorts(t, 4)),
		"-m", fmt.Sprint(l.calls), "-l", fmt.Sprint(l.atOnce), "-r", fmt.Sprint(l.rate),
		"-recv_timeout", fmt.Sprint((l.seconds+10)*1000), "-timeout", fmt.Sprint(limit), "-timeout_error",
		"-nostdin", "-trace_err", "-error_file", "errors.log", "-trace_stat", "-stf", "statistics.csv", "-fd", "1")
	s.command.Dir = s.folder
	s.command.Stdout, s.command.Stderr = &s.said, &s.said
	if err := s.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.command.Wait()
		close(s.exited)
	}()
	t.Cleanup(func() {
		_ = s.command.Process.Kill()
		<-s.exited
	})
	return s
}

// wait is for SIPp's end; it wants that many successful calls and no failed one.
func (s *sipp) wait(limit time.Duration, calls int) {
	s.t.Helper()
	eventually(s.t, limit, "SIPp ends", func() bool {
		select {
		case <-s.exited:
			return true
		default:
			return false
		}
	})
	succeeded, failed := s.statistic("SuccessfulCall(C)"), s.statistic("FailedCall(C)")
	s.t.Logf("SIPp: %d succeeded, %d failed, %d retransmissions", succeeded, failed, s.statistic("Retransmissions(C)"))
	if code := s.command.ProcessState.ExitCode(); code != 0 || succeeded != calls || failed != 0 {
		errors, _ := os.ReadFile(filepath.Join(s.folder, "errors.log"))
		s.t.Errorf("SIPp: got exit code %d, %d calls succeeded, %d failed, want 0, %d, 0\n%.4000s\n%s",
			code, succeeded, failed, calls, errors, s.said.Bytes()[max(0, s.said.Len()-4000):])
	}
}

// statistic is a value of the last line of SIPp's statistics, 0 when SIPp wrote none.
func (s *sipp) statistic(name string) int {
	s.t.Helper()
	values := s.statistics(name)
	if len(values) == 0 {
		return 0
	}
	return values[len(values)-1]
}

// statistics are the values that SIPp has written for this name, one a second.
func (s *sipp) statistics(name string) []int {
	s.t.Helper()
	file, err := os.Open(filepath.Join(s.folder, "statistics.csv"))
	if err != nil {
		return nil
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.Comma = ';'
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil
	}
	column := slices.Index(rows[0], name)
	if column < 0 {
		s.t.Fatalf("SIPp has no statistic %s", name)
	}
	var out []int
	for _, row := range rows[1:] {
		value, err := strconv.Atoi(row[column])
		if err != nil {
			s.t.Fatalf("SIPp: %s: %v", name, err)
		}
		out = append(out, value)
	}
	return out
}

func TestShortSIPp(t *testing.T) {
	testLoad(t, load{calls: 20, atOnce: 20, rate: 20, seconds: 1}, true)
}

func TestFullSIPp(t *testing.T) {
	testLoad(t, load{calls: 1000, atOnce: 300, rate: 50, seconds: 30}, false)
}

// testLoad wants every call to succeed, every packet of it to arrive in order, and
// everything to be given back afterwards.
func testLoad(t *testing.T, l load, raced bool) {
	r, err := newReceiver(4)
	if err != nil {
		t.Fatal(err)
	}
	defer r.close()
	// A call of SIPp ends before its slot is given back: a few more slots than calls.
	d := start(t, settings{codecs: []string{"PCMU", "PCMA"}, seconds: l.seconds, calls: l.atOnce + 20, raced: raced})
	before := d.descriptors()
	limit := time.Duration((l.calls/l.atOnce+1)*(l.seconds+5)+40) * time.Second
	callers := runSIPp(t, d, r, l)
	callers.wait(limit, l.calls)
	if most := slices.Max(append(callers.statistics("CurrentCall"), 0)); l.calls > l.atOnce && most != l.atOnce {
		t.Errorf("calls at once: got %d, want %d", most, l.atOnce)
	}
	eventually(t, 10*time.Second, "a record of each call", func() bool { return len(d.records()) == l.calls })
	eventually(t, 10*time.Second, "descriptors back to their number before the calls",
		func() bool { return d.descriptors() <= before })
	d.stop()
	checkReceived(t, r, l)
	for _, record := range d.records() {
		if record.TxPackets != l.seconds*50 {
			t.Errorf("record of %s: tx_packets: got %d, want %d", record.CallID, record.TxPackets, l.seconds*50)
		}
	}
}

func checkReceived(t *testing.T, r *receiver, l load) {
	t.Helper()
	dropped, err := r.drops()
	if err != nil {
		t.Fatal(err)
	}
	if dropped > 0 {
		t.Errorf("the receiver of this test was too slow: the kernel dropped %d packets", dropped)
	}
	faults := r.faults(l.calls, l.seconds*50)
	for _, fault := range faults[:min(10, len(faults))] {
		t.Error(fault)
	}
	if len(faults) > 10 {
		t.Errorf("and %d more like these", len(faults)-10)
	}
	sources, packets := r.total()
	t.Logf("receiver: %d streams, %d packets, %d of the streams at fault", sources, packets, len(faults))
}
