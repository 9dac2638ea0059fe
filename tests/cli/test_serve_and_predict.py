"""The commands that ask a model, from the shell: what they refuse before anything is loaded or bound."""

from __future__ import annotations

import io
import os
import pickle
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import runner
from runner.cli import main
from runner.record import layout, manifest, strict_json
from runner.record.read import Run
from runner.ship.bundling import write_bundle
from runner.testing import Project

TABLE = pd.DataFrame({"age": np.linspace(20, 60, 40), "rooms": np.arange(40) % 5})


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    experiment = {
        "name": "old",
        "source": {"use": "in_memory", "features": TABLE, "target": np.where(TABLE["age"] > 40, "old", "young")},
        "splitter": "stratified_holdout",
        "transforms": ["standard_scale"],
        "model": "LogisticRegression",
        "metrics": ["accuracy"],
    }
    return runner.run(experiment, outputs=tmp_path_factory.mktemp("out")).path


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(finished, tmp_path / "old" / finished.name))


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    TABLE.iloc[[0, 39]].to_csv(path, index=False)
    return path


@pytest.fixture(autouse=True)
def never_served(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Note what would have been served, instead of waiting for requests."""
    served: list[Any] = []

    def note(application: Any, made: Any, started: Any) -> None:
        made.close()
        started()
        served.append(application)

    monkeypatch.setattr("runner.serve.listening.serve", note)
    monkeypatch.delenv("RUNNER_SERVE_TOKEN", raising=False)
    return served


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main([str(word) for word in words])
    return code, capsys.readouterr().err


def reseal(folder: Path) -> None:
    """Make the manifest agree with the files again, as whoever made the folder could."""
    (folder / manifest.MANIFEST).unlink()
    strict_json.write(folder / manifest.MANIFEST, manifest.build(folder))


def test_a_file_is_answered_like_rows_in_python(run: Path, rows: Path, tmp_path: Path, capsys: Any) -> None:
    assert told(capsys, "predict", run, rows, tmp_path / "out.csv")[0] == 0
    answers = pd.read_csv(tmp_path / "out.csv")
    model = runner.load(run)
    assert answers["predict"].tolist() == model.predict(TABLE.iloc[[0, 39]]).tolist() == ["young", "old"]
    np.testing.assert_allclose(answers["predict_proba_old"], model.predict_proba(TABLE.iloc[[0, 39]])[:, 0])


def test_rows_go_through_a_pipe_and_what_is_told_does_not_mix_with_them(
    run: Path, rows: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(rows.read_bytes())))
    with os.fdopen(os.dup(1), "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert main(["predict", str(run), "-", "-"]) == 0
    out, err = capfd.readouterr()
    assert [line.split(",")[2] for line in out.splitlines()] == ["predict", "young", "old"]
    assert err == "2 rows (sklearn)\n"


@pytest.mark.fault("F24", "F98")
@pytest.mark.parametrize("command", ["serve", "predict"])
def test_a_run_that_was_edited_is_refused_unless_that_is_said(
    run: Path, rows: Path, tmp_path: Path, capsys: Any, never_served: list[Any], command: str
) -> None:
    (run / layout.METRICS).write_text("{}")
    words = [command, run, *([rows, tmp_path / "out.csv"] if command == "predict" else ["--port", "0"])]
    code, error = told(capsys, *words)
    assert (code, "changed: 'metrics.json', expected sha256" in error) == (6, True)
    assert not never_served
    assert not (tmp_path / "out.csv").exists()
    code, warning = told(capsys, *words, "--allow-modified")
    assert code == 0
    assert "warning: --allow-modified" in warning
    assert "changed: 'metrics.json'" in warning


@pytest.mark.fault("F98")
def test_a_model_that_is_gone_changed_or_holds_strange_types_is_never_served(
    run: Path, capsys: Any, never_served: list[Any]
) -> None:
    import skops.io

    class Strange:
        pass

    Strange.__module__, Strange.__qualname__ = "__main__", "Strange"
    file = run / "artifacts/skops/model.skops"
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    assert told(capsys, "serve", run, "--port", "0")[0] == 6
    skops.io.dump(Strange(), file)
    reseal(run)
    code, error = told(capsys, "serve", run, "--port", "0")
    assert (code, "types that are not trusted: '__main__.Strange'" in error) == (6, True)
    file.unlink()
    assert told(capsys, "serve", run, "--port", "0")[0] == 6
    assert not never_served


@pytest.mark.fault("F98")
def test_a_bundle_whose_model_answers_otherwise_here_is_not_served(
    run: Path, tmp_path: Path, capsys: Any, never_served: list[Any]
) -> None:
    opened = Run.open(run)
    bundle = write_bundle(run, opened.info, runner.load(run).pipeline, tmp_path / "bundle")
    assert told(capsys, "serve", bundle, "--port", "0")[0] == 0
    record = strict_json.read(bundle / layout.GOLDEN)
    record["predict_proba"] = [list(reversed(row)) for row in record["predict_proba"]]
    strict_json.write(bundle / layout.GOLDEN, record)
    reseal(bundle)
    code, error = told(capsys, "serve", bundle, "--port", "0")
    assert (code, "does not answer here as it did where the bundle was made" in error) == (6, True)
    assert len(never_served) == 1


PLUGIN = {
    "acme/__init__.py": "",
    "acme/models.py": """
        from sklearn.dummy import DummyClassifier
        class AcmeModel(DummyClassifier):
            def __init__(self, *, random_state: int | None = None):
                super().__init__(strategy="prior", random_state=random_state)
    """,
    "acme/hooks.py": """
        from runner import hookimpl
        @hookimpl
        def runner_models():
            return {"acme": "acme.models:AcmeModel"}
        @hookimpl
        def runner_trusted_types():
            return ["acme.models.AcmeModel"]
    """,
    "acme_models-1.2.dist-info/METADATA": "Metadata-Version: 2.1\nName: acme-models\nVersion: 1.2\n",
    "acme_models-1.2.dist-info/entry_points.txt": "[runner.plugins]\nacme = acme.hooks\n",
}


@pytest.mark.fault("F96")
def test_a_model_that_is_not_installed_here_is_named_with_its_distribution_before_a_port_is_bound(
    tmp_path: Path,
) -> None:
    from textwrap import dedent

    plugin = tmp_path / "plugin"
    for name, text in PLUGIN.items():
        (plugin / name).parent.mkdir(parents=True, exist_ok=True)
        (plugin / name).write_text(dedent(text))
    project = Project(tmp_path, environment={"PYTHONPATH": str(plugin)})
    project.run(
        "name=iris", "source=sklearn_dataset", "source.name=iris", "splitter=stratified_holdout", "model=acme",
        "metrics=[accuracy]",
    ).assert_success()  # fmt: skip
    (path,) = (tmp_path / "outputs/iris").iterdir()
    told = Project(tmp_path).run("serve", str(path), "--port", "0").assert_code(4)
    assert "no installed plugin offers model 'acme'" in told.err
    assert "acme-models 1.2" in told.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--host", "0.0.0.0"], "--host '0.0.0.0' lets other machines in, and there is no token"),
        (["--engine", "onx"], "no proven export of that name"),
        (["--engine", "onnx"], "no proven export of that name"),
    ],
)
def test_what_cannot_be_served_so_is_told(run: Path, capsys: Any, words: list[str], message: str) -> None:
    code, error = told(capsys, "serve", run, "--port", "0", *words)
    assert (code, message in error) == (2, True), error


@pytest.mark.parametrize(
    "words",
    [["--port", "70000"], ["--max-rows", "1.5"], ["--timeout", "0"], ["--grace", "inf"], ["--batch-delay", "x"]],
)
def test_a_number_that_makes_no_sense_is_refused(run: Path, words: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["serve", str(run), *words])
    assert caught.value.code == 2


def test_every_limit_reaches_the_server(run: Path, capsys: Any, never_served: list[Any]) -> None:
    words = [
        "--max-body",
        "0.5",
        "--max-rows",
        "7",
        "--timeout",
        "3",
        "--concurrency",
        "2",
        "--grace",
        "4",
        "--notice",
        "0",
    ]
    assert told(capsys, "serve", run, "--port", "0", "--batch-delay", "5", *words)[0] == 0
    (application,) = never_served
    limits = application.limits
    assert (limits.body, limits.rows, limits.seconds, limits.at_once) == (2**19, 7, 3.0, 2)
    assert (limits.grace, limits.notice, application.delay, application.token) == (4.0, 0.0, 0.005, None)


def test_a_token_comes_from_the_environment_or_a_file_and_is_long(
    run: Path, tmp_path: Path, capsys: Any, never_served: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text("from-a-file-16-characters\n")
    serve = ["serve", run, "--port", "0", "--host", "0.0.0.0"]
    assert told(capsys, *serve, "--token-file", file)[0] == 0
    monkeypatch.setenv("RUNNER_SERVE_TOKEN", "from-the-environment")
    assert told(capsys, *serve)[0] == 0
    assert [one.token for one in never_served] == ["from-a-file-16-characters", "from-the-environment"]
    monkeypatch.setenv("RUNNER_SERVE_TOKEN", "short")
    code, error = told(capsys, *serve)
    assert (code, "16 or more printable ASCII characters" in error) == (2, True)
    assert "short" not in error
    monkeypatch.delenv("RUNNER_SERVE_TOKEN")
    assert told(capsys, *serve, "--no-auth")[0] == 0
    assert told(capsys, *serve, "--token-file", tmp_path / "none")[0] == 2


class Malicious:
    """Writes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return Path.touch, (self.mark,)


@pytest.mark.fault("F98")
@pytest.mark.parametrize("sealed", [True, False], ids=["with a manifest that fits", "planted later"])
def test_a_pickle_planted_in_any_file_is_never_unpickled(
    run: Path, rows: Path, tmp_path: Path, capsys: Any, sealed: bool
) -> None:
    mark = tmp_path / "unpickled"
    bad = pickle.dumps(Malicious(mark))
    opened = Run.open(run)
    bundle = write_bundle(run, opened.info, runner.load(run).pipeline, tmp_path / "bundle")
    for folder in (run, bundle):
        names = sorted(opened.files) if folder == run else sorted(manifest.read(bundle))
        for name in [*names, manifest.MANIFEST, "artifacts/skops/model.pkl", "artifacts/pickle/model.unsafe.pkl"]:
            path = folder / name
            kept = path.read_bytes() if path.is_file() else None
            whole = (folder / manifest.MANIFEST).read_bytes()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bad)
            if sealed and name != manifest.MANIFEST:
                reseal(folder)
            for words in (["verify", folder], ["predict", folder, rows, "-"], ["serve", folder, "--port", "0"]):
                main([str(word) for word in words])
            capsys.readouterr()
            assert not mark.exists(), name
            path.write_bytes(kept) if kept is not None else path.unlink()
            if path.parent.name == "pickle":
                path.parent.rmdir()
            (folder / manifest.MANIFEST).write_bytes(whole)
