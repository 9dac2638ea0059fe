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
SIZES = "reports/sizes.json"
THRESHOLDS = "reports/thresholds.json"
INTERPRETATION = "reports/interpretation.json"
REFERENCE = "reports/reference.json"
SEEDS = "seeds.json"
STEPS = "steps.jsonl"
METRICS = "metrics.json"
SCORES = "scores.csv"
PREDICTIONS = "predictions.csv"
BITS = "bits.json"
CURVES = "curves.csv"
FIGURES = "figures"
REPORT_PAGE = "report.html"
RANGE_TEST = "range_test.json"
ARTIFACTS = "artifacts"
DEPLOYMENTS = "deployments"
SIGNATURE = "signature.json"
PROOFS = "proofs.json"
GOLDEN = "golden.json"
CARD = "MODEL_CARD.md"
BILL = "sbom.json"
LOG = "logs/run.log"
REPLAY = "REPLAY.md"
TRACKERS = "trackers"

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
        THRESHOLDS: "By training: the threshold that the model chose, and its metric at others, where it chose one.",
        INTERPRETATION: "What the model goes by, and where it is wrong: importance, coefficients, worst rows.",
        REFERENCE: "What the data of the model look like, in counts, for 'runner drift' to compare new rows with.",
        SEEDS: "The experiment's seed and the seed derived from it for each step and fold.",
        STEPS: "One line per step carried out: fold, seconds, rows in, rows out, a note.",
        METRICS: "Scores on held-out rows per fold, in total with intervals, and after each compressor.",
        SIZES: "The model as trained and after each compressor: bytes, parameters, multiply-adds, latency, scores.",
        SCORES: "The same scores as a table, a line per number: fold, part, metric, row and column in it, value.",
        PREDICTIONS: "What was predicted of each held-out row: fold, part, row id, truth, label, chances.",
        BITS: "Digests of what each training learned and predicted, for a replay to be compared with.",
        CURVES: "Loss and learning rate per epoch and training, for models trained by gradients.",
        REPORT_PAGE: "The run told on one page, where a report was asked for: scores, curves, figures, files.",
        f"{FIGURES}/": "The curves as SVG; and each figure of the report as PNG and SVG, where one was asked for.",
        RANGE_TEST: "Learning rates tried and the losses they led to, where a rate was chosen ('auto').",
        f"{ARTIFACTS}/<exporter>/": "The finished model, as each exporter wrote it.",
        f"{DEPLOYMENTS}/<deployer>/": "What each deployer made of the exports.",
        SIGNATURE: "What the finished model is asked with: inputs with types, shapes, values, ranges; its classes.",
        PROOFS: "How each export was proven equal to the model: rows asked, differences, bytes, latency.",
        GOLDEN: "In a bundle: questions that are no rows of the data, with the model's answers to compare with.",
        CARD: "In a bundle: what a stranger must know of the model.",
        BILL: "In a bundle: what the model is made of and needs, as CycloneDX 1.6.",
        f"{TRACKERS}/<tracker>/": "What a tracker wrote of the run.",
        LOG: "The run's log; the only place that holds tracebacks.",
        REPLAY: "The command that runs this experiment again.",
        MANIFEST: "sha256 and size of every other file; written last, so a folder without it is unfinished.",
    }
)
