"""What schemathesis must know of this API: how a request is signed, which ids there are, that a key is used once.

Loaded by schemathesis itself (SCHEMATHESIS_HOOKS); fuzz.py says by TJ_SIEGE_AS who asks.
"""

import json
import os
import re
import threading
import time
import urllib.parse
import uuid
import zlib

import requests
import schemathesis
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from urllib3.util.url import _encode_target

from bank import Key, Machine

ASKS = json.load(open(os.environ["TJ_SIEGE_AS"]))
KEY = re.compile(r"^[A-Za-z0-9_-]{8,64}$")
SIGNING = threading.Lock()


class At:
    """The bank, as far as a program that signs must know it."""

    origin, port, secure = ASKS["origin"], ASKS["port"], False


def secret():
    key = Key()
    key.private = load_pem_private_key(ASKS["key"].encode(), None)
    return key


MACHINE = Machine(At, ASKS["name"], secret())


class Proof(requests.auth.AuthBase):
    """A token, and a new proof for each request (RFC 9449)."""

    def __call__(self, request):
        with SIGNING:
            if time.time() > MACHINE.until:
                MACHINE.sign_in(ASKS["scope"])
        # As it goes over the wire: percent signs in capitals.
        path = _encode_target(urllib.parse.urlsplit(request.path_url).path)
        request.headers.update(MACHINE.headers(request.method, path))
        return request


schemathesis.auth.set_from_requests(Proof())


def real(value, path=()):
    """Ids that are there in three of four places where an id is well formed; the same value becomes the same id."""
    if isinstance(value, dict):
        return {name: real(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [real(inner) for inner in value]
    if isinstance(value, str):
        for kind, known in ASKS["ids"].items():
            if re.fullmatch(kind + r"_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
                pick = zlib.crc32(value.encode())
                return value if pick % 4 == 0 else known[pick // 4 % len(known)]
    return value


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    return real(path_parameters)


@schemathesis.hook
def map_query(context, query):
    return real(query)


@schemathesis.hook
def map_body(context, body):
    return real(body)


@schemathesis.hook
def before_call(context, case, kwargs):
    """A well-formed key is for one order: the same one under another order is refused, as it should be."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and KEY.match(key):
        case.headers["Idempotency-Key"] = uuid.uuid4().hex


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """A refusal is not a rejection of well-formed data: the ledger says no to what it understood (`refused`), or names what
    no schema can say, such as a day that is not in the calendar or a currency that the account has not."""
    if type(failure).__name__ != "RejectedPositiveData" or response.status_code not in (400, 412, 422):
        return True
    problem = json.loads(response.content)
    if response.status_code == 412:
        # A tag that was made up is never that of what is there.
        return problem["code"] != "changed"
    if response.status_code == 400:
        # A schema says of an upload that it is text, and not what a row of CSV is.
        return not (case.media_type == "text/csv" and problem["code"] == "malformed")
    if problem["code"] == "message_refused":
        # To this document a message is text; what it must be, the standard's own schema says.
        return False
    if problem["type"].endswith(("#refused", "#key_reused")):
        return False
    if re.search(r"floating point `-?[0-9]+\.0`", problem["detail"]):
        # To JSON Schema 7.0 is a whole number; here a whole number is written without a point.
        return False
    pointers = [fault["pointer"] for fault in problem.get("errors", [])]
    return not (pointers and all(beyond(pointer) for pointer in pointers))


def beyond(pointer):
    """What no JSON Schema can say, and the operation's own words do."""
    return any(re.fullmatch(known, pointer) for known in ASKS["beyond"])
