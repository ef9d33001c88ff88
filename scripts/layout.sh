# Sourced by install and uninstall: what goes where.
# shellcheck shell=bash disable=SC2034

fail() {
  printf 'vnetd: %s\n' "$*" >&2
  exit 1
}

say() {
  printf 'vnetd: %s\n' "$*" >&2
}

PREFIX=${PREFIX:-/usr/local}
DESTDIR=${DESTDIR:-}
libdir=$PREFIX/lib/vnetd
bindir=$PREFIX/bin
sbindir=$PREFIX/sbin
mandir=$PREFIX/share/man
datadir=$PREFIX/share/vnetd
confdir=/etc/vnetd
protosdir=/etc/iproute2/rt_protos.d
# systemd looks in /usr/local/lib besides /usr/lib, and nowhere else (systemd.unit(5), sysusers.d(5)).
case $PREFIX in
  /usr | /usr/local) unitdir=$PREFIX/lib/systemd/system sysusersdir=$PREFIX/lib/sysusers.d ;;
  *) unitdir=/etc/systemd/system sysusersdir=/etc/sysusers.d ;;
esac

# Whether systemd runs this very system (sd_booted(3)).
is_booted() {
  [ -d /run/systemd/system ]
}

remove() {
  rm -f "$2"
}

# each_document COMMAND…: runs COMMAND SOURCE TARGET for the manual pages and the schema, as far as there are any.
each_document() {
  local source
  shopt -s nullglob
  for source in docs/*.[1-8] docs/man/*.[1-8] man/*.[1-8]; do
    "$@" "$source" "$DESTDIR$mandir/man${source##*.}/${source##*/}"
  done
  [ ! -e docs/vnetd.schema.json ] || "$@" docs/vnetd.schema.json "$DESTDIR$datadir/vnetd.schema.json"
}
