from __future__ import annotations

from typing import Any

from runner.record.kernels import recorded_surroundings

AVX2 = "avx avx2 fma sse4_2"
AVX512 = f"{AVX2} avx512f avx512bw avx512dq avx512vl avx512cd"


def threads(
    *, features: str = AVX2, usable: int = 4, kernel: str = "Haswell", variables: dict[str, str] | None = None
) -> dict[str, Any]:
    libraries = [
        {"user_api": "blas", "internal_api": "openblas", "num_threads": usable, "architecture": kernel},
        {"user_api": "openmp", "internal_api": "openmp", "num_threads": usable},
    ]
    return {"libraries": libraries, "variables": variables or {}, "cpu": {"usable": usable, "features": features}}


def test_nothing_is_set_on_the_same_machine() -> None:
    around = recorded_surroundings(threads(), threads(), {"HOME": "/home"})
    assert around.variables == {"HOME": "/home"}
    assert around.lacks == ()


def test_recorded_variables_take_the_place_of_those_here() -> None:
    then = threads(variables={"OMP_NUM_THREADS": "1"})
    around = recorded_surroundings(then, threads(), {"OMP_NUM_THREADS": "8", "OPENBLAS_CORETYPE": "Zen"})
    assert around.variables == {"OMP_NUM_THREADS": "1"}


def test_another_number_of_cpus_asks_for_the_recorded_threads() -> None:
    around = recorded_surroundings(threads(usable=4), threads(usable=2), {})
    assert around.variables == {"OPENBLAS_NUM_THREADS": "4", "OMP_NUM_THREADS": "4"}


def test_a_larger_cpu_is_asked_for_the_kernel_of_the_smaller_one() -> None:
    around = recorded_surroundings(threads(), threads(features=AVX512, kernel="SkylakeX"), {})
    assert around.variables == {"OPENBLAS_CORETYPE": "Haswell"}
    assert around.lacks == ()


def test_a_kernel_that_this_cpu_cannot_carry_out_is_told_and_not_set() -> None:
    then = threads(features=AVX512, kernel="SkylakeX", variables={"OPENBLAS_CORETYPE": "SkylakeX"})
    around = recorded_surroundings(then, threads(), {})
    assert around.variables == {}
    assert len(around.lacks) == 3
    assert any("avx512f" in text for text in around.lacks)
