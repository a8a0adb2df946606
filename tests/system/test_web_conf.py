# SPDX-License-Identifier: Apache-2.0
"""What an operator gets wrong in web.conf and in the users is said: with the value, the place, and what to do."""
import pytest

from webgate import Gate
from world import until


@pytest.fixture
def gate(world):
    gate = Gate(world, start=False)
    yield gate
    gate.close()


@pytest.mark.parametrize("wrong, said", [
    ({"unit": "G/PILOT"}, "unit = G/PILOT is no code of a unit"),
    ({"public_unit": "Nghệ An"}, "public_unit = Nghệ An is no code of a unit"),
    ({"remote_user": "yes"}, "remote_user = yes believes a proxy, and none is listed"),
    ({"server_key": "x" * 39}, "no public key"),
    ({"port": "70000"}, "a whole number from 0 to 65535"),
])
def test_a_wrong_value(gate, wrong, said):
    gate.conf(**wrong)
    for command in ("config", "run"):
        done = gate.cli(command, ok=(3,))
        assert said in done.stderr and str(gate.dir / "web.conf") in done.stderr


def test_the_language_of_sentences(gate):
    """web.conf says it, the command line says it louder."""
    assert "không có người dùng" in gate.cli("user", "remove", "lan", ok=(1,)).stderr
    gate.conf(lang="en")
    assert "there is no user lan" in gate.cli("user", "remove", "lan", ok=(1,)).stderr
    assert "không có người dùng" in gate.cli("--lang", "vi", "user", "remove", "lan", ok=(1,)).stderr


def test_init_again_keeps_what_was_written(world, gate):
    """For a new key, or another centre: what the operator has written in web.conf stays, and so does the key."""
    gate.conf(public="yes", proxies="10.0.0.0/8", lang="en")
    key = (gate.dir / "key").read_bytes()
    gate.cli("init", "--server-key", world.server_key, "--port", 5999)
    shown = gate.cli("config").stdout.splitlines()
    assert {"public = yes", "proxies = 10.0.0.0/8", "lang = en", "port = 5999", f"query = {world.end['query']}"} <= set(shown)
    assert (gate.dir / "key").read_bytes() == key
    gate.conf(port="x")
    before = (gate.dir / "web.conf").read_text()
    assert 'port = "x" is not allowed' in gate.cli("init", "--server-key", world.server_key, ok=(3,)).stderr
    assert (gate.dir / "web.conf").read_text() == before


def test_units_that_are_none(gate):
    """A slip of the pen would look like a right that was never given: the log says which it is."""
    gate.conf(public="yes", public_unit="4O")
    gate.user("add", "lan", "--role", "leader", "--unit", "VM")
    gate.user("add", "minh", "--role", "leader", "--unit", "40")
    gate.start()
    until("both to be said", lambda: "no unit 4O: strangers see nothing" in gate.log() and "no unit VM: user lan" in gate.log())
    assert gate.browser().get("board", unit="40").status == 401 and gate.browser("lan").get("board", unit="40").status == 403
    assert "minh" not in gate.log()
    gate.user("remove", "lan")
    gate.user("add", "lan", "--role", "leader", "--unit", "40")
    gate.settle()
    assert gate.browser("lan").get("board", unit="40").status == 200
