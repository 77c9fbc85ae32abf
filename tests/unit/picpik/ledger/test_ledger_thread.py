"""The ledger behind its own thread: calls in order, and one in memory when the file fails."""

import asyncio
import logging
from dataclasses import replace

import pytest
from comfyui_picpik.picpik.ledger import Durability, Ledger, LedgerThread, TaskBelongsElsewhere, new_record


@pytest.fixture
def durability():
    return Durability()


@pytest.fixture
def ledger(tmp_path, durability):
    ledger = LedgerThread(tmp_path / "ledger.sqlite", durability)
    yield ledger
    ledger.close()


def record(key: str, **fields):
    return new_record(request_key=key, account="account", owner="me", action="Act", **fields)


async def test_calls_are_carried_out_in_their_order(ledger):
    rows = [record(str(number)) for number in range(50)]
    await asyncio.gather(*(ledger(Ledger.write, row) for row in rows))
    kept = [await ledger(Ledger.read, row.id) for row in rows]
    assert [row and row.request_key for row in sorted(kept, key=lambda row: row.created)] == [str(n) for n in range(50)]


async def test_nothing_is_opened_before_the_first_call(ledger, tmp_path):
    assert list(tmp_path.iterdir()) == []
    await ledger(Ledger.find, "uid")
    assert (tmp_path / "ledger.sqlite").exists()


async def test_what_is_noted_is_done_before_the_end(tmp_path, durability):
    ledger = LedgerThread(tmp_path / "ledger.sqlite", durability)
    row = await ledger(Ledger.write, record("one"))
    ledger.note(Ledger.beat, [row.id], "me")
    ledger.close()
    ledger.note(Ledger.beat, [row.id], "me")  # too late, and harmless
    ledger = Ledger(tmp_path / "ledger.sqlite")
    kept = ledger.read(row.id)
    ledger.close()
    assert kept is not None and kept.beat == 1


async def test_a_conflict_of_two_rows_is_no_fault_of_the_file(ledger, durability):
    first, second = [await ledger(Ledger.write, record(key)) for key in ("one", "two")]
    await ledger(Ledger.adopt, first, "uid")
    with pytest.raises(TaskBelongsElsewhere):
        await ledger(Ledger.write, replace(second, task_uid="uid"))
    assert durability.warning is None


async def test_a_file_that_fails_is_said_once_and_work_goes_on_in_memory(ledger, durability, tmp_path, caplog):
    caplog.set_level(logging.WARNING, "picpik")
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database" * 100)
    for key in ("one", "two"):
        row = await ledger(Ledger.write, record(key))
        assert await ledger(Ledger.read, row.id) == row
    assert [record.getMessage() for record in caplog.records] == [durability.warning]


def test_only_the_first_loss_of_durability_is_said(durability, caplog):
    durability.lost("first")
    durability.lost("second")
    assert durability.warning == "first"
    assert [record.getMessage() for record in caplog.records] == ["first"]
