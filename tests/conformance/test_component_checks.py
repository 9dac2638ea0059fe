"""Each check of every component, against a component that breaks it."""

from dataclasses import dataclass

from runner.options import Share


class Accuracy:
    direction, needs, task = "maximize", "labels", "classification"

    def score(self, truth, prediction):
        return float((truth == prediction.labels).mean())


class TakesAnything(Accuracy):
    def __init__(self, **options):
        self.options = options


class TakesAList(Accuracy):
    def __init__(self, *parts):
        self.parts = parts


@dataclass
class DefaultOutOfRange(Accuracy):
    part: Share = 1.5


class NeedsAnOption(Accuracy):
    def __init__(self, *, part: float):
        self.part = part


class HasNoScore:
    pass


class HoldsALambda(Accuracy):
    def __init__(self):
        self.same = lambda value: value


def opened():
    raise RuntimeError("no licence")


def test_a_sound_component_passes_everything(broken):
    assert broken("metric", Accuracy) == {}


def test_keyword_arguments_cannot_be_listed(broken):
    assert "**kwargs" in broken("metric", TakesAnything)["lists its options"]


def test_positional_arguments_cannot_be_given(broken):
    found = broken("metric", TakesAList)
    assert set(found) == {"lists its options"}
    assert "*parts" in found["lists its options"]


def test_a_default_must_obey_its_own_annotation(broken):
    found = broken("metric", DefaultOutOfRange)
    assert set(found) == {"has defaults of the annotated types"}
    assert "less than 1" in found["has defaults of the annotated types"]


def test_a_component_with_a_required_option_needs_it_given(broken):
    assert "needs option 'part'" in broken("metric", NeedsAnOption)["can be built"]
    assert broken("metric", NeedsAnOption, part=0.5) == {}


def test_a_missing_method_is_named(broken):
    assert "a metric has score()" in broken("metric", HasNoScore)["can be built"]


def test_a_constructor_that_raises_is_told(broken):
    assert "RuntimeError: no licence" in broken("metric", opened)["can be built"]


def test_what_cannot_be_pickled_reaches_no_worker(broken):
    found = broken("metric", HoldsALambda)
    assert set(found) == {"can be pickled"}
    assert "no worker can get it" in found["can be pickled"]
