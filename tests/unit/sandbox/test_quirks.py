"""Which quirks can be set to what."""

import pytest
from comfyui_picpik.sandbox import Quirks


@pytest.mark.parametrize(
    "changes",
    [
        {"no_such_quirk": True},
        {"models_as_array": 1},
        {"empty": "gone"},
        {"seed_told": "later"},
        {"status_words": ["SUCCESS"]},
        {"clock_offset": "1"},
        {"action_response": True, "empty": None},
    ],
)
def test_a_quirk_that_does_not_exist_or_fit_is_refused_and_nothing_is_changed(changes):
    quirks = Quirks()
    with pytest.raises(ValueError, match="quirk"):
        quirks.change(changes)
    assert quirks == Quirks()
