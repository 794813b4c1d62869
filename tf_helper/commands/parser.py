"""argparse for this program: keys of the query as options, and errors that never show a value."""

import argparse
from collections.abc import Iterable, Sequence
from typing import NoReturn, TypeAlias

from tf_helper.errors import Problem, closest_match, error_text, redacted
from tf_helper.query import QUERY_KEYS
from tf_helper.streams import print_error


class Parser(argparse.ArgumentParser):
    """The parser of the program or of one of its commands."""

    def __init__(self, prog: str, *, usage: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            usage=usage,
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        setattr(self, "color", False)  # noqa: B010 - Python 3.14 colors the help; older ones lack the attribute

    def add_settings(self, keys: Iterable[str]) -> None:
        """Add an option for each of these keys of the query."""
        group = self.add_argument_group("settings")
        for key in keys:
            option = group.add_argument(
                option_name(key), action="append", default=[], metavar="VALUE", help=QUERY_KEYS[key].description
            )
            if QUERY_KEYS[key].is_flag:  # may be given without a value
                option.nargs, option.const = "?", "true"

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and where to look, without the usage and without values, and raise SystemExit."""
        before, quotes_a_value, _ = message.partition("ignored explicit argument")
        if quotes_a_value:
            message = f"{before}does not take a value"
        self.refuse(message)

    def refuse(self, message: str, hint: str = "") -> NoReturn:
        """Print an error with a hint, by default where the help is, and raise SystemExit with status 2."""
        print_error(error_text(Problem(message, hint or f"see {self.prog} --help")))
        raise SystemExit(2)

    def refuse_argument(self, argument: str) -> NoReturn:
        """Refuse what is not an option of this command. Only its name is shown: its value may be a token."""
        name = argument.partition("=")[0]
        if not name.startswith("-"):
            self.refuse("unexpected argument")
        shown = redacted(name if name.startswith("--") else name[:2])[1:-1]  # "-pVALUE" is how some write a value
        self.refuse(f"{shown} is not an option{did_you_mean(name, self.options)}")

    @property
    def options(self) -> Sequence[str]:
        """The names of the options, hyphens included."""
        return list(self._option_string_actions)


# What argparse returns from add_subparsers(); generic in its stubs only.
Subparsers: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return a question to append to an error, or "" if nothing is alike."""
    match = closest_match(word, known)
    return f"; did you mean {match}?" if match else ""


def settings_pairs(options: argparse.Namespace) -> list[tuple[str, str]]:
    """Return the members of the query that the options make up, repetitions included."""
    return [(key, value) for key in QUERY_KEYS for value in getattr(options, key, ())]


def option_name(key: str) -> str:
    """Return the option for a key of the query."""
    return f"--{key.replace('_', '-')}"
