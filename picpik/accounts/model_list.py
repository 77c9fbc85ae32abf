"""What ListModels last said, kept on disk, so that models can be chosen offline and before the first call."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..api import DEFAULT_MODEL, ModelList, ModelRef
from .json_files import write_json

FILE_NAME = "models.json"
_MOST_LISTS = 20


@dataclass(frozen=True)
class KnownModels:
    """Codes to choose from. `as_of` is Unix time, or 0 where the service has never been asked."""

    main: tuple[str, ...] = (DEFAULT_MODEL,)
    sub: tuple[str, ...] = ()
    trigger_words: Mapping[str, tuple[str, ...]] | None = None
    as_of: float = 0.0

    @classmethod
    def from_list(cls, listed: ModelList) -> KnownModels:
        """DEFAULT_MODEL comes first, whatever the service lists."""
        sub = (*listed.lora, *listed.embedding, *listed.hypernetwork)
        return cls(
            main=_codes((ModelRef(DEFAULT_MODEL), *listed.main)),
            sub=_codes(sub),
            trigger_words={model.model_code: model.trigger_words for model in sub if model.trigger_words},
            as_of=time.time(),
        )


def read_models(home: Path, identity: str) -> KnownModels:
    """The list that an account's service told last time, or the one that is always there. Blocks.

    `identity` names endpoint and keys: each service has models of its own, and so may each account.
    """
    return _lists(home).get(identity, KnownModels())


def write_models(home: Path, identity: str, known: KnownModels) -> None:
    """Keeps the list of one account beside those of others. Blocks; raises OSError."""
    lists = {**_lists(home), identity: known}
    newest = sorted(lists, key=lambda each: lists[each].as_of, reverse=True)[:_MOST_LISTS]
    write_json(home / FILE_NAME, {each: asdict(lists[each]) for each in newest})


def _lists(home: Path) -> Mapping[str, KnownModels]:
    path = home / FILE_NAME
    try:
        file = path.stat()
        return _read(path, (file.st_mtime_ns, file.st_ino, file.st_size))
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


@functools.lru_cache(maxsize=1)
def _read(path: Path, _changed: tuple[int, ...]) -> Mapping[str, KnownModels]:
    """ComfyUI asks a node for its inputs again and again: a file that has not changed is read once."""
    content = json.loads(path.read_text("utf-8"))
    return {str(identity): _parsed(listed) for identity, listed in content.items()}


def _parsed(content: Mapping[str, Any]) -> KnownModels:
    words = content.get("trigger_words") or {}
    return KnownModels(
        main=tuple(dict.fromkeys((DEFAULT_MODEL, *map(str, content.get("main") or ())))),
        sub=tuple(map(str, content.get("sub") or ())),
        trigger_words={str(code): tuple(map(str, texts)) for code, texts in words.items()},
        as_of=float(content.get("as_of") or 0),
    )


def _codes(models: tuple[ModelRef, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(model.model_code for model in models))
