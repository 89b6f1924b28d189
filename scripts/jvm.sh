# shellcheck shell=bash
# What the launcher tells the JVM, by its version, the cores and the memory that there are; what the user's own options
# say is left to them. Why it chooses so: docs/adr/0008-the-launcher-chooses-collector-and-heap.md.

# The user's options, wherever a JVM takes them from, between blanks.
users_options() {
  printf ' %s ' "${JDK_JAVA_OPTIONS:-} ${JAVA_TOOL_OPTIONS:-} ${_JAVA_OPTIONS:-} ${SLUICE_JAVA_OPTS:-}" | tr '\t\n' '  '
}

# Cores that this process may use: its affinity, or less by the quota of a control group. $1 stands for /, in tests.
cores_here() {
  local root=${1:-} cores folder quota period
  cores=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
  while IFS= read -r folder; do
    if [ -r "$folder/cpu.max" ]; then
      read -r quota period <"$folder/cpu.max"
    elif [ -r "$folder/cpu.cfs_quota_us" ]; then
      read -r quota <"$folder/cpu.cfs_quota_us" && read -r period <"$folder/cpu.cfs_period_us"
    else
      continue
    fi
    if [[ $quota =~ ^[0-9]+$ ]] && [ $(((quota + period - 1) / period)) -lt "$cores" ]; then
      cores=$(((quota + period - 1) / period))
    fi
  done < <(control_groups "$root" cpu)
  echo "$cores"
}

# MiB of memory that this process may use: the machine's, or less by a control group; 0 if nothing tells.
memory_here() {
  local root=${1:-} memory folder limit
  memory=$(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' "$root/proc/meminfo" 2>/dev/null) || true
  memory=$((${memory:-0} / 1024))
  while IFS= read -r folder; do
    limit=$(cat "$folder/memory.max" 2>/dev/null || cat "$folder/memory.limit_in_bytes" 2>/dev/null) || continue
    if [[ $limit =~ ^[0-9]{1,18}$ ]] && [ $((limit >> 20)) -lt "$memory" ]; then
      memory=$((limit >> 20))
    fi
  done < <(control_groups "$root" memory)
  echo "$memory"
}

# The folders of this process's control group and of those around it, of version 2 and of version 1.
control_groups() {
  local root=$1 controller=$2 line path base
  while IFS= read -r line; do
    path=${line#*:*:}
    case $line in
      0::*) base=$root/sys/fs/cgroup ;;
      *:"$controller":* | *:"$controller",*:* | *:*",$controller":* | *:*",$controller",*:*) base=$root/sys/fs/cgroup/$controller ;;
      *) continue ;;
    esac
    # In a container the path may be the host's, and the limit stands at the top.
    while :; do
      [ ! -d "$base${path%/}" ] || printf '%s\n' "$base${path%/}"
      case $path in "" | /) break ;; esac
      path=${path%/*}
    done
  done 2>/dev/null <"$root/proc/self/cgroup" || true
}

# MiB of an amount like 512m, 4g or 1073741824.
mib() {
  case $1 in
    *[tT]) echo $((${1%?} << 20)) ;;
    *[gG]) echo $((${1%?} << 10)) ;;
    *[mM]) echo "${1%?}" ;;
    *[kK]) echo $((${1%?} >> 10)) ;;
    *) echo $(($1 >> 20)) ;;
  esac
}

# What the user's options say of the heap, in MiB; 0 if nothing; fails if they say something that is not read here.
users_heap() {
  local option memory=$1 heap=0 other=
  for option in $(users_options); do
    if [[ $option =~ ^(-Xmx|-mx|-XX:MaxHeapSize=)([0-9]+[kKmMgGtT]?)$ ]]; then
      heap=$(mib "${BASH_REMATCH[2]}")
    elif [[ $option =~ ^-XX:MaxRAMPercentage=([0-9]+)(\.[0-9]*)?$ ]]; then
      heap=$((memory * BASH_REMATCH[1] / 100))
    elif [[ $option =~ ^(-Xms|-ms|-XX:(MaxRAM|MinRAM|InitialRAM|InitialHeapSize|MinHeapSize|Flags=|VMOptionsFile=)|@) ]]; then
      other=1
    fi
  done
  [ "$heap" -gt 0 ] || [ -z "$other" ] || return 1
  echo "$heap"
}

users_collector() { [[ $(users_options) =~ \ -XX:[+-]Use(Serial|Parallel|ParallelOld|G1|Z|Shenandoah|Epsilon|ConcMarkSweep)GC\  ]]; }

# choose_jvm SERVES MAJOR CORES MEMORY: sets jvm_options, and jvm_words for people.
choose_jvm() {
  local serves=$1 major=$2 cores=$3 memory=$4 users heap
  jvm_options=() jvm_words=
  users=$(users_options)
  choose_for_version "$major" "$users"
  # What cannot be read here may say anything.
  if ! heap=$(users_heap "$memory") || [ "$memory" -eq 0 ]; then
    jvm_words="collector and heap left to your own options and to Java"
    return
  fi
  if [ "$heap" -gt 0 ]; then
    jvm_words="heap ${heap}m as you told it"
  else
    heap=$((memory / 2 < 4096 ? memory / 2 : 4096))
    jvm_options+=("-Xmx${heap}m")
    jvm_words="heap up to ${heap}m"
    # By default it would be as much again, and nothing left for the rest of the process.
    if [ $((heap * 2)) -gt $((memory * 3 / 4)) ] && [[ $users != *MaxDirectMemorySize* ]]; then
      jvm_options+=("-XX:MaxDirectMemorySize=$((memory / 4))m")
      jvm_words+=", direct memory up to $((memory / 4))m"
    fi
  fi
  choose_collector "$serves" "$cores" "$heap" "$users"
  jvm_words+=" (cores: $cores, memory: ${memory}m)"
}

choose_for_version() {
  local major=$1 users=$2
  if [ "$major" -ge 23 ]; then
    # Netty still uses it where it is the fastest way; without this the JVM warns at each start.
    jvm_options+=(--sun-misc-unsafe-memory-access=allow)
  fi
  if [ "$major" -ge 25 ] && [[ $users != *UseCompactObjectHeaders* ]]; then
    jvm_options+=(-XX:+UseCompactObjectHeaders)
  fi
}

choose_collector() {
  local serves=$1 cores=$2 heap=$3 users=$4 young
  if users_collector; then
    jvm_words="your collector, $jvm_words"
    return
  fi
  # What ends after a second needs no other.
  if [ "$serves" = no ] || { [ "$heap" -le 4096 ] && [ "$cores" -le 2 ]; }; then
    jvm_options+=(-XX:+UseSerialGC)
    jvm_words="Serial collector, $jvm_words"
  elif [ "$heap" -le 4096 ]; then
    jvm_options+=(-XX:+UseParallelGC)
    jvm_words="Parallel collector, $jvm_words"
  else
    # A full collection, of System.gc() say, gives back what it has freed.
    jvm_options+=(-XX:+UseG1GC -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20)
    jvm_words="G1 collector, $jvm_words"
    return
  fi
  if [ "$serves" = no ] || [ "$heap" -lt 256 ] || [[ $users =~ \ (-Xmn|-XX:(Max)?NewSize=|-XX:NewRatio=) ]]; then
    return
  fi
  young=$((heap < 1024 ? 16 : 16 * (cores < 2 ? 2 : cores)))
  young=$((young > heap / 16 ? heap / 16 : young))
  jvm_options+=("-Xmn${young}m")
  jvm_words+=", ${young}m of it young"
}
