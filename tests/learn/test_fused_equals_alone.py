"""The promise of fused training: for every optimizer, schedule and model, together equals one by one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from runner.learn import MLP, Huber, Linear, Setting, fit_many, hinge, perceptron, softmax, squared, squared_hinge
from runner_builtin.training import schedulers as s
from runner_builtin.training.optimizers import (
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Lion,
    Momentum,
    Nesterov,
    RMSProp,
    StochasticGradientDescent,
)

RNG = np.random.default_rng(0)
DENSE = RNG.standard_normal((60, 7)) * (RNG.random((60, 7)) < 0.6)
CLASSES = (DENSE @ RNG.standard_normal((7, 3)) + RNG.standard_normal((60, 3))).argmax(axis=1)
VALUES = (DENSE[:, :3] - 0.5 * DENSE[:, 3:6]).astype("float32")
FORMS = {"dense": DENSE, "sparse": sparse.csr_matrix(DENSE)}
FAMILIES = {
    "softmax": (Linear(softmax), CLASSES),
    "hinge": (Linear(hinge), CLASSES),
    "squared hinge": (Linear(squared_hinge), CLASSES),
    "perceptron": (Linear(perceptron), CLASSES),
    "squared": (Linear(squared, fit_intercept=False), VALUES),
    "huber": (Linear(Huber(0.5)), VALUES),
    "mlp": (MLP(softmax, (6, 4), "gelu", dropout=0.25), CLASSES),
    "mlp of values": (MLP(squared, (5,), "tanh"), VALUES),
}
#: With a largest rate at which no training here comes near divergence, where nothing equals anything.
OPTIMIZERS = {
    GradientDescent: 0.3,
    StochasticGradientDescent: 0.1,
    Momentum: 0.03,
    Nesterov: 0.03,
    Adagrad: 0.1,
    RMSProp: 0.02,
    Adam: 0.03,
    AdamW: 0.03,
    Lion: 0.01,
}
SHARES = st.sampled_from([0.0, 0.25, 0.4])
SCHEDULERS = st.one_of(
    st.none(),
    st.builds(s.Constant, warmup=SHARES),
    st.builds(s.Linear, end_factor=st.sampled_from([0.0, 0.5]), warmup=SHARES),
    st.builds(s.Polynomial, power=st.sampled_from([0.5, 3.0]), warmup=SHARES),
    st.builds(s.Exponential, end_factor=st.sampled_from([0.01, 0.5]), warmup=SHARES),
    st.builds(s.Step, drops=st.integers(1, 3), warmup=SHARES),
    st.builds(s.InverseSqrt, timescale=st.sampled_from([0.5, 10.0]), warmup=SHARES),
    st.builds(s.Cosine, warmup=SHARES),
    st.builds(s.CosineRestarts, cycles=st.integers(1, 3), warmup=SHARES),
    st.builds(s.OneCycle, peak=st.sampled_from([0.2, 0.6])),
    st.builds(s.ReduceOnPlateau, patience=st.just(1), threshold=st.sampled_from([0.0, 0.3])),
)


@st.composite
def trials(draw, kind):
    def one():
        return Setting(
            kind(learning_rate=OPTIMIZERS[kind] * draw(st.sampled_from([0.1, 0.5, 1.0]))),
            draw(SCHEDULERS),
            l1=draw(st.sampled_from([0.0, 1e-3])),
            l2=draw(st.sampled_from([0.0, 1e-3, 0.1])),
            seed=draw(st.integers(0, 5)),
            clip_norm=draw(st.sampled_from([np.inf, 0.5])),
            averaging=draw(st.sampled_from([0.0, 0.9, 1.0])),
        )

    return [one() for _ in range(draw(st.integers(2, 4)))]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", OPTIMIZERS)
@pytest.mark.parametrize("name", FAMILIES)
@settings(max_examples=4, deadline=None, derandomize=True)
@given(st.data())
def test_trials_together_equal_the_trials_one_by_one(name, kind, form, data):
    family, targets = FAMILIES[name]
    chosen = data.draw(trials(kind))
    options = {"n_outputs": 3, "epochs": 3, "batch_size": 16, "seed": 3, "held_out": np.arange(0, 60, 6)}
    together = fit_many(family, FORMS[form], targets, chosen, **options)
    for trial, setting in enumerate(chosen):
        alone = fit_many(family, FORMS[form], targets, [setting], **options)
        assert together.divergences[trial] == alone.divergences[0]
        for key, array in alone.params_of(0).items():
            np.testing.assert_allclose(together.params_of(trial)[key], array, rtol=1e-4, atol=2e-6)
        if targets is CLASSES:
            ours = family.decision({key: array[None] for key, array in together.params_of(trial).items()}, DENSE)[0]
            theirs = family.decision({key: array[None] for key, array in alone.params_of(0).items()}, DENSE)[0]
            best = np.sort(theirs, axis=1)
            clear = best[:, -1] - best[:, -2] > 1e-4
            np.testing.assert_array_equal(ours.argmax(axis=1)[clear], theirs.argmax(axis=1)[clear])
