#!/usr/bin/env bash
# Compiles the TypeScript of src/, test/ and bench/ into dist/.
set -euo pipefail
cd "$(dirname "$0")/.."

# tsc leaves the output of a source that is gone, and node --test would go on running it.
if [ -d dist ]; then
  while IFS= read -r output; do
    source=${output#dist/}
    [ -e "${source%.js}.ts" ] || rm -f "$output" "$output.map"
  done < <(find dist -name '*.js')
fi
exec node_modules/.bin/tsc --pretty false "$@"
