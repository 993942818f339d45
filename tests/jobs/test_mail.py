import logging
import smtplib
import socketserver
import threading
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
from rq.timeouts import JobTimeoutException
from sqlalchemy import update

from jobs import chinese, mail
from jobs.mail import (
    BATCH,
    CLAIM,
    TIMEOUT,
    TRIES,
    Away,
    FileSink,
    Mailing,
    SmtpSink,
    digest,
    letter,
    send_mails,
    sink_of,
)
from models.base import User
from models.notices import Notice, Outbox
from tests.make import NOW


class Post:
    """A sink that remembers, and fails when told to."""

    def __init__(self):
        self.mails, self.trouble = [], {}

    def send(self, message):
        if error := self.trouble.get(message["To"].addresses[0].addr_spec, self.trouble.get("everyone")):
            raise error
        self.mails.append(message)

    @property
    def ids(self):
        return [message["Message-ID"] for message in self.mails]


@pytest.fixture
def post(settings):
    return Post()


@pytest.fixture
def notice(session, make):
    """Notices to people: `notice()` to somebody, `notice(person)`."""
    unit = make.department()

    def put(person=None, message="%(call)s waits.", **details):
        outbox = Outbox(
            key=f"test:{make.user().id}",
            region_id=unit.region_id,
            unit_id=unit.id,
            subject_type="call",
            subject_id=7,
            message=message,
            created_at=NOW,
        )
        session.add(outbox)
        session.flush()
        row = Notice(
            region_id=unit.region_id,
            outbox_id=outbox.id,
            user=person or make.user(),
            unit_id=unit.id,
            subject_type="call",
            subject_id=7,
            message=message,
            details={"call": "330329-2026-0001"} | details,
            created_at=NOW,
        )
        session.add(row)
        session.commit()
        return row

    return put


def mailing(message="%(call)s waits.", number=7, **details):
    return Mailing(number, "li@example.org", message, {"call": "330329-2026-0001"} | details, 0)


def state(session, row):
    session.refresh(row)
    return row.mail_tries, row.mail_after, row.mailed_at


@pytest.mark.databases
def test_a_notice_is_mailed_once(session, notice, post):
    row = notice()
    assert send_mails(session, NOW, post) == (1, 1)
    assert send_mails(session, NOW + timedelta(days=9), post) == (0, 0)
    assert [message["To"] for message in post.mails] == [row.user.email]
    assert state(session, row)[2] == NOW


def test_nobody_without_an_address_or_an_account_in_use_is_written_to(session, make, notice, post):
    without, locked = make.user(), make.user()
    session.execute(update(User).where(User.id == without.id).values(email=""))
    session.execute(update(User).where(User.id == locked.id).values(active=False))
    notice(without)
    notice(locked)
    assert send_mails(session, NOW, post) == (0, 0)


@pytest.mark.databases
def test_what_a_crash_left_is_sent_again_under_the_same_id_when_its_claim_is_over(session, notice, post, monkeypatch):
    row = notice()
    with monkeypatch.context() as crash:
        crash.setattr(mail, "_mark", lambda *_: None)  # killed after sending, before marking
        send_mails(session, NOW, post)
    assert send_mails(session, NOW + CLAIM - timedelta(seconds=1), post) == (0, 0)
    assert send_mails(session, NOW + CLAIM, post) == (1, 1)
    assert len(post.ids) == 2
    assert len(set(post.ids)) == 1
    assert state(session, row)[2] == NOW + CLAIM


def test_nothing_is_locked_while_a_server_is_waited_for(session, notice, post, monkeypatch):
    notice()
    locked = []
    monkeypatch.setattr(post, "send", lambda message: locked.append(session.in_transaction()))
    send_mails(session, NOW, post)
    assert locked == [False]


def test_ids_differ_between_notices_and_between_deployments(session, notice, post, settings):
    first, second = notice(), notice()
    send_mails(session, NOW, post)
    settings(RECORDER_KEY="another" * 8)
    ids = {*post.ids, *(letter(mailing(number=row.id), NOW)["Message-ID"] for row in (first, second))}
    assert len(ids) == 4


@pytest.mark.databases
def test_one_bad_address_keeps_no_other_from_its_mail(session, make, notice, post):
    bad = notice(make.user("wrong", email="wrong@example.org"))
    good = notice()
    post.trouble["wrong@example.org"] = smtplib.SMTPRecipientsRefused({"wrong@example.org": (550, b"password hunter2")})
    assert send_mails(session, NOW, post) == (2, 1)
    assert state(session, good)[2] == NOW
    assert state(session, bad) == (1, NOW + timedelta(minutes=2), None)
    assert bad.mail_error == "SMTPRecipientsRefused 550"


def test_what_fails_is_tried_again_later_and_later_and_at_last_given_up(session, make, notice, post, caplog):
    row = notice(make.user("wrong", email="wrong@example.org"))
    post.trouble["everyone"] = smtplib.SMTPDataError(451, b"later")
    waits, now = [], NOW
    for _ in range(TRIES):
        assert send_mails(session, now, post) == (1, 0)
        after = state(session, row)[1]
        waits.append(after - now)
        assert send_mails(session, after - timedelta(seconds=1), post) == (0, 0)
        now = after
    assert waits == [timedelta(minutes=2**tries) for tries in range(1, TRIES + 1)]
    assert send_mails(session, now + timedelta(days=9), post) == (0, 0)
    assert (row.mail_tries, row.mail_error, row.mailed_at) == (TRIES, "SMTPDataError 451", None)
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == [
        f"Notice {row.id} is given up: SMTPDataError 451"
    ]


def test_a_server_that_is_away_costs_no_mail_a_try(session, notice, post):
    rows = [notice() for _ in range(3)]
    post.trouble["everyone"] = Away("no route")
    assert send_mails(session, NOW, post) == (0, 0)
    assert [state(session, row) for row in rows] == [(0, NOW + CLAIM, None)] * 3
    post.trouble.clear()
    assert send_mails(session, NOW + CLAIM, post) == (3, 3)


def test_what_was_sent_before_the_server_went_away_is_marked(session, make, notice, post):
    first, second = notice(), notice(make.user("later", email="later@example.org"))
    post.trouble["later@example.org"] = Away("gone")
    assert send_mails(session, NOW, post) == (0, 1)
    assert state(session, first)[2] == NOW
    assert state(session, second)[2] is None


def test_a_slow_server_is_left_before_the_claim_is_over(session, notice, post, monkeypatch):
    assert CLAIM.total_seconds() > mail.PATIENCE + 10 * TIMEOUT
    ticks = iter([0.0, 0.0, mail.PATIENCE + 1])
    monkeypatch.setattr(mail.time, "monotonic", lambda: next(ticks))
    for _ in range(3):
        notice()
    assert send_mails(session, NOW, post) == (0, 1)


def test_a_job_that_is_told_to_end_ends(session, notice, post):
    row = notice()
    post.trouble["everyone"] = JobTimeoutException("180 seconds")
    with pytest.raises(JobTimeoutException):
        send_mails(session, NOW, post)
    assert state(session, row)[0] == 0


def test_a_batch_is_bounded_and_costs_as_much_for_few_as_for_many(session, notice, post, statements):
    def cost(rows):
        for _ in range(rows):
            notice()
        statements.clear()
        found = send_mails(session, NOW, post).found
        return found, [s for s in statements if "SAVEPOINT" not in s]

    (three, few), (bounded, many) = cost(3), cost(BATCH + 3)
    assert (three, bounded) == (3, BATCH)
    assert len(few) == len(many)
    assert send_mails(session, NOW, post) == (3, 3)


# The letter


def test_the_letter_is_in_chinese_time_and_from_us(settings):
    settings(MAIL_FROM="huying@county.example")
    mail_ = letter(mailing(message="%(call)s: by %(due)s.", due="2026-11-23T09:30:00+00:00"), NOW)
    assert mail_["Subject"] == "330329-2026-0001: by 2026-11-23 17:30."
    assert mail_["From"].addresses[0].addr_spec == "huying@county.example"
    assert mail_["From"].addresses[0].display_name == "呼应"
    assert mail_.get_content().startswith("330329-2026-0001: by 2026-11-23 17:30.\n")


@pytest.mark.parametrize(
    ("call", "due", "said"),
    [
        ("Nobody came.", "2026-12-20T16:00:00+00:00", "Nobody came. By 2026-12-20 24:00."),
        ("无人到场。", "2026-12-21T01:00:00+00:00", "无人到场. By 2026-12-21 09:00."),
        ("And so on...", "2026-12-21T01:00:00+00:00", "And so on.... By 2026-12-21 09:00."),
    ],
)
def test_a_sentence_has_one_full_stop_and_a_day_ends_at_its_midnight(settings, call, due, said):
    sent = letter(mailing(message="%(call)s. By %(due)s.", call=call, due=due), NOW)
    assert sent.get_content().startswith(f"{said}\n")


def test_the_letter_is_translated(settings, monkeypatch):
    class Chinese:
        def gettext(self, message):
            return {"%(call)s waits.": "%(call)s 等待受理。"}.get(message, message)

    monkeypatch.setattr(chinese, "_translations", Chinese)
    sent = message_from_bytes(letter(mailing(), NOW).as_bytes(), policy=default)
    assert sent["Subject"] == "330329-2026-0001 等待受理。"
    assert sent.get_content().startswith("330329-2026-0001 等待受理。")


@pytest.mark.parametrize("call", ["垃圾\r\nBcc: everyone@example.org", "垃圾\nBcc: a@example.org\n\nBody"])
def test_no_title_writes_a_header(settings, call):
    sent = message_from_bytes(letter(mailing(call=call), NOW).as_bytes(), policy=default)
    assert sent["Bcc"] is None
    assert "\n" not in sent["Subject"]
    assert sent["To"].addresses[0].domain == "example.org"


def test_a_long_title_is_cut_in_the_subject_and_whole_in_the_letter(settings):
    title = "长" * 300
    sent = letter(mailing(call=title), NOW)
    assert len(sent["Subject"]) == mail.SUBJECT_LENGTH
    assert title in sent.get_content()


@pytest.mark.parametrize("email", ["a@example.org, b@example.org", "a@example.org\nBcc: b@example.org", "nobody"])
def test_an_address_that_is_not_one_address_is_refused(session, make, notice, post, email):
    row = notice(make.user("wrong", email=email))
    assert send_mails(session, NOW, post) == (1, 0)
    assert state(session, row)[0] == 1
    assert post.mails == []


# The sinks


def test_without_a_server_mails_are_files(tmp_path, settings):
    assert sink_of(settings()) == FileSink(tmp_path / "data" / "mail")
    asked = settings(SMTP_HOST="mail.example", SMTP_PORT="25", SMTP_USER="u", SMTP_PASSWORD="p", SMTP_STARTTLS="0")
    assert sink_of(asked) == SmtpSink("mail.example", 25, starttls=False, user="u", password="p")


def test_a_mail_sent_again_is_still_one_file(tmp_path, settings):
    sink = FileSink(tmp_path / "mail")
    for _ in range(2):
        sink.send(letter(mailing(), NOW))
    (file,) = (tmp_path / "mail").iterdir()
    assert file.name == f"{letter(mailing(), NOW)['Message-ID'].strip('<>')}.eml"
    assert message_from_bytes(file.read_bytes(), policy=default)["To"] == mailing().email


def test_a_folder_that_cannot_be_written_is_a_server_that_is_away(tmp_path, settings):
    (tmp_path / "mail").write_text("not a folder")
    with pytest.raises(Away):
        FileSink(tmp_path / "mail").send(letter(mailing(), NOW))


class Server(socketserver.ThreadingTCPServer):
    """A mail server that speaks its lines: what it answers to each command, and what it was told."""

    daemon_threads = True

    def __init__(self, **answers):
        self.answers = {"hello": "220 ready", "EHLO": "250 here", "DATA": "354 go on", ".": "250 taken"} | answers
        self.told, self.over = [], threading.Event()
        super().__init__(("127.0.0.1", 0), Talk)


class Talk(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("hello")
        data = False
        for line in self.rfile:
            words = line.decode().rstrip("\r\n")
            self.server.told.append(words)
            word = words.split(" ")[0].upper()
            if data and word != ".":
                continue
            data = word == "DATA"
            if not self.say(word):
                return

    def say(self, word):
        answer = self.server.answers.get(word, "250 fine")
        if answer == "silence":
            self.server.over.wait(5)
        elif answer != "hang up":
            self.wfile.write(f"{answer}\r\n".encode())
            return True
        return False


@pytest.fixture
def serve(monkeypatch):
    servers = []

    def start(**answers):
        server = Server(**answers)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return server, SmtpSink("127.0.0.1", server.server_address[1], starttls=False)

    monkeypatch.setattr(mail, "TIMEOUT", 0.2)
    yield start
    for server in servers:
        server.over.set()
        server.shutdown()
        server.server_close()


def test_a_server_is_handed_the_mail(serve, settings):
    server, sink = serve()
    sink.send(letter(mailing(), NOW))
    assert f"rcpt TO:<{mailing().email}>" in server.told
    assert any(line.startswith("Message-ID:") for line in server.told)


@pytest.mark.parametrize(
    "answers",
    [
        {"hello": "421 too busy"},
        {"hello": "silence"},
        {"DATA": "hang up"},
        {".": "silence"},
        {"EHLO": "hang up"},
    ],
    ids=str,
)
def test_a_server_in_trouble_is_away(serve, settings, answers):
    _, sink = serve(**answers)
    with pytest.raises(Away):
        sink.send(letter(mailing(), NOW))


def test_a_server_that_is_not_there_is_away(settings):
    with pytest.raises(Away, match="ConnectionRefusedError"):
        SmtpSink("127.0.0.1", 1, starttls=False).send(letter(mailing(), NOW))


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"RCPT": "550 no such person"}, smtplib.SMTPRecipientsRefused),
        ({"MAIL": "553 not you"}, smtplib.SMTPSenderRefused),
        ({".": "554 no"}, smtplib.SMTPDataError),
    ],
)
def test_a_mail_that_is_refused_is_refused(serve, settings, answers, error):
    _, sink = serve(**answers)
    with pytest.raises(error):
        sink.send(letter(mailing(), NOW))


def test_a_server_slow_to_say_good_bye_has_the_mail(serve, settings):
    server, sink = serve(QUIT="silence")
    sink.send(letter(mailing(), NOW))
    assert server.told[-2:] == [".", "quit"]


def test_a_server_without_encryption_gets_neither_password_nor_mail(serve, settings):
    server, sink = serve(EHLO="250-here\r\n250 AUTH PLAIN")
    strict = SmtpSink(sink.host, sink.port, starttls=True, user="huying", password="hunter2")
    with pytest.raises(Away) as away:
        strict.send(letter(mailing(), NOW))
    assert not any(line.lower().startswith(("auth", "mail")) for line in server.told)
    assert "hunter2" not in str(away.value)


def test_a_refused_sign_in_is_the_servers_trouble_and_tells_no_secret(serve, settings):
    _, sink = serve(EHLO="250-here\r\n250 AUTH PLAIN", AUTH="535 hunter2 is wrong")
    with pytest.raises(Away) as away:
        SmtpSink(sink.host, sink.port, starttls=False, user="huying", password="hunter2").send(letter(mailing(), NOW))
    assert str(away.value).endswith("SMTPAuthenticationError 535")


# The digest of a morning


@pytest.mark.databases
@pytest.mark.requirement("TC-36")
def test_a_persons_reminders_of_a_morning_are_one_mail(session, make, notice, post):
    busy, other = make.user(), make.user()
    rows = [notice(busy, n=str(n)) for n in range(BATCH + 3)] + [notice(other)]
    for row in rows:
        row.bundled, row.mail_after = True, NOW
    alone = notice(busy)
    session.commit()
    assert send_mails(session, NOW - timedelta(minutes=1), post) == (1, 1)  # what is no reminder waits for nothing
    assert state(session, alone)[2] is not None
    while send_mails(session, NOW, post).found:
        pass
    assert [message["To"] for message in post.mails] == [busy.email, busy.email, other.email]
    assert f"{BATCH + 3}" in post.mails[1]["Subject"]
    assert all(state(session, row)[2] == NOW for row in rows)


def test_a_digest_that_fails_is_tried_again_as_a_whole(session, make, notice, post):
    person = make.user()
    rows = [notice(person) for _ in range(2)]
    for row in rows:
        row.bundled, row.mail_after = True, NOW
    session.commit()
    post.trouble[person.email] = smtplib.SMTPRecipientsRefused({person.email: (550, b"no")})
    send_mails(session, NOW, post)
    assert [state(session, row)[0] for row in rows] == [1, 1]


def test_a_digest_numbers_its_lines_and_keeps_the_first_ones_id(settings):
    mail = digest([mailing(number=3), mailing("%(call)s is late.", number=4)], NOW)
    body = mail.get_content()
    assert "1. 330329-2026-0001 waits." in body
    assert "2. 330329-2026-0001 is late." in body
    assert mail["Message-ID"] == letter(mailing(number=3), NOW)["Message-ID"]
