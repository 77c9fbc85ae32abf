"""What every paid Action is to the rest of the pack, whatever it makes of what."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

from ..data_uri import DataUri
from ..pixel_digest import PixelDigest
from .extra_parameters import merge


class ResultKind(Enum):
    """What a task brings: pictures behind the URLs of ImgList, or the texts of TxtList."""

    PICTURES = "pictures"
    TEXTS = "texts"


@dataclass(frozen=True, kw_only=True)
class Action(ABC):
    """One frozen request. It validates itself and gives everything that is sent but PublicKey, request_uuid, Signature.

    Attribute names are the node's input ids, so that a refusal names what the user sees. An image may be a PixelDigest
    as long as it is not encoded (see UnencodedRequest); such a request tells its key, and cannot be sent.
    `extra_parameters` is merged into the request last, field by field, for what the nodes have no input for.
    """

    ACTION: ClassVar[str]
    RESULT: ClassVar[ResultKind] = ResultKind.PICTURES

    extra_parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    @abstractmethod
    def images(self) -> tuple[DataUri | PixelDigest, ...]:
        """What is sent, in the order of the request."""

    @property
    def byte_count(self) -> int:
        """Bytes of the images on the wire."""
        return sum(image.byte_count for image in self.images)

    @abstractmethod
    def own_params(self) -> dict[str, Any]:
        """The parameters of the Action's page, by their names on the wire."""

    def to_params(self) -> dict[str, Any]:
        return merge({"Action": self.ACTION, **self.own_params()}, self.extra_parameters)

    def key_params(self) -> dict[str, Any]:
        """What is asked for, as JSON, images by their digests: the request key is made of it. Hashes encoded images."""
        return _by_digests(self.to_params())

    def encoded(self) -> Action:
        """What is sent. An Action is encoded already; see UnencodedRequest."""
        return self

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


def _by_digests(value: Any) -> Any:
    if isinstance(value, (DataUri, PixelDigest)):
        return value.digest
    if isinstance(value, Mapping):
        return {name: _by_digests(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_by_digests(inner) for inner in value]
    return value
