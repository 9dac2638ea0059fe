from dataclasses import replace

import numpy as np

from runner.learn import Divergence, Linear, Setting, softmax
from runner.learn.cohort import Cohort
from runner.learn.ledger import Ledger
from runner_builtin.training.optimizers import StochasticGradientDescent as Sgd

RATES = np.array([[0.1, 0.2], [0.3, 0.4]])


def begin():
    cohort = Cohort.start(Linear(softmax), [Setting(Sgd()), Setting(Sgd())], 3, 2, "float64")
    gradients = {name: np.ones_like(param) for name, param in cohort.params.items()}
    return cohort, cohort.stepped(gradients, 1.0), Ledger(2)


def test_the_loss_of_an_epoch_counts_every_row_the_same():
    before, after, ledger = begin()
    ledger.enter(before, after, np.array([[1.0, 2.0], [4.0, 5.0]]), RATES, [20, 10])
    report = ledger.report()
    assert report.losses.tolist() == [2.0, 3.0]
    assert report.learning_rates.tolist() == [0.1, 0.2]


def test_an_exploded_loss_freezes_the_trial_at_the_epoch_before():
    before, after, ledger = begin()
    stays = ledger.enter(before, after, np.array([[1.0, 1.0], [1.0, 1e5]]), RATES, [10, 10])
    trained = ledger.close(stays, 2)
    assert stays.numbers.tolist() == [0]
    assert trained.divergences == (None, Divergence(step=1, learning_rate=0.4))
    assert trained.params["weights"][0].all()
    assert not trained.params["weights"][1].any()
    assert np.isnan(trained.loss_curve[1]).all()
    assert trained.n_steps.tolist() == [2, 0]


def test_one_bad_batch_is_not_a_divergence():
    before, after, ledger = begin()
    stays = ledger.enter(before, after, np.array([[1.0, 1.0], [1.0, 1500.0]]), RATES, [10, 10])
    assert stays.numbers.tolist() == [0, 1]


def test_parameters_that_overflow_are_a_divergence_though_the_loss_is_fine():
    before, after, ledger = begin()
    wild = {name: param.copy() for name, param in after.params.items()}
    wild["bias"][0, 0], wild["weights"][1, 0, 0] = np.nan, 1e13
    broken = replace(after, params=wild)
    stays = ledger.enter(before, broken, np.ones((2, 2)), RATES, [10, 10])
    assert len(stays.numbers) == 0
    assert ledger.close(stays, 2).divergences == (Divergence(1, 0.3), Divergence(1, 0.4))
