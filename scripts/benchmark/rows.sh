# The rows of docs/performance.md. Each records what it measured as: row, round, contender, metric, value. Runs are
# interleaved, so that what else the machine does meets all contenders alike; a ratio is taken within a round.

record() { printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$5" >>"$results"; }

# take ROW ROUND CONTENDER KEY…: records values of what was heard.
take() {
  local row=$1 round=$2 who=$3 key
  shift 3
  for key in "$@"; do
    record "$row" "$round" "$who" "$key" "$(of "$key")"
  done
}

# measure ROW ROUND CONTENDER CLIENT COMMAND…
measure() {
  local row=$1 round=$2 who=$3
  ask "${@:4}"
  all_arrived "$row" "$round" "$who"
  take "$row" "$round" "$who" cpu_each_us p50_us p99_us per_second
}

# fanout_of READERS TRANSPORT SECONDS ROUNDS
fanout_of() {
  local n=$1 mode=$2 seconds=$3 rounds=$4 who round out
  local -a all=(bare nchan sluice)
  if [ "$n" -le 1000 ]; then
    all=(bare two nchan sluice)
    [ "$mode" != sse ] || all+=(pushpin)
  fi
  bare_client "b$mode$n" "$mode"
  two_client "t$mode$n" "$mode"
  nchan_client "n$mode$n" "$mode"
  sluice_client "s$mode$n" "$mode"
  [[ " ${all[*]} " != *" pushpin "* ]] || pushpin_client "p$mode$n" "$mode"
  for who in "${all[@]}"; do
    say "$n readers by $mode: $who"
    ask "${who:0:1}$mode$n" connect "$n"
    ask "${who:0:1}$mode$n" wait 1
    [ "$who" = sluice ] || ask "${who:0:1}$mode$n" fanout 1 1
  done
  # Long enough for the JVM's compiler.
  ask "s$mode$n" fanout "$warm" 1
  ask "s$mode$n" fanout "$warm" 8
  for out in 1 8; do
    for ((round = 1; round <= rounds; round++)); do
      for who in "${all[@]}"; do
        if [ "$who" = pushpin ] && { [ "$out" = 8 ] || [ "$round" -gt 2 ]; }; then
          continue
        fi
        measure "fanout-$n-$mode-$out" "$round" "$who" "${who:0:1}$mode$n" fanout "$seconds" "$out"
      done
    done
  done
  for who in bare two nchan sluice; do
    end_client "${who:0:1}$mode$n"
  done
  [[ " ${all[*]} " != *" pushpin "* ]] || end_client "p$mode$n"
}

# warm_up MODE: many events to few readers, so that the JVM has compiled also what it does once for an event.
warm_up() {
  say "warming up by $1"
  sluice_client "warm$1" "$1"
  ask "warm$1" connect 2
  ask "warm$1" wait 1
  ask "warm$1" fanout "$warm" 1
  ask "warm$1" fanout "$warm" 8
  end_client "warm$1"
}

row_fanout() {
  local mode
  start_bare "$(nproc)"
  two_port=$bare_port two_pids=$bare_pids
  start_bare
  start_nginx app
  start_nginx nchan
  start_pushpin
  start_sluice
  warm_up ws
  warm_up sse
  for mode in ws sse; do
    fanout_of 1000 $mode "$seconds" "$rounds"
  done
  forms_of
  hot_of
  for mode in ws sse; do
    fanout_of 15000 $mode $((seconds + 1)) "$rounds"
  done
  stop_sluice
}

# The same readers with the JSON subprotocol, and with two channels.
forms_of() {
  local who round
  local -A form=([plainws]=sluice-ws [json]=sluice-json [plainsse]=sluice-sse [two]=sluice-two)
  sluice_client plainws ws
  sluice_client json ws header='Sec-WebSocket-Protocol: sluice.v1.json'
  sluice_client plainsse sse
  sluice_client two sse path='/events?channel=two&channel=other&format=json'
  for who in "${!form[@]}"; do
    say "1000 readers: ${form[$who]}"
    ask "$who" connect 1000
    ask "$who" wait 1
    ask "$who" fanout "$warm" 1
  done
  for ((round = 1; round <= rounds; round++)); do
    for who in "${!form[@]}"; do
      measure forms "$round" "${form[$who]}" "$who" fanout "$seconds" 1
    done
  done
  for who in "${!form[@]}"; do
    end_client "$who"
  done
}

# A hot channel beside a quiet one: how late the quiet one's events are.
hot_of() {
  local round
  say "a hot channel beside a quiet one"
  sluice_client hot ws
  sluice_client quiet ws
  ask hot connect 2000
  ask quiet connect 100
  ask quiet wait 1
  for ((round = 1; round <= rounds; round++)); do
    measure hot "$round" alone quiet rate "$seconds" 20
    tell hot fanout $((seconds + 1)) 8
    measure hot "$round" beside quiet rate "$seconds" 20
    hear hot
  done
  end_client hot
  end_client quiet
}

# idle_of SERVER TRANSPORT OPTION…: what one idle connection holds and costs.
idle_of() {
  local who=$1 mode=$2 before after heap=0 row=idle-$2
  shift 2
  say "$idle_readers idle connections by $mode: $who"
  "${who}_client" "idle$who$mode" "$mode" "$@"
  local name=idle$who$mode
  # Code and pools that the first connections bring are not counted.
  ask "$name" connect $([ "$who" = nchan ] && echo 100 || echo 2000)
  ask "$name" wait 2
  ask "$name" drop
  sleep 1
  [ "$who" = nchan ] || collect_garbage "$sluice_pids"
  [ "$who" = nchan ] || heap=$(heap_kib "$sluice_pids")
  ask "$name" memory
  before=$(of pss_kib)
  ask "$name" connect "$idle_readers"
  ask "$name" wait 3
  [ "$who" = nchan ] || collect_garbage "$sluice_pids"
  ask "$name" memory
  after=$(of pss_kib)
  record "$row" 1 "$who" pss_each_kib "$(awk "BEGIN { print ($after - $before) / $idle_readers }")"
  if [ "$who" = sluice ]; then
    record "$row" 1 "$who" heap_each_kib "$(awk "BEGIN { print ($(heap_kib "$sluice_pids") - $heap) / $idle_readers }")"
  fi
  if [ "$mode" != poll ]; then
    ask "$name" wait "$idle_seconds"
    [ "$(of closed)" = 0 ] || record "$row" 1 "$who" wrong 1
    record "$row" 1 "$who" idle_cpu_us "$(awk "BEGIN { print $(of cpu_us) / $idle_readers / $(of seconds) }")"
  fi
  end_client "$name"
}

row_idle() {
  local mode
  for mode in ws sse poll; do
    start_sluice
    idle_of sluice $mode $([ $mode != poll ] || echo "header=Prefer:wait=60")
    stop_sluice
    # Anew each time: it keeps what it once had.
    start_nginx nchan
    idle_of nchan $mode
    stop "$nchan_main" "$nchan_main"
  done
}

# What an idle WebSocket holds that has had events of 1 KB, compressed or not.
row_compression() {
  local round who before
  for ((round = 1; round <= (rounds + 1) / 2; round++)); do
    for who in plain deflated; do
      say "$idle_readers idle connections by ws: $who, round $round"
      start_sluice 'compression: true'
      sluice_client "$who$round" ws $([ $who = plain ] || echo "header=Sec-WebSocket-Extensions:permessage-deflate")
      # Code and pools that the first connections bring are not counted.
      ask "$who$round" connect 2000
      had_events "$round" $who 2000
      ask "$who$round" drop
      sleep 1
      collect_garbage "$sluice_pids"
      ask "$who$round" memory
      before=$(of pss_kib)
      ask "$who$round" connect "$idle_readers"
      had_events "$round" $who "$idle_readers"
      collect_garbage "$sluice_pids"
      ask "$who$round" memory
      record compression "$round" $who pss_each_kib "$(awk "BEGIN { print ($(of pss_kib) - $before) / $idle_readers }")"
      end_client "$who$round"
      stop_sluice
    done
  done
}

# had_events ROUND CONTENDER READERS: publishes ten; each reader must get all of them compressed, or all of them not.
had_events() {
  local expected=0
  [ "$2" = plain ] || expected=$((10 * $3))
  awk -v channel="$2$1" 'BEGIN { for (i = 0; i < 10; i++) {
      printf "{\"channel\":\"%s\",\"data\":[", channel
      for (k = 0; k < 25; k++) printf "{\"price\":%d.25,\"currency\":\"EUR\"},", (i * 7919 + k * 104729) % 1000
      print i "]}" } }' |
    curl -sS -o "$work/published" -H 'Content-Type: application/x-ndjson' --data-binary @- "http://127.0.0.1:$sluice_publish/events"
  ask "$2$1" wait 3
  if [ "$(grep -c cursor "$work/published")" != 10 ] || [ "$(of compressed)" != $expected ] || [ "$(of closed)" != 0 ]; then
    say "WRONG: compression $2: $heard"
    record compression "$1" "$2" wrong 1
  fi
}

row_channels() {
  local before after channels=100000 each=128 i
  local sockets=$((channels / each))
  say "$channels channels with one event and one reader each"
  start_sluice
  collect_garbage "$sluice_pids"
  before=$(heap_kib "$sluice_pids")
  sluice_client many ws path=/events prefix=ch each=$each header='Sec-WebSocket-Protocol: sluice.v1.json'
  ask many connect $sockets
  publish_lines $((sockets * each)) ch%d || record channels 1 sluice wrong 1
  # Longer than events stay at hand after they were written (limits.recent-age).
  ask many wait 4
  collect_garbage "$sluice_pids"
  after=$(heap_kib "$sluice_pids")
  record channels 1 sluice heap_each_bytes $(((after - before) * 1024 / (sockets * each)))
  end_client many
  stop_sluice
}

# load ROW ROUND CONTENDER PIDS EVENTS_PER_REQUEST WRK_ARGUMENT…: what a second of processor time serves.
load() {
  local row=$1 round=$2 who=$3 pids=$4 each=$5 cpu requests
  shift 5
  cpu=$(cpu_of "$pids")
  wrk -t 1 -c 64 -d "$([ "$round" -gt 0 ] && echo "$seconds" || echo $((3 * warm)))s" "$@" >"$work/wrk.txt"
  cpu=$(($(cpu_of "$pids") - cpu))
  requests=$(awk '/requests in/ { print $1 }' "$work/wrk.txt")
  if [ "$round" -gt 0 ] && grep -q 'Non-2xx\|Socket errors' "$work/wrk.txt"; then
    say "WRONG: $row $who: $(grep 'Non-2xx\|Socket errors' "$work/wrk.txt")"
    record "$row" "$round" "$who" wrong 1
  fi
  record "$row" "$round" "$who" per_cpu_second $((requests * each * 1000 / (cpu > 0 ? cpu : 1)))
}

row_publish() {
  local round event lines
  event=$(printf 'x%.0s' {1..100})
  lines=$(for i in {1..100}; do printf '{\\"channel\\":\\"p\\",\\"data\\":\\"%s\\"}\\n' "$event"; done)
  printf 'wrk.method = "POST"\nwrk.body = "%s"\nwrk.headers["Content-Type"] = "text/plain"\n' "$event" >"$work/one.lua"
  printf 'wrk.method = "POST"\nwrk.body = "%s"\nwrk.headers["Content-Type"] = "application/x-ndjson"\n' "$lines" >"$work/lines.lua"
  start_nginx nchan
  start_sluice
  for ((round = 0; round <= rounds; round++)); do
    say "publishing without readers: round $round"
    load publish $round nchan "$nchan_pids" 1 -s "$work/one.lua" "http://127.0.0.1:$nchan_port/pub/p"
    load publish $round sluice "$sluice_pids" 1 -s "$work/one.lua" "http://127.0.0.1:$sluice_publish/channels/p/events"
    load publish $round sluice-ndjson "$sluice_pids" 100 -s "$work/lines.lua" "http://127.0.0.1:$sluice_publish/events"
  done
  stop_sluice
}

row_proxy() {
  local round who
  start_nginx app
  app_port=$app_port
  start_nginx nchan
  start_pushpin
  start_sluice
  for ((round = 0; round <= rounds; round++)); do
    say "reverse proxy: round $round"
    load proxy $round nginx "$nchan_pids" 1 "http://127.0.0.1:$nchan_port/1k"
    load proxy $round sluice "$sluice_pids" 1 "http://127.0.0.1:$sluice_port/1k"
    load proxy $round pushpin "$pushpin_pids" 1 "http://127.0.0.1:$pushpin_port/1k"
  done
  stop_sluice
}

row_longpoll() {
  local round
  start_nginx nchan
  start_sluice
  nchan_client npoll poll cursor=modified
  sluice_client spoll poll header='Prefer: wait=25'
  say "5000 long polls"
  ask npoll connect 5000
  ask spoll connect 5000
  ask spoll wait 2
  ask npoll rate 3 20
  ask spoll rate "$warm" 20
  for ((round = 1; round <= rounds; round++)); do
    measure longpoll $round nchan npoll rate "$((seconds + 2))" 20
    measure longpoll $round sluice spoll rate "$((seconds + 2))" 20
  done
  end_client npoll
  end_client spoll
  stop_sluice
}

row_connect() {
  local round mode who
  start_nginx nchan
  start_sluice
  for mode in ws sse; do
    nchan_client "nconnect$mode" $mode
    sluice_client "sconnect$mode" $mode
    # The first rounds warm up and are not counted (round 0): the JVM compiles long, and beside the measured work.
    for ((round = -8; round <= rounds; round++)); do
      say "setting up 15000 connections by $mode: round $round"
      for who in nchan sluice; do
        if [ $who = nchan ] && [ $round -lt -1 ]; then
          continue
        fi
        ask "${who:0:1}connect$mode" connect 15000
        record "connect-$mode" $((round > 0 ? round : 0)) $who cpu_connect_us "$(awk "BEGIN { print $(of cpu_us) / 15000 }")"
        ask "${who:0:1}connect$mode" drop
        sleep 1
      done
    done
    end_client "nconnect$mode"
    end_client "sconnect$mode"
  done
  stop_sluice
}

row_stalled() {
  local round before after
  start_sluice
  sluice_client stall ws size=1000 receive=4096
  say "one of 1000 readers stops"
  ask stall connect 1000
  ask stall wait 1
  ask stall fanout "$warm" 8
  for ((round = 1; round <= rounds; round++)); do
    measure stalled $round none stall fanout "$seconds" 8
    collect_garbage "$sluice_pids"
    ask stall memory
    before=$(of pss_kib)
    ask stall pause 1
    measure stalled $round one stall fanout "$seconds" 8
    collect_garbage "$sluice_pids"
    ask stall memory
    after=$(of pss_kib)
    record stalled $round one pss_growth_kib $((after - before))
    ask stall release 1 30
  done
  end_client stall
  stop_sluice
}

row_released() {
  local round rate
  start_sluice 'history: { count: 10000, bytes: 64MiB }'
  sluice_client free ws size=1000 receive=4096
  say "5000 readers stop for 10 s"
  ask free connect 5000
  ask free wait 1
  ask free fanout "$warm" 8
  for ((round = 1; round <= (rounds + 1) / 2; round++)); do
    ask free fanout "$seconds" 8
    rate=$(of per_second)
    ask free pause 5000
    ask free rate 10 20
    ask free release 20 60
    all_arrived released $round sluice
    record released $round sluice times_full_rate \
      "$(awk "BEGIN { print $(of caught_up) ? $(of release_seconds) * $rate / $(of missed) : 999 }")"
  done
  end_client free
  stop_sluice
}

# publish_lines COUNT CHANNEL…: one event of 100 bytes after the other, to the channels in turn.
publish_lines() {
  local count=$1
  shift
  awk -v n="$count" -v names="$*" 'BEGIN { x = sprintf("%100s", ""); gsub(/ /, "x", x); k = split(names, name, " ")
    for (i = 0; i < n; i++) printf "{\"channel\":\"%s\",\"data\":\"%s\"}\n", k == 1 && name[1] ~ /%d/ ? sprintf(name[1], i) : name[i % k + 1], x }' |
    curl -sS -o "$work/published" -H 'Content-Type: application/x-ndjson' --data-binary @- "http://127.0.0.1:$sluice_publish/events"
  [ "$(grep -c cursor "$work/published")" = "$count" ]
}

# How the cost of a delivery grows: one thing at a time is changed against the basis, which is 1,000 WebSocket readers of
# one channel, 100-byte events, one outstanding, on one loop per core.
row_growth() {
  local round who out
  local -A readers=([basis]=1000 [basis-8]=1000 [readers-100]=100 [readers-5000]=5000 [readers-15000]=15000 [size-1000]=1000
    [size-10000]=1000 [loops-1]=1000 [loops-1-8]=1000 [history-100000]=1000 [channels-100000]=1000)
  local -a order=(basis basis-8 readers-100 readers-5000 readers-15000 size-1000 size-10000 loops-1 loops-1-8 history-100000 channels-100000)
  # A publisher waits longer than usual for its next turn.
  local idle='limits: { idle: 1h }'
  local -a servers=()
  start_sluice '' "$idle"
  servers+=("$sluice_pids")
  for who in basis basis-8 readers-100 readers-5000; do sluice_client "$who" ws; done
  for who in 1000 10000; do sluice_client "size-$who" ws size=$who; done
  # One of its own: a process has a limit of descriptors.
  start_sluice '' "$idle"
  servers+=("$sluice_pids")
  sluice_client readers-15000 ws
  start_sluice '' $'event-loops: 1\n'"$idle"
  servers+=("$sluice_pids")
  for who in loops-1 loops-1-8; do sluice_client $who ws; done
  start_sluice 'history: { count: 100000, bytes: 64MiB, age: 1h }' "$idle"
  servers+=("$sluice_pids")
  publish_lines 100000 history-100000 || record growth 1 history-100000 wrong 1
  sluice_client history-100000 ws
  start_sluice '' "$idle"
  servers+=("$sluice_pids")
  sluice_client many ws path=/events prefix=ch each=128 header='Sec-WebSocket-Protocol: sluice.v1.json'
  ask many connect 782
  publish_lines 100000 ch%d || record growth 1 channels-100000 wrong 1
  sluice_client channels-100000 ws
  for who in "${order[@]}"; do
    say "growth: $who"
    ask $who connect "${readers[$who]}"
    ask $who wait 1
    ask $who fanout "$warm" 1
  done
  for ((round = 1; round <= rounds; round++)); do
    for who in "${order[@]}"; do
      out=1
      case $who in *-8) out=8 ;; esac
      measure growth "$round" "$who" $who fanout "$seconds" $out
    done
  done
  for who in "${order[@]}" many; do
    end_client $who
  done
  for who in "${servers[@]}"; do
    stop "$who" "$who"
  done
}
