"""The nodes of the pack. The only room that knows ComfyUI."""

from .host import raw_images, service
from .paid import (
    ApplyReferencePattern,
    ApplyReferenceStyle,
    DescribeImages,
    ExtractContents,
    ExtractPattern,
    GenerateImages,
    PollTask,
    RemoveBackground,
    RemoveContents,
    ResizeImage,
)
from .pattern import (
    CheckSeams,
    Colourway,
    FindRepeat,
    MendSeams,
    ReduceColours,
    RepeatPattern,
    SaveForPrint,
)
from .routes import add_routes as add_routes
from .setup import Account, ExampleImages, Model, SubModel

collect_after_start = service.collect_after_start
load_after_start = service.load_after_start
follow_prompts = raw_images.follow_prompts

NODES = [
    ExtractPattern,
    ApplyReferencePattern,
    ExtractContents,
    RemoveBackground,
    RemoveContents,
    ResizeImage,
    ApplyReferenceStyle,
    GenerateImages,
    DescribeImages,
    PollTask,
    Model,
    SubModel,
    Account,
    ExampleImages,
    FindRepeat,
    CheckSeams,
    MendSeams,
    RepeatPattern,
    ReduceColours,
    Colourway,
    SaveForPrint,
]
