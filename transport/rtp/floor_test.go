package rtp

import (
	"bufio"
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The job of a test binary that the benchmark starts as its own process: to send on
// the pacer, to the ports on its standard input.
const (
	jobVariable = "PICKUP_RTP_BENCH_JOB"
	jobSend     = "send"
)

const (
	floorRuns    = 5
	floorTries   = 15
	floorWarmup  = 500 * time.Millisecond
	floorMeasure = 3 * time.Second
)

// run is what one process measured of itself.
type run struct {
	cpu, wall        time.Duration
	packets, refused int64
	allocs           int64
	late             time.Duration
}

// perThousand is the share of a core that a thousand streams take, in percent: the
// CPU time of a packet, times 50 packets a second.
func (r run) perThousand() float64 {
	return 100 * r.cpu.Seconds() / float64(r.packets) * 50 * 1000
}

// BenchmarkFloor compares the CPU time of senders on the pacer with that of a C
// program that sends the same packets from as many sockets. Both run as processes
// of their own, in turns; the sinks are sockets of this process that nobody reads.
// The medians count, of runs in which both kept the beat: a process that other work
// keeps off the cores sends in bursts, and bursts are cheap.
func BenchmarkFloor(b *testing.B) {
	floor := compileFloor(b)
	for _, test := range []struct {
		streams int
		bound   float64
	}{{1000, 1.4}, {4000, 1.25}} {
		b.Run(strconv.Itoa(test.streams), func(b *testing.B) {
			ports := openSinks(b, test.streams)
			for range b.N {
				compareWithFloor(b, floor, ports, test.streams, test.bound)
			}
		})
	}
}

func compareWithFloor(b *testing.B, floor string, ports []byte, streams int, bound float64) {
	var ours, theirs []run
	for try := 1; len(ours) < floorRuns; try++ {
		if try > floorTries {
			b.Fatalf("the beat was kept in %d of %d runs, want %d: this machine is too busy or too slow for %d streams",
				len(ours), floorTries, floorRuns, streams)
		}
		c, pacer := runFloor(b, floor, ports), runPacer(b, ports)
		counts := c.kept(streams) && pacer.kept(streams)
		b.Logf("%d streams, run %d, counts: %v: C floor %s; pacer %s", streams, try, counts, c.text(), pacer.text())
		if counts {
			theirs = append(theirs, c)
			ours = append(ours, pacer)
		}
	}
	pacer, c := median(ours), median(theirs)
	allocs, ticks := int64(0), int64(0)
	for _, r := range ours {
		allocs += r.allocs
		ticks += r.packets + r.refused
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(pacer, "%core/1000")
	b.ReportMetric(c, "%core/1000-floor")
	b.ReportMetric(pacer/c, "ratio")
	b.ReportMetric(float64(allocs)/float64(ticks), "allocs/tick")
	if pacer/c > bound {
		b.Errorf("got %.2f times the CPU time of the C floor with %d streams, want at most %.2f", pacer/c, streams, bound)
	}
}

// kept tells whether what was due was sent, but for one packet in a hundred, and no
// packet two intervals late.
func (r run) kept(streams int) bool {
	return r.late < 2*Interval && float64(r.packets) >= 0.99*50*r.wall.Seconds()*float64(streams)
}

func (r run) text() string {
	return fmt.Sprintf("%.1f%% of a core per 1000, %d packets, %d refused, late by at most %v",
		r.perThousand(), r.packets, r.refused, r.late.Round(10*time.Microsecond))
}

func median(runs []run) float64 {
	var figures []float64
	for _, r := range runs {
		figures = append(figures, r.perThousand())
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}

func compileFloor(b *testing.B) string {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "floor")
	out, err := exec.Command("cc", "-O2", "-o", binary, "testdata/floor.c").CombinedOutput()
	if err != nil {
		b.Fatalf("the floor needs a C compiler: cc: %v\n%s", err, out)
	}
	return binary
}

// openSinks opens the sockets that are sent to, with the smallest buffers, so that
// they are full, and cost the same, from the start. It returns their ports, one a line.
func openSinks(b *testing.B, n int) []byte {
	b.Helper()
	needDescriptors(b, n+200)
	var ports bytes.Buffer
	for range n {
		s, err := openRaw(netip.MustParseAddrPort("127.0.0.1:0"))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF, 1); err != nil {
			b.Fatal(err)
		}
		fmt.Fprintln(&ports, addrOf(s).Port())
	}
	return ports.Bytes()
}

// needDescriptors raises the descriptor limit as far as the system allows.
func needDescriptors(b *testing.B, n int) {
	b.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		b.Fatal(err)
	}
	if limit.Cur >= uint64(n) {
		return
	}
	raised := syscall.Rlimit{Cur: uint64(n), Max: max(limit.Max, uint64(n))}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &raised); err != nil {
		b.Fatalf("%d file descriptors are needed and %d allowed (ulimit -n), which cannot be raised: %v", n, limit.Max, err)
	}
}

func runFloor(b *testing.B, floor string, ports []byte) run {
	b.Helper()
	return measured(b, ports, exec.Command(floor,
		strconv.FormatInt(floorWarmup.Milliseconds(), 10), strconv.FormatInt(floorMeasure.Milliseconds(), 10)))
}

func runPacer(b *testing.B, ports []byte) run {
	b.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), jobVariable+"="+jobSend)
	return measured(b, ports, c)
}

func measured(b *testing.B, ports []byte, c *exec.Cmd) (r run) {
	b.Helper()
	c.Stdin = bytes.NewReader(ports)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		b.Fatalf("%s: %v", c.Path, err)
	}
	if _, err := fmt.Fscan(bytes.NewReader(out), &r.cpu, &r.wall, &r.packets, &r.refused, &r.allocs, &r.late); err != nil {
		b.Fatalf("%s printed %q: %v", c.Path, strings.TrimSpace(string(out)), err)
	}
	return r
}

// runJob is the process that sends on the pacer.
func runJob(job string) int {
	if job != jobSend {
		fmt.Fprintf(os.Stderr, "%s=%s: want %s\n", jobVariable, job, jobSend)
		return 2
	}
	pacers := NewPacers(runtime.GOMAXPROCS(0))
	defer pacers.Close()
	started, err := startSenders(pacers)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	time.Sleep(floorWarmup)
	for _, s := range started {
		s.task.Do(func(time.Time) { s.sender.sent = Sent{} })
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin, cpu := time.Now(), cpuTime()
	time.Sleep(floorMeasure)
	cpu, wall := cpuTime()-cpu, time.Since(begin)
	runtime.ReadMemStats(&after)
	var total Sent
	for _, s := range started {
		s.task.Stop()
		sent := s.sender.Stats()
		total.Packets += sent.Packets
		total.Errors += sent.Errors
		total.LateMax = max(total.LateMax, sent.LateMax)
	}
	fmt.Println(int64(cpu), int64(wall), total.Packets, total.Errors, after.Mallocs-before.Mallocs, int64(total.LateMax))
	return 0
}

// sending is a Ticker that does the sending half of a session's tick.
type sending struct {
	sender *Sender
	out    Socket
	to     netip.AddrPort
	task   *Task
}

func (s *sending) Tick(now time.Time) { _, _ = s.sender.Tick(now, s.out, s.to) }

// startSenders starts a sender to each port on the standard input.
func startSenders(pacers *Pacers) ([]*sending, error) {
	var started []*sending
	shared := audio(make([]byte, 50*160))
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		to, err := netip.ParseAddrPort("127.0.0.1:" + lines.Text())
		if err != nil {
			return nil, err
		}
		out, err := ListenRaw(netip.MustParseAddrPort("127.0.0.1:0"))
		if err != nil {
			return nil, err
		}
		st := Stream{Source: shared, PayloadType: 8, Frames: 1 << 30, Samples: 160}
		s := &sending{sender: NewSender(st, time.Now().Add(time.Hour)), out: out, to: to}
		if s.task, err = pacers.Start(s); err != nil {
			return nil, err
		}
		s.task.Do(func(next time.Time) { s.sender.start = next })
		started = append(started, s)
	}
	return started, lines.Err()
}

// audio is encoded audio that all streams share.
type audio []byte

func (a audio) Frame(n int) []byte {
	n = n % (len(a) / 160) * 160
	return a[n : n+160 : n+160]
}

// cpuTime is the CPU time of this process, in user space and in the kernel.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
