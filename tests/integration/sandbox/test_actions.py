"""An Action that only these tests have: its line in the registry is all that the running sandbox needs of it."""

from io import BytesIO

import numpy as np
import pytest
from comfyui_picpik.sandbox.actions import ACTIONS, Pictures, TaskSpec, Texts
from comfyui_picpik.sandbox.validation import Field, filled_text, list_of, read_fields
from PIL import Image

_FIELDS = (Field("Things", list_of(filled_text), required=True),)


def describe_things(parameters):
    """A text for each thing, without a Seed, three credits each."""
    things = read_fields(parameters, _FIELDS)["Things"]
    return TaskSpec(Texts(len(things), lambda index: f"a picture of {things[index]}"), credits=3 * len(things))


def paint_things(parameters):
    """A plain picture with alpha for each thing, without a Seed: the first is 1, the next 2."""
    things = read_fields(parameters, _FIELDS)["Things"]
    return TaskSpec(Pictures(len(things), lambda index: np.full((8, 8, 4), index + 1, np.uint8)), credits=1)


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setitem(ACTIONS, "DescribeThings", describe_things)
    monkeypatch.setitem(ACTIONS, "PaintThings", paint_things)


async def submit(client, action="DescribeThings", **parameters):
    answer = await client.call(action, **({"Things": ["a cat", "a hat"]} | parameters))
    assert (answer["RetCode"], answer["Action"]) == (0, action)
    return answer["TaskUID"]


async def over(client, *arguments):
    return await client.until(await submit(client, *arguments), "Finished", "Error")


async def pixels(client, url):
    return np.asarray(Image.open(BytesIO((await client.http.get(url)).content)))


async def test_texts_are_given_in_the_task_detail_and_cost_what_the_action_says(client):
    uid = await submit(client)
    assert client.sandbox.state()["credits"]["UsedCredits"] == 6
    detail = await client.until(uid, "Finished")
    assert (detail["Action"], detail["TxtList"]) == ("DescribeThings", ["a picture of a cat", "a picture of a hat"])
    assert (detail["ImgList"], detail["ConsumeApiPoint"], detail["ErrorCode"]) == ([], 6, 0)
    assert client.sandbox.state()["credits"]["UsedCredits"] == 6


@pytest.mark.parametrize("settings", [{"until_seen": True}])
async def test_there_are_no_texts_before_the_task_is_finished(client):
    uid = await submit(client)
    assert (await client.call("ListRunningTasks"))["TaskUIDList"] == [uid]
    first = (await client.details(uid))["TaskDetailList"][0]
    assert (first["Status"] != "Finished", first["TxtList"]) == (True, [])
    assert len((await client.until(uid, "Finished"))["TxtList"]) == 2


@pytest.mark.parametrize(("empty", "seed"), [("kept", 0), ("omitted", ...), ("null", None)])
async def test_an_action_without_a_seed_shows_none(client, empty, seed):
    client.sandbox.quirks.empty = empty
    detail = await over(client)
    assert detail.get("Seed", ...) == seed
    assert client.sandbox.state()["tasks"][0]["Seed"] is None


async def test_its_parameters_are_checked_before_anything_is_paid(client):
    answer = await client.call("DescribeThings", Things=["a cat", " "])
    assert (answer["RetCode"], "[Things[1]]" in answer["Message"]) == (230, True)
    assert client.sandbox.tasks == []


@pytest.mark.parametrize("settings", [{"total_credits": 5}])
async def test_it_is_refused_when_it_is_too_dear(client):
    answer = await client.call("DescribeThings", Things=["a cat", "a hat"])
    assert (answer["RetCode"], "needs 6, 5 are left" in answer["Message"]) == (520, True)


async def test_a_failed_one_gives_its_credits_back_and_shows_no_text(client):
    client.sandbox.faults.add("fail", action="DescribeThings", error_code=77)
    detail = await over(client)
    assert (detail["Status"], detail["ErrorCode"], detail["ConsumeApiPoint"]) == ("Error", 77, 0)
    assert detail["TxtList"] == []
    assert client.sandbox.state()["credits"]["UsedCredits"] == 0


async def test_a_text_that_cannot_be_made_ends_in_error(client, monkeypatch):
    broken = TaskSpec(Texts(1, lambda index: f"{1 / index}"), credits=1)
    monkeypatch.setitem(ACTIONS, "DescribeThings", lambda _: broken)
    detail = await over(client)
    assert (detail["Status"], detail["ErrorCode"]) == ("Error", 2000)
    assert detail["ErrorMassage"].startswith("The text could not be written: ZeroDivisionError")
    assert client.sandbox.state()["credits"]["UsedCredits"] == 0


@pytest.mark.parametrize(("count", "texts"), [(0, []), (1, ["a cat"]), (3, ["a cat", "a hat", "a cat"])])
async def test_picture_count_gives_fewer_or_more_texts_and_begins_again(client, count, texts):
    client.sandbox.faults.add("picture_count", count=count)
    detail = await over(client)
    assert (detail["Status"], detail["TxtList"]) == ("Finished", [f"a picture of {thing}" for thing in texts])


async def test_picture_format_changes_no_text(client):
    client.sandbox.faults.add("picture_format", format="WEBP")
    assert len((await over(client))["TxtList"]) == 2


@pytest.mark.parametrize(("count", "values"), [(None, [1, 2]), (1, [1]), (5, [1, 2, 1, 2, 1])])
async def test_pictures_without_a_seed_are_behind_urls(client, count, values):
    if count is not None:
        client.sandbox.faults.add("picture_count", count=count)
    detail = await over(client, "PaintThings")
    assert (detail["TxtList"], detail["Seed"]) == ([], 0)
    pictures = [await pixels(client, url) for url in detail["ImgList"]]
    assert [(picture.shape, picture[0, 0, 3]) for picture in pictures] == [((8, 8, 4), value) for value in values]


async def test_once_it_is_off_the_registry_it_does_not_exist(client, monkeypatch):
    monkeypatch.delitem(ACTIONS, "DescribeThings")
    answer = await client.call("DescribeThings", Things=["a cat"])
    assert (answer["RetCode"], answer["Message"]) == (161, "Action [DescribeThings] does not exist")
