import pytest

from runner.testing import checks, make_catalogue


@pytest.fixture
def broken():
    """Give a function that checks one component, and returns the messages of the failed checks by what they check."""

    def failures(kind, component, **settings):
        catalogue = make_catalogue({kind: {"broken": component}})
        found = {}
        for check in checks("local", options={f"{kind}.broken": settings}, catalogue=catalogue):
            try:
                check()
            except AssertionError as error:
                found[check.what] = str(error)
        assert all(told.startswith(f"{kind} 'broken' of local 0: ") for told in found.values())
        return found

    return failures
