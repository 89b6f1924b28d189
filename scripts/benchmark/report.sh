# Writes the tables between marks of docs/performance.md.

machine() {
  printf '%s, %s cores of %s, %s GB, Linux %s, load average %s when it ended' "$(date -u +%F)" "$(nproc)" \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(awk '/^MemTotal/ { printf "%.0f", $2 / 1e6 }' /proc/meminfo)" \
    "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)"
}

versions() {
  printf '%s; commit %s; ' "$("$top/scripts/sluice" version)" "$(git -C "$top" rev-parse --short HEAD 2>/dev/null || echo unknown)"
  dpkg-query -W -f '${Package} ${Version}, ' nginx-light libnginx-mod-nchan pushpin wrk 2>/dev/null | sed 's/, $//'
}

# write_between MARK FILE: puts a file between the marks <!-- MARK:begin --> and <!-- MARK:end -->.
write_between() {
  local page=$top/docs/performance.md
  if ! grep -q "^<!-- $1:begin -->\$" "$page"; then
    say "$page has no line <!-- $1:begin -->"
    exit 1
  fi
  {
    sed "/^<!-- $1:begin -->\$/q" "$page"
    echo
    cat "$2"
    echo
    sed -n "/^<!-- $1:end -->\$/,\$p" "$page"
  } >"$2.page"
  cp "$2.page" "$page"
  rm "$2.page"
}

write_report() {
  {
    echo "Measured: $(machine). $(versions)."
    echo "By \`scripts/bench${words:+ $words}\`, $rounds rounds of $seconds s."
    echo
    awk -f "$here/report.awk" -f "$here/medians.awk" "$here/targets.tsv" "$results"
  } >"$results.table"
  write_between bench "$results.table"
  rm "$results.table"
  say "written to docs/performance.md; the single values stand in ${results#"$top"/}"
}

# Each part of the cluster's section is as it was measured last, with when and by which commit.
write_cluster_report() {
  awk -f "$here/cluster.awk" -f "$here/medians.awk" "$cluster_results" >"$cluster_results.table"
  write_between cluster "$cluster_results.table"
  rm "$cluster_results.table"
  say "written to docs/performance.md; the single values stand in ${cluster_results#"$top"/}"
}
