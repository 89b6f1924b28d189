// What the command line says: NAME=VALUE for each.
#include "readers.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options options = {.path = "/", .publish_path = "/", .body = "@", .type = "text/plain", .prefix = "c", .size = 100, .nap_us = 1000};

static struct server address(const char *text) {
  struct server server;
  if (sscanf(text, "%63[^:,]:%d", server.host, &server.port) != 2) {
    die("no HOST:PORT", text);
  }
  return server;
}

// HOST:PORT,HOST:PORT… in the place of those before.
void set_servers(const char *text) {
  options.to_count = 0;
  for (const char *next = text; next && options.to_count < 8; next = strchr(next, ',') ? strchr(next, ',') + 1 : NULL) {
    options.to[options.to_count++] = address(next);
  }
}

static void option(char *argument) {
  char *value = strchr(argument, '=');
  if (!value) {
    die("no NAME=VALUE", argument);
  }
  *value++ = 0;
  if (!strcmp(argument, "to")) {
    set_servers(value);
  } else if (!strcmp(argument, "publish")) {
    options.publish = address(value);
  } else if (!strcmp(argument, "path")) {
    options.path = value;
  } else if (!strcmp(argument, "publish-path")) {
    options.publish_path = value;
  } else if (!strcmp(argument, "body")) {
    options.body = value;
  } else if (!strcmp(argument, "type")) {
    options.type = value;
  } else if (!strcmp(argument, "mode")) {
    options.mode = !strcmp(value, "ws") ? WEBSOCKET : !strcmp(value, "sse") ? SSE : POLL;
  } else if (!strcmp(argument, "header")) {
    strncat(options.headers, value, sizeof options.headers - strlen(options.headers) - 3);
    strcat(options.headers, "\r\n");
  } else if (!strcmp(argument, "cursor")) {
    options.since = !strcmp(value, "since");
  } else if (!strcmp(argument, "batch")) {
    options.batch = atoi(value) != 0;
  } else if (!strcmp(argument, "each")) {
    options.each = atoi(value);
  } else if (!strcmp(argument, "over")) {
    options.over = atoi(value);
  } else if (!strcmp(argument, "resume")) {
    options.resume = atoi(value) != 0;
  } else if (!strcmp(argument, "missed")) {
    options.missed = atoi(value);
  } else if (!strcmp(argument, "prefix")) {
    options.prefix = value;
  } else if (!strcmp(argument, "size")) {
    options.size = atoi(value);
  } else if (!strcmp(argument, "nap")) {
    options.nap_us = atoi(value);
  } else if (!strcmp(argument, "receive")) {
    options.receive = atoi(value);
  } else if (!strcmp(argument, "pids")) {
    for (char *pid = strtok(value, ","); pid && options.pid_count < 64; pid = strtok(NULL, ",")) {
      options.pids[options.pid_count++] = atoi(pid);
    }
  } else {
    die("unknown option", argument);
  }
}

void read_options(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    option(argv[i]);
  }
}
