"""One-time codes: found however they are written and in whatever language, hidden in every part; nothing else is."""

from __future__ import annotations

import json
import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neptune_inbox import code_words
from neptune_inbox.code_hiding import ID_OR_INSTANT, Codes, _joined, folded
from neptune_inbox.code_tokens import _scanned, tokens_of
from neptune_inbox.code_words import CANDIDATE, HIDDEN, Kind, kind_of, may_speak_of_code
from neptune_inbox.codes import NO_MASK, CodeMask, hide_in_json, parsed

MASK = CodeMask()
SENTENCES = {
    "English": "Your verification code is {}",
    "English, behind": "{} is your Acme code.",
    "OTP": "OTP: {}. Do not share it.",
    "Spanish": "Tu código de verificación es {}.",
    "Portuguese": "O seu código é {}",
    "French": "Votre code de vérification : {}",
    "Italian": "Il tuo codice è {}",
    "German": "{} ist Ihr Bestätigungscode.",
    "Dutch": "Je verificatiecode is {}",
    "Swedish": "Din kod är {}",
    "Danish": "Din engangskode er {}",
    "Finnish": "Vahvistuskoodi: {}",
    "Polish": "Twój kod to {}",
    "Czech": "Ověřovací kód: {}",
    "Hungarian": "Az Ön kódja: {}",
    "Romanian": "Codul tău este {}",
    "Croatian": "Vaš kod je {}",
    "Greek": "Ο κωδικός σας είναι {}",
    "Russian": "Ваш код подтверждения: {}",
    "Ukrainian": "Ваш код: {}",
    "Bulgarian": "Вашият код е {}",
    "Turkish": "Doğrulama kodunuz: {}",
    "Arabic": "رمز التحقق {}",
    "Persian": "کد تایید شما {}",
    "Urdu": "آپ کا کوڈ {}",
    "Hebrew": "קוד האימות שלך הוא {}",
    "Hindi": "आपका ओटीपी {} है",
    "Bengali": "আপনার কোড {}",
    "Tamil": "உங்கள் குறியீடு {}",
    "Thai": "รหัสของคุณคือ {}",
    "Vietnamese": "Mã xác nhận của bạn là {}",
    "Indonesian": "Kode Anda {}",
    "Swahili": "Msimbo wako ni {}",
    "Chinese": "您的验证码是{}，5分钟内有效。",
    "Chinese, traditional": "驗證碼：{}",
    "Japanese": "認証コードは{}です",
    "Korean": "인증번호는 {}입니다",
}
SHAPES = (
    *("4829", "48291", "482913", "4829130", "48291307", "482 913", "482-913", "48 29 13", "4 8 2 9 1 3"),
    *("G-482913", "FB-48291", "A7K9QX", "AB12CD", "4829-1307", "ABC-482", "K7Q-9XZ"),
    *("٤٨٢٩١٣", "۴۸۲۹۱۳", "४८२९१३", "๔๘๒๙๑๓", "４８２９１３", "①②③④⑤⑥", "4️⃣8️⃣2️⃣9️⃣1️⃣3️⃣", "**482913**", "`482913`"),
)
NOT_CODES = (
    ("Invoice #1002 over 1.500,00 is overdue. The code is on its way.", ""),
    ("Invoice 10023 is overdue. Your password was not needed.", ""),
    ("Invoice INV-10023: verify the amount of 1500 EUR", ""),
    ("Verification of order 10023 is done", ""),
    ("Order number is 48213, no code needed", ""),
    ("Order A-20345 waits for its pickup code", ""),
    ("Rechnung Nr. 10023, ein Passwort ist nicht nötig", ""),
    ("Factura 10023: su código llega aparte", ""),
    ("Заказ № 10023, код отправлен отдельно", ""),
    ("订单号10023，验证码已发送", ""),
    ("注文番号10023、認証コードは別便です", ""),
    ("주문번호 10023, 인증번호는 따로 보냅니다", ""),
    ("Card ending 4242 was declined, verify it", "payment_failed"),
    ("Card •••• 4242 was verified", ""),
    ("Total $4829 for the code review", ""),
    ("4829 EUR for a password manager", ""),
    ("We charged 12 345 kr, code or not", ""),
    ("© 2026 Acme. We never ask for your code.", "otp_requested"),
    ("In 2026 your codes change", ""),
    ("Seit 2026 gilt ein neues Passwort", ""),
    ("Your PIN was used on 2026-11-28 at 12:30", "login"),
    ("The code was sent on 28.11.2026 at 18:30", ""),
    ("The code is good for 1440 minutes", "otp_requested"),
    ("密码将在1440分钟后失效", ""),
    ("Call +49 30 1234567 if you did not ask for the code", "otp_requested"),
    ("Your postal code 10115 was changed", ""),
    ("Use the promo code SAVE2026 today", ""),
    ("Código postal 28013 de su pedido", ""),
    ("Error code 50012 in the verification", ""),
    ("Build 7.12.4 asks for the code twice", ""),
    ("See https://acme.example/orders/10023?page=2024 for your code", ""),
    ("Write to rita4829@acme.example for a code", ""),
    ("Your code was sent with 7b1c0d3e-1234-4829-9130-482913482913", ""),
    ("Sign in to see invoice 10023", ""),
    ("New login from device 10023. Not you? Log in and change it.", ""),
    ("You paid with 10023 points. Log in to see more.", ""),
    ("Log in to track order 10023", ""),
    ("Use SAVE2026 when you sign in and get 20% off", ""),
    ("Log in and use 20000 bonus coins", ""),
)


def dotted(shape: str) -> str:
    return "".join(HIDDEN if char.isalnum() else char for char in shape)


class TestWhatIsACode:
    @pytest.mark.parametrize("language", SENTENCES)
    def test_in_every_language_and_shape(self, language: str) -> None:
        sentence = SENTENCES[language]
        shown = {shape: MASK.text(sentence.format(shape), "message") for shape in SHAPES}
        assert shown == {shape: sentence.format(dotted(shape)) for shape in SHAPES}

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("Your code for order 10023 is 482913", "Your code for order 10023 is ••••••"),
            ("Verification code for your order: 482913", "Verification code for your order: ••••••"),
            ("Order 10023: your code is 482913.", "Order 10023: your code is ••••••."),
            ("您的验证码482913用于订单10023", "您的验证码••••••用于订单10023"),
            ("Your PIN is 2026", "Your PIN is ••••"),
            ("Your code: ab12cd", "Your code: ••••••"),
            ("Your code is #482913", "Your code is #••••••"),
            ("OTP-482913", "OTP-••••••"),
            ("Codes: 482913, 593024 and 604135", "Codes: ••••••, •••••• and ••••••"),
            ("Enter it to go on.\n\n482913\n\nThe code is good for 10 minutes.", None),
            ("https://acme.example/in?code=482913&user=48", "https://acme.example/in?code=••••••&user=48"),
            ("[In](https://acme.example/verify/482913)", "[In](https://acme.example/verify/••••••)"),
            ("https://acme.example/?next=%2Fin%3Fotp%3D482913", "https://acme.example/?next=%2Fin%3Fotp%3D••••••"),
            ("**482** **913** is your code", "**•••** **•••** is your code"),
            ("Use 482913 to log in to Acme.", "Use •••••• to log in to Acme."),
            ("Enter 482 913 to sign in", "Enter ••• ••• to sign in"),
            ("Login with 482913", "Login with ••••••"),
            ("To confirm your identity enter 482-913.", "To confirm your identity enter •••-•••."),
            ("Utilisez 482913 pour vous connecter", "Utilisez •••••• pour vous connecter"),
            ("Usa 482913 para iniciar sesión", "Usa •••••• para iniciar sesión"),
        ],
    )
    def test_and_nothing_beside_it(self, text: str, shown: str | None) -> None:
        assert MASK.text(text, "") == (text.replace("482913", "••••••") if shown is None else shown)

    @pytest.mark.parametrize(
        ("data", "shown"),
        [
            ({"otp": 482913, "order_id": 10023}, {"otp": "••••••", "order_id": 10023}),
            ({"verificationCode": "AB12cd"}, {"verificationCode": "••••••"}),
            ({"sms": {"pin": {"value": "4829"}}}, {"sms": {"pin": {"value": "••••"}}}),
            ({"smsPin": "4829"}, {"smsPin": "••••"}),
            ({"one-time-password": "482913"}, {"one-time-password": "••••••"}),
            ({"oneTimePassword": "482913"}, {"oneTimePassword": "••••••"}),
            ({"one_time_pin": 482913, "time": "10023"}, {"one_time_pin": "••••••", "time": "10023"}),
            ({"one_time_donation": 5000}, {"one_time_donation": 5000}),
            ({"vars": ["OTP", "482913"]}, {"vars": ["OTP", "••••••"]}),
            ({"vars": ["Order", "482913"]}, {"vars": ["Order", "482913"]}),
            ({"тема": "Ваш код 482913"}, {"тема": "Ваш код ••••••"}),
            ([{"name": "code", "value": "482913"}], [{"name": "code", "value": "••••••"}]),
            ({"code": "482 913", "country_code": "4829"}, {"code": "••• •••", "country_code": "4829"}),
            ({"otp_expires_in": 86400, "code_length": 4000}, {"otp_expires_in": 86400, "code_length": 4000}),
            ({"zip_code": "10115", "promo_code": "SAVE2026"}, {"zip_code": "10115", "promo_code": "SAVE2026"}),
            ({"code": "RATE_LIMITED", "error_code": 50012}, {"code": "RATE_LIMITED", "error_code": 50012}),
            ({"verified_at": "2026-11-04T10:00:00Z"}, {"verified_at": "2026-11-04T10:00:00Z"}),
        ],
    )
    def test_in_a_payload_by_the_names(self, data: object, shown: object) -> None:
        codes = MASK.find("message", "Hello", "", (), (json.dumps(data),))
        assert (json.loads(hide_in_json(codes, json.dumps(data))) if codes else data) == shown

    def test_a_bare_number_in_a_payload_is_one_where_the_text_speaks_of_it(self) -> None:
        payload = '{"digits": "482913", "order": "10023"}'
        codes = MASK.find("message", "Your code is in the app", "", (), (payload,))
        assert codes is not None
        assert json.loads(hide_in_json(codes, payload)) == {"digits": "••••••", "order": "10023"}
        assert MASK.find("message", "Your parcel is on its way", "", (), (payload,)) is None

    @pytest.mark.parametrize(("text", "event"), NOT_CODES)
    def test_numbers_of_other_things_stay(self, text: str, event: str) -> None:
        assert MASK.text(text, event) == text

    def test_words_of_the_settings_count_too(self) -> None:
        assert MASK.text("Zugangsnummer 482913", "") == "Zugangsnummer 482913"
        assert CodeMask(more_words=("Zugangsnummer",)).text("Zugangsnummer 482913", "") == "Zugangsnummer ••••••"
        assert CodeMask(events=("login_*",)).text("Type 482913", "login_sms") == "Type ••••••"
        assert NO_MASK.text("482913 is your code", "otp_requested") == "482913 is your code"


class TestEveryPart:
    @given(st.randoms(use_true_random=False))
    def test_what_one_part_gives_away_is_hidden_in_all(self, rng: Random) -> None:
        code = f"{rng.randrange(10**6):06}"
        written = [
            code,
            f"{code[:3]} {code[3:]}",
            f"{code[:3]}-{code[3:]}",
            code.translate(dict(zip(range(48, 58), "٠١٢٣٤٥٦٧٨٩", strict=True))),
        ]
        parts = ["Hello {}", "Type {} here", "https://acme.example/x/{}"]
        filled = [part.format(code if "https" in part else rng.choice(written)) for part in parts]
        payload: dict[str, object] = {"a": [rng.choice(written)], "n": int("1" + code[1:])}
        teller = rng.choice(["title", "body", "payload", "link"])
        match teller:
            case "title":
                filled[0] = f"{code} is your code"
            case "body":
                filled[1] = SENTENCES[rng.choice(list(SENTENCES))].format(rng.choice(written))
            case "payload":
                payload["otp"] = code
            case _:
                filled[2] = f"https://acme.example/in?code={code}"
        title, body, link = filled
        data = json.dumps(payload)
        raw = json.dumps({"title": title, "html": f"<b>{code[:3]}</b><b>{code[3:]}</b>", "data": payload})
        codes = MASK.find("message", title, body, (link,), (data, raw))
        assert codes is not None
        shown = "\n".join(
            (
                codes.hide(title),
                codes.hide(body),
                codes.hide(link),
                hide_in_json(codes, data),
                hide_in_json(codes, raw),
            )
        )
        for each in (*written, *map(json.dumps, written), f"<b>{code[:3]}</b>"):
            assert each.strip('"') not in shown
        assert codes.hide(codes.hide(body)) == codes.hide(body)
        assert [len(codes.hide(part)) for part in filled] == [len(part) for part in filled]

    def test_ids_and_times_stay_though_a_code_is_like_a_part_of_them(self) -> None:
        raw = json.dumps({"uuid": "48291300-2026-4829-8000-000000002026", "created_at": "2026-11-04T10:00:00Z"})
        codes = MASK.find("otp", "Your PIN is 2026", "", (), (raw,))
        assert codes is not None
        assert hide_in_json(codes, raw) == raw

    @given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["", "otp", "invoice"]))
    def test_any_text_keeps_its_length_and_all_that_is_no_letter_or_digit(
        self, text: str, other: str, event: str
    ) -> None:
        whole = f"{text} code {other} 482913"
        shown = MASK.text(whole, event)
        assert len(shown) == len(whole)
        assert all(before == after or after == HIDDEN for before, after in zip(whole, shown, strict=True))

    @pytest.mark.slow
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        )
    )
    def test_any_payload_is_looked_through(self, value: object) -> None:
        payload = json.dumps({"otp": "482913", "value": value})
        codes = MASK.find("message", "", "", (), (payload,))
        assert codes is not None
        assert "482913" not in hide_in_json(codes, payload)

    def test_a_payload_without_a_bottom_is_hidden_as_text(self) -> None:
        payload = '{"otp": "482913", "deep": ' + "[" * 5_000 + '"482913"' + "]" * 5_000 + "}"
        codes = MASK.find("otp", "482913 is your code", "", (), (payload,))
        assert codes is not None
        assert "482913" not in hide_in_json(codes, payload)


class TestTheQuickLooks:
    def test_no_word_for_a_code_is_overlooked(self) -> None:
        words = (*code_words._CODE_WORDS, *code_words._CODE_STEMS, *code_words._CODE_ANYWHERE)
        assert {kind_of(word) for word in words} == {Kind.CODE}
        assert [word for word in words if not may_speak_of_code(f"a {word} 1")] == []
        assert all(map(may_speak_of_code, (*code_words.KEY_WORDS_OF_CODES, "Bestätigungscode", "smsTAN", "mTAN")))

    @pytest.mark.parametrize("shape", SHAPES)
    def test_no_shape_is_overlooked(self, shape: str) -> None:
        assert CANDIDATE.search(f"Hello {shape} there")

    def test_most_that_is_sent_is_not_looked_into(self) -> None:
        for text in ("Your parcel is shipping at 12:30", "Spinning instances cost 1500 EUR", "Card ending 4242"):
            assert not may_speak_of_code(text)


PIECES = st.lists(
    st.sampled_from(["48", "29", "13", "482913", "%20", "<b>", "</b>", "-", " ", '"', "\\", "é", "४", "ab", "\n"]),
    max_size=8,
).map("".join)
PAYLOADS = st.recursive(
    PIECES | st.integers(0, 10**7),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PIECES, inner, max_size=3),
)


@given(PAYLOADS)
def test_a_payload_that_is_passed_over_quickly_has_no_code_in_it(value: object) -> None:
    codes = Codes(("482913", "4829"))
    assert json.loads(hide_in_json(codes, json.dumps(value))) == codes.hide_value(value)


def test_a_code_with_a_blank_of_an_address_in_it_is_hidden_in_a_payload() -> None:
    assert "48%2029" not in hide_in_json(Codes(("4829",)), '{"text": "otp=48%2029"}')


SEVERAL = ("code", "Your code is", "order no", "postal", "de", "2fa", "one-time", "otp", "is", "482913", "2026")
ODD = ("2026-11-28", "INV-", "OTP-", "minutes", "分", "验证码", "₹", "٤", "④", "é", "\r", "\u2028")
WRITTEN = st.lists(st.sampled_from([*"0123456789 .:,-#*\n\n\n/|•", *SEVERAL, *ODD]), max_size=24).map("".join)


class TestTheShortCuts:
    """What is done quickly comes to the same as done step by step."""

    @given(WRITTEN)
    def test_a_text_read_line_by_line_says_what_it_says_as_a_whole(self, text: str) -> None:
        lines = f"{text}\nDear customer, your code\nis your postal code:\n{text}\nthe code. It is\n"
        assert tokens_of(lines) == _scanned(lines)
        assert tokens_of(lines) == _scanned(lines)

    @given(WRITTEN | st.text(max_size=60))
    def test_what_may_hold_a_code_is_found_wherever_its_digits_are(self, text: str) -> None:
        slow = (
            r"[\d①-⑨](?:\W{0,9}[\d①-⑨]){3}|\d(?:[^\W_]|-){3}"
            r"|(?<=[\w-])\d(?:[^\W_]|-){2}|(?<=[\w-]{2})\d(?:[^\W_]|-)|(?<=[\w-]{3})\d"
        )
        assert bool(CANDIDATE.search(text)) is bool(re.search(slow, text))

    @given(WRITTEN | st.text(max_size=60))
    def test_letters_and_digits_alone_are_the_same_in_any_text(self, text: str) -> None:
        assert _joined(folded(text)) == re.sub(r"[^A-Za-z\d]+", "", folded(text), flags=re.ASCII).upper()

    @given(WRITTEN | st.text(max_size=60), st.sampled_from(["4829", "482913", "AB12", "2026"]))
    def test_every_place_of_a_code_is_hidden_that_a_plain_search_finds(self, text: str, code: str) -> None:
        shown = Codes((code,)).hide(text)
        assert len(shown) == len(text)
        bare = ID_OR_INSTANT.sub(lambda found: "_" * len(found[0]), folded(shown))
        assert not re.search(rf"(?<![\w]){code}(?![\w])", bare, re.IGNORECASE)

    @pytest.mark.parametrize(
        "text", ['{"a":1,"a":2}', "NaN", "1e400", '"\\ud800"', "[1,]", "", "-0", "1" * 40, "[" * 9_000]
    )
    def test_a_payload_is_read_as_python_reads_it(self, text: str) -> None:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text
        assert repr(parsed(text)) == repr(value)
