# Sourced by the other scripts: what every native build needs, and where built things are kept.
# shellcheck shell=bash

fail() {
  printf 'vnetd: %s\n' "$*" >&2
  exit 1
}

say() {
  printf 'vnetd: %s\n' "$*" >&2
}

command -v node >/dev/null || fail 'no node on the PATH; Node 20.19 or later is needed.'
command -v npm >/dev/null || fail 'no npm on the PATH; it comes with Node.'
read -r node_version node_abi node_arch node_prefix < <(node -p '
  const { dirname } = require("node:path");
  const [major, minor] = process.versions.node.split(".").map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  [good ? process.version : "old", process.versions.modules, process.arch, dirname(dirname(process.execPath))].join(" ")
')
[ "$node_version" != old ] || fail "Node $(node --version) is too old; 20.19 or later is needed."

# Headers of the very Node that runs stand beside it in its tarball: no download is needed then.
if [ -f "$node_prefix/include/node/node.h" ]; then
  export npm_config_nodedir="$node_prefix"
fi
export npm_config_build_from_source=true
export npm_config_jobs="${JOBS:-2}" JOBS="${JOBS:-2}"

# A jobserver of the calling make is not ours to pass on to the makes of other packages.
export MAKEFLAGS="-j${JOBS}"
unset MAKELEVEL MFLAGS

cache="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/vnetd"
libc=$(getconf GNU_LIBC_VERSION 2>/dev/null || echo unknown-libc)

# digest FILE…: one hash of the contents and of what the results depend on besides.
digest() {
  {
    printf '%s %s %s %s\n' "$node_version" "$node_abi" "$node_arch" "$libc"
    sha256sum -- "$@"
  } | sha256sum | cut -c 1-24
}

need_compiler() {
  local tool missing=()
  for tool in g++ make python3; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [ "${#missing[@]}" -eq 0 ] || fail "cannot compile without ${missing[*]}; on Debian: apt-get install g++ make python3."
}

# keep_newest PREFIX COUNT: the cache holds the last few results of a kind and no more.
keep_newest() {
  find "$cache" -maxdepth 1 -name "$1*" ! -name '*.tmp.*' -printf '%T@ %p\n' 2>/dev/null |
    sort -rn | tail -n "+$(($2 + 1))" | cut -d ' ' -f 2- | xargs -r rm -f --
}

# one_at_a_time NAME: two builds in one checkout wait for each other.
one_at_a_time() {
  mkdir -p build
  exec 9>"build/.$1.lock"
  flock 9
}
