"""`runner store` as a person uses it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runner.cli.store import bytes_of, main
from runner.errors import ConfigError, ExitCode, IntegrityError
from runner.store.store import Store


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    store = Store(tmp_path / ".store")
    for number in range(3):
        store.put(f"{number:064x}", np.zeros(1000), {"stage": f"fit/{number}", "seconds": 1.5})
    return tmp_path


def test_ls_shows_what_is_kept_and_how_much(outputs: Path, capsys: Any) -> None:
    assert main(["ls", "--outputs", str(outputs)]) == 0
    out = capsys.readouterr().out
    assert "fit/2" in out
    assert "1.5 s" in out
    assert "3 results, 2" in out.splitlines()[-1]
    main(["ls", "--outputs", str(outputs), "--json"])
    rows = json.loads(capsys.readouterr().out)
    assert [row["about"]["stage"] for row in rows] == ["fit/0", "fit/1", "fit/2"]
    assert rows[0]["size"] > 8000
    assert rows[0]["used"].endswith("+00:00")


def test_ls_of_no_store_says_so_and_makes_none(tmp_path: Path, capsys: Any) -> None:
    main(["ls", "--outputs", str(tmp_path)])
    assert "0 results, 0 B" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_gc_makes_room_and_says_what_is_left(outputs: Path, capsys: Any) -> None:
    assert main(["gc", "--max-size", "10kB", "--outputs", str(outputs)]) == 0
    assert "removed 2 results, 17" in capsys.readouterr().out
    main(["gc", "--max-size", "0", "--outputs", str(outputs), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (len(told["removed"]), told["left"]) == (1, 0)


@pytest.mark.parametrize("text", ["", "2 apples", "-1", "GB", "1e9", "2GBB"])
def test_a_size_that_is_none_is_told_with_one_that_is(text: str) -> None:
    with pytest.raises(ConfigError, match=r"such as 2GB"):
        bytes_of(text)


@pytest.mark.fault("F31", "F37")
def test_verify_names_damaged_entries_with_exit_code_6_and_repair_puts_them_aside(outputs: Path, capsys: Any) -> None:
    words = ["verify", "--outputs", str(outputs)]
    assert main(words) == 0
    assert capsys.readouterr().out == "ok: 3 results\n"
    bad = outputs / ".store" / "00" / f"{1:064x}"
    (bad / "0.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(
        IntegrityError, match=rf"1 of the store's entries are damaged:\n  '{bad}': its 0\.npy has 6"
    ) as told:
        main(words)
    assert told.value.exit_code == ExitCode.INTEGRITY
    assert main([*words, "--repair"]) == 0
    assert capsys.readouterr().out == "ok: 2 results; 1 put aside\n"
    assert main(words) == 0
    assert not bad.exists()


def test_without_a_word_the_three_are_named(capsys: Any) -> None:
    with pytest.raises(SystemExit) as told:
        main([])
    assert told.value.code == 2
    assert "ls | gc | verify" in capsys.readouterr().err
