# Figures, on this host's own kernel; bench/README.md says how. Needs root, a C compiler and iproute2.
.PHONY: bench

bench: build ## measures vnetd and writes bench/results.md (QUICK=1: in 4 minutes; FIGURES='drift …': some)
	@node dist/bench/run.js $(if $(QUICK),--quick) $(FIGURES)
