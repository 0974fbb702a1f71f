"""The same sentences in the other languages of Acme's customers, as (title, body) for each locale and event type."""

from __future__ import annotations

TRANSLATIONS: dict[tuple[str, str], tuple[str, str]] = {
    ("ja", "payment_failed"): (
        "末尾{card}のカードが承認されませんでした",
        "{name}様、{amount}のお支払いが承認されませんでした。{retry_on}に再度お試しします。\n\n"
        "それまでに**カード情報**をご確認ください。",
    ),
    ("ja", "invoice_created"): (
        "請求書 #{invoice} を発行しました",
        "ご請求額は**{amount}**、お支払期限は{due_on}です。",
    ),
    ("ja", "otp_requested"): ("確認コードを送信しました", "確認コード:{code}(10分間有効)"),
    ("ja", "shipment_dispatched"): ("ご注文 {order} を発送しました 🚚", "{eta}にお届け予定です。"),
    ("ja", "shipment_delayed"): (
        "ご注文 {order} のお届けが{days}日遅れています",
        "<p>{name}様</p><p>ご注文 <b>{order}</b> のお届けが遅れております。新しいお届け予定日は <b>{eta}</b> です。"
        "ご不便をおかけし申し訳ございません。</p>",
    ),
    ("ja", "shipment_delivered"): ("ご注文 {order} をお届けしました 📦", "ご利用ありがとうございました。"),
    ("ja", "welcome"): (
        "Acmeへようこそ 🎉",
        "{name}様、ご登録ありがとうございます。まずは**集荷先住所**をご登録ください。",
    ),
    ("hi", "payment_failed"): (
        "{card} पर समाप्त होने वाला कार्ड अस्वीकृत हुआ",
        "नमस्ते {name}, **{amount}** का भुगतान नहीं हो सका। हम {retry_on} को फिर से कोशिश करेंगे।\n\n"
        "कृपया उससे पहले अपना कार्ड अपडेट करें।",
    ),
    ("hi", "invoice_overdue"): (
        "बिल #{invoice} का भुगतान बाकी है",
        "बिल **#{invoice}** की तारीख {days} दिन पहले निकल गई। बाकी राशि: **{amount}**।",
    ),
    ("hi", "otp_requested"): ("आपका कोड भेज दिया गया है", "आपका कोड {code} है। यह 10 मिनट तक मान्य है।"),
    ("hi", "shipment_delayed"): (
        "ऑर्डर {order} में {days} दिन की देरी",
        "<p>क्षमा करें {name}, आपका ऑर्डर <b>{order}</b> अब <b>{eta}</b> को पहुँचेगा।</p>",
    ),
    ("hi", "shipment_delivered"): ("ऑर्डर {order} पहुँच गया 📦", "{city} में सौंपा गया। धन्यवाद! 🙏"),
    ("hi", "welcome"): ("Acme में आपका स्वागत है 🎉", "{name}, आपका खाता तैयार है। पहला पार्सल हमारी ओर से।"),
    ("ar", "payment_failed"): (
        "تم رفض البطاقة المنتهية بـ {card}",
        "مرحبًا {name}، تعذّر دفع **{amount}**. سنحاول مرة أخرى في {retry_on}.",
    ),
    ("ar", "invoice_overdue"): ("الفاتورة رقم {invoice} متأخرة", "المبلغ المستحق: **{amount}** منذ {days} يومًا."),
    ("ar", "otp_requested"): ("رمز التحقق في الطريق إليك", "رمزك هو {code} وهو صالح لمدة 10 دقائق."),
    ("ar", "shipment_delayed"): (
        "تأخّر الطلب {order} لمدة {days} أيام",
        "<p>نعتذر يا {name}، سيصل الطلب <b>{order}</b> في <b>{eta}</b>.</p>",
    ),
    ("ar", "shipment_delivered"): ("تم تسليم الطلب {order} 📦", "تم التسليم في {city}. شكرًا لك!"),
    ("ar", "welcome"): ("أهلًا بك في Acme 🎉", "{name}، حسابك جاهز. الشحنة الأولى علينا."),
    ("sv", "payment_failed"): (
        "Kortet som slutar på {card} nekades",
        "Hej {name}, banken nekade **{amount}**. Vi försöker igen den {retry_on}.",
    ),
    ("sv", "shipment_delivered"): ("Beställning {order} är levererad 📦", "Lämnad i {city}. Hur gick det?"),
}
