"""What every paid Action is to the rest of the pack, whatever it makes of what."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

from ..data_uri import DataUri
from .extra_parameters import merge


class ResultKind(Enum):
    """What a task brings: pictures behind the URLs of ImgList, or the texts of TxtList."""

    PICTURES = "pictures"
    TEXTS = "texts"


@dataclass(frozen=True, kw_only=True)
class Action(ABC):
    """One frozen request. It validates itself and gives everything that is sent but PublicKey, request_uuid, Signature.

    Attribute names are the node's input ids, so that a refusal names what the user sees.
    `extra_parameters` is merged into the request last, field by field, for what the nodes have no input for.
    """

    ACTION: ClassVar[str]
    RESULT: ClassVar[ResultKind] = ResultKind.PICTURES

    extra_parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    @abstractmethod
    def images(self) -> tuple[DataUri, ...]:
        """What is sent, in the order of the request."""

    @abstractmethod
    def own_params(self) -> dict[str, Any]:
        """The parameters of the Action's page, by their names on the wire."""

    def to_params(self) -> dict[str, Any]:
        return merge({"Action": self.ACTION, **self.own_params()}, self.extra_parameters)

    @property
    def seed(self) -> int | None:
        """-1 asks for a random one; None where the Action has no Seed."""
        return None

    def with_seed(self, seed: int) -> Action:
        """The same request with another seed."""
        raise TypeError(f"{self.ACTION} has no Seed, so it cannot be given {seed}")

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of what is made, where the request says so."""
        return None

    @property
    def batch_size(self) -> int | None:
        """How many results are made, where the request says so."""
        return None
