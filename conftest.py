"""What pytest does not look into where an extra is missing; everything else that cannot be imported is an error."""

from importlib.util import find_spec

_NEEDING = {
    "numba": [
        "runner/learn/kernels_numba.py",
        "runner/learn/losses_numba.py",
        "plugins/runner_builtin/models/sgd_course.py",
        "plugins/runner_builtin/models/sgd_kernels.py",
        "plugins/runner_builtin/models/sgd_problem.py",
    ],
    "onnx": ["plugins/runner_builtin/onnx"],
    "onnxruntime": ["plugins/runner_builtin/deployers/edge_predict.py"],
}
#: Programs that are written beside a bundle, and are read by nobody here.
_TEMPLATES = ["plugins/runner_builtin/deployers/templates"]
collect_ignore = _TEMPLATES + [
    path for extra, paths in _NEEDING.items() if find_spec(extra) is None for path in paths
]
