"""The page about hooks has a section for every hook, and for nothing else, and the table of all."""

import importlib.util
import inspect
import re
from pathlib import Path

import pytest

from runner import hookspecs
from runner.contracts import KINDS

PAGE = Path(__file__).parents[1] / "docs" / "hooks.md"
HOOKS = [name for name in vars(hookspecs) if name.startswith("runner_")]
SECTIONS = {
    part.partition("`\n")[0]: part.partition("`\n")[2]
    for part in re.split(r"^## `(?=runner_)", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
}


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_section_that_says_when_it_is_called_and_what_is_promised(hook):
    assert hook in SECTIONS, f"docs/hooks.md has no section '## `{hook}`'"
    assert "**Called**" in SECTIONS[hook]
    assert "**Promises**" in SECTIONS[hook]


def test_every_section_is_about_a_hook_in_the_order_of_the_hooks():
    assert list(SECTIONS) == HOOKS


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_section_names_every_method_of_its_kind(kind):
    missing = [method for method in kind.methods if f"`{method}(" not in SECTIONS[kind.hook]]
    assert missing == []


def test_the_page_has_the_table_that_would_be_written():
    spec = importlib.util.spec_from_file_location("write_hook_table", PAGE.with_name("write_hook_table.py"))
    writer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(writer)
    text = PAGE.read_text(encoding="utf-8")
    assert writer.with_table(text) == text, "run 'python docs/write_hook_table.py'"
    for hook in HOOKS:
        returns = inspect.get_annotations(getattr(hookspecs, hook))["return"]
        assert f"`{hook}() -> {returns}`" in writer.table()
