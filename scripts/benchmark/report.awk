# Joins targets.tsv with results.tsv into the tables of docs/performance.md. Before medians.awk.
/^#/ { next }
FILENAME == ARGV[1] { targets[++count] = $0; next }

function verdict(limit, v) {
  if (limit == "-") {
    return ""
  }
  if (sub(/^>=/, "", limit)) {
    return v >= limit ? "met" : "**not met**"
  }
  return v <= limit + 0 ? "met" : "**not met**"
}

function aim(limit, other) {
  if (limit == "-") {
    return "reported"
  }
  return (sub(/^>=/, "", limit) ? "≥ " : "≤ ") limit (other == "-" ? "" : " × " other)
}

END {
  print "| what | target | median (lowest to highest) | |"
  print "|---|---|---|---|"
  for (i = 1; i <= count; i++) {
    split(targets[i], t, "\t")
    gather(t[1], t[2], t[3], t[4])
    if (n == 0) {
      print "| " t[6] " | " aim(t[5], t[4]) " | not measured | |"
      continue
    }
    print "| " t[6] " | " aim(t[5], t[4]) " | " number(median()) " (" number(list[1]) " to " number(list[n]) ") | " \
      (t[1] in wrong ? "**deliveries wrong**" : verdict(t[5], median())) " |"
  }
  print ""
  print "CPU per delivery in µs, and deliveries in a second, medians:"
  print ""
  print "| readers, transport, outstanding | bare send | bare send, a thread for each core | Nchan | Sluice | Pushpin |"
  print "|---|---|---|---|---|---|"
  split("1000-ws-1 1000-ws-8 1000-sse-1 1000-sse-8 15000-ws-1 15000-ws-8 15000-sse-1 15000-sse-8", shape, " ")
  split("bare two nchan sluice pushpin", who, " ")
  for (i = 1; i in shape; i++) {
    line = "| " shape[i] " |"
    for (k = 1; k in who; k++) {
      gather("fanout-" shape[i], "cpu_each_us", who[k], "-")
      if (n == 0) {
        line = line " – |"
        continue
      }
      line = line " " number(median())
      gather("fanout-" shape[i], "per_second", who[k], "-")
      line = line ", " number(median()) "/s |"
    }
    gsub(/-/, ", ", line)
    print line
  }
  if (!(("growth", "basis", "cpu_each_us") in seen)) {
    exit
  }
  print ""
  print "How the cost of a delivery grows: one thing changed against 1,000 WebSocket readers of one channel, 100-byte events, one outstanding, history of 1,000, one loop per core:"
  print ""
  print "| changed | µs | times the basis |"
  print "|---|---|---|"
  split("readers-100 readers-5000 readers-15000 size-1000 size-10000 history-100000 channels-100000 loops-1 basis-8 loops-1-8", change, " ")
  split("100 readers|5,000 readers|15,000 readers|events of 1,000 bytes|events of 10,000 bytes|a full history of 100,000 events|100,000 other channels, one reader and event each|" \
    "one loop|eight outstanding|eight outstanding on one loop", said, "|")
  gather("growth", "cpu_each_us", "basis", "-")
  print "| nothing | " number(median()) " | 1 |"
  for (i = 1; i in change; i++) {
    gather("growth", "cpu_each_us", change[i], "-")
    line = "| " said[i] " | " number(median())
    gather("growth", "cpu_each_us", change[i], "basis")
    print line " | " number(median()) " (" number(list[1]) " to " number(list[n]) ") |"
  }
}
