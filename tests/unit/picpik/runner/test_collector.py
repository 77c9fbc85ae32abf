"""From a finished task to files on disk: each result for itself."""

import asyncio

import pytest
from comfyui_picpik.picpik.api import BadAnswer, HttpRefused, NoAnswer, TaskStatus
from comfyui_picpik.picpik.ledger import ResultFolder, StoredFile
from comfyui_picpik.picpik.runner import Delays
from comfyui_picpik.picpik.runner.collector import Collector, Missing
from comfyui_picpik.picpik.runner.connection import Connection
from comfyui_picpik.tests.made_up import NoJitter, detail
from comfyui_picpik.tests.virtual_time import in_virtual_time

PNG = b"\x89PNG\r\n\x1a\n"
SILENCE = NoAnswer("host", "time-out")
GONE = HttpRefused("host", 404)
UID = "cl9v2000000000000000"


def check_picture(content: bytes) -> None:
    if b"broken" in content:
        raise ValueError("it is cut off.\nand more that nobody reads")


@pytest.fixture
def folder(tmp_path):
    return ResultFolder(tmp_path / "results", lambda _: None)


@pytest.fixture
def collect(client, folder, work):
    def collect(there=(), urls=(), texts=(), action="ApplyReferencePattern"):
        task = detail(UID, TaskStatus.FINISHED, image_urls=tuple(urls), texts=tuple(texts), action=action)
        collector = Collector(Connection(client), folder, check_picture, work, NoJitter(), Delays(first_retry=1.0))
        return collector.collect(task, there)

    client.pictures = lambda url: PNG + url.encode()
    return collect


def names(files):
    return [file.name.rpartition("/")[2] for file in files]


def fails(client, url, *outcomes):
    """The first downloads of this URL end so."""
    left = iter(outcomes)
    client.pictures = lambda asked: next(left, PNG + b"at last") if asked == url else PNG + asked.encode()


@in_virtual_time
async def test_all_results_are_on_disk_in_the_service_s_order_pictures_before_texts(collect, folder):
    collected = await collect(urls=["a", "b", "c"], texts=["one", "two"])
    assert names(collected.files) == ["00.png", "01.png", "02.png", "00.txt", "01.txt"]
    assert [folder.path(file).read_bytes() for file in collected.files] == [
        PNG + b"a", PNG + b"b", PNG + b"c", b"one", b"two",
    ]  # fmt: skip
    assert collected.missing == ()
    assert folder.intact(collected.files)


@in_virtual_time
async def test_what_is_there_is_not_fetched_again(collect, client):
    there = (StoredFile(f"{UID}/01.png", 3, "x"), StoredFile(f"{UID}/00.txt", 3, "y"))
    collected = await collect(there=there, urls=["a", "b", "c"], texts=["one", "two"])
    assert client.given("download") == ["a", "c"]
    assert names(collected.files) == ["00.png", "01.png", "02.png", "00.txt", "01.txt"]
    assert collected.files[1] is there[0] and collected.files[3] is there[1]


@in_virtual_time
async def test_where_all_is_there_nothing_is_fetched(collect, client):
    there = (StoredFile(f"{UID}/00.png", 3, "x"),)
    collected = await collect(there=there, urls=["a"])
    assert (collected.files, collected.missing, client.calls) == (there, (), [])


@in_virtual_time
async def test_of_three_pictures_with_one_dead_two_are_stored(collect, client):
    fails(client, "b", GONE)
    collected = await collect(urls=["a", "b", "c"])
    assert names(collected.files) == ["00.png", "02.png"]
    assert collected.missing == (Missing("host answered HTTP 404 instead of a result"),)
    assert client.given("download").count("b") == 1


@in_virtual_time
async def test_a_download_is_tried_four_times_as_long_as_it_may_pass(collect, client):
    fails(client, "a", SILENCE, HttpRefused("host", 500), SILENCE)
    collected = await collect(urls=["a"])
    assert names(collected.files) == ["00.png"] and collected.missing == ()
    assert client.times("download") == [0.0, 1.0, 3.0, 7.0]


@in_virtual_time
async def test_a_download_that_failed_four_times_is_missing_for_now(collect, client):
    fails(client, "a", *[SILENCE] * 4)
    collected = await collect(urls=["a"])
    assert collected.files == () and collected.missing == (Missing("host did not answer (time-out)"),)
    assert client.times("download") == [0.0, 1.0, 3.0, 7.0]


@in_virtual_time
async def test_a_picture_that_is_incomplete_is_downloaded_afresh(collect, client, folder):
    fails(client, "a", PNG + b"broken", PNG + b"broken")
    collected = await collect(urls=["a"])
    assert folder.path(collected.files[0]).read_bytes() == PNG + b"at last"
    assert client.times("download") == [0.0, 1.0, 2.0]


@in_virtual_time
async def test_a_picture_that_stays_incomplete_is_kept_all_the_same_but_is_missing(collect, client):
    fails(client, "a", *[PNG + b"broken"] * 4)
    collected = await collect(urls=["a", "b"])
    assert names(collected.files) == ["01.png"]
    (missing,) = collected.missing
    assert missing.reason == "it is cut off"
    assert missing.kept is not None and missing.kept.read_bytes() == PNG + b"broken"
    assert client.given("download").count("a") == 4


@in_virtual_time
async def test_not_more_than_eight_downloads_run_at_once(collect, client):
    client.seconds = 1.0
    await collect(urls=[str(number) for number in range(20)])
    assert client.times("download") == [0.0] * 8 + [1.0] * 8 + [2.0] * 4


@in_virtual_time
async def test_a_download_that_waits_for_its_next_try_leaves_its_place_to_others(collect, client):
    client.pictures = lambda url: SILENCE if len(url) == 1 and asyncio.get_running_loop().time() == 0 else PNG
    await collect(urls=[*"12345678", "ninth"])
    assert [at for at, _, url in client.calls if url == "ninth"] == [0.0]


@pytest.mark.parametrize(("action", "nothing"), [("ApplyReferencePattern", "picture"), ("", "picture")])
@in_virtual_time
async def test_a_task_of_which_nothing_is_listed_has_nothing_that_can_be_had(collect, action, nothing):
    there = (StoredFile(f"{UID}/00.png", 3, "x"),)
    collected = await collect(there=there, texts=["", ""], action=action)
    assert collected.missing == (Missing(f"PICPIK lists no {nothing} of it"),)
    assert collected.files == there


@in_virtual_time
async def test_an_empty_text_among_others_keeps_its_place(collect, folder):
    collected = await collect(texts=["", "two"])
    assert names(collected.files) == ["00.txt", "01.txt"]
    assert [folder.path(file).read_text("utf-8") for file in collected.files] == ["", "two"]


@pytest.mark.parametrize("picture", [PNG, PNG + b"broken"])
@in_virtual_time
async def test_what_no_disk_takes_is_missing_and_the_rest_goes_on(collect, client, monkeypatch, picture):
    save = ResultFolder.save

    def full(self, uid, index, content):
        if index == 0:
            raise OSError(28, "No space left on device")
        return save(self, uid, index, content)

    monkeypatch.setattr(ResultFolder, "save", full)
    client.pictures = lambda url: picture if url == "a" else PNG
    collected = await collect(urls=["a", "b"])
    assert names(collected.files) == ["01.png"]
    assert collected.missing == (Missing("they cannot be written to disk (No space left on device)"),)


@in_virtual_time
async def test_an_answer_that_is_none_is_tried_again(collect, client):
    fails(client, "a", BadAnswer("host", "a login page"))
    assert (await collect(urls=["a"])).missing == ()
