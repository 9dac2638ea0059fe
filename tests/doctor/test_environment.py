from importlib.metadata import PackageNotFoundError

from runner.doctor import environment


def test_what_is_installed_suffices():
    (finding,) = environment.versions()
    assert finding.state == "ok"
    assert "runner-ml" in finding.what


def test_a_package_that_is_missing_or_too_old_is_told_with_what_brings_it(monkeypatch):
    known = environment.version

    def version(name):
        if name == "pluggy":
            raise PackageNotFoundError(name)
        return "0.1" if name == "rich" else known(name)

    monkeypatch.setattr(environment, "version", version)
    wrong = {finding.what: finding.mend for finding in environment.versions() if finding.code == 4}
    assert wrong == {
        "pluggy is not installed, and runner-ml needs pluggy<2,>=1.5": "pip install 'pluggy<2,>=1.5'",
        "rich is 0.1, and runner-ml needs rich>=13.7": "pip install 'rich>=13.7'",
    }


def test_more_threads_than_cpus_and_two_runtimes_are_notes(monkeypatch):
    pools = [
        {"internal_api": "openblas", "user_api": "blas", "num_threads": 8, "prefix": "libopenblas", "version": "0.3"},
        {"internal_api": "openmp", "user_api": "openmp", "num_threads": 2, "prefix": "libgomp", "version": None},
        {"internal_api": "openmp", "user_api": "openmp", "num_threads": 2, "prefix": "libiomp", "version": None},
    ]
    monkeypatch.setattr(environment.environment, "threads", lambda: {"cpu": {"usable": 2}, "libraries": pools})
    found = list(environment.threads())
    assert [finding.state for finding in found] == ["ok", "ok", "ok", "note", "note"]
    assert found[3].mend == "export OMP_NUM_THREADS=2"
    assert "libgomp and libiomp" in found[4].what
