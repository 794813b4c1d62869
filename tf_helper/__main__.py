"""The entry point: tf-helper, or python -m tf_helper."""

import gc
import os
import sys


def run() -> None:
    """Run the program and end the process. Imports come after `try`, because Ctrl-C can arrive during them."""
    try:
        # Nearly everything that imports allocate lives until the end: collecting garbage would search it in vain, now
        # and when the interpreter ends.
        gc.disable()
        from tf_helper.cli import main

        status = main(sys.argv[1:])
        gc.freeze()
    except KeyboardInterrupt:
        status = 130
    sys.exit(status)


def without_working_directory(path: list[str]) -> list[str]:
    """Return `sys.path` without the working directory, which python -m puts in front of everything else.

    Where Terraform runs, that is the directory of a template, whose files are not Python's modules.
    """
    try:
        return path[1:] if path[0] == os.getcwd() else path  # noqa: PTH109 - pathlib is not loaded yet
    except OSError:  # the directory is gone, and so it is not there
        return path


if __name__ == "__main__":
    sys.path[:] = without_working_directory(sys.path)
    run()
