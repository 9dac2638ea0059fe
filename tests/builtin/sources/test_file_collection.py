import io
import os
import tarfile
import zipfile

import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.sources import file_collection
from runner_builtin.sources.archives import Limits
from runner_builtin.sources.file_collection import collected
from runner_builtin.sources.file_selection import Selection

FILES = {"b/2.txt": b"two", "a/1.txt": b"one", "a/deep/3.txt": b"three", "c.txt": b"", "tüv.txt": b"x"}
TEXTS = Selection(lambda name: name.endswith(".txt"), "text")


def as_folder(place, files):
    for name, content in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def as_zip(place, files):
    with zipfile.ZipFile(place, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return place


def as_tar(place, files):
    with tarfile.open(place, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return place


FORMS = pytest.mark.parametrize("make", [as_folder, as_zip, as_tar])


def contents(place, selection=TEXTS):
    with collected(str(place), place.parent, selection, Limits()) as files:
        return {name: files.read(name) for name in files.names}


def opened(place, selection=TEXTS):
    with collected(str(place), place.parent, selection, Limits()) as files:
        return files


def refusal(place, selection=TEXTS):
    with pytest.raises(DataError) as caught:
        contents(place, selection)
    return str(caught.value)


@FORMS
def test_files_are_given_in_the_order_of_their_names(tmp_path, make):
    found = contents(make(tmp_path / "data", FILES))
    assert list(found) == sorted(FILES)
    assert found == FILES


def test_a_folder_and_its_archives_have_one_fingerprint(tmp_path):
    backwards = dict(reversed(FILES.items()))
    made = [(as_folder, FILES), (as_zip, FILES), (as_tar, backwards)]
    places = [make(tmp_path / str(number), files) for number, (make, files) in enumerate(made)]
    assert len({opened(place).fingerprint for place in places}) == 1


@pytest.mark.parametrize(
    "other",
    [
        {**FILES, "new.txt": b""},
        {**FILES, "c.txt": b"changed"},
        {**{name: content for name, content in FILES.items() if name != "c.txt"}, "d.txt": b""},
        {**FILES, "a/1.txt": b"two", "b/2.txt": b"one"},
    ],
)
def test_another_name_or_byte_makes_another_fingerprint(tmp_path, other):
    first, second = as_zip(tmp_path / "first", FILES), as_zip(tmp_path / "second", other)
    assert opened(first).fingerprint != opened(second).fingerprint


@FORMS
def test_what_is_not_wanted_is_left_out_and_told(tmp_path, make):
    more = {"README": b"", ".hidden.txt": b"", "__MACOSX/a/._1.txt": b""}
    files = opened(make(tmp_path / "data", {**FILES, **more}))
    assert files.names == tuple(sorted(FILES))
    (note,) = files.notes()
    assert note.startswith("3 files of ")
    assert "'.hidden.txt', 'README', '__MACOSX/" in note
    assert opened(make(tmp_path / "other", FILES)).notes() == ()


@FORMS
def test_a_subfolder_can_be_asked_for(tmp_path, make):
    place = make(tmp_path / "data", FILES)
    only = Selection(TEXTS.matches, "text", only="./a/")
    assert contents(place, only) == {"1.txt": b"one", "deep/3.txt": b"three"}
    assert opened(place, only).notes() == ()
    assert opened(place, only).where("1.txt") == f"{place}/a/1.txt"


@FORMS
def test_a_collection_without_wanted_files_is_refused(tmp_path, make):
    place = make(tmp_path / "data", {"a.csv": b"", "b.csv": b""})
    assert "has no text; it holds 2 others: 'a.csv', 'b.csv'" in refusal(place)
    text = refusal(place, Selection(TEXTS.matches, "text", only="train"))
    assert "has no folder 'train'" in text or "train has no text; it holds no files at all" in text


def test_a_wrong_path_is_told_with_the_nearest(tmp_path):
    as_zip(tmp_path / "pictures.zip", FILES)
    assert "Did you mean 'pictures.zip'?" in refusal(tmp_path / "picture.zip")
    assert "Nothing is offered" in refusal(tmp_path / "nowhere" / "picture.zip")


@pytest.mark.fault("F65")
def test_links_inside_a_folder_are_refused_where_they_would_be_read(tmp_path):
    secret = as_folder(tmp_path / "secret", {"key.txt": b"key"})
    place = as_folder(tmp_path / "data", FILES)
    (place / "link").symlink_to(secret / "key.txt")
    assert "link" not in contents(place)
    (place / "link.txt").symlink_to(secret / "key.txt")
    assert f"link.txt is a symbolic link to '{secret}/key.txt'" in refusal(place)
    (place / "link.txt").unlink()
    (place / "more").symlink_to(secret)
    assert f"more is a symbolic link to '{secret}'" in refusal(place)


@pytest.mark.fault("F65")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_a_folder_is_refused_instead_of_waited_for(tmp_path):
    place = as_folder(tmp_path / "data", FILES)
    os.mkfifo(place / "pipe.txt")
    assert "pipe.txt is a pipe, a socket or a device" in refusal(place)


@pytest.mark.fault("F65")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_as_path_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "neither a file nor a folder" in refusal(tmp_path / "pipe")


@pytest.mark.fault("F66")
def test_a_file_that_changes_or_vanishes_meanwhile_is_an_error(tmp_path):
    place = as_folder(tmp_path / "data", FILES)
    with collected(str(place), tmp_path, TEXTS, Limits()) as files:
        (place / "c.txt").write_bytes(b"grown")
        (place / "tüv.txt").unlink()
        with pytest.raises(DataError, match=r"c\.txt changed while it was read"):
            files.read("c.txt")
        with pytest.raises(DataError, match=r"tüv\.txt cannot be read: No such file"):
            files.read("tüv.txt")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_says_why(tmp_path):
    place = as_folder(tmp_path / "data", FILES)
    (place / "a").chmod(0)
    assert "Permission denied" in refusal(place)


def test_large_archives_leave_memory_for_a_file_without_a_name(tmp_path, monkeypatch):
    monkeypatch.setattr(file_collection, "_IN_MEMORY", 4)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    assert contents(as_tar(tmp_path / "data", FILES)) == FILES
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.fault("F65")
def test_a_path_that_leads_out_through_a_link_is_told(tmp_path):
    inside = as_folder(tmp_path / "run" / "own", FILES).parent
    outside = as_folder(tmp_path / "elsewhere", FILES)
    (inside / "link").symlink_to(outside)
    (note,) = opened(inside / "link").notes()
    assert f"leads through a symbolic link to {outside}" in note
    assert opened(inside / "own").notes() == ()


def test_a_subfolder_cannot_lead_out(tmp_path):
    with pytest.raises(ConfigError, match=r"only: '\.\./x' leads out of the path"):
        contents(as_folder(tmp_path / "data", FILES), Selection(TEXTS.matches, "text", only="../x"))


@pytest.mark.parametrize("make", [as_folder, as_tar])
def test_names_that_are_no_utf_8_are_refused(tmp_path, make):
    place = make(tmp_path / "data", {**FILES, os.fsdecode(b"caf\xe9.txt"): b""})
    assert r"names of files are not UTF-8: 'caf\udce9.txt'" in refusal(place)


@FORMS
def test_names_are_in_one_order_whatever_the_locale(tmp_path, make):
    names = {"Z.txt": b"", "a.txt": b"", "ä.txt": b"", "10.txt": b"", "9.txt": b""}
    assert list(contents(make(tmp_path / "data", names))) == ["10.txt", "9.txt", "Z.txt", "a.txt", "ä.txt"]
