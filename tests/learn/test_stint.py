import numpy as np
import pytest
from scipy import sparse

from runner.learn import Linear, Setting, softmax
from runner.learn.cohort import Cohort
from runner.learn.fitting import task_of
from runner.learn.stint import Stint
from runner_builtin.training.optimizers import StochasticGradientDescent

RNG = np.random.default_rng(0)
X = sparse.random_array((40, 30), density=0.2, random_state=RNG, dtype="float32", format="csr")
CLASSES = RNG.integers(0, 3, 40)
FORMS = {"dense": X.toarray(), "sparse": X}


def stint_of(form, rates):
    settings = [Setting(StochasticGradientDescent(learning_rate=rate), l2=0.01) for rate in rates]
    given = {"n_outputs": 3, "epochs": 1, "batch_size": 8, "seed": 0}
    task = task_of(Linear(softmax), FORMS[form], CLASSES, settings, **given)
    cohort = Cohort.start(task.family, settings, 30, 3, "float32")
    each = np.tile(rates, (5, 1))
    order = np.random.default_rng(1).permutation(40)
    return Stint(task, order, each, np.full(each.shape, np.nan), compiled=False), cohort


@pytest.mark.parametrize("form", FORMS)
def test_the_tiles_of_a_stint_put_together_are_the_walk_of_all(form):
    rates = [0.1, 0.2, 0.3, 0.4]
    whole, cohort = stint_of(form, rates)
    expected, _ = whole.walk(cohort, slice(0, 4), np.random.default_rng())
    parted, cohort = stint_of(form, rates)
    parts = [parted.walk(cohort, tile, np.random.default_rng())[0] for tile in (slice(0, 1), slice(1, 4))]
    together = cohort.having(parts)
    assert together.numbers.tolist() == [0, 1, 2, 3]
    assert together.n_steps == 5
    np.testing.assert_allclose(together.params["weights"], expected.params["weights"], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(parted.losses, whole.losses, rtol=1e-5)
    assert not cohort.params["weights"].any()


def test_workers_leave_arrays_by_column_side_by_side_so_that_nothing_is_copied():
    stint, cohort = stint_of("sparse", [0.1, 0.2, 0.3])
    parts = [stint.walk(cohort, tile, np.random.default_rng())[0] for tile in (slice(0, 2), slice(2, 3))]
    together = cohort.having(parts)
    for part, tile in zip(parts, (slice(0, 2), slice(2, 3)), strict=True):
        assert np.shares_memory(together.params["weights"][tile], part.params["weights"])


@pytest.mark.parametrize("form", FORMS)
def test_a_trial_leaves_at_the_step_whose_loss_is_not_finite(form):
    stint, cohort = stint_of(form, [0.1, 1e38, 0.3])
    after, _ = stint.walk(cohort, slice(0, 3), np.random.default_rng())
    assert after.numbers.tolist() == [0, 2]
    assert np.isfinite(stint.losses[:, [0, 2]]).all()
    assert np.isfinite(stint.losses[0, 1])
    assert np.isnan(stint.losses[-1, 1])
    alone, cohort = stint_of(form, [0.1, 0.3])
    expected, _ = alone.walk(cohort, slice(0, 2), np.random.default_rng())
    np.testing.assert_allclose(after.params["weights"], expected.params["weights"], rtol=1e-5, atol=1e-7)


def test_a_worker_returns_early_once_another_has_failed():
    stint, cohort = stint_of("dense", [0.1, 0.2])
    stint.given_up.set()
    after, _ = stint.walk(cohort, slice(0, 2), np.random.default_rng())
    assert after.n_steps == 0
    assert np.isnan(stint.losses[1:]).all()
