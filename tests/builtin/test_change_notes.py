from runner_builtin.change_notes import array_note, change_note, rows_told


def test_columns_without_changes_are_not_told():
    assert change_note("clipped", {"a": 0, "b": 2}) == ["clipped 2 values in 'b'"]


def test_nothing_changed_is_no_note():
    assert change_note("clipped", {"a": 0}) == []
    assert array_note("clipped", 0) == []


def test_a_hundred_columns_make_one_short_note():
    (note,) = change_note("clipped", {f"c{place}": 1 for place in range(100)})
    assert note.endswith("1 in 'c9', and in 90 more columns")


def test_an_array_has_no_names():
    assert array_note("clipped", 1) == ["clipped 1 value"]


def test_all_rows_are_listed_where_they_are_few():
    assert rows_told([1, 2], shown=2) == "1, 2"
    assert rows_told([1, 2, 3], shown=2) == "1, 2, …"
