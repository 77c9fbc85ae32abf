"""The ways in which the real service may differ from its pages, each a switch that may be thrown while it runs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

Empty = Literal["kept", "omitted", "null"]
SeedTold = Literal["always", "when over", "never"]
CutOuts = Literal["transparent", "with mask", "mask", "plain"]

PicturesTakenAs = Literal["both", "data URI", "bare"]
Redrawn = Literal["white", "black"]
CfgSpelling = Literal["CFGScale", "CfgScale"]
ResultFormat = Literal["PNG", "JPEG", "WEBP"]

_CHOICES = {
    "empty": get_args(Empty),
    "seed_told": get_args(SeedTold),
    "cut_outs": get_args(CutOuts),
    "pictures_taken_as": get_args(PicturesTakenAs),
    "redrawn": get_args(Redrawn),
    "cfg_spelling": get_args(CfgSpelling),
    "result_format": get_args(ResultFormat),
}


@dataclass
class Quirks:
    """All off (or at their plainest) by default."""

    action_response: bool = False
    """Echo `Action` with 'Response' after it, as the parent company's gateway does."""
    detail_actions: dict[str, str] = field(default_factory=dict)
    """Other words for the Action of a TaskDetail, e.g. {"ApplyReferencePattern": "ApplyReferencePatternResponse"}."""
    seed_told: SeedTold = "always"
    """When a TaskDetail has a Seed; "when over": only then is it known."""
    uuid_task_uids: bool = False
    """TaskUIDs are UUIDs, which do not tell when they were made."""
    models_as_array: bool = False
    """ListModels answers arrays where the pages say Map[String]Model."""
    details_without_ret_code: bool = False
    """ListTasksDetails answers without RetCode and Message, as its page's table has it."""
    details_reversed: bool = False
    """TaskDetailList in another order than TaskUIDList."""
    unknown_uid_fails: bool = False
    """A TaskUID that is not known makes the whole ListTasksDetails fail instead of being left out."""
    error_message_spelt_right: bool = False
    """`ErrorMessage` in place of the documented typo `ErrorMassage`."""
    empty: Empty = "kept"
    """Empty optional fields of a TaskDetail, and empty lists, as they are, left out, or null. "kept": no Seed is 0."""
    status_words: dict[str, str] = field(default_factory=dict)
    """Other words for Queuing, Running, Finished, Error, e.g. {"Finished": "SUCCESS"}."""
    cut_outs: CutOuts = "transparent"
    """What RemoveBackground and ExtractContents give: one transparent picture, one on white with a mask beside it, the
    mask alone, or one on white alone."""
    masks_black_on_object: bool = False
    """The masks of objects are black where the object is."""
    pictures_taken_as: PicturesTakenAs = "both"
    """Pictures are taken as data URIs and as bare Base64, or in one of these forms only."""
    redrawn: Redrawn = "white"
    """What of the mask of ApplyReferencePattern is redrawn."""
    cfg_spelling: CfgSpelling = "CFGScale"
    """How ListModels spells it; requests may spell it either way."""
    result_format: ResultFormat = "PNG"
    """Of result files."""
    idempotent_request_uuid: bool = False
    """A submit with a request_uuid that was seen before is the same task, and not paid again."""
    most_calls_per_second: int = 0
    """More calls than that are throttled (RetCode 153); 0: any number."""
    refusal_http_status: int = 200
    """HTTP status of an answer with RetCode other than 0."""
    expired_http_status: int = 403
    """HTTP status of a result URL past its time; 403 as for a signed URL, or 404."""
    clock_offset: float = 0.0
    """Seconds by which the server's clock (Date header, TaskUIDs, ExpireTimestamp) is ahead of the machine's."""

    def change(self, changes: Mapping[str, Any]) -> None:
        """Throws several switches at once; ValueError names one that does not exist or does not fit."""
        kinds = {switch.name: type(getattr(Quirks(), switch.name)) for switch in fields(self)}
        for name, value in changes.items():
            if name not in kinds:
                raise ValueError(f"no quirk is called {name!r}; there are {', '.join(kinds)}")
            if (not isinstance(value, kinds[name]) or (kinds[name] is int and isinstance(value, bool))) and not (
                kinds[name] is float and isinstance(value, int)
            ):
                raise ValueError(f"quirk {name} needs a {kinds[name].__name__}, not {value!r}")
            if name in _CHOICES and value not in _CHOICES[name]:
                raise ValueError(f"quirk {name} is one of {', '.join(_CHOICES[name])}, not {value!r}")
        for name, value in changes.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """The switches as JSON can say them."""
        return asdict(self)
