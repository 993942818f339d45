"""A county's year of calls with crashes injected, and a recount of what its ledger had to do."""
