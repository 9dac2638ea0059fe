import bz2
import gzip
import io
import lzma
import os
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest

from runner.errors import DataError
from runner_builtin.sources.archives import Limits, members, opened

CONTENT = b"a,b\n1,2\n" * 1000
COMPRESS = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
#: How much the bombs unpack to.
BOMB = 10**10


@pytest.fixture
def written(tmp_path):
    """Write bytes to a file called `data`, whose name tells nothing."""

    def written(content):
        path = tmp_path / "data"
        path.write_bytes(content)
        return path

    return written


def zipped(*files, method=zipfile.ZIP_DEFLATED):
    """Pack (name or ZipInfo, content) pairs."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(*files, mode="w", format=tarfile.PAX_FORMAT):
    """Pack (name or TarInfo, content) pairs."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=format) as archive:
        for name, content in files:
            info = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def unpacked(path, limits=Limits()):  # noqa: B008 - frozen
    with opened(path, limits) as file:
        return file.read()


def listed(path, limits=Limits()):  # noqa: B008 - frozen
    return {member.name: member.read() for member in members(path, limits)}


def refusal(use, path, limits=Limits()):  # noqa: B008 - frozen
    with pytest.raises(DataError) as caught:
        use(path, limits)
    assert str(path) in str(caught.value)
    return str(caught.value)


# --- one file ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", COMPRESS)
def test_a_compressed_file_is_opened_by_its_first_bytes_whatever_its_name(written, codec):
    assert unpacked(written(COMPRESS[codec](CONTENT))) == CONTENT


@pytest.mark.parametrize("content", [CONTENT, b"", b"P", b"\x1f"])
def test_any_other_file_is_opened_as_it_is(written, content):
    assert unpacked(written(content)) == content


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_of_one_file_is_that_file(written, method):
    assert unpacked(written(zipped(("folder/", b""), ("folder/t.csv", CONTENT), method=method))) == CONTENT


@pytest.mark.parametrize("pack", [*COMPRESS.values(), lambda content: zipped(("t", content))])
def test_it_can_be_read_piece_by_piece_as_text(written, pack):
    with opened(written(pack(CONTENT))) as file, io.TextIOWrapper(file) as text:
        assert sum(1 for _ in text) == 2000


def test_an_empty_file_unpacks_to_nothing(written):
    assert unpacked(written(gzip.compress(b"", mtime=0))) == b""
    assert unpacked(written(zipped(("t", b"")))) == b""


@pytest.mark.parametrize("codec", COMPRESS)
def test_streams_behind_each_other_are_one_and_zeros_are_padding(written, codec):
    parts = [COMPRESS[codec](CONTENT), COMPRESS[codec](b"end"), bytes(200_000)]
    assert unpacked(written(b"".join(parts))) == CONTENT + b"end"


@pytest.mark.parametrize("codec", COMPRESS)
def test_anything_else_behind_the_data_is_refused(written, codec):
    assert "are damaged" in refusal(unpacked, written(COMPRESS[codec](CONTENT) + b"something else"))


@pytest.mark.fault("F62")
@pytest.mark.parametrize("codec", COMPRESS)
def test_a_truncated_file_is_refused_wherever_it_ends(written, codec):
    whole = COMPRESS[codec](os.urandom(30_000))
    for length in (12, len(whole) // 2, len(whole) - 1):
        text = refusal(unpacked, written(whole[:length]))
        assert "the file ends in the middle of the data: it is truncated" in text
        assert f"from the first {length:,} of {length:,}" in text


@pytest.mark.fault("F62")
@pytest.mark.parametrize("codec", COMPRESS)
def test_a_flipped_byte_is_refused(written, codec):
    whole = bytearray(COMPRESS[codec](os.urandom(30_000)))
    whole[15_000] ^= 0xFF
    assert "the data are damaged" in refusal(unpacked, written(whole))


@pytest.mark.fault("F62")
def test_a_wrong_checksum_is_refused(written):
    whole = bytearray(gzip.compress(CONTENT))
    whole[-8] ^= 1
    assert "incorrect data check" in refusal(unpacked, written(whole))


@pytest.mark.fault("F62")
@pytest.mark.parametrize("names", [[], ["a.csv", "b.csv"], [f"{n}.csv" for n in range(9)]])
def test_a_zip_of_several_files_is_not_one_file(written, names):
    text = refusal(unpacked, written(zipped(*((name, b"x") for name in names))))
    assert (f"{len(names)} files ('{names[0]}', " if names else "no file") in text
    assert "an archive must hold exactly one" in text
    assert ("…" in text) == (len(names) > 5)


@pytest.mark.parametrize("use", [unpacked, listed])
def test_what_is_no_file_is_refused(tmp_path, use):
    assert "is a folder" in refusal(use, tmp_path)
    assert "is not there" in refusal(use, tmp_path / "nothing")


@pytest.mark.fault("F65")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "neither a file nor a folder" in refusal(unpacked, tmp_path / "pipe")


def test_closing_closes_the_file(written):
    for content in (gzip.compress(CONTENT), zipped(("t", CONTENT))):
        file = opened(written(content))
        file.read(10)
        file.close()
        with pytest.raises(ValueError, match="closed"):
            file.read(1)


# --- members -----------------------------------------------------------------------------------------------

FILES = {"b/2.txt": b"two", "a.txt": b"one" * 5000, "empty": b"", "tüv.txt": b"x"}


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_the_files_of_a_tar_are_given_in_its_order(written, mode, format):
    path = written(tarred(*FILES.items(), mode=mode, format=format))
    assert listed(path) == FILES
    assert [member.name for member in members(path)] == list(FILES)
    assert [member.size for member in members(path)] == [3, 15000, 0, 1]


def test_the_files_of_a_zip_are_given_in_its_order(written):
    path = written(zipped(*FILES.items()))
    assert listed(path) == FILES
    assert [(member.name, member.size) for member in members(path)] == [(n, len(c)) for n, c in FILES.items()]


def test_members_need_not_be_read(written):
    for content in (tarred(*FILES.items(), mode="w:gz"), zipped(*FILES.items())):
        assert [member.read() for member in members(written(content)) if member.name == "tüv.txt"] == [b"x"]


def test_folders_are_passed_over_and_needless_dots_left_out(written):
    folder = tarfile.TarInfo("./pictures/")
    folder.type = tarfile.DIRTYPE
    assert list(listed(written(tarred((folder, b""), ("./pictures//a.png", b"x"))))) == ["pictures/a.png"]
    assert list(listed(written(zipped(("pictures/", b""), ("./pictures//a.png", b"x"))))) == ["pictures/a.png"]


@pytest.mark.fault("F62")
@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/passwd", "..", "a\\..\\x", "C:/x", "c:x"])
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_lead_out_of_a_folder_are_refused(written, name, pack):
    info = zipfile.ZipInfo("placeholder") if pack is zipped else tarfile.TarInfo(name)
    if pack is zipped:
        info.filename = info.orig_filename = name
    text = refusal(listed, written(pack(("first.txt", b"1"), (info, b"boo"))))
    assert f"{name!r}, whose name leads out" in text


@pytest.mark.fault("F62")
def test_a_name_cut_by_a_nul_is_refused(written):
    content = zipped(("good.txt#../x", b"1")).replace(b"#", b"\0")
    assert "leads out" in refusal(listed, written(content))


@pytest.mark.fault("F62")
@pytest.mark.parametrize(
    ("type_", "told"),
    [
        (tarfile.SYMTYPE, "a symbolic link to '/etc/passwd'"),
        (tarfile.LNKTYPE, "a hard link to '/etc/passwd'"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a pipe"),
        (tarfile.GNUTYPE_SPARSE, "a sparse file"),
        (tarfile.CONTTYPE, None),
    ],
)
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_only_plain_files_of_a_tar_are_read(written, type_, told, mode):
    info = tarfile.TarInfo("link")
    info.type = type_
    if type_ in (tarfile.SYMTYPE, tarfile.LNKTYPE):
        info.linkname = "/etc/passwd"
    path = written(tarred(("first.txt", b"1"), (info, b""), mode=mode))
    if told is None:
        assert listed(path) == {"first.txt": b"1", "link": b""}
    else:
        assert f"member 'link' is {told}" in refusal(listed, path)


@pytest.mark.fault("F62")
@pytest.mark.parametrize(
    ("kind", "told"), [(0o120000, "a symbolic link"), (0o020000, "a device"), (0o010000, "pipe")]
)
def test_only_plain_files_of_a_zip_are_read(written, kind, told):
    info = zipfile.ZipInfo("link")
    info.external_attr = (kind | 0o777) << 16
    assert told in refusal(listed, written(zipped((info, b"/etc/passwd"))))


def test_unix_permissions_in_a_zip_are_no_obstacle(written):
    info = zipfile.ZipInfo("a.txt")
    info.external_attr = 0o100644 << 16
    assert listed(written(zipped((info, b"x")))) == {"a.txt": b"x"}


@pytest.mark.fault("F62")
@pytest.mark.parametrize("use", [listed, unpacked])
def test_an_encrypted_member_is_refused(written, use):
    content = bytearray(zipped(("secret.txt", b"x")))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert "member 'secret.txt' is encrypted" in refusal(use, written(content))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_rare_ways_of_packing_are_refused(written, method):
    text = refusal(listed, written(zipped(("a.txt", b"x"), method=method)))
    assert f"'a.txt' is compressed by zip's method {method}; pack it anew" in text


@pytest.mark.fault("F62")
@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("again", ["a.txt", "./a.txt"])
def test_a_name_given_twice_is_refused(written, pack, again):
    assert "two members 'a.txt'" in refusal(listed, written(pack(("a.txt", b"1"), (again, b"2"))))


@pytest.mark.parametrize("name", [".", "./"])
def test_a_file_without_a_name_is_refused(written, name):
    info = zipfile.ZipInfo("x")
    info.filename = "."
    assert "without a name" in refusal(listed, written(zipped((info, b"1"))))
    assert "without a name" in refusal(listed, written(tarred((tarfile.TarInfo(name), b"1"))))


@pytest.mark.fault("F62")
def test_a_zip_member_of_another_size_than_told_is_refused(written):
    content = zipped(("a.txt", b"four"))
    for told in (0, 3, 5):
        path = written(content.replace(struct.pack("<L", 4) + struct.pack("<H", 5), struct.pack("<LH", told, 5)))
        for use in (listed, unpacked):
            assert "member 'a.txt', is damaged" in refusal(use, path)


@pytest.mark.fault("F62")
def test_a_wrong_checksum_in_a_zip_names_the_member(written):
    content = zipped(("good.txt", b"good"), ("bad.txt", b"before"), method=zipfile.ZIP_STORED)
    path = written(content.replace(b"before", b"behind"))
    assert "member 'bad.txt', is damaged" in refusal(listed, path)
    only = written(zipped(("bad.txt", b"before"), method=zipfile.ZIP_STORED).replace(b"before", b"behind"))
    assert "Bad CRC-32 for file 'bad.txt'" in refusal(unpacked, only)


@pytest.mark.fault("F62")
def test_a_truncated_zip_is_refused(written):
    content = zipped(*FILES.items())
    for length in (10, len(content) // 2, len(content) - 5):
        assert "is damaged or truncated" in refusal(listed, written(content[:length]))


@pytest.mark.fault("F62")
@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_truncated_tar_is_refused_wherever_it_ends(written, mode):
    files = [(f"{n}.txt", os.urandom(700)) for n in range(6)]
    content = tarred(*files, mode=mode)
    used = 6 * (512 + 1024) if mode == "w" else len(content)
    for length in (100, 512, 1536, 1536 + 512, 2000, used - 1100, used - 5):
        text = refusal(listed, written(content[:length]))
        assert "truncated" in text or "damaged" in text, length
    if mode == "w":
        assert "truncated" in refusal(listed, written(content[:used])), "without its end mark"


@pytest.mark.fault("F62")
def test_a_damaged_header_is_not_taken_for_the_end(written):
    content = bytearray(tarred(("a.txt", b"1"), ("b.txt", b"2")))
    content[1024] ^= 0xFF
    assert "at byte 1,024: bad checksum" in refusal(listed, written(content))


@pytest.mark.fault("F62")
def test_the_checksum_of_a_compressed_tar_is_compared(written):
    content = bytearray(tarred(*FILES.items(), mode="w:gz"))
    content[-8] ^= 1
    assert "incorrect data check" in refusal(listed, written(content))


def test_two_tars_behind_each_other_are_refused(written):
    assert "goes on after the end mark" in refusal(listed, written(tarred(("a", b"1")) + tarred(("b", b"2"))))


@pytest.mark.parametrize("content", [b"", b"plain text", b"x" * 2000, gzip.compress(b"plain text" * 100, mtime=0)])
def test_what_is_no_archive_is_refused(written, content):
    assert "cannot be read as a tar archive" in refusal(listed, written(content))


def test_an_archive_may_hold_nothing(written):
    assert listed(written(tarred())) == listed(written(zipped())) == {}


# --- limits ------------------------------------------------------------------------------------------------


def test_more_bytes_than_allowed_are_refused(written):
    limits = Limits(max_bytes=7999)
    for content in (gzip.compress(CONTENT), zipped(("t", CONTENT))):
        assert "unpacks to more than 7,999 bytes" in refusal(unpacked, written(content), limits)
    for pack in (zipped, tarred):
        path = written(pack(("1", CONTENT[:4000]), ("2", CONTENT[4000:])))
        assert "unpacks to more than 7,999 bytes" in refusal(listed, path, limits)
        assert len(listed(path, Limits(max_bytes=8000))) == 2


def test_more_members_than_allowed_are_refused(written):
    for pack in (zipped, tarred):
        path = written(pack(("1", b""), ("2", b"")))
        assert "has 2 members or more; at most 1 are read" in refusal(listed, path, Limits(max_members=1))
        assert len(listed(path, Limits(max_members=2))) == 2


@pytest.mark.parametrize("pack", [*COMPRESS.values(), lambda content: zipped(("t", content))])
def test_up_to_16_mib_may_shrink_as_they_will(written, pack):
    assert len(unpacked(written(pack(bytes(16 * 1024**2))))) == 16 * 1024**2


def deflated_zeros(size):
    """Compress zeros at a ratio of about 1,029: one block that knows nothing of those before, again and again."""
    block, packer = 10**7, zlib.compressobj(9, wbits=-15)
    packed = packer.compress(bytes(block)) + packer.flush(zlib.Z_FULL_FLUSH)
    return packed * (size // block) + packer.flush()


def zeros_as_gzip(size):
    header = gzip.compress(b"", mtime=0)[:10]
    return header + deflated_zeros(size) + bytes(8)


def zeros_as_bzip2(size):
    stream = bz2.compress(bytes(100_000_000))
    return stream * (size // 100_000_000)


def zeros_as_xz(size):
    stream = lzma.compress(bytes(100_000_000), preset=1)
    return stream * (size // 100_000_000)


def zeros_as_tar_gz(size):
    info = tarfile.TarInfo("zeros")
    info.size = size
    return gzip.compress(info.tobuf()) + zeros_as_gzip(size)


def zeros_as_zip(size, told=None, copies=1):
    """Write a zip by hand. told: the unpacked size to claim; copies: members that share the packed bytes."""
    data = deflated_zeros(size // copies)
    told = min(size // copies if told is None else told, 0xFFFFFFFE)
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 33, 0, len(data), told, 1, 0) + b"z"
    central = b"".join(
        struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, 0, len(data), told, 1, 0, 0, 0, 0, 0, 0)
        + bytes([97 + copy if copies > 1 else 122])
        for copy in range(copies)
    )
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, copies, copies, len(central), len(local) + len(data), 0)
    return local + data + central + end


BOMBS = {
    "gzip": zeros_as_gzip,
    "bzip2": zeros_as_bzip2,
    "xz": zeros_as_xz,
    "tar.gz": zeros_as_tar_gz,
    "zip": zeros_as_zip,
    "zip that claims 1,000 bytes": lambda size: zeros_as_zip(size, told=1000),
    "zip of members that overlap": lambda size: zeros_as_zip(size, copies=20),
}

READ_AND_MEASURE = """
import re, sys, time
from pathlib import Path
from runner.errors import DataError
from runner_builtin.sources.archives import members, opened
path, started = Path(sys.argv[1]), time.process_time()
for read in (lambda: opened(path).read(), lambda: [member.read() for member in members(path)]):
    try:
        read()
    except DataError as error:
        print(error)
    else:
        raise SystemExit("nothing was refused")
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(time.process_time() - started, int(peak[1]) // 1024)
"""


@pytest.mark.fault("F63")
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to see the peak of memory")
@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_stopped_in_two_seconds_and_200_mb(written, kind):
    path = written(BOMBS[kind](BOMB))
    assert path.stat().st_size < BOMB / 1000
    done = subprocess.run(
        [sys.executable, "-c", READ_AND_MEASURE, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    *told, measured = done.stdout.splitlines()
    seconds, megabytes = map(float, measured.split())
    assert len(told) == 2
    for refused in told:
        assert any(reason in refused for reason in ("times as many", "more than 2,147,483,648 bytes", "damaged"))
    assert seconds < 2
    assert megabytes < 200


@pytest.mark.fault("F63")
def test_a_header_that_asks_for_memory_is_refused(written):
    packed = lzma.compress(CONTENT, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1024**3}])
    assert "emory usage limit" in refusal(unpacked, written(packed))


def test_nothing_is_written_beside_the_archive(written):
    path = written(zipped(*FILES.items()))
    listed(path)
    assert [entry.name for entry in Path(path).parent.iterdir()] == ["data"]


def damaged(content, rng):
    """Change, remove or insert a few bytes."""
    content = bytearray(content)
    for _ in range(rng.integers(1, 5)):
        at = int(rng.integers(len(content)))
        kind = rng.random()
        if kind < 0.6:
            content[at] = rng.integers(256)
        elif kind < 0.8:
            del content[at : at + int(rng.integers(1, 600))]
        else:
            content[at:at] = rng.bytes(10)
        content = content or bytearray(b"x")
    return bytes(content)


ARCHIVES = {
    "zip": zipped(*FILES.items()),
    "tar": tarred(*FILES.items()),
    "old tar": tarred(*FILES.items(), format=tarfile.GNU_FORMAT),
    "tar.gz": tarred(*FILES.items(), mode="w:gz"),
    "tar.bz2": tarred(*FILES.items(), mode="w:bz2"),
    "tar.xz": tarred(*FILES.items(), mode="w:xz"),
}


@pytest.mark.fault("F62")
@pytest.mark.parametrize("kind", ARCHIVES)
def test_damage_of_any_kind_is_a_data_error_or_does_no_harm(written, kind):
    rng = np.random.default_rng(0)
    told = []
    for _ in range(int(os.environ.get("RUNNER_FUZZ", 60))):
        path = written(damaged(ARCHIVES[kind], rng))
        for use in (listed, unpacked):
            try:
                use(path)
            except DataError as error:
                told.append(str(error))
    assert len(told) > 20
    assert all(str(path) in text for text in told)
