"""The client against the sandbox on a port: two readings of the API pages, one call at a time."""

import asyncio
import base64
import io
import logging
import socket

import httpx
import pytest
from comfyui_picpik.picpik.api import (
    Account,
    ApiError,
    ApplyReferencePattern,
    BadAnswer,
    CallFailed,
    Client,
    DataUri,
    GeneratePatternsFromImage,
    Generation,
    HttpRefused,
    InferenceParams,
    ModelRef,
    NeverSent,
    NoAnswer,
    NotConfigured,
    PicpikError,
    TaskDetail,
    Timeouts,
)
from comfyui_picpik.sandbox import Quirks, Sandbox
from PIL import Image


def png(size: tuple[int, int] = (64, 64), mode: str = "RGB", **changes) -> DataUri:
    file = io.BytesIO()
    picture = Image.radial_gradient("L").resize(size).convert(mode)
    picture.save(file, "PNG", **changes)
    return DataUri.encode("image/png", [file.getvalue()])


def mask(size: tuple[int, int] = (64, 64)) -> DataUri:
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).point(lambda level: 255 * (level > 127)).save(file, "PNG")
    return DataUri.encode("image/png", [file.getvalue()])


SMALL = Generation(seed=5, width=64, height=64)
EXTRACT = GeneratePatternsFromImage(png(), (0, 0, 64, 64), generation=SMALL).to_params()


@pytest.fixture
async def served():
    async with Sandbox(seconds_queued=0.0, seconds_per_task=0.05).serve() as running:
        yield running


@pytest.fixture
async def client(served):
    made = Client(Account(served.endpoint, served.public_key, served.private_key))
    yield made
    await made.aclose()


async def finished(client: Client, task_uid: str) -> TaskDetail:
    for _ in range(200):
        detail = (await client.task_details([task_uid]))[task_uid]
        if detail.status.ended:
            return detail
        await asyncio.sleep(0.02)
    raise AssertionError("the task did not end")


async def test_every_parameter_of_apply_is_taken_by_a_server_that_checks_each(served, client):
    request = ApplyReferencePattern(
        png(),
        mask(),
        png(),
        pattern_strength=0.123456,
        chaotic_mode=True,
        color_correction=True,
        generation=Generation(
            main_model=ModelRef(
                "PICPIK General",
                inference=InferenceParams(steps=20, sampler="Euler", clip_skip=2, cfg_scale=7.0),
            ),
            sub_models=(ModelRef("lora", trigger_words=("麻",), inference=InferenceParams(lora_weight=0.85)),),
            positive_prompts=("studio light", "亚麻 🙂"),
            negative_prompts=("blurry",),
            seed=2147483647,
            width=64,
            height=96,
            batch_size=2,
            use_main_model_vae=True,
        ),
        extra_parameters={"MainModel": {"InferenceParams": {"Eta": 0.00001}}},
    )

    detail = await finished(client, await client.submit(request.to_params()))

    assert (detail.action, detail.seed, len(detail.image_urls)) == ("ApplyReferencePattern", 2147483647, 2)
    assert detail.points_spent == served.sandbox.state()["tasks"][0]["ConsumeApiPoint"]


async def test_a_task_goes_from_submit_to_pictures(client):
    detail = await finished(client, await client.submit(EXTRACT))
    picture = Image.open(io.BytesIO(await client.download(detail.image_urls[0])))
    assert picture.size == (64, 64)


async def test_a_running_task_is_listed_until_it_ends(served, client):
    served.sandbox.faults.add("stuck")
    task_uid = await client.submit(EXTRACT)
    assert await client.running_tasks() == [task_uid]


async def test_a_task_that_the_service_does_not_know_is_missing_from_the_answer(client):
    assert await client.task_details(["00000000000000000000"]) == {}


@pytest.mark.parametrize("as_array", [False, True])
async def test_models_and_credits_are_read(served, client, as_array):
    served.sandbox.quirks.models_as_array = as_array
    assert "PICPIK General" in [model.model_code for model in (await client.models()).main]
    before = await client.credits()
    await client.submit(EXTRACT)
    after = await client.credits()
    assert before.left - after.left == served.sandbox.state()["tasks"][0]["ConsumeApiPoint"]


QUIRKS = [
    Quirks(action_response=True),
    Quirks(details_without_ret_code=True),
    Quirks(details_reversed=True),
    Quirks(error_message_spelt_right=True),
    Quirks(empty="omitted"),
    Quirks(empty="null"),
]


@pytest.mark.parametrize("quirks", QUIRKS, ids=str)
async def test_what_the_pages_leave_open_does_not_matter(quirks):
    async with Sandbox(seconds_queued=0.0, seconds_per_task=0.05, quirks=quirks).serve() as served:
        client = Client(Account(served.endpoint, served.public_key, served.private_key))
        uids = [await client.submit(EXTRACT) for _ in range(2)]
        for uid in uids:
            assert (await finished(client, uid)).image_urls
        await client.aclose()


async def test_a_wrong_key_is_refused_by_the_service_in_its_own_words(served):
    client = Client(Account(served.endpoint, served.public_key, "wrong"))
    with pytest.raises(ApiError) as refusal:
        await client.credits()
    assert refusal.value.ret_code == 171
    assert refusal.value.message
    await client.aclose()


FAULTS = [
    ({"kind": "reset_unread"}, NoAnswer),
    ({"kind": "reset"}, NoAnswer),
    ({"kind": "reset", "accepted": True}, NoAnswer),
    ({"kind": "http", "status": 502}, HttpRefused),
    ({"kind": "http", "status": 429, "retry_after": 7}, HttpRefused),
    ({"kind": "garbage"}, BadAnswer),
    ({"kind": "truncated_json"}, BadAnswer),
    ({"kind": "missing_task_uid"}, BadAnswer),
    ({"kind": "ret_code", "ret_code": 153}, ApiError),
    ({"kind": "ret_code", "ret_code": 4242, "message": "who knows"}, ApiError),
]


@pytest.mark.parametrize(("fault", "error"), FAULTS, ids=lambda value: str(value) if isinstance(value, dict) else "")
async def test_each_way_a_call_can_fail_is_one_of_our_errors(served, client, fault, error):
    served.sandbox.faults.add(**fault)
    with pytest.raises(error) as failure:
        await client.submit(EXTRACT)
    what, do = str(failure.value).splitlines()
    assert what
    assert do


async def test_a_read_that_hangs_ends_with_a_time_out(served):
    client = Client(Account(served.endpoint, served.public_key, served.private_key), timeouts=Timeouts(read=0.3))
    served.sandbox.faults.add("hang", accepted=False)
    with pytest.raises(NoAnswer, match="time-out"):
        await client.credits()
    await client.aclose()


async def test_a_submit_whose_answer_drips_is_cut_and_its_connection_closed():
    closed = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        end = asyncio.ensure_future(reader.read())
        while not end.done():
            writer.write(b" ")
            await asyncio.wait((end,), timeout=0.01)
        end.exception()  # whether it was closed or reset does not matter
        writer.close()
        closed.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    account = Account(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "p", "k")
    client = Client(account, timeouts=Timeouts(whole_submit=0.3))
    with pytest.raises(NoAnswer, match="time-out"):
        await client.submit(EXTRACT)
    await closed.wait()
    await client.aclose()
    server.close()
    await server.wait_closed()


async def test_retry_after_is_read(served, client):
    served.sandbox.faults.add("http", status=503, retry_after=7)
    with pytest.raises(HttpRefused) as refusal:
        await client.credits()
    assert refusal.value.retry_after == 7


async def test_a_submit_whose_answer_lacks_the_ret_code_but_has_a_task_uid_is_accepted(served, client):
    served.sandbox.faults.add("missing_ret_code")
    assert await client.submit(EXTRACT) == served.sandbox.state()["tasks"][0]["TaskUID"]


DOWNLOAD_FAULTS = [
    ({"kind": "truncated_body"}, NoAnswer),
    ({"kind": "http", "action": "download", "status": 404}, HttpRefused),
    ({"kind": "reset", "action": "download"}, NoAnswer),
]


@pytest.mark.parametrize(("fault", "error"), DOWNLOAD_FAULTS)
async def test_a_download_is_whole_or_an_error(served, client, fault, error):
    detail = await finished(client, await client.submit(EXTRACT))
    served.sandbox.faults.add(**fault)
    with pytest.raises(error):
        await client.download(detail.image_urls[0])


async def test_a_result_url_that_has_expired_is_an_error(served, client):
    detail = await finished(client, await client.submit(EXTRACT))
    served.sandbox.expire()
    with pytest.raises(HttpRefused, match="403"):
        await client.download(detail.image_urls[0])


def a_closed_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


async def test_a_closed_port_means_that_nothing_was_sent():
    client = Client(Account(f"http://127.0.0.1:{a_closed_port()}", "p", "k"))
    with pytest.raises(NeverSent, match="no connection"):
        await client.submit(EXTRACT)
    await client.aclose()


async def test_a_name_that_does_not_exist_is_said_as_such():
    client = Client(Account("http://picpik.invalid", "p", "k"))
    with pytest.raises(NeverSent):
        await client.credits()
    await client.aclose()


@pytest.mark.parametrize("proxy", ["nonsense", "ftp://host:1"])
def test_a_proxy_that_cannot_be_used_is_refused_without_telling_it(proxy):
    with pytest.raises(NotConfigured) as refusal:
        Client(Account("https://api.picpik.ai", "p", "k", proxy=proxy))
    assert proxy not in str(refusal.value)


HTTPX_ERRORS = [
    error
    for error in vars(httpx).values()
    if isinstance(error, type) and issubclass(error, httpx.HTTPError) and error is not httpx.HTTPStatusError
]


@pytest.mark.parametrize("error", HTTPX_ERRORS, ids=lambda error: error.__name__)
async def test_no_error_of_httpx_leaves_the_client_and_none_tells_the_url(error):
    def fail(_: httpx.Request) -> httpx.Response:
        raise error("secret.example/?token=1")

    client = Client(Account("http://127.0.0.1:1", "p", "k"), transport=httpx.MockTransport(fail))
    for call in (client.submit(EXTRACT), client.credits(), client.download("http://secret.example/?token=1")):
        with pytest.raises(CallFailed) as failure:
            await call
        assert isinstance(failure.value, PicpikError)
        assert "secret.example" not in str(failure.value)
    await client.aclose()


NOT_JSON = [b"", b"<html>login</html>", b"[]", b'"text"', b"null", b"{", b"\xff\xfe"]


@pytest.mark.parametrize("body", NOT_JSON)
@pytest.mark.parametrize("status", [200, 403, 413, 502])
async def test_an_answer_that_is_not_the_api_s_is_told_as_such(body, status):
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    client = Client(Account("http://127.0.0.1:1", "p", "k"), transport=transport)
    with pytest.raises((BadAnswer, HttpRefused)) as failure:
        await client.credits()
    assert (str(status) in str(failure.value)) == (status != 200)
    await client.aclose()


async def test_nothing_of_our_calls_is_logged_and_other_people_s_calls_still_are(client, caplog):
    caplog.set_level(logging.DEBUG)
    detail = await finished(client, await client.submit(EXTRACT))
    await client.download(detail.image_urls[0])
    assert "127.0.0.1" not in caplog.text
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200))) as other:
        await other.get("http://another-pack.example/")
    assert "another-pack.example" in caplog.text


async def test_the_private_key_and_the_pictures_never_show_in_an_error_or_a_repr(served):
    account = Account(served.endpoint, served.public_key, "very-private")
    client = Client(account)
    with pytest.raises(ApiError) as refusal:
        await client.submit(EXTRACT)
    text = base64.b64encode(b"\x89PNG").decode()[:5]
    for shown in (str(refusal.value), repr(account), repr(EXTRACT["RawImage"])):
        assert "very-private" not in shown
        assert text not in shown
    await client.aclose()


async def test_the_offset_of_the_service_s_clock_is_known_after_a_call(served, client):
    served.sandbox.quirks.clock_offset = 3600.0
    await client.credits()
    assert client.clock_offset == pytest.approx(3600, abs=5)


async def test_a_proxy_of_the_environment_is_used_but_never_for_this_computer_itself(monkeypatch):
    seen = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readline())
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    proxy = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    far = Client(Account("http://picpik.invalid", "p", "k"))
    with pytest.raises(HttpRefused, match="502"):
        await far.credits()
    near = Client(Account(f"http://127.0.0.1:{a_closed_port()}", "p", "k"))
    with pytest.raises(NeverSent):
        await near.credits()

    assert len(seen) == 1
    assert seen[0].startswith(b"POST http://picpik.invalid")
    await far.aclose()
    await near.aclose()
    proxy.close()
    await proxy.wait_closed()
