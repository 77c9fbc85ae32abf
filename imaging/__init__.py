"""IMAGE and MASK tensors to encoded image bytes, and back. Knows neither HTTP nor ComfyUI nor base64."""

from .boxes import Box as Box
from .boxes import box_entries as box_entries
from .boxes import region_box as region_box
from .boxes import resolve_box as resolve_box
from .boxes import scale_box as scale_box
from .decoding import Decoded as Decoded
from .decoding import decode_batch as decode_batch
from .entries import mask_entries as mask_entries
from .entries import pair_batches as pair_batches
from .entries import picture_entries as picture_entries
from .errors import ImageRefused as ImageRefused
from .errors import ImagingError as ImagingError
from .errors import UnreadableImage as UnreadableImage
from .masks import encode_mask as encode_mask
from .masks import refuse_unusable_mask as refuse_unusable_mask
from .pictures import PICTURE_BYTE_BUDGET as PICTURE_BYTE_BUDGET
from .pictures import UPLOAD_FORMATS as UPLOAD_FORMATS
from .pictures import EncodedImage as EncodedImage
from .pictures import encode_picture as encode_picture
from .result_files import PictureFacts as PictureFacts
from .result_files import check_picture as check_picture
from .result_files import read_picture_size as read_picture_size
from .sizes import LARGEST_SIDE as LARGEST_SIDE
from .sizes import SMALLEST_SIDE as SMALLEST_SIDE
from .sizes import output_size as output_size
