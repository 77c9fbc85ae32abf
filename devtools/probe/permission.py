"""Whether the probe may spend anything at all. Asked before anything is set up."""

from collections.abc import Mapping

from ..terminal import Failure

DEFAULT_CAP = 200


def require(spend: int | None, environ: Mapping[str, str]) -> int:
    """The credits that may be spent. Raises Failure where nobody said so, or nobody is there."""
    if environ.get("CI", "").lower() in ("1", "true"):
        raise Failure("The probe spends credits, and this is a CI.\nRun it by hand.")
    if spend is None or spend < 1:
        raise Failure(
            "The probe spends credits, and nobody said how many.\n"
            f"Give --spend N for at most N of them, or --spend alone for {DEFAULT_CAP}."
        )
    if not (environ.get("PICPIK_PUBLIC_KEY") and environ.get("PICPIK_PRIVATE_KEY")):
        raise Failure(
            "The probe takes the keys from the environment, and there are none.\n"
            "Set PICPIK_PUBLIC_KEY and PICPIK_PRIVATE_KEY, and PICPIK_ENDPOINT where it is not the international one."
        )
    return spend
