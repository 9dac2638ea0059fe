import pytest

from runner.scaffold.component import NewComponent
from runner.scaffold.hook_module import new_hook, with_offer

LUCK = NewComponent("metric", "luck", "acme")
HEAD = '"""Ours: größer."""\n\nfrom runner import hookimpl\n\n\n'
HOOK = "@hookimpl\ndef runner_metrics():\n    "


def offers(text):
    namespace = {}
    exec(text, namespace)
    return namespace["runner_metrics"]()


@pytest.mark.parametrize(
    ("table", "before"),
    [
        ("{}", {}),
        ('{"a": "b:C"}', {"a": "b:C"}),
        ('{"ä": "b:C",}', {"ä": "b:C"}),
        ('{\n        "a": "b:C",\n    }', {"a": "b:C"}),
        ('{\n        "a": "b:C"  # kept\n    }', {"a": "b:C"}),
        ("{\n        # nothing yet\n    }", {}),
        ('{"a": "b:C",\n            "d": "e:F"}', {"a": "b:C", "d": "e:F"}),
    ],
)
def test_an_entry_is_added_behind_those_that_are_there(table, before):
    text = f"{HEAD}{HOOK}return {table}\n\n\nAFTER = 1\n"
    changed = with_offer(text, LUCK)
    assert offers(changed) == before | {"luck": "acme.luck:Luck"}
    assert changed.startswith(f"{HEAD}{HOOK}return {{")
    assert changed.endswith("}\n\n\nAFTER = 1\n")
    assert ("# kept" in text) == ("# kept" in changed)


def test_a_hook_that_is_missing_is_added_at_the_end():
    changed = with_offer(HEAD + "A = 1\n", LUCK)
    assert changed == HEAD + "A = 1\n\n\n" + new_hook([LUCK])
    assert offers(changed) == {"luck": "acme.luck:Luck"}


@pytest.mark.parametrize(
    "text",
    [
        "import runner\n",
        "from runner import hookimpl as mark\n",
        f"{HEAD}{HOOK}return dict(a=1)\n",
        f"{HEAD}{HOOK}return TABLE\n",
        f"{HEAD}{HOOK}if 1:\n        return {{}}\n    return {{}}\n",
        f'{HEAD}{HOOK}return {{"luck": "other:Luck"}}\n',
        "def broken(:\n",
    ],
)
def test_what_takes_judgement_is_left_to_a_person(text):
    assert with_offer(text, LUCK) is None
