"""Fast composition against Hydra's own: the same nodes, the same values, the same errors."""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from runner.declare import trees
from runner.declare.composing import Setup, opened_hydra
from runner.declare.fast import Composer
from runner.declare.plain import declared
from runner.declare.same_nodes import difference
from runner.declare.words import Vocabulary
from runner.testing import make_catalogue

#: More of them by hand: RUNNER_OVERRIDE_LISTS=5000.
LISTS = int(os.environ.get("RUNNER_OVERRIDE_LISTS", "100"))

EXPERIMENTS = {
    "refs": """\
# @package _global_
defaults: [/experiment/breast_cancer, _self_]
label: a-${name}
model: {random_state: "${seed}", dtype: "${oc.env:RUNNER_TEST_DTYPE,float32}"}
own: {size: 3, twice: "${.size}", of: {deep: "${model.epochs}"}}
""",
    "of_hydra": """\
# @package _global_
defaults: [/experiment/digits, _self_]
label: ${hydra:job.name}
""",
}

CHOICES = [
    "model=softmax",
    "model=linear_svm",
    "model=none",
    "model=nothing_such",
    "optimizer=adam",
    "optimizer=sgd",
    "optimizer=null",
    "scheduler=constant",
    "transforms=[standard_scale]",
    "transforms=[tfidf,TruncatedSVD]",
    "cleaners=[]",
    "+cleaners=drop_missing",
    "+cleaners@cleaners.second=drop_duplicates",
    "cleaners@cleaners.third=drop_duplicates",
    "~cleaners",
    "~scheduler=cosine",
    "++model=softmax",
    "hydra/job_logging=none",
    "hydra.job.name=other",
    "hydra.run.dir=${name}",
    "+hydra.own=1",
    "hydra.job.env_copy=[HOME]",
    "hydra.job.config.override_dirname.kv_sep=${name}",
]
NUMBERS = ["model.l2={number}", "optimizer.learning_rate={number}", "++model.epochs={number}", "seed={number}"]
VALUES = [
    *NUMBERS,
    "transforms.tfidf.min_df={number}",
    "own.size={number}",
    "strict=true",
    "name=mine",
    "name='two words'",
    "name=null",
    "++seed=4",
    "+seed=5",
    "model.l2=inf",
    "model.l2=1_000",
    "model.l2=???",
    "model.l2=text",
    "model.use=softmax",
    "model.typo=1",
    "+model.typo=1",
    "+extra.deep.key={number}",
    "extra.deep.key=3",
    "model={{l2: 0.5, epochs: 3}}",
    "++model={{own: [1, 2]}}",
    "transforms.tfidf.ngram_range=[1,3]",
    "cleaners.drop_duplicates.subset=[a,b]",
    "~seed",
    "~seed=0",
    "~name=other",
    "~model.l2",
    "~nothing",
    "~cleaners.drop_duplicates",
    "outputs=${{name}}",
    "score_by=${{model.l2}}",
    "model.random_state=${{seed}}",
    "model.l2=${{oc.env:RUNNER_TEST_NOWHERE}}",
    "model.l2=${{nowhere}}",
    "model.l2=${{hydra:job.num}}",
    "hydra={{verbose: true}}",
    "hydra.verbose=true",
    "hydra.searchpath=[pkg://runner.conf]",
    "seed=1,2",
    "seed=range(1,3)",
    "hydra.verbose=true,false",
    "cleaners=[drop_missing],[]",
    "seed",
    "seed=[",
    "seed=007",
    "outputs.below=1",
]


@pytest.fixture(scope="module")
def loader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConfigLoaderImpl]:
    folder = tmp_path_factory.mktemp("project")
    for name, text in EXPERIMENTS.items():
        path = folder / "conf/experiment" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with opened_hydra(Setup(make_catalogue(), Path(folder), runs=False)) as hydra:
        yield ConfigLoaderImpl(hydra.config_loader.get_search_path())


def by_hydra(loader: ConfigLoaderImpl, words: Sequence[str]) -> DictConfig:
    return loader.load_configuration("runner", list(words), run_mode=RunMode.RUN)


def told(make: Callable[..., Any], *arguments: Any) -> tuple[Any, Any]:
    """What came of it: the value, or all that an error says."""
    try:
        return make(*arguments), None
    except Exception as error:  # noqa: BLE001 - any error is compared
        cause = error.__cause__
        return None, (type(error), str(error), type(cause), str(cause))


def random_words(rng: random.Random) -> list[str]:
    words = [f"+experiment={rng.choice(['docstrings', 'digits', 'refs', 'refs', 'of_hydra'])}"]
    plain = rng.random() < 0.3
    words += rng.sample(CHOICES, 0 if plain else rng.choice([0, 0, 1, 1, 2]))
    for value in rng.sample(NUMBERS, 2) if plain else rng.choices(VALUES, k=rng.choice([1, 2, 2, 3])):
        number = rng.choice([rng.randint(-3, 50), rng.uniform(0, 1), 10.0 ** -rng.randint(1, 9)])
        words.append(value.format(number=number))
    if rng.random() < 0.1:
        rng.shuffle(words)
    return words


@pytest.mark.parametrize("seed", range(2))
def test_random_jobs_are_composed_as_by_hydra(loader: ConfigLoaderImpl, seed: int) -> None:
    composer, rng = Composer(loader, "runner"), random.Random(seed)
    composer.config(["+experiment=digits"])
    errors = patched = 0
    for _ in range(LISTS // 2):
        words = random_words(rng)
        theirs, error = told(by_hydra, loader, words)
        mine, my_error = told(composer.config, words)
        assert my_error == error, words
        assert composer.fell_back is None, words
        if error is not None:
            errors += 1
            continue
        assert difference(mine, theirs) is None, words
        assert OmegaConf.to_yaml(mine) == OmegaConf.to_yaml(theirs), words
        patched += declared_as_by_hydra(composer, words, theirs)
    assert errors > LISTS / 20
    assert patched > LISTS / 20


def declared_as_by_hydra(composer: Composer, words: Sequence[str], theirs: DictConfig) -> bool:
    """Compare the plain declarations; say whether one was patched."""
    job = composer._job(words)
    if job is None:
        return False  # declared from the very config that was compared
    plain, error = told(declared, theirs)
    for _ in range(2):  # the first may learn the shape
        answer, my_error = told(composer.declared, words)
        assert my_error == error, words
        if error is None:
            assert repr(answer[0]) == repr(plain), words
            assert answer[1] == OmegaConf.to_container(theirs.hydra.runtime.choices), words
    return error is None and composer._shapes[job.shape] is not None


def test_jobs_that_differ_in_numbers_are_patched_to_what_hydra_gives(loader: ConfigLoaderImpl) -> None:
    composer, rng = Composer(loader, "runner"), random.Random(3)
    for number in range(30):
        start = ["+experiment=docstrings", "transforms.tfidf.ngram_range=[1,1]"]
        words = [*start, f"model.l2={rng.random()}", f"transforms.tfidf.min_df={number}", f"++seed={number % 3}"]
        plain, choices = composer.declared(words)
        assert repr(plain) == repr(declared(by_hydra(loader, words)))
        assert choices["experiment"] == "docstrings"
    assert len(composer._shapes) == 1
    assert next(iter(composer._shapes.values())) is not None
    assert composer.fell_back is None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["+experiment=refs", "seed={}"], "the model's random_state reads the seed"),
        (["+experiment=refs", "model.epochs={}"], "a deep setting reads the epochs"),
        (["+experiment=digits", "score_by=${{model.l2}}", "model.l2={}"], "a word reads it"),
        (["+experiment=digits", "~outputs", "+outputs=${{seed}}", "seed={}"], "an added word reads it"),
        (["+experiment=digits", "seed={}", "++seed=3"], "it is set twice"),
        (["+experiment=digits", "model.l2={}", "model={{l2: 1}}"], "it is set with its parent"),
    ],
)
def test_a_scalar_that_something_reads_is_never_patched_alone(
    loader: ConfigLoaderImpl, words: list[str], why: str
) -> None:
    composer = Composer(loader, "runner")
    for number in (3, 4, 5):
        filled = [word.format(number) for word in words]
        assert repr(composer.declared(filled)[0]) == repr(declared(by_hydra(loader, filled))), why
    assert composer.fell_back is None


def test_jobs_of_a_sweep_are_composed_as_by_hydra(loader: ConfigLoaderImpl) -> None:
    start = ["hydra.mode=MULTIRUN", "hydra.verbose=true", "+experiment=docstrings", "model.l2=1,2"]
    master = loader.load_configuration("runner", start, run_mode=RunMode.MULTIRUN)
    composer, rng = Composer(loader, "runner", master), random.Random(4)
    for words in [["+experiment=digits", "seed=1"], *(random_words(rng) for _ in range(LISTS // 5))]:
        theirs, error = told(loader.load_sweep_config, master, words)
        mine, my_error = told(composer.config, words)
        assert my_error == error, words
        assert error or difference(mine, theirs) is None, words
    assert composer.fell_back is None


def test_a_wrong_value_is_told_as_hydra_tells_it(loader: ConfigLoaderImpl) -> None:
    composer = Composer(loader, "runner")
    for word in ("hydra.job.chdir=maybe", "model.lerning_rate=1", "optimizer=null", "+seed=1"):
        words = ["+experiment=digits", word]
        for _ in range(2):
            error = told(composer.declared, words)[1]
            assert error is not None
            assert error == told(by_hydra, loader, words)[1]


def test_what_a_caller_does_to_a_config_stays_his(loader: ConfigLoaderImpl) -> None:
    composer, words = Composer(loader, "runner"), ["+experiment=digits", "seed=1"]
    for _ in range(3):
        config = composer.config(words)
        assert config.seed == 1
        config.seed = 99
        config.model.l2 = 99


def test_a_first_job_that_differs_hands_the_launch_to_hydra(
    loader: ConfigLoaderImpl, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoilt(config: DictConfig) -> trees.Tree:
        config.model.l2 = 77
        return trees.Tree(config)

    monkeypatch.setattr(trees, "tree_of", spoilt)
    composer, words = Composer(loader, "runner"), ["+experiment=digits", "seed=1"]
    assert composer.config(words).model.l2 != 77
    assert composer.fell_back == "['+experiment=digits', 'seed=1'] gave another 'model.l2' than in Hydra"
    assert composer.declared(words)[0]["model"]["l2"] != 77


def test_another_hydra_than_the_one_known_composes_by_itself(
    loader: ConfigLoaderImpl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "runner.declare.words", None)
    composer = Composer(loader, "runner")
    assert composer.fell_back is not None
    assert "this Hydra is another than the one known" in composer.fell_back
    assert composer.config(["+experiment=digits", "seed=8"]).seed == 8
    assert composer.declared(["+experiment=digits", "seed=8"])[0]["seed"] == 8


def test_numbers_are_read_as_hydras_grammar_reads_them(loader: ConfigLoaderImpl) -> None:
    rng, parser, vocabulary = random.Random(1), OverridesParser.create(), Vocabulary(loader, "runner", ())
    texts = ["0", "-0", "+7", "1e3", "1E+3", "-2.50e-07", "0.1", "1.", ".5", "007", "1_000", "00.5", "1e", "--1", "٣"]
    texts += [
        repr(rng.choice([rng.randint(-9, 9**9), rng.gauss(0, 1) * 10 ** rng.randint(-20, 20)])) for _ in range(40)
    ]
    for text in ["1", *texts]:
        theirs, error = told(parser.parse_override, f"model.l2={text}")
        job = vocabulary.job([f"model.l2={text}"])
        assert (job is None) == (error is not None), text
        if job is not None:
            assert (job.words[0].override, repr(job.words[0].override.value())) == (theirs, repr(theirs.value()))


def test_ten_thousand_jobs_take_seconds(loader: ConfigLoaderImpl) -> None:
    composer, start = Composer(loader, "runner"), time.process_time()
    for number in range(2_000):
        words = ["+experiment=docstrings", f"model.l2={number / 7}", f"transforms.tfidf.min_df={number % 9}"]
        composer.declared(words)
    assert (time.process_time() - start) / 2_000 < 1e-3  # 0.1 ms on a free machine
    assert composer.fell_back is None


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda config: config.own.update(size=4), "own.size"),
        (lambda config: OmegaConf.set_readonly(config.own, True), "own"),
        (lambda config: config.own.pop("size"), "own"),
        (lambda config: config.steps.append(3), "steps"),
        (lambda config: config.update(own=None), "own"),
        (lambda config: config.steps.__setitem__(0, 1.0), "steps.0"),
    ],
)
def test_two_configs_differ_where_a_node_differs(change: Callable[[Any], Any], place: str) -> None:
    one = OmegaConf.create({"own": {"size": 3}, "steps": [1, "${own.size}"], "nan": float("nan")})
    other = OmegaConf.create({"own": {"size": 3}, "steps": [1, "${own.size}"], "nan": float("nan")})
    assert difference(one, other) is None
    change(other)
    assert difference(one, other) == place
