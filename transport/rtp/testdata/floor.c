/*
 * The floor that the pacer is measured against: the same RTP packets (172 bytes, 50
 * a second and stream, each stream on a socket of its own), the same ten phases over
 * 20 ms, paced by clock_nanosleep to absolute beats, with nothing around it.
 *
 * usage: floor WARMUP_MS MEASURE_MS < PORTS
 * PORTS is one UDP port on 127.0.0.1 a line, one for each stream. Printed are the
 * CPU time of the process and the wall time of the measured part in nanoseconds,
 * the packets in it, those that the kernel refused, 0 (allocations), and the longest
 * lateness in nanoseconds.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum { PHASES = 10, STEP_NS = 2000000, HEADER = 12, PAYLOAD = 160, MAX_STREAMS = 65536 };

struct stream {
	int fd;
	struct sockaddr_in to;
	uint32_t ssrc, timestamp;
	uint16_t sequence;
	uint8_t packet[HEADER + PAYLOAD];
};

static struct stream *streams[MAX_STREAMS];
static uint8_t audio[50 * PAYLOAD];

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t monotonic(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return nanoseconds(t);
}

static int64_t cpu_time(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return ((int64_t)u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000000 +
	       ((int64_t)u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1000;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int open_streams(void)
{
	struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int port, n = 0, one = 1;

	while (n < MAX_STREAMS && scanf("%d", &port) == 1) {
		struct stream *s = calloc(1, sizeof *s);
		if (!s)
			fail("calloc");
		s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (s->fd < 0)
			fail("socket");
		if (setsockopt(s->fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof one) < 0)
			fail("setsockopt");
		if (bind(s->fd, (struct sockaddr *)&local, sizeof local) < 0)
			fail("bind");
		s->to = local;
		s->to.sin_port = htons(port);
		s->ssrc = random();
		s->timestamp = random();
		s->sequence = random();
		streams[n++] = s;
	}
	return n;
}

static int send_frame(struct stream *s, int64_t frame)
{
	uint16_t sequence = htons(s->sequence++);
	uint32_t timestamp = htonl(s->timestamp + (uint32_t)frame * PAYLOAD);
	uint32_t ssrc = htonl(s->ssrc);

	s->packet[0] = 0x80;
	s->packet[1] = frame == 0 ? 0x88 : 0x08;
	memcpy(s->packet + 2, &sequence, 2);
	memcpy(s->packet + 4, &timestamp, 4);
	memcpy(s->packet + 8, &ssrc, 4);
	memcpy(s->packet + HEADER, audio + frame % 50 * PAYLOAD, PAYLOAD);
	return sendto(s->fd, s->packet, sizeof s->packet, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (struct sockaddr *)&s->to, sizeof s->to) == sizeof s->packet;
}

int main(int argc, char **argv)
{
	struct rlimit limit;
	int64_t warmup, measure, epoch, begin = 0, cpu = 0, late = 0, packets = 0, refused = 0;
	int n;

	if (argc != 3)
		return 2;
	warmup = atoll(argv[1]) * 1000000;
	measure = atoll(argv[2]) * 1000000;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	n = open_streams();
	epoch = monotonic();
	for (int64_t beat = 1;; beat++) {
		int64_t due = epoch + beat * STEP_NS, now;
		struct timespec t = {.tv_sec = due / 1000000000, .tv_nsec = due % 1000000000};

		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0)
			;
		now = monotonic();
		if (!begin && now - epoch >= warmup) {
			begin = now;
			cpu = cpu_time();
			packets = refused = late = 0;
		}
		if (begin && now - begin >= measure)
			break;
		for (int i = beat % PHASES; i < n; i += PHASES) {
			int64_t behind = monotonic() - due;
			if (behind > late)
				late = behind;
			if (send_frame(streams[i], beat / PHASES))
				packets++;
			else
				refused++;
		}
	}
	printf("%lld %lld %lld %lld 0 %lld\n", (long long)(cpu_time() - cpu), (long long)(monotonic() - begin),
	       (long long)packets, (long long)refused, (long long)late);
	return 0;
}
