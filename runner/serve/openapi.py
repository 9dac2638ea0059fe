"""The server described for programs: OpenAPI 3.1, with the inputs of the very model that answers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from runner.serve.tensors import BYTES, NUMBERS
from runner.ship.opened import Opened, outputs_of
from runner.ship.signature import MATRIX, Input, Signature

_JSON = "application/json"
_NUMBER: Mapping[str, Any] = MappingProxyType({"type": ["number", "null"]})


def document(served: Opened, version: str) -> dict[str, Any]:
    """Return the description. version: of runner."""
    model, of_version = f"/v2/models/{served.name}", f"/v2/models/{served.name}/versions/{served.version}"
    paths: dict[str, Any] = {
        "/v2": _get("Who answers"),
        "/v2/health/live": _get("Whether the server lives"),
        "/v2/health/ready": _get("Whether it takes requests", 503),
        "/invocations": _post("Predictions, asked as of MLflow's scoring server", "Invocation", "Predictions"),
        "/ping": _get("Whether it takes requests", 503),
        "/version": _get("The version of runner"),
        "/metrics": _get("Counts for Prometheus"),
    }
    for path in (model, of_version):
        paths[path] = _get("The model's inputs, outputs and classes")
        paths[f"{path}/ready"] = _get("Whether the model takes requests", 503)
        paths[f"{path}/infer"] = _post("Predictions (Open Inference Protocol, version 2)", "Inference", "Inferred")
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{served.name}, a model served by runner", "version": served.version},
        "paths": paths,
        "components": {
            "schemas": _schemas(served.signature),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _get(summary: str, *more: int) -> dict[str, Any]:
    answers = {str(code): {"description": "no"} for code in more}
    return {"get": {"summary": summary, "responses": {"200": {"description": "yes, or what was asked"}, **answers}}}


def _post(summary: str, asked: str, answered: str) -> dict[str, Any]:
    refused = {"400": "not understood", "413": "too large", "503": "busy; try again after Retry-After"}
    responses = {code: {"description": told, "content": _content("Error")} for code, told in refused.items()}
    answer = {"200": {"description": "the answer", "content": _content(answered)}}
    body = {"required": True, "content": _content(asked)}
    return {"post": {"summary": summary, "requestBody": body, "responses": {**answer, **responses}}}


def _content(schema: str) -> dict[str, Any]:
    return {_JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties}


def _schemas(signature: Signature) -> dict[str, Any]:
    row = _object([one.name for one in signature.inputs], **{one.name: _value(one) for one in signature.inputs})
    rows = {"type": "array", "items": row}
    names = [one.name for one in signature.inputs] + [MATRIX] * signature.takes_matrix
    tensor = {
        "datatype": {"enum": [*NUMBERS, BYTES]},
        "shape": {"type": "array", "items": {"type": "integer"}},
        "data": {"type": "array"},
        "parameters": {"type": "object"},
    }
    given = _object(["name", "datatype", "shape"], name={"enum": names}, **tensor)
    outputs = outputs_of(signature)
    asked = _object(["name"], name={"enum": list(outputs)}, parameters={"type": "object"})
    answered = _object(["name", "datatype", "shape"], name={"enum": list(outputs)}, **tensor)
    text, listed = {"type": "string"}, {"type": "array"}
    return {
        "Inference": _object(
            ["inputs"], id=text, inputs={**listed, "items": given}, outputs={**listed, "items": asked}
        ),
        "Inferred": _object(
            ["model_name", "outputs"],
            id=text,
            model_name=text,
            model_version=text,
            outputs={**listed, "items": answered},
        ),
        "Invocation": {
            "type": "object",
            "properties": {
                "dataframe_split": _object(["columns", "data"], columns=listed, data=listed),
                "dataframe_records": rows,
                "instances": {"anyOf": [rows, listed]},
                "inputs": {"anyOf": [{"type": "object"}, listed]},
                "params": _object([], predict_method={"enum": list(outputs)}),
            },
        },
        "Predictions": _object(["predictions"], predictions=listed),
        "Error": _object(["error"], error=text),
    }


def _value(one: Input) -> dict[str, Any]:
    if one.shape:
        return {"type": "array"}
    if one.datatype == BYTES:
        return {"type": ["string", "null"], **({"examples": list(one.values[:3])} if one.values else {})}
    return {"type": "boolean"} if one.datatype == "BOOL" else dict(_NUMBER)
