"""Imports one module from another source than its file's."""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType

from ..pack import PACK


class ChangedModule(MetaPathFinder):
    """Stands in for the finder of one module, `file` below `root`, and gives it `source`."""

    def __init__(self, root: Path, file: str, source: str) -> None:
        self.name = f"{PACK}.{file.removesuffix('.py').replace('/', '.')}"
        self.was_imported = False
        self._path = root / file
        self._source = source

    def install(self) -> None:
        """From now on the module is this one. It must not have been imported before."""
        if self.name in sys.modules:
            raise RuntimeError(f"{self.name} was imported before it could be changed")
        sys.meta_path.insert(0, self)

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        if fullname != self.name:
            return None
        self.was_imported = True
        return spec_from_file_location(fullname, self._path, loader=_Loader(fullname, str(self._path), self._source))


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        """Never out of the bytecode of the unchanged file."""
        return compile(self._source, self.path, "exec", dont_inherit=True)
