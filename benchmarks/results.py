"""Everything that one run of the bench found out."""

from dataclasses import dataclass

from .batches import Batches
from .growth import Growth
from .heartbeat import Block
from .large_batch import LargeBatch
from .memory import Fresh
from .pattern_bench import PatternBench
from .stages import Calls, Stage
from .waiting import HandOver, Idleness, Polling


@dataclass(frozen=True)
class Results:
    """As measured; what it means is told in `targets` and `report`."""

    stages: list[Stage]
    calls: Calls
    fresh: Fresh
    blocks: list[Block]
    pollings: list[Polling]
    hand_overs: list[HandOver]
    idleness: Idleness
    batches: Batches
    large_batch: LargeBatch
    growth: Growth
    pattern: PatternBench
    two_threads: float
    """What two threads got done of what one did, in the middle of the run; 2 on a machine with a core to spare."""

    def of(self, name: str) -> list[Stage]:
        """The stages of that name."""
        return [stage for stage in self.stages if stage.name == name]
