# SPDX-License-Identifier: Apache-2.0
#
# tiendo: one Makefile, no recursion.
#
#   make              build all programs            (VARIANT=release|asan|cov, CC=gcc|clang)
#   make demo         install what is missing, build, run the example province
#   make check        install what is missing, build, run every test
#   make page         the browser page into build/page (make page-test: what it computes, tested)
#   make unit         only the cmocka programs
#   make soak         the full form of what is broken on purpose (hours; PIECES="sim kills")
#   make bench        what the main job costs, beside its floors (BENCH=quick: under three minutes, BENCH=full: long)
#   make bench-report its tables into docs/PERFORMANCE.md and docs/OPERATIONS.md
#   make bench-peers  beside other systems: PostgreSQL, Redis, RabbitMQ, NATS, Mosquitto (PEERS=quick: under 2 min)
#   make V=1          show the commands
#   make install      DESTDIR=, PREFIX=/usr/local

VARIANT ?= release
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(VARIANT),fuzz)
override CC := clang# libFuzzer is clang's, whatever builds the rest
endif
PREFIX ?= /usr/local
Q := $(if $(V),,@)
SAY = @$(if $(V),:,printf '  %-5s %s\n')
DESTDIR ?=
PYTHON ?= /usr/bin/python3

PKGS := libzmq libprotobuf-c lmdb libsodium libmicrohttpd jansson libutf8proc zlib

# variant and compiler live side by side
B := build/$(VARIANT)$(if $(filter-out fuzz,$(VARIANT)),$(if $(filter clang%,$(notdir $(CC))),-clang))
GEN := build/gen

WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	-Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wswitch-enum -Wimplicit-fallthrough
CFLAGS_release := -O2 -g -D_FORTIFY_SOURCE=2
CFLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
CFLAGS_cov := -O0 -g --coverage
CFLAGS_fuzz := -O1 -g1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
LDFLAGS_asan := -fsanitize=address,undefined
LDFLAGS_cov := --coverage
LDFLAGS_fuzz := -fsanitize=fuzzer,address,undefined
PKG_CFLAGS = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS = $(eval PKG_LIBS := $$(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

VERSION := $(shell cat VERSION)
CPPFLAGS_ALL = -D_GNU_SOURCE -DTIENDO_VERSION='"$(VERSION)"' -I. -I$(GEN) $(PKG_CFLAGS)
CFLAGS_ALL = -std=gnu17 -fPIE -fstack-protector-strong -pthread $(WARN) $(CFLAGS_$(VARIANT)) $(CFLAGS)
LDFLAGS_ALL = -pie -pthread -Wl,-z,relro,-z,now $(LDFLAGS_$(VARIANT)) $(LDFLAGS)

PROTOS := $(wildcard proto/*.proto)
GEN_C := $(PROTOS:proto/%.proto=$(GEN)/%.pb-c.c)
GEN_H := $(GEN_C:.c=.h)

# Program mains stay out of the archives, so that a test can link a room.
SRC_common := $(wildcard common/domain/*.c common/sys/*.c)
SRC_server := $(filter-out server/main.c,$(wildcard server/*.c))
SRC_agent := $(filter-out agent/main.c,$(wildcard agent/*.c))
SRC_web := $(filter-out dashboard/web_main.c,$(wildcard dashboard/web*.c))
SRC_dashboard := $(filter-out dashboard/main.c dashboard/web%,$(wildcard dashboard/*.c))
TESTS := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
SRC_load := $(patsubst %,tests/bench/%.c,load office register snapshot watch world)
SRC_sim := $(wildcard tests/sim/*.c)
SRC_support := $(filter-out tests/unit/test_%.c,$(wildcard tests/unit/*.c))

obj = $(patsubst %.c,$(B)/%.o,$(1))
OBJ_gen := $(patsubst $(GEN)/%.c,$(B)/gen/%.o,$(GEN_C))
PROGRAMS := $(if $(wildcard server/main.c),$(B)/tiendo-server) $(if $(wildcard agent/main.c),$(B)/tiendo-agent) \
	$(if $(wildcard dashboard/main.c),$(B)/tiendo) $(if $(wildcard dashboard/web_main.c),$(B)/tiendo-web)
TEST_BINS := $(TESTS:%=$(B)/tests/%)
FAULT_BINS := $(patsubst tests/fault/%.c,$(B)/fault/%,$(wildcard tests/fault/*.c)) $(B)/fault/power/replay $(B)/fault/power/recorder.so \
	$(B)/fault/flips/flips $(B)/random/play
# the programs, linked with what fails their Nth call (tests/fault/nth)
NTH_BINS := $(PROGRAMS:$(B)/%=$(B)/nth/%)
NTH_WRAPS := malloc calloc realloc strdup strndup vasprintf __vasprintf_chk main
SRC_power := $(filter-out %/replay.c %/recorder.c,$(wildcard tests/fault/power/*.c))

.DEFAULT_GOAL := all
.PHONY: all deps demo check soak unit page page-test rooms install clean cov bench bench-programs bench-report bench-peers peer-programs fuzz-targets compile_commands.json
.DELETE_ON_ERROR:
.SECONDARY:

all: rooms $(B)/libcommon.a $(B)/libserver.a $(B)/libagent.a $(B)/libdashboard.a $(B)/libweb.a $(PROGRAMS) $(TEST_BINS) $(FAULT_BINS) $(NTH_BINS) build/compile_commands.json

rooms:
	@tools/rooms.sh

deps:
	@tools/deps.sh $(DEPS)

# --- the browser page: build/page, and as an object for the program that serves it ---
PAGE := dashboard/page
PAGE_SRC := $(shell find $(PAGE)/src -type f) $(patsubst %,$(PAGE)/%,build.mjs build_words.mjs index.html icon.svg tsconfig.json)
PAGE_TEST := $(wildcard $(PAGE)/test/*)
PAGE_MODULES := $(PAGE)/node_modules/.package-lock.json
OBJ_page := $(B)/gen/page_files.o $(B)/gen/page_bytes.o

# exactly what the lock file says, with no script of anybody's run
$(PAGE_MODULES): $(PAGE)/package.json $(PAGE)/package-lock.json
	$(SAY) NPM $(PAGE)
	$(Q)cd $(PAGE) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@
build/page/.done: $(PAGE_SRC) $(PAGE_TEST) $(PAGE_MODULES)
	@node $(PAGE)/build.mjs build/page $(GEN)
	@touch $@
$(GEN)/page_files.c $(GEN)/page_files.S: build/page/.done ;
$(B)/gen/page_bytes.o: $(GEN)/page_files.S
	@mkdir -p $(@D)
	$(SAY) AS $@
	$(Q)$(CC) -c -o $@ $<
page: build/page/.done
page-test: $(PAGE_MODULES)
	@$(PAGE)/test/run

# --- generated code: only in build/ ---
$(GEN)/%.pb-c.c $(GEN)/%.pb-c.h: proto/%.proto
	@mkdir -p $(GEN)
	$(SAY) PROTO $<
	$(Q)protoc-c --c_out=$(GEN) -Iproto $<

# other people's generator, other people's style: the warnings are ours only
$(B)/gen/%.o: $(GEN)/%.c $(GEN_H)
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS_ALL) -std=gnu17 -fPIE $(CFLAGS_$(VARIANT)) -w -c -o $@ $<

$(B)/%.o: %.c Makefile VERSION | $(GEN_H)
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

$(B)/libcommon.a: $(call obj,$(SRC_common)) $(OBJ_gen)
$(B)/libserver.a: $(call obj,$(SRC_server))
$(B)/libagent.a: $(call obj,$(SRC_agent))
$(B)/libdashboard.a: $(call obj,$(SRC_dashboard))
$(B)/libweb.a: $(call obj,$(SRC_web))
$(B)/libsupport.a: $(call obj,$(SRC_support))
$(B)/lib%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(SAY) AR $@
	$(Q)ar rcs $@ $(filter %.o,$^)

$(B)/tiendo-server: $(call obj,server/main.c) $(B)/libserver.a $(B)/libcommon.a
$(B)/tiendo-agent: $(call obj,agent/main.c) $(B)/libagent.a $(B)/libcommon.a
$(B)/tiendo: $(call obj,dashboard/main.c) $(B)/libdashboard.a $(B)/libcommon.a
$(B)/tiendo-web: $(call obj,dashboard/web_main.c) $(B)/libweb.a $(OBJ_page) $(B)/libdashboard.a $(B)/libcommon.a
# the screen of `tiendo top`; nothing else draws
$(B)/tiendo $(B)/nth/tiendo: SCREEN_LIBS := -lncursesw -ltinfo
$(PROGRAMS):
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS) $(SCREEN_LIBS)

$(B)/tests/%: $(B)/tests/unit/%.o $(B)/libsupport.a $(B)/libserver.a $(B)/libagent.a $(B)/libdashboard.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LAST_LIBS) $(PKG_LIBS) -lcmocka

$(patsubst %,$(B)/tests/%,$(filter test_web%,$(TESTS))): $(B)/libweb.a $(OBJ_page)
# libweb.a comes behind those it needs
$(patsubst %,$(B)/tests/%,$(filter test_web%,$(TESTS))): LAST_LIBS = $(B)/libdashboard.a $(B)/libcommon.a

# what the programs in tests/fault play with
$(B)/fault/power/replay: $(call obj,$(SRC_power))
$(B)/fault/power/recorder.so: tests/fault/power/recorder.c tests/fault/power/powerlog.h
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) -std=gnu17 -shared -fPIC -O1 $(WARN) -Wno-missing-prototypes -I. -o $@ $< -ldl
$(B)/fault/flips/flips: $(call obj,$(wildcard tests/fault/flips/*.c)) $(B)/libsupport.a $(B)/libserver.a $(B)/libagent.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS) -lcmocka
$(B)/random/%: $(B)/tests/random/%.o $(B)/libserver.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS)
$(B)/fault/%: $(B)/tests/fault/%.o $(B)/libserver.a $(B)/libagent.a $(B)/libdashboard.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS)

$(B)/nth/tiendo-server: $(call obj,server/main.c) $(B)/libserver.a
$(B)/nth/tiendo-agent: $(call obj,agent/main.c) $(B)/libagent.a
$(B)/nth/tiendo: $(call obj,dashboard/main.c) $(B)/libdashboard.a
$(B)/nth/tiendo-web: $(call obj,dashboard/web_main.c) $(B)/libweb.a $(OBJ_page) $(B)/libdashboard.a
$(NTH_BINS): $(B)/libcommon.a $(call obj,$(wildcard tests/fault/nth/*.c))
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(NTH_WRAPS:%=-Wl,--wrap=%) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(B)/libcommon.a $(PKG_LIBS) $(SCREEN_LIBS)

# one file each, but load; checkpoint and path are run by hand
$(B)/bench/load: $(call obj,$(SRC_load))
$(B)/bench/crowd: $(B)/tests/bench/world.o
$(B)/bench/fan: $(B)/tests/bench/world.o $(B)/tests/bench/watch.o
$(B)/bench/fan: LDFLAGS_ALL += -Wl,--wrap=mirror_delta,--wrap=mirror_page
$(B)/bench/browsers: $(call obj,$(patsubst %,tests/bench/%.c,browsers_check sse watch world))
$(B)/bench/path $(B)/bench/midnight: $(B)/tests/bench/world.o
$(B)/bench/%: $(B)/tests/bench/%.o $(B)/libserver.a $(B)/libagent.a $(B)/libdashboard.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS)

$(B)/bench/commits.so: tests/bench/commits.c Makefile
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(CPPFLAGS_ALL) -std=gnu17 -O2 $(WARN) -Wno-pedantic -fPIC -shared -o $@ $< -ldl

# what the main job costs: one JSON line per workload and build/bench/table.md. BENCH=quick|full, ROUNDS=n; then
# `make bench-report` puts the tables of the last default run (and of the last full one) into docs/PERFORMANCE.md
bench-report:
	@$(PYTHON) tests/bench/report.py build/bench/lines-default.json build/bench/lines-full.json --docs docs

bench:
	@$(MAKE) --no-print-directory VARIANT=release $(B:build/$(VARIANT)%=build/release%)/tiendo-server $(B:build/$(VARIANT)%=build/release%)/tiendo-web bench-programs
	@$(PYTHON) tests/bench/run.py $(B:build/$(VARIANT)%=build/release%) $(if $(BENCH),--size $(BENCH)) $(if $(ROUNDS),--rounds $(ROUNDS))

# tests/fuzz/run makes these with VARIANT=fuzz
FUZZ := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_WRAP := -Wl,--wrap=net_send,--wrap=net_receive,--wrap=net_socket_close,--wrap=net_dealer_connect,--wrap=keys_random,--wrap=codec_arena_new,--wrap=codec_arena_free
all: $(call obj,$(wildcard tests/fuzz/*.c)) # so that nobody breaks them unseen
fuzz-targets: $(FUZZ:%=$(B)/fuzz/%) $(B)/fuzz/mutant
$(B)/tests/fuzz/fuzz_mutant.o: tests/fuzz/fuzz_update.c Makefile | $(GEN_H)
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS_ALL) -DMUTANT $(CFLAGS_ALL) -MMD -MP -c -o $@ $<
$(B)/fuzz/%: $(B)/tests/fuzz/fuzz_%.o $(B)/tests/fuzz/fuzz.o $(B)/libsupport.a \
		$(B)/libserver.a $(B)/libagent.a $(B)/libdashboard.a $(B)/libcommon.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(FUZZ_WRAP) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LAST_LIBS) $(PKG_LIBS) -lcmocka
$(B)/fuzz/web: $(B)/libweb.a
$(B)/fuzz/web: LAST_LIBS = $(B)/libsupport.a $(B)/libweb.a $(B)/libdashboard.a $(B)/libcommon.a

bench-programs: $(patsubst %,$(B)/bench/%,load floor path crowd fan midnight browsers commits.so)

# beside whom: one program for each in tests/bench/peers, in the same frame. PEERS=quick (under 2 min) or full,
# ROUNDS=n, ONLY="redis nats"; DOCS=yes: the table and the picture into docs/
LIBS_postgres := -lpq
LIBS_rabbitmq := -lrabbitmq
SRC_frame := $(patsubst %,tests/bench/%.c,peers/frame peers/country peers/cpu world)
PEER_BINS := $(patsubst %,$(B)/bench/peers/%,nobody postgres redis rabbitmq nats mosquitto)
$(PEER_BINS): $(B)/bench/peers/%: $(B)/tests/bench/peers/%.o $(call obj,$(SRC_frame)) $(B)/libcommon.a
	@mkdir -p $(@D)
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS) $(LIBS_$*)

peer-programs: $(PEER_BINS)

bench-peers: DEPS = peers
bench-peers: deps
	@$(MAKE) --no-print-directory VARIANT=release all bench-programs
	-@$(MAKE) --no-print-directory -k VARIANT=release peer-programs
	@$(PYTHON) tests/bench/peers.py $(B:build/$(VARIANT)%=build/release%) $(if $(PEERS),--size $(PEERS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(ONLY),--only $(ONLY)) $(if $(DOCS),--docs)

# the simulator: its own kv, net, loop, clock, log, viewlock and slice stand in for ours
SIM_WRAP := clock_gettime _exit keys_pair_read store_marked store_unmark viewstore_there viewstore_set_aside \
	viewstore_remove viewstore_room
all: $(B)/sim $(if $(filter release,$(VARIANT)),$(B)/sim-mutants)
# the same with tests/sim/mutants.txt built in: broken copies of a few sources, each break behind a switch
SIM_BROKEN := $(shell sed -n 's/^file: //p' tests/sim/mutants.txt | sort -u)
build/gen/broken/%.c: %.c tests/sim/mutants.txt tests/sim/mutate.awk
	@mkdir -p $(@D)
	$(Q)awk -v file=$*.c -f tests/sim/mutate.awk tests/sim/mutants.txt $< >$@
$(B)/broken/%.o: build/gen/broken/%.c Makefile $(GEN_H)
	@mkdir -p $(@D)
	$(SAY) CC $@
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -O1 -c -o $@ $<
$(B)/sim-mutants: $(patsubst %.c,$(B)/broken/%.o,$(SIM_BROKEN))
$(B)/sim $(B)/sim-mutants: $(call obj,$(SRC_sim)) $(B)/libserver.a $(B)/libagent.a $(B)/libdashboard.a $(B)/libcommon.a
	$(SAY) LINK $@
	$(Q)$(CC) $(LDFLAGS_ALL) $(SIM_WRAP:%=-Wl,--wrap=%) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(PKG_LIBS)

unit: $(TEST_BINS)
	@tools/unit.sh $(B) $(TEST_BINS)

build/compile_commands.json: Makefile $(SRC_common) $(SRC_server) $(SRC_agent) $(SRC_dashboard) $(SRC_web)
	@mkdir -p build
	@{ echo '['; n=; for f in $(SRC_common) $(SRC_server) $(SRC_agent) $(SRC_dashboard) $(SRC_web); do \
	   printf '%s{"directory":"%s","file":"%s","command":"%s"}' "$$n" '$(CURDIR)' "$$f" \
	   '$(CC) $(subst ','\'',$(subst ",\",$(CPPFLAGS_ALL))) $(CFLAGS_ALL) -c '"$$f"; n=','; echo; done; echo ']'; } > $@

demo: deps
	@$(MAKE) --no-print-directory all VARIANT=$(VARIANT)
	@$(PYTHON) examples/de-an-06/demo.py $(B) $(if $(KEEP),--keep)

check soak: DEPS = check
check: deps
	@tools/proxies.sh
	@$(MAKE) --no-print-directory all VARIANT=$(VARIANT)
	@tests/check.sh $(B) $(VARIANT)

soak: deps
	@$(MAKE) --no-print-directory all VARIANT=$(VARIANT)
	@tests/soak.sh $(B) $(VARIANT) $(PIECES)

cov:
	@$(MAKE) --no-print-directory unit VARIANT=cov
	@tools/cov.sh build/cov

MAN := $(wildcard docs/man/*.1)
DOCS := $(wildcard docs/*.md docs/en/*.md docs/vi/*.md)
UNITS := $(wildcard packaging/systemd/*.service)

# the units name the programs by their full path: that of PREFIX
install: all
	install -D -m 755 -t $(DESTDIR)$(PREFIX)/bin $(PROGRAMS)
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/tiendo/proto $(PROTOS) proto/PROTOCOL.md
	$(if $(MAN),install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 $(MAN))
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/tiendo $(DOCS)
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	for u in $(UNITS); do sed 's|/usr/bin/|$(PREFIX)/bin/|g' $$u > \
	  $(DESTDIR)$(PREFIX)/lib/systemd/system/$${u##*/} || exit 1; done
	install -D -m 644 packaging/systemd/tiendo.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/tiendo.conf

clean:
	rm -rf build

-include $(shell find $(B) -name '*.d' 2>/dev/null)
