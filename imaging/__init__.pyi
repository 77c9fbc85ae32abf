from .boxes import (
    Box as Box,
    box_entries as box_entries,
    is_box_safe as is_box_safe,
    region_box as region_box,
    resolve_box as resolve_box,
    sent_box as sent_box,
)
from .cut_outs import CutOuts as CutOuts, Sought as Sought, cut_out_batch as cut_out_batch
from .decoding import Decoded as Decoded, decode_batch as decode_batch
from .digests import mask_digest as mask_digest, picture_digest as picture_digest
from .enlarging import (
    Wrapping as Wrapping,
    cut_tiles as cut_tiles,
    enlarged_size as enlarged_size,
    wrapping as wrapping,
)
from .entries import mask_entries as mask_entries, pair_batches as pair_batches, picture_entries as picture_entries
from .errors import ImageRefused as ImageRefused, ImagingError as ImagingError, UnreadableImage as UnreadableImage
from .masks import (
    encode_mask as encode_mask,
    is_mask_safe as is_mask_safe,
    refuse_unusable_mask as refuse_unusable_mask,
)
from .pictures import (
    PICTURE_BYTE_BUDGET as PICTURE_BYTE_BUDGET,
    UPLOAD_FORMATS as UPLOAD_FORMATS,
    EncodedImage as EncodedImage,
    encode_local_png as encode_local_png,
    encode_picture as encode_picture,
    refuse_unknown_format as refuse_unknown_format,
    sizes_when_sent as sizes_when_sent,
)
from .points import (
    Point as Point,
    are_points_safe as are_points_safe,
    point_entries as point_entries,
    refuse_contradiction as refuse_contradiction,
    resolve_points as resolve_points,
    scale_points as scale_points,
    sent_points as sent_points,
)
from .result_files import (
    PictureFacts as PictureFacts,
    check_picture as check_picture,
    describe_picture as describe_picture,
    read_picture_size as read_picture_size,
)
from .sizes import (
    LARGEST_SIDE as LARGEST_SIDE,
    SMALLEST_SIDE as SMALLEST_SIDE,
    Size as Size,
    output_size as output_size,
)
from .thumbnails import thumbnail as thumbnail
