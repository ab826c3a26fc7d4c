"""Words on forms, as data: several wordings of each label, title and reason, in English and Spanish.
The first wording of each list is the plainest; committed samples and wild ones both draw from the whole list."""

REASONS = ["member-fraud", "non-medically-necessary-medications", "medication-agreement-violation", "abusive-or-disruptive-behavior",
           "ineffective-relationship", "non-compliance-with-case-management", "failure-to-keep-appointments"]

PLAN = "Central California Alliance for Health"

TITLES = {
    "en": ["Request for Member Reassignment", "REQUEST FOR MEMBER REASSIGNMENT", "Member Reassignment Request", "Member Reassignment Request Form",
           "PCP Request for Member Reassignment", "Provider Request for Member Reassignment", "Request for Reassignment of a Member", "Request for Member Reassignment (PCP change)"],
    "es": ["Solicitud de reasignación de miembro", "SOLICITUD DE REASIGNACION DE MIEMBRO", "Solicitud para reasignar a un miembro", "Petición de reasignación de miembro"],
}
SUBTITLES = {
    "en": ["Please complete one form per member and fax to Provider Services at (831) 430-5857.", "This form is only for linked Alliance members. Fax: 831-430-5857",
           "Attach a copy of the letter sent to the member.", "Print clearly or type. Questions: (800) 700-3874 ext. 5504", ""],
    "es": ["Llene un formulario por cada miembro y envíelo por fax al (831) 430-5857.", "Adjunte copia de la carta enviada al miembro.", ""],
}

LABELS = {
    "en": {
        "request_date": ["Date of request", "Request date", "Today's date", "Date submitted", "Date completed", "Date of this request", "Date form completed", "Date"],
        "member_name": ["Member name", "Name of member", "Member's full name", "Patient name", "Full name of member", "Name of member to be reassigned", "Patient's full name", "Enrollee name", "Member (print name)"],
        "member_id": ["Member ID", "Alliance ID number", "Medi-Cal ID (CIN)", "CIN", "Alliance member ID no.", "ID number", "Medi-Cal ID #", "Client Index No. (CIN)", "Member identification number", "Member ID #", "Medi-Cal / CIN number"],
        "member_dob": ["Date of birth", "DOB", "Birth date", "Member DOB", "D.O.B.", "Birthdate (mm/dd/yyyy)", "Member's date of birth", "Patient date of birth", "Born"],
        "member_phone": ["Member phone", "Member telephone", "Member's phone number", "Patient phone", "Member's daytime phone", "Phone of member", "Best phone for member"],
        "member_address": ["Member address", "Mailing address of member", "Street address, city, ZIP", "Home address"],
        "provider_name": ["PCP name", "Provider name", "Primary care provider", "Requesting provider", "Name of PCP", "Primary care physician", "Current PCP", "Requesting PCP (print)", "Physician / provider name", "Name of requesting provider", "Assigned PCP"],
        "provider_npi": ["NPI", "NPI number", "Provider NPI", "NPI #", "National Provider Identifier", "10-digit NPI", "PCP NPI", "NPI no.", "Individual NPI"],
        "practice": ["Practice name", "Clinic / site", "Practice or clinic", "Office name", "Site name", "Group or clinic name"],
        "provider_phone": ["Office phone", "Provider phone", "Clinic phone", "Office telephone", "Practice telephone no.", "PCP office phone", "Provider telephone"],
        "provider_fax": ["Office fax", "Fax", "Fax number", "Provider fax", "Return fax no.", "Clinic fax", "Fax no."],
        "contact": ["Office contact", "Contact person", "Person completing this form", "Completed by", "Contact name", "Prepared by"],
        "tin": ["Tax ID (TIN)", "TIN", "Tax identification no."],
    },
    "es": {
        "request_date": ["Fecha de la solicitud", "Fecha", "Fecha de hoy", "Fecha de envío"],
        "member_name": ["Nombre del miembro", "Nombre y apellidos del miembro", "Nombre completo del miembro", "Nombre del paciente"],
        "member_id": ["Número de identificación", "No. de identificación del miembro", "ID de Medi-Cal (CIN)", "Número de miembro", "ID del miembro"],
        "member_dob": ["Fecha de nacimiento", "Nacimiento (fecha)", "F. de nacimiento", "Fecha de nac."],
        "member_phone": ["Teléfono del miembro", "Teléfono del paciente", "Tel. del miembro"],
        "member_address": ["Domicilio del miembro", "Dirección del miembro"],
        "provider_name": ["Nombre del proveedor", "Médico de cabecera", "Proveedor de atención primaria (PCP)", "Nombre del médico", "Proveedor solicitante"],
        "provider_npi": ["NPI", "Número NPI", "NPI del proveedor", "No. de NPI"],
        "practice": ["Nombre de la clínica", "Consultorio", "Clínica"],
        "provider_phone": ["Teléfono del consultorio", "Teléfono del proveedor", "Tel. de la clínica"],
        "provider_fax": ["Fax", "Fax del consultorio", "Número de fax"],
        "contact": ["Persona de contacto", "Contacto", "Llenado por"],
        "tin": ["TIN", "Número fiscal (TIN)"],
    },
}
# Under a heading that names the party, the label alone may be short.
SHORT_LABELS = {
    "en": {"member_name": ["Name", "Full name"], "member_id": ["ID", "ID #", "ID no."], "member_dob": ["DOB", "Birth date"], "member_phone": ["Phone", "Telephone"], "member_address": ["Address"],
           "provider_name": ["Name", "Full name"], "provider_npi": ["NPI"], "provider_phone": ["Phone", "Telephone"], "provider_fax": ["Fax"], "practice": ["Practice"], "contact": ["Contact"]},
    "es": {"member_name": ["Nombre"], "member_id": ["ID", "Número de ID"], "member_phone": ["Teléfono"], "provider_name": ["Nombre"], "provider_phone": ["Teléfono"], "member_address": ["Domicilio"]},
}
HEADINGS = {
    "en": {"member": ["Member information", "MEMBER", "Section 1. Member", "About the member", "A. Member", "Patient information"],
           "provider": ["Provider information", "PRIMARY CARE PROVIDER", "Section 2. Requesting provider", "About your office", "B. Provider", "PCP information"]},
    "es": {"member": ["Información del miembro", "MIEMBRO", "1. Datos del miembro"], "provider": ["Información del proveedor", "PROVEEDOR", "2. Datos del proveedor"]},
}
REASON_HEADING = {
    "en": ["Reason for request (check all that apply)", "Reason(s) for reassignment", "REASON FOR REQUEST - check one or more", "Why are you asking for reassignment?", "Please mark the reason:", "Grounds for the request"],
    "es": ["Motivo de la solicitud (marque los que correspondan)", "Motivo(s)", "Razón de la reasignación", "Marque el motivo:"],
}
REASON_LABELS = {
    "en": {
        "member-fraud": ["Member fraud", "Fraud by the member", "Fraud", "Fraud committed by member"],
        "non-medically-necessary-medications": ["Request for non-medically necessary medications", "Asks for medications that are not medically necessary", "Non-medically necessary medications requested", "Requests medication without medical need"],
        "medication-agreement-violation": ["Violation of Medication Management Agreement", "Medication Management Agreement violated", "Broke the Medication Management Agreement", "Medication agreement violation"],
        "abusive-or-disruptive-behavior": ["Abusive or disruptive behavior", "Abusive/disruptive behaviors", "Disruptive or abusive conduct", "Abusive or disruptive behaviour"],
        "ineffective-relationship": ["Ineffective relationship", "Ineffective provider-patient relationship", "Relationship with member is ineffective", "Ineffective doctor/patient relationship"],
        "non-compliance-with-case-management": ["Non-compliance with case management", "Noncompliant with case management", "Does not comply with case management", "Case management: non-compliance"],
        "failure-to-keep-appointments": ["Failure to keep scheduled appointments", "Failed to keep scheduled appointments", "Missed scheduled appointments (3 in 12 months)", "Does not keep appointments (list dates below)", "No-shows: failure to keep appointments"],
    },
    "es": {
        "member-fraud": ["Fraude del miembro", "Fraude por parte del miembro"],
        "non-medically-necessary-medications": ["Solicitud de medicamentos no necesarios por motivos médicos", "Pide medicamentos que no son médicamente necesarios"],
        "medication-agreement-violation": ["Violación del Acuerdo de Gestión de Medicamentos", "Incumplimiento del Acuerdo de Gestión de Medicamentos"],
        "abusive-or-disruptive-behavior": ["Comportamientos abusivos o disruptivos", "Conducta abusiva o disruptiva"],
        "ineffective-relationship": ["Relación ineficaz", "Relación ineficaz entre médico y paciente"],
        "non-compliance-with-case-management": ["Incumplimiento con la administración del caso", "No cumple con la administración de casos"],
        "failure-to-keep-appointments": ["No asistir a las citas programadas", "Faltas a citas programadas (3 en 12 meses)"],
    },
}
MISSED = {"en": ["Dates of missed appointments", "Missed appointment dates (at least 3)", "If appointments were missed, list the dates", "Dates missed", "Appointments not kept (dates)"],
          "es": ["Fechas de las citas perdidas", "Citas a las que no asistió (fechas)", "Fechas de citas perdidas (mínimo 3)"]}
NARRATIVE = {"en": ["Describe the events leading to this request", "Narrative: what happened, and what your office did to correct it", "Explain the events and your efforts to correct the problem", "Description of events leading to your request", "Details (attach pages if needed)"],
             "es": ["Describa los hechos que motivan la solicitud", "Explique lo sucedido y los esfuerzos para corregirlo", "Descripción de los hechos"]}
CHECKLIST = {"en": [("letter", ["Letter to member attached", "Copy of member letter", "Letter sent to member (attach copy)"]), ("agreement", ["Medication agreement copy", "Copy of Medication Management Agreement"]), ("notes", ["Chart notes", "Chart notes / appointment log"])],
             "es": [("letter", ["Copia de la carta al miembro"]), ("agreement", ["Copia del acuerdo de medicamentos"]), ("notes", ["Notas clínicas"])]}
CHECKLIST_HEADING = {"en": ["Attachments", "Enclosed", "Documents attached"], "es": ["Documentos adjuntos", "Anexos"]}
SIGNATURE = {"en": ["Provider signature", "PCP signature", "Signature of provider", "Signature", "Signature of requesting provider", "Physician's signature", "Signed"],
             "es": ["Firma del proveedor", "Firma", "Firma del médico"]}
PRINTED = {"en": "Print name", "es": "Nombre en letra de molde"}
SIGNED_DATE = {"en": ["Date", "Date signed"], "es": ["Fecha"]}
PLAN_USE = {"en": ["FOR ALLIANCE USE ONLY", "Plan use only - do not write below", "Health plan use only", "OFFICE OF THE MEDICAL DIRECTOR - ALLIANCE USE ONLY"], "es": ["PARA USO EXCLUSIVO DE LA ALIANZA", "Solo para uso del plan"]}
MONTHS = {"en": "January February March April May June July August September October November December".split(),
          "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()}

# What offices write. {d0}, {d1}: dates within the last months. Efforts stand apart: only they answer "contact-efforts".
STORIES = {
    "en": {
        "member-fraud": ["On {d0} the member used a relative's insurance card at check-in. The card was returned and the event was reported on {d1}.",
                         "A prescription written on {d0} was altered from 30 to 90 tablets. The pharmacy confirmed the change on {d1}.",
                         "Member lent her benefits card to a neighbor, who was seen here under her name on {d0}. The neighbor admitted this to our nurse."],
        "non-medically-necessary-medications": ["At visits on {d0} and {d1} the member demanded opioid refills without a clinical need. Alternatives were offered and refused.",
                                                "Member asks for stimulants at every visit. Testing on {d0} showed no indication. Asked again on {d1}.",
                                                "Requests early refills of sedatives, last on {d0} and {d1}. Not medically necessary per specialist."],
        "medication-agreement-violation": ["Member signed the medication agreement on {d0}. Urine drug screen of {d1} was inconsistent with prescribed therapy.",
                                           "The agreement signed {d0} allows one prescriber. The state database on {d1} showed three prescribers.",
                                           "Pill count on {d1} was short by 41 tablets, against the agreement of {d0}."],
        "abusive-or-disruptive-behavior": ["On {d0} the member threw a chair in the waiting room and threatened to hurt the receptionist. Police were called.",
                                           "Member struck the medical assistant on {d0} and threatened staff again by voice mail on {d1}.",
                                           "Screamed racial slurs and threats at staff on {d0}. Spoke with the member on {d1}; the threats continued."],
        "ineffective-relationship": ["After four visits we have not been able to establish a working relationship. Member asked for another doctor on {d0}.",
                                     "Trust has broken down. Meetings with the member on {d0} and {d1} did not repair the relationship.",
                                     "Member will not share needed history with this office. Care conference held {d0} without success."],
        "non-compliance-with-case-management": ["Diabetes uncontrolled, A1c 12.4 on {d0}. Member declines all case management visits and was hospitalized {d1}.",
                                                "Member has not followed the care plan made with the case manager on {d0}. Blood pressure 210/120 on {d1}.",
                                                "Refuses home nurse and case manager since {d0}; wound infection found on {d1}."],
        "failure-to-keep-appointments": ["Member did not come to the visits listed above and did not cancel any of them.",
                                         "Three no-shows for well visits. The last visit kept was {d0}.",
                                         "Member keeps making visits and does not arrive. Each slot was held for 40 minutes."],
    },
    "es": {
        "member-fraud": ["El {d0} el miembro usó la tarjeta de otra persona. La farmacia lo confirmó el {d1}."],
        "non-medically-necessary-medications": ["En las visitas del {d0} y {d1} pidió opioides sin necesidad clínica. Se ofrecieron alternativas."],
        "medication-agreement-violation": ["Firmó el acuerdo el {d0}. La prueba de orina del {d1} no fue consistente."],
        "abusive-or-disruptive-behavior": ["El {d0} amenazó de muerte a la recepcionista y rompió una ventana. Se llamó a la policía."],
        "ineffective-relationship": ["No se ha logrado una relación de trabajo. Reuniones el {d0} y el {d1} sin resultado."],
        "non-compliance-with-case-management": ["No sigue el plan de la administradora del caso desde el {d0}. Fue hospitalizado el {d1}."],
        "failure-to-keep-appointments": ["El miembro no se presentó a las citas indicadas arriba ni las canceló."],
    },
}
# Says nothing about a reason: for forms with no reason marked.
NEUTRAL = {"en": ["Please call our office about this member. The matter was discussed with the member on {d0}.", "We ask for your help with this member as soon as possible. Last visit was on {d0}."],
           "es": ["Por favor llámenos acerca de este miembro. La última visita fue el {d0}."]}
EFFORTS = {"en": ["We called the day before each visit and mailed reminder letters.", "Reminder calls and texts were made before every visit; two letters were mailed.", "Staff phoned the member after each missed visit and sent a reminder card."],
           "es": ["Llamamos un día antes de cada cita y enviamos recordatorios por correo.", "Se hicieron llamadas de recordatorio y se mandaron cartas."]}
# Each is a reason that the plan calls inappropriate: a complaint, disagreement, minor rudeness.
INAPPROPRIATE = {"en": ["The member filed a grievance against our office with the health plan on {d0} and we do not wish to continue.",
                        "Member filed a complaint about Dr. and staff on {d0}. This office will not see someone who complains about us.",
                        "Member disagrees with the treatment plan and wants a second opinion since {d0}. There is no harm to health.",
                        "The member was a little rude to the receptionist on {d0} and raised his voice once."],
                 "es": ["El miembro presentó una queja contra nuestro consultorio el {d0}."]}
