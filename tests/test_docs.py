"""What the README and the docs show is what happens.

Of a page, in order and in one folder: blocks with a title are files in it (unless a `pyproject.toml` is among them:
then those without `./` in front are a package that is installed for the page), `bash` blocks that start with `runner`
are run and must end with 0 or with the `exit=` of their info string, `python` blocks are executed in one namespace.
`console` blocks only show.
"""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: Shows what the one in English does, which a test compares: to carry it out as well would tell nothing more.
CHINESE_TUTORIAL = ROOT / "docs" / "zh-CN" / "tutorial.md"
PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    *(
        path
        for path in sorted((ROOT / "docs").rglob("*.md"))
        if path.parent.name != "decisions" and path != CHINESE_TUTORIAL
    ),
]
BLOCK = re.compile(r"^(`{3,})(\w+)([^\n`]*)\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)


#: What working with a package leaves in its folder.
MADE = re.compile(r"__pycache__|build|\..*|.*\.egg-info")


@dataclass(frozen=True)
class Block:
    """A fenced block. info: what follows the language, e.g. {"exit": "2"}; place: page and line."""

    language: str
    info: dict[str, str]
    text: str
    place: str

    @property
    def is_run(self):
        return self.language == "bash" and re.match(r"(\$ )?runner\b", self.text) is not None

    @property
    def is_executed(self):
        return self.language == "python" and "title" not in self.info

    @property
    def is_kept(self):
        return self.is_run or self.is_executed or "title" in self.info


def blocks(page):
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        info = dict(re.findall(r'(\w+)="?([^"\s]+)"?', match[3]))
        yield Block(match[2], info, match[4], f"{page.name}:{text.count(chr(10), 0, match.start()) + 1}")


def files(page):
    return {block.info["title"]: block.text for block in blocks(page) if "title" in block.info}


def install(package, target):
    """Install into a folder of its own, which reads as installed to whoever has it on the path."""
    words = ["install", "--quiet", "--no-deps", "--no-build-isolation", "--target", str(target), str(package)]
    subprocess.run([sys.executable, "-m", "pip", *words], check=True, capture_output=True)


def run(block, folder, path):
    """Run a block's commands in bash, with this environment's `runner` first in the path."""
    script = re.sub(r"^\$ ", "", block.text, flags=re.MULTILINE)
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": programs, "PYTHONPATH": str(path)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=folder, env=environment, capture_output=True, text=True
    )
    told = f"{block.place}: the block ended with {done.returncode}\n{script}\n{done.stdout}\n{done.stderr}"
    assert done.returncode == int(block.info.get("exit", 0)), told


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_shows_works(page, tmp_path, monkeypatch):
    folder, package, installed = (tmp_path / name for name in ("here", "package", "installed"))
    folder.mkdir()
    home = package if "pyproject.toml" in files(page) else folder
    for name, text in files(page).items():
        place = folder if name.startswith("./") else home
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(text, encoding="utf-8")
    if (package / "pyproject.toml").is_file():
        install(package, installed)
        monkeypatch.syspath_prepend(installed)
    monkeypatch.chdir(folder)
    namespace = {"__name__": "__page__"}
    for block in blocks(page):
        if block.is_run:
            run(block, folder, installed)
        elif block.is_executed:
            exec(compile(block.text, block.place, "exec"), namespace)


def test_the_page_on_plugins_shows_the_files_of_the_example_and_no_others():
    example = ROOT / "plugins" / "runner-example"
    found = [path.relative_to(example) for path in example.rglob("*") if path.is_file()]
    names = sorted(str(path) for path in found if not any(MADE.fullmatch(part) for part in path.parts))
    titled = files(ROOT / "docs" / "write-a-plugin.md")
    shown = {name: text for name, text in titled.items() if not name.startswith("./")}
    assert sorted(shown) == names
    for name in names:
        assert shown[name] == (example / name).read_text(encoding="utf-8"), f"{name} differs"


def test_the_tutorial_in_chinese_shows_what_the_one_in_english_does():
    pages = (ROOT / "docs" / "tutorial.md", CHINESE_TUTORIAL)
    ours, theirs = (
        [
            (block.info, re.sub(r"^#.*\n", "", block.text, flags=re.MULTILINE))
            for block in blocks(page)
            if block.is_kept
        ]
        for page in pages
    )
    assert theirs == ours


def test_a_block_that_fails_is_told_with_its_page_and_line(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# Title\n\n```bash\nrunner nonsense\n```\n")
    (block,) = blocks(page)
    with pytest.raises(AssertionError, match=r"page.md:3: the block ended with 2"):
        run(block, tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("fence", "is_run", "is_executed"),
    [
        ("bash\nrunner ls", True, False),
        ("bash exit=2\n$ runner show nothing", True, False),
        ("bash\npip install .", False, False),
        ("console\n$ runner ls", False, False),
        ("python\nimport runner", False, True),
        ('python title="a.py"\nimport runner', False, False),
    ],
)
def test_only_commands_of_ours_and_untitled_python_are_carried_out(fence, is_run, is_executed, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"```{fence}\n```\n")
    (block,) = blocks(page)
    assert (block.is_run, block.is_executed) == (is_run, is_executed)
