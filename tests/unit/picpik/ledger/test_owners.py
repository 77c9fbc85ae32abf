"""Who is alive on a home folder: known by locks that the system frees, not guessed."""

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from comfyui_picpik.picpik.ledger import Owners, owners as module
from comfyui_picpik.tests.paths import ROOT

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals of this kind are POSIX's")

CHILD = """
import sys, types
pack = types.ModuleType("comfyui_picpik")
pack.__path__ = [sys.argv[1]]
sys.modules["comfyui_picpik"] = pack
from pathlib import Path
from comfyui_picpik.picpik.ledger import Owners
owners = Owners(Path(sys.argv[2]))
owners.enter()
print(owners.me, flush=True)
sys.stdin.readline()
"""


class Child:
    """Another process that has entered."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", CHILD, str(ROOT), str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.me = self.process.stdout.readline().strip()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "owners"


@pytest.fixture
def make(folder: Path) -> Iterator:
    made: list[Owners] = []

    def make() -> Owners:
        made.append(Owners(folder))
        return made[-1]

    yield make
    for each in made:
        each.leave()


@pytest.fixture
def child(folder: Path) -> Iterator[Child]:
    child = Child(folder)
    yield child
    child.end()


def locks_in(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.iterdir())


def test_two_in_one_process_see_each_other_come_and_go(make, folder):
    one, two = make(), make()
    assert not one.is_alive(one.me)
    one.enter()
    assert one.is_alive(one.me) and two.is_alive(one.me)
    assert not one.is_alive(two.me)
    two.enter()
    assert one.is_alive(two.me)
    one.leave()
    assert not two.is_alive(one.me) and not one.is_alive(one.me)
    assert locks_in(folder) == [two.me]


def test_to_enter_or_leave_twice_changes_nothing(make, folder):
    one = make()
    one.leave()
    one.enter()
    one.enter()
    assert locks_in(folder) == [one.me]
    one.leave()
    one.leave()
    assert locks_in(folder) == []


def test_looking_at_the_living_does_not_wake_the_dead_nor_kill_the_living(make, child):
    one = make()
    one.enter()
    for _ in range(3):
        assert one.is_alive(child.me)


def test_a_killed_process_is_dead_at_once_and_its_file_is_cleared_away(make, child, folder):
    one = make()
    one.enter()
    assert one.is_alive(child.me)
    child.end()
    assert locks_in(folder) == sorted([child.me, one.me])
    assert not one.is_alive(child.me)
    assert locks_in(folder) == [one.me]


@posix_only
def test_a_stopped_process_is_alive(make, child):
    one = make()
    os.kill(child.process.pid, signal.SIGSTOP)
    assert one.is_alive(child.me)
    os.kill(child.process.pid, signal.SIGCONT)
    assert one.is_alive(child.me)


def test_who_enters_clears_away_what_the_dead_left(make, child, folder):
    (folder / f"{'0' * 32}.lock").touch()
    one = make()
    one.enter()
    assert locks_in(folder) == sorted([child.me, one.me])


@pytest.mark.parametrize("name", ["me", "", "../x", "..", "a/b", "0" * 32, "ü", "x" * 5000])
def test_a_name_that_has_no_lock_is_nobody_alive(make, tmp_path, name):
    outside = tmp_path / "home" / "x.lock"
    one = make()
    one.enter()
    outside.touch()
    assert not one.is_alive(name)
    assert outside.exists()


@posix_only
def test_in_a_home_for_its_owner_alone_locks_are_so_too_and_in_a_shared_one_others_can_look(make, folder):
    folder.parent.mkdir(0o700)
    one = make()
    one.enter()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())] == [0o700, 0o600]
    folder.parent.chmod(0o755)
    folder.chmod(0o755)
    two = make()
    two.enter()
    assert stat.S_IMODE((folder / f"{two.me}.lock").stat().st_mode) & 0o044


def test_a_folder_that_is_not_there_has_nobody_alive(make, folder):
    assert not make().is_alive("0" * 32)
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_is_told(make, folder):
    folder.parent.mkdir()
    folder.write_bytes(b"")
    one = make()
    with pytest.raises(OSError, match="owners"):
        one.enter()
    assert not one.is_alive(one.me)


def test_on_a_disk_without_locks_everybody_with_a_file_counts_as_alive(make, monkeypatch):
    monkeypatch.setattr(module, "_lock", lambda _file: None)
    one, two = make(), make()
    one.enter()
    two.enter()
    assert one.is_alive(two.me) and two.is_alive(one.me)
    two.leave()
    assert not one.is_alive(two.me)


@posix_only
@pytest.mark.parametrize(("number", "said"), [(errno.EWOULDBLOCK, False), (errno.ENOLCK, None), (errno.ENOSYS, None)])
def test_a_lock_that_is_held_is_told_from_a_disk_without_locks(monkeypatch, number, said):
    def refuse(*_arguments: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(module.fcntl, "flock", refuse)
    assert module._lock(0) is said


def test_a_lock_of_a_file_that_was_cleared_away_meanwhile_is_taken_anew(make, folder, monkeypatch):
    """Somebody clears up between the moment in which the file is made and that in which it is locked."""
    one, two = make(), make()
    lock, opened = module._lock, []

    def lock_late(file: int) -> bool | None:
        opened.append(file)
        if len(opened) == 1:
            assert not two.is_alive(one.me)
        return lock(file)

    monkeypatch.setattr(module, "_lock", lock_late)
    one.enter()
    assert locks_in(folder) == [one.me]
    assert two.is_alive(one.me)


def test_a_file_that_somebody_looks_at_just_now_is_waited_for(make, folder, monkeypatch):
    monkeypatch.setattr(module, "_PAUSE", 0.001)
    one, two = make(), make()
    lock, turns = module._lock, iter([False, False])
    monkeypatch.setattr(module, "_lock", lambda file: next(turns, True) and lock(file))
    one.enter()
    assert two.is_alive(one.me) and locks_in(folder) == [one.me]


def test_a_lock_that_never_comes_free_is_an_error(make, monkeypatch):
    monkeypatch.setattr(module, "_PAUSE", 0.0)
    monkeypatch.setattr(module, "_lock", lambda _file: False)
    one = make()
    with pytest.raises(TimeoutError):
        one.enter()
    assert not one.is_alive(one.me)


def test_two_who_look_at_a_dead_one_at_once_both_see_it(make, child, folder):
    one = make()
    child.end()
    looks = []

    def look() -> None:
        together.wait()
        looks.append(one.is_alive(child.me))

    for _ in range(20):
        (folder / f"{child.me}.lock").touch()
        together = threading.Barrier(4)
        threads = [threading.Thread(target=look) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert looks == [False] * 80


def test_who_enters_while_others_clear_up_is_alive_when_it_has_entered(make, folder):
    """Many come and go while many look: nobody who is in is ever taken for dead."""
    wrong: list[str] = []
    done = threading.Event()

    def clear_up() -> None:
        looker = Owners(folder)
        while not done.is_set():
            for name in [path.stem for path in folder.glob("*.lock")]:
                looker.is_alive(name)

    lookers = [threading.Thread(target=clear_up) for _ in range(3)]
    for each in lookers:
        each.start()
    witness = make()
    for _ in range(100):
        one = Owners(folder)
        one.enter()
        if not witness.is_alive(one.me):
            wrong.append(one.me)
        one.leave()
    done.set()
    for each in lookers:
        each.join()
    assert wrong == []
