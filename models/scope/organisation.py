"""The directory, which all may read."""

from __future__ import annotations

from models.organisation import Posting, Unit

PUBLIC: dict[type, str] = {
    Unit: "the directory: which units there are, and their names",
    Posting: "read to learn who is acting, before anyone is; its page needs a permission of its own",
}
