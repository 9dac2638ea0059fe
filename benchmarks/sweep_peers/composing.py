"""How long it takes to declare a trial: python composing.py COUNT, in the folder of an experiment."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.config_loader import ConfigLoader
from hydra.types import RunMode

from runner.catalogue import Catalogue
from runner.declare.composing import CONFIG_NAME, Setup, opened_hydra
from runner.declare.fast import Composer

JOBS = {"a number": "model.random_state={0}", "choices of steps": "seed={0} metrics=[accuracy,f1]"}


def main(count: str) -> None:
    with opened_hydra(Setup(Catalogue.installed([]), Path.cwd())) as hydra:
        for name, words in JOBS.items():
            loader = ConfigLoaderImpl(hydra.config_loader.get_search_path())
            jobs = [["+experiment=trivial", *words.format(number).split()] for number in range(1, int(count) + 2)]
            composer = Composer(loader, CONFIG_NAME)
            composer.declared(jobs[0])
            ours = seconds(composer.declared, jobs[1:])
            theirs = seconds(lambda words, loader=loader: by_hydra(loader, words), jobs[1:6])
            print(f"declaring a trial that differs in {name}: {ours * 1e3:.2f} ms; by Hydra {theirs * 1e3:.0f} ms")


def seconds(declare: Callable[[list[str]], Any], jobs: Sequence[list[str]]) -> float:
    start = time.perf_counter()
    for words in jobs:
        declare(words)
    return (time.perf_counter() - start) / len(jobs)


def by_hydra(loader: ConfigLoader, words: list[str]) -> Any:
    return loader.load_configuration(CONFIG_NAME, words, run_mode=RunMode.RUN)


if __name__ == "__main__":
    main(sys.argv[1])
