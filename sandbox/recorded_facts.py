"""A sandbox that behaves as a service was recorded: facts of `service_facts.json` to settings and quirks.

    {"version": 1, "services": {"<host>": {"status_words": {word: {"times", "with results", "with an error", ...}},
     "orders": {"<word> > <word>": times}, "seconds": {"submit to <word>": {"times", "sum"}},
     "answers": {Action: {"<path>: <type>": times}}, "results": {"PNG 64 x 64 RGB": times},
     "throttled": {"calls in the second before": {number: times}}, "clock_offset": {"latest seconds"},
     "probed": {"base64", "mask", "request_uuid"}}}}

What the facts do not tell stays as it is without them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

_BASE64 = {"bare only": "bare", "data URI only": "data URI"}


def recorded_service(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts of the service that was called last. ValueError where there are none."""
    services = content.get("services") if isinstance(content, Mapping) else None
    if not isinstance(services, Mapping) or not services:
        raise ValueError("the file has no facts of a service")
    return max(services.values(), key=lambda facts: facts.get("latest_call", 0))


def recorded_quirks(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Changes for `Quirks.change`."""
    return dict(_quirks(facts))


def recorded_seconds(facts: Mapping[str, Any]) -> dict[str, float]:
    """`seconds_queued` and `seconds_per_task` of a Sandbox, as far as they were seen."""
    words = _words(facts)
    began = _mean_seconds(facts, words.get("Running"))
    over = _mean_seconds(facts, words.get("Finished"))
    if over is None:
        return {}
    queued = min(began, over) if began is not None and "Queuing" in words else 0.0
    return {"seconds_queued": queued, "seconds_per_task": over - queued}


def _quirks(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if words := _words(facts):
        yield "status_words", words
    probed, answers = facts.get("probed", {}), facts.get("answers", {})
    details, models = answers.get("ListTasksDetails", {}), answers.get("ListModels", {})
    if probed.get("base64") in _BASE64:
        yield "pictures_taken_as", _BASE64[probed["base64"]]
    if probed.get("mask") in ("white", "black"):
        yield "redrawn", probed["mask"]
    yield "idempotent_request_uuid", probed.get("request_uuid") == "one task"
    if (seed_told := _seed_told(facts)) is not None:
        yield "seed_told", seed_told
    if details:
        yield "details_without_ret_code", "RetCode: Int" not in details
        yield "error_message_spelt_right", "TaskDetailList[].ErrorMessage: String" in details
    if models:
        yield "models_as_array", any(path.startswith("MainModels[]") for path in models)
        yield "cfg_spelling", "CfgScale" if any(".CfgScale:" in path for path in models) else "CFGScale"
    formats = [name.split()[0] for name in facts.get("results", {}) if name.split()[0] in ("PNG", "JPEG", "WEBP")]
    if formats:
        yield "result_format", max(set(formats), key=formats.count)
    throttled = facts.get("throttled", {}).get("calls in the second before", {})
    if throttled:
        yield "most_calls_per_second", max(1, min(map(int, throttled)) - 1)
    if offset := facts.get("clock_offset", {}).get("latest seconds"):
        yield "clock_offset", float(offset)


def _words(facts: Mapping[str, Any]) -> dict[str, str]:
    """The service's word for each of the sandbox's four, as far as it was seen in its place."""
    seen: Mapping[str, Any] = facts.get("status_words", {})
    found = {}
    for status, evidence in (("Finished", "with results"), ("Error", "with an error")):
        words = {word: each.get(evidence, 0) for word, each in seen.items() if each.get(evidence, 0)}
        if words:
            found[status] = max(words, key=words.__getitem__)
    under_way = [order.split(" > ")[:-1] for order in facts.get("orders", {})]
    longest = max(under_way, key=len, default=[])
    if longest:
        found["Running"] = longest[-1]
    if len(longest) > 1:
        found["Queuing"] = longest[0]
    return found


def _seed_told(facts: Mapping[str, Any]) -> str | None:
    seen = [each for each in facts.get("status_words", {}).values() if each.get("with a Seed sent")]
    under_way = [each for each in seen if not each.get("with results") and not each.get("with an error")]
    if not under_way:
        return None
    if any(each.get("told", {}).get("Seed") for each in under_way):
        return "always"
    return "when over" if any(each.get("told", {}).get("Seed") for each in seen) else "never"


def _mean_seconds(facts: Mapping[str, Any], word: str | None) -> float | None:
    timed = facts.get("seconds", {}).get(f"submit to {word}")
    return timed["sum"] / timed["times"] if timed and timed.get("times") else None
