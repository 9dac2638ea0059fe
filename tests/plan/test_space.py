import time

import pytest

from runner.errors import ConfigError
from runner.plan.axes import interval, listed
from runner.plan.space_section import space_of


def parse(key, text):
    """Read 'a..b' as a real interval, and 'a,b' as a list, in place of the command line's grammar."""
    if ".." in text:
        low, high = text.split("..")
        return interval(key, float(low), float(high), "sweep")
    return listed(key, [int(word) for word in text.split(",")], "sweep")


def space(section=None, base=None, **words):
    axes = {key.replace("__", "."): listed(key.replace("__", "."), values, "-m") for key, values in words.items()}
    return space_of(section, axes, parse, base)


def cells(*arguments, **keywords):
    return list(space(*arguments, **keywords).cells())


def test_a_grid_is_every_combination_with_the_last_axis_fastest():
    made = space({"grid": {"a.x": [1, 2], "b": ["u", "v"]}})
    assert list(made.cells()) == [
        {"a.x": 1, "b": "u"},
        {"a.x": 1, "b": "v"},
        {"a.x": 2, "b": "u"},
        {"a.x": 2, "b": "v"},
    ]
    assert (made.size(), made.dropped, made.duplicates, made.keys) == (4, 0, 0, ("a.x", "b"))


def test_nothing_swept_is_one_cell():
    assert cells(None) == [{}]
    assert space({}).size() == 1


def test_values_may_be_a_text_in_the_grammar():
    assert cells({"grid": {"a.x": "1,2"}}) == [{"a.x": 1}, {"a.x": 2}]


def test_paired_axes_advance_together_and_multiply_with_the_rest():
    made = space({"grid": {"a": [1, 2]}, "zip": {"b": [[32], [64]], "c": [10, 20]}})
    assert [tuple(cell.values()) for cell in made.cells()] == [
        (1, [32], 10),
        (1, [64], 20),
        (2, [32], 10),
        (2, [64], 20),
    ]
    assert made.size() == 4
    assert [axis.key for axis in made.axes] == ["a", "b", "c"]


def test_blocks_follow_each_other_and_equal_cells_are_merged():
    section = {"grid": {"a": [1]}, "concat": [{"grid": {"b": [1, 2]}}, {"zip": {"b": [2, 3], "c": [0, 0]}}]}
    assert cells(section) == [{"a": 1, "b": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 0}, {"a": 1, "b": 3, "c": 0}]
    made = space({"concat": [{"grid": {"b": [1, 2]}}, {"grid": {"b": [2, 3]}}]})
    assert [cell["b"] for cell in made.cells()] == [1, 2, 3]
    assert (made.size(), made.duplicates) == (3, 1)


@pytest.mark.fault("F50")
def test_a_value_given_twice_is_run_once_and_counted():
    made = space({"grid": {"a": [1, 1, 2], "b": [0, 1]}})
    assert (made.size(), made.duplicates, len(list(made.cells()))) == (4, 2, 4)


def test_numbers_texts_and_truths_are_different_values():
    assert space({"grid": {"a": [1, 1.0, True, "1"]}}).size() == 4


def test_a_block_with_a_condition_applies_only_where_it_holds():
    section = {
        "grid": {"model": ["mlp", "softmax"]},
        "when": {"model=mlp": {"grid": {"model.dropout": [0, 0.1]}}, "model=softmax": {"grid": {"model.l2": [1]}}},
    }
    made = space(section)
    assert list(made.cells()) == [
        {"model": "mlp", "model.dropout": 0},
        {"model": "mlp", "model.dropout": 0.1},
        {"model": "softmax", "model.l2": 1},
    ]
    assert made.size() == 3


def test_dropped_cells_are_counted():
    made = space({"grid": {"a": [1, 2, 3], "b": [1, 2, 3]}, "drop": ["a > b", "a == 2 and b == 2"]})
    assert [tuple(cell.values()) for cell in made.cells()] == [(1, 1), (1, 2), (1, 3), (2, 3), (3, 3)]
    assert (made.size(), made.dropped) == (5, 4)


def test_conditions_read_the_declaration_where_a_key_is_not_swept():
    base = {
        "model": {"use": "mlp", "epochs": 10},
        "transforms": {"tfidf": {"use": "tfidf"}, "scale": {"use": "StandardScaler"}},
        "optimizer": None,
    }
    for text in ("model=mlp", "model.epochs = 10", "'scale' in transforms", "optimizer=none"):
        assert space({"grid": {"a": [1, 2]}, "when": {text: {"grid": {"b": [1, 2]}}}}, base).size() == 4


def test_a_group_swept_to_none_is_none():
    assert space({"grid": {"optimizer": ["none", "sgd"]}, "drop": ["optimizer=none"]}).size() == 1


def test_an_axis_of_the_command_line_takes_the_place_of_its_key_everywhere():
    section = {"grid": {"a": [1, 2], "b": [3]}, "concat": [{"grid": {"c": [1, 2]}}, {"grid": {"c": [5]}}]}
    assert cells(section, a=[7], c=[8]) == [{"a": 7, "b": 3, "c": 8}]


def test_other_axes_of_the_command_line_multiply_and_are_seen_by_conditions():
    section = {"grid": {"a": [1]}, "when": {"model=mlp": {"grid": {"model.dropout": [0, 1]}}}}
    made = space(section, model=["mlp", "softmax"], model__l2=[2])
    assert list(made.cells()) == [
        {"a": 1, "model": "mlp", "model.l2": 2, "model.dropout": 0},
        {"a": 1, "model": "mlp", "model.l2": 2, "model.dropout": 1},
        {"a": 1, "model": "softmax", "model.l2": 2},
    ]


def test_an_interval_makes_a_space_endless():
    made = space({"grid": {"a": [1, 2], "b": "0..1"}})
    assert (made.size(), made.dropped, made.duplicates) == (None, None, None)
    with pytest.raises(ConfigError, match="'b' is an interval of real numbers, so its cells cannot be listed"):
        made.cells()


def test_an_interval_of_whole_numbers_is_counted():
    made = space_of({}, {"a": interval("a", 1, 3, "-m", integer=True)}, parse)
    assert list(made.cells()) == [{"a": 1}, {"a": 2}, {"a": 3}]
    assert made.size() == 3


def test_a_cell_can_be_chosen_decision_by_decision():
    section = {
        "grid": {"model": ["mlp", "softmax"], "rate": "0..1"},
        "zip": {"b": [1, 2], "c": [3, 4]},
        "concat": [{"grid": {"d": [1]}}, {"grid": {"e": [2]}}],
        "when": {"model=mlp": {"grid": {"model.dropout": [0, 0.1]}}},
        "drop": ["rate > 0.5"],
    }
    made = space(section)

    def choose(**answers):
        asked = []

        def pick(axis):
            asked.append(axis.key)
            return answers[axis.key.replace(".", "_").replace(", ", "_")]

        return made.choose(pick), asked

    cell, asked = choose(model="mlp", rate=0.25, b_c=(2, 4), sweep_concat=1, e=2, model_dropout=0.1)
    assert cell == {"model": "mlp", "rate": 0.25, "b": 2, "c": 4, "e": 2, "model.dropout": 0.1}
    assert asked == ["model", "rate", "b, c", "sweep.concat", "e", "model.dropout"]
    cell, asked = choose(model="softmax", rate=0.25, b_c=(1, 3), sweep_concat=0, d=1)
    assert cell == {"model": "softmax", "rate": 0.25, "b": 1, "c": 3, "d": 1}
    assert "model.dropout" not in asked
    assert choose(model="softmax", rate=0.75, b_c=(1, 3), sweep_concat=0, d=1)[0] is None


def every_choice(space):
    """Walk through every decision that `choose` asks for, the last one fastest."""
    ahead = [[]]
    while ahead:
        path, taken = ahead.pop(), []

        def pick(axis, path=path, taken=taken):
            number = path[len(taken)] if len(taken) < len(path) else 0
            taken.append((number, len(axis.choices)))
            return axis.choices[number]

        yield space.choose(pick)
        numbers = [number for number, _ in taken]
        for place in range(len(path), len(taken)):
            ahead += [[*numbers[:place], other] for other in range(taken[place][1] - 1, 0, -1)]


def test_choosing_in_every_way_gives_every_cell():
    section = {
        "grid": {"model": ["a", "b"], "n": [1, 2, 3]},
        "zip": {"p": [1, 2], "q": [3, 4]},
        "concat": [{"grid": {"r": [1, 2]}, "drop": ["r == n"]}, {"zip": {"s": [1], "t": [2]}}],
        "when": {"model=a and n > 1": {"grid": {"model.u": [0, 1, 2]}, "drop": ["model.u == p"]}},
        "drop": ["q == 4 and n == 3"],
    }
    made = space(section)
    chosen = [cell for cell in every_choice(made) if cell is not None]
    assert sorted(map(str, chosen)) == sorted(map(str, made.cells()))
    assert made.size() == len(chosen)


def test_what_nested_blocks_drop_is_dropped():
    section = {"concat": [{"grid": {"a": [1, 2]}, "drop": ["a == 2"]}, {"grid": {"a": [5]}}]}
    made = space(section)
    assert list(made.cells()) == [{"a": 1}, {"a": 5}]
    assert made.dropped == 1
    assert made.choose(lambda axis: {"sweep.concat": 0, "a": 2}[axis.key]) is None


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"zip": {"a": [1, 2], "b": [1, 2, 3]}}, "sweep.zip: paired keys .* but 'a' has 2, 'b' has 3"),
        ({"zip": {"a": [1, 2], "b": "0..1"}}, "sweep.zip: 'b' is an interval"),
        ({"gird": {}}, "sweep: a block has no part 'gird'. Did you mean 'grid'?"),
        ({"grid": [1]}, r"sweep.grid: \[1\] is a list; keys with their values are due"),
        ({"grid": {"a": 3}}, "sweep.grid.a: 3 is not what an axis is made of"),
        ({"grid": {"a": []}}, "sweep.grid.a: the list is empty"),
        ({"concat": {"grid": {}}}, "sweep.concat: .* is not a list of blocks"),
        ({"concat": [{"grid": {"a": [1]}}, {"zpi": {}}]}, r"sweep.concat\[1\]: a block has no part 'zpi'"),
        ({"when": ["model=mlp"]}, "sweep.when: .* conditions with their blocks are due"),
        ({"when": {"model=mlp": [1]}}, r"sweep.when\['model=mlp'\]: \[1\] is a list; a block"),
        ({"when": {"model ==": {}}}, "sweep.when: 'model ==' cannot be read"),
        ({"drop": "a > 1"}, "sweep.drop: 'a > 1' is not a list"),
        ({"grid": {"model.l2": [1]}, "drop": ["model.l > 1"]}, "neither swept nor declared. Did you mean 'model.l2'"),
        ({"grid": {"model": ["a"]}, "drop": ["model == mlp"]}, "reads 'mlp', which is neither .* put in quotes"),
        ({"grid": {"model": ["a"]}, "drop": ["model.epochs > 1"]}, "depends on the 'model' of each cell"),
        (
            {"when": {"b=1": {"grid": {"a": [1]}}, "a=1": {"grid": {"b": [1]}}}},
            "sweep.when: 'b=1' reads 'b', which is chosen only afterwards",
        ),
        (
            {"concat": [{"grid": {"a": [1]}, "drop": ["b > a"]}], "when": {"a=1": {"grid": {"b": [1]}}}},
            "sweep.concat.0..drop: 'b > a' reads 'b', which is chosen only afterwards",
        ),
    ],
)
def test_what_is_wrong_in_the_section_is_told_with_its_place(section, told):
    with pytest.raises(ConfigError, match=told):
        space(section)


def test_a_pair_that_the_command_line_made_uneven_says_so():
    with pytest.raises(ConfigError, match=r"'a' has 1 \(from the command line\), 'b' has 2"):
        space({"zip": {"a": [1, 2], "b": [1, 2]}}, a=[5])


@pytest.mark.parametrize(
    ("section", "told"),
    [
        ({"grid": {"a": [1]}, "zip": {"a": [1]}}, "sweep.zip: 'a' is set twice in one cell; it has the value 1"),
        (
            {"grid": {"a": [1]}, "when": {"a=1": {"grid": {"b": [1]}}, "a < 2": {"grid": {"b": [2]}}}},
            "'b' is set twice in one cell",
        ),
        (
            {"grid": {"model": ["x", "y"]}, "when": {"model=x": {"grid": {"model.p": [1]}}}, "drop": ["model.p > 1"]},
            "'model.p', which the cell .* does not have. Ask first",
        ),
        ({"grid": {"a": ["x", 1]}, "drop": ["a > 2"]}, "cannot be judged with a = 'x'"),
    ],
)
def test_what_is_wrong_in_a_cell_is_told(section, told):
    with pytest.raises(ConfigError, match=told):
        cells(section)


@pytest.mark.fault("F50")
def test_a_space_without_cells_is_an_error_and_not_an_empty_sweep():
    made = space({"grid": {"a": [1, 2]}, "drop": ["a > 0"]})
    with pytest.raises(ConfigError, match="drop all 2 cells"):
        list(made.cells())
    with pytest.raises(ConfigError, match="drop all 2 cells"):
        made.size()


@pytest.mark.fault("F49")
def test_ten_million_cells_are_counted_without_making_them():
    values = list(range(100))
    began = time.perf_counter()
    made = space({"grid": {"a": values, "b": values, "c": values, "d": list(range(10))}})
    assert made.size() == 10_000_000
    assert next(made.cells()) == {"a": 0, "b": 0, "c": 0, "d": 0}
    assert time.perf_counter() - began < 1


def test_a_hundred_thousand_conditional_cells_are_listed_at_once():
    values = list(range(100))
    made = space(
        {
            "grid": {"a": values, "b": values, "c": list(range(10))},
            "when": {"c=1": {"grid": {"d": [1]}}},
            "drop": ["a > 50 and b < 30"],
        }
    )
    began = time.perf_counter()
    assert sum(1 for _ in made.cells()) == 85_300
    assert time.perf_counter() - began < 10
