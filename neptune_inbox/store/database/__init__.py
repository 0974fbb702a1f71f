"""One SQLite file.

Opening, repair, its errors and reserved space; no table of ours and no SQL of a use case is in here.
"""
