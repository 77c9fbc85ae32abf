"""What one client does with a running ComfyUI: queue a prompt, wait for its end, interrupt it, fetch its pictures."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx

from .comfyui_events import Event, EventStream

ENDS = {"execution_success": "success", "execution_error": "error", "execution_interrupted": "interrupted"}


@dataclass(frozen=True)
class Picture:
    """A picture that a node showed or saved."""

    filename: str
    subfolder: str
    type: str
    """`output`, `temp` or `input`: the ComfyUI folder it lies in."""
    content: bytes


@dataclass(frozen=True)
class NodeError:
    """Why a node failed, as ComfyUI reports it."""

    node_id: str
    node_type: str
    message: str
    exception_type: str
    traceback: str


@dataclass(frozen=True)
class Outcome:
    """How one prompt ended."""

    prompt_id: str
    status: str
    """`success`, `error` or `interrupted`."""
    history: dict[str, Any]
    events: list[Event]
    """What this client was told about this prompt, and the texts shown on nodes meanwhile."""
    images: dict[str, list[Picture]]
    """By node id."""
    errors: list[NodeError]

    @property
    def error(self) -> NodeError | None:
        """The first error."""
        return self.errors[0] if self.errors else None

    @property
    def shown(self) -> dict[str, list[str]]:
        """The texts that nodes such as Preview Any show after the run, by node id."""
        outputs: dict[str, dict[str, Any]] = self.history.get("outputs", {})
        return {node_id: list(output["text"]) for node_id, output in outputs.items() if "text" in output}

    def texts(self, node_id: str) -> list[str]:
        """What was shown under the node while it ran, in order."""
        return [
            event.data["text"]
            for event in self.events
            if event.kind == "progress_text" and event.data["node"] == node_id
        ]


class PromptRefused(Exception):
    """ComfyUI did not queue a prompt. The text is what it said, per node."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer
        self.node_errors: dict[str, Any] = answer.get("node_errors") or {}
        lines = [answer.get("error", {}).get("message", "refused")]
        for node_id, node in self.node_errors.items():
            lines += [f"node {node_id} ({node['class_type']}): {e['message']}: {e['details']}" for e in node["errors"]]
        super().__init__("\n".join(lines))


class ComfyuiClient:
    """One client with an id of its own; `http` is there for every other route."""

    def __init__(self, url: str) -> None:
        self.id = uuid.uuid4().hex
        self.http = httpx.Client(base_url=url, timeout=60, trust_env=False)
        self.events = EventStream(url, self.id)

    def __enter__(self) -> "ComfyuiClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Disconnects."""
        self.events.close()
        self.http.close()

    def object_info(self) -> dict[str, Any]:
        """All node types and their inputs and outputs."""
        return self._get("/object_info").json()

    def run(self, prompt: Mapping[str, Any], timeout: float = 60, workflow: Mapping[str, Any] | None = None) -> Outcome:
        """Queues `prompt` and waits for its end. Raises PromptRefused, TimeoutError or ConnectionError."""
        return self.wait(self.queue(prompt, workflow), timeout)

    def queue(self, prompt: Mapping[str, Any], workflow: Mapping[str, Any] | None = None) -> str:
        """Queues `prompt` and gives its id. `workflow` is what the pictures carry, to be opened from them."""
        extra_data = {"extra_pnginfo": {"workflow": workflow}} if workflow else {}
        body = {"prompt": prompt, "client_id": self.id, "extra_data": extra_data}
        answer = self.http.post("/prompt", json=body)
        if answer.status_code == httpx.codes.BAD_REQUEST or (answer.is_success and answer.json().get("node_errors")):
            raise PromptRefused(answer.json())
        return answer.raise_for_status().json()["prompt_id"]

    def wait(self, prompt_id: str, timeout: float = 60) -> Outcome:
        """Waits until ComfyUI has put a queued prompt behind it."""

        def is_last(event: Event) -> bool:
            data = event.data
            return event.kind == "executing" and data.get("prompt_id") == prompt_id and data.get("node") is None

        self.events.wait_for(is_last, timeout)
        return self._outcome(prompt_id)

    def interrupt(self, prompt_id: str | None = None) -> None:
        """Interrupts a prompt, or whatever is running."""
        self.http.post("/interrupt", json={"prompt_id": prompt_id} if prompt_id else {}).raise_for_status()

    def history(self, prompt_id: str) -> dict[str, Any]:
        """What ComfyUI remembers of a finished prompt; empty when it does not know it."""
        return self._get(f"/history/{prompt_id}").json().get(prompt_id, {})

    def view(self, filename: str, subfolder: str = "", type: str = "output") -> bytes:
        """The content of a picture."""
        return self._get("/view", filename=filename, subfolder=subfolder, type=type).content

    def _get(self, path: str, **parameters: str) -> httpx.Response:
        return self.http.get(path, params=parameters).raise_for_status()

    def _outcome(self, prompt_id: str) -> Outcome:
        events = self._events_of(prompt_id)
        history = self.history(prompt_id)
        return Outcome(
            prompt_id=prompt_id,
            status=next(ENDS[event.kind] for event in reversed(events) if event.kind in ENDS),
            history=history,
            events=events,
            images={
                node_id: [self._picture(image) for image in shown["images"]]
                for node_id, shown in history["outputs"].items()
                if "images" in shown
            },
            errors=[_node_error(event.data) for event in events if event.kind == "execution_error"],
        )

    def _events_of(self, prompt_id: str) -> list[Event]:
        """From the first to the last that names the prompt, with those between that name none, as texts on nodes."""
        events = [event for event in self.events.so_far() if event.data.get("prompt_id", prompt_id) == prompt_id]
        named = [place for place, event in enumerate(events) if "prompt_id" in event.data]
        return events[named[0] : named[-1] + 1]

    def _picture(self, image: Mapping[str, str]) -> Picture:
        place = {name: image[name] for name in ("filename", "subfolder", "type")}
        return Picture(**place, content=self.view(**place))


def _node_error(data: Mapping[str, Any]) -> NodeError:
    return NodeError(
        node_id=data["node_id"],
        node_type=data["node_type"],
        message=data["exception_message"].strip(),
        exception_type=data["exception_type"],
        traceback="".join(data["traceback"]),
    )
