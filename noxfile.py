"""The suite on other Pythons and on both lines of Hydra: `nox -l` lists the sessions, `nox -s tests-3.14` runs one.

tests: everything, with the newest release of each dependency. hydra_next: everything, with the newest pre-release of
Hydra. core: what depends most on Python and on Hydra, with that pre-release; the continuous check runs it on the
newest Python found, beside the main suite.
"""

import nox

nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "uv|virtualenv"
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
#: Newer than any release, and older than what the package allows.
NEXT_HYDRA = ["--pre", "hydra-core>=1.4.0rc1,<1.5", "omegaconf>=2.4.0.dev0"]
#: With what pytest leaves out by default.
WHOLE = ["-m", "long or not long"]
CORE = [
    "tests/declare",
    "tests/plan",
    "tests/cli/test_sweep.py::test_a_sweep_is_planned_carried_out_and_its_winner_shipped",
    "tests/cli/test_sweep.py::test_resume_goes_on_by_the_folder_and_takes_more_values",
    "tests/test_catalogue.py",
    "tests/test_discovery.py",
]


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the whole suite."""
    session.install("-e", ".[dev]")
    session.run("pytest", "-n", "auto", *WHOLE, *session.posargs)


@nox.session(python=PYTHONS)
def hydra_next(session: nox.Session) -> None:
    """Run the whole suite with the next Hydra."""
    session.install("-e", ".[dev]")
    session.install(*NEXT_HYDRA)
    session.run("pytest", "-n", "auto", *WHOLE, *session.posargs)


@nox.session(python=PYTHONS)
def core(session: nox.Session) -> None:
    """Run what depends most on Python and on Hydra, with the next Hydra."""
    session.install("-e", ".[dev]")
    session.install(*NEXT_HYDRA)
    session.run("pytest", "-n", "auto", *CORE, *session.posargs)
