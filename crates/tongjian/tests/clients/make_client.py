#!/usr/bin/env python3
"""Makes a thin Python client of an OpenAPI document: one class, a method for each operation.

    make_client.py openapi.json > tongjian_client.py

Parameters of the path come first, then `body`, then `key` where money moves; everything else goes by name into the query.
The class is given something that sends: `send(method, path, query, headers, body) -> (status, headers, json or text)`.
"""

import json
import keyword
import re
import sys

HEAD = '''"""Made by make_client.py of the OpenAPI document of version {version}; not to be changed by hand."""


class Problem(Exception):
    """An error of the API, as RFC 9457 has it."""

    def __init__(self, status, document, headers):
        super().__init__(f"{{status}} {{document.get('code')}}: {{document.get('detail')}}")
        self.status, self.document, self.headers = status, document, headers
        self.code = document.get("code")


class Client:
    def __init__(self, send):
        self._send = send

    def _call(self, method, path, query, headers, body):
        status, headers, answer = self._send(method, path, query, headers, body)
        if status >= 400:
            raise Problem(status, answer if isinstance(answer, dict) else {{}}, headers)
        return answer
'''


def method_of(path, verb, operation):
    names = re.findall(r"{(\w+)}", path)
    parameters = operation.get("parameters", [])
    money = any(p["name"] == "Idempotency-Key" for p in parameters)
    match = any(p["name"] == "If-Match" for p in parameters)
    arguments = ["self", *names]
    if "requestBody" in operation:
        arguments.append("body")
    if money:
        arguments.append("key")
    if match:
        arguments.append("etag")
    arguments.append("**query")
    name = operation["operationId"]
    assert name.isidentifier() and not keyword.iskeyword(name), name
    lines = [f"    def {name}({', '.join(arguments)}):", f'        """{operation["summary"]}."""']
    headers = []
    if money:
        headers.append('"Idempotency-Key": key')
    if match:
        headers.append('"If-Match": etag')
    content = list(operation.get("requestBody", {}).get("content", {}))
    if content:
        headers.append(f'"Content-Type": "{content[0]}"')
    target = re.sub(r"{(\w+)}", r"{\1}", path)
    body = "body" if content else "None"
    lines.append(f'        return self._call("{verb.upper()}", f"{target}", query, {{{", ".join(headers)}}}, {body})')
    return "\n".join(lines)


def main():
    document = json.load(open(sys.argv[1]))
    print(HEAD.format(version=document["info"]["version"]))
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            print(method_of(path, verb, operation))
            print()


main()
