#!/usr/bin/env bash
# Installs what package-lock.json says into node_modules, from the cache if it was compiled before.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/environment.sh

key=$(digest package-lock.json package.json .npmrc)
stamp=node_modules/.vnetd-$key
one_at_a_time dependencies
[ ! -e "$stamp" ] || exit 0

fresh=node_modules.new
kept=$cache/deps-$key.tar.gz
rm -rf "$fresh"

# From here on a half-filled node_modules is never taken for a whole one: the stamp comes last.
if [ -f "$kept" ]; then
  mkdir "$fresh"
  if tar -xzf "$kept" -C "$fresh"; then
    rm -rf node_modules
    mv "$fresh" node_modules
    touch "$stamp" "$kept"
    say 'dependencies taken from the cache'
    exit 0
  fi
  say 'the cached dependencies cannot be unpacked; installing them again'
  rm -rf "$fresh" "$kept"
fi

need_compiler
if [ ! -f /usr/include/systemd/sd-daemon.h ]; then
  advice='libsystemd-dev is needed to compile sd-notify; as root: apt-get install libsystemd-dev'
  { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; } || fail "$advice"
  say 'installing libsystemd-dev (sd-notify is compiled against it)'
  install_header() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libsystemd-dev >/dev/null; }
  install_header 2>/dev/null || { apt-get update -qq && install_header; } || fail "$advice"
fi

say 'installing dependencies; compiling SQLite takes a minute or two'
npm ci --loglevel=error

# Of what was compiled only the result is worth keeping: the objects are several times as large.
for package in better-sqlite3 sd-notify; do
  built=node_modules/$package/build
  mv "$built" "$built.all"
  mkdir -p "$built/Release"
  mv "$built.all"/Release/*.node "$built/Release/"
  rm -rf "$built.all" "$built/Release/test_extension.node"
done
node -e "new (require('better-sqlite3'))(':memory:'); require('sd-notify')" ||
  fail 'what was just compiled cannot be loaded.'

if mkdir -p "$cache" 2>/dev/null && tar -cf - -C node_modules . | gzip -1 >"$kept.tmp.$$" && mv "$kept.tmp.$$" "$kept"; then
  keep_newest deps- 3
else
  rm -f "$kept.tmp.$$"
  say "cannot keep the dependencies in $cache; the next clean checkout compiles them again"
fi
touch "$stamp"
