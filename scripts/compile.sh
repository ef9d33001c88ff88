#!/usr/bin/env bash
# Compiles the TypeScript of src/, test/ and bench/ into dist/, and bundles vnetd and vnetctl out of that.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/environment.sh

# Where the programs of bin/ lead to. Three folders deep like dist/src/cli/, so that paths from there to package.json and build/ lead to the same.
bundle=dist/bin
one_at_a_time compile

# tsc leaves the output of a source that is gone, and node --test would go on running it.
if [ -d dist ]; then
  while IFS= read -r output; do
    source=${output#dist/}
    [ -e "${source%.js}.ts" ] || rm -f "$output" "$output.map"
  done < <(find dist -path "$bundle*" -prune -o -name '*.js' -print)
fi
node_modules/.bin/tsc --pretty false "$@"

# tsc writes this file whenever it wrote another.
if [ dist/.tsbuildinfo -nt "$bundle" ] || [ scripts/bundle.mjs -nt "$bundle" ]; then
  rm -rf "$bundle.new"
  node scripts/bundle.mjs "$bundle.new"
  rm -rf "$bundle"
  mv "$bundle.new" "$bundle"
fi
