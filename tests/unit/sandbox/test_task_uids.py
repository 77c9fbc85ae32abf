"""TaskUIDs: their form, and the time in them."""

import re

import pytest
from comfyui_picpik.sandbox.task_uids import TaskUidGenerator, creation_time


@pytest.mark.parametrize(
    ("task_uid", "unix_time"), [("cktlm6lrh4miq8ng9nf0", 1698388762), ("ckti5nf2h4keq8mr9n00", 1698374365)]
)
def test_the_creation_time_of_the_pages_own_task_uids_is_read(task_uid, unix_time):
    assert creation_time(task_uid) == unix_time


def test_generated_task_uids_have_the_form_of_the_pages_hold_their_time_and_are_all_different():
    one, other = TaskUidGenerator(), TaskUidGenerator()
    uids = [maker.generate(1_700_000_000.9) for maker in (one, other) for _ in range(500)]
    assert all(re.fullmatch("[0-9a-v]{20}", uid) for uid in uids)
    assert {creation_time(uid) for uid in uids} == {1_700_000_000}
    assert len(set(uids)) == 1000
    assert one.generate(1_700_000_001) > max(uids[:500])
