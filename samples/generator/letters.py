"""Everything in a transmission that is not a form: letters to members in three languages, agreements, logs,
chart notes, mailing slips, cover sheets, separators, junk. Wordings are our own; the Hmong ones are drafted
from the vocabulary of public health texts and no Hmong reader has checked them."""

import datetime as dt
from dataclasses import dataclass, field

from PIL import Image

from . import fonts, hands
from .people import Member, Provider
from .sheet import HEIGHT, Sheet, Zone
from .wordings import MONTHS, PLAN


@dataclass
class Letter:
    """`kind`: notice, dismissal (states an end of care), warning, unfilled. `members`: whom it names."""

    kind: str
    language: str
    members: list[Member]
    date: dt.date | None
    guardian: bool = False
    show_id: bool = False
    show_dob: bool = False
    last_first: bool = False
    two_columns: bool = False
    missed: list[dt.date] = field(default_factory=list)


def long_date(day: dt.date, language: str, rng) -> str:
    month = MONTHS["es" if language == "es" else "en"][day.month - 1]
    if language == "es":
        return rng.choice([f"{day.day} de {month} de {day.year}", f"{day.day} de {month} del {day.year}", f"{day.day} de {month}, {day.year}"])
    return rng.choice([f"{month} {day.day}, {day.year}", f"{month} {day.day}, {day.year}", f"{month[:3]}. {day.day}, {day.year}", day.strftime("%m/%d/%Y"), f"{day.month}/{day.day}/{day.year}", f"{day.month}-{day.day}-{day.year}", f"{day.day} {month} {day.year}"])


NOTICE = {
    "en": [
        ["I am writing to let you know that our office has asked {plan} to move you to another primary care provider.",
         "We are taking this step because {why}.",
         "Until the Alliance tells you the day of the change, you remain our patient. Call us for urgent needs, refills and referrals as before.",
         "Alliance Member Services, 800-700-3874, can help you choose your new doctor."],
        ["Please be advised that this practice is taking steps to begin the reassignment of your care. A request for a new primary care physician is being sent to {plan} today.",
         "Reason: {why}.",
         "You may keep coming here until the health plan sends you a notice with the effective date. A copy of your medical records will go to your new doctor when you sign a release."],
        ["This is to notify you that Dr. {doctor} has requested that the Alliance reassign you to a different PCP, since {why}.",
         "We will go on caring for you until your new assignment takes effect. If you have an emergency, call 911 or go to the nearest emergency room.",
         "If you have questions about choosing a new provider please call the Alliance at (800) 700-3874."],
        ["Our clinic has started the process of requesting your reassignment to a new primary care provider through {plan}.",
         "The reason for our decision is that {why}. We regret that we could not resolve this with you.",
         "Nothing changes until you hear from the plan. Medication refills and appointments continue until then."],
    ],
    "es": [
        ["Por medio de la presente le informamos que nuestro consultorio ha pedido a {plan} que le asigne otro médico de cabecera.",
         "El motivo es que {why}.",
         "Usted sigue siendo nuestro paciente hasta que la Alianza le avise la fecha del cambio. Llámenos si necesita atención urgente o medicinas.",
         "Servicios para Miembros, 800-700-3874, puede ayudarle a escoger un nuevo doctor."],
        ["Le escribimos para avisarle que hemos solicitado a la Alianza su reasignación a otro proveedor de atención primaria.",
         "Tomamos esta decisión porque {why}.",
         "Seguiremos atendiéndole hasta que reciba el aviso de la Alianza. En caso de emergencia llame al 911. Puede pedir copia de su expediente médico."],
        ["Esta carta es para notificarle que la clínica ha iniciado el proceso para cambiarle de doctor por medio de Central California Alliance for Health.",
         "Razón: {why}. Mientras tanto continuaremos con sus citas y recetas.",
         "Si tiene preguntas, por favor llame a la Alianza al (800) 700-3874."],
    ],
    "hmn": [
        ["Tsab ntawv no yog qhia rau koj paub tias peb lub chaw kho mob tau thov kom {plan} hloov koj mus rau lwm tus kws kho mob.",
         "Qhov laj thawj yog vim {why}.",
         "Peb tseem yuav saib xyuas koj mus txog hnub uas Alliance xa ntawv qhia koj. Thaum muaj xwm ceev thov hu rau 911.",
         "Thov hu rau qhov chaw pab cuam tswv cuab ntawm 800-700-3874 yog koj xav tau kev pab xaiv ib tug kws kho mob tshiab."],
        ["Peb sau ntawv tuaj rau koj vim peb tau thov Alliance kom nrhiav lwm tus kws khomob rau koj.",
         "Peb ua li no vim {why}.",
         "Koj tseem tuaj ntsib peb tau mus txog thaum koj tau txais daim ntawv ceeb toom ntawm lub phiaj xwm. Yog muaj lus nug, thov hu rau xovtooj (800) 700-3874."],
    ],
}
WHY = {
    "en": {"": ["we have not been able to keep a good working relationship", "our efforts to work together have not succeeded"],
           "member-fraud": ["another person's card was used at a visit"], "failure-to-keep-appointments": ["several scheduled visits were missed without a call"],
           "medication-agreement-violation": ["the medication agreement that you signed was not followed"], "abusive-or-disruptive-behavior": ["threats were made to our staff"],
           "non-compliance-with-case-management": ["the care plan made with your case manager has not been followed"], "non-medically-necessary-medications": ["medicines were requested that are not medically needed"]},
    "es": {"": ["no hemos podido mantener una buena relación de trabajo"], "failure-to-keep-appointments": ["faltó a varias citas sin avisar"],
           "medication-agreement-violation": ["no se siguió el acuerdo de medicamentos que usted firmó"], "abusive-or-disruptive-behavior": ["hubo amenazas contra nuestro personal"]},
    "hmn": {"": ["peb tsis sib haum xeeb lawm", "peb ua tsis tau hauj lwm ua ke"], "failure-to-keep-appointments": ["koj tsis tau tuaj raws li teem caij ntau zaus"]},
}
DISMISSAL = {
    "en": [["I will no longer be able to serve as your physician. The termination of our relationship takes effect {end}.",
            "This is because {why}. After that date you must be seen by another doctor; we will only treat emergencies until then.",
            "We have also asked {plan} to assign you a new primary care provider. Records are sent when you return a signed authorization."],
           ["Effective immediately, you are discharged from this practice and will no longer be treated at our office.",
            "The reason: {why}. Please contact {plan} to find a new primary care provider."]],
    "es": [["Ya no podremos atenderle en este consultorio después de 30 días a partir de la fecha de esta carta.",
            "El motivo es que {why}. Hemos pedido a la Alianza que le asigne otro médico de cabecera."]],
    "hmn": [["Peb yuav tsis kho mob rau koj ntxiv lawm tom qab 30 hnub txij hnub sau tsab ntawv no.", "Qhov laj thawj yog vim {why}. Thov hu rau Alliance kom nrhiav ib tug kws kho mob tshiab."]],
}
WARNING = {
    "en": [["Our records show that you did not come to your appointment on {missed}. You did not call to cancel.",
            "Keeping your visits is important for your health. Please call {phone} to reschedule.",
            "If you miss more appointments we may have to talk about your care with us."],
           ["We missed you! You had a visit with {doctor} on {missed}.", "Our policy asks for 24 hours notice when you can not come. This is a reminder and a first warning.", "Call {phone} for a new time."]],
    "es": [["Nuestros registros muestran que faltó a su cita del {missed}.", "Es importante que nos avise con 24 horas si no puede venir. Por favor llame al {phone} para hacer otra cita.", "Esta carta es una advertencia."]],
}
GREETING = {"en": ["Dear {who}:", "Dear {who},"], "es": ["Estimado(a) {who}:", "Estimada/o {who}:"], "hmn": ["Nyob zoo {who},", "Hawm txog {who}:"]}
CLOSING = {"en": ["Sincerely,", "Respectfully,", "Yours truly,"], "es": ["Atentamente,", "Cordialmente,"], "hmn": ["Ua tsaug,", "Hwm txog,"]}


def _why(rng, language, reasons):
    options = [w for reason in reasons for w in WHY[language].get(reason, [])] or WHY[language][""]
    return rng.choice(options)


def _letterhead(sheet, provider, family, rng, y):
    centered = rng.random() < 0.5
    x, align = (306, "center") if centered else (66, "left")
    if rng.random() < 0.25:
        # A photographed logo: grey that the fax turns into dither.
        logo = Image.linear_gradient("L").rotate(90 * rng.randrange(4))
        sheet.picture(66, y - 16, 40, 40, logo.point(lambda v: 70 + v * 150 // 255))
        x, align = 120, "left"
    sheet.text(x, y, provider.practice, family, rng.uniform(13, 18), True, align=align)
    sheet.text(x, y + 13, f"{provider.address}, {provider.city}", family, 9, align=align)
    sheet.text(x, y + 24, f"Tel {pretty(provider.phone)}   Fax {pretty(provider.fax)}", family, 9, align=align)
    if rng.random() < 0.4:
        sheet.line(60, y + 32, 552, y + 32, 1.0)
    return y + 56


def pretty(phone: str) -> str:
    return f"({phone[:3]}) {phone[3:6]}-{phone[6:]}"


def _flow(sheet, writer, text, x, y, width):
    for line in hands.paragraph(writer, text, width):
        sheet.text(x, y, line, writer.family, writer.size)
        y += writer.size * 1.3
    return y


def draw_letter(letter: Letter, provider: Provider, reasons, rng) -> Sheet:
    sheet = Sheet()
    body = hands.Typed(rng, rng.choice(fonts.PRINT + fonts.MONO[:2]), rng.uniform(10, 12))
    family = body.family
    language = letter.language
    y = _letterhead(sheet, provider, family, rng, rng.uniform(62, 84))
    left, width = rng.uniform(62, 80), 460
    if letter.two_columns:
        return _two_columns(sheet, letter, provider, reasons, rng, y)
    unfilled = letter.kind == "unfilled"
    if letter.date:
        label = {"en": rng.choice(["", "", "Date: "]), "es": rng.choice(["", "Fecha: "]), "hmn": rng.choice(["", "Hnub: "])}[language]
        sheet.text(left, y, label + long_date(letter.date, language, rng), family, body.size)
    y += 26
    names = [m.name for m in letter.members]
    first = letter.members[0]
    who = (" and " if language == "en" else " y " if language == "es" else " thiab ").join(names)
    if unfilled:
        who = rng.choice(["[Patient Name]", "[PATIENT NAME]", "____________________", "<<Member Name>>"])
    addressee = who
    if letter.guardian:
        addressee = {"en": rng.choice(["To the parent or guardian of ", "Parent/Guardian of "]), "es": "A los padres o tutores de ", "hmn": "Niam txiv ntawm "}[language] + who
    for line in (addressee, "[Address]" if unfilled else first.address, "[City, State ZIP]" if unfilled else first.city):
        sheet.text(left, y, line, family, body.size)
        y += body.size * 1.3
    y += 10
    if not unfilled and (letter.show_id or letter.show_dob):
        about = ", ".join(f"{m.last}, {m.first}" if letter.last_first else m.name for m in letter.members)
        extra = (f"   ID {first.id}" if letter.show_id else "") + (f"   DOB {first.dob.strftime('%m/%d/%Y')}" if letter.show_dob else "")
        sheet.text(left, y, {"en": "RE: ", "es": "Ref.: ", "hmn": "Hais txog: "}[language] + about + extra, family, body.size, True)
        y += body.size * 2
    y = _flow(sheet, body, rng.choice(GREETING[language]).format(who=addressee if letter.guardian and language == "en" else who), left, y, width) + 8
    for part in _paragraphs(letter, provider, reasons, rng):
        y = _flow(sheet, body, part, left, y, width) + 9
    y += 6
    sheet.text(left, y, rng.choice(CLOSING[language]), family, body.size)
    hands.signature(sheet, rng, Zone(left, y + 6, 180, 30), rng.choice(hands.SIGNATURES), provider.name)
    sheet.text(left, y + 52, provider.name, family, body.size)
    if rng.random() < 0.3 and letter.kind != "warning":
        sheet.text(left, y + 80, rng.choice(["cc: Central California Alliance for Health", "cc: chart"]), family, 9)
    return sheet


def _paragraphs(letter, provider, reasons, rng):
    language = letter.language
    bank = {"notice": NOTICE, "unfilled": NOTICE, "dismissal": DISMISSAL, "warning": WARNING}[letter.kind]
    end = rng.choice(["30 days from the date of this letter", "thirty (30) days after you receive this letter"])
    if letter.date and rng.random() < 0.3:
        end = "on " + long_date(letter.date + dt.timedelta(days=30), "en", rng)
    missed = ", ".join(long_date(d, language, rng) for d in letter.missed[:2])
    doctor = provider.name.split(",")[0].removeprefix("Dr. ")
    return [part.format(plan=rng.choice([PLAN, "the Alliance"]) if language == "en" else PLAN, why=_why(rng, language, reasons), doctor=doctor, end=end, missed=missed, phone=pretty(provider.phone)) for part in rng.choice(bank[language])]


def _two_columns(sheet, letter, provider, reasons, rng, y):
    """English left, the other language right: the reading order across the page is wrong."""
    body = hands.Typed(rng, rng.choice(fonts.PRINT), 9.5)
    who = letter.members[0]
    sheet.text(60, y, long_date(letter.date, "en", rng) if letter.date else "", body.family, 10)
    y += 24
    for line in (who.name, who.address, who.city):
        sheet.text(60, y, line, body.family, 10)
        y += 13
    y += 14
    for x, language in ((60, "en"), (318, letter.language)):
        at = y
        one = Letter(letter.kind, language, letter.members, letter.date)
        at = _flow(sheet, body, rng.choice(GREETING[language]).format(who=who.name), x, at, 234) + 6
        for part in _paragraphs(one, provider, reasons, rng):
            at = _flow(sheet, body, part, x, at, 234) + 6
    sheet.line(306, y - 10, 306, at, 0.6)
    hands.signature(sheet, rng, Zone(60, at + 16, 160, 28), "loops", provider.name)
    sheet.text(60, at + 58, provider.name, body.family, 10)
    return sheet


# --- attachments, covers and the rest -----------------------------------------------------------------------------

def agreement(member: Member, provider: Provider, signed: dt.date, rng) -> Sheet:
    sheet, body = Sheet(), hands.Typed(rng, rng.choice(fonts.PRINT), 10.5)
    y = _letterhead(sheet, provider, body.family, rng, 66)
    sheet.text(66, y, rng.choice(["Medication Management Agreement", "MEDICATION MANAGEMENT AGREEMENT", "Controlled Medication Management Agreement"]), body.family, 15, True)
    y += 26
    sheet.text(66, y, f"Patient: {member.name}     DOB: {member.dob.strftime('%m/%d/%Y')}", body.family, 10.5)
    y += 22
    points = ["I will get controlled medicines from this office only and use one pharmacy.", "I will take the medicine as directed and will not share, sell or trade it.", "I agree to random urine drug tests and pill counts.",
              "Lost or stolen prescriptions will not be replaced early.", "I understand that breaking this agreement may lead to a taper and to a request that I be assigned to another doctor.", "I will tell my providers about all other medicines that I take."]
    rng.shuffle(points)
    for n, point in enumerate(points[:rng.randrange(4, 7)], 1):
        y = _flow(sheet, body, f"{n}. {point}", 76, y, 450) + 5
    for who, kind in ((member.name, "zigzag"), (provider.name, "loops")):
        y += 40
        sheet.line(66, y, 290, y)
        hands.signature(sheet, rng, Zone(70, y - 26, 200, 26), kind, who)
        sheet.text(66, y + 11, f"{who}", body.family, 9)
        sheet.text(320, y, f"Date: {signed.month}/{signed.day}/{signed.year}", body.family, 10)
    return sheet


def appointment_log(member: Member, provider: Provider, missed, rng, efforts=True) -> Sheet:
    sheet, body = Sheet(), hands.Typed(rng, rng.choice(fonts.MONO), 9)
    sheet.text(60, 70, provider.practice, body.family, 12, True)
    sheet.text(60, 90, rng.choice(["Appointment History Report", "APPOINTMENT LOG", "Patient Appointment List"]), body.family, 12, True)
    sheet.text(60, 110, f"Patient: {member.last}, {member.first}   DOB {member.dob.strftime('%m/%d/%Y')}   ID {member.id}", body.family, 9)
    rows = [(d, "NO SHOW", "reminder call day before; letter mailed" if efforts else "slot not used") for d in missed]
    rows += [(min(missed, default=dt.date(2026, 6, 1)) - dt.timedelta(days=30 * n), "KEPT", "") for n in (1, 3)]
    y = 138
    for cells in [("Date", "Status", "Remarks"), *((d.strftime("%m/%d/%Y"), status, remark) for d, status, remark in sorted(rows))]:
        for x, cell in zip((60, 160, 250), cells):
            sheet.text(x, y, cell, body.family, 9, cells[0] == "Date")
        sheet.line(56, y + 4, 556, y + 4, 0.5)
        y += 17
    return sheet


def chart_notes(member: Member, provider: Provider, day: dt.date, rng) -> Sheet:
    sheet, body = Sheet(), hands.Typed(rng, rng.choice(fonts.PRINT + fonts.MONO), 9.5)
    sheet.text(60, 66, f"{provider.practice} - Progress Note", body.family, 12, True)
    sheet.text(60, 86, f"Patient: {member.name}    DOB: {member.dob.strftime('%m/%d/%Y')}    Visit date: {day.strftime('%m/%d/%Y')}", body.family, 9.5)
    y = 112
    notes = ["Subjective: here for follow up. No fever, no chest pain. Sleep poor.", "Objective: BP 138/84, pulse 78, weight 81 kg. Lungs clear, heart regular.", "Assessment: 1. Hypertension 2. Type 2 diabetes 3. Chronic low back pain.",
             "Plan: continue lisinopril and metformin. Labs ordered. Discussed office rules with the patient.", f"Electronically signed by {provider.name}"]
    for part in notes:
        y = _flow(sheet, body, part, 60, y, 490) + 8
    return sheet


def continuation(member: Member, name: str, rng) -> Sheet:
    """A plain page on which the narrative of the form goes on."""
    sheet, body = Sheet(), hands.Typed(rng, rng.choice(fonts.PRINT), 11)
    sheet.text(66, 80, f"Request for Member Reassignment - continued      {name}      {member.id}", body.family, 11, True)
    _flow(sheet, body, "Continued from the form: the same afternoon the member came back to the office, blocked the door and shouted at other patients. The office manager asked the member to leave. Our staff no longer feels safe.", 66, 112, 470)
    return sheet


def mailing_slip(member: Member, rng) -> Sheet:
    sheet = Sheet()
    family = rng.choice(fonts.PRINT)
    x, y = rng.uniform(90, 150), rng.uniform(120, 240)
    sheet.rect(x, y, 330, 210, 1.4)
    sheet.text(x + 10, y + 22, "U.S. Postal Service", family, 12, True)
    sheet.text(x + 10, y + 40, "CERTIFIED MAIL RECEIPT", family, 15, True)
    sheet.text(x + 10, y + 54, "Domestic Mail Only; No Insurance Coverage Provided", family, 7.5)
    number = "7022" + "".join(rng.choice("0123456789") for _ in range(16))
    sheet.text(x + 10, y + 80, " ".join(number[i:i + 4] for i in range(0, 20, 4)), "cousine", 14, True)
    for n, (words, price) in enumerate((("Postage", "$0.73"), ("Certified Fee", "$4.85"), ("Return Receipt Fee", "$4.10"))):
        sheet.line(x + 10, y + 104 + n * 16, x + 180, y + 104 + n * 16, 0.6)
        sheet.text(x + 12, y + 101 + n * 16, words, family, 8)
        sheet.text(x + 150, y + 101 + n * 16, price, family, 8)
    sheet.oval(x + 225, y + 90, 64, 64, 1.2)
    sheet.text(x + 257, y + 125, "NOV 2026", family, 9, True, align="center")
    pen = hands.ByHand(rng, rng.choice(fonts.CLEAR_HANDS), 7.5, 0.6)
    for n, (label, value) in enumerate((("Sent To", member.name), ("Street", member.address), ("City, State, ZIP", member.city))):
        base = y + 168 + n * 17
        sheet.text(x + 10, base - 2, label, family, 7)
        sheet.line(x + 80, base, x + 320, base, 0.6)
        pen.write(sheet, Zone(x + 80, base - 17, 240, 17), value)
    return sheet


def cover(provider: Provider, pages: int, rng, about="", count=True, language="en") -> Sheet:
    sheet, family = Sheet(), rng.choice(fonts.PRINT)
    sheet.text(66, 96, rng.choice(["FAX", "Fax Cover Sheet", "FACSIMILE TRANSMITTAL", "Facsimile"]), family, 26, True)
    sheet.line(66, 106, 546, 106, 1.5)
    rows = [("To", "Provider Services, " + PLAN), ("Fax", "(831) 430-5857"), ("From", f"{provider.contact}, {provider.practice}"), ("Phone", pretty(provider.phone))]
    if count:
        rows.append((rng.choice(["Pages", "No. of pages", "Pages (incl. cover)"]), str(pages)))
    rows.append(("Re", about or rng.choice(["Member reassignment", "PCP change request", "Request + letter"])))
    y = 136
    for label, value in rows:
        sheet.text(66, y, label + ":", family, 11, True)
        sheet.text(190, y, value, family, 11)
        y += 24
    body = hands.Typed(rng, family, 8.5)
    _flow(sheet, body, "CONFIDENTIAL: this transmission may contain protected health information. If you are not the intended recipient, call the sender and destroy all copies.", 66, 690, 470)
    return sheet


def separator(rng) -> Sheet:
    """A blank page between requests; some machines print one word on it."""
    sheet = Sheet()
    if rng.random() < 0.4:
        sheet.text(306, HEIGHT / 2, rng.choice(["This page intentionally left blank", "- separator -"]), "arimo", 12, align="center")
    return sheet


def junk(rng) -> Sheet:
    sheet, family = Sheet(), rng.choice(fonts.PRINT)
    kind = rng.choice(["toner", "lunch", "roof"])
    head, lines = {"toner": ("SAVE 60% ON TONER!", ["Compatible cartridges for all printers and copiers.", "Free delivery on orders over $99.", "Call Brightink Supplies today: 1-888-555-0177"]),
                   "lunch": ("Rosalba's Deli - Office Lunch Menu", ["Turkey sandwich ........ 8.95", "Cobb salad ............. 9.50", "Soup of the day ........ 5.25", "Order before 10:30 by fax: 831-555-0120"]),
                   "roof": ("FREE ROOF INSPECTION", ["Winter rains are coming. Is your office ready?", "Licensed and insured. Senior discounts.", "To be removed from this list call 1-877-555-0163"])}[kind]
    sheet.rect(60, 80, 492, 70, 2.0, fill=215)
    sheet.text(306, 124, head, family, 24, True, align="center")
    for n, line in enumerate(lines):
        sheet.text(306, 210 + n * 30, line, family, 15, align="center")
    return sheet


def other_plan_form(member: Member, provider: Provider, writer, rng) -> Sheet:
    """Another plan's form that an office sent by mistake."""
    sheet, family = Sheet(), rng.choice(fonts.PRINT)
    plan, title = rng.choice([("Golden Valley Health Plan", "PCP-Initiated Member Transfer Request"), ("Pacific Crest Medi-Cal", "Provider Request to Discharge Member"), ("Sunrise Community Health", "Member Dismissal Notification Form")])
    sheet.text(60, 66, plan, family, 18, True)
    sheet.text(60, 90, title, family, 14, True)
    sheet.text(60, 104, f"Return to {plan} Member Services, fax 1-800-555-0136", family, 8.5)
    rows = [("Recipient name", member.name), ("Recipient ID", member.id), ("Birth date", member.dob.strftime("%m/%d/%Y")), ("Physician", provider.name), ("NPI", provider.npi), ("Date of incident", "11/02/2026")]
    y = 124
    for label, value in rows:
        sheet.rect(60, y, 492, 26, 0.8)
        sheet.text(66, y + 17, label, family, 9)
        writer.write(sheet, Zone(200, y, 340, 26), value)
        y += 26
    y += 24
    for words in ("Recipient behavior", "Non-compliance with treatment", "Moved out of area", "Other"):
        sheet.rect(64, y - 9, 10, 10, 0.9)
        if words.startswith("Non"):
            hands.mark(sheet, rng, Zone(64, y - 9, 10, 10), "cross")
        sheet.text(82, y, words, family, 10)
        y += 18
    sheet.text(60, y + 60, "Physician signature:", family, 9)
    sheet.line(150, y + 60, 400, y + 60)
    hands.signature(sheet, rng, Zone(156, y + 34, 200, 26), "loops", provider.name)
    return sheet
