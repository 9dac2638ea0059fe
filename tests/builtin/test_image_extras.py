import importlib
import sys

import pytest

from runner.errors import PluginError


@pytest.mark.parametrize(
    ("module", "library", "told"),
    [
        ("sources.pictures", "PIL", "images need Pillow"),
        ("transforms.resizing", "PIL", "transform 'resize' needs Pillow"),
        ("transforms.hog", "skimage.feature", "transform 'hog' needs scikit-image"),
    ],
)
def test_a_missing_library_is_told_with_the_extra_that_brings_it(monkeypatch, module, library, told):
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, f"runner_builtin.{module}", raising=False)
    with pytest.raises(PluginError, match=rf"{told}.*pip install 'runner-ml\[images\]'"):
        importlib.import_module(f"runner_builtin.{module}")
