"""A ledger that cannot be used never stops a generation: the picture comes, with one clear warning."""

from __future__ import annotations

import functools
import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from comfyui_picpik.imaging import check_picture
from comfyui_picpik.picpik.api import UnencodedRequest
from comfyui_picpik.picpik.ledger import DELIVERED, FAILED, LedgerNotUsed, TaskHistory, ledger as ledger_module
from comfyui_picpik.picpik.ledger.schema import SCHEMA_VERSION
from comfyui_picpik.tests.waiting import until


@pytest.fixture
def said(caplog):
    """The pack's warnings so far."""
    caplog.set_level(logging.WARNING, "picpik")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "picpik"]


def assert_the_picture_comes_with_one_warning(house, runner, said):
    for name in ("one", "two"):
        check_picture(house.run(runner, house.extract(name)).pictures[0].read_bytes())
    assert house.run(runner, house.extract("one")).pictures
    assert house.paid("one") == 1
    assert said() == [runner.warning]
    assert str(house.home / "ledger.sqlite") in runner.warning
    assert "until this is mended: " in runner.warning


def test_a_healthy_home_needs_no_warning(house, said):
    runner = house.runner()
    house.run(runner, house.extract("one"))
    assert runner.warning is None
    assert said() == []


@pytest.mark.parametrize(
    "content", [b"this is no database" * 1000, b"SQLite format 3\x00" + bytes(5000), b"\x00" * 4096]
)
def test_a_corrupt_ledger(house, said, content):
    house.home.mkdir()
    (house.home / "ledger.sqlite").write_bytes(content)
    assert_the_picture_comes_with_one_warning(house, house.runner(), said)
    assert (house.home / "ledger.sqlite").read_bytes() == content


def test_a_ledger_whose_pages_were_overwritten(house, said):
    first = house.runner()
    house.run(first, house.extract("before"))
    first.stop()
    path = house.home / "ledger.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    assert_the_picture_comes_with_one_warning(house, house.runner(), said)


def test_a_locked_ledger(house, said, monkeypatch):
    monkeypatch.setattr(ledger_module, "_BUSY_TIMEOUT", 0.2)
    first = house.runner()
    before = house.run(first, house.extract("before"))
    first.stop()
    with closing(sqlite3.connect(house.home / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        runner = house.runner()
        assert_the_picture_comes_with_one_warning(house, runner, said)
        assert house.run(runner, house.extract("before")).pictures == before.pictures
    assert house.paid("before") == 1


def test_a_ledger_that_gets_locked_in_the_middle(house, said, monkeypatch):
    monkeypatch.setattr(ledger_module, "_BUSY_TIMEOUT", 0.2)
    runner = house.runner()
    house.run(runner, house.extract("before"))
    with closing(sqlite3.connect(house.home / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert_the_picture_comes_with_one_warning(house, runner, said)
        house.run(runner, house.extract("before"))
    assert house.paid("before") == 1


def test_what_was_asked_for_while_the_ledger_was_locked_is_not_sent_beside_what_another_has_sent_since(
    house, monkeypatch
):
    is_free, is_encoding = threading.Event(), threading.Event()

    def when_free(request):
        is_encoding.set()
        assert is_free.wait(house.SOON)
        return request

    def states():
        return {row.state for row in TaskHistory(house.home).recent(9)}

    other_runner = house.runner()
    house.run(other_runner, house.extract("before"))
    until(lambda: states() == {DELIVERED}, "it is written down")
    monkeypatch.setattr(ledger_module, "_BUSY_TIMEOUT", 0.2)  # for whoever opens it from now on
    runner = house.runner()
    house.run(runner, house.extract("before"))
    runner._ledger._look_again_after = 0.0
    with closing(sqlite3.connect(house.home / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        slow = UnencodedRequest(house.extract("dots"), functools.partial(when_free, house.extract("dots")))
        handle = runner.submit(house.account, slow)
        assert is_encoding.wait(house.SOON)
        assert runner.warning is not None
    theirs = house.run(other_runner, house.extract("dots"))
    is_free.set()
    assert handle.result.result(house.SOON).task_uid == theirs.task_uid
    handle.release()
    assert house.paid("dots") == 1
    runner.resume(house.account)
    until(lambda: states() == {DELIVERED, FAILED}, "nothing is open")


def test_what_was_paid_while_the_ledger_was_locked_is_known_after_a_restart(house, monkeypatch):
    monkeypatch.setattr(ledger_module, "_BUSY_TIMEOUT", 0.2)
    runner = house.runner()
    house.run(runner, house.extract("before"))
    with closing(sqlite3.connect(house.home / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        meanwhile = house.run(runner, house.extract("meanwhile"))
        assert runner.warning is not None
    runner.stop()
    second = house.runner()
    for name in ("before", "meanwhile"):
        house.run(second, house.extract(name))
        assert house.paid(name) == 1
    assert house.run(second, house.extract("meanwhile")).task_uid == meanwhile.task_uid
    assert second.warning is None


def test_what_was_paid_while_the_ledger_was_damaged_is_known_when_it_was_moved_away(house):
    first = house.runner()
    house.run(first, house.extract("before"))
    first.stop()
    path = house.home / "ledger.sqlite"
    path.write_bytes(path.read_bytes()[:-4096] + b"\xff" * 4096)
    runner = house.runner()
    house.run(runner, house.extract("meanwhile"))
    path.rename(path.with_name("moved away"))
    runner.stop()
    house.run(house.runner(), house.extract("meanwhile"))
    assert house.paid("meanwhile") == 1


def test_a_file_that_cannot_be_removed_does_not_cost_the_ledger(house, monkeypatch):
    """On Windows no file can that is open in a viewer."""
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        if path.suffix == ".png":
            raise PermissionError(13, "used by another process", str(path))
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    runner = house.runner(keep_bytes=1)
    for name in ("one", "two", "three"):
        house.run(runner, house.extract(name))
    runner.stop()
    assert runner.warning is None
    second = house.runner()
    for name in ("one", "two", "three"):
        house.run(second, house.extract(name))
        assert house.paid(name) == 1


def test_a_ledger_of_a_newer_pack(house, said):
    first = house.runner()
    house.run(first, house.extract("before"))
    first.stop()
    with closing(sqlite3.connect(house.home / "ledger.sqlite")) as newer:
        newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    runner = house.runner()
    for name in ("one", "two"):
        with pytest.raises(LedgerNotUsed, match="newer version of the pack; nothing was sent"):
            house.run(runner, house.extract(name))
    assert (house.paid("one"), house.paid("two")) == (0, 0)
    assert_the_picture_comes_with_one_warning(house, runner, said)
    with closing(sqlite3.connect(house.home / "ledger.sqlite")) as newer:
        assert newer.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION + 1,)
        assert newer.execute("SELECT count(*) FROM tasks").fetchone() == (1,)


def test_a_home_that_is_a_file(house, said):
    house.home.write_bytes(b"")
    assert_the_picture_comes_with_one_warning(house, house.runner(), said)


def test_only_the_results_folder_cannot_be_written(house, said):
    house.home.mkdir()
    (house.home / "results").write_bytes(b"")
    runner = house.runner()
    check_picture(house.run(runner, house.extract("one")).pictures[0].read_bytes())
    assert said() == [runner.warning]
    assert str(house.home / "results") in runner.warning
