"""Whether the installed Hydra, left to itself, starts on this Python: 1.3 does not on 3.14."""

import pytest
from hydra._internal.utils import get_args_parser


def _starts() -> bool:
    try:
        get_args_parser()
    except ValueError:
        return False
    return True


#: For programs that are Hydra's alone, without our command around them.
needs_hydra_alone = pytest.mark.skipif(not _starts(), reason="this Hydra does not start on this Python")
