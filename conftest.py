"""What pytest does not look into where an extra is missing; everything else that cannot be imported is an error."""

from importlib.util import find_spec

collect_ignore = (
    []
    if find_spec("numba")
    else [
        "runner/learn/kernels_numba.py",
        "runner/learn/losses_numba.py",
        "plugins/runner_builtin/models/sgd_course.py",
        "plugins/runner_builtin/models/sgd_kernels.py",
        "plugins/runner_builtin/models/sgd_problem.py",
    ]
)
