"""The Actions that make tasks."""

from comfyui_picpik.picpik.api import ACTIONS, TASK_ACTIONS


def test_every_action_that_the_pack_pays_for_makes_tasks():
    assert set(ACTIONS) <= TASK_ACTIONS


def test_what_answers_at_once_makes_no_task():
    at_once = {"ListModels", "ListControlNets", "ListTasksDetails", "ListRunningTasks", "GetCreditBalance"}
    assert not at_once & TASK_ACTIONS


def test_no_name_is_that_of_an_answer():
    assert not any(action.endswith("Response") for action in TASK_ACTIONS)
