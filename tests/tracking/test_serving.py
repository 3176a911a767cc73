"""The real server on the champion: answers hold what was registered, and what cannot be answered is a clear 4xx."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lakehouse.forecasting.serving import listen
from lakehouse.forecasting.tracking import Outcome

ROOT = Path(__file__).parents[2]
COLUMNS = ["currency", "country", "category", "date", "mean", "low", "high", "model_version"]
Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def port(first: tuple[str, Outcome]) -> Iterator[int]:
    """`lakehouse forecast serve` in a process of its own."""
    command = [sys.executable, "-c", "from lakehouse.cli import main; main()", "forecast", "serve", "--port", "0"]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "spark")}
    with subprocess.Popen(
        [*command, "--store", first[0]], stdout=subprocess.PIPE, text=True, env=environment
    ) as server:
        try:
            assert server.stdout is not None
            told = server.stdout.readline()
            found = re.search(r"version 1 .* at http://127\.0\.0\.1:(\d+)/invocations", told)
            assert found, told
            yield int(found[1])
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.fixture
def ask(port: int) -> Iterator[Ask]:
    """Sends a body to /invocations; gives status and JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def send(body: str, content_type: str = "application/json") -> tuple[int, dict[str, Any]]:
        connection.request(
            "POST", "/invocations", body.encode(), {"Content-Type": content_type} if content_type else {}
        )
        answer = connection.getresponse()
        assert answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(answer.read())

    yield send
    connection.close()


def records(*rows: dict[str, Any]) -> str:
    """The body that asks for these rows."""
    return json.dumps({"dataframe_records": rows})


def series(horizon: Any = 7, **names: Any) -> dict[str, Any]:
    """A row that asks for a series."""
    return {"currency": "EUR", "country": "France", "category": "Books", "horizon": horizon, **names}


def test_answer_is_the_registered_forecast_with_its_version(ask: Ask, first: tuple[str, Outcome]) -> None:
    status, answer = ask(records(series(28)))
    rows = answer["predictions"]
    expected = first[1].forecast.query("country == 'France' and category == 'Books'")
    assert status == 200
    assert list(rows[0]) == COLUMNS
    assert [row["mean"] for row in rows] == pytest.approx(expected["mean"].tolist())
    assert [row["date"] for row in rows] == [f"{day:%Y-%m-%d}" for day in expected["date"]]
    assert {row["model_version"] for row in rows} == {1}


def test_without_category_or_country_the_sums_above_are_given(ask: Ask) -> None:
    status, answer = ask(
        records({"currency": "EUR", "country": "France", "horizon": 1}, {"currency": "EUR", "horizon": 2})
    )
    assert status == 200
    assert [(row["country"], row["category"]) for row in answer["predictions"]] == [
        ("France", "All"),
        ("All", "All"),
        ("All", "All"),
    ]


def test_csv_and_a_body_without_content_type_are_answered(ask: Ask) -> None:
    assert ask("currency,country,horizon\nEUR,Spain,2\n", "text/csv")[0] == 200
    assert ask(records(series()), "")[0] == 200


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (records(series(country="Atlantis")), r"Row 1: there is no forecast of EUR, Atlantis, Books"),
        (records(series(), series(currency="USD")), r"Row 2: there is no forecast of USD"),
        (records(series(0)), "horizon must be a whole number from 1 to 28, not 0"),
        (records(series(10_000)), "from 1 to 28, not 10000"),
        (records(series(-1)), "not -1"),
        (records(series(7.5)), r"not 7\.5"),
        (records(series(float("nan"))), "not nan"),
        (records(series(float("inf"))), "not inf"),
        (records(series(None)), "not nan"),
        (records(series("soon")), "horizon"),
        (records(series([7])), "horizon"),
        (records({"currency": "EUR"}), r"missing inputs \['horizon'\]"),
        (records({"horizon": 3}), r"missing inputs \['currency'\]"),
        (records(series(contry="France")), "No such column: contry; there are currency, country, category, horizon"),
        (records({"currency": "EUR", "category": "Books", "horizon": 1}), "names the category Books without a country"),
        (records(), "missing inputs"),
        (records(*[series()] * 5_001), "5,000 rows, not 5,001"),
        ('{"dataframe_records": 1}', "must be a list of records"),
        ('{"rows": []}', "exactly one of the input fields"),
        ('{"inputs": [1, 2]}', ""),
        ("[1]", "Received a list"),
        ("seven days, please", "valid JSON"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_sentence(ask: Ask, body: str, said: str) -> None:
    status, answer = ask(body)
    assert status == 400, answer
    assert set(answer) == {"error_code", "message"}
    assert re.search(said, answer["message"]), answer["message"]
    assert "\n" not in answer["message"]
    assert "Traceback" not in answer["message"]


def test_other_content_types_are_refused_as_json(ask: Ask) -> None:
    status, answer = ask("<horizon>7</horizon>", "text/xml")
    assert (status, "content types" in answer["message"]) == (415, True)


def test_server_goes_on_after_refusals(ask: Ask) -> None:
    assert ask(records(series("soon")))[0] == 400
    assert ask(records(series()))[0] == 200


def test_body_of_an_answer_does_not_wait_for_word_that_its_head_has_come() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
