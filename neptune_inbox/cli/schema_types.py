"""What the schemas of `--json` are made of."""

from __future__ import annotations

from typing import Any, Final

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer"}
NUMBER: Final[Schema] = {"type": "number"}
FLAG: Final[Schema] = {"type": "boolean"}
ANY: Final[Schema] = {}
OBJECT: Final[Schema] = {"type": "object"}
TIME: Final[Schema] = {"type": ["string", "null"], "description": "ISO 8601 in UTC, or null if not known"}
TEXT_OR_NULL: Final[Schema] = {"type": ["string", "null"]}
WHOLE_OR_NULL: Final[Schema] = {"type": ["integer", "null"]}
FLAG_OR_NULL: Final[Schema] = {"type": ["boolean", "null"]}
TRUE: Final[Schema] = {"const": True}


def record(properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    """An object with exactly these names, each there unless it is optional."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def rows(items: Schema) -> Schema:
    """An array of these; `--jsonl` prints one a line."""
    return {"type": "array", "items": items}


def either(*schemas: Schema) -> Schema:
    return {"anyOf": list(schemas)}
