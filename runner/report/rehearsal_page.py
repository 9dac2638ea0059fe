"""What `runner check` shows: the data, and what would be trained on them."""

from __future__ import annotations

import json

from rich.console import Console
from rich.text import Text

from runner.execute.rehearsal import Rehearsal
from runner.record import strict_json
from runner.report.data_page import show_data
from runner.report.tables import heading, seconds


def show_rehearsal(rehearsal: Rehearsal, console: Console) -> None:
    """Print the data report of an experiment and what would follow."""
    show_data(json.loads(strict_json.dumps(rehearsal.report)), console)
    heading(console, "Ahead")
    times = f"{rehearsal.trainings} time{'s' * (rehearsal.trainings != 1)}"
    console.print(Text(f"{' → '.join(rehearsal.ahead)}, {times}"), soft_wrap=True)
    console.print(Text(f"scored by {', '.join(rehearsal.metrics) or 'no metric'}"), soft_wrap=True)
    console.print()
    for note in rehearsal.notes:
        console.print(Text(f"note: {note}"), soft_wrap=True)
    took = seconds(sum(stage.seconds for stage in rehearsal.stages))
    console.print(Text(f"{rehearsal.experiment}: nothing was trained · {took}"), soft_wrap=True)
