"""Who answers: words to items, best first; the county's own items, and what its list manager teaches."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from benchmarks.finder import complaints, figures
from models.door import NotWritable
from models.lists import ListState
from models.organisation import Duty
from models.plain_words import PlainWord
from models.queries import finding
from models.queries.finder import LONGEST, WEIGHTS, Document, Index, terms
from models.queries.finding import COUNTIES, SHOWN, find, shelf
from models.roles import RoleName
from models.rules.plain_words import prepare_word
from models.workflow import Refused
from tests.make import NOW


@pytest.fixture(autouse=True)
def empty_shelf():
    """What another test has rolled back may stand there with the same keys."""
    shelf.clear()


def index(*items):
    """Of items as (title, category) or (title, category, duties); their keys count from 0."""
    documents = [
        Document(
            key, dict.fromkeys(WEIGHTS, "") | dict(zip(("title", "category", "department_duties"), item, strict=False))
        )
        for key, item in enumerate(items)
    ]
    return Index(documents)


def keys(ranking):
    return [key for key, _ in ranking.hits]


# Ranking


def test_words_are_runs_of_two_and_three_characters_and_whole_words_of_other_scripts():
    assert [term for term, _ in terms("占道经营,12345 Wifi")] == [
        "占道",
        "道经",
        "经营",
        "占道经",
        "道经营",
        "12345",
        "wifi",
    ]
    assert [span for _, span in terms("问,水污染")] == [(2, 4), (3, 5), (2, 5)]


def test_a_word_in_the_title_counts_more_than_one_in_the_duties():
    found = index(("食品安全", "市场"), ("烟花爆竹", "执法", "检查食品安全")).rank("食品安全没人管", [])
    assert keys(found) == [0, 1]


def test_a_rare_word_counts_more_than_one_in_every_item():
    found = index(("消防检查", ""), ("食品检查", ""), ("安全检查", "")).rank("检查消防", [])
    assert keys(found)[0] == 0


def test_what_has_no_word_in_common_is_not_found():
    found = index(("食品安全", "市场")).rank("路灯不亮", [])
    assert found.hits == found.categories == []


def test_a_plain_word_stands_for_words_of_the_list():
    items = index(("水污染防治", "环境"), ("市容管理", "执法"))
    assert keys(items.rank("门口全是牛皮癣", [])) == []
    found = items.rank("门口全是牛皮癣", [("牛皮癣", "市容管理"), ("臭水", "水污染")])
    assert keys(found) == [1]
    assert found.understood == [("牛皮癣", "市容管理")]


def test_plain_words_that_stand_for_the_same_confirm_each_other():
    items = index(("水污染防治", "环境"), ("市容管理", "执法"))
    taught = [("脏水", "水污染防治"), ("鱼塘", "水污染防治"), ("马路", "市容管理")]
    assert keys(items.rank("马路边的鱼塘里全是脏水", taught)) == [0, 1]


def test_a_lone_character_counts_less_than_a_word():
    items = index(("水污染防治", "环境"), ("市容管理", "执法"))
    assert keys(items.rank("摊子摆到河边", [("河", "水污染防治"), ("摊子", "市容管理")])) == [1, 0]


def test_a_plain_word_within_a_longer_one_says_nothing_more():
    items = index(("水污染防治", "环境"), ("大气污染防治", "环境"))
    found = items.rank("一股臭水", [("臭", "大气污染"), ("臭水", "水污染")])
    assert found.understood == [("臭水", "水污染")]


def test_a_category_is_as_good_as_its_best_items():
    items = index(("食品安全监督", "市场"), ("食品摊贩", "执法"), ("食品仓库", "执法"), ("食品运输", "执法"))
    found = items.rank("食品安全监督", [])
    assert [name for name, _ in found.categories] == ["市场", "执法"]


def test_places_that_matched_are_marked_once_and_in_order():
    found = index(("食品安全监督", "市场"), *[("其他事项", "")] * 20).rank("超市食品安全", [])
    assert found.spans("对食品安全和食品摊贩") == [(1, 5), (6, 8)]


def test_what_stands_in_many_items_is_not_marked():
    found = index(*[("监督管理", "")] * 10, ("消防监督", "")).rank("消防监督", [])
    assert found.spans("监督管理与消防") == [(5, 7)]


def test_an_empty_list_and_an_endless_question_are_answered():
    assert index().rank("食品", []).hits == []
    assert keys(index(("食品安全", "")).rank("啊" * LONGEST + "食品安全", [])) == []


# Figures


def test_the_right_category_comes_in_the_first_three_for_most_complaints():
    told = {figure["figure"]: figure for figure in figures()}
    for split in ("tune", "test", "fresh"):
        figure = told[f"finder: {split}"]
        assert figure["category_in_three"] >= 0.70, figure
    assert told["finder: search of 500 items"]["median_ms"] < 30


def test_no_matter_is_in_two_splits():
    texts = [row["text"] for split in ("tune", "test", "fresh") for row in complaints(split)]
    assert len(texts) == len(set(texts)) == 300


# The county's list


def titles(session, actor, question):
    return [item.title for item in find(session, actor, question).items]


def test_items_in_force_are_found_and_drafts_are_not(make, acting):
    make.item(title="河道水污染防治")
    make.item(title="水污染防治草案", duty_list=make.duty_list())
    for role in (RoleName.township_operator, RoleName.list_manager):
        assert titles(*acting(make.township(), role), "水污染") == ["河道水污染防治"]


def test_another_countys_items_and_words_are_not_found(make, acting, session):
    here, there = make.township(), make.township(make.county())
    make.item(make.department(there.region), title="水污染防治")
    session.add(PlainWord(region_id=there.region_id, word="臭水", means="水污染"))
    make.item(title="河长巡查")
    session.commit()
    assert titles(*acting(there), "臭水") == ["水污染防治"]
    for role in (RoleName.township_operator, RoleName.leader, RoleName.admin):  # the last sees every county's
        assert titles(*acting(here, role), "臭水 水污染 河长") == ["河长巡查"]
        assert find(*acting(here, role), "臭水").ranking.understood == []


def test_an_index_in_memory_hides_nothing_and_shows_nothing_that_the_door_does_not(make, acting):
    item = make.item(title="水污染防治")
    session, actor = acting(make.township())
    assert titles(session, actor, "水污染") == ["水污染防治"]
    stamp, _ = shelf._held[actor.region_id]
    there, foreigner = acting(make.township(make.county()))
    shelf._held[foreigner.region_id] = (
        finding._stamp(there, finding.published_items(foreigner)),
        index((item.title, "")),
    )
    assert find(there, foreigner, "水污染").items == []
    assert shelf._held[actor.region_id][0] == stamp


def test_a_new_item_in_force_is_found_at_once(make, acting):
    make.item(title="水污染防治")
    session, actor = acting(make.township())
    assert titles(session, actor, "噪声") == []
    make.item(title="噪声污染防治")
    assert titles(session, actor, "噪声") == ["噪声污染防治"]


def test_an_item_that_is_no_longer_in_force_is_not_found(make, acting, session):
    item = make.item(title="水污染防治")
    asker = acting(make.township())
    assert titles(*asker, "水污染") == ["水污染防治"]
    item.state = ListState.draft
    session.commit()
    assert titles(*asker, "水污染") == []


def test_an_item_found_is_told_as_it_is_now(make, acting, session):
    item = make.item(title="水污染防治")
    asker = acting(make.township())
    assert titles(*asker, "噪声") == []
    item.title = "噪声污染防治"
    session.commit()
    assert titles(*asker, "噪声") == ["噪声污染防治"]


def test_teaching_a_word_changes_the_order_at_once(make, acting):
    make.item(title="渔业码头管理")
    make.item(title="水污染防治")
    asker = acting(make.township())
    assert titles(*asker, "码头边一股臭水") == ["渔业码头管理"]
    manager, actor = acting(make.office(Duty.editorial_office), RoleName.list_manager)
    word = PlainWord(word=" 臭水 ", means="水污染防治")
    prepare_word(manager, word, actor, NOW)
    manager.add(word)
    manager.commit()
    assert titles(*asker, "码头边一股臭水") == ["水污染防治", "渔业码头管理"]


def test_only_the_best_are_told(make, acting):
    for number in range(SHOWN + 5):
        make.item(title="水污染防治" * (1 + (number == 3)))
    found = find(*acting(make.township()), "水污染防治")
    assert len(found.items) == SHOWN
    assert [item.id for item in found.items] == [key for key, _ in found.ranking.hits[:SHOWN]]


def test_who_belongs_to_no_county_asks_none(make, acting):
    session, actor = acting(make.township())
    assert find(session, replace(actor, region_id=None), "水污染") is None


def test_a_search_costs_as_many_statements_for_many_items_as_for_few(make, acting, statements):
    def cost():
        session, actor = acting(make.township())
        find(session, actor, "水污染")
        session.expunge_all()
        statements.clear()
        find(session, actor, "水污染")
        return [statement for statement in statements if "SAVEPOINT" not in statement]

    for _ in range(3):
        make.item(title="水污染防治", cooperating=[make.department()])
    few = cost()
    for _ in range(20):
        make.item(title="水污染防治", cooperating=[make.department()])
    assert len(cost()) == len(few) <= 5


def test_the_index_is_built_once(make, acting, monkeypatch):
    make.item(title="水污染防治")
    built = []
    monkeypatch.setattr(finding, "Index", lambda documents: built.append(1) or Index(documents))
    for _ in range(3):
        find(*acting(make.township()), "水污染")
    assert built == [1]


def test_memory_is_bounded(make, acting):
    session, actor = acting(make.township())
    here = finding.published_items(actor)
    for region in range(COUNTIES + 3):
        shelf.index(session, region, here)
    assert list(shelf._held) == list(range(3, COUNTIES + 3))


# Plain words


@pytest.mark.parametrize(
    ("word", "means", "field"), [(" ", "水污染", "word"), ("臭水", "水", "means"), ("臭水", " ,", "means")]
)
def test_a_word_that_teaches_nothing_is_refused(make, acting, word, means, field):
    session, actor = acting(make.office(Duty.editorial_office), RoleName.list_manager)
    with pytest.raises(Refused) as refusal:
        prepare_word(session, PlainWord(word=word, means=means), actor, NOW)
    assert refusal.value.field == field


def test_words_are_read_by_all_and_taught_by_the_list_manager(make, acting, session):
    session.add(PlainWord(region_id=make.home.id, word="臭水", means="水污染"))
    session.commit()
    theirs, _ = acting(make.township())
    theirs.scalars(select(PlainWord)).one().means = "河长"
    with pytest.raises(NotWritable):
        theirs.commit()
