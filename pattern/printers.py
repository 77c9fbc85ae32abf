"""What printers of cloth publish of the files that they take."""

from __future__ import annotations

from typing import NamedTuple


class _Printer(NamedTuple):
    name: str
    least_dpi: float
    most_dpi: float | None
    formats: tuple[str, ...]
    """Empty where the printer's page names none."""
    most_megabytes: float | None


_PRINTERS = (
    # https://support.spoonflower.com/hc/en-us/articles/204277834-Image-Resolution-and-DPI
    _Printer("Spoonflower", 150, None, (), None),
    # https://www.printful.com/blog/everything-you-need-to-know-to-prepare-the-perfect-printfile
    _Printer("Printful", 150, 300, ("PNG", "JPEG"), 200),
)
_NEARLY = 0.001


def outside_limits(file_format: str, dpi: float, byte_count: int) -> tuple[str, ...]:
    """A line for each printer whose published limits the file does not keep."""
    found = ((printer, _broken(printer, file_format, dpi, byte_count / 1e6)) for printer in _PRINTERS)
    return tuple(f"Outside what {printer.name} publishes: {'; '.join(broken)}." for printer, broken in found if broken)


def _broken(printer: _Printer, file_format: str, dpi: float, megabytes: float) -> list[str]:
    broken = []
    if printer.formats and file_format not in printer.formats:
        broken.append(f"{file_format} (takes {' and '.join(printer.formats)})")
    if dpi < printer.least_dpi * (1 - _NEARLY):
        broken.append(f"{dpi:.4g} dpi (advises at least {printer.least_dpi:g})")
    if printer.most_dpi and dpi > printer.most_dpi * (1 + _NEARLY):
        broken.append(f"{dpi:.4g} dpi (advises at most {printer.most_dpi:g})")
    if printer.most_megabytes and megabytes > printer.most_megabytes:
        broken.append(f"{megabytes:.0f} MB (takes at most {printer.most_megabytes:g})")
    return broken
