"""A sandbox on a port, and a raw client that signs what it is told to, right or wrong."""

import asyncio
import base64
import json
import uuid
from io import BytesIO

import httpx
import pytest
from comfyui_picpik.sandbox import Sandbox
from comfyui_picpik.sandbox.signature import sign
from PIL import Image


def encoded_picture(width=64, height=64, colour="orange"):
    file = BytesIO()
    Image.new("RGB", (width, height), colour).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


class RawClient:
    """Sends one request at a time, as it is, and never again."""

    def __init__(self, running, http):
        self.running = running
        self.sandbox = running.sandbox
        self.http = http

    def signed(self, action, **parameters):
        """The parameters of a whole, signed request; None leaves one out."""
        whole = {
            "Action": action,
            "PublicKey": self.running.public_key,
            "request_uuid": str(uuid.uuid4()),
            **parameters,
        }
        whole = {name: value for name, value in whole.items() if value is not None}
        return {"Signature": sign(whole, self.running.private_key), **whole}

    async def post(self, parameters, **options):
        """Any JSON, or any bytes, to the bare host."""
        body = parameters if isinstance(parameters, bytes) else json.dumps(parameters).encode()
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}
        return await self.http.post(self.running.endpoint, content=body, headers=headers, **options)

    async def call(self, action, **parameters):
        """The answer to a signed request, as JSON."""
        return (await self.post(self.signed(action, **parameters))).json()

    def extract_parameters(self, **changes):
        small = {"MainModel": {"ModelCode": "PICPIK General"}, "RawImage": encoded_picture(), "Width": 64, "Height": 64}
        return small | changes

    async def submit(self, **changes):
        """The TaskUID of a small GeneratePatternsFromImage."""
        answer = await self.call("GeneratePatternsFromImage", **self.extract_parameters(**changes))
        assert answer["RetCode"] == 0, answer
        return answer["TaskUID"]

    async def details(self, *uids):
        return await self.call("ListTasksDetails", TaskUIDList=list(uids))

    async def until(self, uid, *statuses):
        """The TaskDetail once it has one of these statuses."""
        while True:
            detail = (await self.details(uid))["TaskDetailList"][0]
            if detail["Status"] in statuses:
                return detail
            assert detail["Status"] not in ("Finished", "Error"), detail
            await asyncio.sleep(0.01)

    async def finished(self, **changes):
        """The TaskDetail of a small task that ran to its end."""
        return await self.until(await self.submit(**changes), "Finished", "Error")

    async def control(self, method, path, **options):
        return await self.http.request(method, f"{self.running.endpoint}/_sandbox/{path}", **options)


@pytest.fixture
def settings():
    """What the sandbox is made with; overridden by parametrisation."""
    return {}


@pytest.fixture
async def client(settings):
    sandbox = Sandbox(**({"seconds_queued": 0, "seconds_per_task": 0} | settings))
    async with sandbox.serve() as running, httpx.AsyncClient(trust_env=False, timeout=20) as http:
        yield RawClient(running, http)


@pytest.fixture
def picture():
    return encoded_picture


@pytest.fixture
def until():
    """Waits for a condition of this process."""

    async def wait(condition):
        deadline = asyncio.get_running_loop().time() + 20
        while not condition():
            assert asyncio.get_running_loop().time() < deadline, "it never came true"
            await asyncio.sleep(0.01)

    return wait
