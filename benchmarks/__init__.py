"""Figures: how long pages and jobs take, and how many statements they cost. `make bench` prints them."""
