"""Gradient training: many models of one family at once, one model as a batch of one.

Parameters are arrays (n_trials, …), made so that a mini-batch meets all trials in one matrix product, and
an optimizer written for one array trains them all: `fit_many`.
"""

from runner.learn.families import Family, Linear, Params
from runner.learn.fitting import fit_many, task_of
from runner.learn.fusing import options_of, with_options
from runner.learn.losses import Huber, Loss, hinge, logistic, perceptron, softmax, squared, squared_hinge
from runner.learn.mlp import MLP
from runner.learn.pace import Feedback
from runner.learn.range_test import RangeTest, range_test
from runner.learn.snapshot import Snapshot
from runner.learn.trained import Divergence, EpochReport, Setting, Trained
from runner.learn.training import Task, Training
from runner.learn.whole import Minimiser

__all__ = [
    "MLP",
    "Divergence",
    "EpochReport",
    "Family",
    "Feedback",
    "Huber",
    "Linear",
    "Loss",
    "Minimiser",
    "Params",
    "RangeTest",
    "Setting",
    "Snapshot",
    "Task",
    "Trained",
    "Training",
    "fit_many",
    "hinge",
    "logistic",
    "options_of",
    "perceptron",
    "range_test",
    "softmax",
    "squared",
    "squared_hinge",
    "task_of",
    "with_options",
]
