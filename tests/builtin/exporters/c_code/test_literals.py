from __future__ import annotations

import numpy as np
import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.exporters.c_code.literals import identifier, numbers, quoted, smallest_type, wrapped


@pytest.mark.parametrize("name", ["", "1st", "a-b", "int", "class", "math", "a" * 32, "x;system(0)", "naïve", "_x"])
def test_what_cannot_begin_a_name_of_c_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot begin the names of a C program"):
        identifier(name)


def test_a_sound_name_passes() -> None:
    assert identifier("spam_filter2") == "spam_filter2"


def test_a_text_becomes_bytes_that_no_compiler_reads_otherwise() -> None:
    assert quoted('"; system("rm"); //') == '"\\"; system(\\"rm\\"); //"'
    assert quoted("??/\n*/ é1") == '"\\?\\?/\\012*/ \\303\\2511"'
    assert quoted("back\\slash") == '"back\\\\slash"'


@pytest.mark.parametrize("text", ["a\0b", "x" * 5000, "\ud800"])
def test_a_text_that_c_has_no_literal_for_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="exporter 'c'"):
        quoted(text)


def test_numbers_come_back_as_they_were() -> None:
    values = np.array([0.1, 1.0, -1e-30, 3e38, 123456789.0])
    for kind, dtype in (("float", np.float32), ("double", np.float64)):
        read = np.array([float(text.rstrip("f")) for text in numbers(values, kind)], dtype=dtype)
        np.testing.assert_array_equal(read, values.astype(dtype))
        assert all(set(text) & set(".e") for text in numbers(values, kind))


def test_an_endless_number_is_the_one_of_math_h() -> None:
    assert numbers(np.array([np.inf, -np.inf]), "float") == ["INFINITY", "-INFINITY"]


def test_an_initialiser_is_cut_into_lines() -> None:
    assert wrapped(["12", "34", "56"], width=6) == "12,34,\n56"


def test_whole_numbers_get_the_smallest_type_that_holds_them() -> None:
    assert [smallest_type(np.array([0, most])) for most in (255, 256, 70000)] == ["uint8_t", "uint16_t", "uint32_t"]
