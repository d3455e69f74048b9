"""The store: the only SQL in the project, and the only thing window, command line, host and worker share.

`Store` opens the database; one module per aggregate holds small functions that read and write records. All of them return
records or lists, never cursors: an unfinished cursor would pin an old snapshot and let the write-ahead log grow.
"""

from engine.store.database import Store, home_folder, to_json

__all__ = ["Store", "home_folder", "to_json"]
