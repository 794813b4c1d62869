"""argparse for this program: the query's keys as options, short errors, no values in them."""

import argparse
import contextlib
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn

from tf_helper.problems import quoted
from tf_helper.query import QUERY_KEYS


class Parser(argparse.ArgumentParser):
    """Parses the options of one command.

    For a stray word, `commands` are what it may have been meant for, and `words` says where words belong.
    """

    def __init__(
        self, prog: str, *, description: str, epilog: str = "", commands: Sequence[str] = (), words: str = ""
    ) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        setattr(self, "color", False)  # noqa: B010 - Python 3.14 colours the help; older ones do not know the attribute
        self._commands = commands
        self._words = words

    def add_query_options(self) -> None:
        """Add an option for each key of the query."""
        group = self.add_argument_group("settings, as the keys of the query")
        for key, field in QUERY_KEYS.items():
            description = field.metadata["description"]
            option = group.add_argument(_option(key), action="append", default=[], metavar="VALUE", help=description)
            if field.default is False:  # a flag may stand alone
                option.nargs, option.const = "?", "true"

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Return the options. Raises SystemExit: status 0 after --help and the like, 2 for wrong usage."""
        options, unknown = self.parse_known_args(arguments)
        for argument in unknown:
            self.error(self._unknown(argument))
        return options

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in two lines, without the usage and without values, and raise SystemExit."""
        before, quotes_a_value, _ = message.partition("ignored explicit argument")
        if quotes_a_value:
            message = f"{before}it takes no value"
        with contextlib.suppress(OSError):  # nobody can be told
            sys.stderr.write(f"tf-helper: error: {message}\n  hint: {self.prog} --help shows what there is\n")
        raise SystemExit(2)

    def _unknown(self, argument: str) -> str:
        # Never the value: somebody may have tried to give a token.
        name = argument.partition("=")[0]
        if name.startswith("-"):
            shown = name if name.startswith("--") else name[:2]  # "-pVALUE" is how others take one
            return f"{quoted(shown)[1:-1]} is not an option{_did_you_mean(name, self._option_string_actions)}"
        stray = "there is an argument that belongs to no option"
        if self._words:
            return f"{stray}; {self._words}"
        return f"{stray}; {name} goes first" if name in self._commands else stray + _did_you_mean(name, self._commands)


def query_pairs(options: argparse.Namespace) -> list[tuple[str, str]]:
    """Return the members of the query that the options make up, repetitions included."""
    return [(key, value) for key in QUERY_KEYS for value in getattr(options, key)]


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _did_you_mean(word: str, known: Sequence[str] | dict[str, argparse.Action]) -> str:
    return "".join(f"; did you mean {match}?" for match in get_close_matches(word, known, n=1))
