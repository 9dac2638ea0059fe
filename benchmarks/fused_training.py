"""How fast does one fused training train many models, against training them in the ways one would otherwise?

    python benchmarks/fused_training.py [--rounds 5] [--quick] [--only softmax optimizers shapes mlp text memory]

Needs the extra `bench`. The data are made up: 60,000 x 784 float32 of 10 classes, the shape of Fashion-MNIST,
half of it zeros, and a text of 20,000 x 50,000 with 60 words a row, drawn by Zipf's law. Every contender makes
the same number of epochs for all trials of a sweep over learning rate and l2. In each round every contender
runs once, in turn, so that all meet the same noise; printed are medians, and the median of the ratios to ours
round by round. Slow contenders train some of the trials, and their time is scaled up: "of" says how many.
Compiling, once a process about a second, and starting worker processes come before the clock.
"""

from __future__ import annotations

import argparse
import atexit
import gc
import shutil
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import joblib
import numpy as np
import torch
from joblib import Parallel, delayed, parallel_config
from scipy import sparse
from sklearn.linear_model import SGDClassifier

from runner.learn import MLP, Linear, Setting, fit_many, kernels, softmax
from runner.learn.families import Family
from runner_builtin.training.optimizers import Adam, Momentum, StochasticGradientDescent

N_CLASSES = 10


@dataclass(frozen=True)
class Contender:
    """run: trains so many trials, given their learning rates and l2. trains: how many, None for all."""

    name: str
    run: Callable[[Sequence[float], Sequence[float]], Any]
    trains: int | None = None


@dataclass(frozen=True, eq=False)
class Sweep:
    """X, y: the data; epochs, batch: of every trial."""

    X: Any
    y: Any
    epochs: int
    batch: int = 128
    n_classes: int = N_CLASSES


def main() -> None:
    sections = {
        "softmax": against_others,
        "optimizers": optimizers,
        "shapes": shapes,
        "mlp": perceptrons,
        "text": text,
        "memory": memory,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the rows and one round, to see that it works"
    )
    parser.add_argument("--only", nargs="+", choices=sections, default=list(sections))
    options = parser.parse_args()
    size, rounds = (10, 1) if options.quick else (1, options.rounds)
    for name in options.only:
        print(f"\n{name}", flush=True)
        sections[name](size, rounds)


def against_others(size: int, rounds: int) -> None:
    sweep = images(60_000 // size, epochs=2)
    contenders = [
        Contender("fused, compiled", partial(ours, sweep, compiled=True)),
        Contender("fused, NumPy", partial(ours, sweep, compiled=False)),
        Contender("PyTorch, trials stacked by hand", partial(torch_stacked, sweep)),
        Contender("ours trial after trial, 2 processes", partial(in_processes, ours_alone, sweep), 8),
        Contender("PyTorch, 2 processes", partial(in_processes, torch_alone, sweep), 8),
        Contender("PyTorch, trial after trial", partial(one_by_one, torch_alone, sweep), 4),
        Contender("SGDClassifier, 2 processes", partial(in_processes, sgd_classifier, sweep), 2),
    ]
    report(contenders, 64, rounds, work=work_of(sweep, 784 * N_CLASSES))


def optimizers(size: int, rounds: int) -> None:
    sweep = images(60_000 // size, epochs=2)
    kinds = {"sgd": StochasticGradientDescent, "momentum": Momentum, "adam": Adam}
    contenders = [
        Contender(
            f"{name}, {'compiled' if compiled else 'NumPy'}", partial(ours, sweep, compiled=compiled, kind=kind)
        )
        for name, kind in kinds.items()
        for compiled in (True, False)
    ]
    report(contenders, 64, rounds, work=work_of(sweep, 784 * N_CLASSES))


def shapes(size: int, rounds: int) -> None:
    for n_trials, batch in ((1, 128), (8, 128), (64, 128), (256, 128), (64, 32), (64, 512)):
        print(f"{n_trials} trials, batch {batch}")
        sweep = images(60_000 // size, epochs=1, batch=batch)
        contenders = [
            Contender("fused, compiled", partial(ours, sweep, compiled=True)),
            Contender("trial after trial, 1 core", partial(one_by_one, ours_alone, sweep), min(n_trials, 4)),
        ]
        report(contenders, n_trials, rounds, work=work_of(sweep, 784 * N_CLASSES))


def perceptrons(size: int, rounds: int) -> None:
    sweep = images(20_000 // size, epochs=1)
    family = MLP(softmax, (128,))
    contenders = [
        Contender("fused, compiled", partial(ours, sweep, compiled=True, kind=Adam, family=family)),
        Contender("fused, NumPy", partial(ours, sweep, compiled=False, kind=Adam, family=family)),
        Contender("PyTorch, trials stacked by hand", partial(torch_perceptrons_stacked, sweep)),
        Contender("PyTorch, 2 processes", partial(in_processes, torch_perceptron, sweep), 8),
    ]
    report(contenders, 32, rounds, work=work_of(sweep, 784 * 128 + 128 * N_CLASSES))


def text(size: int, rounds: int) -> None:
    sweep = documents(20_000 // size, epochs=2)
    touched = [len(np.unique(sweep.X[i : i + 128].indices)) for i in range(0, 1280, 128)]
    print(f"{sweep.X.nnz / sweep.X.shape[0]:.0f} words a row; {np.mean(touched):.0f} columns occur in a batch of 128")
    contenders = [
        Contender("fused, compiled", partial(ours, sweep, compiled=True)),
        Contender("fused, NumPy", partial(ours, sweep, compiled=False)),
        Contender("SGDClassifier, 2 processes", partial(in_processes, sgd_classifier, sweep), 8),
    ]
    report(contenders, 64, rounds)


def memory(size: int, rounds: int) -> None:
    print(f"{'':<34}{'data, MB':>10}{'+ parameters, state':>21}{'peak, MB':>10}{'ratio':>7}")
    for name, made, kind, states in (
        ("64 softmax models, sgd", images, StochasticGradientDescent, 0),
        ("256 softmax models, adam", images, Adam, 2),
        ("64 models of text, sgd", documents, StochasticGradientDescent, 0),
    ):
        gc.collect()
        tracemalloc.start()
        sweep = made(60_000 // size if made is images else 20_000 // size, epochs=1)
        X = sweep.X
        data = X.nbytes if isinstance(X, np.ndarray) else X.data.nbytes + X.indices.nbytes + X.indptr.nbytes
        n_trials = int(name.split()[0])
        params = 4 * n_trials * (X.shape[1] + 1) * sweep.n_classes * (1 + states)
        tracemalloc.reset_peak()
        ours(sweep, *grid(n_trials), compiled=False, kind=kind)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        ratio = peak / (data + params)
        print(f"{name:<34}{data / 1e6:>10.0f}{params / 1e6:>21.0f}{peak / 1e6:>10.0f}{ratio:>7.2f}")


def report(contenders: Sequence[Contender], n_trials: int, rounds: int, work: float | None = None) -> None:
    """Run and print. work: floating-point operations of one trial, all epochs."""
    rates, l2s = grid(n_trials)
    seconds: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    peaks = []
    for round_number in range(rounds + 1):
        peaks.append(peak())
        for contender in contenders:
            count = contender.trains or n_trials
            spread = np.linspace(0, n_trials - 1, count).astype(int)
            start = time.perf_counter()
            contender.run([rates[trial] for trial in spread], [l2s[trial] for trial in spread])
            if round_number:  # the first one compiles, and starts the workers
                seconds[contender.name].append((time.perf_counter() - start) * n_trials / count)
    highest = max(peaks)
    print(f"{'':<38}{'of':>5}{'median, s':>11}{'times ours (min-max)':>24}{'GFLOP/s':>9}{'of peak':>9}")
    base = seconds[contenders[0].name]
    for contender in contenders:
        own = seconds[contender.name]
        ratios = [one / other for one, other in zip(own, base, strict=True)]
        line = f"{contender.name:<38}{contender.trains or n_trials:>5}{statistics.median(own):>11.2f}"
        line += f"{f'{statistics.median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f})':>24}"
        if work is not None:
            speed = work * n_trials / statistics.median(own) / 1e9
            line += f"{speed:>9.0f}{speed / highest:>9.0%}"
        print(line, flush=True)
    if work is not None:
        print(f"product of 2048 x 2048 float32 matrices, best of the rounds: {highest:.0f} GFLOP/s")


def peak() -> float:
    """GFLOP/s of a large product, best of four."""
    matrix = np.random.default_rng(0).random((2048, 2048), dtype=np.float32)
    times = []
    for _ in range(4):
        start = time.perf_counter()
        matrix @ matrix
        times.append(time.perf_counter() - start)
    return 2 * 2048**3 / min(times) / 1e9


def grid(n_trials: int) -> tuple[list[float], list[float]]:
    """Learning rates and l2 of the trials: eight rates, or fewer, with as many penalties as that needs."""
    n_rates = min(8, n_trials)
    pairs = [
        (rate, l2)
        for l2 in np.geomspace(1e-6, 1e-3, n_trials // n_rates)
        for rate in np.geomspace(0.001, 0.1, n_rates)
    ]
    return [float(rate) for rate, _ in pairs], [float(l2) for _, l2 in pairs]


def work_of(sweep: Sweep, n_weights: int) -> float:
    """Operations of one trial: a product forwards and one for the gradient."""
    return 4.0 * sweep.X.shape[0] * n_weights * sweep.epochs


def images(n_rows: int, epochs: int, batch: int = 128) -> Sweep:
    rng = np.random.default_rng(0)
    X = rng.random((n_rows, 784), dtype=np.float32)
    X[X < 0.5] = 0
    y = (X[:, :400] @ rng.standard_normal((400, N_CLASSES), dtype=np.float32)).argmax(axis=1)
    return Sweep(X, y, epochs, batch)


def documents(n_rows: int, epochs: int) -> Sweep:
    rng = np.random.default_rng(0)
    n_columns, n_words, n_classes = 50_000, 60, 20
    frequency = 1 / np.arange(1, n_columns + 1)
    places = np.searchsorted(np.cumsum(frequency / frequency.sum()), rng.random((n_rows, 2 * n_words)))
    # Zipf's law repeats words; a row keeps its first 60 different ones
    rows = [
        np.unique(row)[rng.permutation(len(np.unique(row)))[:n_words]] for row in np.minimum(places, n_columns - 1)
    ]
    X = sparse.csr_array(
        (
            np.abs(rng.standard_normal(sum(map(len, rows)), dtype=np.float32)) / 8,
            np.concatenate(rows).astype(np.int32),
            np.cumsum([0, *map(len, rows)]).astype(np.int32),
        ),
        shape=(n_rows, n_columns),
    )
    X.sort_indices()
    return Sweep(X, (X @ rng.standard_normal((n_columns, n_classes))).argmax(axis=1), epochs, n_classes=n_classes)


def ours(
    sweep: Sweep,
    rates: Sequence[float],
    l2s: Sequence[float],
    *,
    compiled: bool,
    kind: Callable[..., Any] = StochasticGradientDescent,
    family: Family | None = None,
    threads: int | None = None,
) -> None:
    kernels.WORTH_COMPILING = 0 if compiled else 1 << 62
    fit_many(
        family or Linear(softmax),
        sweep.X,
        sweep.y,
        [Setting(kind(learning_rate=rate), l2=l2) for rate, l2 in zip(rates, l2s, strict=True)],
        n_outputs=sweep.n_classes,
        epochs=sweep.epochs,
        batch_size=sweep.batch,
        seed=0,
        threads=threads,
    )


def one_by_one(train: Callable[..., None], sweep: Sweep, rates: Sequence[float], l2s: Sequence[float]) -> None:
    for rate, l2 in zip(rates, l2s, strict=True):
        train(sweep, rate, l2)


def in_processes(train: Callable[..., None], sweep: Sweep, rates: Sequence[float], l2s: Sequence[float]) -> None:
    place = stored(sweep)
    with parallel_config("loky", inner_max_num_threads=1):
        Parallel(n_jobs=2)(delayed(alone)(train, place, rate, l2) for rate, l2 in zip(rates, l2s, strict=True))


def alone(train: Callable[..., None], place: str, rate: float, l2: float) -> None:
    torch.set_num_threads(1)
    train(Sweep(*joblib.load(f"{place}/sweep", mmap_mode="c")), rate, l2)


@cache
def stored(sweep: Sweep) -> str:
    """Write the data where worker processes can map them into memory, once."""
    place = tempfile.mkdtemp(prefix="fused_training")
    atexit.register(shutil.rmtree, place)
    joblib.dump((sweep.X, sweep.y, sweep.epochs, sweep.batch, sweep.n_classes), f"{place}/sweep")
    return place


def ours_alone(sweep: Sweep, rate: float, l2: float) -> None:
    ours(sweep, [rate], [l2], compiled=False, threads=1)


def sgd_classifier(sweep: Sweep, rate: float, l2: float) -> None:
    SGDClassifier(
        loss="log_loss",
        alpha=l2,
        learning_rate="constant",
        eta0=rate,
        max_iter=sweep.epochs,
        tol=None,
        random_state=0,
    ).fit(sweep.X, sweep.y)


def batches(sweep: Sweep) -> Any:
    X, y = torch.from_numpy(np.asarray(sweep.X)), torch.from_numpy(np.asarray(sweep.y))
    generator = torch.Generator().manual_seed(0)
    for _ in range(sweep.epochs):
        for rows in torch.randperm(len(y), generator=generator).split(sweep.batch):
            yield X[rows], y[rows]


def torch_alone(sweep: Sweep, rate: float, l2: float) -> None:
    model = torch.nn.Linear(784, N_CLASSES)
    torch_trained(sweep, model, torch.optim.SGD(model.parameters(), lr=rate, weight_decay=l2))


def torch_perceptron(sweep: Sweep, rate: float, l2: float) -> None:
    model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, N_CLASSES))
    torch_trained(sweep, model, torch.optim.Adam(model.parameters(), lr=rate, weight_decay=l2, fused=True))


def torch_trained(sweep: Sweep, model: Any, optimizer: Any) -> None:
    for X, y in batches(sweep):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(X), y).backward()
        optimizer.step()


def torch_stacked(sweep: Sweep, rates: Sequence[float], l2s: Sequence[float]) -> None:
    n_trials = len(rates)
    weights = torch.zeros(784, n_trials * N_CLASSES, requires_grad=True)
    bias = torch.zeros(n_trials * N_CLASSES, requires_grad=True)
    rate = torch.tensor(rates).repeat_interleave(N_CLASSES)
    l2 = torch.tensor(l2s).repeat_interleave(N_CLASSES)
    for X, y in batches(sweep):
        scores = (X @ weights + bias).view(len(y) * n_trials, N_CLASSES)
        loss = torch.nn.functional.cross_entropy(scores, y.repeat_interleave(n_trials), reduction="sum") / len(y)
        weight_slopes, bias_slopes = torch.autograd.grad(loss, (weights, bias))
        with torch.no_grad():
            weights -= rate * (weight_slopes + l2 * weights)
            bias -= rate * bias_slopes


def torch_perceptrons_stacked(sweep: Sweep, rates: Sequence[float], l2s: Sequence[float]) -> None:
    n_trials = len(rates)
    shapes = ((n_trials, 784, 128), (n_trials, 1, 128), (n_trials, 128, N_CLASSES), (n_trials, 1, N_CLASSES))
    params = [torch.randn(shape).mul_(0.05).requires_grad_() for shape in shapes]
    means, squares = ([torch.zeros_like(param) for param in params] for _ in range(2))
    rate, l2 = torch.tensor(rates)[:, None, None], torch.tensor(l2s)[:, None, None]
    for step, (X, y) in enumerate(batches(sweep), start=1):
        hidden = torch.relu(torch.baddbmm(params[1], X.expand(n_trials, -1, -1), params[0]))
        scores = torch.baddbmm(params[3], hidden, params[2]).view(-1, N_CLASSES)
        loss = torch.nn.functional.cross_entropy(scores, y.repeat(n_trials), reduction="sum") / len(y)
        with torch.no_grad():
            for param, slopes, mean, square in zip(
                params, torch.autograd.grad(loss, params), means, squares, strict=True
            ):
                slopes = slopes + l2 * param
                mean.lerp_(slopes, 0.1)
                square.mul_(0.999).addcmul_(slopes, slopes, value=0.001)
                param -= rate / (1 - 0.9**step) * mean / ((square / (1 - 0.999**step)).sqrt() + 1e-8)


if __name__ == "__main__":
    main()
