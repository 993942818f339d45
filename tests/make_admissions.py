"""Builders of duty admissions and joint meetings, moved there by the rules, all at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.admissions import (
    AdmissionBatch,
    AdmissionOpinion,
    AdmissionState,
    DutyAdmission,
    Guarantee,
    GuaranteeMeasure,
    Nature,
    OpinionState,
    Stance,
)
from models.meetings import Ballot, JointMeeting, MeetingMember
from models.organisation import Unit
from models.roles import RoleName
from models.rules.admissions import ADMISSION
from models.rules.answers import OPINION
from models.rules.deadlines import SHANGHAI
from models.rules.guarantees import GUARANTEE
from models.rules.meetings import MEETING
from models.rules.minutes import expect_minutes, watch_meeting
from tests.moments import NOW

ADMISSION_WORKFLOWS = {
    DutyAdmission: ADMISSION,
    AdmissionOpinion: OPINION,
    GuaranteeMeasure: GUARANTEE,
    JointMeeting: MEETING,
}
BEGINS, ENDS = date(2026, 12, 21), date(2027, 6, 30)
GUARANTEED = datetime(2026, 12, 21, 1, tzinfo=UTC)
"""By when the guarantees of an admission come, when a test does not care: as it begins, on a Monday at 09:00."""

# The moves that lead from a draft to each state. `answer` and the like stand for every township, member or guarantee.
_HEARD = "submit consult answer put_on_agenda vote record_minutes"
ADMISSION_PATHS = {
    AdmissionState.draft: "",
    AdmissionState.submitted: "submit",
    AdmissionState.consulting: "submit consult",
    AdmissionState.joint_review: "submit consult answer put_on_agenda",
    AdmissionState.approved: f"{_HEARD} approve",
    AdmissionState.refused: f"{_HEARD} refuse",
    AdmissionState.in_force: f"{_HEARD} approve hand_over in_force",
    AdmissionState.suspended: f"{_HEARD} approve hand_over in_force lapse suspend",
    AdmissionState.expired: f"{_HEARD} approve deliver confirm_delivery hand_over in_force expire",
}


class MakeAdmissions:
    """A part of `tests.make.Make`."""

    session: Session

    def batch(self, county: Unit | None = None, name: str = "", year: int = 2026) -> AdmissionBatch:
        county = county or self.home
        return self._add(AdmissionBatch(region_id=county.id, year=year, name=name or self._name("Batch")))

    def meeting(self, *units: Unit, quorum: int = 0, **columns: Any) -> JointMeeting:
        """A planned meeting of these units on admissions; of three departments, if none is named."""
        units = units or tuple(self.department() for _ in range(3))
        columns = {"title": self._name("Meeting"), "meets_at": NOW} | columns
        region_id = units[0].region_id
        meeting = JointMeeting(region_id=region_id, quorum=quorum or len(units), **columns)
        expect_minutes(self.session, meeting)
        watch_meeting(self.session, self._add(meeting), NOW)
        self._add(*(MeetingMember(region_id=region_id, meeting=meeting, unit=unit) for unit in units))
        return meeting

    def admission(
        self,
        applicant: Unit | None = None,
        *,
        state: AdmissionState = AdmissionState.draft,
        townships: Sequence[Unit] = (),
        members: Sequence[Unit] = (),
        then: str = "",
        bare: bool = False,
        at: datetime = NOW,
        **columns: Any,
    ) -> DutyAdmission:
        """A department's admission that names `townships`, before a meeting of `members`: everything at one moment.

        `then`: moves beyond the state. `bare`: it names nobody, and promises nothing.
        """
        applicant = applicant or self.department()
        county = self.session.get(Unit, applicant.region_id)
        columns = {
            "title": self._name("A duty"),
            "nature": Nature.temporary,
            "reason": "For the season only.",
            "department_duties": "Train and supply.",
            "township_duties": "Patrol and report.",
            "legal_basis": "A law, article 7.",
            "starts_on": BEGINS,
            "ends_on": ENDS,
            "duty_list": self.list_in_force(county),
        } | columns
        of_county = {"region_id": applicant.region_id}
        admission = self._add(DutyAdmission(applicant=applicant, **of_county, **columns))
        for unit in () if bare else townships or [self.township(county)]:
            self._add(AdmissionOpinion(admission=admission, township=unit, **of_county))
        for kind in () if bare else Guarantee:
            self._add(GuaranteeMeasure(admission=admission, kind=kind, promise="A lot.", due=GUARANTEED, **of_county))
        members = members or [self.department(county)]
        ballot = Ballot.against if state is AdmissionState.refused else Ballot.in_favour
        for name in f"{ADMISSION_PATHS[state]} {then}".split():
            self._follow_path(admission, name, members, ballot, at)
        return admission

    def opinions(self, admission: DutyAdmission) -> list[AdmissionOpinion]:
        return self._parts(AdmissionOpinion, admission)

    def guarantees(self, admission: DutyAdmission) -> list[GuaranteeMeasure]:
        return self._parts(GuaranteeMeasure, admission)

    def answer(self, admission: DutyAdmission, stance: Stance = Stance.agrees, **options: Any) -> None:
        """Every township that is asked answers so."""
        for opinion in self.opinions(admission):
            if opinion.state is OpinionState.asked:
                self.press(opinion, "answer", stance=stance, opinion="We have read it.", **options)

    def vote(self, admission: DutyAdmission, *ballots: Ballot, **options: Any) -> None:
        """The members vote in order, as many as there are ballots."""
        of_meeting = select(MeetingMember).where(MeetingMember.meeting_id == admission.meeting_id)
        members = self.session.scalars(of_meeting.order_by(MeetingMember.id)).all()
        for member, ballot in zip(members, ballots, strict=False):
            speaker = self.actor(member.unit, RoleName.joint_meeting_member)
            self.press(admission, "vote", speaker, ballot=ballot, reason="So we think.", **options)

    def parties(self, subject: Any) -> list[Unit]:
        """The department and the townships that an admission concerns, or a part of one."""
        if isinstance(subject, JointMeeting):
            return []
        admission = subject if isinstance(subject, DutyAdmission) else subject.admission
        named = [subject] if isinstance(subject, AdmissionOpinion) else self.opinions(admission)
        return [admission.applicant, *(opinion.township for opinion in named)]

    def _parts(self, model: type[Any], admission: DutyAdmission) -> list[Any]:
        of_admission = select(model).where(model.admission_id == admission.id)
        return list(self.session.scalars(of_admission.order_by(model.id)))

    def _follow_path(
        self, admission: DutyAdmission, name: str, members: Sequence[Unit], ballot: Ballot, at: datetime
    ) -> None:
        match name:
            case "answer":
                self.answer(admission, at=at)
            case "vote":
                self.vote(admission, *[ballot] * len(members), at=at)
            case "record_minutes":
                self.press(admission.meeting, name, minutes="Everyone was heard.", at=at)
            case "deliver" | "confirm_delivery" | "lapse":
                for measure in self.guarantees(admission):
                    self.press(measure, name, delivery="All of it.", at=at)
            case "put_on_agenda":
                self.press(admission, name, meeting_id=self.meeting(*members, meets_at=at), at=at)
            case "hand_over":
                self.press(
                    admission,
                    name,
                    handover_record="Files and keys.",
                    handed_over_on=at.astimezone(SHANGHAI).date(),
                    at=at,
                )
            case _:
                self.press(admission, name, at=at)
