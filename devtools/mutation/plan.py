"""What is mutated, which tests have to notice it, and how many mutants they have to kill."""

MODULES = (
    "picpik/runner/submission.py",
    "picpik/runner/search.py",
    "picpik/runner/retry.py",
    "picpik/runner/poller.py",
    "picpik/ledger/ledger.py",
    "picpik/ledger/results.py",
)
"""Those in which a fault costs money, relative to the project."""

TESTS = (
    "tests/unit/picpik/runner",
    "tests/unit/picpik/ledger",
    "tests/integration/picpik/runner/test_stories.py",
)
"""Files and folders of tests; what is not there is left out. Started processes would see the unchanged code."""

VARIABLES: dict[str, str] = {}
"""Environment variables of the tests, such as those that say how much they try: what runs for each mutant is short."""

PRELOADED = ("pytest", "pytest_asyncio", "hypothesis", "httpx", "aiohttp.web", "numpy", "PIL.Image", "torch")
"""Imported once, before the forks. None of it may start a thread."""

TARGET = 0.9
"""The part of the mutants that has to be killed."""

SURVIVORS = "tests/mutation_survivors.json"


def named(name: str) -> str | None:
    """The module with this file name, without `.py`."""
    return next((module for module in MODULES if module.endswith(f"/{name}.py")), None)


def names() -> list[str]:
    return [module.rsplit("/", 1)[-1].removesuffix(".py") for module in MODULES]
