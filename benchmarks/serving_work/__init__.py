"""What the serving figure is measured on: a store with a champion, and a server that only answers."""

from __future__ import annotations

from typing import Any

from benchmarks.generated_sales import COUNTRIES, generated_sales
from lakehouse.forecasting.forecaster import Settings
from lakehouse.forecasting.serving import listen
from lakehouse.forecasting.tracking import Origin, train_and_register

SEED = 1


def train(store: str, countries: int) -> None:
    """Register a forecast of fifty series a country, by the quickest model: serving does not see which it was."""
    daily = generated_sales(SEED, countries=COUNTRIES[:countries]).daily
    outcome = train_and_register(daily, Settings(models=("theta",), windows=1), Origin("bench", "", "", 0), store)
    if not outcome.promoted:
        raise SystemExit(outcome.why)


def answer_bare() -> None:
    """FastAPI answering a request of JSON with as many rows as the forecast has, which are always the same."""
    import uvicorn
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

    app = FastAPI()
    texts = {"currency": "EUR", "country": "Germany", "category": "Category 01", "date": "2025-01-01"}
    rows = [{**texts, "mean": 123.4567, "low": 23.4567, "high": 223.4567, "model_version": 1}] * Settings().horizon

    async def answer(request: Request) -> Any:
        await request.json()
        return JSONResponse({"predictions": rows})

    # Annotations are texts here, in which FastAPI would look for a Request that is imported within.
    answer.__annotations__ = {"request": Request}
    app.post("/invocations", response_model=None)(answer)
    with listen("127.0.0.1", 0) as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}/invocations", flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])
