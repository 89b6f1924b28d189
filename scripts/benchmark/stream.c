// The bytes that a reader gets: heads, WebSocket frames, answers of polls, and the numbers of events in all of them.
#define _GNU_SOURCE
#include "readers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_ANSWER = 1 << 20 };

void on_event(struct reader *r, uint32_t value) {
  struct lane *lane = &lanes[value / LANE % LANES];
  uint32_t number = value % LANE, *next = &r->next[lane - lanes];
  if (number < *next) {
    tally.repeats++;
    return;
  }
  tally.gaps += number - *next;
  *next = number + 1;
  tally.deliveries++;
  if (!r->paused && number <= lane->published) {
    lane->arrived[number % RING]++;
    count_time(tally.latency, now_us() - lane->published_at[number % RING]);
  }
}

// Neither framing nor cursors have a "#" before ten digits.
static void scan(struct reader *r, const unsigned char *p, size_t length) {
  const unsigned char *end = p + length;
  while (p < end) {
    if (r->digits == 0) {
      p = memchr(p, '#', (size_t)(end - p));
      if (!p) {
        return;
      }
      p++;
      r->digits = 1;
      r->value = 0;
    } else if (*p >= '0' && *p <= '9') {
      r->value = r->value * 10 + (uint32_t)(*p++ - '0');
      if (++r->digits == DIGITS + 1) {
        r->digits = 0;
        on_event(r, r->value);
      }
    } else {
      r->digits = 0;
    }
  }
}

static void pong(struct reader *r) {
  unsigned char frame[6 + 125] = {0x8a, (unsigned char)(0x80 | r->ping_length), 0, 0, 0, 0};
  memcpy(frame + 6, r->ping, r->ping_length);
  send_whole(r->fd, (char *)frame, 6u + r->ping_length);
}

// Whether the frame's head is complete now; RFC 6455 §5.2, from a server, so without a mask.
static bool head_complete(struct reader *r) {
  if (r->head_length < 2) {
    return false;
  }
  int code = r->head[1] & 0x7f;
  size_t extra = code == 126 ? 2 : code == 127 ? 8 : 0;
  if (r->head_length < 2 + extra) {
    return false;
  }
  r->left = extra ? 0 : (uint64_t)code;
  for (size_t i = 0; i < extra; i++) {
    r->left = r->left << 8 | r->head[2 + i];
  }
  r->opcode = r->head[0] & 0x0f;
  compressed += (r->head[0] & 0x40) != 0;
  r->head_length = 0;
  r->ping_length = 0;
  return true;
}

static void on_frames(struct reader *r, const unsigned char *p, size_t length) {
  const unsigned char *end = p + length;
  bool in_payload = r->left > 0;
  while (p < end) {
    if (!in_payload) {
      r->head[r->head_length++] = *p++;
      if (!head_complete(r)) {
        continue;
      }
    }
    size_t n = (size_t)(end - p) < r->left ? (size_t)(end - p) : (size_t)r->left;
    if (r->opcode < 8) {
      scan(r, p, n);
    } else if (r->opcode == 9) {
      memcpy(r->ping + r->ping_length, p, n);
      r->ping_length = (uint8_t)(r->ping_length + n);
    }
    p += n;
    r->left -= n;
    in_payload = r->left > 0;
    if (!in_payload && r->opcode == 9) {
      pong(r);
    }
  }
}

// Copies the value of a header or of a JSON member up to a stop character.
static void take(const char *answer, const char *name, char stop, char *into, size_t room) {
  const char *at = strcasestr(answer, name);
  size_t n = 0;
  for (at = at ? at + strlen(name) : ""; *at && *at != stop && n + 1 < room; at++) {
    into[n++] = *at;
  }
  into[n] = 0;
}

void ask_poll(struct reader *r) {
  char request[2048];
  const char *query = options.since && r->cursor[0] ? (strchr(options.path, '?') ? "&since=" : "?since=") : "";
  int n = snprintf(request, sizeof request, "GET %s%s%s HTTP/1.1\r\nHost: bench\r\n%s%s\r\n", options.path, query,
                   options.since ? r->cursor : "", options.headers, options.since ? "" : r->cursor);
  send_whole(r->fd, request, (size_t)n);
}

static void remember_cursor(struct reader *r, const char *answer) {
  if (options.since) {
    take(answer, "\"next\":\"", '"', r->cursor, sizeof r->cursor);
    return;
  }
  char modified[80], tag[80];
  take(answer, "\r\nlast-modified: ", '\r', modified, sizeof modified);
  take(answer, "\r\netag: ", '\r', tag, sizeof tag);
  if (modified[0]) {
    snprintf(r->cursor, sizeof r->cursor, "If-Modified-Since: %s\r\nIf-None-Match: %s\r\n", modified, tag);
  }
}

static void gather(struct reader *r, const unsigned char *bytes, size_t length) {
  if (r->answer_length + length > MAX_ANSWER) {
    die("an answer is longer than expected", r->answer);
  }
  r->answer = realloc(r->answer, r->answer_length + length + 1);
  memcpy(r->answer + r->answer_length, bytes, length);
  r->answer_length += length;
  r->answer[r->answer_length] = 0;
}

static void forget_answer(struct reader *r) {
  free(r->answer);
  r->answer = NULL;
  r->answer_length = 0;
}

static void on_answer(struct reader *r, const unsigned char *bytes, size_t length) {
  gather(r, bytes, length);
  char *end = strstr(r->answer, "\r\n\r\n");
  if (!end) {
    return;
  }
  char *field = strcasestr(r->answer, "\r\ncontent-length:");
  size_t body = field && field < end ? strtoul(field + 17, NULL, 10) : 0;
  size_t head = (size_t)(end - r->answer) + 4;
  if (r->answer_length < head + body) {
    return;
  }
  if (strncmp(r->answer, "HTTP/1.1 2", 10) && strncmp(r->answer, "HTTP/1.1 304", 12)) {
    die("a poll was refused", r->answer);
  }
  tally.answers++;
  scan(r, (unsigned char *)r->answer + head, body);
  remember_cursor(r, r->answer);
  forget_answer(r);
  ask_poll(r);
}

static void on_head(struct reader *r, const unsigned char *bytes, size_t length) {
  gather(r, bytes, length);
  char *end = strstr(r->answer, "\r\n\r\n");
  if (!end) {
    return;
  }
  if (strncmp(r->answer, options.mode == WEBSOCKET ? "HTTP/1.1 101" : "HTTP/1.1 200", 12)) {
    die("a reader was refused", r->answer);
  }
  char *rest = r->answer;
  size_t head = (size_t)(end - rest) + 4, left = r->answer_length - head;
  r->answer = NULL;
  r->answer_length = 0;
  r->headed = true;
  reader_connected(r);
  on_bytes(r, (unsigned char *)rest + head, left);
  free(rest);
}

void on_bytes(struct reader *r, const unsigned char *bytes, size_t length) {
  if (options.mode == POLL) {
    on_answer(r, bytes, length);
  } else if (!r->headed) {
    on_head(r, bytes, length);
  } else if (options.mode == WEBSOCKET) {
    on_frames(r, bytes, length);
  } else if (options.resume) {
    on_blocks(r, bytes, length);
  } else {
    scan(r, bytes, length);
  }
}
