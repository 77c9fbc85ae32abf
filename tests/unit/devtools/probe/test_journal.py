"""What a run of the probe leaves for the next one."""

from comfyui_picpik.devtools.probe.journal import Journal, Outcome, digest

UID = "cktlm6lrh4miq8ng9nf0"


def test_what_was_sent_and_found_is_there_in_the_next_run_and_no_task_uid_is(tmp_path):
    journal = Journal(tmp_path)
    journal.begin("first", 4, used_before=100).task = digest(UID)
    journal.begin("second", 2, used_before=104)
    journal.trials["base64"] = Outcome([{"what": "w"}], {"base64": "both"})
    journal.write()

    again = Journal(tmp_path)
    assert again.spent == 6
    assert again.sends["first"].task == digest(UID)
    assert (again.sends["first"].is_noted, again.sends["second"].is_noted) == (True, False)
    assert again.trials == journal.trials
    assert UID not in (tmp_path / "probe.json").read_text()
