"""Where everything is in a run folder, and what it means. Paths are relative, with forward slashes."""

from __future__ import annotations

from types import MappingProxyType

from runner.record.manifest import MANIFEST

RUN = "run.json"
RESOLVED = "config/resolved.yaml"
OVERRIDES = "config/overrides.yaml"
CHOICES = "config/choices.yaml"
CODE = "code.json"
PACKAGES = "env/packages.json"
THREADS = "env/threads.json"
SOURCES = "data/sources.json"
FINGERPRINT = "data/fingerprint.json"
REJECTED = "data/rejected.csv"
DATA_REPORT = "reports/data.json"
SEEDS = "seeds.json"
STEPS = "steps.jsonl"
METRICS = "metrics.json"
PREDICTIONS = "predictions.csv"
BITS = "bits.json"
CURVES = "curves.csv"
FIGURES = "figures"
RANGE_TEST = "range_test.json"
ARTIFACTS = "artifacts"
LOG = "logs/run.log"
REPLAY = "REPLAY.md"

#: Every entry of a run folder with its meaning, in the order in which a reader wants them.
LAYOUT = MappingProxyType(
    {
        RUN: "Which run this is: id, experiment, state, error, start, seconds, redacted command, seed, versions.",
        RESOLVED: "The whole declaration with every default filled in; secrets stay as ${secret:…}.",
        OVERRIDES: "What the command line changed, as given.",
        CHOICES: "Which component was chosen in each group.",
        CODE: "The commit, branch and uncommitted changes of the folder the command ran in; null outside git.",
        PACKAGES: "Name and version of every installed distribution.",
        THREADS: "What decides the last bits of a result: BLAS and OpenMP libraries, threads, CPU, Python.",
        SOURCES: "What the source read: kind, address without secrets, sha256.",
        FINGERPRINT: "The data as loaded (raw) and cleaned: rows, columns with types, hash of the content in order.",
        REJECTED: "Rows that the source refused on request: line, reason, text.",
        DATA_REPORT: "The data in counts: columns, missing values, classes, what each step did to them, leaks.",
        SEEDS: "The experiment's seed and the seed derived from it for each step and fold.",
        STEPS: "One line per step carried out: fold, seconds, rows in, rows out, a note.",
        METRICS: "Scores on held-out rows per fold, in total with intervals, and after each compressor.",
        PREDICTIONS: "What was predicted of each held-out row: fold, part, row id, truth, label, chances.",
        BITS: "Digests of what each training learned and predicted, for a replay to be compared with.",
        CURVES: "Loss and learning rate per epoch and training, for models trained by gradients.",
        f"{FIGURES}/": "The curves as SVG: loss, learning rate, and the range test where one was made.",
        RANGE_TEST: "Learning rates tried and the losses they led to, where a rate was chosen ('auto').",
        f"{ARTIFACTS}/<exporter>/": "The finished model, as each exporter wrote it.",
        LOG: "The run's log; the only place that holds tracebacks.",
        REPLAY: "The command that runs this experiment again.",
        MANIFEST: "sha256 and size of every other file; written last, so a folder without it is unfinished.",
    }
)
