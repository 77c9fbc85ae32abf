"""The sandbox in a thread of its own and as a program of its own: it starts, says where it is, and ends."""

import json
import os
import re
import signal
import subprocess
import sys
import threading

import httpx
import pytest
from comfyui_picpik.sandbox import PRIVATE_KEY, PUBLIC_KEY, Sandbox, start_in_thread
from comfyui_picpik.sandbox.__main__ import main
from comfyui_picpik.sandbox.signature import sign
from comfyui_picpik.tests.paths import ROOT


def models(endpoint, public_key=PUBLIC_KEY, private_key=PRIVATE_KEY):
    parameters = {"Action": "ListModels", "PublicKey": public_key}
    body = {**parameters, "Signature": sign(parameters, private_key)}
    return httpx.post(endpoint, json=body, trust_env=False, timeout=20).json()


def own_threads():
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("picpik-sandbox")]


def test_a_thread_serves_until_it_is_stopped_and_leaves_no_thread():
    running = start_in_thread(seconds_per_task=0)
    try:
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", running.endpoint)
        assert (running.public_key, running.private_key) == (PUBLIC_KEY, PRIVATE_KEY)
        assert models(running.endpoint)["RetCode"] == 0
        assert running.sandbox.state()["requests"] == {"ListModels": 1}
        assert own_threads()
    finally:
        running.stop()
    assert own_threads() == []
    with pytest.raises(httpx.ConnectError):
        models(running.endpoint)
    running.stop()


def test_two_threads_have_their_own_ports_and_states():
    one, other = start_in_thread(), start_in_thread(public_key="a", private_key="b")
    try:
        assert models(one.endpoint)["RetCode"] == 0
        assert models(other.endpoint)["RetCode"] == 172
        assert models(other.endpoint, "a", "b")["RetCode"] == 0
        assert one.sandbox.state()["requests"] == {"ListModels": 1}
    finally:
        one.stop()
        other.stop()


def test_a_port_that_is_taken_is_said_and_leaves_no_thread():
    running = start_in_thread()
    try:
        with pytest.raises(OSError, match="address"):
            start_in_thread(port=int(running.endpoint.rsplit(":", 1)[1]))
    finally:
        running.stop()
    assert own_threads() == []


def test_nothing_runs_before_it_is_served():
    before = threading.active_count()
    Sandbox()
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("argument", "says"), [("no_such=1", "no quirk is called 'no_such'"), ("empty=gone", "quirk empty is one of")]
)
def test_a_program_with_a_wrong_quirk_says_so(argument, says, capsys):
    assert main(["--quirk", argument]) == 1
    assert says in capsys.readouterr().err


def test_the_program_prints_where_it_is_serves_with_its_settings_and_ends_on_a_signal():
    command = [sys.executable, "-m", "sandbox", "--public-key", "mine", "--private-key", "secret"]
    command += ["--total-credits", "7", "--quirk", "action_response=true"]
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as program:
        try:
            printed = ""
            while "faults:" not in printed:
                line = program.stdout.readline()
                assert line, "the program ended before it served"
                printed += line
            endpoint = re.search(r"PICPIK_ENDPOINT=(http://127\.0\.0\.1:\d+)\n", printed)[1]
            assert "PICPIK_PUBLIC_KEY=mine\n" in printed and "PICPIK_PRIVATE_KEY=secret\n" in printed
            assert models(endpoint, "mine", "secret")["Action"] == "ListModelsResponse"
            state = json.loads(httpx.get(f"{endpoint}/_sandbox/state", trust_env=False).text)
            assert state["credits"] == {"TotalCredits": 7, "UsedCredits": 0}
        finally:
            program.send_signal(signal.SIGTERM)
            assert program.wait(20) == 0
