"""Nodes that call PICPIK for paid tasks, and Poll Task, which collects them."""

from .apply_reference_pattern import ApplyReferencePattern as ApplyReferencePattern
from .apply_reference_style import ApplyReferenceStyle as ApplyReferenceStyle
from .describe_images import DescribeImages as DescribeImages
from .extract_contents import ExtractContents as ExtractContents
from .extract_pattern import ExtractPattern as ExtractPattern
from .generate_images import GenerateImages as GenerateImages
from .poll_task import PollTask as PollTask
from .remove_background import RemoveBackground as RemoveBackground
from .remove_contents import RemoveContents as RemoveContents
from .resize_image import ResizeImage as ResizeImage
