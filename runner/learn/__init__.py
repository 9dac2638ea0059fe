"""Gradient training: many models of one family at once, one model as a batch of one.

Parameters are arrays (n_trials, …), made so that a mini-batch meets all trials in one matrix product, and
an optimizer written for one array trains them all: `fit_many`.
"""

from runner.learn.families import Family, Linear, Params
from runner.learn.fitting import fit_many
from runner.learn.losses import Loss, hinge, logistic, softmax, squared, squared_hinge
from runner.learn.trained import Divergence, EpochReport, Setting, Trained

__all__ = [
    "Divergence",
    "EpochReport",
    "Family",
    "Linear",
    "Loss",
    "Params",
    "Setting",
    "Trained",
    "fit_many",
    "hinge",
    "logistic",
    "softmax",
    "squared",
    "squared_hinge",
]
