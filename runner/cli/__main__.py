"""`python -m runner.cli`, for where the console script is not on the path."""

import sys

from runner.cli import main

sys.exit(main())
