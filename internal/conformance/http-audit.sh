#!/usr/bin/env bash
# Runs the official audits of GraphQL over HTTP (npm's graphql-http, in ../shared/judge) against the binary as it is served in
# production, twice: without the protection from cross-site requests all are ok and none warns; with it only GETs without
# a header that proves them safe are refused, as they must be. Introspection is on, as audits of variables ask for a type. Everything runs on loopback and ends by itself.
set -euo pipefail
cd "$(dirname "$0")/../.."
shared="$PWD/../shared"
dir="$(mktemp -d)"
served=""
trap '[ -z "$served" ] || kill "$served" 2>/dev/null; rm -rf "$dir"' EXIT

go build -o "$dir/ficus" .
cp -r "$shared/judge" "$dir/judge" && chmod -R u+w "$dir/judge"
(cd "$dir/judge" && npm install --ignore-scripts --no-audit --no-fund >/dev/null)
echo 'type Query { hello: String }' >"$dir/schema.graphql"

# audit UNSAFE: prints what the audits found with csrf.unsafe_disabled so.
audit() {
  cat >"$dir/ficus.yaml" <<CONFIG
admin: { listen: 'off' }
supergraph: { introspection: true }
csrf: { unsafe_disabled: $1 }
contract: { poll_interval: 'off' }
subgraphs:
  hello:
    routing_url: http://127.0.0.1:9/graphql
    schema: { file: schema.graphql }
CONFIG
  : >"$dir/log"
  "$dir/ficus" serve --config "$dir/ficus.yaml" --listen 127.0.0.1:0 >>"$dir/log" 2>&1 & served=$!
  for _ in $(seq 100); do grep -q 'address=' "$dir/log" && break; sleep 0.1; done
  (cd "$dir/judge" && node http-audit.mjs "http://$(sed -n 's/.*msg=serving address=\([^ ]*\).*/\1/p' "$dir/log")/graphql") || true
  kill "$served"; wait "$served" 2>/dev/null || true; served=""
}

audit true | tee "$dir/off"
grep -q ' 61 audits {"ok":61,"notice":0,"warn":0,"error":0}' "$dir/off" || { echo "the audits found something"; exit 1; }
audit false | tee "$dir/on"
grep -q ' 61 audits ' "$dir/on" || { echo "the audits did not run"; exit 1; }
if sed 1d "$dir/on" | grep -v 'GET' | grep -q .; then
  echo "with the protection on, something else than a GET was refused"; exit 1
fi
