# The tables of the cluster's section of docs/performance.md. Before medians.awk.
function middle(row, metric, who) {
  gather(row, metric, who, "-")
  return n == 0 ? "–" : whole(number(median()))
}

function whole(text) { return text == "0.00" ? "0" : text }

function span(row, metric, who) {
  gather(row, metric, who, "-")
  return n == 0 ? "–" : number(median()) " (" number(list[1]) " to " number(list[n]) ")"
}

function times(row, metric, who) {
  gather(row, metric, who, "one")
  return n == 0 ? "–" : number(median()) " (" number(list[1]) " to " number(list[n]) ")"
}

function heading(part, words) {
  print "### " words
  print ""
  print "Measured: " (((part, 1, "measured", "on") in value) ? value[part, 1, "measured", "on"] : "not yet") ". Medians of the rounds; ratios within a round, with the lowest and the highest."
  print ""
}

function wrongly(row) { return row in wrong ? " **wrong**" : "" }

function publishing(row, words) {
  print "| " words wrongly(row) ", in a second | " middle(row, "per_second", "one") " | " middle(row, "per_second", "three-one") " | " middle(row, "per_second", "three-all") " | " \
    times(row, "per_second", "three-one") " | " times(row, "per_second", "three-all") " |"
  print "| · CPU of one, µs | " middle(row, "cpu_us", "one") " | " middle(row, "cpu_us", "three-one") " | " middle(row, "cpu_us", "three-all") " | " \
    times(row, "cpu_us", "three-one") " | " times(row, "cpu_us", "three-all") " |"
}

function lateness(who, words) {
  print "| " words " | " middle("latency", "answer_p50_us", who) " / " middle("latency", "answer_p99_us", who) " | " middle("latency", "p50_us", who) " / " middle("latency", "p99_us", who) " | " \
    (who == "one" ? "1 / 1" : times("latency", "answer_p50_us", who) " / " times("latency", "answer_p99_us", who)) " | " \
    (who == "one" ? "1 / 1" : times("latency", "p50_us", who) " / " times("latency", "p99_us", who)) " |"
}

function delivering(row, words) {
  print "| " words wrongly(row) " | " middle(row, "cpu_each_us", "one") " | " middle(row, "cpu_each_us", "three-one") " | " middle(row, "cpu_each_us", "three-all") " | " \
    persecond(row, "one") " | " persecond(row, "three-one") " | " persecond(row, "three-all") " | " times(row, "cpu_each_us", "three-one") " | " times(row, "cpu_each_us", "three-all") " |"
}

function persecond(row, who) {
  gather(row, "cpu_each_us", who, "-")
  return n == 0 ? "–" : sprintf("%.0f", 1e6 / median())
}

function storm(row, who, words) {
  print "| " words wrongly(row) " | " middle(row, "behind", who) " | " span(row, "connected_seconds", who) " | " span(row, "live_seconds", who) " | " span(row, "cpu_ms", who) " | " \
    (who == "one" ? "–" : span(row, "looks", who)) " | " (who == "one" ? "–" : span(row, "repairs", who)) " | " middle(row, "told", who) " |"
}

END {
  heading("publish", "Publishing, without readers")
  print "Events of 100 bytes over 60 connections of `wrk`, each with one request outstanding: single ones to 64 channels drawn for each request; single ones to one channel, where a node sends what gathers while one append is under way with the next;"
  print "and lists of 100 events for one of the 64 channels. *Published to one*: all connections to one of the three nodes, which owns a third of the channels. *Published to all*: a third of the connections to each."
  print ""
  print "| | one node | three, published to one | three, published to all | to one, times one node | to all, times one node |"
  print "|---|---|---|---|---|---|"
  publishing("publish-spread", "Single events, 64 channels")
  publishing("publish-hot", "Single events, one channel")
  publishing("publish-list", "Events in lists of 100")
  print ""
  heading("latency", "How much later answers and events come")
  print "200 events a second, ten event streams, published at node 1. Microseconds, 50th / 99th percentile: from the request until its answer, and from the request until a reader has the event."
  print ""
  print "| | answer | delivery | answer, times one node | delivery, times one node |"
  print "|---|---|---|---|---|"
  lateness("one", "one node")
  lateness("near-n1", "readers at node 1, which orders the channel")
  lateness("near-n2", "readers at node 1, node 2 orders it")
  lateness("near-n3", "readers at node 1, node 3 orders it")
  lateness("far-n1", "readers at node 2, node 1 orders it")
  lateness("far-n2", "readers at node 2, which orders it")
  lateness("far-n3", "readers at node 2, node 3 orders it")
  print ""
  heading("ws", "Deliveries to 3,000 WebSockets")
  deliveries("ws")
  print ""
  heading("sse", "Deliveries to 3,000 event streams")
  deliveries("sse")
  print ""
  heading("storm", "10,000 event streams that all come back at another node")
  print "10,000 clients of node 1 are cut in the middle of a burst of 40 events and come back at once, with their `Last-Event-ID`, to a node that has none of their channels, while publishing goes on (4 events a second to the one channel, 2 to each of 100); then to the next node."
  print "*500 missed*: so many more are published before they come back, so that they stand further back than what a node is given of a channel that it begins to follow (256 events, 128 KiB)."
  print "Beside them 10,000 clients of the one gateway, which come back there. *All live*: each has all but the events of the last 100 ms. *Reads*: operations that all nodes together sent to owners to read a record (`sluice_cluster_operations_total{kind=\"look\"}`);"
  print "*of them repairs*: not for a client, but because an event was late on its way between nodes (`sluice_cluster_repairs_total`). No event was lost or repeated for any client in any of these runs, or the row would say so."
  print ""
  print "| | behind when they came | all connected, s | all live, s | CPU, ms | reads | of them repairs | gaps told |"
  print "|---|---|---|---|---|---|---|---|"
  storm("storm-1", "one", "one node, one channel")
  storm("storm-1", "three", "three nodes, one channel")
  storm("storm-1+500", "one", "one node, one channel, 500 missed")
  storm("storm-1+500", "three", "three nodes, one channel, 500 missed")
  storm("storm-100", "one", "one node, 100 channels")
  storm("storm-100", "three", "three nodes, 100 channels")
}

function deliveries(row) {
  print "Published at node 1 to a channel that node 2 orders; 100-byte events. *At one*: all readers at node 1; *spread*: a third at each node."
  print ""
  print "| outstanding | CPU of a delivery, µs: one node | three, at one | three, spread | deliveries in a CPU second: one node | three, at one | three, spread | CPU at one, times one node | spread, times one node |"
  print "|---|---|---|---|---|---|---|---|---|"
  delivering(row "-1", "one")
  delivering(row "-8", "eight")
}
