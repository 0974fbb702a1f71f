"""Titles and bodies in the scripts of the world, as customers of the vendor get them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

DATA = Path(__file__).parent / "data"

TITLES: Final[dict[str, str]] = {
    "devanagari": "6011 पर समाप्त होने वाला कार्ड अस्वीकृत हुआ",
    "telugu": "మీ చెల్లింపు విజయవంతమైంది",
    "tamil": "உங்கள் பணம் செலுத்தப்பட்டது",
    "kannada": "ನಿಮ್ಮ ಪಾವತಿ ಯಶಸ್ವಿಯಾಗಿದೆ",
    "malayalam": "നിങ്ങളുടെ പേയ്മെന്റ് വിജയിച്ചു",
    "bengali": "আপনার পেমেন্ট সফল হয়েছে",
    "sinhala": "ඔබගේ ගෙවීම සාර්ථකයි ක්\u200dෂ",
    "thai": "การชำระเงินของคุณสำเร็จแล้ว",
    "khmer": "ការទូទាត់ប្រាក់បានជោគជ័យ",
    "myanmar": "ငွေပေးချေမှု အောင်မြင်သည်",
    "arabic": "مَرْحَبًا بِكَ 6011 می\u200cخواهم",
    "hebrew": "שָׁלוֹם עוֹלָם 123",
    "cjk": "您的付款已成功 お支払い 한국어 결제",
    "emoji": "🎉 🇮🇳 \U0001fae8 \U0001fae9 ₹499.00",
}
"""One of each of the fourteen, as it stands after cleaning."""


def samples() -> dict[str, str]:
    """The texts that terminals were measured with, by their names."""
    return {each["name"]: each["text"] for each in json.loads((DATA / "samples.json").read_text("utf-8"))}


def measured() -> dict[str, dict[str, int]]:
    """How many cells each terminal moved its cursor for each sample, in the order of the samples."""
    head, *lines = (DATA / "widths.txt").read_text("utf-8").splitlines()
    terminals = head.split()[1:]
    numbers = [re.findall(r"-?\d+", line)[-len(terminals) :] for line in lines]
    widths = [dict(zip(terminals, map(int, row), strict=True)) for row in numbers[: len(samples())]]
    return dict(zip(samples(), widths, strict=True))
