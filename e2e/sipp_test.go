//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"net/netip"
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
type load struct {
	name                         string // for the log
	calls, atOnce, rate, seconds int
	scenario                     string         // file in the folder sipp; empty for uac_wait_bye.xml
	transport                    string         // as SIPp's option -t has it; empty for UDP
	silences                     int            // of each call, each of half a second at least
	proxy                        netip.AddrPort // where SIPp sends instead of to Pickup, if valid
	user                         string         // who is called by uac_wait_bye.xml; pickup when empty
}

func (l load) label() string {
	if l.name == "" {
		return ""
	}
	return " (" + l.name + ")"
}

// plan is what has to arrive of each call. A silence of half a second begins and
// ends between two frames.
func (l load) plan() plan {
	return plan{frames: l.seconds * 50, silences: l.silences, least: 24}
}

// sipp is a running SIPp.
type sipp struct {
	t       *testing.T
	load    load
	port    uint16
	folder  string
	command *exec.Cmd
	said    bytes.Buffer
	exited  chan struct{}
}

// runSIPp begins the load; the calls have their RTP sent to these addresses in turn.
func runSIPp(t *testing.T, d *daemon, receivers []netip.AddrPort, l load) *sipp {
	t.Helper()
	s := &sipp{t: t, load: l, port: freePorts(t, 2), folder: t.TempDir(), exited: make(chan struct{})}
	table := "SEQUENTIAL\n"
	for _, address := range receivers {
		table += fmt.Sprintf("%v;%d\n", address.Addr(), address.Port())
	}
	write(t, s.folder, "receivers.csv", table)
	scenario, err := filepath.Abs(filepath.Join("sipp", cmp.Or(l.scenario, "uac_wait_bye.xml")))
	if err != nil {
		t.Fatal(err)
	}
	limit := (l.calls/l.atOnce+1)*(l.seconds+5) + 30
	server, from := d.sip, loopback
	if receivers[0].Addr().Is6() {
		from = receivers[0].Addr()
		server = netip.AddrPortFrom(from, d.sip.Port())
	}
	if l.proxy.IsValid() {
		server = l.proxy
	}
	s.command = exec.Command("sipp", server.String(), "-sf", scenario, "-inf", "receivers.csv", "-s", cmp.Or(l.user, "pickup"), "-t", cmp.Or(l.transport, "u1"),
		"-i", from.String(), "-p", fmt.Sprint(s.port), "-mp", fmt.Sprint(freePorts(t, 4)),
		"-m", fmt.Sprint(l.calls), "-l", fmt.Sprint(l.atOnce), "-r", fmt.Sprint(l.rate),
		"-recv_timeout", fmt.Sprint((l.seconds+10)*1000), "-timeout", fmt.Sprint(limit), "-timeout_error",
		"-max_socket", "2000", "-nostdin", "-trace_err", "-error_file", "errors.log", "-trace_stat", "-stf", "statistics.csv", "-fd", "1")
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

// wait is for SIPp's end; it wants every call to succeed.
func (s *sipp) wait(limit time.Duration) {
	s.t.Helper()
	calls := s.load.calls
	eventually(s.t, limit, "SIPp ends", func() bool {
		select {
		case <-s.exited:
			return true
		default:
			return false
		}
	})
	succeeded, failed := s.statistic("SuccessfulCall(C)"), s.statistic("FailedCall(C)")
	s.t.Logf("SIPp%s: %d succeeded, %d failed, %d retransmissions", s.load.label(), succeeded, failed, s.statistic("Retransmissions(C)"))
	if code := s.command.ProcessState.ExitCode(); code != 0 || succeeded != calls || failed != 0 {
		errors, _ := os.ReadFile(filepath.Join(s.folder, "errors.log"))
		s.t.Errorf("SIPp%s: got exit code %d, %d calls succeeded, %d failed, want 0, %d, 0\n%.4000s\n%s",
			s.load.label(), code, succeeded, failed, calls, errors, s.said.Bytes()[max(0, s.said.Len()-4000):])
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
	testLoads(t, true, load{calls: 20, atOnce: 20, rate: 20, seconds: 1})
}

func TestFullSIPp(t *testing.T) {
	testLoads(t, false, load{calls: 1000, atOnce: 300, rate: 50, seconds: 30})
}

// scenarios is what callers do besides the plainest call, that many of each kind,
// all kinds at the same time.
func scenarios(calls, seconds int) []load {
	loads := []load{
		{name: "TCP", transport: "t1"},
		{name: "TCP, a connection a call", transport: "tn"},
		{name: "delayed offer", scenario: "uac_delayed_offer.xml"},
		{name: "hold", scenario: "uac_hold.xml", silences: 2},
		{name: "hold over TCP", scenario: "uac_hold.xml", silences: 2, transport: "t1"},
		{name: "re-INVITE without SDP", scenario: "uac_reinvite_without_sdp.xml", silences: 1},
		{name: "Record-Route", scenario: "uac_record_route.xml"},
	}
	for i := range loads {
		loads[i].calls, loads[i].atOnce, loads[i].rate, loads[i].seconds = calls, calls, 10, seconds
	}
	return loads
}

func TestShortScenarios(t *testing.T) {
	testLoads(t, true, scenarios(3, 4)...)
}

func TestFullScenarios(t *testing.T) {
	testLoads(t, false, scenarios(40, 12)...)
}

// testLoads wants every call to succeed, every packet of it to arrive in order, and
// everything to be given back afterwards. A daemon with the race detector may skip
// frames when the machine is busy, but has to say so.
func testLoads(t *testing.T, raced bool, loads ...load) {
	calls, atOnce, seconds := 0, 0, 0
	var limit time.Duration
	for _, l := range loads {
		calls, atOnce, seconds = calls+l.calls, atOnce+l.atOnce, max(seconds, l.seconds)
		limit = max(limit, time.Duration((l.calls/l.atOnce+1)*(l.seconds+5)+40)*time.Second)
	}
	// A call of SIPp ends before its slot is given back: a few more slots than calls.
	d := start(t, settings{codecs: []string{"PCMU", "PCMA"}, seconds: seconds, calls: atOnce + 20, raced: raced})
	before := d.descriptors()
	receivers, callers := make([]*receiver, len(loads)), make([]*sipp, len(loads))
	for i, l := range loads {
		r, err := newReceiver(4)
		if err != nil {
			t.Fatal(err)
		}
		defer r.close()
		receivers[i], callers[i] = r, runSIPp(t, d, r.addresses(), l)
	}
	for i, l := range loads {
		callers[i].wait(limit)
		if most := slices.Max(append(callers[i].statistics("CurrentCall"), 0)); l.calls > l.atOnce && most != l.atOnce {
			t.Errorf("calls at once: got %d, want %d", most, l.atOnce)
		}
	}
	eventually(t, 10*time.Second, "a record of each call", func() bool { return len(d.records()) == calls })
	eventually(t, 10*time.Second, "descriptors back to their number before the calls",
		func() bool { return d.descriptors() <= before })
	d.stop()
	arrived, missing := 0, 0
	for i, l := range loads {
		packets, stalled := checkReceived(t, receivers[i], l, raced)
		arrived, missing = arrived+packets, missing+stalled
	}
	checkSent(t, d.records(), arrived, missing)
}

// checkReceived wants every stream to keep to its plan and every report about it to
// be true. It returns how many packets have arrived, and how many frames are missing.
func checkReceived(t *testing.T, r *receiver, l load, raced bool) (packets, stalled int) {
	t.Helper()
	dropped, err := r.drops()
	if err != nil {
		t.Fatal(err)
	}
	if dropped > 0 {
		t.Errorf("the receiver of this test was too slow: the kernel dropped %d packets", dropped)
	}
	want := l.plan()
	want.stalls = raced
	faults := append(r.faults(l.calls, want), r.misreports()...)
	for _, fault := range faults[:min(10, len(faults))] {
		t.Errorf("receiver%s: %s", l.label(), fault)
	}
	if len(faults) > 10 {
		t.Errorf("and %d more like these", len(faults)-10)
	}
	sources, packets := r.total()
	t.Logf("receiver%s: %d streams, %d packets, %d faults", l.label(), sources, packets, len(faults))
	return packets, r.stalled(want)
}

// checkSent wants the log to have what arrived, and what is missing as skipped.
// What was skipped while a call was held is missing nowhere.
func checkSent(t *testing.T, records []ended, arrived, missing int) {
	t.Helper()
	sent, skipped := 0, 0
	for _, record := range records {
		sent, skipped = sent+record.TxPackets, skipped+record.TxSkipped
	}
	if sent != arrived {
		t.Errorf("tx_packets of all calls: got %d, want the %d that arrived", sent, arrived)
	}
	if skipped < missing {
		t.Errorf("tx_skipped of all calls: got %d, want the %d that are missing", skipped, missing)
	}
}
