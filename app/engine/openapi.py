"""How a move is told to programs: its body and its answers, as OpenAPI has them."""

from __future__ import annotations

import json
from typing import Any

from app.engine import write
from app.engine.fields import Field
from app.engine.schema import asked

TYPES = {"row": "integer", "file": "integer", "number": "integer", "decimal": "number", "flag": "boolean"}
FORMATS = {"moment": "date-time", "day": "date", "hour": "time"}
"""What JSON Schema calls the kinds of a field; any other is a string."""


def described_move(transition: Any) -> str:
    """The operation as JSON, which is YAML too, whatever is in the words."""
    fields = asked(transition)
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {field.name: _type_of(field) for field in fields}
        | {
            "note": {"type": "string", "maxLength": write.NOTE},
            "place": {"type": "string", "maxLength": write.PLACE},
            "version": {"type": "integer"},
        },
    }
    if needed := [field.name for field in fields if field.required]:
        schema["required"] = needed
    told = {
        "summary": transition.label,
        "requestBody": {"content": {"application/json": {"schema": schema}}, "required": bool(needed)},
        "responses": {
            "200": {
                "description": "The row after the move" + ("; told: what is shown once" if transition.tells else "")
            },
            "409": {"description": "The state moved on, or the version is stale"},
        }
        | {status: {"$ref": f"#/components/responses/{status}"} for status in ("401", "403", "404", "422")},
    }
    return f"{transition.label}.\n\n---\n{json.dumps({'post': told})}"


def _type_of(field: Field) -> dict[str, Any]:
    """How JSON Schema says what a field takes."""
    if field.names_rows:
        return {"type": "array", "items": {"type": "integer"}}
    told: dict[str, Any] = {"type": TYPES.get(field.kind, "string")}
    if field.kind in FORMATS:
        told["format"] = FORMATS[field.kind]
    return told | ({"enum": [word.value for word in field.words]} if field.words else {})
