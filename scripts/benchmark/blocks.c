// An event stream as an EventSource takes it: a block counts when its empty line has come, and its id is where the client
// goes on (HTML §9.2.6). What was cut before that comes again.
#include "readers.h"
#include <stdlib.h>
#include <string.h>

enum { MAX_LINE = 512 };

struct block {
  char line[MAX_LINE], id[256];
  size_t length;
  uint32_t value; // of its event; 0 if it has none
  bool gap;
};

void forget_block(struct reader *r) {
  free(r->block);
  r->block = NULL;
}

static void dispatch(struct reader *r) {
  struct block *b = r->block;
  tally.told += b->gap;
  if (b->value > 0) {
    on_event(r, b->value);
  }
  if (b->id[0]) {
    memcpy(r->cursor, b->id, sizeof r->cursor);
  }
  forget_block(r);
}

// The value of a line of that field, or NULL.
static const char *field(const char *line, const char *name) {
  size_t n = strlen(name);
  if (strncmp(line, name, n) || line[n] != ':') {
    return NULL;
  }
  return line + n + (line[n + 1] == ' ' ? 2 : 1);
}

static void on_line(struct reader *r) {
  struct block *b = r->block;
  b->line[b->length] = 0;
  if (b->length == 0) {
    dispatch(r);
    return;
  }
  b->length = 0;
  const char *value;
  if ((value = field(b->line, "id"))) {
    if (strlen(value) >= sizeof b->id) {
      die("a cursor is longer than expected", value);
    }
    strcpy(b->id, value);
  } else if ((value = field(b->line, "data")) && *value == '#') {
    char digits[DIGITS + 1] = "";
    strncpy(digits, value + 1, DIGITS);
    b->value = (uint32_t)strtoul(digits, NULL, 10);
  } else if ((value = field(b->line, "event")) && !strcmp(value, "sluice.gap")) {
    b->gap = true;
  }
}

void on_blocks(struct reader *r, const unsigned char *bytes, size_t length) {
  for (const unsigned char *p = bytes; p < bytes + length; p++) {
    if (!r->block) {
      r->block = calloc(1, sizeof *r->block);
    }
    if (*p == '\n') {
      on_line(r);
    } else if (r->block->length + 1 < MAX_LINE) {
      r->block->line[r->block->length++] = (char)*p;
    }
  }
}
