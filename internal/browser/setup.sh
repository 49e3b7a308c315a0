#!/bin/sh
# Gets what the browser tests need: Debian's chromium, what package-lock.json names, and the console, built. It changes
# nothing where all is there; a second run needs no network. Exit code 1 with the reason where something cannot be got.
set -eu
cd "$(dirname "$0")"

lacks() { ! command -v "$1" >/dev/null 2>&1; }

wanted=""
lacks "${FICUS_CHROMIUM:-/usr/bin/chromium}" && wanted="chromium"
lacks npm && wanted="${wanted:+$wanted }nodejs npm"
if [ -n "$wanted" ] && [ "$(id -u)" = 0 ] && ! lacks apt-get; then
  # shellcheck disable=SC2086 # a list of names
  { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $wanted; } >&2 ||
    { echo "apt-get could not install: $wanted" >&2; exit 1; }
elif [ -n "$wanted" ]; then
  echo "The browser tests lack: $wanted" >&2
  echo "Install them, as root on Debian: apt-get install --no-install-recommends $wanted" >&2
  echo "A Chromium at another path than /usr/bin/chromium is named by FICUS_CHROMIUM; node must be 20 or newer." >&2
  exit 1
fi

if lacks "${FICUS_CHROMIUM:-/usr/bin/chromium}"; then
  echo "FICUS_CHROMIUM names no program: $FICUS_CHROMIUM" >&2
  exit 1
fi
if ! node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)'; then
  echo "The browser tests need node 20 or newer; this is $(node --version)" >&2
  exit 1
fi

# npm ci starts from nothing each time; the copy of the lock says what the folder holds.
if ! cmp -s package-lock.json node_modules/.lock-of-ficus; then
  npm ci --ignore-scripts --no-audit --no-fund >&2
  cp package-lock.json node_modules/.lock-of-ficus
fi

../../console/ui/build.sh >&2
