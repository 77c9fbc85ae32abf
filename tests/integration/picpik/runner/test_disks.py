"""Disks that are full or may not be written: the picture comes, with one clear warning. POSIX only: Windows has neither
rights that a process can give up nor limits on the size of a file."""

from __future__ import annotations

from typing import Any


def test_a_read_only_home_brings_the_picture_and_one_warning(house, start, place):
    home = place / "home"
    home.mkdir()
    home.chmod(0o555)
    process = start(house, home, [("one", 1), ("two", 2)], prepare="give up root")
    process.go()
    _assert_one_warning(process.outcome(), str(home))
    assert list(home.iterdir()) == []
    home.chmod(0o755)


def test_a_read_only_home_still_knows_what_was_paid(house, start, place):
    home = place / "home"
    first = start(house, home, [("one", 1)])
    first.go()
    paid = first.outcome()["results"]
    for path in (home, *home.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    second = start(house, home, [("one", 1)], prepare="give up root")
    second.go()
    assert second.outcome()["results"] == paid
    assert house.paid() == 1
    for path in (home, *home.rglob("*")):
        path.chmod(0o755)


def test_a_full_disk_brings_the_picture_and_one_warning(house, start, place):
    process = start(house, place / "home", [("one", 1), ("two", 2)], prepare="fill the disk")
    process.go()
    _assert_one_warning(process.outcome(), str(place / "home"))


def test_a_disk_that_fills_up_later_brings_what_was_paid_unpaid(house, start, place):
    first = start(house, place / "home", [("one", 1)])
    first.go()
    paid = first.outcome()["results"]
    second = start(house, place / "home", [("one", 1), ("two", 2)], prepare="fill the disk")
    second.go()
    outcome = second.outcome()
    _assert_one_warning(outcome, str(place / "home"))
    assert outcome["results"][0] == paid[0]
    assert house.paid("one") == 1


def _assert_one_warning(outcome: dict[str, Any], home: str) -> None:
    assert all(all(lengths) for _, lengths in outcome["results"])
    assert outcome["log"] == [outcome["warning"]]
    assert home in outcome["warning"] and "not remembered" in outcome["warning"]
