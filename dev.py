"""The six commands of this project, for any Python from 3.10 on; whatever else they need they set up in `.dev`.

python3 dev.py demo     run the example workflows in a real ComfyUI against a local sandbox, no account needed
python3 dev.py test     run every check, or the named lanes: lint unit integration simulation comfy browser
python3 dev.py bench    compare speed, memory, bytes and verdicts with what others do, in about eight minutes
python3 dev.py mutate   change the code that spends money by one fault at a time: do the tests notice?
python3 dev.py pictures make the pictures of the documentation anew
python3 dev.py probe    ask a real service, with your keys and for at most --spend N credits, what no page tells
"""

import sys

if sys.version_info < (3, 10):  # noqa: UP036 - said before an older Python trips over anything else
    sys.exit("This project needs Python 3.10 or newer; this one is " + sys.version.split()[0] + ".")

import argparse
import os
from pathlib import Path

from devtools import bench, comfyui_source, lanes, pack, processes
from devtools.environment import Environment
from devtools.mutation import plan
from devtools.probe import permission
from devtools.terminal import Failure, say, survive_any_text

ROOT = Path(__file__).resolve().parent


def main(arguments: list[str]) -> int:
    processes.treat_termination_as_ctrl_c()
    survive_any_text()
    own, pytest_arguments = split_at_dashes(arguments)
    options = parser().parse_args(own)
    environment = Environment(ROOT)
    try:
        cap = permission.require(options.spend, os.environ) if options.command == "probe" else 0
        if not environment.is_active():
            set_up(environment, options.comfyui)
            environment.enter(Path(__file__).resolve(), arguments)
        if options.command == "mutate":
            from devtools.mutation import command  # needs the environment's packages

            modules = options.module or plan.MODULES
            return command.run(environment, modules, options.sample, options.seed, options.at_once)

        if options.command == "probe":
            return pack.imported(ROOT, "devtools.probe.command").run(ROOT, cap, os.environ, say)

        source = comfyui_source.provide(options.comfyui, environment)
        if options.command == "test":
            return lanes.run(environment, source, options.lanes or lanes.NAMES, pytest_arguments)
        if options.command == "bench":
            return bench.run(environment, source)

        from devtools import demo, pictures  # need the environment's packages

        if options.command == "pictures":
            return pictures.run(environment, source)
        return demo.run(environment, source, stay_up=options.ui, port=options.port)
    except Failure as failure:
        say(f"\n{failure}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130


def set_up(environment: Environment, comfyui: str | None) -> None:
    with environment.alone("set-up"):
        environment.create()
        source = comfyui_source.provide(comfyui, environment)
        environment.install(comfyui_source.requirements(source, environment))


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = root.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="run the example workflows in a real ComfyUI")
    demo.add_argument("--ui", action="store_true", help="stay up afterwards, to be used in a browser")
    demo.add_argument("--port", type=int, help="ComfyUI's port (default: any free one)")
    test = commands.add_parser("test", help="run the checks", epilog="What follows -- goes to pytest.")
    test.add_argument("lanes", nargs="*", metavar="lane", type=lane, help=f"any of {', '.join(lanes.NAMES)}; else all")
    comparison = commands.add_parser("bench", help="compare with what others do")
    mutation = commands.add_parser("mutate", help="the mutation score of the code that spends money")
    mutation.add_argument("--module", nargs="+", metavar="NAME", type=module, help=f"any of {', '.join(plan.names())}")
    mutation.add_argument("--sample", type=int, metavar="N", help="judge N of the mutants, drawn by chance")
    mutation.add_argument("--seed", type=int, default=1, metavar="S", help="which ones are drawn (default: 1)")
    mutation.add_argument("--at-once", type=int, default=4, metavar="N", help="judged side by side (default: 4)")
    pictures = commands.add_parser("pictures", help="make the pictures of the documentation anew")
    probe = commands.add_parser("probe", help="what a real service does; costs credits")
    cap = {"type": int, "nargs": "?", "const": permission.DEFAULT_CAP, "metavar": "N"}
    probe.add_argument("--spend", **cap, help=f"spend at most N credits ({permission.DEFAULT_CAP} where N is left out)")
    for command in (demo, test, comparison, mutation, pictures, probe):
        command.add_argument(
            "--comfyui",
            metavar="PATH",
            default=os.environ.get("COMFYUI_PATH") or None,
            help=f"a ComfyUI checkout, or one of {', '.join(comfyui_source.RELEASES)} "
            f"(default: COMFYUI_PATH, else {comfyui_source.DEFAULT})",
        )
    return root


def lane(name: str) -> str:
    if name not in lanes.NAMES:
        raise argparse.ArgumentTypeError(f"there is no lane {name!r}; the lanes are {', '.join(lanes.NAMES)}")
    return name


def module(name: str) -> str:
    file = plan.named(name)
    if file is None:
        raise argparse.ArgumentTypeError(f"there is no module {name!r} to mutate, but {', '.join(plan.names())}")
    return file


def split_at_dashes(arguments: list[str]) -> tuple[list[str], list[str]]:
    """What stands before `--`, and what after it."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:at], arguments[at + 1 :]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
