#!/usr/bin/env python3
"""Who may do what, asked of the served bank: every operation of its OpenAPI document by every kind of program and by a person
of every role, held against docs/rights.md, which is made of the policies; and everything of one customer asked for by the other.

    pip install cryptography
    rights.py path/to/tj folder [--long]

An operation that has no row here, or whose action has none in docs/rights.md, fails.
"""

import json
import os
import re
import statistics
import sys
import time
import uuid

from bank import SCOPES, Bank, Machine, Person, Table, arguments, order, town

TJ, FOLDER, LONG = arguments()
RIGHTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../../docs/rights.md")
NONE = "00000000-0000-7000-8000-00000000dead"
TABLE = Table("rights")


def rights():
    """docs/rights.md: heading -> action -> column -> cell."""
    found, heading, columns = {}, None, []
    for line in open(RIGHTS):
        if line.startswith("## "):
            heading = line[3:].strip()
            found[heading] = {}
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if heading is None or not line.startswith("|") or set(line.strip()) <= set("|-"):
            continue
        if cells[0] == "":
            columns = cells[1:]
        else:
            found[heading][cells[0]] = dict(zip(columns, cells[1:]))
    return found


def people_by_role():
    """docs/rights.md on people: action -> role -> cell."""
    return next(table for heading, table in rights().items() if heading.startswith("People"))


def samples(own, other, known):
    """A right request for each operation: its path, its body, and whether it needs more than that."""
    account, paid = own["account"], own["payment"]
    pay = order(account, other["account"], "0.01")
    return {
        "quote_payment": ("/payments/quote", pay),
        "create_payment": ("/payments", pay),
        "show_payment": (f"/payments/{paid}", None),
        "post_payment": (f"/payments/{own['reserved']}/post", {"amount": "0.01"}),
        "void_payment": (f"/payments/{own['reserved']}/void", {}),
        "return_payment": (f"/payments/{paid}/returns", {}),
        "create_payments": ("/payments/batch", json.dumps(pay) + "\n"),
        "open_account": ("/accounts", {"currency": "CNY", "code": 20111, "owners": [own["party"]]}),
        "show_account": (f"/accounts/{account}", None),
        "show_balance": (f"/accounts/{account}/balance", None),
        "list_account_payments": (f"/accounts/{account}/payments", None),
        "show_statement": (f"/accounts/{account}/statement?from=2026-01-01&to=2026-12-31", None),
        "show_limits": (f"/accounts/{account}/limits", None),
        "set_limits": (f"/accounts/{account}/limits", {"per_payment": None, "per_day": None}),
        "list_roles": (f"/accounts/{account}/roles?party={own['party']}", None),
        "grant_role": (f"/accounts/{account}/roles", {"party": own["party"], "role": "viewer"}),
        "revoke_role": (f"/accounts/{account}/roles/revoke", {"party": own["party"], "role": "viewer"}),
        "list_holds": (f"/accounts/{account}/holds", None),
        "place_hold": (f"/accounts/{account}/holds", {"amount": None, "ordered_by": "court", "reference": "2026-1"}),
        "release_hold": (f"/accounts/{account}/holds/hold_{NONE}/release", None),
        "register_party": ("/parties", {"kind": "person", "fields": {"name": "Zhao Yun"}}),
        "show_party": (f"/parties/{own['party']}", None),
        "list_looks": (f"/parties/{own['party']}/looks", None),
        "show_customer_access": (f"/parties/{own['party']}/access", None),
        "let_customer_in": (f"/parties/pty_{NONE}/access", {}),
        "erase_party": (f"/parties/pty_{NONE}/erase", {"reason": "asked for"}),
        "list_cases": ("/cases", None),
        "show_case": (f"/cases/{own['case']}", None),
        "show_case_history": (f"/cases/{own['case']}/history", None),
        "work_case": (f"/cases/{own['case']}/steps", {"step": "note", "text": "seen"}),
        "decide_case": (f"/cases/case_{NONE}/decision", {"decision": "refuse"}),
        "list_rule_sets": ("/risk/rule-sets", None),
        "stream_events": ("/events", None),
        "list_events": ("/events/page", None),
        "show_journal": ("/journal", None),
        "show_receipt": (f"/journal/records/{own['record']}/receipt", None),
        "ask_query": ("/queries", {"sql": "SELECT 1"}),
        "list_orders": (f"/accounts/{account}/orders", None),
        "place_order": (f"/accounts/{account}/orders", {
            "to": other["account"], "money": {"amount": "0.01", "currency": "CNY"}, "code": 1, "first": "2030-01-01", "repeats": "once",
        }),
        "show_order": (f"/accounts/{account}/orders/ord_{NONE}", None),
        "end_order": (f"/accounts/{account}/orders/ord_{NONE}/end", None),
        "list_owners": (f"/accounts/{account}/owners", None),
        "list_helpers": (f"/accounts/{account}/helpers", None),
        "add_helper": (f"/accounts/{account}/helpers", {"party": f"pty_{NONE}", "word": "00000000"}),
        "end_helper": (f"/accounts/{account}/helpers/pty_{NONE}/end", None),
        "list_payees": (f"/parties/{own['party']}/payees", None),
        "keep_payee": (f"/parties/{own['party']}/payees", {"name": "Rent", "account": other["account"]}),
        "end_payee": (f"/parties/{own['party']}/payees/pye_{NONE}/end", None),
        "find_parties": ("/parties?name=zhao", None),
        "file_complaint": ("/complaints", {"text": "Something is wrong."}),
        "answer_complaint": (f"/complaints/cpl_{NONE}/answer", {"text": "We mend it."}),
        "extend_complaint": (f"/complaints/cpl_{NONE}/extend", {"text": "It takes longer.", "days": 5}),
        "raise_complaint": (f"/complaints/cpl_{NONE}/raise", {"text": "It is not mended."}),
        "export_statement": (f"/accounts/{account}/messages/camt.053?from=2026-01-01&to=2026-12-31", None),
        "show_message_sample": ("/messages/samples/pain.001", None),
        "close_day": ("/day/close", {"day": "2020-01-01"}),
        "create_webhook": ("/webhooks", {"url": "https://10.0.0.1/"}),
    }


# What stands in a path where an operation has no row of its own: ids of things that are not there.
NOBODYS = {
    "message": "M1", "webhook": f"whk_{NONE}", "user": "nobody", "client": "nobody", "session": "0" * 15 + "1", "role": "teller", "approval": "1",
    "passkey": "1", "set": "999", "draft": f"drf_{NONE}", "replay": f"rpl_{NONE}", "complaint": f"cpl_{NONE}",
    "model": "0" * 64,
}


def bare(path, operation):
    """A request for what has no row: of things that are not there, with an empty body. None if its path names what is not known here."""
    names = re.findall(r"{(\w+)}", path)
    if not all(name in NOBODYS for name in names):
        return None
    target = path.removeprefix("/api/v1")
    for name in names:
        target = target.replace("{%s}" % name, NOBODYS[name])
    return target, {} if "requestBody" in operation else None


def is_public(operation):
    return operation.get("security") == []


def operations(document):
    """(name, method, path, action, operation) of each."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path, operation.get("x-action"), operation


def ask(machine, method, target, body, token=None):
    """A right request, with a key and a tag; of a stream, its beginning."""
    path, _, query = target.partition("?")
    headers = {"If-Match": "*"}
    if isinstance(body, str):
        headers["Content-Type"] = "application/x-ndjson"
    if target.startswith("/events") and "page" not in target:
        return glance(machine, method, path, token)
    return machine.send(method, path, body, uuid.uuid4().hex, "?" + query if query else "", token, **headers)


def glance(machine, method, path, token):
    connection = machine.connect()
    connection.request(method, "/api/v1" + path, headers=machine.headers(method, "/api/v1" + path, token))
    response = connection.getresponse()
    response.data = b"" if response.status == 200 else response.read()
    connection.close()
    return response


def matrix(document, kinds):
    """Every operation by every kind of program with one scope: as docs/rights.md says."""
    table, asked, wrong = rights(), 0, []
    people = next(heading for heading in table if heading.startswith("People"))
    for name, method, path, action, operation in operations(document):
        if action is None and "security" in operation:
            # For people: a program is turned away, or the door is for whoever has a link or a password.
            for _, machine, tokens, _ in kinds:
                came = ask(machine, method, *bare(path, operation), tokens[SCOPES[0]])
                asked += 1
                right = came.status not in (401, 403, 500) if is_public(operation) else came.status == 403
                if name in ("sign_in_with_password", "sign_in_with_passkey"):
                    right = came.status in (401, 422)
                if not right:
                    wrong.append(f"{name} by {machine.name}: {came.status}")
            continue
        if action is None or action not in table[people]:
            wrong.append(f"{name}: {action} has no row in docs/rights.md")
            continue
        for heading, machine, tokens, sample in kinds:
            request = sample.get(name) or bare(path, operation)
            if request is None:
                wrong.append(f"{name} has no row here")
                continue
            for scope in SCOPES:
                cell = table[heading][action][scope]
                came = ask(machine, method, *request, tokens[scope])
                asked += 1
                right = came.status == 403 if cell == "·" else came.status not in (401, 403, 500)
                if not right:
                    wrong.append(f"{name} by {machine.name} with {scope}: {came.status}, and docs/rights.md says {cell}")
    for why in wrong:
        print("    ", why)
    TABLE.row("every operation by every scope, of the bank and of a customer", not wrong, f"{asked} asked, {len(wrong)} other than docs/rights.md", "0")
    rows = {name for _, _, _, sample in kinds for name in sample}
    gone = rows - {name for name, *_ in operations(document)}
    TABLE.row("no row here for what is no operation", not gone, ", ".join(sorted(gone)))


# What needs no right but to be signed in, where more is decided by what it is about: the rights of which one opens it.
OPENED_BY = {
    "list_approvals": ["recovery.approve", "break_glass.approve", "user.read"],
    "end_emergency": ["session.end"],
}
# What is about nothing of anybody's: a right to what is one's own does not open it.
ABOUT_NOBODY = {"list_case_workers"}
# The end of a session is asked for when everything else was.
LAST = "sign_out"


def by_people(document, people, samples_of):
    """Every operation by a person of every role: as docs/rights.md says. A letter in a cell says on what more it depends."""
    table, asked, wrong = people_by_role(), 0, []
    for name, method, path, action, operation in operations(document):
        if name == LAST:
            continue
        for role, person in people.items():
            request = samples_of(role).get(name) or bare(path, operation)
            if action:
                allowed = "all" in table[action][role].split() if name in ABOUT_NOBODY else table[action][role] != "·"
            else:
                allowed = name not in OPENED_BY or any(table[action][role] != "·" for action in OPENED_BY[name])
            came = ask(person, method, *request)
            asked += 1
            # A signature that is wanted first is no denial, where the table says that it may be.
            signs = bool(action) and "s" in table[action][role].split() and came.code == "must_sign"
            right = came.status not in (401, 403, 500) or signs if allowed else came.status == 403
            if is_public(operation):
                right = came.status in ((401, 422) if name.startswith("sign_in") else (200, 422))
            if not right:
                wrong.append(f"{name} by {role}: {came.status} {came.code}, and docs/rights.md says {table[action][role] if action else 'signed in'}")
    for why in wrong:
        print("    ", why)
    TABLE.row("every operation by a person of every role", not wrong, f"{asked} asked by {len(people)}, {len(wrong)} other than docs/rights.md", "0")


def amounts(people, own, other):
    """What depends on the amount: signed above a limit, or not done at all."""
    pay = lambda role, amount: people[role].send("POST", "/payments", order(own["account"], other["account"], amount), uuid.uuid4().hex)
    for role, amount, wanted in [
        ("customer", "1000.01", "must_sign"), ("teller", "10000.01", "must_sign"), ("teller", "50000.01", "forbidden"),
        ("operations", "10000.01", "must_sign"), ("analyst", "0.01", "forbidden"), ("administrator", "0.01", "forbidden"),
    ]:
        came = pay(role, amount)
        TABLE.row(f"{amount} paid by {role}", came.status == 403 and came.code == wanted, f"{came.status} {came.code}")
    lines = (json.dumps(order(own["account"], other["account"], "400.00")) + "\n") * 3
    came = people["customer"].send("POST", "/payments/batch", lines, uuid.uuid4().hex, **{"Content-Type": "application/x-ndjson"})
    totals = came.json.get("challenge", {}).get("totals")
    TABLE.row("an upload of 1,200.00 by customer", came.code == "must_sign" and totals == [{"amount": "1200.00", "currency": "CNY"}], f"{came.status} {came.code} {totals}")


def other_sites(document, person, samples_of_it):
    """A browser sends a cookie by itself: what writes needs an origin too, and it must be the bank's."""
    for what, headers in [("another site", {"Origin": "https://evil.example"}), ("no page at all", {}), ("a page without an origin", {"Origin": "null"})]:
        asked, done = 0, []
        for name, method, path, _, operation in operations(document):
            if method == "GET" or is_public(operation) and not headers:
                continue
            target, body = samples_of_it.get(name) or bare(path, operation)
            sent = {"Cookie": person.headers(method, path)["Cookie"], "Idempotency-Key": uuid.uuid4().hex, **headers}
            text = body if isinstance(body, str) else json.dumps(body)
            sent["Content-Type"] = "application/x-ndjson" if isinstance(body, str) else "application/json"
            came = person.raw(method, "/api/v1" + target, sent, text)
            asked += 1
            if (came.status, came.code) != (403, "other_origin"):
                done.append(f"{name}: {came.status} {came.code}")
        TABLE.row(f"nothing is written with a cookie from {what}", asked > 30 and not done, f"{asked} asked, {len(done)} not refused {done[:3]}")


def two_persons(administrators, people, newcomer):
    """What takes two: whoever asked does not say yes, nor does whom it is about."""
    first, second = administrators
    given = first.make(f"/users/{newcomer}/roles", {"role": "teller"})
    TABLE.row("a role that moves money waits where there are two administrators", given["given"] is False, given)
    acts = [("a role", given["approval"], first, second, "role")]
    lost = people["teller"].make(f"/users/{newcomer}/recovery", {"reason": "lost the telephone"})["approval"]
    acts.append(("a recovery", lost, people["teller"], people["chief_analyst"], "recovery"))
    fire = people["analyst"].make("/emergency", {"reason": "a fire", "minutes": 1})["approval"]
    acts.append(("an emergency", fire, people["analyst"], second, "emergency"))
    for what, act, asker, other, kind in acts:
        for who, person in [("its asker", asker), ("a customer", people["customer"]), ("a supervisor", people["supervisor"])]:
            came = person.send("POST", f"/approvals/{act}/approve", {})
            TABLE.row(f"{what} is not approved by {who}", came.status in (403, 409), f"{came.status} {came.code}")
        came = other.send("POST", f"/approvals/{act}/approve", {})
        TABLE.row(f"{what} is approved by a second", came.status == 200 and came.json["kind"] == kind, came.status)
        again = other.send("POST", f"/approvals/{act}/approve", {})
        TABLE.row(f"{what} is approved once", again.status == 404, f"{again.status} {again.code}")


def signed_out(people):
    """A session ends at once and for good, also for who kept its cookie."""
    kept = 0
    for person in people.values():
        cookies = dict(person.cookies)
        ended = person.send("POST", "/me/sign-out", {}).status
        person.cookies = cookies
        kept += ended == 204 and person.send("GET", "/me").status == 401
    TABLE.row("a cookie that was kept opens nothing after signing out", kept == len(people), f"{kept} of {len(people)}")


def all_roles(bank, known):
    """A person of every role, let in over HTTP; the administrators first, and last whoever has wider rights in an emergency."""
    roles = [role for role in people_by_role()["health.read"] if role != "nobody known"]
    first = Person(bank, bank.administrator["user"]).come_in(bank.administrator["token"])
    parties = {"customer": known["anna"]["id"], "helper": known["helper"]["id"]}

    def let_in(name, role):
        link = first.make("/users", {"name": name, "roles": [role], **({"party": parties[role]} if role in parties else {})})
        return Person(bank, name).come_in(link["token"])

    people = {role: let_in(role, role) for role in roles if role not in ("administrator", "break_glass")}
    people["administrator"] = first
    # Wider rights are asked for by somebody who works here; without the role they came with, they stand alone.
    alarmed = let_in("alarmed", "data_officer")
    act = alarmed.make("/emergency", {"reason": "somebody empties accounts", "minutes": 10})["approval"]
    people["chief_analyst"].make(f"/approvals/{act}/approve", {})
    first.make("/users/alarmed/roles/data_officer/take", {})
    people["break_glass"] = alarmed
    roles_now = {role: person.send("GET", "/me").json["roles"] for role, person in people.items()}
    alone = all(held == [role] for role, held in roles_now.items()) and set(roles_now) == set(roles)
    TABLE.row("a person of every role signs in", alone, f"{len(people)} of {len(roles)}")
    return people, let_in


def persons(bank, document, known, things):
    """All of the above for people."""
    people, let_in = all_roles(bank, known)
    till = {**things["bert"], "account": known["till"]["id"]}
    samples_of = {"customer": samples(things["anna"], till, known), "helper": samples(things["anna"], till, known)}
    staff = samples(till, things["anna"], known)
    by_people(document, people, lambda role: samples_of.get(role, staff))
    idor(people["customer"], things["bert"], {name: method for name, method, *_ in operations(document)}, " by the customer in person")
    amounts(people, things["anna"], till)
    other_sites(document, people["operations"], staff)
    # From now on there are two administrators.
    second = let_in("second", "administrator")
    let_in("newcomer", "developer")
    two_persons((people["administrator"], second), people, "newcomer")
    signed_out(people)


def public(bank, machine, document):
    """What anybody may ask, and that nothing else answers a stranger."""
    for path in ["/healthz", "/readyz", "/log/key", "/api/v1/openapi.json", "/api/v1/reference", "/api/v1/problems"]:
        came = machine.raw("GET", path, {})
        TABLE.row(f"{path} is for everybody", came.status == 200, came.status)
    refused = 0
    behind = [each for each in operations(document) if not is_public(each[4])]
    for name, method, path, *_ in behind:
        target = re.sub(r"{(\w+)}", "x", path)
        came = machine.raw(method, target, {"Content-Type": "application/json"}, "{}" if method != "GET" else None)
        refused += came.status == 401
    count = len(behind)
    TABLE.row("every other operation turns a stranger away", refused == count, f"{refused} of {count}")


def blank(answer, ids):
    """The bytes of an answer without what differs by itself: the ids asked for and the number of the request."""
    text = re.sub(r"req_[0-9a-f]{32}", "REQ", answer.data.decode())
    for id_ in ids:
        text = text.replace(id_, "ID")
    return answer.status, re.sub(r"record [0-9]+", "record ID", text)


def idor(anna, theirs, methods, by=""):
    """Everything that names an id, asked for with another's id and with one that is not there: the same bytes."""
    gone = {
        "account": f"acc_{NONE}", "party": f"pty_{NONE}", "payment": f"pay_{NONE}", "reserved": f"pay_{NONE}", "case": f"case_{NONE}",
        "record": 999_999_999,
    }
    mine = {"account": "acc_00000000-0000-7000-8000-00000000beef"}
    with_theirs, with_gone = samples(theirs, mine, None), samples(gone, mine, None)
    asked = 0
    for name, (target, body) in with_theirs.items():
        method = methods[name]
        if name in ("open_account", "ask_query") or with_theirs[name] == with_gone[name]:
            continue
        came, none = ask(anna, method, target, body), ask(anna, method, *with_gone[name])
        ids = [value for value in [*theirs.values(), *gone.values()] if isinstance(value, str)]
        first, second = blank(came, ids), blank(none, ids)
        TABLE.row(f"{name} with another's id" + by, came.status in (403, 404, 200) and first == second and not leaks(came, theirs, name), f"{first[0]}, as of one that is not there: {first == second}")
        if first != second:
            print("    ", first, second)
        asked += 1
    TABLE.row("operations that name an id were asked for another's" + by, asked >= 20, asked, ">= 20")


def leaks(came, theirs, name):
    """An upload is answered with 200 and a line for each payment: none may be done."""
    return came.status == 200 and (name != "create_payments" or b'"posted":0' not in came.data)


def bodies(anna, own, theirs):
    """Ids of another in the body of a right request."""
    for what, target, body in [
        ("a text sealed under another's key", "/payments", order(own["account"], theirs["account"], "0.01", text="x", text_of=theirs["party"])),
        ("the return of a payment to another", f"/payments/{theirs['payment']}/returns", {}),
    ]:
        came = anna.send("POST", target, body, uuid.uuid4().hex)
        TABLE.row(what, came.status in (403, 404, 422), f"{came.status} {came.code}")
    lines = "".join(json.dumps(order(source, own["account"], "0.01")) + "\n" for source in (theirs["account"], f"acc_{NONE}"))
    came = anna.send("POST", "/payments/batch", lines, uuid.uuid4().hex, **{"Content-Type": "application/x-ndjson"})
    results = [json.loads(line) for line in came.data.decode().splitlines()]
    same = results[0].get("detail") == results[1].get("detail") and results[2]["summary"]["invalid"] == 2
    TABLE.row("an upload from another's account, and from one that is not there", same, results[0].get("detail"))


def hearing(anna, own, theirs):
    """The stream of a customer: nothing that is not about an account of theirs."""
    after, heard, wrong, last = "", 0, 0, None
    while True:
        page = anna.send("GET", "/events/page", query="?limit=200" + after).json
        for event in page["items"]:
            heard += 1
            words = json.dumps(event)
            wrong += own["account"] not in words
        if page["next"] == last:
            break
        last = page["next"]
        after = f"&after={page['next']}"
    TABLE.row("a customer's events are about the customer's accounts", heard > 0 and wrong == 0, f"{heard} heard, {wrong} of others")


def times(anna, theirs):
    """Whether time tells what the answer does not: medians of the same question about another's and about nobody's."""
    rounds = 400 if LONG else 120
    for what, other, none in [
        ("account", f"/accounts/{theirs['account']}", f"/accounts/acc_{NONE}"),
        ("payment", f"/payments/{theirs['payment']}", f"/payments/pay_{NONE}"),
        ("party", f"/parties/{theirs['party']}", f"/parties/pty_{NONE}"),
    ]:
        took = {other: [], none: []}
        for _ in range(rounds):
            for path in (other, none):
                headers = anna.headers("GET", "/api/v1" + path)
                began = time.perf_counter()
                anna.raw("GET", "/api/v1" + path, headers)
                took[path].append(time.perf_counter() - began)
        first, second = (statistics.median(took[path]) * 1e6 for path in (other, none))
        TABLE.row(f"the time of another's {what} beside nobody's", 0.67 < first / second < 1.5, f"{first:.0f} and {second:.0f} us, median of {rounds}", "a factor of 1.5")


def two_banks(first, anna, second):
    """What one bank was shown opens nothing at another, and what was made for a stranger's server opens nothing at all."""
    twin = Machine(second, "anna", anna.key)
    twin.proof_key = anna.proof_key
    came = twin.ask_token(assertion=anna.assertion())
    TABLE.row("an assertion made for another bank", came.status in (400, 401), f"{came.status} {came.json.get('error')}")
    twin.sign_in()
    came = twin.send("GET", "/journal", token=anna.token)
    TABLE.row("a token of another bank", came.status == 401, f"{came.status} {came.code}")
    path = "/api/v1/journal"
    headers = {"Authorization": f"DPoP {twin.token}", "DPoP": anna.proof("GET", path, twin.token)}
    came = twin.raw("GET", path, headers)
    TABLE.row("a proof made for another bank", came.status == 401, f"{came.status} {came.code}")
    evil = "https://evil.example"
    for host in ("evil.example", f"localhost:{second.port}"):
        proof = twin.proof("GET", path, htu=evil + path)
        came = twin.raw("GET", path, {"Authorization": f"DPoP {twin.token}", "DPoP": proof, "Host": host})
        TABLE.row(f"a proof made for another server, sent on as for {host.split(':')[0]}", came.status == 401, f"{came.status} {came.code}")
    evil = f"http://evil.example:{second.port}"
    proof = twin.proof("GET", path, htu=evil + path)
    came = twin.raw("GET", path, {"Authorization": f"DPoP {twin.token}", "DPoP": proof, "Host": evil.split("//")[1]})
    TABLE.row("a proof that fits the Host of the request and not the bank", came.status == 401, f"{came.status} {came.code}")


def main():
    bank = Bank(TJ, FOLDER)
    staff, anna, bert = (Machine(bank, name) for name in ("staff", "anna", "bert"))
    bank.register(staff)
    bank.start()
    staff.sign_in()
    known = town(staff)
    # A relative of Anna's who may look at her account.
    known["helper"] = staff.make("/parties", {"kind": "person", "fields": {"name": "Wang Xiaomei"}})
    staff.make(f"/accounts/{known['of_anna']['id']}/roles", {"party": known["helper"]["id"], "role": "viewer"})
    things = {}
    for name in ("anna", "bert"):
        account, paid = known[f"of_{name}"]["id"], known["paid"][name]
        reserved = staff.make("/payments", order(account, known["till"]["id"], "0.01", mode="reserve"))
        case = paid["id"].replace("pay_", "case_")
        staff.send("POST", f"/cases/{case}/steps", {"step": "open"})
        things[name] = {
            "account": account, "party": known[name]["id"], "payment": paid["id"], "reserved": reserved["id"], "case": case,
            "record": paid["journal"]["record"],
        }
    bank.stop()
    for machine in (anna, bert):
        bank.register(machine, party=things[machine.name]["party"])
    bank.start()
    document = staff.raw("GET", "/api/v1/openapi.json", {}).json
    tokens = {machine.name: {scope: machine.sign_in(scope).token for scope in SCOPES} for machine in (staff, anna)}
    for machine in (staff, anna, bert):
        machine.sign_in()
    public(bank, staff, document)
    till = {**things["bert"], "account": known["till"]["id"]}
    kinds = [
        ("Machines of the institution, by scope", staff, tokens["staff"], samples(till, things["anna"], known)),
        ("Machines of a customer, by scope", anna, tokens["anna"], samples(things["anna"], till, known)),
    ]
    matrix(document, kinds)
    persons(bank, document, known, things)
    idor(anna, things["bert"], {name: method for name, method, *_ in operations(document)})
    bodies(anna, things["anna"], things["bert"])
    hearing(anna, things["anna"], things["bert"])
    times(anna, things["bert"])
    second = Bank(TJ, FOLDER + ".second")
    second.register(Machine(second, "anna", anna.key))
    second.start()
    two_banks(bank, anna, second)
    second.stop()
    bank.stop()
    TABLE.end()


main()
