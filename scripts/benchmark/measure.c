// What the kernel says about processes, and a histogram of times.
#include "readers.h"
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

// User and system time: fields 14 and 15 of /proc/PID/stat, in ticks.
static uint64_t cpu_of(int pid) {
  char name[64], line[1024];
  snprintf(name, sizeof name, "/proc/%d/stat", pid);
  FILE *file = fopen(name, "r");
  if (!file || !fgets(line, sizeof line, file)) {
    die("the server has ended", name);
  }
  fclose(file);
  unsigned long user = 0, system = 0;
  sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  return (uint64_t)(user + system) * (1000000u / (uint64_t)sysconf(_SC_CLK_TCK));
}

uint64_t server_cpu_us(void) {
  uint64_t sum = 0;
  for (int i = 0; i < options.pid_count; i++) {
    sum += cpu_of(options.pids[i]);
  }
  return sum;
}

static uint64_t pss_of(int pid) {
  char name[64], line[256];
  unsigned long pss = 0;
  snprintf(name, sizeof name, "/proc/%d/smaps_rollup", pid);
  FILE *file = fopen(name, "r");
  while (file && fgets(line, sizeof line, file)) {
    if (sscanf(line, "Pss: %lu", &pss) == 1) {
      break;
    }
  }
  if (file) {
    fclose(file);
  }
  return pss;
}

uint64_t server_pss_kib(void) {
  uint64_t sum = 0;
  for (int i = 0; i < options.pid_count; i++) {
    sum += pss_of(options.pids[i]);
  }
  return sum;
}

uint64_t own_cpu_us(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

// 32 steps for each power of two: no value is off by more than 3 %.
void count_time(uint32_t *buckets, uint64_t us) {
  int power = us < 32 ? 5 : 63 - __builtin_clzll(us);
  int bucket = us < 32 ? (int)us : (power - 4) * 32 + (int)((us >> (power - 5)) & 31);
  buckets[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
}

static double bucket_us(int bucket) {
  int power = bucket / 32 + 4;
  return bucket < 32 ? bucket : (double)((uint64_t)(32 + bucket % 32) << (power - 5));
}

double time_us(const uint32_t *buckets, double share) {
  uint64_t all = 0, seen = 0;
  for (int i = 0; i < BUCKETS; i++) {
    all += buckets[i];
  }
  for (int i = 0; i < BUCKETS; i++) {
    seen += buckets[i];
    if (all > 0 && (double)seen >= share * (double)all) {
      return bucket_us(i);
    }
  }
  return 0;
}
