"""The sandbox's wire, call by call: who is let in, what is answered, and how the quirks change it."""

import email.utils
import json
import time
import uuid

import pytest
from comfyui_picpik.sandbox.task_uids import creation_time


async def test_every_action_answers_with_its_name_a_zero_and_the_request_uuid(client, picture):
    uid = await client.submit()
    for action, parameters in {
        "ListModels": {},
        "ListRunningTasks": {},
        "GetCreditBalance": {},
        "ListTasksDetails": {"TaskUIDList": [uid]},
        "GeneratePatternsFromImage": client.extract_parameters(),
        "ApplyReferencePattern": {
            "MainModel": {"ModelCode": "PICPIK General"},
            "RawImageIndex": 0,
            "MaskIndex": 1,
            "PatternImageIndex": 2,
            "Width": 64,
            "Height": 64,
            "ImageAndMaskList": [picture(), picture(colour="white"), picture(colour="blue")],
        },
    }.items():
        answer = await client.call(action, request_uuid="8482d350-04f9-421b-817b-1d98b3a4dcfa", **parameters)
        assert (answer["Action"], answer["RetCode"], answer["Message"]) == (action, 0, "")
        assert answer["request_uuid"] == "8482d350-04f9-421b-817b-1d98b3a4dcfa"


async def test_the_request_uuid_may_be_left_out_and_is_then_not_echoed(client):
    assert "request_uuid" not in await client.call("ListModels", request_uuid=None)


@pytest.mark.parametrize(
    ("change", "ret_code", "named"),
    [
        ({"Action": None}, 160, "Action"),
        ({"Action": ""}, 160, "Action"),
        ({"Action": "GenerateBackgrounds"}, 161, "GenerateBackgrounds"),
        ({"Action": ["ListModels"]}, 161, "Action"),
        ({"PublicKey": None}, 220, "PublicKey"),
        ({"PublicKey": 5}, 230, "PublicKey"),
        ({"PublicKey": "somebody else"}, 172, "PublicKey"),
        ({"Signature": None}, 170, "Signature"),
        ({"Signature": "0" * 40}, 171, "Signature"),
        ({"Signature": ["x"]}, 171, "Signature"),
        ({"Extra": "not signed"}, 171, "Signature"),
    ],
)
async def test_who_does_not_sign_a_known_action_is_not_let_in(client, change, ret_code, named):
    parameters = {**client.signed("ListModels"), **change}
    response = await client.post({name: value for name, value in parameters.items() if value is not None})
    assert response.status_code == 200
    answer = response.json()
    assert answer["RetCode"] == ret_code
    assert named in answer["Message"]
    assert "MainModels" not in answer


async def test_a_request_uuid_that_is_no_text_is_refused_by_name(client):
    answer = await client.call("ListModels", request_uuid=7)
    assert (answer["RetCode"], "[request_uuid]" in answer["Message"]) == (230, True)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe\xfa", b'{"Seed": NaN}', b'{"Seed": 1e999}', b"[" * 100_000]
)
async def test_a_body_that_is_no_json_object_is_refused(client, body):
    answer = (await client.post(body)).json()
    assert answer["RetCode"] == 230
    assert "JSON" in answer["Message"]


async def test_a_body_that_does_not_say_it_is_json_is_refused(client):
    response = await client.post(client.signed("ListModels"), headers={"Content-Type": "text/plain"})
    assert (response.json()["RetCode"], "Content-Type" in response.json()["Message"]) == (230, True)


async def test_a_refused_submit_names_its_field_and_accepts_nothing(client):
    answer = await client.call("GeneratePatternsFromImage", **client.extract_parameters(Width=63))
    assert (answer["RetCode"], "[Width]" in answer["Message"], "TaskUID" in answer) == (230, True, False)
    assert client.sandbox.state()["tasks"] == []
    assert client.sandbox.state()["credits"]["UsedCredits"] == 0


@pytest.mark.parametrize(
    ("change", "ret_code"), [({}, 220), ({"TaskUIDList": "uid"}, 230), ({"TaskUIDList": [1]}, 230)]
)
async def test_a_poll_without_a_list_of_texts_is_refused(client, change, ret_code):
    answer = await client.call("ListTasksDetails", **change)
    assert (answer["RetCode"], "[TaskUIDList" in answer["Message"]) == (ret_code, True)


async def test_a_body_of_thirty_megabytes_is_read_and_one_of_a_hundred_and_thirty_is_not(client):
    padded = client.signed("ListModels", Padding="x" * 30_000_000)
    assert (await client.post(padded)).json()["RetCode"] == 0
    too_long = await client.post(b" " * 135_000_000)
    assert too_long.status_code == 413


async def test_nothing_else_is_served(client):
    assert (await client.http.get(client.running.endpoint)).status_code == 405
    assert (await client.http.post(client.running.endpoint + "/v1", json={})).status_code == 404


async def test_models_are_listed_with_all_that_a_request_may_pass_back(client):
    answer = await client.call("ListModels")
    general = answer["MainModels"]["PICPIK General"]
    assert general["InferenceParams"] == {"Steps": 10, "Sampler": "Euler", "ClipSkip": 1, "CFGScale": 7.5}
    assert all(answer[field] is not None for field in ("LoraModels", "EmbeddingModels", "HypernetworkModels"))
    await client.submit(MainModel=general, SubModelList=list(answer["LoraModels"].values()))


async def test_the_date_header_and_task_uids_follow_the_servers_clock(client):
    client.sandbox.quirks.clock_offset = 5000.0
    response = await client.post(client.signed("ListModels"))
    said = email.utils.parsedate_to_datetime(response.headers["Date"]).timestamp()
    assert said - time.time() == pytest.approx(5000, abs=5)
    assert creation_time(await client.submit()) - time.time() == pytest.approx(5000, abs=5)


class TestQuirks:
    async def test_the_action_may_come_back_as_a_response(self, client):
        client.sandbox.quirks.action_response = True
        assert (await client.call("ListModels"))["Action"] == "ListModelsResponse"

    async def test_the_action_of_a_task_may_come_back_as_another_word(self, client):
        client.sandbox.quirks.detail_actions = {"GeneratePatternsFromImage": "Extraction"}
        assert (await client.finished())["Action"] == "Extraction"

    @pytest.mark.parametrize(("empty", "shown"), [("kept", 0), ("omitted", None)])
    async def test_the_seed_may_be_told_only_when_the_task_is_over(self, client, empty, shown):
        client.sandbox.quirks.change({"seed_told": "when over", "empty": empty})
        client.sandbox.faults.add("stuck", where={"Seed": 3})
        stuck = await client.submit(Seed=3)
        assert (await client.details(stuck))["TaskDetailList"][0].get("Seed") == shown
        assert (await client.finished(Seed=4))["Seed"] == 4

    async def test_the_seed_may_never_be_told(self, client):
        client.sandbox.quirks.change({"seed_told": "never", "empty": "omitted"})
        assert "Seed" not in await client.finished(Seed=4)

    async def test_task_uids_may_tell_no_time(self, client):
        client.sandbox.quirks.uuid_task_uids = True
        uid = await client.submit()
        assert str(uuid.UUID(uid)) == uid
        await client.until(uid, "Finished")

    async def test_models_may_come_as_arrays(self, client):
        client.sandbox.quirks.models_as_array = True
        answer = await client.call("ListModels")
        assert answer["MainModels"][0]["ModelCode"] == "PICPIK General"
        assert answer["HypernetworkModels"] == []

    async def test_task_details_may_come_without_ret_code(self, client):
        client.sandbox.quirks.details_without_ret_code = True
        answer = await client.details(await client.submit())
        assert "RetCode" not in answer and "Message" not in answer
        assert len(answer["TaskDetailList"]) == 1

    async def test_task_details_may_come_in_another_order(self, client):
        client.sandbox.quirks.details_reversed = True
        uids = [await client.submit(Seed=seed) for seed in (1, 2, 3)]
        details = (await client.details(*uids))["TaskDetailList"]
        assert [detail["TaskUID"] for detail in details] == uids[::-1]

    async def test_an_unknown_task_is_left_out_or_fails_the_whole_call(self, client):
        uid = await client.submit()
        answer = await client.details("cktlm6lrh4miq8ng9nf0", uid)
        assert [detail["TaskUID"] for detail in answer["TaskDetailList"]] == [uid]
        client.sandbox.quirks.unknown_uid_fails = True
        answer = await client.details("cktlm6lrh4miq8ng9nf0", uid)
        assert (answer["RetCode"], "cktlm6lrh4miq8ng9nf0" in answer["Message"]) == (230, True)
        assert "TaskDetailList" not in answer

    async def test_the_status_words_may_be_others(self, client):
        client.sandbox.quirks.status_words = {"Finished": "SUCCESS"}
        detail = await client.until(await client.submit(), "SUCCESS")
        assert detail["ImgList"]

    async def test_the_typo_may_be_mended(self, client):
        client.sandbox.quirks.error_message_spelt_right = True
        detail = await client.finished()
        assert "ErrorMessage" in detail and "ErrorMassage" not in detail

    async def test_empty_fields_may_be_left_out_or_null(self, client):
        uid = (await client.finished())["TaskUID"]
        client.sandbox.quirks.empty = "omitted"
        detail = (await client.details(uid))["TaskDetailList"][0]
        assert not {"TxtList", "ErrorCode", "ErrorMassage"} & detail.keys()
        assert "TaskUIDList" not in await client.call("ListRunningTasks")
        client.sandbox.quirks.empty = "null"
        detail = (await client.details(uid))["TaskDetailList"][0]
        assert (detail["TxtList"], detail["ErrorCode"]) == (None, 0)
        assert (await client.call("ListRunningTasks"))["TaskUIDList"] is None

    async def test_refusals_may_have_a_http_status(self, client):
        client.sandbox.quirks.refusal_http_status = 400
        response = await client.post({"Action": "ListModels"})
        assert (response.status_code, response.json()["RetCode"]) == (400, 220)

    async def test_quirks_are_set_over_http_and_refused_when_they_do_not_exist(self, client):
        response = await client.control("POST", "quirks", json={"action_response": True, "clock_offset": 3})
        assert response.json()["action_response"] is True
        assert (await client.call("ListModels"))["Action"] == "ListModelsResponse"
        for wrong in ({"no_such": 1}, [1]):
            response = await client.control("POST", "quirks", json=wrong)
            assert response.status_code == 400


async def test_the_state_holds_no_key_and_no_picture(client, picture):
    await client.submit(RawImage=picture(640, 640))
    text = json.dumps(client.sandbox.state())
    assert client.running.private_key not in text
    assert "Signature" not in text
    assert "base64" not in text


CONTROLS = (("GET", "state"), ("POST", "faults"), ("DELETE", "faults"), ("POST", "quirks"), ("POST", "expire"))


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_a_page_of_another_site_may_not_use_the_controls(client, headers):
    for method, path in CONTROLS:
        assert (await client.control(method, path, headers=headers)).status_code == 403, path
    assert (await client.control("GET", "state")).json()["faults"] == {"waiting": [], "fired": []}


async def test_a_program_and_whoever_types_the_address_may_use_the_controls(client):
    own = [{}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": client.running.endpoint}]
    assert {(await client.control("GET", "state", headers=headers)).status_code for headers in own} == {200}


@pytest.mark.parametrize(("form", "taken"), [("data URI", True), ("bare", False)])
async def test_pictures_may_be_taken_in_one_form_only(client, picture, form, taken):
    client.sandbox.quirks.pictures_taken_as = form
    if taken:
        await client.submit(RawImage=picture())
        bare = picture().partition(",")[2]
        with pytest.raises(AssertionError, match="is not Base64 as data URI"):
            await client.submit(RawImage=bare)
    else:
        await client.submit(RawImage=picture().partition(",")[2])
        with pytest.raises(AssertionError, match="is not Base64 as bare"):
            await client.submit(RawImage=picture())


@pytest.mark.parametrize("is_idempotent", [True, False])
async def test_a_request_uuid_that_comes_twice_may_be_one_task(client, is_idempotent):
    client.sandbox.quirks.idempotent_request_uuid = is_idempotent
    uids = [await client.submit(request_uuid="8482d350-04f9-421b-817b-1d98b3a4dcfa") for _ in range(2)]
    assert len(set(uids)) == len(client.sandbox.tasks) == (1 if is_idempotent else 2)


async def test_more_calls_in_a_second_than_are_borne_are_throttled(client):
    client.sandbox.quirks.most_calls_per_second = 3
    codes = [(await client.call("ListRunningTasks"))["RetCode"] for _ in range(5)]
    assert codes == [0, 0, 0, 153, 153]
