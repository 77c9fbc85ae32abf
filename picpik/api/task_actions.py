"""The Actions that make tasks, by their names on the wire, whether the pack has a node for them or not.

Source: the pages of the API reference, each of which has an Action that answers with a TaskUID (for
RemoveBackgroundsInBatch and ExtractContents the answer's table is cut off, but they take pictures in and answer with no
picture). Not here are the Actions that answer at once (ListModels, ListControlNets, ListTasksDetails,
ListRunningTasks, GetCreditBalance), and those of the older generation, which is no longer maintained
(GenerateTxt2Img, GenerateImg2Img, GenerateCompletion): nobody promises that the service does not call a task of
today's Actions by the old name.
"""

from __future__ import annotations

TASK_ACTIONS = frozenset(
    (
        "ApplyReferencePattern",
        "ApplyReferenceStyle",
        "DescribeImages",
        "ExtractContents",
        "GenerateBackgrounds",
        "GenerateImages",
        "GeneratePatternsFromImage",
        "ModifyMaskedPixels",
        "RemoveBackground",
        "RemoveBackgroundsInBatch",
        "RemoveContents",
        "ResizeImage",
    )
)
"""A task of another one of these is another task; a name that is not here says nothing."""
