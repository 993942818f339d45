"""The domain: tables, states, rules, scopes. Imports no HTTP.

Whoever imports any part of it gets all the tables, and the door closed.
"""

from models import door, recorder, scope
from models.base import Model

door.install(Model.registry, scoped=scope.SCOPED, public=scope.PUBLIC)
recorder.watch(Model.registry)
