# Writes the tables between two marks of docs/performance.md.

machine() {
  printf '%s, %s cores of %s, %s GB, Linux %s, load average %s when it ended' "$(date -u +%F)" "$(nproc)" \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(awk '/^MemTotal/ { printf "%.0f", $2 / 1e6 }' /proc/meminfo)" \
    "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)"
}

versions() {
  printf '%s; commit %s; ' "$("$top/scripts/sluice" version)" "$(git -C "$top" rev-parse --short HEAD 2>/dev/null || echo unknown)"
  dpkg-query -W -f '${Package} ${Version}, ' nginx-light libnginx-mod-nchan pushpin wrk 2>/dev/null | sed 's/, $//'
}

write_report() {
  local page=$top/docs/performance.md
  if ! grep -q '^<!-- bench:begin -->$' "$page"; then
    say "$page has no line <!-- bench:begin -->"
    exit 1
  fi
  {
    sed '/^<!-- bench:begin -->$/q' "$page"
    echo
    echo "Measured: $(machine). $(versions)."
    echo "By \`scripts/bench${words:+ $words}\`, $rounds rounds of $seconds s."
    echo
    awk -f "$here/report.awk" "$here/targets.tsv" "$results"
    echo
    sed -n '/^<!-- bench:end -->$/,$p' "$page"
  } >"$results.page"
  cp "$results.page" "$page"
  rm "$results.page"
  say "written to docs/performance.md; the single values stand in ${results#"$top"/}"
}
