# Putting vnetd on a host. DESTDIR is where / is, for a package.
PREFIX ?= /usr/local
DESTDIR ?=

.PHONY: install uninstall

install: build ## put it on this host, to be enabled with systemctl (PREFIX=/usr/local DESTDIR= NODE=)
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' NODE='$(NODE)' scripts/install

uninstall: ## take it away again; links, configuration and state stay
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/uninstall
