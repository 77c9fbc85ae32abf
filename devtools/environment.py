"""The project's own environment: a virtual environment, and the folders and variables of all that is started.

Everything lies below `<project>/.dev`. A set-up that was interrupted leaves no stamp, and what has no stamp is built
again from the start.
"""

import hashlib
import importlib.util
import os
import shutil
import sqlite3
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from . import processes
from .terminal import Failure, say, step

TORCH = ("torch==2.11.0", "torchvision==0.26.0", "torchaudio==2.11.0")
"""Pinned together: they fit each other, and every ComfyUI version of `comfyui_source` runs with them."""

PIP = "pip>=25.1"
"""The first pip that installs dependency groups."""


class Environment:
    """The `.dev` folder of one checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".dev"
        self.artifacts = self.folder / "artifacts"
        self.logs = self.folder / "logs"
        self.temp = self.folder / "tmp"
        self.venv = self.folder / "venv"
        self.python = self.venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        self._stamp = self.venv / "picpik-complete"
        self._pip = self.folder / "pip"

    def is_active(self) -> bool:
        """Whether this very Python is the environment's."""
        return Path(sys.prefix).resolve() == self.venv.resolve()

    def enter(self, script: Path, arguments: Sequence[str]) -> None:
        """Carries on with `script` inside the environment; does not return."""
        command = [str(self.python), str(script), *arguments]
        if sys.platform == "win32":  # where exec would hand the terminal back before the command has ended
            raise SystemExit(subprocess.call(command))
        os.execv(command[0], command)

    def create(self) -> None:
        """Makes the virtual environment with a current pip, unless there is a complete one."""
        if self._stamp.is_file() and self.python.exists():
            return
        with step("Creating a virtual environment"):
            shutil.rmtree(self.venv, ignore_errors=True)
            has_ensurepip = importlib.util.find_spec("ensurepip") is not None
            venv.create(self.venv, symlinks=sys.platform != "win32", with_pip=has_ensurepip)
            if has_ensurepip:
                self.pip("install", "--upgrade", PIP)
            else:  # Debian's Python without python3-venv
                self._pip_from_outside("install", "--target", self._site_packages(), PIP)

    def install(self, comfyui_requirements: Path) -> None:
        """Installs what ComfyUI, the pack and the tests need, unless it was installed before."""
        requirements = self.root / "requirements.txt"
        wanted = _digest([" ".join(TORCH)], [comfyui_requirements, requirements, self.root / "pyproject.toml"])
        if self._stamp.is_file() and self._stamp.read_text("utf-8") == wanted:
            return
        self._stamp.unlink(missing_ok=True)
        with step("Installing torch, ComfyUI's requirements, the pack's and the tests' (up to 6 GB, some minutes)"):
            self.pip("install", *TORCH, "-r", comfyui_requirements, "-r", requirements, "--group", "dev")
        shutil.rmtree(self._pip, ignore_errors=True)
        self._stamp.write_text(wanted, "utf-8")

    def pip(self, *arguments: str | Path) -> None:
        """Runs the environment's pip with the machine's own pip settings, but keeps its files below `.dev`."""
        self._run_pip(self.python, arguments)

    def _pip_from_outside(self, *arguments: str | Path) -> None:
        self._run_pip(Path(sys.executable), arguments)

    def _run_pip(self, python: Path, arguments: Sequence[str | Path]) -> None:
        temp = self._pip / "tmp"
        temp.mkdir(parents=True, exist_ok=True)
        variables = _without_python_settings(os.environ) | _temp(temp)
        variables |= {"PIP_CACHE_DIR": str(self._pip / "cache"), "PIP_NO_INPUT": "1", "PIP_USER": "0"}
        try:
            processes.run([python, "-m", "pip", *arguments], self.logs / "pip.log", variables, cwd=self.root)
        except Failure as failure:
            raise Failure(
                f"{failure}\nCheck the network and pip's settings, then run the same command again."
            ) from None

    def _site_packages(self) -> Path:
        command = [str(self.python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
        return Path(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())

    def variables(self) -> dict[str, str]:
        """What every started program gets: home, caches and temporary files below `.dev`, and no PICPIK account."""
        home = self.folder / "home"
        folders = {
            "HOME": home,
            "USERPROFILE": home,
            "APPDATA": home / "AppData/Roaming",
            "LOCALAPPDATA": home / "AppData/Local",
            "XDG_CACHE_HOME": home / ".cache",
            "XDG_CONFIG_HOME": home / ".config",
            "XDG_DATA_HOME": home / ".local/share",
            "XDG_STATE_HOME": home / ".local/state",
            "PLAYWRIGHT_BROWSERS_PATH": self.folder / "browsers",
        }
        for folder in (*folders.values(), self.temp):
            folder.mkdir(parents=True, exist_ok=True)
        inherited = {
            name: value
            for name, value in _without_python_settings(os.environ).items()
            if not name.upper().startswith("PICPIK_")
        }
        return (
            inherited
            | {name: str(folder) for name, folder in folders.items()}
            | _temp(self.temp)
            | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
        )

    @contextmanager
    def alone(self, purpose: str) -> Iterator[None]:
        """Holds `purpose` for this process: another one that wants it waits.

        The lock is SQLite's: the standard library has no other that works on every system and ends with its process.
        """
        self.folder.mkdir(exist_ok=True)
        with closing(sqlite3.connect(self.folder / f"{purpose}.lock", timeout=0, isolation_level=None)) as lock:
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:
                say(f"Another dev.py is busy with the {purpose} of this folder: waiting for it to end.")
                lock.execute(f"PRAGMA busy_timeout = {24 * 3600 * 1000}")
                lock.execute("BEGIN EXCLUSIVE")
            yield


def _digest(texts: Sequence[str], files: Sequence[Path]) -> str:
    content = "\0".join([*texts, *(file.read_text("utf-8") for file in files)])
    return hashlib.sha256(content.encode()).hexdigest()


def _without_python_settings(variables: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the calling shell may change which modules a started Python sees."""
    return {name: value for name, value in variables.items() if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")}


def _temp(folder: Path) -> dict[str, str]:
    return {name: str(folder) for name in ("TMPDIR", "TEMP", "TMP")}
