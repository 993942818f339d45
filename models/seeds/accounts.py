"""The demo county's people: one account for each side of a call. Invented, and only for a demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import Role, User
from models.organisation import Posting, Unit
from models.roles import RoleName as R


@dataclass(frozen=True, slots=True)
class Account:
    """A user name, the unit it serves by code, what it may do there, and what it is called."""

    username: str
    unit_code: str
    roles: tuple[R, ...]
    title: str


TAISHUN, TIANCHANG = "330329", "341181"
ACCOUNTS = (
    Account("admin", "330329-bgs", (R.admin,), "系统管理员"),
    Account("security_admin", "330329-bgs", (R.security_admin,), "安全管理员"),
    Account("audit_admin", "330329-bgs", (R.audit_admin,), "审计管理员"),
    Account("list_manager", "330329-bb", (R.list_manager,), "泰顺县委编办 清单管理员"),
    Account("editorial", "330329-bb", (R.editorial_officer, R.joint_meeting_member), "泰顺县委编办 协调审核"),
    Account("office", "330329-bgs", (R.county_dispatcher, R.joint_meeting_member), "泰顺县委县政府办公室 受理派发"),
    Account("supervision", "330329-dcs", (R.supervisor, R.joint_meeting_member), "泰顺县政府督查室 监督检查账号"),
    Account("assessor", "330329-khb", (R.assessor,), "泰顺县考核办"),
    Account("leader", "330329-ld", (R.leader,), "泰顺县领导"),
    Account("congress", "330329-rd", (R.congress_observer,), "泰顺县人大"),
    Account("congress_luoyang", "330329100", (R.congress_observer,), "罗阳镇人大"),
    Account("zhzf", "330329-zhzf", (R.department_head, R.joint_meeting_member), "泰顺县综合行政执法局"),
    Account("zrzy", "330329-zrzy", (R.department_head,), "泰顺县自然资源和规划局"),
    Account("scjg", "330329-scjg", (R.department_head,), "泰顺县市场监督管理局"),
    Account("zj", "330329-zj", (R.department_head,), "泰顺县住房和城乡建设局"),
    Account("sf", "330329-sf", (R.department_head, R.joint_meeting_member), "泰顺县司法局"),
    Account("luoyang", "330329100", (R.township_head,), "罗阳镇"),
    Account("nanpuxi", "330329111", (R.township_head,), "南浦溪镇"),
    Account("sixi", "330329104", (R.township_head,), "泗溪镇"),
    Account("yayang", "330329106", (R.township_head,), "雅阳镇"),
    Account("grid_luoyang", "330329100-c1-g1", (R.grid_worker,), "罗阳镇网格员"),
    Account("commissioner_luoyang", "330329100-c1", (R.community_commissioner,), "罗阳镇溪坪村社区专员"),
    Account("tc_office", "341181-bgs", (R.county_dispatcher,), "天长市委市政府办公室 受理派发"),
    Account("tc_editorial", "341181-bb", (R.editorial_officer, R.list_manager), "天长市委编办"),
    Account("tc_nongye", "341181-ny", (R.department_head,), "天长市农业农村局"),
    Account("tc_tongcheng", "341181100", (R.township_head,), "铜城镇"),
    Account("tc_chajian", "341181101", (R.township_head,), "汊涧镇"),
)


def address_of(account: Account) -> str:
    """Where mail to a demo account goes: nowhere, by that domain's purpose."""
    return f"{account.username}@example.org"


def add_accounts(session: Session, since: date, password_hash: str) -> int:
    """Add the accounts that are missing, with their postings; how many were added."""
    units = {unit.code: unit for unit in session.scalars(select(Unit))}
    roles = {role.name: role for role in session.scalars(select(Role))}
    known = set(session.scalars(select(User.username)))
    added = 0
    for account in ACCOUNTS:
        if account.username in known:
            continue
        unit = units[account.unit_code]
        user = User(
            username=account.username,
            last_name=account.title,
            first_name="",
            email=address_of(account),
            password=password_hash,
            active=True,
            roles=[roles["member"]],
        )
        session.add(user)
        session.flush()
        session.add_all(
            Posting(user_id=user.id, unit_id=unit.id, role_id=roles[role].id, from_on=since) for role in account.roles
        )
        added += 1
    session.flush()
    return added
