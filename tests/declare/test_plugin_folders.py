"""The config folders of plugins, which Hydra sees as one: whose configs are found, and which of two wins."""

from __future__ import annotations

import pytest
import yaml

from runner.scaffold.files import write_new
from runner.testing import TINY, Project

HOOKS = """\
from runner import hookimpl

@hookimpl
def runner_conf_dirs():
    return ["{package}.conf"]
"""
SMALL = "defaults:\n  - softmax\n  - _self_\nepochs: {epochs}\n"
EXPERIMENT = "# @package _global_\n# {what}\ndefaults: [/experiment/tiny]\nseed: {seed}\n"
#: Distribution -> the files of its config folder; the first by name is the first to be looked into.
FOLDERS = {
    "acme-one": {
        "model/small.yaml": SMALL.format(epochs=1),
        "model/ours.yaml": SMALL.format(epochs=11),
        "experiment/team/deep.yaml": EXPERIMENT.format(what="In a folder of its own", seed=5),
        "experiment/digits.yaml": EXPERIMENT.format(what="Never seen, as ours comes first", seed=6),
        "lab/here.yaml": "# @package _global_\nseed: 77\n",
        "model/typo.yaml": "defaults:\n  - softmax\n  - _self_\nepcohs: 2\n",
        "model/huge.yaml": "a: &a [0,0,0,0,0,0,0,0,0]\n"
        + "".join(
            f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
        ),
    },
    "acme-two": {"model/small.yaml": SMALL.format(epochs=2), "model/theirs.yaml": SMALL.format(epochs=22)},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    place = tmp_path_factory.mktemp("project")
    site = place / "site"
    for distribution, files in FOLDERS.items():
        package, info = distribution.replace("-", "_"), f"{distribution.replace('-', '_')}-1.0.dist-info"
        conf = {f"{package}/conf/{name}": text for name, text in files.items()}
        write_new(site, {f"{package}/__init__.py": "", f"{package}/conf/__init__.py": "", **conf})
        write_new(
            site,
            {
                f"{package}/hooks.py": HOOKS.format(package=package),
                f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n",
                f"{info}/entry_points.txt": f"[runner.plugins]\n{package} = {package}.hooks\n",
            },
        )
    folder = place / "folder"
    folder.mkdir()
    return Project(folder, TINY, environment={"PYTHONPATH": str(site)})


def composed(project: Project, *words: str) -> dict[str, object]:
    config: dict[str, object] = yaml.safe_load(project.run(*words, "--cfg", "job").assert_success().out)
    return config


@pytest.mark.parametrize(("name", "epochs"), [("ours", 11), ("theirs", 22), ("small", 1)])
def test_configs_of_all_are_found_and_the_first_wins(project: Project, name: str, epochs: int) -> None:
    assert composed(project, "+experiment=tiny", f"model={name}")["model"]["epochs"] == epochs  # type: ignore[index]


def test_folders_in_folders_and_groups_of_their_own(project: Project) -> None:
    assert composed(project, "+experiment=team/deep")["seed"] == 5
    assert composed(project, "+experiment=tiny", "+lab=here")["seed"] == 77


def test_the_shipped_configs_come_first(project: Project) -> None:
    assert composed(project, "+experiment=digits")["source"]["name"] == "digits"  # type: ignore[index]
    assert "Never seen" not in project.run("--help").assert_success().out


def test_a_name_that_nobody_has_is_answered_with_those_of_all(project: Project) -> None:
    told = project.run("+experiment=tiny", "model=smal").assert_code(2).err
    assert "model 'smal' is not offered by any plugin." in told
    assert "Did you mean 'small'?" in told
    told = project.run("+experiment=tiny", "+lab=there").assert_code(2).err
    assert "lab 'there' does not exist. Did you mean 'here'?" in told


def test_where_they_lie_is_told(project: Project) -> None:
    page = project.run("+experiment=tiny", "--info", "searchpath").assert_success().out
    assert "plugins://acme_one.conf,acme_two.conf" in page
    told = project.run("+experiment=tiny", "model=typo").assert_code(2).err
    assert "has no option 'epcohs'. Did you mean 'epochs'?" in told
    assert "acme_one/conf/model/typo.yaml, line 4" in told


def test_a_file_that_explodes_is_refused_as_anybody_elses(project: Project) -> None:
    told = project.run("+experiment=tiny", "model=huge").assert_code(2).err
    assert "acme_one/conf/model/huge.yaml: line 6: holds or expands to more than 100,000 values" in told
