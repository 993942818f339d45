"""Turns declarations into a console. Knows SQLAlchemy, Flask and Flask-AppBuilder; knows no domain."""
