"""The words that distinguish a one-time code from an order, an amount or a year, in the languages customers receive.

A stem covers every word that begins with it; in scripts without spaces between words it may occur anywhere.
"""

from __future__ import annotations

import re
from enum import Enum
from fnmatch import fnmatch
from functools import lru_cache
from typing import Final

EVENTS: Final = ("*otp*", "*2fa*", "*mfa*", "*verif*", "*one_time*", "*passcode*", "*login_code*")
"""Event types whose numbers are codes; * means any text."""
HIDDEN: Final = "•"
"""Replaces each letter and digit of a code."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CANDIDATE: Final = re.compile(
    # A digit is first in each: what begins with one set of characters is searched for many times as fast.
    r"[\d①-⑨](?:(?:\W{0,9}[\d①-⑨]){3}|(?<=\d)(?:(?:[^\W_]|-){3}"
    r"|(?<=[\w-].)(?:[^\W_]|-){2}|(?<=[\w-]{2}.)(?:[^\W_]|-)|(?<=[\w-]{3}.)))"
)
"""What may contain a code: four digits close together, or a word with a digit; quick, and errs towards matching."""


class Kind(Enum):
    """What a piece of text is, or says about the number next to it."""

    CODE = "code"
    OTHER = "other"
    """The number belongs to an order, a card, a call or an amount."""
    UNIT = "unit"
    """The number counts these, or is an amount of money."""
    LINK = "link"
    """Nothing: it connects such a word to its number, as `is` and `number` do."""
    SPAN = "span"
    """Nothing, and a year may follow it."""
    PLAIN = "plain"
    NUMBER = "number"
    """Not a word: it may be a code itself."""
    END = "end"
    """The end of a sentence."""
    LINE = "line"
    """The end of a line."""


CODE, OTHER, UNIT, LINK, SPAN, PLAIN, NUMBER, END, LINE = Kind
"""Each of them: to look one up in its class takes longer than anything else that is done for a token."""


_CODE_WORDS: Final = _words("""
    code codes passcode passcodes passkey otp otps totp pin pins tan tans mtan smstan 2fa mfa password
    passwords verification verify verifying one-time onetime cod codul codurile coduri parola parole
    parolă senha clave clau contraseña contrasena passe mã heslo hasło haslo hasła jelszó jelszo jelszava lozinka
    geslo sandi msimbo sifra šifra passwort kennwort wachtwoord lösenord losenord adgangskode passord
    salasana tunnusluku
""")
_CODE_STEMS: Final = _words("""
    código codigo códig codici codice còdic kód kod kood kóð kodas kods verifica verifika verifieri verifisering
    verifizier vérifi weryfikac ověřen overen doğrula dogrula şifre sifre authentifi authentica autentica
    authentifiz код пароль парол лозинк верифи аутентифи κωδικ կոդ გადამოწმ კოდ
""")
_CODE_ANYWHERE: Final = _words("""
    验证 驗證 校验码 校驗碼 动态码 動態碼 动态密码
    口令 密码 密碼 认证码 認證碼 确认码 確認碼 安全码 安全碼 コード
    認証 暗証番号 パスワード ワンタイム 인증 코드 비밀번호
    รหัส ລະຫັດ កូដ
    ကုဒ် कोड ओटीपी पिन सत्यापन কোড ওটিপি கடவுச்சொல் குறியீடு ஓடிபி కోడ్ ఓటీపీ કોડ ਕੋਡ ಕೋಡ್ കോഡ് ඔටීපී කේතය ኮድ رمز
    كود الرمز التحقق کد تأیید تایید کوڈ קוד סיסמ אימות
""")
_COMPOUNDS: Final = ("code", "codes", "kode", "koden", "kod", "koodi", "kennwort", "passwort")
"""What a code is called at the end of a longer word: Bestätigungscode, engangskode, vahvistuskoodi."""
_COMPOUND_FROM: Final = 4
"""Letters before it."""
_OTHER_WORDS: Final = _words("""
    ref case room gate flight train seat bus zip zipcode postcode postleitzahl plz cep cap phone tel call telephone
    mobile fax dial version build release model part item items article sku isbn ean iban bic vat uid ustid
    steuernummer serial error status http year ending ends endet endend id ids uuid po rma awb barcode qrcode
    sortcode sum total fee price cost bill quote account acct member membership card karte tarjeta carte cartão
    cartao carta kaart kort kortti karta kártya last4 conto konto compte cuenta conta client cliente
    clients kunde kunden kund klant klient asiakas müşteri musteri customer customers dossier suivi colis valor
    importe importo montant saldo betrag summe gesamt gesamtbetrag bedrag belopp beløp beløb summa kwota částka
    castka összeg osszeg sumă suma iznos tutar ποσό promokod promocode lasku tilaus ordine ordre ordrenr ordrenummer
    orden pedido encomenda comandă comanda számla szamla rendelés rendeles račun racun narudžba narudzba kargo
    vertrag vorgang
""")
_OTHER_STEMS: Final = _words("""
    invoice order ticket booking reservation reference referenz contract policy tracking shipment parcel package
    consignment receipt purchase transaction payment refund amount balance rechnung bestell auftrag kundennummer
    kundennr buchung sendung telefon téléphone teléfono telefone telefono factura fatura facture fattura factur
    commande réservation reserva prenotazione spedizione référence referencia riferimento faktur faktura beställning
    bestilling zamówieni zamowieni przesyłk objednáv objednav zásilk sipariş siparis pesanan tagihan jumlah заказ
    счет счёт счёта накладн сумм договор клиент посылк рахун замовл поръч фактур промокод штрихкод індекс индекс
    телефон τιμολόγι παραγγελί τηλέφων gutschein rabatt fehler buchungs postleit artikel barcode länder qr-
""")
_OTHER_ANYWHERE: Final = _words("""
    订单 訂單 发票 發票 账单 帳單 单号 單號 金额 金額 运单 快递 合同
    邮编 郵遞 电话 電話 尾号 尾號 注文 請求書 請求番号 予約 伝票
    問い合わせ 郵便 주문 송장 청구서 금액 운송장 예약 우편 전화
    คำสั่งซื้อ ใบแจ้งหนี้ ยอด ऑर्डर चालान बिल राशि इनवॉइस فاتورة مبلغ حساب سفارش הזמנה חשבונית סכום טלפון
""")
_UNITS: Final = _words("""
    s sec secs second seconds min mins minute minutes h hr hrs hour hours day days week weeks month months year
    years ms points pts items users customers people messages orders parcels pieces kb mb gb tb km kg g m cm mm
    minuten stunden stunde tage tagen sekunden punkte stück kunden minutos horas días dias segundos puntos pontos
    heures jours secondes minuti ore giorni secondi punti uur dagen seconden punten minuter timmar dagar minutter
    timer dage dager poäng minuuttia tuntia päivää minut godzin dni punktów minuty hodin perc óra nap минут минуты
    часов часа дней секунд баллов хвилин годин днів λεπτά ώρες dakika saat gün puan menit jam hari kr zł kč ft lei
    руб рублей ₽ dollar dollars euro euros pounds rupees rs yen pesos reais credits phút giờ ngày đồng đ
""")
_MONEY: Final = frozenset(
    _words("""
    AED AUD BDT BGN BRL CAD CHF CNY CZK DKK EGP EUR GBP HKD HUF IDR ILS INR JPY KES KRW LKR MXN MYR NGN NOK NZD PHP
    PKR PLN RMB RON RUB Rs SAR SEK SGD THB TRY UAH USD VND ZAR
""")
)
"""In capitals only: `try` and `all` are words as well."""
UNITS_JOINED: Final = _words("""
    分钟 分鐘 小时 小時 天内 天內 秒 分 日 年 月 時間 円 元 块 塊 人 個 件 点 분 시간 일 년 월 원 초 นาที ชั่วโมง บาท
""")
"""Units in scripts without spaces, which follow a number of few digits."""
MONEY_JOINED: Final = _words("""
    円 元 원 บาท
""")
_LINKS: Final = _words("""
    is are was be lautet ist sind es est è é är er jest je ir on sont son olan это be: equals = no nr num number
    numbers nummer numero número numéro numer nº n° номер číslo cislo numara numarası broj
    số nomor 号 號 号码 號碼 番号 번호
    este tău dvs είναι σας שלך הוא của bạn là xác nhận minh wako ni votre su tu din vaš ваш anda
    the your of de der des du del della do da for a an
""")
_SPANS: Final = _words("""
    in since until till by from of before after during © copyright seit von ab bis im vor nach jahr en depuis desde
    hasta año dal nel fino från sedan fra siden til w od do rok roku в с до года год із з από το yıl tahun em até
    dès sinds van tot vuonna v
""")
BINDING: Final = frozenset(
    _words("""
    are be equals er es est is ist je jest lautet olan sind was är è é это
""")
)
"""Those of the words that say what the number is, so that it may refer to anything earlier in the sentence."""
QUALIFIERS: Final = frozenset(
    _words("""
    airport area article bank bar batch booking branch building category client color colour cost country coupon
    currency customer department discount dress error exit gate gift http invitation invite invoice item language
    locale model order post postal product promo promotion promotional qr reference referral region reservation
    response return sort source status store swift tax tracking unit version voucher zip
""")
)
"""Words before `code` that say what it is the code of, so it is not secret."""
QUALIFIERS_BEHIND: Final = frozenset(
    _words("""
    barras barre commande desconto descuento erreur error errore fiscale iata ordine pais pays país pedido pocztowy
    postal postale postnummer poštovní prenotazione prodotto producto produit produto promo promocional promotionnel
    promozionale rabatowy rastreio reduction remise reserva review réduction réservation sconto seguimiento suivi
    swift
""")
)
"""The same after it, with or without a small word between: code postal, código de descuento."""
SMALL_WORDS: Final = frozenset(
    _words("""
    a d da de del della des di do du per à
""")
)
SIGN_IN: Final = frozenset(
    _words("""
    accedere acceder accéder anmelden anmeldung authenticate connecter connexion einloggen identity identität identité
    identidad identità inloggen login logon sesión signin
""")
)
"""What a person does with a code that nothing calls one: use 448291 to log in."""
NEUTRAL: Final = frozenset(
    _words("""
    cod code codes codice codigo codul código kod kode koden κωδικός код
""")
)
"""Words for codes of any kind: the words next to them show which."""
KEY_WORDS_OF_CODES: Final = frozenset(
    _words("""
    challenge onetimepassword passphrase secret token
""")
)
"""Names of codes in a payload or in an address."""
KEY_WORDS_OF_OTHERS: Final = frozenset(
    _words("""
    amount at attempt attempts channel count counter country coupon currency date days discount email enabled
    environment exp expiration expire expires expiry format height hours kind lang lat latitude len length limit lng
    locale longitude max method min minutes name on page percent position promo qty quantity rate required seconds
    size state team time timeout timestamp ts ttl type url user verified width
""")
)
"""Names in a payload whose values are never codes, whatever they look like."""

_BY_WORD: Final[dict[str, Kind]] = {
    **dict.fromkeys(_LINKS, Kind.LINK),
    **dict.fromkeys(_SPANS, Kind.SPAN),
    **dict.fromkeys(_UNITS, Kind.UNIT),
    **dict.fromkeys(_OTHER_WORDS, Kind.OTHER),
    **dict.fromkeys(_CODE_WORDS, Kind.CODE),
}


@lru_cache(maxsize=8_192)
def kind_of(word: str) -> Kind:
    """What a word, or a run of characters of a script without blanks, says about a number."""
    if word in _MONEY:
        return Kind.UNIT
    lower = word.lower()
    if found := _BY_WORD.get(lower):
        return found
    if lower.startswith(_OTHER_STEMS):
        return Kind.OTHER
    if lower.startswith(_CODE_STEMS) or _is_compound(word, lower):
        return Kind.CODE
    return Kind.PLAIN if lower.isascii() else _kind_of_run(lower)


def _is_compound(word: str, lower: str) -> bool:
    # `Captain` and `mountain` end the same way: there, capitals decide.
    if word.endswith(("TAN", "PIN")):
        return True
    return any(lower.endswith(end) and len(lower) >= len(end) + _COMPOUND_FROM for end in _COMPOUNDS)


def _kind_of_run(run: str) -> Kind:
    """By the last word in it that says anything."""
    code = max(run.rfind(word) for word in _CODE_ANYWHERE)
    other = max(run.rfind(word) for word in _OTHER_ANYWHERE)
    if code == other:
        return Kind.PLAIN
    return Kind.CODE if code > other else Kind.OTHER


_WITHIN: Final = _words("""
    code kode codi kodi otp verif weryf overen passw passc passk passp passord kennwort wachtw contrase parol heslo
    haslo jelsz lozinka sandi msimbo sifr losenord salasana tunnusluku token secret challenge dogrula kood authent
    autentic onetime one-time one_time geslo 2fa senha mtan smstan
""")
_FOR_SIGN_IN: Final = (*sorted(word for word in SIGN_IN if word.isascii()), "log in", "sign in", "log on", "sign on")
_FOR_SIGN_IN_FURTHER: Final = tuple(sorted(word for word in SIGN_IN if not word.isascii()))
_BEGINNING: Final = _words("pin tan cod kod mfa clave clau passe hasl")
_FURTHER: Final = tuple(word for word in (*_CODE_WORDS, *_CODE_STEMS, *_CODE_ANYWHERE) if not word.isascii())


@lru_cache(maxsize=1024)
def is_like_any(event_type: str, patterns: tuple[str, ...]) -> bool:
    """Whether an event type is one of these, in which * means any text."""
    return any(fnmatch(event_type.lower(), pattern.lower()) for pattern in patterns)


def may_speak_of_code(text: str) -> bool:
    """Whether a text may hold a word for a code: quick, and true where it is not sure."""
    lower = text.lower()
    for words in (_WITHIN, _FOR_SIGN_IN):
        for word in words:
            if word in lower:
                return True
    for word in _BEGINNING:
        if word in lower and _begins_word(text, lower, word):
            return True
    if not text.isascii():
        for words in (_FURTHER, _FOR_SIGN_IN_FURTHER):
            for word in words:
                if word in lower:
                    return True
    return "PIN" in text or "TAN" in text


def _begins_word(text: str, lower: str, word: str) -> bool:
    """Whether a short word begins some word: in `pin` and `smsPin`, but not in `shipping`."""
    if len(text) != len(lower):
        return True
    at = lower.find(word)
    while at >= 0:
        if at == 0 or not lower[at - 1].isalpha() or text[at].isupper():
            return True
        at = lower.find(word, at + 1)
    return False
