#!/usr/bin/env bash
# Judges the gateway by the executable judge that lies beside the checkout in ../shared/judge: every public supergraph
# and operation must be answered as one server over all the data answers it, in the same order. Arguments: the most
# subgraph requests that audit-rows and hive-plans may take. Everything runs on loopback and ends by itself.
set -euo pipefail
cd "$(dirname "$0")/../.."
shared="$PWD/../shared"
dir="$(mktemp -d)"
server=""
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT

go build -o "$dir/ficus" .
cp -r "$shared/judge" "$dir/judge" && chmod -R u+w "$dir/judge"
(cd "$dir/judge" && npm install --ignore-scripts --no-audit --no-fund >/dev/null)

# judge ROWS MODE MOST: fails on any wrong answer, wrong order, graph that is not served, or too many requests.
judge() {
  node "$dir/judge/serve-http.mjs" "$shared/data/$1.jsonl" 4237 $2 >"$dir/server.log" 2>&1 & server=$!
  for _ in $(seq 100); do grep -q '^universe on' "$dir/server.log" && break; sleep 0.3; done
  result="$(node "$dir/judge/http-judge.mjs" --server http://127.0.0.1:4237 --url http://127.0.0.1:4238/graphql \
    --cmd "$dir/ficus serve --supergraph \$SUPERGRAPH --listen 127.0.0.1:4238" --out "$dir/fails.jsonl" | tail -n 1)"
  kill "$server"; wait "$server" 2>/dev/null || true; server=""
  echo "$1 ${2:-plain}: $result"
  node -e '
    const r = JSON.parse(process.argv[1]), most = +process.argv[2];
    if (!r.pass || r.fail || r.order || r.noStart) { console.error("wrong answers"); process.exit(1); }
    if (most && r.requests > most) { console.error(`more than ${most} requests`); process.exit(1); }' "$result" "$3" ||
    { cat "$dir/fails.jsonl"; exit 1; }
}

judge audit-rows "" "$1"
judge hive-plans "" "$2"
judge audit-rows nulls 0
judge hive-plans nulls 0
