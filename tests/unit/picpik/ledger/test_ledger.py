"""The ledger: what each row may become, and that no process can undo what another has written."""

import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from comfyui_picpik.picpik.ledger import (
    DELIVERED,
    FAILED,
    FINISHED,
    LOOKING,
    STORED,
    SUBMITTED,
    SUBMITTING,
    UNKNOWN,
    Ledger,
    Sighting,
    StoredFile,
    TaskBelongsElsewhere,
    ledger as ledger_module,
    new_record,
)
from comfyui_picpik.picpik.ledger.ledger import LedgerTooNew
from comfyui_picpik.picpik.ledger.schema import SCHEMA_VERSION
from comfyui_picpik.tests.paths import ROOT
from comfyui_picpik.tests.unit.picpik.ledger.rows import rows_of

FILE = StoredFile("task/00.png", 10, "ab")

SCHEMA_1 = """
    CREATE TABLE tasks (id TEXT PRIMARY KEY, request_key TEXT NOT NULL, current_key TEXT UNIQUE, drawn_key TEXT,
        account TEXT NOT NULL, action TEXT NOT NULL, seed INTEGER, width INTEGER, height INTEGER, batch_size INTEGER,
        state TEXT NOT NULL, owner TEXT NOT NULL, beat INTEGER NOT NULL DEFAULT 0, task_uid TEXT UNIQUE,
        created REAL NOT NULL, submit_began REAL, submitted REAL, ended REAL, delivered REAL, points_spent INTEGER,
        files TEXT NOT NULL DEFAULT '[]', message TEXT NOT NULL DEFAULT '');
    INSERT INTO tasks (id, request_key, current_key, account, action, seed, state, owner, task_uid, created, files)
        VALUES ('i', 'k', 'k', 'me', 'Act', 1, 'stored', 'p', 'uid1', 5.0, '[["uid1/00.png", 3, "ff"]]');
    PRAGMA user_version = 1;
"""
"""A file as schema 1 left it. It stays as it is here: every later version of the pack must be able to read it."""


LEDGER_0_1_0 = Path(__file__).with_name("ledger-0.1.0.sqlite")
"""What version 0.1.0 of the pack wrote, a row in every state. It is never written to, nor made anew."""

STATES_IN_0_1_0 = {
    SUBMITTING: ["...01", "...02"],
    SUBMITTED: ["...03"],
    FINISHED: ["...04"],
    STORED: ["...05", "...07", "...08"],
    DELIVERED: ["...06", "...0d"],
    FAILED: ["...09", "...0a"],
    UNKNOWN: ["...0b", "...0c"],
}
FILES_IN_0_1_0 = {
    "...05": ["d4hk3m7ttq9s70000005/00.png", "d4hk3m7ttq9s70000005/01.jpg"],
    "...06": ["d4hk3m7ttq9s70000006/00.png"],
    "...07": ["d4hk3m7ttq9s70000007/00.txt"],
    "...08": ["d4hk3m7ttq9s70000008/00.webp"],
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "ledger.sqlite"


@pytest.fixture
def open_ledger(path):
    opened = []

    def open_() -> Ledger:
        opened.append(Ledger(path))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


@pytest.fixture
def ledger(open_ledger):
    return open_ledger()


def record(key="key", owner="me", **changes):
    return replace(new_record(request_key=key, account="account", owner=owner, action="Act", seed=1), **changes)


def test_the_first_claim_of_a_request_is_new_and_the_second_is_not(ledger, open_ledger):
    first, second = record(owner="a"), record(owner="b")
    assert ledger.claim(first) == (first, True)
    assert open_ledger().claim(second) == (first, False)


def test_a_request_whose_try_is_over_may_be_claimed_anew(ledger):
    first = record()
    ledger.claim(first)
    ledger.write(replace(first, state=FAILED, current_key=None, task_uid="uid1"))
    again, is_new = ledger.claim(first)
    assert is_new and again.id != first.id
    assert ledger.read(first.id).task_uid == "uid1"


def test_what_is_claimed_again_is_written_under_its_own_id_where_that_is_free(ledger):
    wanted = record(created=5.0)
    assert ledger.claim(wanted) == (wanted, True)
    assert ledger.read(wanted.id) == wanted and ledger.current("key") == wanted
    assert ledger.current("another") is None


def test_a_row_comes_back_as_it_was_written(open_ledger):
    whole = record(
        drawn_key="drawn", width=64, height=65, batch_size=2, state=STORED, task_uid="uid", created=0.5,
        submit_began=1.5, is_timed=True, search_ended=1.75, suspects=("uid2", "no xid"), credits_before=60,
        submitted=2.5, ended=3.5, points_spent=7, results=3, files=(FILE, FILE), message="é",
        told=4.5, handed_out=5.5, delivered=6.5, used=7.5, held_by="somebody",
    )  # fmt: skip
    assert open_ledger().write(whole) == whole
    assert open_ledger().read(whole.id) == whole


def test_a_half_of_a_surrogate_pair_from_outside_can_be_written(ledger):
    ledger.write(replace(record(), message="broken \ud800", action="\udfff"))
    assert rows_of(ledger)[0].message == "broken ?"


# -- sending


def test_a_submit_is_written_down_before_it_is_sent(ledger):
    claimed, _ = ledger.claim(record())
    begun = ledger.begin_submit(replace(claimed, submit_began=7.0, is_timed=True, credits_before=60, state=LOOKING))
    assert begun == ledger.read(claimed.id)
    assert begun == replace(claimed, submit_began=7.0, is_timed=True, credits_before=60, state=SUBMITTING)


def test_only_one_of_two_processes_sends_a_request_anew(ledger):
    claimed, _ = ledger.claim(record())
    first = ledger.begin_submit(replace(claimed, submit_began=1.0))
    second = ledger.begin_anew(first, 90.0)
    assert ledger.begin_anew(first, 90.0) is None
    taken = ledger.take_over(second, "another")
    assert ledger.begin_anew(second, 90.0) is None
    assert ledger.read(second.id) == taken


def test_a_row_that_was_taken_over_must_not_be_sent_by_its_old_owner(ledger):
    claimed, _ = ledger.claim(record(owner="a"))
    taken = ledger.take_over(claimed, "b")
    assert ledger.begin_submit(claimed) is None
    assert ledger.read(claimed.id) == taken
    assert ledger.begin_submit(taken) is not None


def test_a_row_made_in_memory_must_not_be_sent_whose_request_has_a_current_one_in_the_file(path, ledger):
    memory = Ledger.in_memory_of(path)
    mine, _ = memory.claim(record(owner="b"))
    theirs, _ = ledger.claim(record(owner="a"))
    assert ledger.begin_submit(mine) is None, "before it is taken in"
    ledger.take_in(memory)
    assert ledger.begin_submit(ledger.read(mine.id)) is None
    assert ledger.begin_submit(theirs) is not None
    memory.close()


def test_a_row_with_a_task_uid_must_not_be_sent(ledger):
    claimed, _ = ledger.claim(record())
    adopted = ledger.adopt(claimed, "uid1", 9.0)
    assert ledger.begin_submit(claimed) is None
    assert ledger.read(claimed.id) == adopted


def test_a_row_that_is_gone_is_written_down_before_it_is_sent(ledger):
    never_claimed = record(submit_began=7.0)
    assert ledger.begin_submit(never_claimed) == never_claimed == ledger.read(never_claimed.id)


# -- taking over


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, SUBMITTING),
        ({"submit_began": 5.0}, LOOKING),
        ({"submit_began": 5.0, "state": LOOKING}, LOOKING),
        ({"submit_began": 5.0, "state": UNKNOWN}, LOOKING),
    ],
)
def test_who_takes_over_what_was_sent_looks_for_it_and_sends_what_was_not(ledger, changes, state):
    row = ledger.write(record(owner="dead", **changes))
    taken = ledger.take_over(row, "me")
    assert taken == replace(row, owner="me", state=state) == ledger.read(row.id)


def test_only_one_of_two_processes_takes_a_row_over(ledger):
    claimed, _ = ledger.claim(record(owner="dead"))
    taken = ledger.take_over(claimed, "a")
    assert ledger.take_over(claimed, "b") is None
    assert ledger.read(claimed.id) == taken


@pytest.mark.parametrize("change", [{"state": FAILED}, {"submit_began": 5.0}, {"owner": "b"}, {"task_uid": "uid1"}])
def test_a_row_that_has_changed_since_it_was_seen_is_not_taken_over(ledger, change):
    seen, _ = ledger.claim(record(owner="a"))
    changed = ledger.write(replace(seen, **change))
    assert ledger.take_over(seen, "c") is None
    assert ledger.read(seen.id) == changed


def test_a_row_with_a_task_uid_is_not_taken_over(ledger):
    claimed, _ = ledger.claim(record())
    adopted = ledger.adopt(claimed, "uid1", 9.0)
    assert ledger.take_over(adopted, "b") is None


def test_one_row_is_taken_over_and_no_other(ledger):
    first, _ = ledger.claim(record("one", owner="dead"))
    second, _ = ledger.claim(record("two", owner="dead"))
    ledger.take_over(first, "me")
    assert ledger.read(second.id) == second


# -- sending anew


def searched(ledger, **changes):
    """A row that was sent and looked for in vain."""
    return ledger.write(
        record(
            drawn_key="drawn",
            state=LOOKING,
            submit_began=5.0,
            is_timed=True,
            search_ended=90.0,
            suspects=("uid9",),
            credits_before=60,
            message="no answer",
            **changes,
        )
    )


def test_a_request_that_is_sent_anew_leaves_its_unknown_try_in_the_ledger(ledger):
    first = searched(ledger)
    ledger.tell(first.id, 95.0)
    first = ledger.read(first.id)
    second = ledger.begin_anew(first, 100.0)
    assert ledger.read(first.id) == replace(first, state=UNKNOWN, current_key=None)
    assert second == ledger.read(second.id) == ledger.current("key")
    assert second.id != first.id
    assert second == replace(
        first, id=second.id, state=SUBMITTING, created=100.0, submit_began=None, is_timed=False, search_ended=None,
        suspects=(), credits_before=None, message="", told=None,
    )  # fmt: skip
    assert ledger.rivals(second) == [ledger.read(first.id)]


def test_of_two_processes_one_only_sends_a_request_anew(ledger):
    mine = searched(ledger, owner="me")
    theirs = ledger.take_over(mine, "them")
    anew = ledger.begin_anew(theirs, 100.0)
    assert anew.owner == "them"
    assert ledger.begin_anew(mine, 101.0) is None
    assert ledger.begin_anew(theirs, 102.0) is None
    assert ledger.current("key") == anew
    assert len(rows_of(ledger)) == 2


def test_a_row_that_is_gone_is_not_sent_anew(ledger):
    assert ledger.begin_anew(record(), 100.0) is None
    assert rows_of(ledger) == []


# -- a task that was found


def test_a_row_gets_the_task_that_was_found_for_it(ledger):
    lost = searched(ledger)
    adopted = ledger.adopt(lost, "uid1", 99.0)
    assert adopted == replace(lost, state=SUBMITTED, task_uid="uid1", submitted=99.0, suspects=())
    assert ledger.read(lost.id) == adopted == ledger.current("key")


def test_a_task_belongs_to_one_row_of_an_account_only(ledger):
    first, second = (ledger.write(record(key, submit_began=5.0)) for key in ("one", "two"))
    assert ledger.adopt(first, "uid1", 9.0).task_uid == "uid1"
    assert ledger.adopt(second, "uid1", 9.0) is None
    with pytest.raises(TaskBelongsElsewhere, match="uid1"):
        ledger.write(replace(second, task_uid="uid1"))
    assert ledger.read(second.id) == second


def test_two_accounts_may_have_a_row_each_of_the_same_task(ledger):
    mine = ledger.write(record("mine", submit_began=5.0, task_uid="uid1"))
    theirs = ledger.write(record("theirs", account="another", task_uid="uid1"))
    assert ledger.find("uid1", "account") == mine and ledger.find("uid1", "another") == theirs
    assert ledger.find("uid1", "nobody") is None and ledger.find("uid2", "account") is None
    assert ledger.owners_of("uid1") == [mine, theirs]
    assert ledger.owners_of("uid2") == []


def test_the_owner_of_a_task_is_whose_submit_made_it_before_anybody_who_polled_it(ledger):
    polled = [ledger.write(record(name, account=name, task_uid="uid1", created=1.0)) for name in ("a", "z")]
    made = ledger.write(record("m", account="m", task_uid="uid1", submit_began=5.0, created=2.0))
    assert ledger.owners_of("uid1")[0] == made
    assert {row.id for row in ledger.owners_of("uid1")} == {made.id, *(row.id for row in polled)}


def polled_task(ledger, **changes):
    """A row of a task that was collected by its TaskUID alone."""
    return ledger.write(
        record("", current_key=None, task_uid="uid1", **{"state": SUBMITTED, "seed": None, "action": "", **changes})
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [(SUBMITTED, SUBMITTED), (FINISHED, FINISHED), (STORED, STORED), (DELIVERED, DELIVERED), (FAILED, SUBMITTED)],
)
def test_what_was_collected_by_its_task_uid_alone_becomes_the_row_of_its_submit(ledger, before, after):
    polled = polled_task(ledger, state=before, files=(FILE,), results=3, points_spent=7)
    lost = searched(ledger)
    adopted = ledger.adopt(lost, "uid1", 99.0)
    assert adopted == replace(
        lost, state=after, task_uid="uid1", submitted=99.0, suspects=(), files=(FILE,), results=3, points_spent=7
    )
    assert ledger.read(polled.id) is None
    assert rows_of(ledger) == [adopted]


def test_pictures_that_poll_task_has_handed_out_stay_handed_out(ledger):
    polled = polled_task(ledger, state=STORED, files=(FILE,))
    ledger.deliver(polled.id, 50.0)
    other = ledger.write(record("other"))
    adopted = ledger.adopt(searched(ledger), "uid1", 99.0)
    assert (adopted.delivered, adopted.used) == (50.0, 50.0)
    assert ledger.read(adopted.id) == adopted
    assert ledger.read(other.id) == other


def test_another_account_s_row_of_the_task_stays_its_own(ledger):
    theirs = polled_task(ledger, account="another", files=(FILE,))
    adopted = ledger.adopt(searched(ledger), "uid1", 99.0)
    assert adopted.files == ()
    assert ledger.read(theirs.id) == theirs


def test_a_row_that_has_its_task_already_keeps_it(ledger):
    lost = searched(ledger)
    first = ledger.adopt(lost, "uid1", 99.0)
    assert ledger.adopt(lost, "uid2", 100.0) == first == ledger.read(lost.id)
    assert ledger.find("uid2", "account") is None


def test_a_row_that_was_never_written_can_get_its_task(ledger):
    lost = record(submit_began=5.0)
    assert ledger.adopt(lost, "uid1", 99.0) == ledger.read(lost.id)


def test_which_of_many_tasks_a_row_was_submitted_as(ledger):
    ledger.write(record("sent", task_uid="sent", submit_began=5.0))
    ledger.write(record("theirs", task_uid="theirs", submit_began=5.0, account="another"))
    polled_task(ledger)
    assert ledger.submitted_among(["sent", "theirs", "uid1", "new"], "account") == {"sent"}
    assert ledger.submitted_among(["sent", "theirs"], "another") == {"theirs"}
    assert ledger.submitted_among([], "account") == set()


# -- writing


def test_another_account_knows_a_task_by_a_row_of_its_own(ledger):
    mine = ledger.write(record("mine", task_uid="uid", submit_began=1.0, state=SUBMITTED))
    theirs = ledger.write(record("task uid", task_uid="uid", account="another", state=SUBMITTED))
    assert (ledger.find("uid", "account"), ledger.find("uid", "another")) == (mine, theirs)
    assert ledger.owners_of("uid") == [mine, theirs]
    assert ledger.submitted_among(["uid", "none"], "account") == {"uid"}
    assert ledger.submitted_among(["uid"], "another") == set()


def test_what_was_collected_by_its_task_uid_becomes_the_requests_whose_task_it_is(ledger):
    sent = ledger.write(record("asked for", submit_began=1.0, state=LOOKING))
    ledger.write(record("task uid", task_uid="uid", state=STORED, files=(FILE,), results=1, points_spent=60))
    adopted = ledger.adopt(sent, "uid", 5.0)
    assert adopted == replace(
        sent, task_uid="uid", submitted=5.0, state=STORED, files=(FILE,), results=1, points_spent=60
    )
    assert rows_of(ledger) == [adopted]


def test_who_adopts_a_second_task_gets_the_row_with_the_first(ledger):
    sent = ledger.write(record(submit_began=1.0, state=LOOKING))
    first = ledger.adopt(sent, "uid1", 5.0)
    assert ledger.adopt(sent, "uid2", 6.0) == first


def test_what_is_stored_is_its_requests_again(ledger):
    row = ledger.write(record("asked for", current_key=None, task_uid="uid", state=SUBMITTED))
    stored = ledger.write(replace(row, state=STORED, files=(FILE,)))
    assert ledger.current("asked for") == stored
    assert ledger.current("another") is None


def test_a_write_says_nothing_of_what_was_handed_out(ledger):
    row = ledger.write(record(task_uid="uid", state=STORED, files=(FILE,)))
    ledger.tell(row.id, 1.0)
    ledger.hand_out(row.id, 2.0)
    ledger.deliver(row.id, 3.0)
    ledger.deliver(row.id, 4.0)
    now = ledger.write(replace(row, message="written by who knew nothing of it"))
    assert (now.told, now.handed_out, now.delivered, now.used) == (1.0, 2.0, 3.0, 4.0)


def test_a_row_never_loses_its_task_uid_to_a_process_that_did_not_know_it(ledger):
    claimed, _ = ledger.claim(record())
    adopted = ledger.adopt(claimed, "uid1", 9.0)
    assert ledger.write(replace(claimed, state=UNKNOWN)) == adopted
    assert ledger.read(claimed.id) == adopted


def test_a_row_never_loses_its_results_to_a_process_that_did_not_know_them(ledger):
    claimed, _ = ledger.claim(record())
    stored = ledger.write(replace(claimed, state=STORED, task_uid="uid1", files=(FILE,)))
    assert ledger.write(replace(claimed, state=FINISHED, task_uid="uid1")) == stored
    assert ledger.read(claimed.id) == stored


def test_one_that_is_only_polled_gives_way_to_the_row_of_its_task(ledger):
    sent = ledger.write(record(state=SUBMITTED, task_uid="uid1", submit_began=5.0))
    assert polled_task(ledger, state=FAILED) == sent
    assert rows_of(ledger) == [sent]


def test_a_second_task_uid_gets_a_row_of_its_own(ledger):
    claimed, _ = ledger.claim(record())
    adopted = ledger.adopt(claimed, "uid1", 9.0)
    other = ledger.write(replace(claimed, state=SUBMITTED, task_uid="uid2"))
    assert other == replace(claimed, id=other.id, state=SUBMITTED, task_uid="uid2", current_key=None)
    assert other.id != adopted.id and ledger.current("key") == adopted
    assert ledger.find("uid1", "account") == adopted and ledger.find("uid2", "account") == other


def test_a_row_with_its_task_is_changed_in_its_place(ledger):
    adopted = ledger.adopt(ledger.claim(record())[0], "uid1", 9.0)
    stored = replace(adopted, state=STORED, files=(FILE,), ended=11.0)
    assert ledger.write(stored) == stored
    assert rows_of(ledger) == [stored]


def test_a_row_that_was_replaced_stays_out_of_the_way_of_its_successor(ledger):
    first, _ = ledger.claim(record())
    ledger.write(replace(first, current_key=None, state=FAILED))
    second, _ = ledger.claim(record())
    assert ledger.write(replace(first, state=SUBMITTED, task_uid="late")).current_key is None
    assert ledger.claim(record()) == (second, False)


def test_a_stored_row_becomes_current_again_where_no_other_is(ledger):
    row = ledger.write(record(current_key=None, state=STORED, task_uid="uid1", files=(FILE,)))
    assert row.current_key == "key"
    assert ledger.current("key") == row


@pytest.mark.parametrize(
    "changes",
    [{"state": STORED}, {"state": FINISHED, "files": (FILE,)}, {"state": STORED, "files": (FILE,), "request_key": ""}],
    ids=str,
)
def test_a_row_that_nobody_has_anything_of_does_not_become_current_again(ledger, changes):
    assert ledger.write(record(current_key=None, task_uid="uid1", **changes)).current_key is None


def test_a_stored_row_does_not_become_current_beside_another(ledger):
    current, _ = ledger.claim(record())
    assert ledger.write(record(current_key=None, state=STORED, task_uid="u", files=(FILE,))).current_key is None
    assert ledger.current("key") == current


# -- what is told and handed out


def hand_outs(row):
    return (row.told, row.handed_out, row.delivered, row.used)


def test_what_a_user_was_told_and_given_is_noted(ledger):
    row = ledger.write(record(state=STORED, task_uid="uid1", files=(FILE,)))
    other = ledger.write(record("other", state=STORED, task_uid="uid2", files=(FILE,)))
    ledger.tell(row.id, 1.0)
    assert hand_outs(ledger.read(row.id)) == (1.0, None, None, None)
    ledger.hand_out(row.id, 2.0)
    assert hand_outs(ledger.read(row.id)) == (1.0, 2.0, None, None)
    ledger.deliver(row.id, 3.0)
    assert hand_outs(ledger.read(row.id)) == (1.0, 2.0, 3.0, 3.0)
    assert ledger.read(row.id).state == DELIVERED
    ledger.deliver(row.id, 4.0)
    assert hand_outs(ledger.read(row.id)) == (1.0, 2.0, 3.0, 4.0)
    assert ledger.read(other.id) == other


def test_a_job_that_writes_what_it_knew_before_does_not_undo_what_was_told_and_given(ledger):
    stale = ledger.write(record(state=STORED, task_uid="uid1", files=(FILE,)))
    ledger.tell(stale.id, 1.0)
    ledger.hand_out(stale.id, 2.0)
    ledger.deliver(stale.id, 3.0)
    written = ledger.write(replace(stale, points_spent=7))
    assert hand_outs(written) == hand_outs(ledger.read(stale.id)) == (1.0, 2.0, 3.0, 3.0)
    assert written.points_spent == 7
    assert ledger.begin_submit(replace(stale, task_uid=None)) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [(STORED, DELIVERED), (DELIVERED, DELIVERED), (SUBMITTED, SUBMITTED), (FINISHED, FINISHED), (FAILED, FAILED)],
)
def test_pictures_of_a_row_that_is_not_stored_whole_may_be_handed_out(ledger, before, after):
    row = ledger.write(record(state=before, task_uid="uid1", files=(FILE,)))
    ledger.deliver(row.id, 3.0)
    assert ledger.read(row.id) == replace(row, state=after, delivered=3.0, used=3.0)


# -- what rows there are


def test_undelivered_is_what_may_be_paid_and_was_given_to_nobody_and_what_has_a_task_comes_first(ledger):
    rows = {
        "delivered": {"state": DELIVERED, "delivered": 1.0, "task_uid": "uid1"},
        "failed": {"state": FAILED, "current_key": None},
        "other": {"drawn_key": "other"},
        "given away": {"state": SUBMITTED, "handed_out": 1.0, "task_uid": "uid2"},
        "looked for in vain": {"state": UNKNOWN, "told": 5.0},
        "not told of yet": {"state": UNKNOWN},
        "may be one of these": {"state": UNKNOWN, "suspects": ("uid9",)},
        "looked for": {"state": LOOKING, "told": 5.0},
        "stored": {"state": STORED, "task_uid": "uid3"},
        "submitted": {"state": SUBMITTED, "task_uid": "uid4"},
    }
    for created, (key, changes) in reversed(list(enumerate(rows.items()))):
        ledger.write(record(key, created=float(created), **{"drawn_key": "drawn", **changes}))
    assert [row.request_key for row in ledger.undelivered("drawn")] == [
        "stored", "submitted", "not told of yet", "may be one of these", "looked for",
    ]  # fmt: skip
    assert ledger.undelivered("nothing") == []


@pytest.mark.parametrize(("before", "after"), [(STORED, SUBMITTED), (DELIVERED, SUBMITTED), (FINISHED, FINISHED)])
def test_a_row_that_lost_files_is_to_be_completed(ledger, before, after):
    row = ledger.write(record(state=before, task_uid="uid1", files=(FILE, FILE)))
    assert ledger.lose_files(row, [FILE]) == replace(row, state=after, files=(FILE,)) == ledger.read(row.id)


@pytest.fixture
def drawn(ledger):
    """A row with a drawn seed that somebody in the process "a" waits for."""
    return ledger.write(record(drawn_key="drawn", held_by="a"))


def test_a_drawn_row_is_held_by_who_was_first(ledger, drawn):
    ledger.let_go(drawn.id, "a")
    free = ledger.read(drawn.id)
    assert free.held_by is None
    assert ledger.hold(free, "b") and ledger.read(drawn.id).held_by == "b"
    assert not ledger.hold(free, "c")
    assert ledger.read(drawn.id) == replace(drawn, held_by="b")


def test_a_drawn_row_is_held_for_somebody_else_after_its_holder_s_death_once(ledger, drawn):
    assert ledger.hold(drawn, "b") and not ledger.hold(drawn, "c")
    assert ledger.read(drawn.id).held_by == "b"


def test_nobody_lets_go_for_another(ledger, drawn):
    other = ledger.write(record("other", drawn_key="drawn", held_by="a"))
    ledger.let_go(drawn.id, "b")
    assert ledger.read(drawn.id) == drawn
    ledger.let_go(drawn.id, "a")
    assert ledger.read(other.id) == other


@pytest.mark.parametrize("given", [Ledger.deliver, Ledger.hand_out])
def test_what_was_given_to_somebody_is_not_held_for_another(ledger, drawn, given):
    given(ledger, drawn.id, 5.0)
    assert not ledger.hold(ledger.read(drawn.id), "b")


def test_who_holds_a_row_is_not_for_its_job_to_say(ledger, drawn):
    ledger.let_go(drawn.id, "a")
    assert ledger.write(replace(drawn, state=LOOKING)).held_by is None


def test_rivals_are_what_the_same_task_could_belong_to(ledger):
    mine = record("mine", submit_began=1.0)
    rival = record("rival", submit_began=1.0)
    looking = record("looking", submit_began=1.0, state=LOOKING)
    unknown = record("unknown", submit_began=1.0, state=UNKNOWN, current_key=None)
    for row in (
        mine,
        rival,
        looking,
        unknown,
        record("never sent"),
        looking,
        record("has its task", submit_began=1.0, state=SUBMITTED, task_uid="uid"),
        record("other seed", submit_began=1.0, seed=2),
        record("other action", submit_began=1.0, action="Other"),
        record("other account", submit_began=1.0, account="other"),
        record("over", submit_began=1.0, state=FAILED),
    ):
        ledger.write(row)
    assert {row.id for row in ledger.rivals(mine)} == {rival.id, looking.id, unknown.id}


def test_a_request_without_a_seed_has_rivals_without_one_alone(ledger):
    mine, rival, seeded = (record(key, submit_began=1.0, seed=None) for key in ("mine", "rival", "seeded"))
    for row in (mine, rival, replace(seeded, seed=1)):
        ledger.write(row)
    assert ledger.rivals(mine) == [rival]


def test_what_any_process_sees_running_is_remembered_for_all_until_a_submit_has_it(ledger, open_ledger):
    ledger.write(record("sent", task_uid="sent", submit_began=5.0))
    ledger.write(record("asked for by its TaskUID", task_uid="polled"))
    assert ledger.see("account", ["sent", "polled", "new"], 90.0, 100.0) == [
        Sighting("polled", 90.0), Sighting("new", 90.0),
    ]  # fmt: skip
    other = open_ledger()
    other.note_told("account", [Sighting("new", 0.0, "Act", 7)])
    other.note_told("another", [Sighting("polled", 0.0, "Act", 8)])
    assert other.see("another", [], 0.0, 101.0) == []
    assert other.see("account", ["new", "newer"], 95.0, 105.0) == [
        Sighting("polled", 90.0), Sighting("new", 90.0, "Act", 7), Sighting("newer", 95.0),
    ]  # fmt: skip
    other.adopt(other.write(record("lost", submit_began=80.0)), "new", 106.0)
    assert [each.task_uid for each in ledger.see("account", [], 0.0, 107.0)] == ["polled", "newer"]
    assert [each.task_uid for each in ledger.see("account", [], 0.0, 86501.0)] == [
        "newer"
    ]  # a day after the first look


def test_of_very_many_running_tasks_the_newest_thousand_are_given(ledger):
    seen = ledger.see("account", [str(number) for number in range(1001)], 0.0, 1.0)
    assert [each.task_uid for each in seen] == [str(number) for number in range(1, 1001)]


def test_uncollected_is_what_may_be_paid_for_and_is_not_stored(ledger):
    states = (SUBMITTING, LOOKING, SUBMITTED, FINISHED, STORED, DELIVERED, FAILED, UNKNOWN)
    for created, state in enumerate(states, start=10):
        ledger.write(record(state, state=state, created=created))
    ledger.write(record("other account", state=SUBMITTED, created=10.0, account="other"))
    assert [row.state for row in ledger.uncollected("account")] == [SUBMITTING, LOOKING, SUBMITTED, FINISHED, UNKNOWN]


def test_uncollected_rows_come_oldest_first(ledger):
    for created in (3.0, 1.0, 2.0):
        ledger.write(record(str(created), state=SUBMITTED, created=created))
    assert [row.created for row in ledger.uncollected("account")] == [1.0, 2.0, 3.0]


def test_the_newest_tasks_of_the_same_kind_tell_how_long_such_a_task_takes(ledger):
    kind = {"width": 64, "height": 32, "batch_size": 2, "state": STORED, "submitted": 100.0}
    for key, changes in {
        "oldest": {"ended": 101.0},
        "older": {"ended": 105.0},
        "newest": {"ended": 110.0, "state": DELIVERED},
        "never ended": {},
        "failed": {"ended": 120.0, "state": FAILED},
        "stored before": {"ended": 90.0},
        "larger": {"ended": 120.0, "width": 65},
        "higher": {"ended": 120.0, "height": 33},
        "fewer": {"ended": 120.0, "batch_size": 1},
        "other": {"ended": 120.0, "action": "Other"},
        "of no size": {"ended": 103.0, "width": None, "height": None, "batch_size": None},
    }.items():
        ledger.write(record(key, task_uid=key, **{**kind, **changes}))
    like_these = record(width=64, height=32, batch_size=2)
    assert ledger.seconds_taken(like_these, 20) == [10.0, 5.0, 1.0]
    assert ledger.seconds_taken(like_these, 2) == [10.0, 5.0]
    assert ledger.seconds_taken(record(), 20) == [3.0]


def test_files_are_listed_delivered_first_by_their_last_use_and_the_others_by_their_age(ledger):
    rows = {
        "new": {"created": 9.0},
        "old": {"created": 1.0},
        "used again": {"created": 2.0, "delivered": 3.0, "used": 50.0},
        "used long ago": {"created": 4.0, "delivered": 8.0, "used": 8.0},
        "of 0.1.0": {"created": 5.0, "delivered": 7.0},
    }
    for name, times in rows.items():
        ledger.write(record(name, files=(FILE,), **times))
    ledger.write(record("no files"))
    assert [row.request_key for row in ledger.with_files()] == [
        "of 0.1.0", "used long ago", "used again", "old", "new",
    ]  # fmt: skip


def test_a_newer_ledger_is_left_alone(path, open_ledger):
    open_ledger()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(LedgerTooNew):
        Ledger(path)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION + 1,)
    db.close()


def test_an_empty_file_becomes_a_ledger(path, open_ledger):
    path.parent.mkdir()
    path.touch()
    assert rows_of(open_ledger()) == []


def test_a_ledger_of_schema_1_is_understood(path, open_ledger):
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.executescript(SCHEMA_1)
    db.close()
    row, is_new = open_ledger().claim(record("k"))
    assert not is_new
    assert row.is_stored and row.task_uid == "uid1" and row.files == (StoredFile("uid1/00.png", 3, "ff"),)
    assert (row.is_timed, row.suspects, row.results, row.told, row.handed_out) == (False, (), None, None, None)


def test_a_migrated_ledger_finds_by_the_same_indices_as_a_new_one(path, open_ledger, tmp_path):
    path.parent.mkdir()
    shutil.copyfile(LEDGER_0_1_0, path)
    new = tmp_path / "new.sqlite"
    Ledger(new).close()
    open_ledger()
    schemas = []
    for file in (path, new):
        with closing(sqlite3.connect(file)) as db:
            schemas.append(set(db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")))
    assert schemas[0] == schemas[1]
    assert {"tasks_by_drawn_key", "tasks_by_age", "tasks_by_task_uid"} <= {name for _, name, *_ in schemas[0]}


def test_what_was_delivered_by_0_1_0_was_used_then(path, open_ledger):
    path.parent.mkdir()
    shutil.copyfile(LEDGER_0_1_0, path)
    delivered = [row for row in rows_of(open_ledger()) if row.state == DELIVERED]
    assert delivered and all(row.used == row.delivered is not None for row in delivered)


def test_the_ledger_of_0_1_0_opens_with_every_row_in_its_state_and_with_its_files(path, open_ledger):
    path.parent.mkdir()
    shutil.copyfile(LEDGER_0_1_0, path)
    rows = {f"...{row.id[-2:]}": row for row in rows_of(open_ledger())}
    assert {state: sorted(name for name, row in rows.items() if row.state == state) for state in STATES_IN_0_1_0} == (
        STATES_IN_0_1_0
    )
    assert {name: [file.name for file in row.files] for name, row in rows.items() if row.files} == FILES_IN_0_1_0
    assert rows["...09"].message == "PICPIK refused it (RetCode 160): 余额不足"
    assert rows["...07"].files[0].is_text


def test_the_ledger_of_0_1_0_opens_with_every_value_that_still_has_a_column(path, open_ledger):
    path.parent.mkdir()
    shutil.copyfile(LEDGER_0_1_0, path)
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        before = [dict(row) for row in db.execute("SELECT * FROM tasks ORDER BY created DESC")]
    after = rows_of(open_ledger())
    assert len(after) == len(before) == 13
    for row, old in zip(after, before, strict=True):
        old["files"] = tuple(StoredFile(*file) for file in json.loads(old["files"]))
        shared = [name for name in old if hasattr(row, name)]
        assert {name: getattr(row, name) for name in shared} == {name: old[name] for name in shared}


def test_the_ledger_of_0_1_0_still_knows_what_belongs_to_whom(path, open_ledger):
    path.parent.mkdir()
    shutil.copyfile(LEDGER_0_1_0, path)
    ledger = open_ledger()
    assert [row.task_uid for row in ledger.undelivered("d" * 64)] == ["d4hk3m7ttq9s70000008"]
    stored, is_new = ledger.claim(record(f"{5:064x}"))
    assert not is_new and stored.task_uid == "d4hk3m7ttq9s70000005"
    failed_before, is_new = ledger.claim(record(f"{9:064x}"))
    assert is_new and failed_before.task_uid is None


def test_an_upgrade_that_fails_in_the_middle_changes_nothing(path, monkeypatch):
    migrations = (*ledger_module.MIGRATIONS, "CREATE TABLE more (a); NOT SQL")
    monkeypatch.setattr(ledger_module, "MIGRATIONS", migrations)
    monkeypatch.setattr(ledger_module, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.executescript(SCHEMA_1)
    db.close()
    with pytest.raises(sqlite3.OperationalError):
        Ledger(path)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT name FROM sqlite_master WHERE name = 'more'").fetchone() is None
    db.close()


def test_a_ledger_in_memory_knows_what_could_be_read_and_leaves_the_file_alone(path, ledger, open_ledger):
    kept = ledger.write(record())
    in_memory = Ledger.in_memory_of(path)
    assert in_memory.read(kept.id) == kept
    in_memory.write(record("another"))
    assert rows_of(open_ledger()) == [kept]
    in_memory.close()


@pytest.mark.parametrize("content", [b"", b"no database at all, but longer than a header" * 100])
def test_a_ledger_in_memory_starts_empty_where_nothing_can_be_read(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    in_memory = Ledger.in_memory_of(path)
    assert rows_of(in_memory) == []
    in_memory.close()


def test_a_file_that_another_process_has_is_waited_for_a_minute():
    assert ledger_module._BUSY_TIMEOUT == 60.0


@pytest.mark.parametrize(("patience", "waits"), [(None, 60.0), (0.5, 0.5)])
def test_a_ledger_waits_for_the_file_as_long_as_it_is_told_to(path, monkeypatch, patience, waits):
    connect, waited = sqlite3.connect, []
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **how: waited.append(how["timeout"]) or connect(*args, **how))
    Ledger(path, patience=patience).close()
    assert waited == [waits]


def test_a_commit_is_on_the_disk_when_it_returns(ledger):
    full = 2
    assert ledger._db.execute("PRAGMA synchronous").fetchone() == (full,)


def test_a_new_file_that_another_process_is_writing_to_is_waited_for(path, open_ledger, monkeypatch):
    """The switch to WAL is refused at once, whatever the time-out is."""
    path.parent.mkdir()
    refused, prepare = threading.Event(), Ledger._prepare

    def prepare_and_tell(ledger: Ledger) -> None:
        try:
            prepare(ledger)
        except sqlite3.OperationalError:
            refused.set()
            raise

    monkeypatch.setattr(Ledger, "_prepare", prepare_and_tell)
    opened = []
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        opening = threading.Thread(target=lambda: opened.append(open_ledger()))
        opening.start()
        assert refused.wait(60)
        other.execute("COMMIT")
        opening.join(60)
    assert [rows_of(each) for each in opened] == [[]]


def test_a_file_that_another_process_keeps_is_given_up_after_a_while(path):
    Ledger(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            Ledger(path, patience=0.05)


def test_eight_processes_open_new_files_at_once(tmp_path):
    command = [sys.executable, str(Path(__file__).with_name("opening_process.py")), str(ROOT)]
    processes = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True) for _ in range(8)]
    said: Counter[str] = Counter()
    for number in range(15):
        for each in processes:
            assert each.stdin is not None
            each.stdin.write(f"{tmp_path / str(number) / 'ledger.sqlite'}\n")
            each.stdin.flush()
        said.update(each.stdout.readline().strip() for each in processes if each.stdout is not None)
    for each in processes:
        each.communicate()
    assert said == {"ok": 120}


def test_what_was_written_in_memory_meanwhile_is_taken_into_the_file(path, open_ledger):
    file = open_ledger()
    stored, changed_by_both, of_others = [file.write(record(key)) for key in ("stored", "both", "others")]
    memory = Ledger.in_memory_of(path)
    stored = memory.write(replace(stored, state=STORED, task_uid="uid1", files=(FILE,)))
    new = memory.write(record("new", state=SUBMITTED, task_uid="uid2"))
    memory.write(replace(changed_by_both, state=UNKNOWN))
    of_others = file.write(replace(of_others, state=SUBMITTED, task_uid="uid3"))
    changed_by_both = file.write(replace(changed_by_both, state=SUBMITTED, task_uid="uid4"))
    file.take_in(memory)
    assert {row.id: row for row in rows_of(file)} == {row.id: row for row in (stored, new, changed_by_both, of_others)}
    memory.close()


def test_a_file_that_was_moved_away_gets_everything_that_could_be_read(path, open_ledger):
    first = open_ledger()
    kept = [first.write(record(key, state=STORED, task_uid=key, files=(FILE,))) for key in "abc"]
    first.close()
    memory = Ledger.in_memory_of(path)
    path.rename(path.with_name("moved away"))
    file = open_ledger()
    file.take_in(memory)
    assert {row.id: row for row in rows_of(file)} == {row.id: row for row in kept}
    memory.close()


def test_the_current_row_of_a_request_stays_the_files(path, open_ledger):
    file = open_ledger()
    memory = Ledger.in_memory_of(path)
    mine, _ = memory.claim(record("asked for twice"))
    theirs, _ = file.claim(record("asked for twice"))
    file.take_in(memory)
    assert file.read(mine.id) == replace(mine, current_key=None)
    assert file.claim(record("asked for twice")) == (theirs, False)
    memory.close()


def test_two_rows_of_one_task_become_the_one_that_was_submitted_with_the_files_of_either(path, open_ledger):
    file = open_ledger()
    sent = file.write(record("asked for", state=SUBMITTED, submit_began=1.0))
    memory = Ledger.in_memory_of(path)
    memory.write(record("task uid", state=STORED, task_uid="uid", files=(FILE,)))
    sent = file.write(replace(sent, task_uid="uid"))
    file.take_in(memory)
    assert rows_of(file) == [replace(sent, state=STORED, files=(FILE,))]
    memory.close()


def test_two_rows_of_one_task_become_one_also_where_memory_has_the_one_that_was_submitted(path, open_ledger):
    file = open_ledger()
    other = file.write(record("other"))
    memory = Ledger.in_memory_of(path)
    polled_task(file, state=STORED, files=(FILE,))
    sent = memory.write(record("asked for", state=SUBMITTED, task_uid="uid1", submit_began=1.0))
    file.take_in(memory)
    assert {row.id: row for row in rows_of(file)} == {
        other.id: other,
        sent.id: replace(sent, state=STORED, files=(FILE,)),
    }
    memory.close()


def test_what_the_file_has_forgotten_meanwhile_does_not_come_back_from_memory(path, open_ledger):
    file = open_ledger()
    stored = file.write(record(state=STORED, task_uid="uid1", files=(FILE,)))
    memory = Ledger.in_memory_of(path)
    dropped = file.forget_files(file.release(stored))
    file.take_in(memory)
    assert rows_of(file) == [dropped]
    memory.close()


def test_what_is_taken_in_twice_is_there_once(path, open_ledger):
    file = open_ledger()
    memory = Ledger.in_memory_of(path)
    memory.write(record("new", state=SUBMITTED, task_uid="uid"))
    file.take_in(memory)
    before = rows_of(file)
    file.take_in(memory)
    assert rows_of(file) == before
    memory.close()


def test_taking_in_that_fails_in_the_middle_changes_nothing(path, open_ledger, monkeypatch):
    file = open_ledger()
    memory = Ledger.in_memory_of(path)
    for number in range(3):
        memory.write(record(f"{number}", created=float(number)))
    replace_row, turns = Ledger._replace, iter(range(3))

    def fail_at_the_third(ledger: Ledger, row: object) -> None:
        if next(turns) == 2:
            raise sqlite3.OperationalError("disk I/O error")
        replace_row(ledger, row)

    monkeypatch.setattr(Ledger, "_replace", fail_at_the_third)
    with pytest.raises(sqlite3.OperationalError):
        file.take_in(memory)
    assert rows_of(file) == []
    memory.close()


def test_a_file_with_a_damaged_page_does_not_pass_the_check(path, open_ledger):
    ledger = open_ledger()
    for number in range(100):
        ledger.write(record(f"{number}"))
    ledger.check()
    ledger.close()
    content = path.read_bytes()
    path.write_bytes(content[:-4096] + b"\xff" * 4096)
    with pytest.raises(sqlite3.DatabaseError):
        open_ledger().check()


@pytest.mark.parametrize("change", ["release", "forget_files"])
def test_a_row_that_was_used_meanwhile_is_not_dropped(ledger, change):
    seen = ledger.write(record(state=STORED, task_uid="uid", files=(FILE,)))
    now = ledger.write(replace(seen, state=DELIVERED))
    assert getattr(ledger, change)(seen) is None
    assert ledger.read(seen.id) == now


def test_a_row_that_was_released_names_its_files_until_they_are_gone(ledger):
    seen = ledger.write(record("asked for", state=DELIVERED, task_uid="uid", files=(FILE,)))
    released = ledger.release(seen)
    assert released == ledger.read(seen.id) == replace(seen, current_key=None)
    assert ledger.claim(record("asked for"))[1]
    assert ledger.with_files() == [released]
    assert ledger.forget_files(released) == ledger.read(seen.id) == replace(released, files=())


posix_only = pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


@posix_only
@pytest.mark.usefixtures("usual_umask")
def test_a_new_home_and_what_is_in_it_is_its_owners_alone(path, open_ledger):
    open_ledger().write(record())
    assert rights(path.parent) == 0o700
    assert {rights(each) for each in path.parent.iterdir()} == {0o600}
    assert len(list(path.parent.iterdir())) == 3


@posix_only
@pytest.mark.usefixtures("usual_umask")
@pytest.mark.parametrize(("home", "umask", "file"), [(0o755, 0o022, 0o644), (0o2770, 0o022, 0o660), (0o700, 0, 0o600)])
def test_a_home_that_was_there_keeps_its_rights_and_who_may_use_it_may_use_the_ledger(
    path, open_ledger, home, umask, file
):
    path.parent.mkdir()
    path.parent.chmod(home)
    os.umask(umask)
    open_ledger().write(record())
    assert rights(path.parent) == home
    assert {rights(each) for each in path.parent.iterdir()} == {file}


@posix_only
@pytest.mark.usefixtures("usual_umask")
def test_a_ledger_that_others_could_read_in_a_home_for_its_owner_alone_is_closed_to_them(path, open_ledger):
    path.parent.mkdir(0o755)
    open_ledger().write(record())
    assert {rights(each) for each in path.parent.iterdir()} == {0o644}
    path.parent.chmod(0o700)
    open_ledger()
    assert {rights(each) for each in path.parent.iterdir()} == {0o600}


@posix_only
def test_the_name_of_a_new_ledger_and_of_its_new_home_are_flushed(path, open_ledger, monkeypatch):
    synced: list[os.stat_result] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor)))
    open_ledger()
    for folder in (path.parent, path.parent.parent):
        assert any(os.path.samestat(each, folder.stat()) for each in synced)
