#!/usr/bin/env bash
# Runs the compiled tests of the given folders of test/ in node's own runner: run-tests.sh unit property …
set -euo pipefail
cd "$(dirname "$0")/.."

folders=()
for name in "$@"; do
  [ ! -d "dist/test/$name" ] || folders+=("dist/test/$name")
done
[ "${#folders[@]}" -gt 0 ] || { echo "vnetd: no tests in: $*" >&2; exit 1; }

# Files and not folders: Node 20 wants the one, later versions the other, and all take files.
mapfile -t files < <(find "${folders[@]}" -name '*.test.js' | sort)
exec node --enable-source-maps --test --test-reporter="${TEST_REPORTER:-dot}" "${files[@]}"
