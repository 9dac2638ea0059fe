"""Who may ask, how much, and what a request hears that is not answered."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from runner.serve.application import Application
from runner.serve.limits import Limits

from .conftest import ROWS, Asker, asker
from .test_protocol import inputs

ASKED: dict[str, Any] = {"inputs": inputs(ROWS)}


@pytest.mark.fault("F97")
def test_what_is_not_there_is_told_with_what_is(table: Asker) -> None:
    assert table.get("/v2/models/wether").error == "there is no model 'wether' here; this server has 'weather'"
    assert "no version '1' of 'weather'" in table.get("/v2/models/weather/versions/1/ready").error
    told = table.get("/v2/health/red")
    assert (told.status, "Did you mean" in told.error) == (404, True)
    assert table("POST", "/v2/models/other/infer", b"{}").status == 404


def test_the_other_method_is_refused_and_the_right_one_named(table: Asker) -> None:
    told = table.get("/v2/models/weather/infer")
    assert (told.status, told.headers["allow"]) == (405, "POST")
    told = table("POST", "/v2", b"")
    assert (told.status, told.headers["allow"]) == (405, "GET")


def test_a_token_is_needed_for_all_but_health_checks(table_run: Path) -> None:
    guarded = asker(table_run, token="s3cret-s3cret-s3cret")
    for path in ("/v2/health/live", "/v2/health/ready", "/ping"):
        assert guarded.get(path).status == 200
    for given in (
        {},
        {"authorization": "Bearer s3cret"},
        {"authorization": "Basic s3cret-s3cret-s3cret"},
        {"authorization": "Bärer"},
    ):
        told = guarded.infer(ASKED, **given)
        assert (told.status, told.headers["www-authenticate"]) == (401, "Bearer")
        assert guarded.get("/metrics", **given).status == 401
        assert guarded.get("/nothing", **given).status == 401
    assert guarded.infer(ASKED, authorization="Bearer s3cret-s3cret-s3cret").status == 200


@pytest.mark.fault("F97")
def test_more_rows_or_bytes_than_the_limit_are_refused(table_run: Path) -> None:
    small = asker(table_run, limits=Limits(rows=6, body=2000))
    told = small.infer(ASKED)
    assert (told.status, told.error) == (413, "7 rows in one request, at most 6 are answered; send them in several")
    assert small.invoke(ROWS.to_csv(index=False).encode(), "text/csv").status == 413
    assert small.invoke({"instances": ROWS.to_numpy().tolist()}).status == 413
    told = small.infer(b" " * 2001)
    assert (told.status, told.error) == (413, "the body has 2001 bytes, at most 2000 are read")
    told = small.infer(b" " * 17_000)
    assert (told.status, told.headers["connection"]) == (413, "close")
    assert small.infer(b"{}", expect="100-continue", content_length="3000").status == 413
    assert small.infer(ASKED, content_encoding="gzip").status == 415


@pytest.mark.fault("F97")
def test_a_body_that_does_not_come_is_not_waited_for(table_run: Path) -> None:
    hasty = asker(table_run, limits=Limits(seconds=0.05))

    async def never() -> Any:
        await asyncio.sleep(60)

    told = asyncio.run(hasty.told("POST", "/invocations", b"", never))
    assert (told.status, told.headers["connection"]) == (408, "close")


@pytest.mark.fault("F97")
def test_requests_beyond_the_limit_are_asked_to_come_again(table_run: Path) -> None:
    busy = asker(table_run, limits=Limits(at_once=2))
    body = json.dumps(ASKED).encode()

    async def many() -> list[Any]:
        return await asyncio.gather(*(busy.told("POST", "/v2/models/weather/infer", body) for _ in range(5)))

    told = asyncio.run(many())
    assert sorted(one.status for one in told) == [200, 200, 503, 503, 503]
    assert {one.headers.get("retry-after") for one in told} == {None, "1"}
    assert busy.infer(ASKED).status == 200


class Broken:
    """A model that fails, saying what it was asked with."""

    def predict(self, rows: Any) -> Any:
        raise RuntimeError(f"cannot do {rows.iloc[0, 0]}")


@pytest.mark.fault("F97")
def test_a_model_that_fails_tells_nothing_of_its_insides(table: Asker, capsys: pytest.CaptureFixture[str]) -> None:
    served = replace(table.application.served, model=Broken())
    broken = Asker(Application(served, Limits(), None, 0.0, "0.1.0"))
    told = broken.infer({"inputs": inputs(ROWS), "outputs": [{"name": "predict"}]})
    assert told.status == 500
    assert "the model failed on this request (error " in told.error
    noted = capsys.readouterr().err
    assert "RuntimeError in" in noted
    assert "predict" in noted
    assert ROWS["text"].iloc[0] not in told.error + noted
    assert "/" not in told.error


@pytest.mark.fault("F99")
def test_a_server_that_is_told_to_end_is_not_ready_and_still_answers(table_run: Path) -> None:
    ending = asker(table_run)
    ending.application.stopping = True
    for path in ("/v2/health/ready", "/v2/models/weather/ready", "/ping", "/health"):
        assert ending.get(path).status == 503
    assert ending.get("/v2/health/live").status == 200
    assert ending.infer(ASKED).status == 200


def test_counts_are_read_by_prometheus_and_hold_no_value_of_a_request(table_run: Path) -> None:
    counted = asker(table_run)
    counted.infer(ASKED)
    counted.infer(ASKED)
    counted.infer({})
    text = counted.get("/metrics").body.decode()
    samples = {
        (sample.name, sample.labels.get("code")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert samples["runner_requests_total", "200"] == 2
    assert samples["runner_requests_total", "400"] == 1
    assert samples["runner_rows_total", None] == 14
    assert samples["runner_in_flight", None] == 0
    assert samples["runner_request_seconds_count", None] == 3
    assert 'runner_model_info{engine="sklearn",model="weather"' in text
    assert not any(word in text for word in set(ROWS["text"]))


def test_the_description_names_every_path_and_input(table: Asker) -> None:
    record = table.get("/openapi.json").json
    assert record["openapi"] == "3.1.0"
    posted = [path for path, told in record["paths"].items() if "post" in told]
    assert posted == [
        "/invocations",
        "/v2/models/weather/infer",
        f"/v2/models/weather/versions/{record['info']['version']}/infer",
    ]
    for path, told in record["paths"].items():
        if "get" in told:
            assert table.get(path).status == 200
    schemas = record["components"]["schemas"]
    assert schemas["Inference"]["properties"]["inputs"]["items"]["properties"]["name"]["enum"] == [
        "text",
        "age",
        "rooms",
    ]
    assert schemas["Predictions"]["required"] == ["predictions"]


def test_nothing_is_interactive(table: Asker) -> None:
    assert table.get("/docs").status == table.get("/redoc").status == 404


def test_version_and_ping_are_texts(table: Asker) -> None:
    assert (table.get("/version").body, table.get("/ping").body) == (b"0.1.0", b"\n")


def test_answers_are_those_of_each_request_alone_however_many_come_at_once(table: Asker) -> None:
    alone = [table.infer({"inputs": inputs(ROWS.iloc[place : place + 1])}).json["outputs"] for place in range(7)]
    bodies = [json.dumps({"inputs": inputs(ROWS.iloc[place : place + 1])}).encode() for place in range(7)]

    async def together() -> list[Any]:
        return await asyncio.gather(*(table.told("POST", "/v2/models/weather/infer", body) for body in bodies))

    for told, expected in zip(asyncio.run(together()), alone, strict=True):
        labels, chances = told.json["outputs"]
        assert labels == expected[0]
        np.testing.assert_allclose(chances["data"], expected[1]["data"], atol=1e-12)
