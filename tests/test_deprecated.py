import ast
from importlib.metadata import version
from pathlib import Path

import pytest

import runner
from runner.deprecated import deprecated


def of(text):
    return tuple(int(part) for part in text.split(".")[:2])


def test_a_call_warns_where_it_stands_and_works():
    @deprecated(since="0.1", gone="0.3", instead="add")
    def plus(a: int, b: int) -> int:
        return a + b

    with pytest.warns(
        DeprecationWarning, match=r"plus is deprecated since runner 0.1 and will be gone in 0.3"
    ) as told:
        assert plus(1, b=2) == 3
    assert told[0].filename == __file__


@pytest.mark.parametrize(("since", "gone"), [("0.2", "0.3"), ("1.4", "1.5"), ("1.4", "1.4")])
def test_nothing_goes_before_two_versions_have_passed(since, gone):
    with pytest.raises(ValueError, match="it stays for 2 minor versions"):
        deprecated(since=since, gone=gone, instead="x")


def test_a_major_version_may_end_it():
    deprecated(since="1.9", gone="2.0", instead="x")


def test_what_was_to_be_gone_by_now_is_gone():
    for path in Path(runner.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "deprecated":
                told = {word.arg: ast.literal_eval(word.value) for word in node.keywords}
                assert of(told["gone"]) > of(version("runner-ml")), f"{path}:{node.lineno} is overdue"
