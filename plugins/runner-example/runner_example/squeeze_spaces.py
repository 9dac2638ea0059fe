"""Tidy the white space of texts."""

from dataclasses import dataclass
from typing import Any

from runner.data import Dataset
from runner.errors import DataError, did_you_mean


@dataclass(frozen=True, kw_only=True)
class SqueezeSpaces:
    """Turn every run of white space in texts into one space, and remove it at both ends.

    columns: of a table; None means every column of texts. Missing texts stay missing. Raises DataError where
    there is no such column, and where there are no texts.
    """

    columns: list[str] | None = None

    keeps_rows = True

    def clean(self, dataset: Dataset) -> Dataset:
        """Return the rows with tidy texts."""
        if not hasattr(dataset.features, "columns"):
            raise DataError("cleaner 'squeeze_spaces' works on tables; put it before the step that makes an array.")
        names = self._text_columns(dataset.features)
        tidy = {name: dataset.features[name].map(_squeezed) for name in names}
        return dataset.with_features(dataset.features.assign(**tidy))

    def _text_columns(self, table: Any) -> list[str]:
        texts = [name for name in table.columns if table[name].dtype.kind == "O"]
        for name in self.columns or ():
            if name not in texts:
                raise DataError(f"cleaner 'squeeze_spaces': no column of texts {name!r}. {did_you_mean(name, texts)}")
        if not texts:
            raise DataError("cleaner 'squeeze_spaces': the table has no column of texts. Leave this step out.")
        return texts if self.columns is None else self.columns


def _squeezed(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value
