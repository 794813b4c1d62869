"""`tf-helper check`, `doctor` and `exec`: which command the arguments ask for."""

from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tf_helper import __version__
from tf_helper.commands import check, doctor, exec  # noqa: A004 - the command's name
from tf_helper.commands.parser import Parser, Subparsers, did_you_mean


class Command(NamedTuple):
    """A command: how its parser is added, and what imports what it needs and returns what runs it."""

    add_parser: Callable[[Subparsers], Parser]
    load: Callable[[Namespace], Callable[[], int]]


COMMANDS = {
    "check": Command(check.add_parser, check.load),
    "doctor": Command(doctor.add_parser, doctor.load),
    "exec": Command(exec.add_parser, exec.load),
}

_DESCRIPTION = """\
Checks and normalizes the settings of Coder's AI Bridge Proxy.

Without arguments, tf-helper speaks the protocol of Terraform's "external" data
source: one JSON object on standard input, one on standard output.
"""

_EPILOG = """\
example:
  echo '{"proxy_url": " HTTPS://AIProxy.Example.com:443/ "}' | tf-helper

exit status:
  0    answered
  1    refused: standard error says what is wrong, standard output is empty
  2    wrong usage
  130  interrupted

environment:
  CODER_WORKSPACE_OWNER_SESSION_TOKEN
                     the user's token; without one, nothing is downloaded
  CODER_SESSION_TOKEN, CODER_URL
                     if that is not set: a token, and the deployment it is for
  TF_HELPER_DEBUG=1  prints a traceback for unexpected errors
"""


def parse(arguments: Sequence[str]) -> Callable[[], int]:
    """Return what the arguments ask for; calling it returns the exit status.

    Raises SystemExit: status 0 after help, 2 for wrong usage.
    """
    own, command_line = _split_at_hyphens(arguments)
    program = Parser("tf-helper", usage="tf-helper [COMMAND]", description=_DESCRIPTION, epilog=_EPILOG)
    program.add_argument("--version", action="version", version=f"tf-helper {__version__}")
    subparsers = program.add_subparsers(title="commands", metavar="COMMAND", prog="tf-helper")
    parsers = {name: command.add_parser(subparsers) for name, command in COMMANDS.items()}

    first = own[0] if own else ""
    name = first.partition("=")[0]
    if name in program.options:
        program.parse_args([first])  # prints and leaves
    if name in parsers["check"].options:
        program.refuse("missing command before the options", "to see what Terraform would get, use tf-helper check")
    if name.startswith("-"):
        program.refuse_argument(first)
    if first not in COMMANDS:
        program.refuse(f"unknown command{did_you_mean(first, list(COMMANDS))}" if first else "missing command")
    options, unknown = parsers[first].parse_known_args(own[1:])
    if unknown:
        parsers[first].refuse_argument(unknown[0])
    if first == "exec":
        if not command_line or not command_line[0]:
            parsers[first].refuse("missing command; put it after --")
        options.command_line = command_line
    elif command_line is not None:
        parsers[first].refuse("unexpected argument")
    return COMMANDS[first].load(options)


def _split_at_hyphens(arguments: Sequence[str]) -> tuple[list[str], list[str] | None]:
    """Return what is before the first `--` and, if there is one, what follows it."""
    if "--" not in arguments:
        return list(arguments), None
    separator = arguments.index("--")
    return list(arguments[:separator]), list(arguments[separator + 1 :])
