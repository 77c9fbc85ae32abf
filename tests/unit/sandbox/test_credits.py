"""What a generating task costs, and the balance it is taken from."""

import pytest
from comfyui_picpik.sandbox.answers import Refusal
from comfyui_picpik.sandbox.credits import CreditBalance, generation_price


@pytest.mark.parametrize(
    ("width", "height", "steps", "batch_size", "credits"),
    [(1000, 1000, 10, 1, 60), (1024, 1024, 10, 1, 63), (1024, 1024, 20, 4, 504), (64, 64, 6, 1, 1)],
)
def test_a_task_costs_six_credits_a_megapixel_and_step(width, height, steps, batch_size, credits):
    assert generation_price(width, height, steps, batch_size) == credits


def test_a_balance_refuses_what_is_not_in_it_and_takes_refunds():
    balance = CreditBalance(100)
    balance.spend(60)
    with pytest.raises(Refusal, match="needs 41, 40 are left"):
        balance.spend(41)
    balance.refund(60)
    balance.spend(100)
    assert (balance.total, balance.used) == (100, 100)
