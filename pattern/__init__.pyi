from .cloth import (
    MOST_TILES as MOST_TILES,
    Extent as Extent,
    lay_out as lay_out,
    refuse_too_much as refuse_too_much,
    report_cloth as report_cloth,
)
from .colours import Colours as Colours, colours_of as colours_of
from .colourways import change_of_colours as change_of_colours, recoloured as recoloured
from .errors import (
    NoRepeat as NoRepeat,
    NotWritten as NotWritten,
    PatternError as PatternError,
    PatternRefused as PatternRefused,
)
from .layouts import LAYOUTS as LAYOUTS, Layout as Layout, parse_drop as parse_drop, parse_layout as parse_layout
from .mending import Mended as Mended, mend as mend
from .palettes import (
    MOST_COLOURS as MOST_COLOURS,
    palette_lines as palette_lines,
    palette_of_each as palette_of_each,
    palettes_text as palettes_text,
    parse_palettes as parse_palettes,
)
from .pictures import eight_bits as eight_bits, opaque_picture as opaque_picture
from .print_files import FORMATS as FORMATS, PrintFile as PrintFile, encode_print as encode_print
from .print_sizes import (
    MOST_CENTIMETRES as MOST_CENTIMETRES,
    MOST_DPI as MOST_DPI,
    print_resolution as print_resolution,
)
from .repeat_finding import FoundRepeat as FoundRepeat, find_repeat as find_repeat
from .saving import write_new as write_new, write_numbered as write_numbered
from .seam_marks import marked as marked, report_seams as report_seams
from .seams import Seam as Seam, Verdict as Verdict, check_seams as check_seams
from .separating import (
    in_fixed_colours as in_fixed_colours,
    in_own_colours as in_own_colours,
    ink_shares as ink_shares,
    printed as printed,
    separations as separations,
)
