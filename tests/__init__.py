import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

# The installed program, in the environment that the tests run in.
PROGRAM = Path(sys.executable).with_name("tf-helper")
