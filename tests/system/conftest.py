# SPDX-License-Identifier: Apache-2.0
import os
import random
import shutil
import tempfile
from pathlib import Path

import pytest

from webgate import Land
from world import ROOT, World, shared_object


def pytest_addoption(parser):
    parser.addoption("--build", default="build/release")
    parser.addoption("--variant", default="release")
    parser.addoption("--seed", default=os.environ.get("SEED"))
    parser.addoption("--claims", help="a directory of several runs beside each other, which share the files out: each is of who makes its mark there")


class Shares:
    """Of the files of tests those that no run beside us has begun. What stands on the played example stays together: it is played once."""
    LAND = "land"

    def __init__(self, place, items):
        self.place, self.mine = Path(place), {}
        self.land = {item.path for item in items if "land" in item.fixturenames}

    def of(self, item):
        return self.LAND if item.path in self.land else item.path.stem

    def take(self, item):
        name = self.of(item)
        if name not in self.mine:
            try:
                (self.place / name).mkdir()
                self.mine[name] = True
            except FileExistsError:
                self.mine[name] = False
        return self.mine[name]


def pytest_collection_modifyitems(config, items):
    if place := config.getoption("--claims"):
        config.shares = shares = Shares(place, items)
        items.sort(key=lambda item: {Shares.LAND: 0, "test_demo": 1}.get(shares.of(item), 2))  # the longest first


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item):
    shares = getattr(item.config, "shares", None)
    return True if shares and not shares.take(item) else None


@pytest.fixture(scope="session")
def build(request):
    path = (ROOT / request.config.getoption("--build")).resolve()
    (path / "tmp").mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture(scope="session")
def guard(build):
    """ackguard.so, compiled beside the programs."""
    return shared_object("tests/system/ackguard.c", build / "tests" / "ackguard.so")


@pytest.fixture
def seed(request):
    value = int(request.config.getoption("--seed") or random.SystemRandom().getrandbits(32))
    print(f"SEED={value}")  # pytest shows it when the test fails; `make check SEED=n` repeats it
    return value


@pytest.fixture
def tmp(build):
    path = Path(tempfile.mkdtemp(dir=build / "tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def make_world(request, build, guard):
    worlds = []

    def make(start=True, **more):
        w = World(tempfile.mkdtemp(dir=build / "tmp"), build, request.config.getoption("--variant"), guard, **more)
        worlds.append(w)
        if start:
            w.start()
        return w

    yield make
    for w in worlds:
        w.close()


@pytest.fixture
def world(make_world):
    """A running server with the small catalogue of world.py; office date 2024-04-02."""
    return make_world()


@pytest.fixture(scope="session")
def land(build):
    """The example, played: for tests that only read it."""
    made = Land(build, Path(tempfile.mkdtemp(dir=build / "tmp")))
    yield made
    made.close()
