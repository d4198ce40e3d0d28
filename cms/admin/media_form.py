"""The form of a file of the library."""

from wtforms import FloatField
from wtforms.widgets import RangeInput

from cms.admin.forms import Line, RecordForm, Switch
from cms.core.i18n import N_

FOCUS = {"min": "0", "max": "1", "step": "0.01"}


class MediaForm(RecordForm):
    """Named as the columns."""

    title = Line(N_("Title"), description=N_("How the library calls it; readers do not see it."))
    alt = Line(
        N_("Description"),
        description=N_("What the image shows, for people who cannot see it. Read aloud in place of the image."),
    )
    decorative = Switch(
        N_("Only decoration"), description=N_("It says nothing that the text does not; screen readers pass over it.")
    )
    caption = Line(N_("Caption"), description=N_("Shown below the image, such as who took it."))
    focal_x = FloatField(
        N_("Most important point, from the left"),
        widget=RangeInput(),
        render_kw=FOCUS,
        description=N_("Stays in sight where the image is cut to a shape."),
    )
    focal_y = FloatField(N_("Most important point, from the top"), widget=RangeInput(), render_kw=FOCUS)
