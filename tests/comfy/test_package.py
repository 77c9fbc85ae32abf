"""What users install: packed by the registry's own tool, unpacked into a ComfyUI, and run there."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import pytest
from comfyui_picpik.devtools import package
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.comfyui_source import ComfyuiSource
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.fixtures import ROOT
from comfyui_picpik.tests.comfy.prompts import extract_prompt, pixels
from comfyui_picpik.tests.comfy.test_contract import CONTRACT

FOR_DEVELOPERS = {"tests", "benchmarks", "devtools", "docs", "dev.py", "CONTRIBUTING.md"}

FOR_USERS = {
    "__init__.py", "nodes", "picpik", "imaging", "pattern", "sandbox", "artwork", "web", "locales", "example_workflows",
    "subgraphs",
    "pyproject.toml", "requirements.txt", "README.md", "CHANGELOG.md", "LICENSE",
}  # fmt: skip

SILENT = {
    "DO_NOT_TRACK": "1",
    "COMFY_NO_TELEMETRY": "1",
    **{f"{scheme}_PROXY": "http://127.0.0.1:9" for scheme in ("HTTP", "HTTPS", "ALL")},
}
"""comfy-cli has nothing to tell anybody, and nobody would hear it: no network is needed to pack."""


def names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as content:
        return content.namelist()


@pytest.fixture(scope="module")
def packed(
    environment: Environment, tmp_path_factory: pytest.TempPathFactory, say_at_the_end: Callable[[str], None]
) -> Path:
    """The archive that `comfy node pack` makes of the checkout, without what git does not know of it."""
    checkout = tmp_path_factory.mktemp("checkout")
    package.copy(ROOT, package.checkout(ROOT), checkout)
    tool = comfy_node("pack", checkout, environment)
    archive = checkout / "node.zip"
    assert tool.returncode == 0 and archive.is_file(), tool.stdout + tool.stderr
    say_at_the_end(f"package: {len(names(archive))} files, {archive.stat().st_size / 1e6:.2f} MB")
    return archive


def unzipped(packed: Path, folder: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)


def cloned(_packed: Path, folder: Path) -> None:
    """By git, where the tests run in a clone themselves; else the files of one."""
    if not (ROOT / ".git").exists():
        package.copy(ROOT, package.checkout(ROOT), folder)
        return
    settings = folder.with_name("gitconfig")
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("[safe]\n\tdirectory = *\n")  # the checkout may be somebody else's
    variables = os.environ | {"GIT_CONFIG_GLOBAL": str(settings)}
    subprocess.run(["git", "clone", "--quiet", "--depth", "1", ROOT.as_uri(), folder], env=variables, check=True)


WAYS: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "as ComfyUI-Manager does it": (unzipped, "picpik"),
    "by git clone": (cloned, "ComfyUI-PICPIK"),
    "by hand, in a folder of any name": (unzipped, "我的 PICPIK nodes é"),
}
"""How users install the pack, and what its folder is called then."""


@pytest.fixture(scope="module", params=WAYS)
def installed(
    request: pytest.FixtureRequest,
    packed: Path,
    environment: Environment,
    source: ComfyuiSource,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ComfyuiServer]:
    """A ComfyUI with nothing but the pack in it, and what `pip install -r requirements.txt` has to add to it."""
    install, name = WAYS[request.param]
    folder = tmp_path_factory.mktemp("installed")
    pack = folder / "downloads" / name
    install(packed, pack)
    command = [sys.executable, "-m", "pip", "install", "--no-index", "-r", pack / "requirements.txt"]
    subprocess.run(command, env=environment.variables(), capture_output=True, check=True)
    with ComfyuiServer(environment, source, folder, {"PICPIK_ENDPOINT": "sandbox"}, pack=pack) as server:
        yield server


def comfy_node(command: str, checkout: Path, environment: Environment) -> subprocess.CompletedProcess[str]:
    """The registry's own tool. It is given no network."""
    whole = [sys.executable, "-m", "comfy_cli", "--skip-prompt", "node", command]
    variables = environment.variables() | SILENT
    return subprocess.run(
        whole, cwd=checkout, env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def test_the_registry_s_tool_finds_nothing_to_complain_of(packed: Path, environment: Environment):
    tool = comfy_node("validate", packed.parent, environment)

    assert tool.returncode == 0, tool.stdout + tool.stderr
    assert "All validation checks passed" in tool.stdout + tool.stderr


def test_no_file_of_a_developer_s_folder_is_in_the_package_and_none_of_a_user_s_is_missing(packed: Path):
    tops = {PurePosixPath(name).parts[0] for name in names(packed)}

    assert not tops & FOR_DEVELOPERS
    assert not [top for top in tops if top.startswith(".")]
    assert tops >= FOR_USERS


def test_the_other_tests_install_what_the_registry_s_tool_packs(packed: Path):
    assert set(names(packed)) == {path.as_posix() for path in package.files(ROOT)}


def test_every_node_of_the_package_loads(installed: ComfyuiServer):
    assert {name for name in installed.client.object_info() if name.startswith("Picpik")} == set(CONTRACT)


def test_its_pages_are_served_from_its_folder(installed: ComfyuiServer):
    scripts = installed.client.http.get("/extensions").raise_for_status().json()
    ours = [script for script in scripts if script.endswith("/settings_panel.js")]

    assert len(ours) == 1
    http, folder = installed.client.http, ours[0].rpartition("/")[0]
    for path, kind in (("/settings_panel.js", "javascript"), ("/picpik.css", "css"), ("/phrases/zh.json", "json")):
        answer = http.get(folder + path)
        assert (answer.status_code, kind in answer.headers["Content-Type"]) == (200, True)
    for stray in ("/../README.md", "/%2e%2e/pyproject.toml", "/no_such.js", "/phrases"):
        assert http.get(folder + stray).status_code in (403, 404)


def test_the_package_extracts_a_pattern_in_its_own_sandbox(installed: ComfyuiServer):
    outcome = installed.client.run(extract_prompt())

    assert (outcome.status, outcome.errors) == ("success", [])
    assert pixels(outcome.images["3"][0].content).shape == (128, 128, 3)
