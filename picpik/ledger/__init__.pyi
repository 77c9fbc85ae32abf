from .durability import Durability as Durability
from .estimates import estimated_credits as estimated_credits, estimated_seconds as estimated_seconds
from .history import TaskHistory as TaskHistory
from .ledger import FILE_NAME as FILE_NAME, Ledger as Ledger, TaskBelongsElsewhere as TaskBelongsElsewhere
from .ledger_thread import LedgerNotUsed as LedgerNotUsed, LedgerThread as LedgerThread
from .owners import OWNERS_FOLDER as OWNERS_FOLDER, Owners as Owners
from .records import (
    DELIVERED as DELIVERED,
    FAILED as FAILED,
    FINISHED as FINISHED,
    LOOKING as LOOKING,
    STORED as STORED,
    SUBMITTED as SUBMITTED,
    SUBMITTING as SUBMITTING,
    UNKNOWN as UNKNOWN,
    Record as Record,
    Sighting as Sighting,
    StoredFile as StoredFile,
    new_record as new_record,
)
from .results import FOLDER_NAME as FOLDER_NAME, ResultFolder as ResultFolder
from .retention import drop_oldest as drop_oldest
