# Tests, on kernels of their own; test/README.md says how. All of it needs root, and Debian for its packages.

# What tests run: tools, the 6.1 kernel of user-mode-linux, what boots in it, and what sd-notify is compiled against.
TEST_PACKAGES := bridge-utils ca-certificates can-utils dbus iproute2 iputils-ping kmod libsystemd-dev openvswitch-switch procps python3 \
	strace systemd systemd-sysv tcpdump user-mode-linux vlan xz-utils

.PHONY: test soak prove fresh lab lab-kernel

test: lab ## all tests on all kernels; ARGS='--kernel host FILE' for some of them
	@$(MAKE) build
	@node dist/test/run.js $(ARGS)

soak: lab ## the same with whole campaigns; takes its time
	@$(MAKE) build
	@node dist/test/run.js --soak $(ARGS)

prove: lab ## breaks the code as test/prove/*.patch say, and wants the tests they name red
	@$(MAKE) build
	@node dist/test/prove/run.js $(ARGS)

fresh: ## `make try` and `make test` on a bare Debian 12 made for it
	@scripts/fresh

# The kernel takes minutes to build, once, and the dependencies do: both at a time.
lab: ## the packages and kernels that tests need
	@test/lab/install-packages $(TEST_PACKAGES)
	@$(MAKE) -j2 lab-kernel dependencies

lab-kernel:
	@test/lab/build-kernel >/dev/null
