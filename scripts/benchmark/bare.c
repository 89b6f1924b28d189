// The floor that fan-out is measured against: a server that does nothing but send() a ready-made frame to each connection.
//
//   bare PORT [THREADS]
//
// Prints the port that it took. A GET with Upgrade: websocket gets a canned 101 and then WebSocket text frames; any other
// GET gets a canned event stream in chunked coding. A POST has one or more events in its body, a line each: they become the
// bytes of both kinds once. What has come in one turn of the loop goes to every connection with one send(). The first thread, on
// epoll, does everything for its share of the connections; further ones do nothing but send to theirs.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_FDS = 1 << 17, MAX_FRAMES = 1 << 16, MAX_REQUEST = 1 << 15, MAX_THREADS = 64 };

enum kind { UNKNOWN, WEBSOCKET, STREAM, PUBLISHER };

struct connection {
  enum kind kind;
  int place; // in the list of its kind
  char *request;
  size_t length;
};

struct list {
  int *fds;
  int count;
};

struct frames {
  char bytes[PUBLISHER][MAX_FRAMES];
  size_t length[PUBLISHER];
};

// A share of the connections.
struct sender {
  struct list lists[PUBLISHER];
  pthread_mutex_t listed; // held while its lists are walked or changed
  struct frames due;
  pthread_mutex_t handing; // for what is due
  pthread_cond_t changed;
};

static struct connection connections[MAX_FDS];
static struct sender senders[MAX_THREADS];
static struct frames made;
static int threads = 1;
static int poller;

static void check(int ok, const char *what) {
  if (!ok) {
    perror(what);
    exit(1);
  }
}

static struct sender *sender_of(int fd) { return &senders[fd % threads]; }

static void join(int fd, enum kind kind) {
  struct sender *sender = sender_of(fd);
  pthread_mutex_lock(&sender->listed);
  struct list *list = &sender->lists[kind];
  connections[fd].kind = kind;
  connections[fd].place = list->count;
  list->fds[list->count++] = fd;
  pthread_mutex_unlock(&sender->listed);
}

static void leave(int fd) {
  struct connection *c = &connections[fd];
  if (c->kind == WEBSOCKET || c->kind == STREAM) {
    struct sender *sender = sender_of(fd);
    pthread_mutex_lock(&sender->listed);
    struct list *list = &sender->lists[c->kind];
    int last = list->fds[--list->count];
    list->fds[c->place] = last;
    connections[last].place = c->place;
    pthread_mutex_unlock(&sender->listed);
  }
  free(c->request);
  memset(c, 0, sizeof *c);
  close(fd);
}

static void greet(int fd, const char *request) {
  // Which key was sent does not matter to the clients that measure.
  static const char upgraded[] =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  static const char stream[] =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  int websocket = strcasestr(request, "\r\nupgrade: websocket") != NULL;
  const char *head = websocket ? upgraded : stream;
  check(send(fd, head, strlen(head), MSG_NOSIGNAL) > 0, "send head");
  join(fd, websocket ? WEBSOCKET : STREAM);
}

static void add_event(const char *data, size_t length) {
  char *out = made.bytes[WEBSOCKET] + made.length[WEBSOCKET];
  size_t n = 0;
  out[n++] = (char)0x81;
  if (length < 126) {
    out[n++] = (char)length;
  } else {
    out[n++] = 126;
    out[n++] = (char)(length >> 8);
    out[n++] = (char)length;
  }
  memcpy(out + n, data, length);
  made.length[WEBSOCKET] += n + length;
  // An id like those of real servers, so that the bytes are about as many.
  static const char before[] = "data: ", after[] = "\nid: 1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n\n";
  size_t chunk = sizeof before - 1 + length + sizeof after - 1;
  out = made.bytes[STREAM] + made.length[STREAM];
  made.length[STREAM] += (size_t)sprintf(out, "%zx\r\n%s%.*s%s\r\n", chunk, before, (int)length, data, after);
}

static void send_to_all(struct sender *sender, const struct frames *frames) {
  pthread_mutex_lock(&sender->listed);
  for (enum kind kind = WEBSOCKET; kind <= STREAM; kind++) {
    const struct list *list = &sender->lists[kind];
    for (int i = 0; i < list->count; i++) {
      send(list->fds[i], frames->bytes[kind], frames->length[kind], MSG_NOSIGNAL | MSG_DONTWAIT);
    }
  }
  pthread_mutex_unlock(&sender->listed);
}

static void append(struct frames *to, const struct frames *from) {
  for (enum kind kind = WEBSOCKET; kind <= STREAM; kind++) {
    memcpy(to->bytes[kind] + to->length[kind], from->bytes[kind], from->length[kind]);
    to->length[kind] += from->length[kind];
  }
}

static void hand_over(struct sender *to) {
  pthread_mutex_lock(&to->handing);
  while (to->due.length[STREAM] + made.length[STREAM] > MAX_FRAMES) {
    pthread_cond_wait(&to->changed, &to->handing);
  }
  append(&to->due, &made);
  pthread_cond_broadcast(&to->changed);
  pthread_mutex_unlock(&to->handing);
}

static void *run_sender(void *argument) {
  struct sender *self = argument;
  static _Thread_local struct frames taken;
  for (;;) {
    memset(taken.length, 0, sizeof taken.length);
    pthread_mutex_lock(&self->handing);
    while (self->due.length[STREAM] == 0) {
      pthread_cond_wait(&self->changed, &self->handing);
    }
    append(&taken, &self->due);
    memset(self->due.length, 0, sizeof self->due.length);
    pthread_cond_broadcast(&self->changed);
    pthread_mutex_unlock(&self->handing);
    send_to_all(self, &taken);
  }
  return NULL;
}

static void send_frames(void) {
  if (made.length[STREAM] == 0) {
    return;
  }
  for (int i = 1; i < threads; i++) {
    hand_over(&senders[i]);
  }
  send_to_all(&senders[0], &made);
  memset(made.length, 0, sizeof made.length);
}

static void publish(const char *body, size_t length) {
  while (length > 0) {
    const char *end = memchr(body, '\n', length);
    size_t line = end ? (size_t)(end - body) : length;
    if (line + 128 > MAX_FRAMES) {
      fprintf(stderr, "bare: an event is too long\n");
      exit(1);
    }
    if (made.length[STREAM] + line + 128 > MAX_FRAMES) {
      send_frames();
    }
    add_event(body, line);
    line += end != NULL;
    body += line;
    length -= line;
  }
}

// Takes a whole request off the front; returns its bytes, or 0 if it is not all there.
static size_t serve_request(int fd, struct connection *c) {
  char *end = memmem(c->request, c->length, "\r\n\r\n", 4);
  if (!end) {
    return 0;
  }
  size_t head = (size_t)(end - c->request) + 4;
  if (c->request[0] != 'P') {
    *end = 0;
    greet(fd, c->request);
    return head;
  }
  char *field = memmem(c->request, head, "ontent-Length:", 14);
  size_t body = field ? strtoul(field + 14, NULL, 10) : 0;
  if (c->length < head + body) {
    return 0;
  }
  c->kind = PUBLISHER;
  publish(c->request + head, body);
  static const char done[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  check(send(fd, done, sizeof done - 1, MSG_NOSIGNAL) > 0, "send answer");
  return head + body;
}

static void on_readable(int fd) {
  struct connection *c = &connections[fd];
  if (c->kind == WEBSOCKET || c->kind == STREAM) {
    char rest[4096];
    if (read(fd, rest, sizeof rest) <= 0) {
      leave(fd);
    }
    return;
  }
  if (!c->request) {
    c->request = malloc(MAX_REQUEST + 1);
  }
  ssize_t got = read(fd, c->request + c->length, MAX_REQUEST - c->length);
  if (got <= 0) {
    leave(fd);
    return;
  }
  c->length += (size_t)got;
  size_t used;
  while ((used = serve_request(fd, c)) > 0) {
    c->length -= used;
    memmove(c->request, c->request + used, c->length);
    if (c->kind != PUBLISHER) {
      free(c->request);
      c->request = NULL;
      c->length = 0;
      break;
    }
  }
}

static void watch(int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  check(epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

static void on_acceptable(int listener) {
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (fd >= MAX_FDS) {
      close(fd);
      continue;
    }
    watch(fd);
  }
}

static void start_senders(void) {
  for (int i = 0; i < threads; i++) {
    struct sender *sender = &senders[i];
    for (enum kind kind = WEBSOCKET; kind <= STREAM; kind++) {
      sender->lists[kind].fds = malloc(MAX_FDS * sizeof(int));
      check(sender->lists[kind].fds != NULL, "malloc");
    }
    pthread_mutex_init(&sender->listed, NULL);
    pthread_mutex_init(&sender->handing, NULL);
    pthread_cond_init(&sender->changed, NULL);
    pthread_t thread;
    check(i == 0 || pthread_create(&thread, NULL, run_sender, sender) == 0, "pthread_create");
  }
}

int main(int argc, char **argv) {
  threads = argc > 2 ? atoi(argv[2]) : 1;
  if (threads < 1 || threads > MAX_THREADS) {
    fprintf(stderr, "usage: bare PORT [THREADS], at most %d\n", MAX_THREADS);
    return 2;
  }
  start_senders();
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  address.sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0));
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  check(bind(listener, (struct sockaddr *)&address, sizeof address) == 0, "bind");
  check(listen(listener, 4096) == 0, "listen");
  socklen_t size = sizeof address;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  poller = epoll_create1(0);
  watch(listener);
  struct epoll_event events[512];
  for (;;) {
    int n = epoll_wait(poller, events, 512, -1);
    for (int i = 0; i < n; i++) {
      int fd = events[i].data.fd;
      if (fd == listener) {
        on_acceptable(fd);
      } else {
        on_readable(fd);
      }
    }
    send_frames();
  }
}
