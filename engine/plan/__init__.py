"""What a recipe will cost and can decide, before it runs: arithmetic only, no torch, so that a form can ask as one types.

`plan` gives memory, disk, steps, time and power; `explain` writes it as text with the formula of each part. It advises and
never refuses: a run that does not seem to fit may still be started.
"""

from engine.plan.estimate import plan
from engine.plan.hardware import hardware_facts
from engine.plan.records import (
    CapabilityFacts,
    CapabilityPlan,
    Disk,
    Hardware,
    Memory,
    Part,
    Phase,
    Plan,
    ProtectionCost,
    Remedy,
    RowFacts,
    RowFinding,
    SuiteFacts,
    TimeRange,
)
from engine.plan.text import bytes_text, duration_text, explain, protection_sentence

__all__ = [
    "CapabilityFacts",
    "CapabilityPlan",
    "Disk",
    "Hardware",
    "Memory",
    "Part",
    "Phase",
    "Plan",
    "ProtectionCost",
    "Remedy",
    "RowFacts",
    "RowFinding",
    "SuiteFacts",
    "TimeRange",
    "bytes_text",
    "duration_text",
    "explain",
    "hardware_facts",
    "plan",
    "protection_sentence",
]
