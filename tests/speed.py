"""How slow this machine is now, so that a bar in seconds means the same work everywhere."""

import json
import os
import time

#: Seconds of processor time that `_work` takes on the machine the bars were set on (2 cores, idle).
REFERENCE_S = 0.05
#: Nobody's patience is stretched further than this.
_MOST = 3.0


def bar(seconds):
    """What `seconds` on the idle reference machine may become here and now.

    With more at work than there are processors, processor time itself stretches; on a slower machine it does anyway.
    """
    crowd = os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 1.0
    return seconds * min(_MOST, max(1.0, crowd, slowness()))


def slowness(times=5):
    """How many times as long a fixed piece of work takes as on the reference machine: the median of several.

    Processor time: caches and a clock shared with other tests count, waiting for a turn does not.
    """
    taken = []
    for _ in range(times):
        began = time.thread_time()
        _work()
        taken.append(time.thread_time() - began)
    return sorted(taken)[len(taken) // 2] / REFERENCE_S


def _work():
    rows = [{"id": at, "name": f"row {at}", "value": at / 7} for at in range(400)]
    for _ in range(40):
        found = json.loads(json.dumps(rows))
        sorted(found, key=lambda row: (-row["value"], row["name"]))
        {row["name"].upper().replace("ROW", "line"): str(row["value"]) for row in found}
