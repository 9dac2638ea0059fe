import gzip
import hashlib
import os
import resource

import numpy as np
import pytest

from runner.contracts import SourceContext
from runner.data import Dataset
from runner.errors import ConfigError, ResourceError
from runner_builtin.sources.idx_source import IdxSource
from tests.servers.fault_server import FaultServer
from tests.servers.fetching import CSV, context_of, http

TABLE = "a,y\n1,0\n2,1\n"


class Place:
    """A reader that remembers where its file was."""

    def __init__(self, path, seen):
        self.path, self.seen = path, seen

    def load(self, context):
        self.seen.append(self.path)
        return Dataset.of(np.zeros(1), fingerprint="its own")


@pytest.fixture
def seen():
    return []


@pytest.fixture
def watched(tmp_path, seen):
    return SourceContext(tmp_path, 0, build=lambda declared: Place(declared["path"], seen))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/data/t.csv.gz?v=2", "t.csv.gz"),
        ("/", "data"),
        ("/a%20b/..%2Fx.csv", "x.csv"),
        ("/%C3%A9t%C3%A9.csv", "t_.csv"),
    ],
)
def test_the_file_keeps_the_ending_of_the_address_and_is_gone_afterwards(watched, seen, path, name):
    with FaultServer({path.partition("?")[0]: lambda exchange: exchange.answer(TABLE)}) as server:
        http(server.url(path)).load(watched)
    (found,) = seen
    assert os.path.isabs(found)
    assert os.path.basename(found) == name
    assert not os.path.exists(os.path.dirname(found))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"read": {**CSV, "path": "x.csv"}}, "read.path: this is what url gives"),
        ({"url": {}}, "url: there is no address"),
        ({"sha256": {"pth": "0" * 64}}, r"sha256\.pth: url has no 'pth'\. Did you mean 'path'\?"),
        ({"paging": {"by": "page"}}, "Say with items where they are"),
        ({"items": "", "sha256": "0" * 64}, "only a file has a published hash"),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path, options, told):
    with (
        FaultServer({"/t.csv": lambda exchange: exchange.answer(TABLE)}) as server,
        pytest.raises(ConfigError, match=told),
    ):
        http(**{"url": server.url("/t.csv"), **options}).load(context_of(tmp_path))


def test_a_reader_of_several_files_gets_one_from_each_address(tmp_path):
    images = bytes([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4])
    labels = gzip.compress(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 5]))
    acts = {
        "/train.idx": lambda exchange: exchange.answer(images),
        "/other/train.idx": lambda exchange: exchange.answer(labels),
    }
    context = SourceContext(tmp_path, 0, build=lambda told: IdxSource(images=told["images"], labels=told["labels"]))
    with FaultServer(acts) as server:
        urls = {"images": server.url("/train.idx"), "labels": server.url("/other/train.idx")}
        published = {"labels": hashlib.sha256(labels).hexdigest()}
        dataset = http(urls, {"use": "idx"}, sha256=published).load(context)
        assert dataset.target.tolist() == [7, 5]
        assert [note.partition(": ")[0] for note in dataset.notes] == list(urls.values())
        assert http(urls, {"use": "idx"}).fingerprint(context) == dataset.fingerprint
        turned = dict(zip(urls, reversed(urls.values()), strict=True))
        assert http(turned, {"use": "idx"}).fingerprint(context) != dataset.fingerprint


def test_a_full_disk_is_told(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with FaultServer({"/t.csv": lambda exchange: exchange.answer("a,y\n" + "1,0\n" * 100_000)}) as server:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
        try:
            with pytest.raises(ResourceError, match=r"cannot be kept in .*: File too large") as caught:
                http(server.url("/t.csv")).load(context_of(tmp_path, cache=True))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.exit_code == 5
    assert list((tmp_path / "cache" / "http").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(ResourceError, match=r"What is fetched cannot be kept in .*cache"):
        http("https://a.org/t.csv").load(context_of(tmp_path, cache=True))
