"""How long result files are kept, and that no request counts on one that is gone for good."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from comfyui_picpik.picpik.ledger import (
    DELIVERED,
    STORED,
    Durability,
    Ledger,
    LedgerThread,
    Record,
    ResultFolder,
    drop_oldest,
)
from comfyui_picpik.tests.unit.picpik.ledger.rows import row, rows_of

DAY_AGO = 1000.0
NOW = DAY_AGO + 24 * 3600
OLD, YOUNG = DAY_AGO - 1, DAY_AGO + 1
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(92)
SIZE = len(PICTURE)


class Home:
    """A ledger and a folder of results, and what was done to both, in order."""

    def __init__(self, path: Path) -> None:
        self.folder = ResultFolder(path / "results", lambda _reason: None)
        self.ledger = Ledger(path / "ledger.sqlite")
        self.done: list[str] = []
        self.before: Callable[[str], None] = lambda _what: None

    async def __call__(self, method: Callable[..., Any], *args: Any) -> Any:
        self.note(method.__name__)
        return method(self.ledger, *args)

    def note(self, what: str) -> None:
        self.before(what)
        self.done.append(what)

    def keep(self, key: str, pictures: int = 1, **changes: Any) -> Record:
        """A row with pictures on disk: delivered, when it says when."""
        files = tuple(self.folder.save(key, index, PICTURE) for index in range(pictures))
        state = DELIVERED if changes.get("delivered") is not None else STORED
        return self.ledger.write(row(key, task_uid=key, state=state, files=files, **changes))

    async def drop(self, keep_bytes: int, keep_ids: Collection[str] = frozenset()) -> None:
        await drop_oldest(self, self.folder, keep_bytes, NOW, lambda: keep_ids)

    def left(self) -> list[str]:
        """Requests whose files the ledger names, and that are all there."""
        return sorted(each.request_key for each in rows_of(self.ledger) if each.files and self.is_intact(each))

    def is_intact(self, record: Record) -> bool:
        return self.folder.intact(record.files)

    def fails_to_remove(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """As on Windows, where a file that a viewer has open cannot be removed."""
        unlink = Path.unlink

        def refuse(path: Path, *, missing_ok: bool = False) -> None:
            if name in path.parts:
                raise PermissionError(13, "used by another process", str(path))
            unlink(path, missing_ok=missing_ok)

        monkeypatch.setattr(Path, "unlink", refuse)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    home = Home(tmp_path)
    remove = ResultFolder.remove

    def noted(folder: ResultFolder, files: Any) -> bool:
        home.note("remove")
        return remove(folder, files)

    monkeypatch.setattr(ResultFolder, "remove", noted)
    yield home
    home.ledger.close()


async def test_nothing_goes_while_there_is_room(home):
    home.keep("a", created=OLD, delivered=1.0)
    home.keep("b", created=OLD)
    await home.drop(2 * SIZE)
    assert home.left() == ["a", "b"]
    assert home.done == ["with_files"]


async def test_delivered_ones_go_first_by_their_last_use_then_old_ones_that_nobody_took(home):
    for key, changes in {
        "delivered first": {"created": OLD, "delivered": 10.0},
        "delivered last": {"created": OLD - 5, "delivered": 20.0},
        "old": {"created": OLD - 9},
        "older": {"created": OLD - 10},
        "young": {"created": YOUNG},
    }.items():
        home.keep(key, **changes)
    order = ["delivered first", "delivered last", "older", "old"]
    for count, key in enumerate(order, start=1):
        await home.drop((5 - count) * SIZE)
        assert home.left() == sorted({*order, "young"} - set(order[:count])), key
    await home.drop(0)
    assert home.left() == ["young"]


async def test_only_as_much_goes_as_must(home):
    home.keep("big", pictures=3, created=OLD, delivered=1.0)
    home.keep("small", created=OLD, delivered=2.0)
    await home.drop(3 * SIZE)
    assert home.left() == ["small"]


async def test_what_somebody_waits_for_stays(home):
    needed = home.keep("needed", created=OLD, delivered=1.0)
    home.keep("other", created=OLD, delivered=2.0)
    await home.drop(SIZE, {needed.id})
    assert home.left() == ["needed"]
    await home.drop(0, {needed.id})
    assert home.left() == ["needed"]


async def test_what_somebody_begins_to_wait_for_in_the_last_moment_stays(home):
    needed: set[str] = set()
    rows = {"release": home.keep("old", created=OLD, delivered=1.0)}
    rows["unchanged"] = home.keep("young", created=YOUNG, delivered=2.0)
    home.before = lambda what: needed.add(rows[what].id) if what in rows else None
    await home.drop(0, needed)
    assert home.left() == ["old", "young"]


async def test_a_request_does_not_count_on_files_that_are_gone_for_good(home):
    record = home.keep("old", created=OLD, delivered=1.0)
    await home.drop(0)
    assert home.ledger.read(record.id) == replace(record, files=(), current_key=None)


async def test_a_request_still_has_its_task_while_the_files_can_be_had_again(home):
    record = home.keep("young", created=YOUNG, delivered=1.0)
    await home.drop(0)
    assert home.ledger.read(record.id) == replace(record, files=())


@pytest.mark.parametrize("created", [OLD, YOUNG], ids=["old", "young"])
async def test_wherever_it_is_cut_off_nothing_is_lost_and_no_file_is_forgotten(home, created):
    """Ended before the first, the second ... step: the next retention finishes it."""
    steps = 0
    while True:
        key = f"cut before step {steps}"
        record = home.keep(key, created=created, delivered=1.0)
        home.done.clear()

        def cut(_what: str, steps: int = steps) -> None:
            if len(home.done) == steps:
                raise asyncio.CancelledError

        home.before = cut
        try:
            await home.drop(0)
        except asyncio.CancelledError:
            pass
        else:
            break
        now = home.ledger.read(record.id)
        assert now is not None
        if not home.is_intact(record):
            assert now.current_key is None or created == YOUNG
            assert now.files in (record.files, ())
        else:
            assert now.files == record.files
        home.before = lambda _what: None
        await home.drop(0)
        assert home.left() == []
        assert not (home.folder._folder / key).exists()
        steps += 1
    assert steps == 4


@pytest.mark.parametrize("created", [OLD, YOUNG], ids=["old", "young"])
async def test_a_file_that_cannot_be_removed_stays_and_goes_another_time(home, monkeypatch, created, caplog):
    stuck = home.keep("stuck", pictures=2, created=created, delivered=1.0)
    home.keep("other", created=OLD, delivered=2.0)
    with monkeypatch.context() as opened_in_a_viewer:
        home.fails_to_remove(opened_in_a_viewer, "01.png")
        for _ in range(2):
            await home.drop(0)
    now = home.ledger.read(stuck.id)
    assert now is not None and now.files == stuck.files
    assert now.current_key == (stuck.current_key if created == YOUNG else None)
    assert home.left() == [] and caplog.records == []
    await home.drop(0)
    now = home.ledger.read(stuck.id)
    assert now is not None and now.files == ()
    assert list((home.folder._folder).iterdir()) == []


async def test_a_row_that_another_process_drops_just_then_counts_as_gone(home):
    first = home.keep("first", created=OLD, delivered=1.0)
    home.keep("second", created=OLD, delivered=2.0)

    def drop_it_first(what: str) -> None:
        if what == "release":
            home.before = lambda _what: None
            home.folder.remove(first.files)
            home.ledger.write(replace(first, files=(), current_key=None))

    home.before = drop_it_first
    await home.drop(SIZE)
    assert home.left() == ["second"]


async def test_a_row_that_was_brought_again_just_then_is_left_alone(home):
    record = home.keep("young", created=YOUNG, delivered=1.0)

    def bring_again(what: str) -> None:
        if what == "forget_files":
            home.keep("young", id=record.id, created=YOUNG, delivered=1.0, message="brought again")

    home.before = bring_again
    await home.drop(0)
    assert home.left() == ["young"]


async def test_a_file_that_cannot_be_removed_does_not_cost_the_ledger(home, tmp_path, monkeypatch):
    durability = Durability()
    ledger = LedgerThread(tmp_path / "ledger.sqlite", durability)
    home.keep("stuck", created=OLD, delivered=1.0)
    home.fails_to_remove(monkeypatch, "00.png")
    await drop_oldest(ledger, home.folder, 0, NOW)
    ledger.close()
    assert durability.warning is None


async def test_two_processes_drop_the_same_files_at_once_without_harm(tmp_path):
    """Each has its own ledger and folder. The last file of a folder goes while the other looks into it."""
    homes = [Home(tmp_path), Home(tmp_path)]
    ledgers = [LedgerThread(tmp_path / "ledger.sqlite", Durability()) for _ in homes]
    for turn in range(10):
        for number in range(10):
            homes[0].keep(f"{turn}x{number}", pictures=2, created=OLD, delivered=1.0)
        await asyncio.gather(
            *(drop_oldest(ledger, home.folder, 0, NOW) for ledger, home in zip(ledgers, homes, strict=True))
        )
        assert homes[0].left() == []
        assert list((tmp_path / "results").iterdir()) == []
    for each in (*ledgers, *(home.ledger for home in homes)):
        each.close()
