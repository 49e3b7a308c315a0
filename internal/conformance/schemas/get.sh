#!/bin/sh
# Gets the schemas that packages.txt names into node_modules/NAME. What is there already is not fetched again. Only the
# packages themselves are fetched, none that they depend on: they are read, not run. Exit code 1 with the reason where
# no registry can be reached, or a file is not the one that is named.
set -eu
cd "$(dirname "$0")"

command -v npm >/dev/null 2>&1 || { echo "npm is missing: the schemas of public APIs come from its registry" >&2; exit 1; }
mkdir -p node_modules
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

grep -v '^#' packages.txt | while read -r name package integrity files; do
  [ "$(cat "node_modules/$name/.integrity" 2>/dev/null)" = "$package $integrity $files" ] && continue
  file="$(npm pack --silent --ignore-scripts --pack-destination "$work" "$package" | tail -n 1)" ||
    { echo "npm cannot get $package; is its registry in reach?" >&2; exit 1; }
  found="sha512-$(node -p 'require("crypto").createHash("sha512").update(require("fs").readFileSync(process.argv[1])).digest("base64")' "$work/$file")"
  [ "$found" = "$integrity" ] || { echo "$package is not the file that packages.txt names: it is $found" >&2; exit 1; }
  rm -rf "node_modules/$name"
  mkdir -p "node_modules/$name"
  for f in $files; do
    tar -xzf "$work/$file" -C "node_modules/$name" --strip-components=1 "package/$f"
  done
  echo "$package $integrity $files" >"node_modules/$name/.integrity"
done
