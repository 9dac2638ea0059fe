"""Distributions as pip installs them: clashing, broken, too new, ill-mannered. Each costs only itself."""

import json
import subprocess
import sys

import pytest

from runner.testing import Project

pytestmark = pytest.mark.slow

TOML = """\
[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "{version}"

[project.entry-points."runner.plugins"]
{point} = "{package}"

[tool.setuptools]
py-modules = ["{package}"]
"""
CLEANER = '''
from runner import hookimpl


class Shout:
    """Clean nothing, loudly."""

    keeps_rows = True

    def __init__(self, volume: int = 11) -> None:
        self.volume = volume

    def clean(self, dataset):
        {meddle}
        return dataset


@hookimpl
def runner_cleaners():
    return {{"{name}": Shout}}
'''
MEDDLE = """\
import os, random, signal, warnings
import numpy

def meddle():
    print("welcome to acme")
    os.chdir("/")
    random.seed(0)
    numpy.random.seed(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("error")

meddle()
"""
#: What comes of package data that nobody declared.
CONFLESS = """\
from runner import hookimpl

@hookimpl
def runner_conf_dirs():
    return ["acme_confless.conf"]

"""
#: Distribution -> (version, entry point, text of its module).
PLUGINS = {
    "acme-one": ("1.5", "acme", CLEANER.format(name="shout", meddle="pass")),
    "acme-two": ("2.0", "acme", CLEANER.format(name="yell", meddle="pass")),
    "acme-same": ("1.0", "same", CLEANER.format(name="clip", meddle="pass")),
    "acme-broken": ("1.0", "broken", "import a_package_of_no_such_name\n"),
    "acme-newer": ("3.1", "newer", 'api_version = "1.99"\n' + CLEANER.format(name="later", meddle="pass")),
    "acme-confless": ("1.0", "confless", CONFLESS + CLEANER.format(name="plain", meddle="pass")),
    "acme-rude": ("1.0", "rude", MEDDLE + CLEANER.format(name="rude", meddle="meddle()")),
}
QUICK = ("+experiment=digits", "model.epochs=1", "augmenters=[]", "exporters=[]", "intervals.resamples=0")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """All of them, installed by pip into one folder."""
    sources, site = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("site")
    for name, (version, point, text) in PLUGINS.items():
        package = name.replace("-", "_")
        words = {"name": name, "version": version, "point": point, "package": package}
        Project(sources, {f"{name}/pyproject.toml": TOML.format(**words), f"{name}/{package}.py": text})
    words = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(site)]
    folders = [str(sources / name) for name in PLUGINS]
    subprocess.run([sys.executable, "-m", "pip", *words, *folders], check=True, capture_output=True)
    return site


@pytest.fixture
def here(tmp_path, site):
    return Project(tmp_path, environment={"PYTHONPATH": str(site)})


@pytest.mark.fault("F91", "F92", "F94", "F95")
def test_each_is_listed_with_what_is_wrong_with_it(here):
    rows = {row["distribution"]: row for row in json.loads(here.run("plugins", "--json").assert_success().out)}
    assert rows["acme-broken"]["problems"] == ["ModuleNotFoundError: No module named 'a_package_of_no_such_name'"]
    assert rows["acme-newer"]["problems"] == [
        "needs runner's plugin API 1.99, this runner offers 1.0: pip install --upgrade runner-ml"
    ]
    assert [rows[name]["contested"] for name in ("acme-one", "acme-two", "acme-same")] == [True, True, False]
    told = " ".join(rows["acme-rude"]["remarks"])
    for change in ("working directory", "signal handlers", "warning filters", "Python's global random", "welcome"):
        assert change in told
    assert rows["runner-ml"]["problems"] == rows["runner-ml"]["remarks"] == []


@pytest.mark.fault("F92")
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("shout", ("acme-one 1.5", "'acme'", "'acme-one:shout'")),
        ("clip", ("acme-same 1.0 and runner-ml", "'acme-same:clip' or 'runner-ml:clip'")),
        ("later", ("'later' is not offered", "acme-newer 3.1", "needs runner's plugin API 1.99")),
    ],
)
def test_a_run_that_names_one_is_refused_with_who_and_why(here, name, told):
    ended = here.run(*QUICK, f"cleaners=[{name}]").assert_code(4)
    for text in told:
        assert text in ended.err
    assert not (here.folder / "outputs").exists()


@pytest.mark.fault("F92", "F94")
def test_a_run_with_a_chosen_one_and_an_ill_mannered_one_ends_well_and_tells(here):
    plain = here.run(*QUICK).assert_success().run.scores.total["accuracy"].mean
    ended = here.run(*QUICK, "cleaners=[acme-one:shout,rude]").assert_success()
    assert ended.run.scores.total["accuracy"].mean == plain
    told = " ".join(ended.out.split())
    for change in ("working directory", "signal handlers", "NumPy's global random", "welcome to acme"):
        assert change in told
    assert "cleaner 'rude', while cleaning" in told


@pytest.mark.fault("F91")
def test_the_doctor_tells_what_mends_them(here):
    findings = json.loads(here.run("doctor", "--json").assert_code(4).out)["findings"]
    wrong = {row["what"]: row["mend"] for row in findings if row["state"] == "wrong"}
    (mend,) = [mend for what, mend in wrong.items() if "acme-broken" in what]
    assert mend == "pip install --upgrade acme-broken, or hide it: RUNNER_DISABLE=broken"
    assert sum("another distribution claims" in what for what in wrong) == 2
    (mend,) = [mend for what, mend in wrong.items() if "acme-newer" in what]
    assert mend == "pip install --upgrade runner-ml, or hide it: RUNNER_DISABLE=newer"


@pytest.mark.fault("F91")
def test_configs_that_are_missing_cost_only_themselves(here):
    ended = here.run(*QUICK, "cleaners=[plain]").assert_success()
    assert "warning: the configs of acme-confless 1.0 are left out" in ended.err
    assert "the config package 'acme_confless.conf' cannot be found" in ended.err
    assert "digits" in here.run("--help").assert_success().out
