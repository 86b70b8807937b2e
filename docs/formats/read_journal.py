#!/usr/bin/env python3
"""A second reader of a bank's journal, written from journal.md and proofs.md alone.

    read_journal.py DIR [--key VKEYFILE]
    read_journal.py receipt FILE --key VKEYFILE [--witness VKEYFILE ...] [--quorum N]
    read_journal.py selftest VECTORSDIR

The first verifies every hash and checksum of a bank's folder, reads every record, adds up all balances and prints them as JSON;
the second verifies a receipt and prints its record. Exit code 0: all holds; 1: something does not, and JSON says what and
where; 2: wrong usage. A checkpoint is "valid": true only if --key was given. Sections named below are those of journal.md.
"""

import argparse
import base64
import hashlib
import json
import os
import re
import struct
import sys
import tempfile
from array import array

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SLOT = 4096
BATCH_BYTES_MAX = 16 << 20
BATCH_RECORDS_MAX = 8190
RECORD_BYTES_MAX = 16384
U128_MAX = (1 << 128) - 1
# Number 103 means nothing.
OUTCOMES = (*range(103), *range(104, 135))


class Bad(Exception):
    """What is wrong with a piece of bytes."""


class Whole(Bad):
    """Its checksum is right, so it was written whole; and yet it is not as this reader knows it must be."""


class Damage(Exception):
    """What is wrong, and where in the bank's folder."""

    def __init__(self, file, offset, what):
        super().__init__(what)
        self.file, self.offset, self.what = file, offset, what


def need(condition, what):
    if not condition:
        raise Bad(what)


def known(condition, what):
    """For what is looked at only where a checksum is right already."""
    if not condition:
        raise Whole(what)


# ---- hashes and trees (proofs.md sections 1 and 2)

def sha256(data):
    return hashlib.sha256(data).digest()


def leaf(entry):
    return sha256(b"\0" + entry)


def node(left, right):
    return sha256(b"\1" + left + right)


def root_of(leaves):
    """Neighbours in pairs, level by level; an odd last one moves up."""
    if not leaves:
        return sha256(b"")
    level = leaves
    while len(level) > 1:
        pairs = [node(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[-1:] if len(level) % 2 else pairs
    return level[0]


def leads_to(leaf_hash, index, size, path, root):
    """The inclusion path leads from the leaf to the root."""
    if index >= size:
        return False
    n, last, at = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            return False
        if n % 2 or n == last:
            at = node(sibling, at)
            while n % 2 == 0 and n > 0:
                n, last = n >> 1, last >> 1
        else:
            at = node(at, sibling)
        n, last = n >> 1, last >> 1
    return last == 0 and at == root


# ---- CRC-32C, four bytes at a step

def _crc_tables():
    small = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
        small.append(crc)
    two = []
    for word in range(65536):
        crc = (word >> 8) ^ small[word & 0xFF]
        two.append((crc >> 8) ^ small[crc & 0xFF])
    four = [(crc >> 16) ^ two[crc & 0xFFFF] for crc in two]
    return small, two, four


CRC_SMALL, CRC_TWO, CRC_FOUR = _crc_tables()


def crc32c(data):
    whole = len(data) & ~3
    words = array("I", data[:whole])
    if sys.byteorder == "big":
        words.byteswap()
    crc, two, four = 0xFFFFFFFF, CRC_TWO, CRC_FOUR
    for word in words:
        crc ^= word
        crc = four[crc & 0xFFFF] ^ two[crc >> 16]
    for byte in data[whole:]:
        crc = (crc >> 8) ^ CRC_SMALL[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


assert array("I").itemsize == 4 and crc32c(b"123456789") == 0xE3069283


# ---- records (sections 5 and 6)

TRANSFER = struct.Struct("<BBHHHII12QQQIii20s")
TRANSFER_BYTES = 160
assert TRANSFER.size == TRANSFER_BYTES
VERDICT = struct.Struct("<BBHiIH3H")
NOTHING = bytes(20)
assert VERDICT.size == len(NOTHING)
PENDING, POST, VOID = 0x0002, 0x0004, 0x0008


def record_bytes(data, at=0):
    """Length of the record at a place; all of it is there."""
    need(len(data) - at >= 4, "a record ends early")
    kind, version = data[at], data[at + 1]
    known(kind in (1, 2), f"record kind {kind} is unknown")
    known(version == 1, f"record version {version} is unknown")
    length = TRANSFER_BYTES if kind == 1 else 4 + int.from_bytes(data[at + 2:at + 4], "little")
    need(length <= RECORD_BYTES_MAX, "a record is too long")
    need(len(data) - at >= length, "a record ends early")
    return length


def transfer_fields(record):
    """The numbers of a transfer, in the order of its bytes; each u128 is two of them."""
    t = TRANSFER.unpack(record)
    need(t[2] in OUTCOMES, f"outcome {t[2]} is unknown")
    verdict_fields(t[24])
    return t


def verdict_fields(data):
    """What risk control said, or nothing."""
    ruling, marks, risk_set, score, model, hits, *reasons = VERDICT.unpack(data)
    if ruling == 0:
        need(data == NOTHING, "a verdict is not zero and rules nothing")
        return None
    need(ruling <= 4 and marks <= 15, "a verdict rules what has no meaning")
    need(risk_set >= 1 and model <= 1_000_001, "a verdict names no rule set, or a model surer than sure")
    named = [reason - 1 for reason in reasons if reason]
    need(all(reasons[:len(named)]), "a verdict's reasons have gaps")
    return {"ruling": ruling - 1, "marks": marks, "set": risk_set, "score": score,
            "model_ppm": model - 1 if model else None, "hits": hits, "reasons": named}


class Cbor:
    """Deterministic CBOR, strictly."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        need(count <= len(self.data) - self.at, "CBOR ends early")
        self.at += count
        return self.data[self.at - count:self.at]

    def head(self):
        first = self.take(1)[0]
        major, short = first >> 5, first & 0x1F
        if short < 24:
            return major, short
        need(short <= 27, "CBOR of indefinite length")
        size = 1 << (short - 24)
        argument = int.from_bytes(self.take(size), "big")
        need(argument >= (24 if size == 1 else 1 << (4 * size)), "CBOR longer than need be")
        return major, argument

    def expect(self, wanted):
        major, argument = self.head()
        need(major == wanted, "CBOR of another type")
        return argument

    def uint(self, bits):
        value = self.expect(0)
        need(value >> bits == 0, "a number is too large")
        return value

    def int(self, bits):
        major, argument = self.head()
        need(major in (0, 1), "CBOR of another type")
        need(argument >> (bits - 1) == 0, "a number is too large")
        return -1 - argument if major else argument

    def u128(self):
        major, argument = self.head()
        if major == 0:
            return argument
        need((major, argument) == (6, 2), "CBOR of another type")
        value = self.take(self.expect(2))
        need(9 <= len(value) <= 16 and value[0] != 0, "a large number is not in its one form")
        return int.from_bytes(value, "big")

    def bytes(self, count=None):
        value = self.take(self.expect(2))
        need(count is None or len(value) == count, "bytes of another length")
        return value

    def text(self):
        try:
            return self.take(self.expect(3)).decode("utf-8")
        except UnicodeDecodeError:
            raise Bad("a text is not UTF-8") from None

    def map(self, fields):
        """A map with exactly these (key, name, type), those with a question mark perhaps."""
        left, found = self.expect(5), {}
        for key, name, kind in fields:
            if kind.endswith("?"):
                if not left or self.data[self.at:self.at + 1] != bytes([key]):
                    continue
                kind = kind[:-1]
            need(left > 0, f"{name} is missing")
            need(self.expect(0) == key, f"another key stands where {name} should be")
            left -= 1
            found[name] = self.value(kind)
        need(left == 0, "a map has more keys")
        return found

    def value(self, kind):
        if kind in ("u8", "u16", "u32", "u64"):
            return self.uint(int(kind[1:]))
        if kind in ("i16", "i32"):
            return self.int(int(kind[1:]))
        if kind == "id":
            found = self.u128()
            need(found > 0, "0 stands where an id should be")
            return found
        if kind in CODES:
            code = self.uint(64)
            need(code in CODES[kind], f"{kind} {code} is unknown")
            return code
        if kind in LISTS:
            return [self.item(kind) for _ in range(self.expect(4))]
        if kind == "sealed":
            return self.map(SEALED)
        if kind.startswith("bytes"):
            return self.bytes(int(kind[5:]) if kind[5:] else None)
        return self.u128() if kind == "u128" else self.text()

    def item(self, list_kind):
        fields = LISTS[list_kind]
        need(self.expect(4) == len(fields), f"an item of {list_kind} is not an array of {len(fields)}")
        return {name: self.value(kind) for _, name, kind in fields}


CODES = {
    "class": range(1, 8), "party kind": (1, 2), "role kind": range(1, 6), "days of a year": (360, 365),
    "order": range(1, 5), "side": (1, 2), "cipher": (1, 2), "outcome": OUTCOMES,
    "door": range(1, 4), "end": range(1, 4), "check kind": (1, 2), "note": range(1, 14), "rhythm": range(1, 4),
    "stage": range(1, 4), "reason": range(1, 5), "step": range(1, 12), "mark": range(1, 4), "found": range(1, 4), "yes or no": (0, 1), "hold end": (2,),
    "complaint step": range(1, 5),
}


def fields_of(text):
    """`name type, name type` as (key, name, type), the keys counted from 1."""
    pairs = (item.strip().split(" ", 1) for item in text.split(","))
    return [(key, name, kind) for key, (name, kind) in enumerate(pairs, 1)]


ACT = fields_of("time u64, booking_date i32, outcome outcome")
SEALED = fields_of("commitment bytes32, cipher cipher, nonce bytes12, ciphertext bytes")
LISTS = {name: fields_of(fields) for name, fields in [
    ("legs", "account u128, side side, amount u128"),
    ("queries", "asker text, door door, text_hash bytes32, as_of u64, rows u64, result_hash bytes32, end end"),
    ("notes", "kind note, who text, about text, says text, times u32"),
    ("results", "rule text, kind check kind, rows u64, value text, result_hash bytes32"),
]}
ROLE = "party u128, account u128, kind role kind, until i32"
COMMANDS = {tag: (name, fields_of(fields)) for tag, name, fields in [
    (2, "create_account", "id u128, user_data_128 u128, user_data_64 u64, user_data_32 u32, ledger u32, code u16, "
                          "flags u16, time u64"),
    (3, "open_institution", "name text, currency u32, utc_offset_min i16, first_day i32"),
    (4, "define_chart_line", "code u16, class class, name text"),
    (5, "register_party", "id u128, kind party kind, identity sealed"),
    (6, "erase_party", "party u128, reason text"),
    (7, "grant_role", ROLE),
    (8, "revoke_role", ROLE),
    (9, "set_limits", "account u128, per_transfer u128?, per_day u128?"),
    (10, "set_interest", "account u128, rate_ppm u32, basis days of a year, counter_account u128"),
    (11, "place_hold", "id u128, account u128, amount u128?, order order, reference text"),
    (12, "release_hold", "hold u128"),
    (13, "post_entry", "id u128, code u16, value_date i32, user_data_128 u128, reverses u128, legs legs"),
    (14, "reverse", "id u128, of u128, value_date i32"),
    (15, "settle_interest", "id u128, account u128"),
    (16, "close_day", "day i32, next i32"),
    (17, "attach", "subject u128, party u128, text sealed"),
    (18, "expire", "pending u128"),
    (19, "mark_snapshot", "records u64, hash bytes32"),
    (20, "record_queries", "queries queries"),
    (21, "record_check", "pack text, version u32, hash bytes32, as_of u64, results results"),
    (22, "keep_part", "artifact bytes32, size u32, at u32, bytes bytes"),
    (23, "adopt_rules", "name text, program bytes32, words bytes32, model bytes32?, stage stage, share_ppm u32, "
                        "loss_max u64, stopped_ppm_max u32, hold_s u32, four_eyes yes or no, by text, at_end hold end?, tables bytes32?"),
    (24, "withdraw_rules", "set u16, reason reason, by text"),
    (25, "work_case", "case u128, by text, step step, text text, other id?, mark mark?"),
    (26, "record_screening", "party u128, lists bytes32, result found, entry text, score u16, by text"),
    (27, "record_access", "notes notes"),
    (28, "place_order", "id u128, debit_account u128, credit_account u128, amount u128, code u16, first i32, last i32, "
                        "rhythm rhythm, every u8, by text"),
    (29, "end_order", "order u128, by text"),
    (30, "plan_limits", "account u128, per_transfer u128?, per_day u128?, cooling_h u8, by text"),
    (31, "keep_payee", "id u128, party u128, account u128, name sealed, by text"),
    (32, "drop_payee", "payee u128, party u128, by text"),
    (33, "file_complaint", "id u128, party u128, account u128, subject u128, days u8, text sealed, by text"),
    (34, "work_complaint", "complaint u128, party u128, step complaint step, days u8, text sealed, by text"),
]}


def read_act(record):
    """An act as a dict: time, booking_date, outcome, command (its tag), fields."""
    cbor = Cbor(record[4:])
    need(cbor.expect(5) == 5, "an act is not a map of five")
    act = {}
    for key, name, kind in ACT:
        need(cbor.expect(0) == key, f"another key stands where {name} should be")
        act[name] = cbor.value(kind)
    need(cbor.expect(0) == 4, "another key stands where the command should be")
    tag = cbor.uint(64)
    need(tag in COMMANDS, f"command {tag} is unknown")
    need(cbor.expect(0) == 5, "another key stands where the fields should be")
    act["command"], act["fields"] = tag, cbor.map(COMMANDS[tag][1])
    need(cbor.at == len(cbor.data), "bytes follow an act")
    return act


def shown_value(value, kind):
    kind = kind.rstrip("?")
    if kind in ("u64", "u128", "id"):
        return str(value)
    if kind in LISTS:
        return [shown_fields(item, LISTS[kind]) for item in value]
    if kind == "sealed":
        return shown_fields(value, SEALED)
    return value.hex() if kind.startswith("bytes") else value


def shown_fields(found, fields):
    return {name: shown_value(found[name], kind) for _, name, kind in fields if name in found}


TRANSFER_NAMES = ("outcome flags code ledger timeout_s id debit_account credit_account amount pending_id "
                  "user_data_128 user_data_64 time user_data_32 value_date booking_date").split()


def shown_record(record):
    """A whole record as JSON shows it: 64-bit and 128-bit numbers as decimal texts, bytes in hex."""
    need(record_bytes(record) == len(record), "bytes follow a record")
    if record[0] == 1:
        t = transfer_fields(record)
        large = [str(t[i] | t[i + 1] << 64) for i in range(7, 19, 2)]
        values = [*t[2:7], *large, str(t[19]), str(t[20]), *t[21:24]]
        shown = {"command": "transfer", **dict(zip(TRANSFER_NAMES, values, strict=True))}
        said = verdict_fields(t[24])
        return {**shown, "verdict": said} if said else shown
    act = read_act(record)
    name, fields = COMMANDS[act["command"]]
    return {"command": name, **shown_fields(act, ACT), "fields": shown_fields(act["fields"], fields)}


# ---- from records to balances (section 8)

LEDGER, DEBITS_PENDING, DEBITS_POSTED, CREDITS_PENDING, CREDITS_POSTED = range(5)
SUMS = ("debits_pending", "debits_posted", "credits_pending", "credits_posted")


class Books:
    """Accounts as [ledger, four sums], and the transfers that are still pending."""

    def __init__(self):
        self.accounts, self.pending, self.ids = {}, {}, set()
        self.transfers_done = self.refused = 0

    def account(self, account):
        found = self.accounts.get(account)
        need(found is not None, f"account {account} does not exist")
        return found

    def new_id(self, what):
        need(what not in self.ids, f"id {what} took effect before")
        self.ids.add(what)

    def resolve(self, what):
        found = self.pending.pop(what, None)
        need(found is not None, f"transfer {what} is not pending")
        debit, credit, amount = found
        debit[DEBITS_PENDING] -= amount
        credit[CREDITS_PENDING] -= amount
        return found

    def transfer(self, t):
        if t[2]:
            self.refused += 1
            return
        self.transfers_done += 1
        flags, ledger, amount = t[3], t[5], t[13] | t[14] << 64
        self.new_id(t[7] | t[8] << 64)
        debit, credit = self.account(t[9] | t[10] << 64), self.account(t[11] | t[12] << 64)
        need(debit[LEDGER] == credit[LEDGER] == ledger, "a transfer between ledgers")
        if flags & (POST | VOID):
            resolved = self.resolve(t[15] | t[16] << 64)
            need(resolved[0] is debit and resolved[1] is credit, "a transfer resolves one of other accounts")
            need(amount <= resolved[2], "more is posted than was pending")
            if flags & VOID:
                return
        if flags & PENDING:
            self.pending[t[7] | t[8] << 64] = (debit, credit, amount)
            debit[DEBITS_PENDING] += amount
            credit[CREDITS_PENDING] += amount
            need(debit[DEBITS_PENDING] <= U128_MAX >= credit[CREDITS_PENDING], "a sum overflows")
            return
        debit[DEBITS_POSTED] += amount
        credit[CREDITS_POSTED] += amount
        need(debit[DEBITS_POSTED] <= U128_MAX >= credit[CREDITS_POSTED], "a sum overflows")

    def act(self, act):
        if act["outcome"]:
            self.refused += 1
            return
        name, fields = COMMANDS[act["command"]][0], act["fields"]
        if name == "create_account":
            need(fields["id"] not in self.accounts, f"account {fields['id']} was opened before")
            self.accounts[fields["id"]] = [fields["ledger"], 0, 0, 0, 0]
        elif name == "expire":
            self.resolve(fields["pending"])
        elif name == "post_entry":
            self.new_id(fields["id"])
            for leg in fields["legs"]:
                account = self.account(leg["account"])
                at = DEBITS_POSTED if leg["side"] == 1 else CREDITS_POSTED
                account[at] += leg["amount"]
                need(account[at] <= U128_MAX, "a sum overflows")
        need(name not in ("reverse", "settle_interest"), f"a {name} that was done is written as what it did")

    def check_balanced(self):
        """In each ledger debits equal credits, posted and pending."""
        sums = {}
        for ledger, *four in self.accounts.values():
            sums[ledger] = [a + b for a, b in zip(sums.get(ledger, [0] * 4), four)]
        for ledger, four in sums.items():
            need(four[0] == four[2] and four[1] == four[3], f"debits and credits differ on ledger {ledger}")

    def shown(self):
        return {str(account): {"ledger": row[LEDGER], **dict(zip(SUMS, map(str, row[1:])))}
                for account, row in self.accounts.items()}


# ---- segments and batches (sections 2 and 3)

HEADER = struct.Struct("<8sHH4sQQQIIQ32s32sII")
SEGMENT = struct.Struct("<8sHHIQQQ16s32s")
assert HEADER.size == 128 and SEGMENT.size == 88


class Header:
    """A batch's header that stands alone."""

    def __init__(self, data):
        (magic, form, self.rules, zeros, self.entry, self.first_record, self.time, self.records, self.body_bytes,
         self.synced, self.rows_root, self.previous, self.body_crc, crc) = HEADER.unpack(data)
        self.data = data
        need(magic == b"TJBATCH1", "the first bytes are not those of a batch")
        need(crc == crc32c(data[:124]), "the batch header's checksum is wrong")
        known(form == 1, f"batch format {form} is unknown")
        known(zeros == bytes(4), "reserved bytes of the batch header are not zero")
        known(1 <= self.records <= BATCH_RECORDS_MAX, "the number of records is impossible")
        self.stored = -(-(128 + self.body_bytes) // SLOT) * SLOT
        known(self.body_bytes >= 1 and self.stored <= BATCH_BYTES_MAX, "the batch's length is impossible")
        known(self.synced <= self.entry, "the number of synced entries is impossible")
        known(self.first_record + self.records < 1 << 64, "the first record is impossible")


class File:
    """An open segment file."""

    def __init__(self, folder, number):
        self.number, self.name = number, f"journal/{number:08}.seg"
        self.file = open(os.path.join(folder, self.name), "rb")
        self.bytes = os.fstat(self.file.fileno()).st_size

    def read(self, at, count):
        self.file.seek(at)
        return self.file.read(count)

    def header(self):
        """Entry, record, hash and origin that it begins with, its number and its length."""
        data = self.read(0, SLOT)
        need(any(data), "the segment was never used")
        magic, form, length, number, entry, record, total, zeros, previous = SEGMENT.unpack(data[:88])
        need(magic == b"TJSEGMT1", "the first bytes are not those of a segment")
        need(int.from_bytes(data[4092:], "little") == crc32c(data[:4092]), "the segment header's checksum is wrong")
        known(form == 1, f"segment format {form} is unknown")
        need(1 <= length <= 255, "the origin's length is impossible")
        need(not any(zeros) and not any(data[88 + length:4092]), "reserved bytes of the segment header are not zero")
        try:
            return entry, record, previous, data[88:88 + length].decode("utf-8"), number, total
        except UnicodeDecodeError:
            raise Bad("the origin is not UTF-8") from None


def open_files(folder):
    try:
        names = sorted(n for n in os.listdir(os.path.join(folder, "journal")) if re.fullmatch(r"[0-9]{8}\.seg", n))
    except OSError:
        names = []
    if not names:
        raise Damage("journal/00000000.seg", 0, "there is no journal here")
    files = []
    for number, name in enumerate(names):
        if int(name[:8]) != number:
            raise Damage(f"journal/{number:08}.seg", 0, f"the file is missing although {name} is there")
        files.append(File(folder, number))
        if files[-1].bytes < SLOT or files[-1].bytes % SLOT:
            raise Damage(files[-1].name, 0, "no segment file has this length")
    return files


class Walk:
    """Batch after batch to the journal's end (section 4); then `fault` says why it ended."""

    def __init__(self, files):
        self.files, self.segment, self.offset = files, 0, SLOT
        self.entry = self.record = self.time = 0
        self.previous = bytes(32)
        try:
            begins = files[0].header()
            self.origin = begins[3]
            need(begins == (0, 0, self.previous, self.origin, 0, files[0].bytes), "the first segment does not begin a journal")
        except Bad as bad:
            raise Damage(files[0].name, 0, str(bad)) from None
        self.headers, self.fault, self.fault_at, self.search_from = [], "", None, None

    def damage(self, what):
        segment, offset = self.fault_at or (self.segment, self.offset)
        return Damage(self.files[segment].name, offset, what)

    def batches(self):
        """Every batch as its header and its records."""
        while True:
            file = self.files[self.segment]
            data = self.file_header(file)
            if data is None:
                if self.next_segment():
                    continue
                self.search_from = (self.segment, self.offset)
                return
            self.search_from = (self.segment, self.offset + SLOT)
            try:
                header = Header(data)
                self.check_follows(header, file)
                self.search_from = (self.segment, self.offset + header.stored)
                records = read_body(header, file.read(self.offset + 128, header.stored - 128))
            except Whole as whole:
                raise self.damage(str(whole)) from None
            except Bad as bad:
                self.fault = str(bad)
                return
            yield header, records
            self.headers.append(data)
            self.entry, self.record, self.time = header.entry + 1, header.first_record + header.records, header.time
            self.previous, self.offset = sha256(data), self.offset + header.stored

    def file_header(self, file):
        if self.offset + SLOT > file.bytes:
            return None
        data = file.read(self.offset, 128)
        return data if any(data) else None

    def check_follows(self, header, file):
        need(header.entry == self.entry, f"entry {self.entry} should be here, and entry {header.entry} is")
        need(header.previous == self.previous, "the batch does not chain to the one before it")
        need(header.first_record == self.record, "the batch begins with another record")
        need(header.time >= self.time, "the batch is older than the one before it")
        need(self.offset + header.stored <= file.bytes, "the batch is larger than its file")

    def next_segment(self):
        """Goes on in the next segment if that goes on from here."""
        if self.segment + 1 == len(self.files):
            return False
        try:
            following = self.files[self.segment + 1]
            begins = following.header()
            if begins[0] > self.entry:
                # What is missing should stand in this segment.
                return False
            wanted = (self.entry, self.record, self.previous, self.origin, following.number, following.bytes)
            need(begins == wanted, "the segment does not go on from here")
        except Bad as bad:
            self.fault, self.fault_at = str(bad), (self.segment + 1, 0)
            if isinstance(bad, Whole):
                raise self.damage(self.fault) from None
            return False
        file = self.files[self.segment]
        for at in range(self.offset, file.bytes, SLOT):
            if file.read(at, SLOT).strip(b"\0"):
                raise Damage(file.name, at, "unused space is not zero although a segment follows")
        self.segment, self.offset = self.segment + 1, SLOT
        return True

    def judge_end(self, signed_size):
        """Damage, or whether a torn tail follows the end."""
        torn, witness = self.look_behind()
        if signed_size > self.entry:
            witness = f"the checkpoint of {signed_size} entries"
            if not torn:
                self.fault, self.fault_at = "the journal was cut short", None
        if witness:
            what = self.fault or "nothing is written where a batch should be"
            raise self.damage(f"{what}; {witness} proves that entry {self.entry} was durable")
        return torn

    def look_behind(self):
        """Whether there is anything but zeros, and the entry there that proves the broken one durable."""
        slots, torn, witness = 0, False, None
        for file in self.files[self.segment:]:
            start = self.offset if file.number == self.segment else 0
            for piece_at in range(start, file.bytes, 1 << 20):
                piece = file.read(piece_at, min(1 << 20, file.bytes - piece_at))
                if not piece.strip(b"\0"):
                    slots += len(piece) // SLOT
                    continue
                torn = True
                for at in range(0, len(piece), SLOT):
                    slots += 1
                    if witness is None and (file.number, piece_at + at) >= self.search_from:
                        witness = self.witness_in(piece[at:at + 128], slots)
        return torn, witness

    def witness_in(self, data, slots):
        try:
            later = Header(data)
        except Bad:
            return None
        proves = self.entry < later.entry < self.entry + slots and later.synced > self.entry
        return f"entry {later.entry}" if proves else None


def read_body(header, stored):
    """The records of a batch, from all its bytes behind the header."""
    body = stored[:header.body_bytes]
    need(not stored[header.body_bytes:].strip(b"\0"), "a byte of the padding is not zero")
    need(crc32c(body) == header.body_crc, "the checksum of the batch's records is wrong")
    records, at = [], 0
    while at < len(body):
        try:
            length = record_bytes(body, at)
        except Bad as bad:
            raise Whole(str(bad)) from None
        records.append(body[at:at + length])
        at += length
    known(len(records) == header.records, "the batch has another number of records than its header says")
    known(root_of([leaf(record) for record in records]) == header.rows_root, "the records do not have the root of the header")
    return records


# ---- tiles (proofs.md section 3)

def tile_path(level, index, width):
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    return f"tile/{level}/" + "/".join(groups) + (f".p/{width}" if width < 256 else "")


def tiles_of_growth(old, new):
    """(level, index, width) of the tiles that come into being."""
    level = 0
    while old < new:
        yield from ((level, index, 256) for index in range(old // 256, new // 256))
        if new % 256:
            yield level, new // 256, new % 256
        old, new, level = old // 256, new // 256, level + 1


def tile_levels(leaves):
    """The hashes of each level of tiles."""
    levels = [leaves]
    while len(levels[-1]) >= 256:
        below = levels[-1]
        levels.append([root_of(below[i:i + 256]) for i in range(0, len(below) - 255, 256)])
    return levels


def check_tiles(folder, size, levels, headers):
    """Every tile of a published size, and every bundle, says what the journal says."""
    for level, index, width in tiles_of_growth(0, size):
        first = index * 256
        wanted = {tile_path(level, index, width): b"".join(levels[level][first:first + width])}
        if level == 0:
            bundle = b"".join(b"\0\x80" + header for header in headers[first:first + width])
            wanted[tile_path("entries", index, width)] = bundle
        for path, data in wanted.items():
            found = read_file(folder, f"log/{path}")
            if found is None and width < 256:
                # A partial tile may be removed once the full one is there.
                full = read_file(folder, f"log/{path.split('.p/')[0]}")
                found = full and full[:len(data)]
            if found is None:
                raise Damage(f"log/{path}", 0, "the tile is missing although the checkpoint speaks of it")
            if found != data:
                same = next((at for at, (a, b) in enumerate(zip(found, data)) if a != b), min(len(found), len(data)))
                raise Damage(f"log/{path}", same, "the tile says something else than the journal")


def read_file(folder, name):
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


# ---- keys, notes and checkpoints (proofs.md sections 4 to 6)

CURVE_P = 2**255 - 19
CURVE_D = -121665 * pow(121666, -1, CURVE_P) % CURVE_P
# The y of the points of order 1, 2, 4 and 8.
SMALL_ORDER = {0, 1, CURVE_P - 1,
               int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
               int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little")}


def small_order(point):
    return (int.from_bytes(point, "little") & (1 << 255) - 1) % CURVE_P in SMALL_ORDER


def on_curve(point):
    y = (int.from_bytes(point, "little") & (1 << 255) - 1) % CURVE_P
    square = (y * y - 1) * pow(CURVE_D * y * y + 1, -1, CURVE_P) % CURVE_P
    return pow(square, (CURVE_P - 1) // 2, CURVE_P) in (0, 1)


def ed25519(public, message, signature):
    """A strict check: nothing of small order, one form of each signature."""
    if len(signature) != 64 or small_order(signature[:32]):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def from_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Bad("not base64") from None
    need(base64.b64encode(data).decode() == text, "base64 in another form")
    return data


def from_decimal(text):
    need(re.fullmatch("0|[1-9][0-9]*", text) and int(text) < 1 << 64, "not a decimal number")
    return int(text)


def check_name(name):
    spaces_or_controls = any(c.isspace() or ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in name)
    need(1 <= len(name.encode()) <= 255 and "+" not in name and not spaces_or_controls, "a key's name is impossible")


class Key:
    """A public key from its text: type 0x01 signs, type 0x04 cosigns."""

    def __init__(self, text):
        parts = text.split("+", 2)
        need(len(parts) == 3 and re.fullmatch("[0-9a-f]{8}", parts[1]), "not a key")
        self.name, data = parts[0], from_base64(parts[2])
        check_name(self.name)
        need(len(data) == 33 and data[0] in (1, 4), "a key of an unknown type")
        self.type, self.public = data[0], data[1:]
        self.id = sha256(self.name.encode() + b"\n" + data)[:4]
        need(self.id.hex() == parts[1], "the key's id is not that of its bytes")
        need(on_curve(self.public) and not small_order(self.public), "not a public key")

    def signed(self, text, signature):
        if self.type == 1:
            return ed25519(self.public, text.encode(), signature)
        time = int.from_bytes(signature[:8], "big")
        return time < 1 << 63 and ed25519(self.public, f"cosignature/v1\ntime {time}\n{text}".encode(), signature[8:])


class Checkpoint:
    """A signed note that is a checkpoint; nothing of it is true before its signatures were checked."""

    def __init__(self, note):
        need(len(note.encode()) <= 512 << 10, "the note is too long")
        need(not any(c < " " and c != "\n" for c in note) and "\n\n" in note, "not a note")
        at = note.rindex("\n\n")
        self.text, lines = note[:at + 1], note[at + 2:].split("\n")
        need(lines.pop() == "" and 1 <= len(lines) <= 64, "the note's signature lines are malformed")
        self.signatures = [self.signature_line(line) for line in lines]
        body = self.text[:-1].split("\n")
        need(len(body) >= 3 and all(body), "the checkpoint lacks a line")
        self.origin, self.size, self.root = body[0], from_decimal(body[1]), from_base64(body[2])
        need(not any(0x7F <= ord(c) < 0xA0 for c in self.origin), "the checkpoint's origin is impossible")
        need(len(self.root) == 32, "the checkpoint's root is not a hash")

    @staticmethod
    def signature_line(line):
        parts = line.split(" ")
        need(len(parts) == 3 and parts[0] == "\u2014", "a signature line is malformed")
        check_name(parts[1])
        data = from_base64(parts[2])
        need(len(data) > 4, "a signature line is malformed")
        return parts[1], data[:4], data[4:]

    def signed_by(self, keys):
        """The keys that signed, each once, in the order of the lines. A known key's wrong line is refused."""
        signed = []
        for name, key_id, signature in self.signatures:
            named = [key for key in keys if (key.name, key.id) == (name, key_id)]
            need(len({(key.type, key.public) for key in named}) <= 1, f"two keys are both named {name}")
            for key in named[:1]:
                need(key.signed(self.text, signature), f"the line of {name} is not its signature")
                if key not in signed:
                    signed.append(key)
        return signed


# ---- receipts (proofs.md section 7)

class Receipt:
    """A receipt that is well-formed."""

    def __init__(self, data):
        need(len(data) <= 640 << 10, "the receipt is too long")
        try:
            head, divide, note = data.decode("utf-8").partition("\n\n")
        except UnicodeDecodeError:
            raise Bad("the receipt is not UTF-8") from None
        lines = head.split("\n")
        need(divide and len(lines) >= 3 and lines[0] == "c2sp.org/tlog-proof@v1", "not a receipt")
        need(lines[1].startswith("extra ") and lines[2].startswith("index "), "a line of the receipt is missing")
        self.index, self.path = from_decimal(lines[2][6:]), [from_base64(line) for line in lines[3:]]
        need(len(self.path) <= 64 and all(len(h) == 32 for h in self.path), "the path in the log is malformed")
        self.checkpoint = Checkpoint(note)
        extra = from_base64(lines[1][6:])
        need(len(extra) > 14 and extra[:4] == b"TJR1", "the extra line is malformed")
        self.row, self.rows, length = struct.unpack("<IIH", extra[4:14])
        self.record, rest = extra[14:14 + length], extra[14 + length:]
        need(rest and rest[0] <= 32 and len(rest) == 1 + 32 * rest[0] + 128, "the extra line is malformed")
        self.row_path = [rest[i:i + 32] for i in range(1, 1 + 32 * rest[0], 32)]
        self.header = rest[-128:]

    def broken_link(self, log, witnesses, quorum):
        """The first link that does not hold, and the names of the witnesses that cosigned."""
        number = lambda start, end: int.from_bytes(self.header[start:end], "little")
        rows_hold = leads_to(leaf(self.record), self.row, self.rows, self.row_path, self.header[56:88])
        if number(40, 44) != self.rows or not rows_hold:
            return "record in batch", []
        checkpoint = self.checkpoint
        if number(16, 24) != self.index or not leads_to(
                leaf(self.header), self.index, checkpoint.size, self.path, checkpoint.root):
            return "batch in log", []
        try:
            if checkpoint.origin != log.name or not checkpoint.signed_by([log]):
                return "log's signature", []
        except Bad:
            return "log's signature", []
        try:
            cosigned = [key.name for key in checkpoint.signed_by(witnesses)]
        except Bad:
            return "witnesses", []
        return (None if len(cosigned) >= quorum else "witnesses"), cosigned


# ---- what a user asks for

def read_bank(folder, key=None):
    """Verifies a bank's folder; gives what it holds."""
    note = read_file(folder, "log/checkpoint")
    walk, books, leaves = Walk(open_files(folder)), Books(), []
    checkpoint = read_checkpoint(note, walk.origin, key)
    for header, records in walk.batches():
        leaves.append(leaf(header.data))
        row = 0
        try:
            for row, record in enumerate(records):
                if record[0] == 1:
                    books.transfer(transfer_fields(record))
                else:
                    books.act(read_act(record))
        except Bad as bad:
            raise walk.damage(f"record {header.first_record + row}: {bad}") from None
    torn = walk.judge_end(checkpoint.size if checkpoint else 0)
    try:
        books.check_balanced()
    except Bad as bad:
        raise walk.damage(str(bad)) from None
    if checkpoint:
        if root_of(leaves[:checkpoint.size]) != checkpoint.root:
            raise Damage("log/checkpoint", 0, f"the checkpoint says something else about the first {checkpoint.size} entries")
        check_tiles(folder, checkpoint.size, tile_levels(leaves), walk.headers)
    end = {"file": walk.files[walk.segment].name, "offset": walk.offset}
    return {
        "origin": walk.origin, "entries": walk.entry, "records": walk.record, "root": to_base64(root_of(leaves)),
        "accounts": books.shown(), "transfers_done": books.transfers_done, "refused": books.refused,
        "checkpoint": checkpoint and {
            "size": checkpoint.size, "root": to_base64(checkpoint.root), "valid": True if key else None},
        "torn_tail": end if torn else None,
    }


def read_checkpoint(note, origin, key):
    """The published checkpoint, if there is one; signed by the key, if there is one."""
    try:
        if key:
            need(key.type == 1 and key.name == origin, f"the key is not that of {origin}")
        if note is None:
            return None
        try:
            checkpoint = Checkpoint(note.decode("utf-8"))
        except UnicodeDecodeError:
            raise Bad("the checkpoint is not UTF-8") from None
        need(checkpoint.origin == origin, "the checkpoint is of another log")
        need(key is None or checkpoint.signed_by([key]), "the log's key did not sign the checkpoint")
        return checkpoint
    except Bad as bad:
        raise Damage("log/checkpoint", 0, str(bad)) from None


def to_base64(data):
    return base64.b64encode(data).decode()


def read_receipt(data, log, witnesses, quorum):
    """Verifies a receipt; gives what it proves, or the broken link."""
    try:
        receipt = Receipt(data)
    except Bad as bad:
        return None, "format", str(bad)
    link, cosigned = receipt.broken_link(log, witnesses, quorum)
    if link:
        return None, link, f"the receipt's link \u201c{link}\u201d is broken"
    try:
        record = shown_record(receipt.record)
    except Bad as bad:
        return None, "record", str(bad)
    return {
        "origin": receipt.checkpoint.origin, "entry": receipt.index, "row": receipt.row,
        "record_number": str(int.from_bytes(receipt.header[24:32], "little") + receipt.row), "record": record,
        "checkpoint": {"size": receipt.checkpoint.size, "root": to_base64(receipt.checkpoint.root)},
        "cosigned_by": cosigned,
    }, None, None


# ---- selftest: the vectors against this reader

def selftest(folder):
    def vector(name):
        with open(os.path.join(folder, name), encoding="utf-8", newline="") as file:
            return json.load(file) if name.endswith(".json") else file.read()

    checked = 0
    for record in vector("journal-records.json")["records"]:
        need(shown_record(bytes.fromhex(record["record"])) == record["event"], record["record"])
        checked += 1
    for refused in vector("journal-refused.json")["refused"]:
        try:
            shown_record(bytes.fromhex(refused["record"]))
        except Bad:
            checked += 1
        else:
            raise Bad(f"accepted: {refused['what']}")
    return checked + selftest_bank(vector("journal-bank.json")) + selftest_proofs(vector)


def write_files(folder, files):
    for name, file in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(bytes(file["bytes"]))
            for part in file["parts"]:
                out.seek(part["at"])
                out.write(bytes.fromhex(part["hex"]))


def selftest_bank(bank):
    key = Key(bank["key"])
    with tempfile.TemporaryDirectory() as folder:
        write_files(folder, bank["files"])
        found = read_bank(folder, key)
        for name, expected in bank["expected"].items():
            need(found[name] == expected, f"{name}: {found[name]} is not {expected}")
        walk = Walk(open_files(folder))
        events = [shown_record(record) for _, records in walk.batches() for record in records]
        need(events == bank["events"], "the events differ")
    for receipt in bank["receipts"]:
        proved, link, _ = read_receipt(receipt["receipt"].encode(), key, [], 0)
        need(proved and proved["record_number"] == receipt["record_number"], f"{link} is broken")
        need(proved["record"] == bank["events"][int(receipt["record_number"])], "a receipt is of another event")
    for change in bank["changes"]:
        with tempfile.TemporaryDirectory() as folder:
            write_files(folder, bank["files"])
            for part in change["parts"]:
                data = bytes.fromhex(part["hex"]) if "hex" in part else bytes(part["zeros"])
                with open(os.path.join(folder, part["file"]), "r+b") as file:
                    file.seek(part["at"])
                    file.write(data)
            try:
                found = {"entries": read_bank(folder, key)["entries"]}
            except Damage as damage:
                found = {"damage": {"file": damage.file, "offset": damage.offset}}
            need(found == change["gives"], f"{change['what']}: {found}")
    return 1 + len(bank["receipts"]) + len(bank["changes"])


def selftest_proofs(vector):
    """Those vectors of proofs.md that speak of what this reader does."""
    trees, hashes = vector("proof-trees.json"), lambda texts: [bytes.fromhex(text) for text in texts]
    leaves = [leaf(struct.pack("<I", i)) for i in range(8190)]
    for tree in trees["roots"]:
        need(root_of(leaves[:tree["size"]]).hex() == tree["root"], f"root of {tree['size']}")
    for proof in trees["inclusion"]:
        index, size = proof["index"], proof["size"]
        need(leads_to(leaves[index], index, size, hashes(proof["path"]), root_of(leaves[:size])), f"path of {index}")
    tiles = vector("proof-tiles.json")
    for path in tiles["paths"]:
        need(tile_path(path["level"], int(path["index"]), path["width"]) == path["path"], path["path"])
    for growth in tiles["growth"]:
        paths = [tile_path(*tile) for tile in tiles_of_growth(growth["old_size"], growth["new_size"])]
        need(paths == growth["paths"], f"tiles of growth to {growth['new_size']}")
    notes, receipt = vector("proof-notes.json"), vector("proof-receipt.json")
    keys = lambda texts: [Key(text) for text in texts]
    proved = Receipt(vector("proof-receipt.txt").encode())
    link = proved.broken_link(Key(receipt["log"]), keys(receipt["witnesses"]), 3)
    need(link == (None, receipt["cosigned_by"]) and proved.record.hex() == receipt["record"], "proof-receipt.txt")
    log, witnesses = Key(notes["log"]["key"]), keys(witness["key"] for witness in notes["witnesses"])
    refused = vector("proof-receipt-refused.json")["refused"]
    for case in refused:
        _, link, _ = read_receipt(case["receipt"].encode(), log, witnesses, 3)
        need(link == case["broken"], f"{case['what']}: {link}")
    return len(trees["roots"]) + len(trees["inclusion"]) + len(tiles["paths"]) + len(tiles["growth"]) + 1 + len(refused)


# ---- the command line

def key_file(path):
    try:
        with open(path, encoding="utf-8") as file:
            return Key(file.read().strip())
    except (OSError, UnicodeDecodeError, Bad) as error:
        sys.exit(usage(f"{path}: {error}"))


def usage(what):
    print(f"read_journal.py: {what}", file=sys.stderr)
    return 2


def answer(value, code):
    print(json.dumps(value, indent=1, ensure_ascii=False))
    return code


def receipt_command(arguments):
    parser = argparse.ArgumentParser(prog="read_journal.py receipt", description="verifies a receipt")
    parser.add_argument("file")
    parser.add_argument("--key", required=True, type=key_file, help="the log's public key")
    parser.add_argument("--witness", nargs="+", action="extend", default=[], type=key_file, help="public keys of witnesses")
    parser.add_argument("--quorum", type=int, help="how many of them must have cosigned; all, if not given")
    asked = parser.parse_args(arguments)
    publics = [key.public for key in [asked.key, *asked.witness]]
    types = [key.type for key in [asked.key, *asked.witness]]
    quorum = len(asked.witness) if asked.quorum is None else asked.quorum
    if types != [1] + [4] * len(asked.witness) or len(set(publics)) < len(publics) or not 0 <= quorum <= len(asked.witness):
        return usage("give one key of type 0x01, different keys of type 0x04 as witnesses, and a quorum they can meet")
    with open(asked.file, "rb") as file:
        proved, link, what = read_receipt(file.read(), asked.key, asked.witness, quorum)
    if link:
        return answer({"error": {"file": asked.file, "link": link, "what": what}}, 1)
    return answer(proved, 0)


def main(arguments):
    if arguments[:1] == ["receipt"]:
        return receipt_command(arguments[1:])
    if arguments[:1] == ["selftest"] and len(arguments) == 2:
        try:
            print(f"{selftest(arguments[1])} vectors hold")
        except (Bad, Damage) as error:
            print(f"a vector does not hold: {error}")
            return 1
        return 0
    parser = argparse.ArgumentParser(prog="read_journal.py", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir", help="a bank's folder")
    parser.add_argument("--key", type=key_file, help="the log's public key, from elsewhere than the folder")
    asked = parser.parse_args(arguments)
    try:
        return answer(read_bank(asked.dir, asked.key), 0)
    except Damage as damage:
        return answer({"error": {"file": damage.file, "offset": damage.offset, "what": damage.what}}, 1)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OSError as failed:
        sys.exit(usage(failed))
