import pytest

from runner.errors import ConfigError
from runner.scaffold.project import PluginProject

POINT = '[project.entry-points."runner.plugins"]\nacme = "acme_runner.hooks"\n'


def project(folder, text, hooks="acme_runner/hooks.py"):
    (folder / "pyproject.toml").write_text(text)
    (folder / hooks).parent.mkdir(parents=True)
    (folder / hooks).write_text("")
    return folder


def test_the_package_is_found_beside_the_project_and_below_src(tmp_path):
    found = PluginProject.at(project(tmp_path, POINT, "src/acme_runner/hooks.py"))
    assert (found.package, found.root, found.hooks) == (
        "acme_runner",
        tmp_path / "src",
        tmp_path / "src/acme_runner/hooks.py",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "has no pyproject.toml.*runner new plugin"),
        ("[project", "cannot be read"),
        ("[project]\n", "names 0 entry points of the group 'runner.plugins', and one is due"),
        (POINT + 'b = "b.hooks"\n', "names 2 entry points"),
        (POINT.replace("acme_runner", "elsewhere"), "'elsewhere.hooks' .* is not below"),
        (POINT.replace("acme_runner.hooks", "hooks"), "stands in no package"),
    ],
)
def test_a_folder_that_is_no_plugins_is_told_what_is_missing(tmp_path, text, told):
    if text is not None:
        project(tmp_path, text)
    with pytest.raises(ConfigError, match=told):
        PluginProject.at(tmp_path)
