"""Many jobs composed as Hydra would, a hundred times faster, with Hydra as the judge.

A job's words either decide how its config is put together or set values in it. What the first kind gives is
composed once by Hydra and copied for each job; jobs that differ only in scalars even share their plain
declaration. Whatever is not plainly of that form, and every mistake, goes to Hydra itself, so its errors are
the errors; and the first job of a launch is composed both ways: any difference, and Hydra does all the rest.

    composer = Composer(ConfigLoaderImpl(hydra.config_loader.get_search_path()), "runner")
    plain, choices = composer.declared(["+experiment=digits", "model.l2=0.1"])
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from runner.declare.plain import choices, declared
from runner.declare.same_nodes import difference

if TYPE_CHECKING:
    from runner.declare.patching import Shape
    from runner.declare.trees import Tree
    from runner.declare.words import Job

#: A composed config takes about a megabyte, a plain declaration some kilobytes.
MANY_TREES, MANY_SHAPES = 64, 4_096

Key = TypeVar("Key")
Value = TypeVar("Value")


class Composer:
    """Composes the jobs of one launch.

    master: the config of the sweep that they are jobs of, as `load_sweep_config` takes it; None composes each
    job as a run of its own. fell_back: why Hydra composes all jobs of this launch by itself, if it does.
    """

    def __init__(self, loader: ConfigLoaderImpl, config_name: str | None, master: DictConfig | None = None) -> None:
        self.fell_back: str | None = None
        self._loader = loader
        self._config_name = config_name
        self._master = master
        self._trees: OrderedDict[Any, Tree | None] = OrderedDict()
        self._shapes: OrderedDict[Any, Shape | None] = OrderedDict()
        self._judged: set[str] = set()
        try:  # here, because these lean on what Hydra does not promise to keep
            from runner.declare.patching import shape_of
            from runner.declare.trees import tree_of
            from runner.declare.words import Vocabulary

            self._tree_of, self._shape_of = tree_of, shape_of
            searched = [] if master is None else list(master.hydra.overrides.hydra)
            self._vocabulary = Vocabulary(loader, config_name, searched)
        except (ImportError, AttributeError, TypeError, ValueError) as error:
            self.fell_back = f"this Hydra is another than the one known: {error!r}"
        if master is None and self._has_aliases():
            self.fell_back = "the primary config defines aliases"

    def config(self, words: Sequence[str]) -> DictConfig:
        """Return the composed config of a job. Raises what Hydra raises."""
        mine, failure = self._mine(words)
        if mine is not None and "config" in self._judged:
            return mine
        theirs = self._by_hydra(words)
        if failure is not None:
            self.fell_back = f"{list(words)!r} failed here, but not in Hydra: {failure!r}"
        elif mine is not None:
            self._judged.add("config")
            place = difference(mine, theirs)
            if place:
                self.fell_back = f"{list(words)!r} gave another {place!r} than in Hydra"
        return theirs

    def declared(self, words: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return a job's resolved declaration, and which option was chosen of each group. Raises what Hydra raises.

        Jobs share what is the same in them: the declaration is for reading.
        """
        job = self._job(words)
        shape = None if job is None else self._shapes.get(job.shape)
        if job is None or shape is None:
            return self._composed(words, job)
        try:
            plain = shape.patched(job.values)
        except OmegaConfBaseException:
            return self._composed(words, job)
        if "declared" not in self._judged:
            self._judged.add("declared")
            theirs = declared(self._by_hydra(words))
            if repr(plain) != repr(theirs):
                self.fell_back = f"{list(words)!r} was declared otherwise than by Hydra"
            return theirs, dict(shape.choices)
        return plain, dict(shape.choices)

    def _composed(self, words: Sequence[str], job: Job | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Declare a job by composing it, and learn its shape."""
        config = self.config(words)
        plain, chosen = declared(config), choices(config)
        if job is not None and job.shape not in self._shapes and self.fell_back is None:
            tree = self._tree(job)
            shape = None if tree is None else self._shape_of(job, tree.config, config, plain, chosen)
            _kept(self._shapes, job.shape, lambda: shape, MANY_SHAPES)
        return plain, dict(chosen)

    def _mine(self, words: Sequence[str]) -> tuple[DictConfig | None, Exception | None]:
        """Compose a job from its tree: the config, or what went wrong, or neither if it is not for us."""
        try:
            job = self._job(words)
            tree = None if job is None else self._tree(job)
            if job is None or tree is None:
                return None, None
            config = tree.filled(job)
            if self._master is not None:
                OmegaConf.copy_cache(from_config=self._master, to_config=config)
        except Exception as error:  # noqa: BLE001 - Hydra composes the job again, and says it in its own words
            return None, error
        return config, None

    def _job(self, words: Sequence[str]) -> Job | None:
        return None if self.fell_back is not None else self._vocabulary.job(words)

    def _tree(self, job: Job) -> Tree | None:
        return _kept(self._trees, job.base, lambda: self._tree_of(self._by_hydra(job.base)), MANY_TREES)

    def _by_hydra(self, words: Sequence[str]) -> DictConfig:
        if self._master is not None:
            return self._loader.load_sweep_config(self._master, list(words))
        return self._loader.load_configuration(self._config_name, list(words), run_mode=RunMode.RUN)

    def _has_aliases(self) -> bool:
        read = getattr(self._loader, "get_override_aliases", None)  # Hydra 1.4
        return bool(read and read(self._config_name).targets)


def _kept(cache: OrderedDict[Key, Value], key: Key, make: Callable[[], Value], many: int) -> Value:
    """Return what is kept under a key, made at first use; the longest unused is dropped."""
    if key not in cache:
        cache[key] = make()
    cache.move_to_end(key)
    while len(cache) > many:
        cache.popitem(last=False)
    return cache[key]
