import numpy as np

from runner_builtin.sources.file_collection import FileCollection
from runner_builtin.sources.file_rows import FileRows

FILES = FileCollection("data", ("a", "b", "c"), ("x",), {}, lambda name: b"")


def test_rows_get_the_class_the_group_and_the_id_of_their_place():
    rows = FileRows(FILES, ["p", "q", "r"], ["g", "g", "h"], "print")
    part = rows.dataset(np.zeros((2, 4)), 1)
    assert part.target.tolist() == ["q", "r"]
    assert part.groups.tolist() == ["g", "h"]
    assert part.row_ids.tolist() == [1, 2]
    assert part.fingerprint == "print"


def test_notes_are_told_with_the_first_rows_only():
    rows = FileRows(FILES, None, None, "print")
    first, second = rows.dataset(np.zeros((1, 4)), 0), rows.dataset(np.zeros((2, 4)), 1)
    assert first.notes == ("1 files of data are left out: 'x'",)
    assert second.notes == ()
    assert first.target is None
    assert first.groups is None
