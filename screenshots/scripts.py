"""Inboxes of customers who write in other scripts: what the pictures of them show."""

from __future__ import annotations

from neptune_inbox.model import Filter
from screenshots.studio import Studio
from screenshots.svg import Frame

MINUTE = 60_000
AGES = (2, 9, 21, 38, 64, 97, 152, 240, 415, 610)
"""Minutes."""

PEOPLE = {
    "hindi": (("u-7101", "प्रिया शर्मा"), ("u-7102", "राजेश कुमार"), ("u-7103", "अनन्या मिश्रा")),
    "telugu": (("u-7201", "శ్రీనివాస్ రెడ్డి"), ("u-7202", "లక్ష్మీ ప్రసన్న"), ("u-7203", "కృష్ణ చైతన్య")),
    "arabic": (("u-7301", "ليلى حداد"), ("u-7302", "محمد العلي"), ("u-7303", "نور الدين")),
}
TEXTS = {
    "hindi": (
        ("payment_failed", "6011 पर समाप्त होने वाला कार्ड अस्वीकृत हुआ"),
        ("invoice_overdue", "बिल #1002 का भुगतान बाकी है"),
        ("shipment_delayed", "ऑर्डर A-40117 में 2 दिन की देरी"),
        ("shipment_delivered", "ऑर्डर A-39870 पहुँच गया 📦"),
        ("payment_received", "₹1,499.00 का भुगतान सफल हुआ"),
        ("welcome", "Acme में आपका स्वागत है 🎉"),
        ("refund_issued", "₹249.50 की वापसी शुरू कर दी गई है"),
        ("plan_changed", "आपकी योजना अब Business है"),
        ("new_sign_in", "हैदराबाद से नया साइन-इन"),
        ("release_announced", "Acme 7.2: बिना प्रिंटर के वापसी"),
    ),
    "telugu": (
        ("payment_failed", "6011తో ముగిసే కార్డు తిరస్కరించబడింది"),
        ("invoice_overdue", "ఇన్వాయిస్ #1002 గడువు దాటింది"),
        ("shipment_delayed", "ఆర్డర్ A-40117 రెండు రోజులు ఆలస్యమవుతుంది"),
        ("shipment_delivered", "ఆర్డర్ A-39870 చేరింది 📦"),
        ("payment_received", "మీ చెల్లింపు ₹1,499.00 విజయవంతమైంది"),
        ("welcome", "Acmeకి స్వాగతం 🎉"),
        ("refund_issued", "₹249.50 తిరిగి చెల్లించబడుతోంది"),
        ("plan_changed", "మీ ప్లాన్ ఇప్పుడు Business"),
        ("new_sign_in", "హైదరాబాద్ నుండి కొత్త సైన్-ఇన్"),
        ("release_announced", "Acme 7.2: ప్రింటర్ లేకుండా వాపసు"),
    ),
    "arabic": (
        ("payment_failed", "تم رفض البطاقة المنتهية بـ 5105"),
        ("invoice_overdue", "الفاتورة رقم 1002 متأخرة"),
        ("shipment_delayed", "تأخّر الطلب A-40021 لمدة 3 أيام"),
        ("shipment_delivered", "تم تسليم الطلب A-39870 📦"),
        ("payment_received", "تم استلام دفعة بقيمة 499.00"),
        ("welcome", "أهلًا بك في Acme 🎉"),
        ("refund_issued", "سيُعاد إليك مبلغ 249.50"),
        ("plan_changed", "خطتك الآن Business"),
        ("new_sign_in", "تسجيل دخول جديد من عمّان"),
        ("release_announced", "Acme 7.2: إرجاع من دون طابعة"),
    ),
}
BODIES = {
    "hindi": "नमस्ते प्रिया, **₹1,499.00** का भुगतान नहीं हो सका। हम 2 दिसंबर को फिर से कोशिश करेंगे।\n\n"
    "कृपया उससे पहले अपना कार्ड अपडेट करें, ताकि आपकी डिलीवरी चलती रहे।",
    "telugu": "నమస్కారం శ్రీనివాస్, **₹1,499.00** చెల్లింపు జరగలేదు. డిసెంబర్ 2న మళ్లీ ప్రయత్నిస్తాము.\n\n"
    "దయచేసి అంతకు ముందే మీ కార్డును నవీకరించండి.",
    "arabic": "مرحبًا ليلى، تعذّر دفع **499.00**. سنحاول مرة أخرى في 2 ديسمبر.\n\n"
    "يُرجى تحديث بطاقتك قبل ذلك حتى تستمر شحناتك.",
}


async def inbox_in(script: str) -> Frame:
    """The inbox of a team whose customers write in this script."""
    people = PEOPLE[script]
    studio = Studio(users=tuple(user_id for user_id, _ in people))
    state, now = studio.sandbox_state, studio.clock.now()
    for user_id, name in people:
        state.create_user(studio.environment, user_id, {"name": name})
    for number, (event_type, title) in enumerate(TEXTS[script]):
        state.add_notification(
            studio.environment,
            people[number % len(people)][0],
            title,
            body=BODIES[script],
            event_type=event_type,
            link="https://acme.example/billing/cards",
            created_at=now - AGES[number] * MINUTE,
        )
    await studio.fetch()
    async with studio.open(100, 30, kind=Filter.ALL) as sitter:
        await sitter.be_online()
        await sitter.see(TEXTS[script][0][1].split()[-1], people[1][1].split()[0])
        return await sitter.hold_still()
