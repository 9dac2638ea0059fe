"""Lets the tests of this plugin use the workplaces of the core's tests: they stand in one repository."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[3]))
