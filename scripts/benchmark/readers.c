// The reading client of scripts/bench: many readers of one server, whichever it is, at the same cost for all of them. It
// takes commands from standard input, a line each, and answers each with one line of key=value.
//
//   connect N             opens N more readers
//   fanout SECONDS OUT    publishes, never more than OUT events that have not arrived everywhere
//   rate SECONDS PER_S    publishes at a rate
//   wait SECONDS          reads what comes
//   pause N               the first N readers stop reading
//   release PER_S LIMIT   they go on, while events are published at a rate, until all are at the head
//   move TO PER_S LIMIT   all readers are cut in the middle of a burst and come back at once to other servers with their
//                         positions, while events are published at a rate, until all are at the head (SSE with resume=1)
//   memory                the servers' memory
//   drop                  closes all readers
//   quit                  ends
//
// Every delivery is checked: each reader must get each event once and in order.
#define _GNU_SOURCE
#include "readers.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { AT_ONCE = 64, STORM = 1000, BURST = 40, MAX_EVENTS = 1024, COMMANDS = -1, LAST_WAIT_US = 10000000 };

struct reader *readers;
int reader_count, live, poller;
struct tally tally;
uint64_t compressed;
struct lane lanes[LANES];
static int paused;

void die(const char *what, const char *detail) {
  fprintf(stderr, "readers: %s: %s\n", what, detail ? detail : "");
  exit(1);
}

static void close_reader(struct reader *r) {
  // A reset leaves no port behind in TIME_WAIT.
  struct linger hard = {1, 0};
  setsockopt(r->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close(r->fd);
  if (r->open) {
    r->open = false;
    live--;
  }
  free(r->answer);
  r->answer = NULL;
  forget_block(r);
}

static void on_readable(struct reader *r) {
  static unsigned char bytes[1 << 18];
  ssize_t got = recv(r->fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got > 0) {
    on_bytes(r, bytes, (size_t)got);
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    tally.closed++;
    close_reader(r);
  }
}

// Reads what is there; waits for it at most so long. Returns whether a command waits.
static bool turn(int wait_ms) {
  static struct epoll_event events[MAX_EVENTS];
  bool command = false;
  int n = epoll_wait(poller, events, MAX_EVENTS, wait_ms);
  for (int i = 0; i < n; i++) {
    uint64_t key = events[i].data.u64;
    if (key == (uint64_t)COMMANDS) {
      command = true;
    } else if (key >> 32) {
      on_publisher_readable((int)(uint32_t)key);
    } else {
      on_readable(&readers[key]);
    }
  }
  if (n < MAX_EVENTS && options.nap_us > 0) {
    usleep((useconds_t)options.nap_us);
  }
  return command;
}

// Events that have not arrived everywhere.
static int in_flight(void) {
  uint32_t everywhere = (uint32_t)(live - paused), sum = 0;
  for (struct lane *l = lanes; l < lanes + LANES; l++) {
    while (l->done < l->published && l->arrived[(l->done + 1) % RING] >= everywhere) {
      l->done++;
    }
    sum += l->published - l->done;
  }
  return (int)sum;
}

static uint32_t all_published(void) {
  uint32_t sum = 0;
  for (int i = 0; i < LANES; i++) {
    sum += lanes[i].published;
  }
  return sum;
}

static uint64_t missed_by(const struct reader *r) {
  uint64_t sum = 0;
  for (int i = 0; i < LANES; i++) {
    sum += lanes[i].published + 1 - r->next[i];
  }
  return sum;
}

static void forget_in_flight(void) {
  for (int i = 0; i < LANES; i++) {
    lanes[i].done = lanes[i].published;
  }
}

struct span {
  uint64_t at, cpu, own;
  uint32_t published;
};

static struct span begin(void) {
  memset(&tally, 0, sizeof tally);
  return (struct span){now_us(), server_cpu_us(), own_cpu_us(), all_published()};
}

static void report(struct span from) {
  double seconds = (double)(now_us() - from.at) / 1e6;
  uint64_t cpu = server_cpu_us() - from.cpu, each = tally.deliveries ? tally.deliveries : 1;
  uint64_t missing = 0;
  for (int i = 0; i < reader_count; i++) {
    missing += readers[i].open && !readers[i].paused ? missed_by(&readers[i]) : 0;
  }
  printf("seconds=%.3f events=%u deliveries=%lu per_second=%.0f cpu_us=%lu cpu_each_us=%.4f own_cpu_us=%lu p50_us=%.0f p99_us=%.0f "
         "max_us=%.0f answer_p50_us=%.0f answer_p99_us=%.0f gaps=%lu told=%lu repeats=%lu missing=%lu closed=%lu answers=%lu "
         "compressed=%lu live=%d\n",
         seconds, all_published() - from.published, tally.deliveries, (double)tally.deliveries / seconds, cpu, (double)cpu / (double)each,
         own_cpu_us() - from.own, time_us(tally.latency, 0.5), time_us(tally.latency, 0.99), time_us(tally.latency, 1),
         time_us(tally.answered, 0.5), time_us(tally.answered, 0.99), tally.gaps, tally.told, tally.repeats, missing, tally.closed,
         tally.answers, compressed, live);
}

static void finish(void) {
  uint64_t end = now_us() + LAST_WAIT_US;
  while (in_flight() > 0 && now_us() < end) {
    turn(10);
  }
  forget_in_flight();
}

static void fanout(double seconds, int outstanding) {
  struct span from = begin();
  uint64_t end = from.at + (uint64_t)(seconds * 1e6);
  while (now_us() < end) {
    int room = outstanding - in_flight();
    if (options.batch && room == outstanding && publisher_free()) {
      publish_events(outstanding);
    }
    for (; !options.batch && room > 0 && publisher_free(); room--) {
      publish_events(1);
    }
    turn(10);
  }
  finish();
  report(from);
}

static void publish_due(uint64_t from, double per_second, uint32_t *sent) {
  uint32_t due = (uint32_t)((double)(now_us() - from) * per_second / 1e6);
  for (; *sent < due && publisher_free(); ++*sent) {
    publish_events(1);
  }
}

static void rate(double seconds, double per_second) {
  struct span from = begin();
  uint64_t end = from.at + (uint64_t)(seconds * 1e6);
  for (uint32_t sent = 0; now_us() < end;) {
    publish_due(from.at, per_second, &sent);
    turn(1);
  }
  finish();
  report(from);
}

static void wait_for(double seconds) {
  struct span from = begin();
  uint64_t end = from.at + (uint64_t)(seconds * 1e6);
  while (now_us() < end) {
    turn(50);
  }
  report(from);
}

static void connect_more(int count) {
  struct span from = begin();
  int end = reader_count + count, wanted = live + count;
  while (live < wanted) {
    while (reader_count < end && reader_count - (live + (int)tally.closed) < AT_ONCE) {
      start_reader(reader_count++);
    }
    turn(10);
    if (tally.closed > 0) {
      die("a reader was closed while others connected", options.path);
    }
  }
  forget_in_flight();
  report(from);
}

static void set_reading(int count, bool reading) {
  for (int i = 0; i < count; i++) {
    struct epoll_event event = {.events = reading ? EPOLLIN : 0, .data.u64 = (uint64_t)i};
    readers[i].paused = !reading;
    if (readers[i].open) {
      epoll_ctl(poller, EPOLL_CTL_MOD, readers[i].fd, &event);
    }
  }
  paused = reading ? 0 : count;
}

// Everyone is at the head, but for events that have only just been published.
static bool all_live(uint64_t now) {
  for (int i = 0; i < reader_count; i++) {
    struct reader *r = &readers[i];
    for (int k = 0; r->open && k < LANES; k++) {
      if (r->next[k] <= lanes[k].published && now - lanes[k].published_at[r->next[k] % RING] > 100000) {
        return false;
      }
    }
  }
  return true;
}

static void release(double per_second, double limit) {
  uint64_t missed = 0;
  for (int i = 0; i < reader_count; i++) {
    missed += missed_by(&readers[i]);
  }
  struct span from = begin();
  uint64_t now = from.at, looked = 0, end = from.at + (uint64_t)(limit * 1e6);
  bool caught_up = false;
  set_reading(paused, true);
  for (uint32_t sent = 0; now < end && !caught_up; now = now_us()) {
    publish_due(from.at, per_second, &sent);
    turn(1);
    if (now - looked > 20000) {
      caught_up = all_live(now);
      looked = now;
    }
  }
  printf("missed=%lu caught_up=%d release_seconds=%.3f ", missed, caught_up, (double)(now - from.at) / 1e6);
  finish();
  report(from);
}

static void publish_many(int count) {
  for (int i = 0; i < count; i++) {
    while (!publisher_free()) {
      turn(1);
    }
    publish_events(1);
    turn(0);
  }
}

// Cuts all readers while a burst of events is on its way, so that they stand at different places.
static void cut_all(void) {
  publish_many(BURST);
  for (int i = 0; i < reader_count; i++) {
    if (readers[i].open) {
      close_reader(&readers[i]);
    }
  }
  publish_many(options.missed);
}

static void move(const char *servers, double per_second, double limit) {
  struct span from = begin();
  cut_all();
  uint64_t behind = 0, began = now_us(), now = began, looked = began, connected = 0, end = began + (uint64_t)(limit * 1e6);
  for (int i = 0; i < reader_count; i++) {
    behind += missed_by(&readers[i]) > 0;
  }
  set_servers(servers);
  bool caught_up = false;
  int next = 0;
  for (uint32_t sent = 0; now < end && !caught_up; now = now_us()) {
    while (next < reader_count && next - live < STORM) {
      resume_reader(next++);
    }
    publish_due(began, per_second, &sent);
    turn(1);
    if (!connected && live == reader_count) {
      connected = now_us() - began;
    }
    if (connected && now - looked > 20000) {
      caught_up = all_live(now);
      looked = now;
    }
  }
  printf("behind=%lu caught_up=%d connected_seconds=%.3f live_seconds=%.3f ", behind, caught_up, (double)connected / 1e6,
         (double)(now - began) / 1e6);
  finish();
  report(from);
}

static void drop(void) {
  for (int i = 0; i < reader_count; i++) {
    if (readers[i].open) {
      close_reader(&readers[i]);
    }
  }
  printf("dropped=%d\n", reader_count);
  reader_count = live = paused = 0;
  compressed = 0;
}

static void command(const char *line) {
  double a = 0, b = 0;
  char verb[32] = "", servers[200] = "";
  if (sscanf(line, "move %199s %lf %lf", servers, &a, &b) == 3) {
    strcpy(verb, "move");
  } else {
    sscanf(line, "%31s %lf %lf", verb, &a, &b);
  }
  if (!strcmp(verb, "connect")) {
    connect_more((int)a);
  } else if (!strcmp(verb, "fanout")) {
    fanout(a, (int)b);
  } else if (!strcmp(verb, "rate")) {
    rate(a, b);
  } else if (!strcmp(verb, "wait")) {
    wait_for(a);
  } else if (!strcmp(verb, "pause")) {
    set_reading((int)a, false);
    printf("paused=%d\n", paused);
  } else if (!strcmp(verb, "release")) {
    release(a, b);
  } else if (!strcmp(verb, "move")) {
    move(servers, a, b);
  } else if (!strcmp(verb, "memory")) {
    printf("pss_kib=%lu\n", server_pss_kib());
  } else if (!strcmp(verb, "drop")) {
    drop();
  } else if (!strcmp(verb, "quit")) {
    exit(0);
  } else {
    die("unknown command", line);
  }
  fflush(stdout);
}


int main(int argc, char **argv) {
  read_options(argc, argv);
  readers = calloc(MAX_FDS, sizeof *readers);
  poller = epoll_create1(0);
  struct epoll_event commands = {.events = EPOLLIN, .data.u64 = (uint64_t)COMMANDS};
  epoll_ctl(poller, EPOLL_CTL_ADD, 0, &commands);
  char line[256];
  for (;;) {
    // Between commands too: heartbeats want answers.
    if (turn(100)) {
      size_t n = 0;
      while (n + 1 < sizeof line && read(0, line + n, 1) == 1 && line[n] != '\n') {
        n++;
      }
      if (n == 0) {
        return 0;
      }
      line[n] = 0;
      command(line);
    }
  }
}
