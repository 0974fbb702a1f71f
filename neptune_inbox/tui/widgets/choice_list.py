"""A list of choices whose highlight is seen in the terminal's own colours too."""

from __future__ import annotations

from textual.style import Style
from textual.widgets import OptionList

HIGHLIGHTED = "option-list--option-highlighted"


class ChoiceList(OptionList):
    """Textual's list of options, with the reversed highlight that the theme asks for.

    Textual 8 leaves `reverse` out of the style that options are drawn in; without colours nothing else shows it.
    """

    def get_visual_style(self, *component_classes: str, partial: bool = False) -> Style:
        """The style of a part, as the stylesheet says it."""
        style = super().get_visual_style(*component_classes, partial=partial)
        if HIGHLIGHTED in component_classes and self.get_component_styles(HIGHLIGHTED).text_style.reverse:
            style += Style(reverse=True)
        return style
