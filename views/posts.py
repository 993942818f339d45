"""Posts of townships and who holds them, which of them lead modules, and committees."""

from app.engine.declare import Chart, Console, Related
from models.base import N_
from models.posts import Committee, CommitteeMember, ModuleLeader, Post, PostHolder
from models.queries.choices import modules, own_committees, own_posts, own_townships, township_people
from models.rules.posts import (
    forget_committee,
    prepare_committee,
    prepare_holder,
    prepare_leader,
    prepare_member,
    prepare_post,
)

posts = Console(
    model=Post,
    name=N_("Posts and duties"),
    category=N_("Townships and villages"),
    icon="fa-user-tie",
    listed=("name", "unit", "duties"),
    form=("unit", "name", "duties"),
    searched=("name", "unit", "duties"),
    among={"unit": own_townships},
    related=(
        Related(model=PostHolder, by="post", listed=("holder", "from_on", "until_on"), order="from_on"),
        Related(model=ModuleLeader, by="post", listed=("module", "role"), order="id"),
        Related(model=CommitteeMember, by="post", listed=("committee", "is_head"), order="id"),
    ),
    prepare=prepare_post,
    empty=N_("No post yet. A township says which posts it has, and what each has to do."),
)

post_holders = Console(
    model=PostHolder,
    name=N_("Holders of posts"),
    category=N_("Townships and villages"),
    listed=("post", "holder", "from_on", "until_on"),
    form=("post", "holder", "from_on", "until_on"),
    searched=("post", "from_on", "until_on"),
    among={"post": own_posts, "holder": township_people},
    order=("from_on", "desc"),
    prepare=prepare_holder,
    in_menu=False,
)

module_leaders = Console(
    model=ModuleLeader,
    name=N_("Leaders of modules"),
    category=N_("Townships and villages"),
    icon="fa-sitemap",
    listed=("module", "unit", "role", "post"),
    form=("unit", "module", "role", "post"),
    searched=("module", "unit", "role", "post"),
    among={"unit": own_townships, "module": modules, "post": own_posts},
    charts=(Chart(by="unit", split="role", title=N_("Leaders of modules by township")),),
    prepare=prepare_leader,
    empty=N_("No leader yet. One post heads all, one leads each module, and others assist."),
)

committees = Console(
    model=Committee,
    name=N_("Committees"),
    category=N_("Townships and villages"),
    icon="fa-people-line",
    listed=("name", "unit", "kind", "duties"),
    form=("unit", "name", "kind", "duties"),
    searched=("name", "unit", "kind"),
    among={"unit": own_townships},
    related=(
        Related(
            model=CommitteeMember,
            by="committee",
            listed=("post", "is_head"),
            order="id",
            empty=N_("Name the posts that sit in it."),
        ),
    ),
    prepare=prepare_committee,
    forget=forget_committee,
    empty=N_("No committee yet. First comes the working committee, then those for special fields."),
)

committee_members = Console(
    model=CommitteeMember,
    name=N_("Members of committees"),
    category=N_("Townships and villages"),
    listed=("committee", "post", "is_head"),
    form=("committee", "post", "is_head"),
    searched=("committee", "post", "is_head"),
    among={"committee": own_committees, "post": own_posts},
    prepare=prepare_member,
    in_menu=False,
)
