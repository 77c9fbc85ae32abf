"""The registry of Actions."""

import re

from comfyui_picpik.sandbox.actions import ACTIONS


def test_an_action_is_read_in_the_file_of_its_name():
    for action, read in ACTIONS.items():
        snake_case = re.sub(r"(?<!^)(?=[A-Z])", "_", action).lower()
        assert read.__module__.rsplit(".", 1)[-1] == snake_case
