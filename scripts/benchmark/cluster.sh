# Three nodes of a cluster on this machine beside one node without a cluster, in turns. Each part writes its own lines into
# cluster.tsv, as rows.sh does. Processor time is that of all three nodes, whoever of them does the work.

cluster_parts=(publish latency ws sse storm)

# start_nodes [settings of cluster:]: n1, n2 and n3, and beside them one.
start_nodes() {
  local i ports=() members=
  while [ ${#ports[@]} -lt 3 ]; do
    i=$(free_port)
    [[ " ${ports[*]} " == *" $i "* ]] || ports+=("$i")
  done
  members=$(printf ', "127.0.0.1:%s"' "${ports[@]}")
  configure one
  serve one
  for i in 1 2 3; do
    configure n$i '' "cluster: { members: [${members#, }], bind: \"127.0.0.1:${ports[i - 1]}\", secret: \"a secret of this run\"${1:+, $1} }"
    serve n$i
  done
  for i in one n1 n2 n3; do
    await_served $i
  done
  all_pids=$n1_pids,$n2_pids,$n3_pids
  local -n admin=n1_admin
  for ((i = 0; i < 300; i++)); do
    if [ "$(curl -s "http://127.0.0.1:$admin/nodes" | grep -o '"ready":true' | wc -l)" = 3 ]; then
      # Copies of the first empty partitions are made meanwhile.
      sleep 3
      return
    fi
    sleep 0.1
  done
  say "the three nodes did not find each other"
  tail -n 20 "$work"/n?.log >&2
  exit 1
}

stop_nodes() {
  local name
  for name in one n1 n2 n3; do
    local -n pid=${name}_pids
    stop "$pid" "$pid"
  done
}

# channel_of NODE PREFIX: sets $channel to one that this node orders.
channel_of() {
  local -n admin=$1_admin publish=n1_publish
  local id k
  id=$(curl -s "http://127.0.0.1:$admin/nodes" | grep -o '{"id":"[^}]*"self":true' | grep -o '"id":"[0-9a-f]*"')
  for ((k = 0; k < 200; k++)); do
    channel=$2$k
    curl -s -o /dev/null -d x "http://127.0.0.1:$publish/channels/$channel/events"
    if [ "$(curl -s "http://127.0.0.1:$admin/channels/$channel" | grep -o '"owner":"[0-9a-f]*"')" = "\"owner\":${id#*:}" ]; then
      return
    fi
  done
  say "no channel of $1 found"
  exit 1
}

# reading NAME OPTIONS…: a client of the node or nodes $at that publishes at node $by, in the channel $channel.
reading() {
  local to= node
  local -n publish=${by}_publish
  for node in $at; do
    local -n port=${node}_port
    to+=,127.0.0.1:$port
    unset -n port
  done
  client "$1" to="${to#,}" publish=127.0.0.1:"$publish" pids="$pids" path=/events/"$channel" publish-path=/channels/"$channel"/events "${@:2}"
}

# Requests of wrk: single events to 64 channels, single ones to one, lists of 100 to one of 64.
publish_scripts() {
  local event
  event=$(printf 'x%.0s' {1..100})
  cat >"$work/spread.lua" <<LUA
local requests = {}
init = function() for i = 0, 63 do requests[i] = wrk.format("POST", "/channels/p" .. i .. "/events", {["Content-Type"] = "text/plain"}, "$event") end end
request = function() return requests[math.random(0, 63)] end
LUA
  sed 's/math.random(0, 63)/0/' "$work/spread.lua" >"$work/hot.lua"
  cat >"$work/list.lua" <<LUA
local requests = {}
init = function()
  for i = 0, 63 do
    local items = {}
    for k = 1, 100 do items[k] = '{"channel":"p' .. i .. '","data":"$event"}' end
    requests[i] = wrk.format("POST", "/events", {["Content-Type"] = "application/json"}, "[" .. table.concat(items, ",") .. "]")
  end
end
request = function() return requests[math.random(0, 63)] end
LUA
}

# publish_round SHAPE ROUND CONTENDER PIDS EVENTS_PER_REQUEST PORT…: 60 connections, as many to each port.
publish_round() {
  local shape=$1 round=$2 who=$3 pids=$4 each=$5 cpu port runs=() took
  shift 5
  cpu=$(cpu_of "$pids")
  took=$(now_us)
  for port in "$@"; do
    wrk -t 1 -c $((60 / $#)) -d "$([ "$round" -gt 0 ] && echo "$seconds" || echo $warm)s" -s "$work/$shape.lua" \
      "http://127.0.0.1:$port" >"$work/wrk.$port" &
    runs+=($!)
  done
  wait "${runs[@]}"
  took=$(($(now_us) - took))
  cpu=$(($(cpu_of "$pids") - cpu))
  if grep -q 'Non-2xx\|Socket errors' $(printf "$work/wrk.%s " "$@"); then
    say "WRONG: publish $shape $who: $(grep -h 'Non-2xx\|Socket errors' $(printf "$work/wrk.%s " "$@"))"
    record "publish-$shape" "$round" "$who" wrong 1
  fi
  awk -v us="$took" -v cpu="$cpu" -v each="$each" '/requests in/ { n += $1 * each } END { print n * 1e6 / us, cpu * 1000 / n }' \
    $(printf "$work/wrk.%s " "$@") >"$work/rates"
  read -r took cpu <"$work/rates"
  record "publish-$shape" "$round" "$who" per_second "$took"
  record "publish-$shape" "$round" "$who" cpu_us "$cpu"
}

part_publish() {
  local round shape each
  start_nodes
  publish_scripts
  for ((round = 0; round <= rounds; round++)); do
    for shape in spread hot list; do
      each=1
      [ $shape != list ] || each=100
      say "publishing without readers, $shape: round $round"
      publish_round $shape $round one "$one_pids" $each "$one_publish"
      publish_round $shape $round three-one "$all_pids" $each "$n1_publish"
      publish_round $shape $round three-all "$all_pids" $each "$n1_publish" "$n2_publish" "$n3_publish"
    done
  done
  stop_nodes
}

# Ten readers, 200 events a second: publisher and readers at one node or two, the channel ordered by each of the nodes.
part_latency() {
  local round who owner all=(one)
  start_nodes
  pids=$all_pids by=n1
  for owner in n1 n2 n3; do
    channel_of $owner near
    at=n1
    reading near-$owner mode=sse nap=0
    channel_of $owner far
    at=n2
    reading far-$owner mode=sse nap=0
    all+=(near-$owner far-$owner)
  done
  pids=$one_pids by=one at=one channel=l
  reading one mode=sse nap=0
  for who in "${all[@]}"; do
    say "warming up: $who"
    ask $who connect 10
    ask $who wait 1
    ask $who fanout $((warm / 2 + 1)) 8
  done
  for ((round = 1; round <= rounds; round++)); do
    say "times of publishing and delivery: round $round"
    for who in "${all[@]}"; do
      ask $who rate "$seconds" 200
      all_arrived latency $round $who
      take latency $round $who p50_us p99_us answer_p50_us answer_p99_us
    done
  done
  for who in "${all[@]}"; do
    end_client $who
  done
  stop_nodes
}

# deliveries_by TRANSPORT: 3,000 readers of a channel that n2 orders and n1 takes the publishes of.
deliveries_by() {
  local round who out all=(one three-one three-all)
  start_nodes
  channel_of n2 d
  pids=$all_pids by=n1 at=n1
  reading three-one mode="$1"
  at="n1 n2 n3"
  channel_of n2 e
  reading three-all mode="$1"
  pids=$one_pids by=one at=one channel=d
  reading one mode="$1"
  for who in "${all[@]}"; do
    say "3000 readers by $1: $who"
    ask $who connect 3000
    ask $who wait 1
    ask $who fanout $((warm / 2 + 1)) 1
    ask $who fanout $((warm / 2 + 1)) 8
  done
  for ((round = 1; round <= rounds; round++)); do
    for out in 1 8; do
      for who in "${all[@]}"; do
        measure "$1-$out" $round $who $who fanout "$seconds" $out
      done
    done
  done
  for who in "${all[@]}"; do
    end_client $who
  done
  stop_nodes
}

part_ws() { deliveries_by ws; }

part_sse() { deliveries_by sse; }

# counted SERIES: a counter of all nodes together.
counted() {
  local name
  for name in n1 n2 n3; do
    local -n admin=${name}_admin
    curl -s "http://127.0.0.1:$admin/metrics"
    unset -n admin
  done | awk -v series="$1" 'index($0, series) == 1 { n += $2 } END { print n + 0 }'
}

# What was read of records, and what of that because an end of a log was not what it should be.
looks() { counted 'sluice_cluster_operations_total{kind="look"'; }
repairs() { counted sluice_cluster_repairs_total; }

# storm_of ROW CHANNELS EVENTS_A_SECOND ROUND: all readers of a node come back at another one, which has none of their
# channels; and beside them those of the one node, which come back there.
storm_of() {
  local row=$1 channels=$2 rate=$3 round=$4 before mended to
  for who in one three; do
    to=127.0.0.1:$one_port
    if [ $who = three ]; then
      local -n port=n$((round % 3 + 1))_port
      to=127.0.0.1:$port
      unset -n port
    fi
    before=$(looks) mended=$(repairs)
    ask $who-$channels move "$to" "$rate" 60
    say "storm, $channels channels, $who: $heard"
    all_arrived "$row" "$round" $who
    if [ "$(of told)" != 0 ] || [ "$(of caught_up)" != 1 ]; then
      say "WRONG: $row: $heard"
      record "$row" "$round" $who wrong 1
    fi
    take "$row" "$round" $who behind connected_seconds live_seconds told
    record "$row" "$round" $who cpu_ms $(($(of cpu_us) / 1000))
    if [ $who = three ]; then
      record "$row" "$round" three looks $(($(looks) - before))
      record "$row" "$round" three repairs $(($(repairs) - mended))
    fi
  done
}

# What the runs of a part are, for its line of what was measured.
part_runs() {
  if [ "$1" = storm ]; then echo "$storms storms of each kind"; else echo "$rounds rounds of $seconds s"; fi
}

part_storm() {
  local round channels missed who lines k
  start_nodes 'linger: 1s'
  for channels in 1 1+500 100; do
    missed=0 lines='@'
    [ $channels != 1+500 ] || missed=500
    if [ $channels = 100 ]; then
      lines=
      for ((k = 0; k < channels; k++)); do
        lines+="{\"channel\":\"s$k\",\"data\":\"@\"}"$'\n'
      done
    fi
    for who in one three; do
      pids=$one_pids by=one at=one
      [ $who = one ] || pids=$all_pids by=n3 at=n1
      if [ $channels != 100 ]; then
        channel=s$channels
        reading $who-$channels mode=sse resume=1 missed=$missed
      else
        local -n port=${at}_port publish=${by}_publish
        client $who-$channels to=127.0.0.1:"$port" publish=127.0.0.1:"$publish" pids="$pids" mode=sse resume=1 over=$channels \
          path=/events/s publish-path=/events type=application/x-ndjson body="$lines"
        unset -n port publish
      fi
      say "10000 readers of $channels channels: $who"
      ask $who-$channels connect 10000
      ask $who-$channels wait 1
    done
    for ((round = 1; round <= storms; round++)); do
      storm_of storm-$channels $channels $([ $channels = 100 ] && echo 2 || echo 4) $round
      # The node that they left has forgotten the channels by then.
      ask three-$channels wait 4
    done
    end_client one-$channels
    end_client three-$channels
  done
  stop_nodes
}

cluster() {
  local storms=$((rounds > 3 ? 3 : 2))
  local part results=$cluster_results failed=()
  [ $# -gt 0 ] || set -- "${cluster_parts[@]}"
  for part in "$@"; do
    case " ${cluster_parts[*]} " in *" $part "*) ;; *) usage ;; esac
  done
  mkdir -p "$tools"
  touch "$results"
  build_tools
  "$top/scripts/sluice" version >/dev/null
  for part in "$@"; do
    grep -v "^$part"$'[-\t]' "$results" >"$results.kept" || true
    mv "$results.kept" "$results"
    set +e
    (
      set -e
      make_work
      "part_$part"
    )
    [ $? -eq 0 ] || failed+=("$part")
    set -e
    record "$part" 1 measured on "$(machine); commit $(git -C "$top" rev-parse --short HEAD 2>/dev/null || echo unknown); $(part_runs "$part")"
  done
  write_cluster_report
  if [ ${#failed[@]} -gt 0 ]; then
    say "did not run to their end: ${failed[*]}"
    exit 1
  fi
}
