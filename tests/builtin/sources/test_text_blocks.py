import pytest

from runner.errors import ConfigError, DataError
from runner_builtin.sources.text_blocks import count_of, utf8_blocks


def recoded(content, encoding="utf-8", size=1):
    blocks = [content[start : start + size] for start in range(0, len(content), size)]
    return b"".join(utf8_blocks(blocks, encoding, "t.csv"))


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252", "ascii"])
def test_every_cut_gives_the_same_text(encoding, size):
    text = "plain text\n" * 3 if encoding == "ascii" else "größer\n“x”\n"
    assert recoded(text.encode(encoding), encoding, size).decode() == text


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.fault("F54")
def test_a_wrong_byte_is_located_however_the_text_is_cut(size):
    with pytest.raises(DataError, match=r"t\.csv, line 3: byte 0xE9 \(offset 8\) is not utf-8"):
        recoded(b"\xc3\xa4\na\nbcd\xe9\nx", size=size)


@pytest.mark.fault("F54")
def test_a_wrong_byte_of_another_encoding_is_located_too():
    with pytest.raises(DataError, match=r"line 2: byte 0x81 \(offset 3\) is not cp1252"):
        recoded(b"a\nb\x81", "cp1252")


@pytest.mark.fault("F54")
def test_half_a_character_at_the_end_is_an_error():
    with pytest.raises(DataError, match="byte 0xC3"):
        recoded("ü".encode()[:1])


@pytest.mark.fault("F55")
def test_nul_is_located():
    with pytest.raises(DataError, match="line 2: NUL character at offset 3"):
        recoded(b"a\nb\0\0")


@pytest.mark.parametrize("encoding", ["utf-9", "base64"])
def test_what_is_no_encoding_of_text_is_refused(encoding):
    with pytest.raises(ConfigError, match="is no encoding Python knows"):
        recoded(b"abc\n", encoding)


def test_nothing_gives_nothing():
    assert recoded(b"") == b""


def test_bytes_are_counted():
    assert count_of(b"a\nb\n\n", 10) == 3
