#!/usr/bin/env bash
# Compiles native/ into build/Release/vnetd.node, or takes it from the cache if it was compiled before.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/environment.sh

key=$(digest binding.gyp native/* node_modules/node-addon-api/package.json)
addon=build/Release/vnetd.node
stamp=build/.addon
one_at_a_time addon
if [ -f "$addon" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then
  exit 0
fi

kept=$cache/addon-$key.node
if [ -f "$kept" ]; then
  mkdir -p build/Release
  # A running process may have the old file mapped: a new one takes its name, it is not written over.
  cp "$kept" "$addon.new" && mv "$addon.new" "$addon"
  touch "$kept"
else
  need_compiler
  say 'compiling the addon'
  log=build/addon.log
  if ! node_modules/.bin/node-gyp configure build --release --loglevel=error >"$log" 2>&1; then
    cat "$log" >&2
    fail 'the addon does not compile.'
  fi
  if mkdir -p "$cache" 2>/dev/null && cp "$addon" "$kept.tmp.$$" && mv "$kept.tmp.$$" "$kept"; then
    keep_newest addon- 5
  else
    rm -f "$kept.tmp.$$"
  fi
fi
echo "$key" >"$stamp"
