from runner.doctor.finding import examined, well
from runner.errors import PluginError


def failing(error):
    yield well("seen so far")
    raise error


def test_a_look_that_fails_is_a_finding_beside_what_it_found():
    for error, code, text in [
        (PluginError("it is broken"), 4, "it is broken"),
        (OSError(28, "No space left on device", "/full"), 5, "/full: No space left on device"),
        (KeyError("x"), 0, "this could not be seen: KeyError: 'x'"),
    ]:
        first, second = examined(lambda error=error: failing(error))
        assert first.state == "ok"
        assert (int(second.code), second.what, second.mend) == (code, text, "")


def test_a_command_that_an_error_advises_is_what_mends_it():
    error = PluginError(
        "images need Pillow, which is not installed: pip install 'runner-ml[images]'; or leave them out"
    )
    _, found = examined(lambda: failing(error))
    assert found.mend == "pip install 'runner-ml[images]'"
