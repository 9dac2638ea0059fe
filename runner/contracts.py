"""The kinds of components, and what each promises.

Everything between the data and the deployed model is a component of one of the fifteen kinds in `KINDS`.
A component is a class (or a function returning an object) that its plugin offers under a name; its
constructor's explicit keyword parameters are its options, typed by their annotations, and the core builds
it from the declaration. Nobody inherits from us: a class that has the methods below is one of the kind.

Four rules hold for every kind:

* The constructor only stores its options. Checking happens where the data are, or by the annotation.
* An argument is never changed in place; randomness comes only from the `rng` or `random_state` given.
* A constructor parameter named `random_state` that the declaration leaves at None receives an int derived
  from the experiment's seed and the component's place, so that adding a step never shifts another's seed.
* A constructor parameter annotated with one of these contracts (`optimizer: Optimizer | None = None`) is
  not an option: it receives the experiment's component of that kind, or None where none is chosen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from runner.data import Dataset, Prediction

#: The version of these contracts. A plugin module may declare `api_version = "1.2"`; a core that is older
#: than that refuses it by name instead of failing somewhere inside it.
API_VERSION = "1.0"


@dataclass(frozen=True)
class SourceContext:
    """What a source may lean on. folder: relative paths mean this folder; seed: for sources that sample."""

    folder: Path
    seed: int


@runtime_checkable
class Source(Protocol):
    """Reads the data.

    Called once per run, first. Gives every row an id and the whole a fingerprint of the bytes or the query.
    Raises `DataError` (file, line, counts) for data it cannot read; never guesses, never drops a row.
    """

    def load(self, context: SourceContext) -> Dataset:
        """Return all rows, in an order that only the data decide."""
        ...


@runtime_checkable
class Cleaner(Protocol):
    """Repairs values or drops rows, features and target together.

    Called in declared order between the source and the splitter. A cleaner that learns (`learns = True`)
    would leak if it saw the test rows, so it and every cleaner after it is called per fold instead: `fit`
    and `clean` on the training rows, and on the test rows `clean` only if it keeps every row. The option
    `rows: training`, which the core adds to every cleaner, asks for the same. A cleaner that keeps
    every row (`keeps_rows = True`) also becomes the head of the fitted pipeline: predictions are made
    on data repaired the same way; it then must not need the target.

    keeps_rows: class attribute, False if absent. learns: class attribute, False if absent; a learning
    cleaner also has `fit(dataset) -> cleaner`, which returns a fitted copy and leaves itself unchanged.
    """

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the cleaned rows. Rows are dropped by `dataset.drop(mask, reason)` so that they are counted."""
        ...


@runtime_checkable
class Splitter(Protocol):
    """Parts rows into training and test rows: scikit-learn's splitter contract.

    Called once per run after the cleaners. One fold is a hold-out, several are a cross-validation. A class
    attribute `needs_groups = True` says that it cannot work without groups.
    """

    def split(self, X: Any, y: Any = None, groups: Any = None) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Give (training positions, test positions) per fold; positions count from 0, the two never meet."""
        ...


@runtime_checkable
class Augmenter(Protocol):
    """Makes more training rows.

    Called per fold, on training rows only, in declared order; test rows never reach one.
    """

    def augment(self, dataset: Dataset, rng: np.random.Generator) -> Dataset:
        """Return the rows given, first and unchanged, followed by the rows made (`dataset.joined(made)`)."""
        ...


@runtime_checkable
class Transform(Protocol):
    """Turns features into other features: scikit-learn's transformer contract.

    Fitted on the training rows of each fold only. The option `columns`, which the core adds to every
    transform, sends it to these columns of a table; the other columns pass by untouched.
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn from the training rows. X: as Dataset.features. y: (n_rows,)."""
        ...

    def transform(self, X: Any) -> Any:
        """Return (n_rows, n_new_columns), dense, CSR or a frame."""
        ...


@runtime_checkable
class Model(Protocol):
    """Learns to predict: scikit-learn's estimator contract.

    Fitted per fold on training rows, after the transforms. May also have `predict_proba` or
    `decision_function` (classifiers), and `loss_curve_` and `diverged_` after `fit` (gradient training).
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Learn. X: (n_rows, n_columns) dense or CSR. y: (n_rows,) labels or values."""
        ...

    def predict(self, X: Any) -> NDArray[Any]:
        """Return (n_rows,) labels or values."""
        ...


@runtime_checkable
class Optimizer(Protocol):
    """One step of gradient descent, written for one array.

    Called by gradient training for each parameter array at each step. The arrays carry a leading trial
    axis, so the arithmetic must be elementwise; number options may then be arrays that broadcast. The
    option `learning_rate: float` is the base rate; a schedule multiplies it before `update` sees it.
    full_batch: class attribute, False if absent; True asks for the gradient over all training rows.
    elementwise: class attribute, True if absent; an optimizer that is not says False, is trained one trial
    at a time, and sees its arrays without the trial axis. One that searches by itself has `minimise` besides
    (`runner.learn.whole.Minimiser`) and is not stepped.
    """

    def init(self, param: NDArray[Any]) -> dict[str, Any]:
        """Return the state before the first step (empty where there is none)."""
        ...

    def update(
        self, grad: NDArray[Any], state: Mapping[str, Any], param: NDArray[Any], learning_rate: Any
    ) -> tuple[NDArray[Any], dict[str, Any]]:
        """Return the parameters after the step and the state for the next. All arrays have one shape."""
        ...


@runtime_checkable
class Scheduler(Protocol):
    """How the learning rate changes over a training.

    One that looks at how the training goes also has `observe(score, memory) -> memory`, called after each
    epoch with the loss of its trial, less being better (`runner.learn.pace.Feedback`).
    """

    def factor(self, step: Any, total_steps: int) -> Any:
        """Return what to multiply the base learning rate with. step: int or int array from 0; same shape out."""
        ...


@runtime_checkable
class Metric(Protocol):
    """Scores predictions on held-out rows.

    direction: class attribute, "maximize", "minimize", or None for a description (a confusion matrix).
    needs: class attribute, the part of `Prediction` it reads: "labels", "probabilities", "scores" (or
    probabilities where a model has no scores) or "values" (regressions). task: class attribute,
    "classification" or "regression". The core refuses a metric that does not fit the model before training.
    """

    direction: Literal["maximize", "minimize"] | None
    needs: Literal["labels", "probabilities", "scores", "values"]
    task: Literal["classification", "regression"]

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float | list[Any]:
        """Return one number, or nested lists of numbers where direction is None. truth: (n_rows,)."""
        ...


@dataclass(frozen=True)
class Trial:
    """One point of a search. number: counts from 0; settings: dotted key -> value."""

    number: int
    settings: Mapping[str, Any]


@runtime_checkable
class Search(Protocol):
    """Chooses the next trials of a sweep, by ask and tell."""

    def ask(self, count: int) -> Sequence[Trial]:
        """Return up to `count` trials to run next; an empty sequence ends the search."""
        ...

    def tell(self, trial: Trial, score: float | None) -> None:
        """Hear a trial's score, oriented so that more is better; None for a trial that failed."""
        ...


@runtime_checkable
class Compressor(Protocol):
    """Makes a fitted pipeline smaller.

    Called after the metrics, in declared order; the result is scored again on the same held-out rows, so
    it must answer `predict` (and `predict_proba`) like the pipeline it replaces, only cheaper.
    """

    def compress(self, pipeline: Any) -> Any:
        """Return a smaller fitted pipeline; the one given stays as it is. pipeline: scikit-learn's Pipeline."""
        ...


@dataclass(frozen=True)
class FinishedRun:
    """What an exporter sees. pipeline: fitted, from raw features to prediction; sample: a few training rows."""

    experiment: str
    pipeline: Any
    sample: Dataset
    scores: Mapping[str, float]
    classes: list[Any] | None


@runtime_checkable
class Exporter(Protocol):
    """Writes the finished model for someone else to load.

    Called at the end of a run. Must not write outside `folder`. An exporter whose file can be read back says
    so by the class attribute `loads`, the file's name (None otherwise), and has `load(path, trusted_types)`
    -> pipeline, which builds no type beyond those named; the core calls it once after the export, so that a
    model nobody can load is found now. One whose loading can run code says `runs_code = True` instead and has
    `load(path, sha256)`; it is used only for a person who vouches for that very file.
    """

    def export(self, run: FinishedRun, folder: Path) -> Sequence[Path]:
        """Write into `folder` (exists, empty for this exporter) and return the files written."""
        ...


@runtime_checkable
class Deployer(Protocol):
    """Turns an exported bundle into something that runs: a server, a container context, an edge bundle."""

    def deploy(self, bundle: Path, folder: Path) -> Sequence[Path]:
        """Read the exports in `bundle` (one folder per exporter), write into `folder`, return the files."""
        ...


@dataclass(frozen=True)
class Event:
    """Something that happened in a run.

    name: "run_started", "stage_started", "stage_finished", "epoch_finished", "fold_finished",
    "run_finished" or "run_failed". stage, fold, seconds: where they apply. details: numbers and short
    texts, JSON-ready. The record grows; a tracker ignores what it does not know.
    """

    name: str
    stage: str | None = None
    fold: int | None = None
    seconds: float | None = None
    details: Mapping[str, Any] | None = None


@runtime_checkable
class Tracker(Protocol):
    """Hears what happens in a run, to show or to record it elsewhere.

    Called in order, in the run's own process. A tracker that raises is named in the log and not called again;
    it never stops a run. One that writes files has `open(folder)`, called once before the first event.
    """

    def hear(self, event: Event) -> None:
        """Take note; return quickly."""
        ...


@runtime_checkable
class Executor(Protocol):
    """Carries out tasks: here, in other processes, on a cluster."""

    def submit(self, task: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        """Start `task(*arguments)` and return its future. Task and arguments can be pickled."""
        ...


@dataclass(frozen=True)
class Kind:
    """A row of the table of kinds.

    name: singular. group: the config group. hook: its hook in `hookspecs`. many: an ordered selection of
    steps instead of one choice. required: an experiment cannot do without. methods: what a component has.
    """

    name: str
    group: str
    hook: str
    many: bool
    required: bool
    contract: type
    methods: tuple[str, ...]


def _kind(name: str, contract: type, methods: str, *, many: bool = False, required: bool = False) -> Kind:
    plural = {"search": "searches"}.get(name, name + "s")
    return Kind(name, plural if many else name, f"runner_{plural}", many, required, contract, tuple(methods.split()))


#: The fifteen kinds, in the order in which a trial meets them.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("source", Source, "load", required=True),
        _kind("cleaner", Cleaner, "clean", many=True),
        _kind("splitter", Splitter, "split", required=True),
        _kind("augmenter", Augmenter, "augment", many=True),
        _kind("transform", Transform, "fit transform", many=True),
        _kind("model", Model, "fit predict", required=True),
        _kind("optimizer", Optimizer, "init update"),
        _kind("scheduler", Scheduler, "factor"),
        _kind("metric", Metric, "score", many=True),
        _kind("search", Search, "ask tell"),
        _kind("compressor", Compressor, "compress", many=True),
        _kind("exporter", Exporter, "export", many=True),
        _kind("deployer", Deployer, "deploy", many=True),
        _kind("tracker", Tracker, "hear", many=True),
        _kind("executor", Executor, "submit", required=True),
    )
}
