"""Messages to other platforms: signed, sent at least once under one key, into no private network unless that is set."""

import hashlib
import hmac
import json
import socket
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sqlalchemy import select, update

from jobs import webhooks
from jobs.notices import deliver
from jobs.staffing import watch_terms
from jobs.webhooks import TRIES, NotSent, is_public, send_webhooks
from models.calls import CallState
from models.irregular import ReportState
from models.notices import Outbox
from models.organisation import Duty
from models.recorder import RecorderEntry
from models.webhooks import Delivery, MessageKind, Webhook, WebhookDelivery
from tests.make_supervision import SECRET
from tests.moments import NOW


class Platform:
    """A platform on this machine. It answers what it is told to, and keeps what it was sent."""

    def __init__(self):
        self.status, self.got, self.headers = 200, [], {}
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                platform.got.append((self.path, dict(self.headers), body))
                self.send_response(platform.status)
                for name, value in platform.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def platform():
    platform = Platform()
    thread = threading.Thread(target=platform.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield platform
    platform.server.shutdown()
    thread.join()
    platform.server.server_close()


@pytest.fixture
def inside(settings):
    """It is set that messages may go into private networks, and by http."""
    settings(WEBHOOKS_PRIVATE="1", PUBLIC_URL="https://huying.example/")


@pytest.fixture
def call(make):
    make.posting(unit=make.township())
    return make.call(description="Their own words.", state=CallState.submitted)


def the_one(session):
    session.expire_all()
    return session.scalars(select(WebhookDelivery)).one()


@pytest.mark.requirement("TS-32")
def test_a_message_is_signed_and_tells_number_title_state_and_link(make, session, call, platform, inside):
    make.webhook(address=platform.address)
    deliver(session, NOW)
    assert send_webhooks(session, NOW) == (1, 1)
    ((path, headers, body),) = platform.got
    said = json.loads(body)
    assert said.keys() == {"key", "kind", "number", "title", "state", "state_label", "unit", "at", "link"}
    assert (path, said["number"], said["title"], said["state"]) == ("/hook", call.number, call.title, "submitted")
    assert said["link"] == f"https://huying.example/call/{call.id}"
    assert "Their own words" not in body.decode()
    signed = headers["X-Huying-Timestamp"].encode() + b"." + body
    assert headers["X-Huying-Signature"] == f"sha256={hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()}"
    assert headers["Idempotency-Key"] == said["key"] == session.scalars(select(Outbox.key)).one()
    assert (the_one(session).outcome, the_one(session).sent_at) == (Delivery.sent, NOW)
    assert send_webhooks(session, NOW + timedelta(days=1)) == (0, 0)


@pytest.mark.requirement("TS-32")
def test_what_fails_is_tried_again_later_and_later_under_the_same_key_and_then_given_up(
    make, session, call, platform, inside
):
    make.webhook(address=platform.address)
    deliver(session, NOW)
    platform.status, at, waits = 503, NOW, []
    for _ in range(TRIES):
        assert send_webhooks(session, at) == (0, 0)
        assert send_webhooks(session, at) == (0, 0)
        delivery = the_one(session)
        waits += [delivery.retry_at - at] if delivery.retry_at else []
        at = delivery.retry_at or at
    assert (delivery.outcome, delivery.tries, delivery.error) == (Delivery.given_up, TRIES, "it answered 503")
    assert waits == sorted(waits)
    assert waits[0] < waits[-1]
    assert len({headers["Idempotency-Key"] for _, headers, _ in platform.got}) == 1
    assert send_webhooks(session, at + timedelta(days=9)) == (0, 0)


@pytest.mark.requirement("TS-32")
def test_what_a_crash_leaves_unmarked_is_sent_again(make, session, call, platform, inside, monkeypatch):
    make.webhook(address=platform.address)
    deliver(session, NOW)
    monkeypatch.setattr(webhooks, "_mark", lambda *_: None)
    send_webhooks(session, NOW)
    monkeypatch.undo()
    assert send_webhooks(session, NOW + webhooks.CLAIM) == (1, 1)
    assert len(platform.got) == 2


@pytest.mark.requirement("TS-32")
def test_no_redirection_is_followed(make, session, call, platform, inside):
    make.webhook(address=platform.address)
    deliver(session, NOW)
    platform.status, platform.headers = 307, {"Location": platform.address}
    assert send_webhooks(session, NOW) == (0, 0)
    assert (len(platform.got), the_one(session).error) == (1, "it answered 307")


@pytest.mark.requirement("TS-32")
def test_nothing_goes_into_a_private_network_unless_that_is_set_nor_elsewhere_by_http(
    make, session, call, platform, settings
):
    settings()
    hook = make.webhook(address=platform.address.replace("http:", "https:"))
    deliver(session, NOW)
    assert send_webhooks(session, NOW) == (0, 0)
    assert "HUYING_WEBHOOKS_PRIVATE" in the_one(session).error
    for hours, address, why in ((1, platform.address, "HUYING_WEBHOOKS_PRIVATE"), (9, "http://8.8.8.8/", "https://")):
        session.execute(update(Webhook).where(Webhook.id == hook.id).values(address=address))
        assert send_webhooks(session, NOW + timedelta(hours=hours)) == (0, 0)
        assert why in the_one(session).error
    assert platform.got == []


@pytest.mark.requirement("TS-32")
def test_it_connects_to_the_number_that_was_looked_at(monkeypatch):
    answers = iter(["93.184.215.14", "127.0.0.1"])
    monkeypatch.setattr(webhooks.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (next(answers), 443))])
    gone_to = []
    monkeypatch.setattr(webhooks.socket, "create_connection", lambda to, wait: gone_to.append(to))
    webhooks._Pinned("rebinds.example", 443, secure=False, private=False).connect()
    assert gone_to == [("93.184.215.14", 443)]
    with pytest.raises(NotSent):
        webhooks._Pinned("rebinds.example", 443, secure=False, private=False).connect()


@pytest.mark.requirement("TS-32")
@pytest.mark.parametrize(
    "number",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::"],
)  # fmt: skip
def test_a_number_of_a_private_network_is_not_public(number):
    assert not is_public(number)
    assert is_public("93.184.215.14")
    assert is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


@pytest.mark.requirement("TS-32")
def test_an_address_hears_of_its_kind_in_its_county_while_it_is_switched_on(make, session, call):
    hears = {make.webhook(kind=kind).id for kind in (MessageKind.calls, MessageKind.everything)}
    make.webhook(kind=MessageKind.lists)
    make.webhook(on=False)
    make.webhook(make.county())
    make.press(make.webhook(), "switch_off_hook")
    deliver(session, NOW)
    assert set(session.scalars(select(WebhookDelivery.webhook_id))) == hears
    deliver(session, NOW)
    assert len(session.scalars(select(WebhookDelivery.id)).all()) == 2


@pytest.mark.requirement("TS-32")
def test_the_secret_is_in_no_entry_of_the_recorder(make, session):
    hook = make.webhook()
    make.press(hook, "switch_off_hook")
    assert hook.secret == ""
    of_hook = select(RecorderEntry).where(RecorderEntry.subject_type == "webhook")
    entries = session.scalars(of_hook).all()
    assert len(entries) == 3
    assert not any(SECRET in f"{entry.before} {entry.after} {entry.note}" for entry in entries)


def test_messages_of_many_cost_as_many_statements_as_those_of_few(make, session, platform, inside, statements):
    def cost(many):
        for _ in range(many):
            make.call(state=CallState.submitted)
        deliver(session, NOW)
        statements.clear()
        assert send_webhooks(session, NOW) == (many, many)
        return len(statements)

    make.webhook(address=platform.address)
    assert cost(3) == cost(9)


@pytest.mark.requirement("TS-32")
def test_an_answer_that_drips_is_cut_off(make, session, call, inside, monkeypatch):
    """Each byte comes in time, and the answer never ends."""
    monkeypatch.setattr(webhooks, "LONGEST_ANSWER", 0.3)
    server, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def drip():
        taken, _ = server.accept()
        with taken:
            try:
                while not over.is_set():
                    taken.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                    over.wait(0.02)
            except OSError:
                pass

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    make.webhook(address=f"http://127.0.0.1:{server.getsockname()[1]}/")
    deliver(session, NOW)
    assert send_webhooks(session, NOW) == (0, 0)
    assert (the_one(session).outcome, the_one(session).tries) == (Delivery.waiting, 1)
    over.set()
    thread.join(5)
    server.close()


@pytest.mark.requirement("TS-32")
def test_who_comes_second_does_not_undo_what_the_first_says(make, session, call, platform, inside):
    make.webhook(address=platform.address)
    deliver(session, NOW)
    (sending,) = webhooks._claim(session, NOW)
    webhooks._mark(session, NOW, [sending], [])
    webhooks._mark(session, NOW, [], [(sending, "late")])
    assert (the_one(session).outcome, the_one(session).tries, the_one(session).error) == (Delivery.sent, 1, "")


@pytest.mark.requirement("TS-32")
def test_what_is_on_its_way_is_not_sent_by_a_second_sender(make, session, call, platform, inside, monkeypatch):
    make.webhook(address=platform.address)
    deliver(session, NOW)
    post = webhooks.post

    def and_another_comes(*sending):
        monkeypatch.setattr(webhooks, "post", post)
        assert send_webhooks(session, NOW) == (0, 0)
        post(*sending)

    monkeypatch.setattr(webhooks, "post", and_another_comes)
    assert send_webhooks(session, NOW) == (1, 1)
    assert len(platform.got) == 1


@pytest.mark.requirement("TS-32", "LX-17")
def test_who_reports_whom_leaves_by_no_hook(make, session, platform, inside):
    make.webhook(address=platform.address)
    make.webhook(address=platform.address, kind=MessageKind.burden)
    make.posting(unit=make.office(Duty.supervision_office))
    make.report(state=ReportState.accepted)
    assert session.scalars(select(Outbox.subject_type)).all().count("irregular_assignment_report") > 0
    deliver(session, NOW)
    assert "irregular_assignment_report" not in session.scalars(select(WebhookDelivery.subject_type)).all()


def test_nothing_about_somebody_who_is_dispatched_leaves_by_a_hook(session, make, platform):
    make.webhook(address=platform.address)
    about = {row.__tablename__ for row in (make.change(state="opinion_requested"), make.suggestion())}
    staff = make.staff()
    staff.min_term_until = NOW.date()
    session.commit()
    watch_terms(session, NOW)
    about |= {"agency_staff"}
    assert about <= set(session.scalars(select(Outbox.subject_type)))
    deliver(session, NOW)
    assert not about & set(session.scalars(select(WebhookDelivery.subject_type)))
