# Reading clients (readers.c) that run beside the script and take commands.

declare -A to_client from_client client_pid

# client NAME OPTION…
client() {
  local name=$1 in=$work/$1.in out=$work/$1.answers
  shift
  mkfifo "$in" "$out"
  "$tools/readers" "$@" <"$in" >"$out" 2>"$work/$name.err" &
  client_pid[$name]=$!
  started+=($!)
  exec {to}>"$in" {from}<"$out"
  to_client[$name]=$to from_client[$name]=$from
  rm "$in" "$out"
}

# tell NAME COMMAND…: does not wait; hear NAME: sets $heard to the answer's line.
tell() {
  local name=$1
  shift
  echo "$*" >&"${to_client[$name]}" || true
}

hear() {
  if ! IFS= read -r -t 300 heard <&"${from_client[$1]}"; then
    say "the client $1 has ended"
    cat "$work/$1.err" >&2
    exit 1
  fi
}

ask() {
  tell "$@"
  hear "$1"
}

# of KEY: a value of what was heard.
of() {
  [[ " $heard " =~ \ $1=([^ ]*)\  ]] || { say "no $1 in: $heard" && exit 1; }
  echo "${BASH_REMATCH[1]}"
}

# Every event must have arrived once and in order everywhere.
all_arrived() {
  local key
  for key in gaps repeats missing closed; do
    if [ "$(of $key)" != 0 ]; then
      say "WRONG: $1: $heard"
      record "$1" "$2" wrong 1 "$3"
      return
    fi
  done
}

end_client() {
  local to=${to_client[$1]} from=${from_client[$1]}
  # Closing alone would not do: processes started since hold the other end too.
  tell "$1" quit
  wait "${client_pid[$1]}" || true
  exec {to}>&- {from}<&-
}

# What each server is told, by transport.
bare_client() { client "$1" to=127.0.0.1:"$bare_port" publish=127.0.0.1:"$bare_port" pids="$bare_pids" mode="$2" "${@:3}"; }

# The bare send() from as many threads as there are cores, as Sluice has event loops.
two_client() { client "$1" to=127.0.0.1:"$two_port" publish=127.0.0.1:"$two_port" pids="$two_pids" mode="$2" "${@:3}"; }

nchan_client() {
  client "$1" to=127.0.0.1:"$nchan_port" publish=127.0.0.1:"$nchan_port" pids="$nchan_pids" mode="$2" path=/sub/"$1" publish-path=/pub/"$1" "${@:3}"
}

sluice_client() {
  client "$1" to=127.0.0.1:"$sluice_port" publish=127.0.0.1:"$sluice_publish" pids="$sluice_pids" mode="$2" path=/events/"$1" \
    publish-path=/channels/"$1"/events cursor=since "${@:3}"
}

pushpin_client() {
  client "$1" to=127.0.0.1:"$pushpin_port" publish=127.0.0.1:"$pushpin_publish" pids="$pushpin_pids" mode="$2" path=/hold publish-path=/publish/ \
    body='{"items":[{"channel":"a","formats":{"http-stream":{"content":"data: @\n\n"}}}]}' "${@:3}"
}
