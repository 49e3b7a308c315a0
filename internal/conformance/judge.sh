#!/usr/bin/env bash
# Judges the gateway by the executable judge that lies beside the checkout in ../shared/judge: every public supergraph
# and operation must be answered as one server over all the data answers it, in the same order. Arguments: the most
# subgraph requests that audit-rows and hive-plans may take, then the seeds of random operations over the same graphs,
# 20 a graph (by default one seed). Cases in which the judge errs are in judge-errs.txt; docs/conformance.md has the
# reasons. Everything runs on loopback and ends by itself.
set -euo pipefail
cd "$(dirname "$0")/../.."
shared="$PWD/../shared"
errs="$PWD/internal/conformance/judge-errs.txt"
dir="$(mktemp -d)"
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT

go build -o "$dir/ficus" .
cp -r "$shared/judge" "$dir/judge" && chmod -R u+w "$dir/judge"
(cd "$dir/judge" && npm install --ignore-scripts --no-audit --no-fund >/dev/null)

# Mutants of the public sets of subgraphs have to be composed as Apollo composes them.
FICUS_JUDGE="$dir/judge" go test -count=1 -v -run TestMutants ./internal/conformance

# judge NAME ROWS MODE MOST: fails on any wrong answer, wrong order, graph that is not served, or too many requests.
judge() {
  node "$dir/judge/serve-http.mjs" "$2" 4237 $3 >"$dir/server.log" 2>&1 & server=$!
  for _ in $(seq 100); do grep -q '^universe on' "$dir/server.log" && break; sleep 0.3; done
  result="$(node "$dir/judge/http-judge.mjs" --server http://127.0.0.1:4237 --url http://127.0.0.1:4238/graphql \
    --cmd "$dir/ficus serve --supergraph \$SUPERGRAPH --listen 127.0.0.1:4238" --out "$dir/fails.jsonl" | tail -n 1)" || true
  kill "$server"; wait "$server" 2>/dev/null || true; server=""
  echo "$1 ${3:-plain}: $result"
  node internal/conformance/verdict.mjs "$result" "$dir/fails.jsonl" "$errs" "$4"
}

judge audit-rows "$shared/data/audit-rows.jsonl" "" "$1"
judge hive-plans "$shared/data/hive-plans.jsonl" "" "$2"
judge audit-rows "$shared/data/audit-rows.jsonl" nulls 0
judge hive-plans "$shared/data/hive-plans.jsonl" nulls 0
shift 2
for seed in "${@:-1}"; do
  for rows in audit-rows hive-plans; do
    (cd "$dir/judge" && node rand-rows.mjs "$shared/data/$rows.jsonl" 20 "$seed" "$dir/random.jsonl" >/dev/null)
    judge "$rows, seed $seed," "$dir/random.jsonl" "" 0
    judge "$rows, seed $seed," "$dir/random.jsonl" nulls 0
  done
done
