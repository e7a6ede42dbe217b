# SPDX-License-Identifier: Apache-2.0
"""As much of JSON Schema as gateway/pages/openapi.json uses. A word that is not known here is an error, so that none is passed over."""

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}
WORDS = {"type", "required", "properties", "items", "enum", "allOf", "oneOf", "$ref", "description", "maxLength"}


def resolve(document, schema):
    while "$ref" in schema:
        found = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def is_of(kind, value):
    return isinstance(value, TYPES[kind]) and not (kind == "integer" and isinstance(value, bool))


def faults(document, schema, value, at="$"):
    """Sentences on what is wrong with the value; none: it fits."""
    schema = resolve(document, schema)
    unknown = set(schema) - WORDS
    assert not unknown, f"{at}: the validator does not know {unknown}"
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_of(kind, value) for kind in kinds):
        return [f"{at}: {value!r} is no {' or '.join(kinds)}"]
    found = [] if value in schema.get("enum", [value]) else [f"{at}: {value!r} is none of {schema['enum']}"]
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        found.append(f"{at}: longer than {schema['maxLength']}")
    if isinstance(value, dict):
        found += [f"{at}: {name} is missing" for name in schema.get("required", []) if name not in value]
        found += [fault for name, part in schema.get("properties", {}).items() if name in value for fault in faults(document, part, value[name], f"{at}.{name}")]
    if isinstance(value, list) and "items" in schema:
        found += [fault for index, item in enumerate(value) for fault in faults(document, schema["items"], item, f"{at}[{index}]")]
    found += [fault for part in schema.get("allOf", []) for fault in faults(document, part, value, at)]
    if "oneOf" in schema and sum(not faults(document, part, value, at) for part in schema["oneOf"]) != 1:
        found.append(f"{at}: fits not exactly one of oneOf")
    return found
