"""How an input is refused, whatever it belongs to."""

from collections.abc import Callable

import pytest
from comfyui_picpik.picpik.api import InputRefused


@pytest.fixture
def assert_refused() -> Callable[[Callable[[], object], str], None]:
    """Asserts that what is built is refused in two lines, the first of which names the input."""

    def assert_refused(build: Callable[[], object], input: str) -> None:
        with pytest.raises(InputRefused) as refusal:
            build()
        assert refusal.value.input == input
        first, second = str(refusal.value).splitlines()
        assert first.startswith(f"{input}: ")
        assert second

    return assert_refused
