# Starts and stops the servers that are measured, on free ports of 127.0.0.1, with their files in a folder that goes away.
# After start_X: X_pids (comma-separated) and X_port are set; for Sluice also sluice_publish and sluice_admin, for Pushpin
# pushpin_publish.

started=()
work=

make_work() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/sluice-bench.XXXXXX")
  chmod 755 "$work"
  trap stop_all EXIT
  trap 'exit 130' INT TERM
  # A client that has ended is told of by hear, which says why.
  trap '' PIPE
}

stop_all() {
  local pid
  for pid in "${started[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in "${started[@]}"; do
    wait "$pid" 2>/dev/null || true
  done
  started=()
  if [ -n "$work" ]; then
    rm -rf "$work"
  fi
}

stop() {
  local pid
  for pid in ${1//,/ }; do
    kill "$pid" 2>/dev/null || true
  done
  wait "$2" 2>/dev/null || true
}

have() { command -v "$1" >/dev/null; }

install_peers() {
  local missing=() package
  for package in nginx-light:nginx libnginx-mod-nchan:/usr/lib/nginx/modules/ngx_nchan_module.so pushpin:pushpin wrk:wrk curl:curl; do
    have "${package#*:}" || [ -e "${package#*:}" ] || missing+=("${package%%:*}")
  done
  have cc || missing+=(gcc libc6-dev)
  if [ ${#missing[@]} -eq 0 ]; then
    return
  fi
  if [ "$(id -u)" -ne 0 ] || ! have apt-get; then
    say "missing · ${missing[*]} (Debian packages): install them, or run this as root"
    exit 1
  fi
  say "installing ${missing[*]}"
  # Without this Debian would start their services.
  printf '#!/bin/sh\nexit 101\n' >"$work/policy-rc.d"
  local policy=/usr/sbin/policy-rc.d placed=
  if [ ! -e $policy ]; then
    install -m 755 "$work/policy-rc.d" $policy
    placed=1
  fi
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >"$work/apt.log" 2>&1 ||
    { tail -n 5 "$work/apt.log" >&2 && exit 1; }
  [ -z "$placed" ] || rm -f $policy
}

build_tools() {
  mkdir -p "$tools"
  cc -O2 -Wall -Wextra -pthread -o "$tools/bare" "$here/bare.c"
  cc -O2 -Wall -Wextra -o "$tools/readers" "$here"/{readers,options,connect,stream,blocks,publish,measure}.c
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    if ! listens "$port"; then
      echo "$port"
      return
    fi
  done
}

await_port() {
  local i
  for ((i = 0; i < 200; i++)); do
    if listens "$1"; then
      return
    fi
    sleep 0.1
  done
  say "$2 does not listen on port $1"
  tail -n 20 "$work/$2".* >&2
  exit 1
}

children_of() { (pgrep -P "$1" || true) | paste -sd, -; }

# start_bare [THREADS]
start_bare() {
  bare_port=$(free_port)
  "$tools/bare" "$bare_port" "${1:-1}" >/dev/null &
  bare_pids=$!
  started+=($!)
  await_port "$bare_port" bare
}

# Nginx with Nchan: one worker, at which a delivery costs it least. The same process is the plain reverse proxy, with a line in
# the access log for each request as Sluice and Debian's configuration have it, and, in an instance of its own, the app behind
# the proxies.
start_nginx() {
  local name=$1 port config=$work/$1.conf
  port=$(free_port)
  mkdir -p "$work/$name"
  cat >"$config" <<CONF
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off;
pid $work/$name.pid;
error_log $work/$name.log warn;
worker_processes 1;
worker_rlimit_nofile $(ulimit -n);
events { worker_connections $(($(ulimit -n) - 100)); }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path $work/$name/b; proxy_temp_path $work/$name/p; fastcgi_temp_path $work/$name/f;
  uwsgi_temp_path $work/$name/u; scgi_temp_path $work/$name/s;
  nchan_shared_memory_size 512M;
  upstream app { server 127.0.0.1:${app_port:-1}; keepalive 64; }
  server {
    listen 127.0.0.1:$port backlog=4096;
    location = /1k {
      proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection "";
      access_log $work/$name.access;
    }
    location = /app { default_type text/plain; return 200 "$(printf 'x%.0s' {1..1024})"; }
    location = /hold { default_type text/plain; add_header Grip-Hold stream; add_header Grip-Channel a; return 200 "\n"; }
    location ~ ^/sub/(\w+)\$ {
      nchan_subscriber;
      nchan_channel_id \$1;
      nchan_subscriber_first_message newest;
      nchan_websocket_ping_interval 25;
      nchan_eventsource_ping_interval 25;
    }
    location ~ ^/pub/(\w+)\$ {
      nchan_publisher;
      nchan_channel_id \$1;
      nchan_message_buffer_length 1000;
      nchan_message_timeout 2m;
    }
  }
}
CONF
  if [ "$name" = app ]; then
    sed -i '/location = \/1k {/,/^    }/c\    location = /1k { rewrite ^ /app last; }' "$config"
  fi
  nginx -c "$config" 2>"$work/$name.err" &
  started+=($!)
  await_port "$port" "$name"
  printf -v "${name}_port" %s "$port"
  printf -v "${name}_main" %s $!
  printf -v "${name}_pids" %s "$(children_of $!)"
}

# configure NAME [push settings of the route [lines of the configuration]]
configure() {
  cat >"$work/$1.yaml" <<CONF
listen: { public: "127.0.0.1:0", publish: "127.0.0.1:0", admin: "127.0.0.1:0" }
${3:-}
routes:
  - match: { path: "/events/{channel}" }
    push: { channel: "{channel}", select: "*", origins: "*"${2:+, $2} }
  - match: { path: "/events" }
    push: { select: "*", origins: "*" }
  - match: { path: "/**" }
    upstream: { url: "http://127.0.0.1:${app_port:-1}" }
CONF
}

# serve NAME: starts a gateway as its launcher does, by the configuration of that name. await_served NAME: waits until it
# listens, and sets NAME_port, NAME_publish and NAME_admin.
declare -A served

serve() {
  local fifo=$work/$1.out said
  rm -f "$fifo"
  mkfifo "$fifo"
  "$top/scripts/sluice" serve --config "$work/$1.yaml" >"$fifo" 2>"$work/$1.log" &
  printf -v "$1_pids" %s $!
  started+=($!)
  exec {said}<"$fifo"
  served[$1]=$said
}

await_served() {
  local said=${served[$1]} line which
  local -A port_of=()
  while [ -z "${port_of[admin]:-}" ] && IFS= read -r -t 300 line <&"$said"; do
    case $line in
      "  public "* | "  publish "* | "  admin "*)
        read -r which line <<<"$line" && line=${line#*127.0.0.1:} && port_of[$which]=${line%% *}
        ;;
    esac
  done
  if [ -z "${port_of[admin]:-}" ]; then
    say "Sluice did not start"
    tail -n 20 "$work/$1.log" >&2
    exit 1
  fi
  # What it prints later must find a reader.
  cat <&"$said" >/dev/null &
  exec {said}<&-
  printf -v "$1_port" %s "${port_of[public]}"
  printf -v "$1_publish" %s "${port_of[publish]}"
  printf -v "$1_admin" %s "${port_of[admin]}"
}

# start_sluice [push settings of the route [lines of the configuration]]
start_sluice() {
  configure sluice "$@"
  serve sluice
  await_served sluice
}

stop_sluice() { stop "$sluice_pids" "$sluice_pids"; }

# Pushpin with condure and zurl, which Debian's configuration forbids to reach 127.0.0.1. Needs start_nginx app.
start_pushpin() {
  local run=$work/pushpin
  mkdir -p "$run/log"
  pushpin_port=$(free_port)
  local offset=$((RANDOM % 3000 + 2000))
  pushpin_publish=$((5561 + offset))
  sed "s|/var/run/zurl/|$run/|" /usr/lib/pushpin/internal.conf >"$run/internal.conf"
  sed -e "s|{{ rundir }}/{{ ipc_prefix }}|$run/|" -e 's|^deny=.*|deny=|' /usr/lib/pushpin/runner/zurl.conf.template >"$run/zurl.conf"
  sed -e "s|^include=.*|include=$run/internal.conf|" -e "s|^rundir=.*|rundir=$run|" -e "s|^port_offset=.*|port_offset=$offset|" \
    -e "s|^http_port=.*|http_port=127.0.0.1:$pushpin_port|" -e "s|^logdir=.*|logdir=$run/log|" \
    -e "s|^client_maxconn=.*|client_maxconn=$(($(ulimit -n) - 1000))|" -e "s|^routesfile=.*|routesfile=$run/routes|" \
    /etc/pushpin/pushpin.conf >"$run/pushpin.conf"
  echo "* 127.0.0.1:$app_port" >"$run/routes"
  zurl --config="$run/zurl.conf" >"$work/zurl.log" 2>&1 &
  local zurl=$!
  started+=($!)
  pushpin --config="$run/pushpin.conf" >"$work/pushpin.log" 2>&1 &
  started+=($!)
  await_port "$pushpin_port" pushpin
  sleep 1
  pushpin_pids=$(children_of $!),$zurl
}

# Processor time of processes so far, in milliseconds.
cpu_of() {
  local pid sum=0
  for pid in ${1//,/ }; do
    sum=$((sum + $(cpu_ms "$pid")))
  done
  echo "$sum"
}

# Serial leaves some of the dead where they are, but at each fourth collection.
collect_garbage() {
  local i
  for i in 1 2 3 4; do
    jcmd "$1" GC.run >/dev/null
  done
}

# Used heap in KiB. Collectors with generations say it of each; what follows is not heap.
heap_kib() { jcmd "$1" GC.heap_info | awk '/Metaspace/ { exit } / used [0-9]+K/ { sub(/.* used /, ""); sum += $0 } END { print sum + 0 }'; }
