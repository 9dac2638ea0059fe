"""The kinds of components, and what each promises.

Everything between the data and the deployed model is a component of one of the fifteen kinds in `KINDS`.
A component is a class (or a function returning an object) that its plugin offers under a name; its
constructor's explicit keyword parameters are its options, typed by their annotations, and the core builds
it from the declaration. Nobody inherits from us: a class that has the methods below is one of the kind.

Five rules hold for every kind:

* The constructor only stores its options. Checking happens where the data are, or by the annotation.
* What a component cannot work with, it refuses by an error that says what was found and what is due.
* An argument is never changed in place; randomness comes only from the `rng` or `random_state` given.
* A constructor parameter named `random_state` that the declaration leaves at None receives an int derived
  from the experiment's seed and the component's place, so that adding a step never shifts another's seed.
* A constructor parameter annotated with one of these contracts (`optimizer: Optimizer | None = None`) is
  not an option: it receives the experiment's component of that kind, or None where none is chosen.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, runtime_checkable

from runner.errors import ConfigError
from runner.secrets import Secrets

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
    """What a source may lean on. folder: relative paths mean this folder; seed: for sources that sample.

    secrets: reveals `${secret:env:NAME}` in an option at the moment of connecting, and masks it in messages.
    cache: where downloads may be kept for the next run; None where nothing may be kept. build: makes the source
    that an option of type `runner.options.SourceDeclaration` declares.
    """

    folder: Path
    seed: int
    secrets: Secrets = field(default_factory=Secrets)
    cache: Path | None = None
    build: Callable[[Mapping[str, Any]], Source] | None = None

    def source(self, declared: Mapping[str, Any]) -> Source:
        """Build a source that is declared inside another one: `{use: NAME, …options}`. Raises ConfigError."""
        if self.build is None:
            raise ConfigError("a source inside a source can only be built in a run; give `build` to the context.")
        return self.build(declared)


@runtime_checkable
class Source(Protocol):
    """Reads the data.

    Called once per run, first. Gives every row an id and the whole a fingerprint of the bytes or the query.
    What a person should know of the reading goes into the dataset's `notes`, rows refused on request into `rejected`.
    A source that can give its rows piece by piece has `batches(context) -> Iterator[Dataset]` besides: the same rows
    in the same order with the same ids, which rise from row to row, never all in memory (`stream: true`).
    A source that can tell the fingerprint without loading has `fingerprint(context) -> str` besides. draws:
    class attribute, True if absent; False says that the seed plays no part in what is loaded.
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

    row_by_row: class attribute, False if absent; True says that what becomes of a row depends on this row alone, so
    that rows may come in batches. keeps_rows: class attribute, False if absent. learns: class attribute, False if
    absent; a learning cleaner also has `fit(dataset) -> cleaner`, which returns a fitted copy and leaves itself
    unchanged.
    """

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the cleaned rows. Rows are dropped by `dataset.drop(mask, reason)` so that they are counted."""
        ...


@runtime_checkable
class Splitter(Protocol):
    """Parts rows into training and test rows: scikit-learn's splitter contract.

    Called once per run after the cleaners. One fold is a hold-out, several are a cross-validation. It may give
    triples (training, validation, test) instead of pairs: scores are then of the validation rows, by which trials
    are compared, and those of the test rows are told beside them. It may have `final_split(X, y, groups)` ->
    (training, test positions): `split` then parts this training part only, and what is shipped learns from all of it
    and is scored once on these test rows, which no trial sees.
    Class attributes, False if absent: `needs_groups` says that it cannot work without groups; `overlaps` that rows
    may be in both parts on purpose, which makes its scores no estimate of how the model will do; `sees_rows` that X
    is the whole `Dataset`, ids and features, instead of a blank column; `row_by_row` that the part a row goes to
    depends on this row alone. An attribute `columns_taken` names columns that only part the rows: they are no
    features.
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
    `decision_function` (classifiers), and `loss_curve_` and `diverged_` after `fit` (gradient training); `chosen_`
    says which of its options, by name, it chose by itself. One with
    `partial_fit` can learn from a stream; where it plans its training by the number of calls it has
    `for_batches(n_batches) -> (model, passes)` besides: an unfitted copy that plans for that, and how often it wants
    to go through the batches. One that can tell of each epoch while it trains has `tell_epochs(hear)`: from then on
    `fit` calls `hear(epoch, {"loss": …})`, epochs counted from 0, with names as in its curves; `tell_epochs(None)`
    ends that.
    label_sets: class attribute, False if absent; True for one that gives each row several labels, as one text
    (`runner.label_sets`), its `classes_` being the labels and its probabilities the chance of each.
    One that chose its threshold keeps `threshold_curve_`: metric, positive (the class), threshold, reached (the
    metric there), and thresholds with their values, rising.
    """

    def fit(self, X: Any, y: Any) -> Self:
        """Learn. X: (n_rows, n_columns) dense or CSR. y: (n_rows,) labels or values."""
        ...

    def predict(self, X: Any) -> NDArray[Any]:
        """Return (n_rows,) labels or values."""
        ...


@runtime_checkable
class Course(Protocol):
    """Several models being trained together; each is known by its position in the order given.

    epochs: the most that any of them may take.
    """

    epochs: int

    def advance(self, until: int) -> None:
        """Train all that are still in until `until` epochs are behind them."""
        ...

    def drop(self, positions: Sequence[int]) -> None:
        """Train these no further; what they have learned so far stays."""
        ...

    def fitted(self, position: int) -> Model:
        """Return a fitted copy of the model as it is now; the training goes on without it."""
        ...


@runtime_checkable
class Trainer(Protocol):
    """Trains many models of one class at once, each as it would have been alone (hook `runner_trainers`).

    In a sweep, trials that have their data in common and differ only in options named by `free` go to it
    together. free: group ("model", "optimizer", "scheduler") -> the options in which they may differ, or
    "numbers" for whatever is a number, or "any". Built without arguments.
    """

    @property
    def free(self) -> Mapping[str, frozenset[str] | Literal["numbers", "any"]]:
        """Options in which models may differ; empty where nothing can be trained together here."""
        ...

    def fusion_key(self, model: Any) -> Any:
        """Return what models must have in common, hashable; None for one that has to be trained alone."""
        ...

    def begin(self, models: Sequence[Any], X: Any, y: Any, *, threads: int) -> Course:
        """Start the training of models with one fusion key on the same rows; the models stay as they are."""
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
    label_sets: False if absent; True for one that reads several labels a row (`runner.label_sets`), as a model with
    `label_sets = True` gives them, None for one that reads either.
    A metric that can score many resamples of the same rows at once, for confidence intervals, has
    `resampled(truth, prediction, counts) -> (n_resamples,)` besides: counts, (n_resamples, n_rows), says how often
    each row is drawn; a resample without a score is NaN; NotImplemented asks to be shown the resamples one by one.
    """

    direction: Literal["maximize", "minimize"] | None
    needs: Literal["labels", "probabilities", "scores", "values"]
    task: Literal["classification", "regression"]

    def score(self, truth: NDArray[Any], prediction: Prediction) -> float | list[Any]:
        """Return one number, or nested lists of numbers where direction is None. truth: (n_rows,)."""
        ...


@dataclass(frozen=True)
class Axis:
    """What may be chosen in one place of a sweep.

    key: dotted, such as "model.l2", or a group ("model", "transforms"). values: listed, or None for the numbers
    from low to high, both included. log: numbers of every size are equally likely. integer: whole numbers only.
    """

    key: str
    values: tuple[Any, ...] | None = None
    low: float | None = None
    high: float | None = None
    log: bool = False
    integer: bool = False

    @property
    def choices(self) -> Sequence[Any] | None:
        """List what there is to choose from, in order; None for an interval of real numbers."""
        if self.values is not None:
            return self.values
        low, high = self.bounds
        return range(int(low), int(high) + 1) if self.integer else None

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the ends of an interval. Raises ValueError for listed values, which have none."""
        if self.low is None or self.high is None:
            raise ValueError(f"{self.key!r} lists its values and has no bounds")
        return self.low, self.high

    def draw(self, rng: np.random.Generator) -> Any:
        """Choose by chance: evenly among values or along the interval, along its logarithm where `log` is set."""
        if self.values is not None:
            return self.values[int(rng.integers(len(self.values)))]
        low, high = self.bounds
        if not self.log:
            return int(rng.integers(int(low), int(high) + 1)) if self.integer else float(rng.uniform(low, high))
        # a whole number n stands for the stretch from n - 1/2 to n + 1/2
        reach = 0.5 if self.integer else 0.0
        drawn = math.exp(rng.uniform(math.log(low - reach), math.log(high + reach)))
        drawn = min(max(drawn, float(low)), float(high))
        return round(drawn) if self.integer else drawn


@dataclass(frozen=True)
class Trial:
    """One point of a search. number: counts from 0; settings: dotted key -> value.

    share: of its epochs, up to which it is to be trained. A search that stops bad trials early asks for the same
    number again with a larger share, and the training goes on where it stood.
    """

    number: int
    settings: Mapping[str, Any]
    share: float = 1.0


@runtime_checkable
class Space(Protocol):
    """What a sweep may try, its conditions included. Made by the core, read by searches."""

    @property
    def axes(self) -> Sequence[Axis]:
        """All axes, in the order of the declaration; a key occurs once for each list of values it has."""
        ...

    def size(self) -> int | None:
        """Count the cells; None where an interval of real numbers makes them endless. May walk through them."""
        ...

    def cells(self) -> Iterator[Mapping[str, Any]]:
        """Give each different cell once as dotted key -> value, in a fixed order, the last axis fastest.

        Raises ConfigError where there is an interval of real numbers, and where no cell is left.
        """
        ...

    def choose(self, pick: Callable[[Axis], Any]) -> Mapping[str, Any] | None:
        """Walk through the decisions in order and return the cell they make; None if a condition drops it.

        pick: answers each decision with one of the axis's values. A decision is an axis, the row of paired
        axes, or the number of a part where parts follow each other; one that depends on earlier ones
        is asked for only where it applies.
        """
        ...


@runtime_checkable
class Asking(Protocol):
    """A search under way.

    What it asks for depends on the scores it was told and not on which came first, so that a sweep can be resumed
    by telling it again what had been found. Asking for two at once is asking for one twice. A search that learns
    says itself, by giving fewer than it could, how many trials may run before it must hear of them.
    """

    @property
    def done(self) -> bool:
        """Whether no trial will be asked for any more, whatever is still told."""
        ...

    def ask(self, count: int) -> Sequence[Trial]:
        """Return up to `count` trials to carry out next; none while it waits to be told, or when it is done."""
        ...

    def tell(self, trial: Trial, score: float | None) -> None:
        """Hear a trial's score at its share, oriented so that more is better; None for a trial that failed."""
        ...


@runtime_checkable
class AskingAgainst(Asking, Protocol):
    """A search under way that weighs the score against other measures: those that its search names in `against`."""

    def tell(self, trial: Trial, score: float | None, others: Sequence[float] = ()) -> None:
        """Hear also the others, in the order of `against`, more being better (a cost comes with its sign turned).

        One that is not known of a trial is minus infinity; a trial that failed has none.
        """
        ...


@runtime_checkable
class Search(Protocol):
    """Chooses the trials of a sweep.

    Called once per sweep, by its driver alone. An option `trials` is the total, also of a sweep that is resumed.
    Raises ConfigError for a space it cannot search. One with several objectives has an attribute `against`: the names
    of metrics, costs or swept numbers (`runner.record.measures`) that its `AskingAgainst` hears besides the score.
    """

    def begin(self, space: Space, seed: int) -> Asking:
        """Start over: return what asks for trials 0, 1, 2, … The search itself stays as it is."""
        ...


@runtime_checkable
class Compressor(Protocol):
    """Makes a fitted pipeline smaller.

    Called after the metrics, in declared order; the result is scored again on the same held-out rows, so
    it must answer `predict` (and `predict_proba`) like the pipeline it replaces, only cheaper.
    One that learns from rows says `needs_rows = True` (False if absent; it may depend on its options) and is called
    `compress(pipeline, rows)`: a `Dataset` of the training rows with their target as they reached the pipeline,
    cleaned and augmented, before its first step. Where rows come in batches there are none, and it is refused.
    """

    def compress(self, pipeline: Any) -> Any:
        """Return a smaller fitted pipeline; the one given stays as it is. pipeline: scikit-learn's Pipeline."""
        ...


@dataclass(frozen=True)
class FinishedRun:
    """What an exporter sees. pipeline: fitted, from raw features to prediction; sample: a few training rows.

    converters: what plugins offer to write their steps as ONNX, by class "package.module:Class".
    """

    experiment: str
    pipeline: Any
    sample: Dataset
    scores: Mapping[str, float]
    classes: list[Any] | None
    converters: Mapping[str, Callable[..., Any] | str] = field(default_factory=dict)


@runtime_checkable
class Exporter(Protocol):
    """Writes the finished model for someone else to load.

    Called at the end of a run. Must not write outside `folder`. An exporter whose file can be read back says
    so by the class attribute `loads`, the file's name (None otherwise), and has `load(path, trusted_types)`
    -> pipeline, which builds no type beyond those named; the core calls it once after the export, so that a
    model nobody can load is found now. One whose loading can run code says `runs_code = True` instead and has
    `load(path, sha256)`; it is used only for a person who vouches for that very file. `own_code = True` besides says
    that all the code that runs is the exporter's own: then the run that has just written the file has it proven,
    vouching for the bytes it wrote. What is loaded answers raw rows by `predict` and, for classifiers that can,
    `predict_proba`, and is compared with the model before it leaves: `tolerance` says what probabilities may differ
    by, or values in standard deviations (1e-4 where it is absent), `may_change` the share of rows that may get
    another label, whatever its probability (0). `whole = True` says that loading gives the very pipeline back. A
    loaded model that has `answer_columns(columns, outputs) -> {output: array}` is served by it, without a frame (see
    `runner.ship.opened`).
    """

    def export(self, run: FinishedRun, folder: Path) -> Sequence[Path]:
        """Write into `folder` (exists, empty for this exporter) and return the files written."""
        ...


@runtime_checkable
class Deployer(Protocol):
    """Turns a bundle into something that runs: a server, a container context, an edge bundle.

    A bundle is a folder with `manifest.json`, `signature.json`, `golden.json`, `proofs.json`, `MODEL_CARD.md`,
    `sbom.json` and `artifacts/<exporter>/…`; every export in it has been proven (see `runner.ship`).
    """

    def deploy(self, bundle: Path, folder: Path) -> Sequence[Path]:
        """Read the bundle, write into `folder` (exists, empty for this deployer), and return the files written."""
        ...


@dataclass(frozen=True)
class Event:
    """Something that happened in a run or a sweep.

    name: what it is about, and what became of that: "sweep", "trial", "run", "fold" or "stage" with "_started",
    "_finished" or "_failed"; besides "trial_resumed", a trial that an earlier command had finished, and
    "epochs_finished", which tells of several epochs at once.
    run: id of the run, or of the sweep. trial: number of the trial. stage, fold: where they apply; the fold of a
    training on all rows is None. seconds: how long it took. time: when it happened, seconds since 1970 in UTC.
    details: by the tables in `docs/hooks.md`: plain values, JSON but for numbers that are not finite; never a secret.
    Both record and details grow: a tracker ignores what it does not know.
    """

    name: str
    stage: str | None = None
    fold: int | None = None
    seconds: float | None = None
    details: Mapping[str, Any] | None = None
    run: str | None = None
    trial: int | None = None
    time: float | None = None


@runtime_checkable
class Tracker(Protocol):
    """Hears what happens in a run or a sweep, to show or to record it elsewhere.

    A run has its own object of the class, and so has a sweep, in its driver; that one hears of the trials. Events are
    delivered in order, by a thread that this tracker has for itself, so what it does slows nothing. It must not
    print, nor change what belongs to the process. One that raises is named in the log and not called again. One that
    falls too far behind, or is still busy with one event `grace` seconds after the end, is left behind and named,
    too. It never stops a run.
    One that writes files, or keeps something to go on with, has `open(folder)`, called first: the folder is its own,
    and a sweep that is gone on with gives the same again. One that holds something open has `close()`, called last.
    Class attributes: `grace`, seconds, 10 if absent; `shows`, False if absent: True says that it shows a person what
    goes on, and is left out where a command does so already.
    """

    def hear(self, event: Event) -> None:
        """Take note."""
        ...


@runtime_checkable
class Executor(Protocol):
    """Carries out tasks: here, in other processes, on a cluster.

    elsewhere: class attribute, False if absent; True says that tasks run in other processes, perhaps of other
    machines, several at a time. The folds of a run are then handed over all at once, and so are the trials of a
    sweep: each as a callable with the attributes `key` (what it computes and which attempt it is, unique), `keep` (a
    label; whoever had the last task of that label may remember rows, None where nobody does) and `together` (many
    trials are trained in it as one). A future that raises says that such a task was lost, and it is given once more.
    An executor elsewhere has `slots() -> int`, how many tasks it carries out at once, and `close()`, which ends what
    it has started; it may have the attributes `threads` (for each task, 1 if absent), `where` (a line that tells a
    person where it works) and `store` (where its workers keep results: a folder or an address of fsspec; None or
    absent for the run's own). What a person must hear while tasks wait, it warns of by the log "runner" with
    `extra={"at_once": True}`; other warnings are told at the end.
    """

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
        _kind("search", Search, "begin"),
        _kind("compressor", Compressor, "compress", many=True),
        _kind("exporter", Exporter, "export", many=True),
        _kind("deployer", Deployer, "deploy", many=True),
        _kind("tracker", Tracker, "hear", many=True),
        _kind("executor", Executor, "submit", required=True),
    )
}
