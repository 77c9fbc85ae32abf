"""One call at a time, against answers that are made up."""

import asyncio
import json
import ssl
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from comfyui_picpik.picpik.api import (
    Account,
    ApiError,
    BadAnswer,
    CallFailed,
    Client,
    Clock,
    Credits,
    HttpRefused,
    NoAnswer,
    NotConfigured,
    TaskStatus,
    Timeouts,
)

SERVICE_DATE = "Fri, 27 Oct 2023 02:39:25 GMT"
SERVICE_TIME = 1698374365.0


class SetClock(Clock):
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.unix = 1000.0
        self.since_start = 50.0

    def time(self) -> float:
        return self.unix

    def monotonic(self) -> float:
        return self.since_start


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
async def reached_by(clock: SetClock) -> AsyncIterator[Callable[..., Client]]:
    """Makes clients that reach the service by what a test gives them."""
    made: list[Client] = []

    def reached_by(transport: httpx.AsyncBaseTransport, **settings: Any) -> Client:
        made.append(Client(Account("https://picpik.invalid", "p", "k"), transport=transport, clock=clock, **settings))
        return made[-1]

    yield reached_by
    for client in made:
        await client.aclose()


@pytest.fixture
def answering(reached_by: Callable[..., Client]) -> Callable[..., Client]:
    """Makes clients of a service that always answers the same."""

    def answering(body: Any, status: int = 200, **headers: str) -> Client:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return reached_by(httpx.MockTransport(lambda _: httpx.Response(status, content=content, headers=headers)))

    return answering


CREDITS = {"RetCode": 0, "TotalCredits": 9, "UsedCredits": 4}


async def test_before_the_first_answer_our_own_clock_is_all_there_is(answering, clock):
    client = answering(CREDITS)
    assert (client.now(), client.knows_the_time, client.clock_offset) == (1000.0, False, None)
    clock.unix += 5
    assert client.now() == 1005.0


async def test_the_service_s_time_goes_on_whoever_sets_our_clock(answering, clock):
    client = answering(CREDITS, Date=SERVICE_DATE)
    await client.credits()
    assert (client.now(), client.knows_the_time) == (SERVICE_TIME, True)
    clock.since_start += 7
    clock.unix -= 500
    assert client.now() == SERVICE_TIME + 7
    assert client.clock_offset == SERVICE_TIME + 7 - 500


async def test_a_client_that_takes_the_place_of_another_knows_the_time_from_it(answering):
    former, client, ignorant = answering(CREDITS, Date=SERVICE_DATE), answering(CREDITS), answering(CREDITS)
    await former.credits()
    for other in (former, ignorant):
        client.keep_time_of(other)
        assert client.knows_the_time and client.now() == SERVICE_TIME


async def test_an_answer_without_a_date_tells_no_time(answering):
    client = answering(CREDITS, Date="soon")
    await client.credits()
    assert not client.knows_the_time


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": " 0 "}, 0.0),
        ({"Retry_After": "-3"}, 0.0),
        ({"Retry_After": "nan"}, None),
        ({"Retry_After": "inf"}, None),
        ({"Retry_After": "1e999"}, None),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": ""}, None),
        ({}, None),
        ({"Retry_After": "Fri, 27 Oct 2023 02:39:55 GMT", "Date": SERVICE_DATE}, 30.0),
        ({"Retry_After": "Fri, 27 Oct 2023 02:39:55", "Date": SERVICE_DATE}, 30.0),
        ({"Retry_After": "Fri, 27 Oct 2023 02:39:55 GMT", "Date": "soon"}, SERVICE_TIME + 30 - 1000),
        ({"Retry_After": "Fri, 27 Oct 2023 02:39:15 GMT", "Date": SERVICE_DATE}, 0.0),
    ],
    ids=str,
)
async def test_retry_after_is_a_number_or_a_date_by_the_server_s_own_clock(answering, header, seconds):
    with pytest.raises(HttpRefused) as refusal:
        await answering(b"busy", 429, **header).credits()
    assert refusal.value.retry_after == seconds


SUBMIT = {"Action": "GenerateImages"}
UID = "cktlm6lrh4miq8ng9nf0"


@pytest.mark.parametrize("status", [200, 201, 202, 299, 400, 409, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("more", [{}, *({"RetCode": code} for code in (0, 110, 171, 5000, "0"))], ids=str)
async def test_an_answer_with_a_task_uid_is_an_accepted_task_whatever_else_it_says(answering, status, more):
    assert await answering({"TaskUID": UID, **more}, status).submit(SUBMIT) == UID


@pytest.mark.parametrize("junk", [None, "", 5, True, [UID], {"TaskUID": UID}])
async def test_a_task_uid_that_is_no_text_is_none(answering, junk):
    with pytest.raises(BadAnswer, match="no TaskUID"):
        await answering({"RetCode": 0, "TaskUID": junk}).submit(SUBMIT)


@pytest.mark.parametrize(
    ("status", "error"),
    [(201, BadAnswer), (202, BadAnswer), (204, BadAnswer), (500, HttpRefused), (404, HttpRefused)],
)
async def test_a_status_without_the_api_s_json_is_told_as_what_it_is(answering, status, error):
    with pytest.raises(error):
        await answering(b"", status).submit(SUBMIT)


@pytest.mark.parametrize("status", [200, 201, 400, 500])
async def test_a_refusal_is_the_service_s_own_word_whatever_the_status(answering, status):
    with pytest.raises(ApiError, match="in arrears") as refusal:
        await answering({"RetCode": 520, "Message": "in arrears"}, status).submit(SUBMIT)
    assert refusal.value.ret_code == 520


@pytest.mark.parametrize("ret_code", [True, "171", 2**64, 1.5, None])
async def test_what_is_no_ret_code_neither_refuses_nor_accepts(answering, ret_code):
    with pytest.raises(BadAnswer, match="no RetCode"):
        await answering({"RetCode": ret_code}).submit(SUBMIT)


@pytest.mark.parametrize("ret_code", [{}, {"RetCode": 0}], ids=str)
@pytest.mark.parametrize("empty", [None, []])
async def test_a_list_of_tasks_that_is_null_is_empty(answering, ret_code, empty):
    assert await answering({"TaskDetailList": empty, **ret_code}).task_details([UID]) == {}


@pytest.mark.parametrize("listed", [{}, {"TaskDetailList": None}, {"TaskDetailList": []}], ids=str)
async def test_a_refused_look_is_no_empty_list(answering, listed):
    with pytest.raises(ApiError, match="in arrears"):
        await answering({"RetCode": 520, "Message": "in arrears", **listed}).task_details([UID])


@pytest.mark.parametrize("listed", [{}, *({"TaskDetailList": junk} for junk in (5, "", "x", {}, False))], ids=str)
async def test_a_list_of_tasks_that_is_none_is_a_bad_answer(answering, listed):
    with pytest.raises(BadAnswer, match="no TaskDetailList"):
        await answering({"RetCode": 0, **listed}).task_details([UID])


BROKEN = [
    None,
    5,
    [],
    {},
    {"TaskUID": None},
    {"TaskUID": 5},
    {"TaskUID": "b", "ImgList": 5, "TxtList": 7, "Seed": 10**30, "ConsumeApiPoint": 2**63, "ErrorCode": -(2**70)},
    {"TaskUID": "\ud800", "Status": ["x"], "Action": {"a": 1}, "ErrorMassage": 5},
    {"TaskUID": "b", "ImgList": [None, {"x": 1}], "Seed": True, "Status": "\udfff"},
]


@pytest.mark.parametrize("broken", BROKEN, ids=range(len(BROKEN)))
async def test_a_broken_task_does_not_take_its_neighbours_along(answering, broken):
    whole = {"TaskUID": UID, "Status": "Finished", "ImgList": ["http://x"]}
    details = await answering({"TaskDetailList": [broken, whole, broken]}).task_details([UID])
    assert details[UID].status is TaskStatus.FINISHED


@pytest.mark.parametrize(
    ("listed", "running"),
    [
        ({}, []),
        ({"TaskUIDList": None}, []),
        ({"TaskUIDList": []}, []),
        ({"TaskUIDList": [UID, None, 5, ""]}, [UID]),
    ],
    ids=str,
)
async def test_running_tasks_are_those_that_can_be_read(answering, listed, running):
    assert await answering({"RetCode": 0, **listed}).running_tasks() == running


@pytest.mark.parametrize("listed", [5, 0, "", "x", {}, False, [5], [None, ""]], ids=str)
async def test_a_look_that_cannot_be_read_saw_nothing(answering, listed):
    with pytest.raises(BadAnswer):
        await answering({"RetCode": 0, "TaskUIDList": listed}).running_tasks()


@pytest.mark.parametrize("junk", [True, 2**63, "9", None, 1.5])
async def test_credits_are_whole_numbers(answering, junk):
    with pytest.raises(BadAnswer):
        await answering(CREDITS | {"TotalCredits": junk}).credits()
    assert await answering(CREDITS | {"ExpireTimestamp": junk}).credits() == Credits(9, 4)


REDIRECTS = [301, 302, 303, 307, 308]


@pytest.mark.parametrize("status", REDIRECTS)
async def test_no_call_follows_a_redirect_and_the_error_says_where_it_leads(reached_by, status):
    asked = []

    def redirect(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(status, headers={"Location": "https://u:pw@elsewhere.example/path?Signature=secret"})

    client = reached_by(httpx.MockTransport(redirect))
    for call in (client.submit(SUBMIT), client.credits(), client.task_details([UID])):
        with pytest.raises(HttpRefused) as refusal:
            await call
        what, do = str(refusal.value).splitlines()
        assert what == f"picpik.invalid redirects to https://elsewhere.example (HTTP {status})."
        assert "PICPIK_ENDPOINT" in do
        assert refusal.value.status == status
    assert asked == ["picpik.invalid"] * 3


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("/login?next=secret", "https://picpik.invalid"),
        ("//elsewhere.example:8443/x", "https://elsewhere.example:8443"),
        ("http://[::1]/x", "http://[::1]"),
        ("http://[broken/x", "another address"),
        ("http://a:99999999/", "another address"),
        ("http://" + "a" * 1000, "another address"),
        ("http://a b/", "another address"),
    ],
)
async def test_where_a_redirect_leads_is_told_as_far_as_it_can_be_shown(answering, location, shown):
    with pytest.raises(HttpRefused) as refusal:
        await answering(b"", 302, Location=location).credits()
    assert refusal.value.what == f"picpik.invalid redirects to {shown} (HTTP 302)."


async def test_a_redirect_to_nowhere_is_one_too(answering):
    with pytest.raises(HttpRefused, match="redirects to another address"):
        await answering(b"", 302).credits()


@pytest.mark.parametrize("status", REDIRECTS)
async def test_a_download_follows_redirects(reached_by, status):
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/old":
            return httpx.Response(status, headers={"Location": "http://other.example/new"})
        return httpx.Response(200, content=b"picture")

    assert await reached_by(httpx.MockTransport(answer)).download("http://results.example/old") == b"picture"


async def test_a_download_does_not_go_round_in_circles(answering):
    with pytest.raises(NoAnswer, match="again and again"):
        await answering(b"", 302, Location="http://results.example/").download("http://results.example/")


@pytest.mark.parametrize(
    "url", ["", "x", "http://", "http://[::1", "http://h:99999999/", "http://h:-1/", "http://h:0/", "data:,a", "//h/a"]
)
async def test_a_result_that_has_no_address_is_a_bad_answer(answering, url):
    with pytest.raises(BadAnswer, match="result URL"):
        await answering(b"").download(url)


async def test_a_host_that_idna_refuses_is_one_of_our_errors():
    client = Client(Account("https://picpik.invalid", "p", "k"))
    with pytest.raises(CallFailed):
        await client.download("http://xn--/")
    await client.aclose()


class Breaking(httpx.AsyncByteStream):
    """A body that breaks off."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"RetCode": 0, '
        raise self._error


FOREIGN = [ssl.SSLError("bad record mac"), OSError(5, "secret.example"), ConnectionResetError(), TimeoutError()]


@pytest.mark.parametrize("error", FOREIGN, ids=repr)
async def test_what_the_system_raises_in_mid_stream_is_no_answer(reached_by, error):
    client = reached_by(httpx.MockTransport(lambda _: httpx.Response(200, stream=Breaking(error))))
    for call in (client.submit(SUBMIT), client.credits(), client.download("http://results.example/")):
        with pytest.raises(NoAnswer) as failure:
            await call
        assert "secret.example" not in str(failure.value)


class Dripping(httpx.AsyncByteStream):
    """A body that never ends, though something comes all the time."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.001)


class SlowLine(httpx.AsyncBaseTransport):
    """Each piece of an upload takes a while."""

    def __init__(self, answer: httpx.AsyncByteStream) -> None:
        self._answer = answer

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        async for _ in request.stream:
            for _ in range(100):
                await asyncio.sleep(0)
        return httpx.Response(200, stream=self._answer)


async def test_a_submit_whose_answer_drips_is_cut(reached_by):
    with pytest.raises(NoAnswer, match="time-out"):
        await reached_by(SlowLine(Dripping()), timeouts=Timeouts(whole_submit=0.05)).submit(SUBMIT)


async def test_an_upload_may_take_longer_than_the_answer(reached_by):
    answer = httpx.ByteStream(json.dumps({"TaskUID": UID}).encode())
    assert await reached_by(SlowLine(answer), timeouts=Timeouts(whole_submit=0.0)).submit(SUBMIT) == UID


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
def test_a_socks_proxy_says_what_it_needs(monkeypatch, scheme):
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", f"{scheme}://user:password@proxy.example:1080")
    with pytest.raises(NotConfigured) as refusal:
        Client(Account("https://picpik.invalid", "p", "k"))
    what, do = str(refusal.value).splitlines()
    assert "SOCKS" in what
    assert "pip install httpx[socks]" in do
    assert "http://host:port" in do
    assert "password" not in str(refusal.value)
