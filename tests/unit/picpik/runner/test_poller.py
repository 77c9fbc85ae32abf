"""How often the service is asked, and what a poll does with what it is told."""

import asyncio
import itertools
import random

import pytest
from comfyui_picpik.picpik.api import ApiError, HttpRefused, NoAnswer, TaskStatus
from comfyui_picpik.picpik.runner import Delays
from comfyui_picpik.picpik.runner.connection import Connection
from comfyui_picpik.picpik.runner.pace import Pace
from comfyui_picpik.picpik.runner.poller import MOST_AT_ONCE, Poller
from comfyui_picpik.picpik.runner.rhythm import Rhythm
from comfyui_picpik.tests.made_up import NoJitter, detail
from comfyui_picpik.tests.virtual_time import in_virtual_time

FINISHED = TaskStatus.FINISHED
NO_SIGNATURE = ApiError("ListTasksDetails", 171, "")
BAD_TASK = ApiError("ListTasksDetails", 230, "no such task")
UNKNOWN_CODE = ApiError("ListTasksDetails", 5000, "internal")
SILENCE = NoAnswer("host", "time-out")


class Watcher:
    """Writes down what it learns; leaves when a word of `leaves_at` comes."""

    def __init__(self, *leaves_at: str) -> None:
        self.learnt: list[str] = []
        self._leaves_at = leaves_at

    def told(self, detail):
        return self._learn(detail.status.value if detail else "not listed")

    def troubled(self, error):
        self._learn(f"trouble {type(error).__name__}" if error else "answered")

    def refused(self, error):
        return self._learn(f"refused {error.ret_code if isinstance(error, ApiError) else error.status}")

    def _learn(self, what: str) -> bool:
        self.learnt.append(what)
        return what in self._leaves_at


@pytest.fixture
def pace():
    return Pace()


@pytest.fixture
def make(client, pace):
    """Makes pollers of the client, in the rhythm of a real service where nothing else is said."""

    def make(rhythm: Rhythm | None = None, jitter=None, delays: Delays | None = None) -> Poller:
        connection = Connection(client)
        rhythm = rhythm or Rhythm(is_quick=False, fixed=None)
        return Poller(connection, rhythm, pace, jitter or NoJitter(), delays or Delays())

    return make


def ended_after(client, seconds: float):
    """The service ends every task so long after the story's begin."""

    def details(uids):
        is_over = asyncio.get_running_loop().time() >= seconds
        return {uid: detail(uid, FINISHED if is_over else TaskStatus.RUNNING) for uid in uids}

    client.details = details


def polled(poller: Poller, uid: str, watcher: Watcher | None = None, past: float | None = None):
    return asyncio.create_task(poller.ended(uid, watcher or Watcher(), shortest_past=past))


async def all_polled(poller: Poller, *uids: str):
    return await asyncio.gather(*(polled(poller, uid) for uid in uids))


def ticking() -> list[asyncio.Task]:
    return [task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__name__", "") == "_tick"]


# -- the rhythm


@in_virtual_time
async def test_a_task_is_polled_in_the_rhythm_of_its_age_until_it_has_ended(make, client):
    ended_after(client, 30.0)
    assert (await make().ended("a", Watcher())).status is FINISHED
    assert client.times("details") == pytest.approx(
        [
            1.2,
            3.15,
            5.1,
            7.05,
            9.0,
            10.95,
            12.9,
            14.85,
            16.8,
            18.75,
            20.71875,
            22.894219,
            25.298112,
            27.954413,
            30.889627,
        ]
    )


@in_virtual_time
async def test_a_task_whose_like_took_long_is_polled_first_when_the_shortest_of_them_was_done(make, client):
    ended_after(client, 95.0)
    await make().ended("a", Watcher(), shortest_past=100.0)
    assert client.times("details") == pytest.approx([90.0, 99.45])


@in_virtual_time
async def test_a_task_that_was_made_some_time_ago_is_polled_soon_and_then_in_the_rhythm_of_its_age(make, client):
    ended_after(client, 20.0)
    await make().ended("a", Watcher(), age=100.0)
    assert client.times("details") == pytest.approx([1.2, 1.2 + 0.105 * 101.2, 1.2 + 0.105 * 101.2 * 2.105])


@pytest.mark.parametrize(("age", "first"), [(0.0, 90.0), (60.0, 30.0), (88.0, 2.0), (89.0, 1.2), (500.0, 1.2)])
@in_virtual_time
async def test_what_has_passed_already_of_the_shortest_past_time_is_not_waited_for_again(make, client, age, first):
    ended_after(client, 0.0)
    await make().ended("a", Watcher(), age=age, shortest_past=100.0)
    assert client.times("details") == [first]


@in_virtual_time
async def test_a_fixed_rhythm_is_kept(make, client):
    ended_after(client, 1.0)
    await make(Rhythm(is_quick=True, fixed=0.3)).ended("a", Watcher(), shortest_past=100.0)
    assert client.times("details") == pytest.approx([0.3, 0.6, 0.9, 1.2])


@in_virtual_time
async def test_each_pause_is_a_tenth_longer_or_shorter_by_chance(make, client):
    ended_after(client, 400.0)
    await make(Rhythm(is_quick=False, fixed=1.0), random.Random(3)).ended("a", Watcher())
    times = client.times("details")
    pauses = [there - here for here, there in itertools.pairwise(times)]
    # a pause that falls below the least one becomes that
    assert min(pauses) == pytest.approx(1.0)
    assert 1.09 < max(pauses) <= 1.1
    assert sum(pause > 1.001 for pause in pauses) in range(150, 250)


@in_virtual_time
async def test_a_newcomer_makes_the_poll_of_all_earlier_but_never_closer_to_the_last_than_the_least_pause(make, client):
    ended_after(client, 100.0)
    poller = make()
    old = polled(poller, "old", past=1000.0)  # for the first time at 900 s
    await asyncio.sleep(50.0)
    new = polled(poller, "new")
    await asyncio.sleep(1.3)
    newer = polled(poller, "newer")
    await asyncio.gather(old, new, newer)
    assert client.given("details")[:3] == [["old", "new"], ["old", "new", "newer"], ["old", "new", "newer"]]
    assert client.times("details")[:3] == pytest.approx([51.2, 52.5, 54.45])


@in_virtual_time
async def test_who_joins_has_the_task_asked_for_at_once_but_not_within_the_least_pause(make, client):
    ended_after(client, 1000.0)
    poller = make()
    polled(poller, "a", past=1000.0)
    polled(poller, "b", past=1000.0)
    await asyncio.sleep(10.0)
    poller.hurry("a")
    await asyncio.sleep(0.5)
    poller.hurry("a")
    await asyncio.sleep(2.0)
    poller.hurry("nobody's")
    await asyncio.sleep(0.1)
    assert client.times("details") == pytest.approx([10.0, 11.2])


@in_virtual_time
async def test_when_nobody_waits_nobody_asks_and_the_next_one_starts_anew(make, client):
    ended_after(client, 0.0)
    poller = make()
    await all_polled(poller, "a")
    await asyncio.sleep(0.01)
    assert ticking() == []
    await asyncio.sleep(100.0)
    await all_polled(poller, "b")
    assert client.times("details") == pytest.approx([1.2, 102.41])


@in_virtual_time
async def test_who_goes_away_is_asked_for_no_more(make, client):
    ended_after(client, 10.0)
    poller = make()
    goes, stays = polled(poller, "goes"), polled(poller, "stays")
    await asyncio.sleep(2.0)
    goes.cancel()
    await stays
    assert client.given("details")[:2] == [["goes", "stays"], ["stays"]]


@in_virtual_time
async def test_who_goes_away_while_the_service_is_asked_is_in_nobody_s_way(make, client):
    ended_after(client, 0.0)
    client.seconds = 1.0
    poller = make()
    goes, stays = polled(poller, "goes"), polled(poller, "stays")
    await asyncio.sleep(1.5)
    goes.cancel()
    assert (await stays).task_uid == "stays"
    assert client.given("details") == [["goes", "stays"]]


# -- many tasks


@in_virtual_time
async def test_many_tasks_are_asked_for_in_as_few_calls_as_fit(make, client):
    ended_after(client, 0.0)
    uids = [f"uid{number}" for number in range(2 * MOST_AT_ONCE + 1)]
    assert [each.task_uid for each in await all_polled(make(), *uids)] == uids
    assert [len(asked) for asked in client.given("details")] == [100, 100, 1]


@in_virtual_time
async def test_details_are_matched_by_task_uid_whatever_their_order(make, client):
    client.details = lambda uids: {uid: detail(uid, FINISHED) for uid in ("another's", *reversed(uids))}
    assert [each.task_uid for each in await all_polled(make(), "a", "b", "c")] == ["a", "b", "c"]


@in_virtual_time
async def test_a_task_that_failed_has_ended_too(make, client):
    client.details = lambda _: {"a": detail("a", TaskStatus.FAILED)}
    assert (await make().ended("a", Watcher())).status is TaskStatus.FAILED


@in_virtual_time
async def test_a_watcher_learns_of_each_poll_but_of_the_end_by_the_outcome_alone(make, client):
    said = iter([{}, {"a": detail("a", TaskStatus.QUEUED)}, {"a": detail("a")}, {"a": detail("a", FINISHED)}])
    client.details = lambda _: next(said)
    watcher = Watcher()
    await make().ended("a", watcher)
    assert watcher.learnt == [
        "answered", "not listed", "answered", "queued", "answered", "running", "answered",
    ]  # fmt: skip


@in_virtual_time
async def test_a_watcher_that_waits_no_longer_gets_none_and_the_others_wait_on(make, client):
    client.details = lambda _: {"there": detail("there", FINISHED if len(client.calls) > 2 else TaskStatus.RUNNING)}
    poller = make()
    gone, there = polled(poller, "gone", Watcher("not listed")), polled(poller, "there")
    assert await gone is None
    assert (await there).task_uid == "there"
    assert client.given("details") == [["gone", "there"], ["there"], ["there"]]


# -- what fails and may pass


@in_virtual_time
async def test_nothing_that_may_pass_ends_the_waiting_and_the_pauses_grow(make, client):
    answers = iter([SILENCE] * 4 + [{"a": detail("a")}, SILENCE, {"a": detail("a", FINISHED)}])
    client.details = lambda _: next(answers)
    watcher = Watcher()
    assert (await make(delays=Delays(first_retry=4.0)).ended("a", watcher)).status is FINISHED
    # 4, 8, 16 and 30 s after the failures; then the age's rhythm, and the pauses begin anew
    assert client.times("details") == pytest.approx([1.2, 5.2, 13.2, 29.2, 59.2, 65.416, 69.416])
    assert watcher.learnt == [*["trouble NoAnswer"] * 4, "answered", "running", "trouble NoAnswer", "answered"]


@in_virtual_time
async def test_after_a_failure_no_newcomer_shortens_the_pause(make, client):
    client.details = lambda uids: SILENCE if len(client.calls) == 1 else {uid: detail(uid, FINISHED) for uid in uids}
    poller = make(delays=Delays(first_retry=20.0))
    first = polled(poller, "a")
    await asyncio.sleep(2.0)
    await asyncio.gather(first, polled(poller, "b"))
    assert client.times("details") == pytest.approx([1.2, 21.2])


@pytest.mark.parametrize(("factor", "asked_again"), [(1.0, 11.2), (2.0, 41.2)])
@in_virtual_time
async def test_who_joins_after_a_failure_has_it_asked_again_soon_unless_the_service_asks_for_patience(
    make, client, pace, factor, asked_again
):
    client.details = lambda uids: SILENCE if len(client.calls) == 1 else {uid: detail(uid, FINISHED) for uid in uids}
    pace.factor = factor
    poller = make(delays=Delays(first_retry=20.0))
    waiting = polled(poller, "a")
    await asyncio.sleep(10.0)
    poller.hurry("a")
    await waiting
    assert client.times("details") == pytest.approx([1.2, asked_again])


@in_virtual_time
async def test_a_service_that_says_how_long_to_wait_is_asked_again_just_then(make, client):
    answers = iter([HttpRefused("host", 429, retry_after=20.0)])
    client.details = lambda _: next(answers, {"a": detail("a", FINISHED)})
    await make().ended("a", Watcher())
    assert client.times("details") == pytest.approx([1.2, 21.2])


@in_virtual_time
async def test_an_account_that_is_asked_too_often_is_asked_more_slowly_and_recovers(make, client, pace):
    answers = iter([HttpRefused("host", 429), ApiError("Any", 153, "")] + [{"a": detail("a")}] * 3)
    client.details = lambda _: next(answers, {"a": detail("a", FINISHED)})
    await make(Rhythm(is_quick=False, fixed=10.0), delays=Delays(first_retry=1.0)).ended("a", Watcher())
    # 1 s doubled by the pace, 2 s fourfold; then 10 s, by a pace that recovers from fourfold with each answer
    assert client.times("details") == pytest.approx([10.0, 12.0, 20.0, 56.0, 88.4, 117.56])
    assert pace.factor == pytest.approx(4 * 0.9**4)


# -- refusals


@in_virtual_time
async def test_a_refusal_about_the_call_is_told_to_all_at_once_and_asked_again_ever_more_slowly(make, client):
    answers = iter([NO_SIGNATURE] * 12)
    client.details = lambda uids: next(answers, {uid: detail(uid, FINISHED) for uid in uids})
    first, second = Watcher(), Watcher()
    poller = make(delays=Delays(first_retry=0.5))
    await asyncio.gather(polled(poller, "a", first), polled(poller, "b", second))
    assert first.learnt == second.learnt == [*["refused 171"] * 12, "answered"]
    times = [1.2, 5.2, 13.2, 29.2, 61.2, 125.2, 253.2, 509.2, 809.2, 1109.2, 1409.2, 1709.2, 2009.2]
    assert client.times("details") == pytest.approx(times)


@in_virtual_time
async def test_what_was_refused_is_asked_for_again_a_fifth_later_or_earlier_by_chance(make, client):
    class Latest(NoJitter):
        def uniform(self, _low, high):
            return high

    answers = iter([NO_SIGNATURE])
    client.details = lambda _: next(answers, {"a": detail("a", FINISHED)})
    await make(jitter=Latest(), delays=Delays(first_retry=1.0)).ended("a", Watcher())
    assert client.times("details") == pytest.approx([1.2, 1.2 + 1.2 * 8.0])


@in_virtual_time
async def test_one_who_is_refused_and_waits_no_longer_gets_none(make, client):
    client.details = lambda _: NO_SIGNATURE
    watcher = Watcher("refused 171")
    assert await make().ended("a", watcher) is None
    assert len(client.calls) == 1


@in_virtual_time
async def test_a_task_that_was_refused_does_not_slow_down_the_others(make, client):
    client.details = lambda uids: (
        BAD_TASK
        if "bad" in uids
        else {uid: detail(uid, FINISHED if len(client.calls) > 20 else TaskStatus.RUNNING) for uid in uids}
    )
    poller = make()
    bad, good = polled(poller, "bad"), polled(poller, "good")
    await good
    bad.cancel()
    together = [asked for asked in client.given("details") if asked == ["bad", "good"]]
    assert len(together) == 3
    assert client.given("details").count(["good"]) == 15


@in_virtual_time
async def test_an_answer_ends_the_slow_pauses_of_what_was_refused(make, client):
    answers = [NO_SIGNATURE] * 4 + [{"a": detail("a")}, NO_SIGNATURE, {"a": detail("a", FINISHED)}]
    client.details = lambda _: answers[len(client.calls) - 1]
    await make(delays=Delays(first_retry=1.0)).ended("a", Watcher())
    times = client.times("details")
    pauses = [there - here for here, there in itertools.pairwise(times)]
    assert pauses == pytest.approx([8.0, 16.0, 32.0, 64.0, 0.105 * 121.2, 8.0])


@in_virtual_time
async def test_bad_task_uids_are_found_among_many_by_halves(make, client):
    bad = {"bad", "worse"}
    client.details = lambda uids: BAD_TASK if bad & set(uids) else {uid: detail(uid, FINISHED) for uid in uids}
    poller = make()
    watchers = {uid: Watcher("refused 230") for uid in ("a", "b", "bad", "c", "d", "worse", "e", "f")}
    outcomes = await asyncio.gather(*(polled(poller, uid, watcher) for uid, watcher in watchers.items()))
    assert [uid for uid, outcome in zip(watchers, outcomes, strict=True) if outcome is None] == ["bad", "worse"]
    assert watchers["a"].learnt == ["answered"] and watchers["bad"].learnt == ["refused 230"]
    assert set(client.times("details")) == {1.2}
    assert len(client.calls) == 1 + 10


@pytest.mark.parametrize(
    ("uids", "bad"),
    [("abc", "ab"), ("abcdefgh", "abh")],
    ids=["one alone was refused", "two alone were refused, and others answered"],
)
@in_virtual_time
async def test_what_was_refused_before_does_not_end_the_halving(make, client, uids, bad):
    client.details = lambda asked: BAD_TASK if set(bad) & set(asked) else {uid: detail(uid, FINISHED) for uid in asked}
    poller = make()
    watchers = {uid: Watcher("refused 230") for uid in uids}
    await asyncio.gather(*(polled(poller, uid, watcher) for uid, watcher in watchers.items()))
    assert "".join(uid for uid, watcher in watchers.items() if watcher.learnt == ["refused 230"]) == bad


@in_virtual_time
async def test_where_two_alone_are_refused_it_is_not_about_one_task_and_the_halving_ends(make, client):
    client.details = lambda _: BAD_TASK
    poller = make()
    uids = [f"uid{number}" for number in range(64)]
    outcomes = await asyncio.gather(*(polled(poller, uid, Watcher("refused 230")) for uid in uids))
    assert set(outcomes) == {None}
    assert [len(asked) for asked in client.given("details")] == [64, 32, 16, 8, 4, 2, 1, 1, 2, 4, 8, 16, 32]


@in_virtual_time
async def test_a_failure_in_the_midst_of_the_halving_is_no_word_about_any_task(make, client):
    answers = iter([BAD_TASK, SILENCE])
    client.details = lambda uids: next(answers, {uid: detail(uid, FINISHED) for uid in uids})
    watchers = [Watcher("refused 230"), Watcher("refused 230")]
    poller = make()
    outcomes = await asyncio.gather(*(polled(poller, uid, each) for uid, each in zip("ab", watchers, strict=True)))
    assert [outcome.task_uid for outcome in outcomes] == ["a", "b"]
    assert [each.learnt for each in watchers] == [["trouble NoAnswer", "answered"], ["answered"]]


@in_virtual_time
async def test_an_unknown_code_may_pass_and_is_taken_for_one_of_the_tasks_after_the_third_time_only(make, client):
    client.details = lambda uids: UNKNOWN_CODE if "bad" in uids else {uid: detail(uid, FINISHED) for uid in uids}
    bad, good = Watcher(), Watcher()
    poller = make()
    waiting = polled(poller, "bad", bad)
    assert (await polled(poller, "good", good)).task_uid == "good"
    waiting.cancel()
    assert client.given("details") == [["bad", "good"]] * 3 + [["bad"], ["good"]]
    assert good.learnt == ["trouble ApiError", "trouble ApiError", "answered"]
    assert bad.learnt == ["trouble ApiError"] * 3


@in_virtual_time
async def test_a_task_that_is_alone_with_an_unknown_code_is_waited_for_on(make, client):
    answers = iter([UNKNOWN_CODE] * 6)
    client.details = lambda _: next(answers, {"a": detail("a", FINISHED)})
    watcher = Watcher()
    assert (await make().ended("a", watcher)).status is FINISHED
    assert watcher.learnt == [*["trouble ApiError"] * 6, "answered"]


# -- faults of ours


@in_virtual_time
async def test_a_fault_of_the_poll_itself_is_told_to_all_who_wait_and_the_next_one_is_served(make, client):
    def crash(_uids):
        raise ZeroDivisionError

    client.details = crash
    poller = make()
    outcomes = await asyncio.gather(polled(poller, "a"), polled(poller, "b"), return_exceptions=True)
    assert all(isinstance(outcome, ZeroDivisionError) for outcome in outcomes)
    ended_after(client, 0.0)
    assert (await poller.ended("c", Watcher())).task_uid == "c"


@in_virtual_time
@pytest.mark.parametrize("steps", range(6))
async def test_a_newcomer_at_the_moment_in_which_polling_ends_does_not_make_two_rhythms(make, client, steps):
    client.details = lambda uids: {uid: detail(uid, FINISHED if uid == "first" else TaskStatus.RUNNING) for uid in uids}
    poller = make()
    await poller.ended("first", Watcher())
    for _ in range(steps):
        await asyncio.sleep(0)
    polled(poller, "second")
    await asyncio.sleep(0.01)
    polled(poller, "third")
    await asyncio.sleep(0.01)
    assert len(ticking()) == 1


@in_virtual_time
@pytest.mark.parametrize("steps", range(6))
async def test_a_newcomer_at_the_moment_in_which_polling_ends_is_polled(make, client, steps):
    ended_after(client, 0.0)
    poller = make()
    await poller.ended("first", Watcher())
    for _ in range(steps):
        await asyncio.sleep(0)
    assert (await poller.ended("second", Watcher())).task_uid == "second"


@in_virtual_time
async def test_a_young_task_is_asked_for_with_the_next_99_of_many_old_ones_not_with_all(make, client):
    ended_after(client, 1e6)
    poller = make()
    ages = {f"old {index}": 600.0 + index for index in range(250)}
    waiting = [asyncio.create_task(poller.ended(uid, Watcher(), age=age)) for uid, age in ages.items()]
    await asyncio.sleep(20.0)  # each of them was asked for once, at the first tick
    before = len(client.given("details"))
    waiting.append(polled(poller, "young"))
    await asyncio.sleep(1.5)
    asked = client.given("details")[before:]
    assert [len(uids) for uids in asked] == [100]
    assert "young" in asked[0]
    for each in waiting:
        each.cancel()
