# What the tables of docs/performance.md are made with: the values of results.tsv, medians over rounds, ratios within a round.
BEGIN { FS = "\t" }
/^#/ { next }
{
  if ($4 == "wrong") {
    wrong[$1] = 1
  } else if ($2 > 0) {
    value[$1, $2, $3, $4] = $5
    rounds[$1] = $2 > rounds[$1] ? $2 : rounds[$1]
    seen[$1, $3, $4] = 1
  }
}

function add(v) { list[++n] = v }

function sorted(  i, j, v) {
  for (i = 2; i <= n; i++) {
    v = list[i]
    for (j = i - 1; j > 0 && list[j] > v; j--) {
      list[j + 1] = list[j]
    }
    list[j + 1] = v
  }
}

function median() { return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2 }

# Fills the list with the values of a contender, or with its ratios to another.
function gather(row, metric, ours, other,  r) {
  n = 0
  for (r = 1; r <= rounds[row]; r++) {
    if (!((row, r, ours, metric) in value)) {
      continue
    }
    if (other == "-") {
      add(value[row, r, ours, metric])
    } else if (value[row, r, other, metric] > 0) {
      add(value[row, r, ours, metric] / value[row, r, other, metric])
    }
  }
  sorted()
}

function number(v) { return v >= 100 ? sprintf("%.0f", v) : v >= 10 ? sprintf("%.1f", v) : sprintf("%.2f", v) }
