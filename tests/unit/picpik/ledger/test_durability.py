"""What is said, and when, while what is paid is not remembered."""

import logging

import pytest
from comfyui_picpik.picpik.ledger import Durability


@pytest.fixture
def durability():
    return Durability()


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO, "picpik")
    return lambda: [record.getMessage() for record in caplog.records]


def test_only_the_first_loss_is_said(durability, said):
    durability.lost("first", "ledger")
    durability.lost("second", "results")
    durability.lost("third", "ledger")
    assert durability.warning == "first"
    assert said() == ["first"]


def test_what_is_regained_is_said_once_and_is_no_warning_any_more(durability, said):
    durability.lost("lost", "ledger")
    for _ in range(2):
        durability.regained("ledger", "back")
    assert durability.warning is None
    assert said() == ["lost", "back"]


def test_what_was_never_lost_is_not_regained(durability, said):
    durability.lost("results are lost", "results")
    durability.regained("ledger", "back")
    assert durability.warning == "results are lost"
    assert said() == ["results are lost"]


def test_a_second_loss_is_said_when_the_first_is_over(durability, said):
    durability.lost("ledger", "ledger")
    durability.lost("results", "results")
    durability.regained("ledger", "back")
    assert durability.warning == "results"
    assert said() == ["ledger", "back", "results"]


def test_a_loss_that_was_said_is_not_said_again_when_another_is_over(durability, said):
    durability.lost("results", "results")
    durability.lost("ledger", "ledger")
    durability.regained("ledger", "back")
    assert durability.warning == "results"
    assert said() == ["results", "back"]


def test_what_is_lost_again_is_said_again(durability, said):
    for _ in range(2):
        durability.lost("lost", "ledger")
        durability.regained("ledger", "back")
    assert said() == ["lost", "back"] * 2
