"""What a plan of internal organs takes, beside what its township's quota has (R30, ZG-09)."""

from __future__ import annotations

from flask import render_template
from flask_appbuilder import expose, has_access
from markupsafe import Markup

from app.beside import PageBeside, row_of
from app.engine.derive import shape_of
from app.engine.fields import translated
from app.extensions import db
from models.establishment import InternalOrgPlan
from models.rules.internal_organs import posts_of
from views.establishment import internal_org_plans


class PostsOfPlan(PageBeside):
    """Whoever may read the plan."""

    shape = shape_of(internal_org_plans)
    route_base = f"/{shape.resource}"

    @expose("/<int:pk>/posts", methods=["GET"])
    @has_access
    def page(self, pk: int) -> str:
        plan = row_of(self.shape, pk)
        return self.render_template("posts_of_plan.html", plan=plan, posts=posts_of(db.session(), plan), t=translated)

    def summary(self, plan: InternalOrgPlan) -> Markup:
        """The same, for the page of the plan."""
        drawn = render_template("_posts_of_plan.html", posts=posts_of(db.session(), plan), t=translated)
        return Markup(drawn)  # noqa: S704  (escaped there)


VIEWS = (PostsOfPlan,)
