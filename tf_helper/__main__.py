"""The entry point: tf-helper, or python -m tf_helper."""

# Not signal, whose enumerations take as long as a tenth of a plan's imports.
import _signal  # type: ignore[import-not-found]
import gc
import os
import sys


def run() -> None:
    """Run the program and end the process.

    Ctrl-C ends it at once, for nothing has to be cleaned up, and while modules in C and Rust are imported, they turn a
    KeyboardInterrupt into an ImportError, or panic.
    """
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, lambda *_: os._exit(130))
    # Nearly everything that imports allocate lives until the end: collecting garbage would search it in vain.
    gc.disable()
    from tf_helper.cli import main

    # The status is the answer's: at the interpreter's own end, a thread that is left can crash it, PYTHONINSPECT reads
    # more from standard input, and a library can print.
    os._exit(main(sys.argv[1:]))


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
