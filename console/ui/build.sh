#!/bin/sh
# Builds the console into console/dist, from where it goes into the gateway when that is compiled. What package-lock.json
# names is got once; a second run needs no network. Exit code 1 with the reason where something is missing.
set -eu
cd "$(dirname "$0")"

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  echo "The console is built with npm, which is missing: install node 20 or newer with npm (on Debian: apt-get install nodejs npm)." >&2
  echo "Without it the gateway works, and serves a plain page at /." >&2
  exit 1
fi
if ! node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)'; then
  echo "The console is built with node 20 or newer; this is $(node --version)" >&2
  exit 1
fi

# npm ci starts from nothing each time; the copy of the lock says what the folder holds.
if ! cmp -s package-lock.json node_modules/.lock-of-ficus; then
  npm ci --ignore-scripts --no-audit --no-fund >&2
  cp package-lock.json node_modules/.lock-of-ficus
fi
node build.mjs
