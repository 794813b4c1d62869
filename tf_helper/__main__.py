"""The entry point: tf-helper, or python -m tf_helper."""

import gc
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


if __name__ == "__main__":
    run()
