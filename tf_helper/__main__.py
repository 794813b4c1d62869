"""The entry point: tf-helper, or python -m tf_helper."""

import sys
from typing import NoReturn


def run() -> NoReturn:
    """Run the program and end the process. Imports come after `try`, because Ctrl-C can arrive during them."""
    try:
        from tf_helper.cli import main  # noqa: PLC0415

        status = main(sys.argv[1:])
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    run()
