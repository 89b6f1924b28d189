// Publishes over HTTP keep-alive, as apps do: one request at a time on each of a few connections.
#define _GNU_SOURCE
#include "readers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_BODY = 1 << 20 };

static struct publisher {
  int fd;
  bool busy;
  uint64_t asked_at;
  char answer[65536];
  size_t length;
} publishers[LANES];
static int publisher_count;

static void open_publisher(struct publisher *p) {
  p->fd = open_socket(&options.publish, 0, 0);
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)1 << 32 | (uint32_t)p->fd};
  epoll_ctl(poller, EPOLL_CTL_ADD, p->fd, &event);
}

static void reopen(struct publisher *p) {
  close(p->fd);
  open_publisher(p);
}

// A server may close what was idle for long; a request that is sent then is lost.
static void open_if_closed(struct publisher *p) {
  char next;
  if (recv(p->fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
    reopen(p);
  }
}

static struct publisher *free_publisher(void) {
  for (int i = 0; i < publisher_count; i++) {
    if (!publishers[i].busy) {
      return &publishers[i];
    }
  }
  if (publisher_count == LANES) {
    return NULL;
  }
  struct publisher *p = &publishers[publisher_count++];
  open_publisher(p);
  return p;
}

bool publisher_free(void) { return free_publisher() != NULL; }

// The body's template has the event where its "@" stands.
static size_t add_event(char *body, size_t at, uint32_t value, bool more) {
  for (const char *c = options.body; *c; c++) {
    if (*c == '@') {
      at += (size_t)sprintf(body + at, "#%010u", value);
      memset(body + at, 'x', (size_t)(options.size - 11));
      at += (size_t)(options.size - 11);
    } else {
      body[at++] = *c;
    }
  }
  if (more) {
    body[at++] = '\n';
  }
  return at;
}

void publish_events(int count) {
  static char body[MAX_BODY], request[MAX_BODY + 4096];
  struct publisher *p = free_publisher();
  struct lane *lane = &lanes[p - publishers];
  uint64_t now = now_us();
  size_t length = 0;
  for (int i = 0; i < count; i++) {
    uint32_t number = ++lane->published;
    lane->arrived[number % RING] = 0;
    lane->published_at[number % RING] = now;
    length = add_event(body, length, (uint32_t)(p - publishers) * LANE + number, i + 1 < count);
  }
  int n = snprintf(request, sizeof request, "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%.*s",
                   options.publish_path, options.type, length, (int)length, body);
  open_if_closed(p);
  p->busy = true;
  p->asked_at = now_us();
  send_whole(p->fd, request, (size_t)n);
}

static bool answer_complete(struct publisher *p) {
  char *end = strstr(p->answer, "\r\n\r\n");
  if (!end) {
    return false;
  }
  size_t head = (size_t)(end - p->answer) + 4;
  char *field = strcasestr(p->answer, "\r\ncontent-length:");
  if (field && field < end) {
    return p->length >= head + strtoul(field + 17, NULL, 10);
  }
  return strcasestr(p->answer, "chunked") == NULL || strstr(end, "\r\n0\r\n\r\n") != NULL;
}

bool on_publisher_readable(int fd) {
  for (int i = 0; i < publisher_count; i++) {
    struct publisher *p = &publishers[i];
    if (p->fd != fd) {
      continue;
    }
    ssize_t got = read(fd, p->answer + p->length, sizeof p->answer - 1 - p->length);
    if (got <= 0 && !p->busy) {
      reopen(p);
      return true;
    }
    if (got <= 0) {
      die("a publisher's connection was closed", p->answer);
    }
    p->length += (size_t)got;
    p->answer[p->length] = 0;
    if (answer_complete(p)) {
      if (strncmp(p->answer, "HTTP/1.1 2", 10)) {
        die("an event was not taken", p->answer);
      }
      if (strcasestr(p->answer, "\r\nconnection: close")) {
        reopen(p);
      }
      count_time(tally.answered, now_us() - p->asked_at);
      p->busy = false;
      p->length = 0;
    }
    return true;
  }
  return false;
}
