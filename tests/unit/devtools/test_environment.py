"""What started programs see, and what makes an environment complete."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from comfyui_picpik.devtools import comfyui_source
from comfyui_picpik.devtools.comfyui_source import ComfyuiSource
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.terminal import Failure
from comfyui_picpik.tests.paths import ROOT


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "a project, named freely")


def test_a_started_program_finds_its_home_its_caches_and_its_temporary_files_below_dev(environment: Environment):
    script = "import pathlib, tempfile; print(pathlib.Path.home()); print(tempfile.gettempdir())"
    environment.folder.mkdir(parents=True)
    answer = subprocess.run(
        [sys.executable, "-c", script], env=environment.variables(), capture_output=True, text=True, check=True
    )

    assert answer.stdout.splitlines() == [str(environment.folder / "home"), str(environment.temp)]
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "PLAYWRIGHT_BROWSERS_PATH"):
        assert Path(environment.variables()[name]).is_relative_to(environment.folder)


def test_a_started_program_never_sees_the_account_or_the_modules_of_the_one_who_starts_it(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PICPIK_PRIVATE_KEY", "a real one")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")

    variables = environment.variables()

    assert "PICPIK_PRIVATE_KEY" not in variables
    assert "PYTHONPATH" not in variables
    assert variables["HTTPS_PROXY"] == "http://proxy.example"


def test_a_second_set_up_waits_for_the_first(environment: Environment):
    environment.folder.mkdir(parents=True)
    second = textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from devtools.environment import Environment
        with Environment(Path({str(environment.root)!r})).alone("set-up"):
            print("my turn", flush=True)
    """)
    with environment.alone("set-up"):
        process = subprocess.Popen([sys.executable, "-c", second], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        assert "waiting" in process.stdout.readline()
        assert process.poll() is None
    rest, _ = process.communicate()

    assert rest.strip() == "my turn"


def test_a_folder_that_is_no_comfyui_is_refused_with_what_to_give_instead(environment: Environment, tmp_path: Path):
    (tmp_path / "main.py").touch()

    with pytest.raises(Failure) as failure:
        comfyui_source.provide(str(tmp_path), environment)

    assert "it has no requirements.txt and no comfyui_version.py" in str(failure.value)
    assert "--comfyui" in str(failure.value)
    assert "COMFYUI_PATH" in str(failure.value)


def test_a_comfyui_of_the_user_s_is_taken_as_it_is(environment: Environment, tmp_path: Path):
    for name in ("main.py", "requirements.txt"):
        (tmp_path / name).touch()
    (tmp_path / "comfyui_version.py").write_text('__version__ = "0.99.1"\n')

    source = comfyui_source.provide(str(tmp_path), environment)

    assert source == ComfyuiSource(tmp_path.resolve(), is_ours=False)
    assert source.version == "0.99.1"
    assert comfyui_source.requirements(source, environment) == tmp_path.resolve() / "requirements.txt"


def test_every_release_is_pinned_by_version_and_hash():
    assert {comfyui_source.DEFAULT, comfyui_source.OLDEST_SUPPORTED} <= set(comfyui_source.RELEASES)
    for release in comfyui_source.RELEASES.values():
        assert len(bytes.fromhex(release.sha256)) == 32
