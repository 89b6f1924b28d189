// What the parts of the reading client share. One thread, one poller, everything in plain tables.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Events published on different connections have no order among each other, so each publisher is a lane with numbers of
// its own: an event is "#", two digits of its lane, eight of its number in the lane, from 1, and filling.
enum { MAX_FDS = 1 << 17, LANES = 16, RING = 1 << 16, BUCKETS = 2048, DIGITS = 10, LANE = 100000000 };

enum mode { WEBSOCKET, SSE, POLL };

struct options {
  struct server {
    char host[64];
    int port;
  } to[8], publish;
  int to_count;   // readers go to them in turn
  const char *path, *publish_path, *body, *type, *prefix;
  char headers[4096];
  enum mode mode;
  bool since;     // the cursor of a poll goes into ?since=, else into If-None-Match and If-Modified-Since
  bool batch;     // all outstanding events go in one POST, a line each
  int each;       // channels that each reader names itself; 0 if the path names the channel
  int over;       // channels whose number is added to the path, readers in turn; 0 for none
  bool resume;    // SSE: keeps what an EventSource keeps, for "move"
  int missed;     // events that are published while all readers are away
  int size;       // bytes of an event
  int nap_us;     // between two looks at the sockets, so that reading costs the same for all servers
  int receive;    // SO_RCVBUF; 0 leaves it to the kernel
  int pids[64], pid_count;
};

struct reader {
  int fd;
  uint32_t next[LANES];         // the event that must come next
  uint32_t value;               // of the number that is being read
  uint8_t digits, opcode, head_length, ping_length;
  bool open, paused, headed;
  uint64_t left;                // of the WebSocket frame
  unsigned char head[10], ping[125];
  char *answer;                 // of a poll, or the head of a stream; made when it is needed
  size_t answer_length;
  char cursor[256];
  struct block *block;          // of an event stream that may be resumed
};

struct tally {
  uint64_t deliveries, gaps, repeats, closed, answers, told;
  uint32_t latency[BUCKETS], answered[BUCKETS]; // deliveries, and answers to publishes: counts of times
};

extern struct options options;
extern struct reader *readers;
extern int reader_count, live;
extern struct tally tally;
extern uint64_t compressed; // messages since the last drop, which are not looked into (RFC 7692 §6)
extern struct lane {
  uint32_t published, done;    // the last event; the last that has arrived everywhere
  uint64_t published_at[RING]; // microseconds
  uint32_t arrived[RING];      // readers that have it
} lanes[LANES];
extern int poller;

void die(const char *what, const char *detail);
uint64_t now_us(void);
int open_socket(const struct server *to, int receive, int source);
void send_whole(int fd, const char *bytes, size_t length);

// options.c
void read_options(int argc, char **argv);
void set_servers(const char *text);

// connect.c
void start_reader(int index);
void resume_reader(int index);
void reader_connected(struct reader *r);

// stream.c
void on_bytes(struct reader *r, const unsigned char *bytes, size_t length);
void ask_poll(struct reader *r);
void on_event(struct reader *r, uint32_t value);

// blocks.c
void on_blocks(struct reader *r, const unsigned char *bytes, size_t length);
void forget_block(struct reader *r);

// publish.c
bool publisher_free(void);
void publish_events(int count);
bool on_publisher_readable(int fd);

// measure.c
uint64_t server_cpu_us(void);
uint64_t server_pss_kib(void);
uint64_t own_cpu_us(void);
void count_time(uint32_t *buckets, uint64_t us);
double time_us(const uint32_t *buckets, double share);
