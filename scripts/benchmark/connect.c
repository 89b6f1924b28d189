// Opens readers: a bounded number at once, from several loopback addresses, so that ports do not run out.
#define _GNU_SOURCE
#include "readers.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { READERS_OF_ONE_ADDRESS = 10000 };

int open_socket(const struct server *server, int receive, int source) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server->port)};
  inet_pton(AF_INET, server->host, &to.sin_addr);
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (fd < 0 || fd >= MAX_FDS) {
    die("no socket", strerror(errno));
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive > 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive, sizeof receive);
  }
  if (source > 0) {
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)source)};
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    bind(fd, (struct sockaddr *)&from, sizeof from);
  }
  // A bounded number is opened at once, so a listener's queue is never full and this never waits long.
  if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
    die("no connection", strerror(errno));
  }
  return fd;
}

void send_whole(int fd, const char *bytes, size_t length) {
  if (send(fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length) {
    die("a request could not be sent", strerror(errno));
  }
}

static int add_channels(char *query, size_t room, int index) {
  int n = options.over ? snprintf(query, room, "%d", index % options.over) : 0;
  for (int i = 0; i < options.each; i++) {
    n += snprintf(query + n, room - (size_t)n, "%cchannel=%s%d", i ? '&' : '?', options.prefix, index * options.each + i);
  }
  query[n] = 0;
  return n;
}

static void open_reader(int index) {
  struct reader *r = &readers[index];
  r->fd = open_socket(&options.to[index % options.to_count], options.receive, 1 + index / READERS_OF_ONE_ADDRESS);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)index};
  epoll_ctl(poller, EPOLL_CTL_ADD, r->fd, &event);
  if (options.mode == POLL) {
    ask_poll(r);
    reader_connected(r);
    return;
  }
  static const char upgrade[] =
      "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  char query[8192] = "", request[16384], resume[300] = "";
  add_channels(query, sizeof query, index);
  if (r->cursor[0]) {
    snprintf(resume, sizeof resume, "Last-Event-ID: %s\r\n", r->cursor);
  }
  int n = snprintf(request, sizeof request, "GET %s%s HTTP/1.1\r\nHost: bench\r\n%s%s%s\r\n", options.path, query,
                   options.mode == WEBSOCKET ? upgrade : "Accept: text/event-stream\r\n", resume, options.headers);
  send_whole(r->fd, request, (size_t)n);
}

void start_reader(int index) {
  struct reader *r = &readers[index];
  memset(r, 0, sizeof *r);
  for (int i = 0; i < LANES; i++) {
    r->next[i] = lanes[i].published + 1;
  }
  open_reader(index);
}

// Comes back with the position that it has, as an EventSource does.
void resume_reader(int index) {
  struct reader *r = &readers[index];
  forget_block(r);
  r->headed = false;
  open_reader(index);
}

void reader_connected(struct reader *r) {
  r->open = true;
  live++;
}
