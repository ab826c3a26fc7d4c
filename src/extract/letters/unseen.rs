//! Letters in wordings that were written without looking at the pack's phrases: what each is, and whether it fixes an end of care.
//!
//! A wording that is told wrong belongs here before a phrase is added to the pack for it.

use chrono::NaiveDate;

use super::facts::tests::page;
use super::letter_facts;
use crate::extract::page_text::PageText;
use crate::reading::LetterKind::{self, Dismissal, Other, ReassignmentNotice, Warning};
use crate::rules::PhraseBook;

/// Kind, an end of care, language, salutation, body.
type Letter = (LetterKind, bool, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const LETTERS: &[Letter] = &[
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "This letter is to let you know that we are asking your health plan for a new primary care doctor for you. We do not feel that we can meet your health care needs any longer because of the missed visits. You may continue to see us until the plan writes to you."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "After much thought, our group has decided to ask Central California Alliance for Health to move you to a different medical home. Until the change is made you are still our patient and we will see you as usual."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "We regret to inform you that a Member Reassignment request concerning you has been forwarded to the Alliance. The Alliance will contact you about selecting a new clinic."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "Our physicians believe that you would be better served by another practice. For that reason we have notified Medi-Cal that we would like them to change your primary care provider."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "As we discussed by telephone, I have put in a request that CCAH assign someone else as your PCP. This will take effect only when the health plan approves it and lets you know in writing."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "Please accept this letter as notice that Green Valley Family Medicine is seeking your transfer to another primary care physician through the Alliance. You will receive a letter from the Alliance with the effective date."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "You have missed three appointments in the past year. If you miss an appointment other patients lose the chance to be seen. Because of these missed appointments we are requesting that the Alliance assign you to a new doctor."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "The purpose of this letter is to tell you that we have begun the process to have your care moved to another provider within the Alliance network. We will provide care until your new doctor is assigned."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "We will be contacting Central California Alliance for Health so that you can be assigned to a primary care provider who is a better fit for you. Please keep coming to us until you receive your new ID card."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "Enclosed is a copy of the Request for Member Reassignment that our office is sending to your health plan. It asks that you be given a new doctor."),
    (Dismissal, true, "en", "Dear Elena Vang:", "I find it necessary to inform you that I am withdrawing from further professional attendance upon you for the reason that you have persisted in refusing to follow my medical advice and treatment. Since your condition requires medical attention, I suggest that you place yourself under the care of another physician without delay. If you so desire, I shall be available to attend you for a reasonable time after you have received this letter, but in no event for more than 15 days."),
    (Dismissal, true, "en", "Dear Elena Vang:", "This is to inform you that I will no longer be able to provide your medical care. The physician-patient relationship will end thirty days from the date you receive this letter. I will be available for emergencies during that time."),
    (Dismissal, false, "en", "Dear Elena Vang:", "We have decided to discharge you as a patient of our practice. Please find another doctor. Upon your written authorization we will forward a copy of your records."),
    (Dismissal, true, "en", "Dear Elena Vang:", "Your care at Green Valley Family Medicine will be terminated effective April 2, 2026. We will see you for urgent problems only until that date."),
    (Dismissal, false, "en", "Dear Elena Vang:", "It is with regret that I must inform you that our doctor-patient relationship has broken down and I can no longer serve as your physician."),
    (Dismissal, true, "en", "Dear Elena Vang:", "Please be informed that as of today you are no longer a patient at this clinic. You need to find another doctor right away."),
    (Dismissal, false, "en", "Dear Elena Vang:", "Due to repeated no-shows we are closing your chart and will not schedule further visits for you. You will need to establish care elsewhere."),
    (Dismissal, true, "en", "Dear Elena Vang:", "We are ending our relationship with you as your health care providers. You have 30 days to find another physician. During this time we will treat emergencies."),
    (Warning, false, "en", "Dear Elena Vang:", "You missed your visit on February 20, 2026 and did not call us. We ask patients to call a day ahead. Three missed visits in a year may lead us to ask your health plan to assign you a new doctor. Please call to set a new time."),
    (Warning, false, "en", "Dear Elena Vang:", "Our records show that you were a no-show on 1/12/2026 and 2/9/2026. We want to keep you healthy. Kindly call us so that we can find a time that works for you. Continued no-shows could result in discharge from our practice."),
    (Warning, false, "en", "Dear Elena Vang:", "This is your second notice. Your behavior at the front desk on February 27 was not acceptable. If it happens again, we will request that the Alliance reassign you to another provider."),
    (Warning, false, "en", "Dear Elena Vang:", "We are sorry that you were not able to keep your appointment. It is our policy that patients who miss three appointments be dismissed from the practice. You have missed two. Please call our office."),
    (Warning, false, "en", "Dear Elena Vang:", "We tried to reach you about your missed appointment on Feb 3. Should you miss one more, our office will have no choice but to begin the reassignment process. Please phone us to reschedule."),
    (ReassignmentNotice, false, "es", "Estimada Elena Vang:", "Le informamos que nuestra clínica está pidiendo a su plan de salud, la Alianza, que le busque otro doctor. La razón es que usted no ha seguido el plan de cuidado. Usted puede seguir viniendo hasta que la Alianza le mande una carta."),
    (ReassignmentNotice, false, "es", "Estimado/a paciente Elena Vang:", "La presente tiene como finalidad comunicarle que hemos enviado una solicitud a Central California Alliance for Health para que se le asigne un nuevo proveedor de cuidado primario. Continuaremos su cuidado medico hasta que reciba la notificacion."),
    (ReassignmentNotice, false, "es", "Apreciada Elena Vang:", "Esta carta es para avisarle que vamos a solicitar a la Alianza que usted sea asignado a otro medico primario debido a que falto a tres citas."),
    (Warning, false, "es", "Estimada Elena Vang:", "Usted no vino a su cita del 12 de febrero. Si no puede venir, por favor llame un dia antes. Si falta de nuevo, es posible que pidamos a la Alianza que le asigne otro doctor."),
    (Dismissal, true, "es", "Estimada Elena Vang:", "Lamentamos informarle que a partir del 2 de abril de 2026 nuestra clinica ya no le brindara servicios medicos. Por favor busque otro doctor."),
    (Dismissal, true, "es", "Querida Elena Vang:", "Por medio de esta carta le comunico que dejare de ser su doctor. Tiene treinta dias para encontrar otro medico; en ese tiempo solo atendere emergencias."),
    (ReassignmentNotice, false, "es", "Estimado(a) Elena Vang,", "Le escribimos para informarle que hemos decidido pedir su cambio a otro proveedor de atencion primaria por medio de la Alianza. Mientras tanto puede seguir recibiendo sus medicinas aqui."),
    (ReassignmentNotice, false, "hmn", "Nyob zoo Elena Vang,", "Tsab ntawv no yog sau los qhia koj tias peb tau xa ntawv thov rau Central California Alliance for Health kom pauv koj mus rau ib tug kws kho mob tshiab. Peb ua li no vim koj tsis tuaj raws li tau teem sij hawm. Koj tseem tuaj kho mob ntawm peb kom txog thaum Alliance xa ntawv tuaj rau koj."),
    (ReassignmentNotice, false, "hmn", "Nyobzoo Elena Vang,", "Kuv sau tsab ntawv no qhia rau koj paub tias kuv tabtom thov lub phiaj xwm kho mob Alliance nrhiav dua ib tug kwskhomob rau koj. Thov hu rau xovtooj 800-700-3874."),
    (Dismissal, false, "hmn", "Nyob zoo Elena Vang,", "Peb xav qhia rau koj paub tias peb yuav tsis kho mob rau koj ntxiv lawm. Thov nrhiav lwm tus kws kho mob."),
    (Warning, false, "hmn", "Nyob zoo Elena Vang,", "Koj tsis tau tuaj raws li lub sijhawm teem tseg thaum lub Ob Hlis 12. Thov hu tuaj teem dua. Yog koj tsis tuaj dua, tej zaum peb yuav thov Alliance hloov koj mus rau lwm tus kws kho mob."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "I am sorry to tell you that I cannot remain your primary care provider. I have written to the Alliance and asked them to give you a new one. I remain responsible for your care until they do."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "Your family was told on February 3 that threats to staff are not tolerated. The practice manager has since filed the paperwork with the Alliance to have you reassigned."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "This notice is required by Central California Alliance for Health. It advises you that your PCP is taking the steps necessary to begin the reassignment process."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "You are receiving this letter since our office and you have not been able to agree on a plan for your diabetes. We have asked that the Alliance find a physician whom you can trust."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "It has become clear that the relationship between you and Dr. Brandt is not working. A change in your PCP has been requested from the Alliance on your behalf. If you have questions, call Member Services."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "Because the medication agreement you signed was broken, this office requests that the plan place you with another physician. We may prescribe non-narcotic medicines until then."),
    (ReassignmentNotice, false, "en", "Dear Elena Vang:", "We are unable to continue as your medical home. We asked the Alliance to arrange for a new one. Until the Alliance confirms the change, call us for all of your needs, day or night."),
    (Dismissal, true, "en", "Dear Elena Vang:", "Please consider this letter formal notification that I am terminating our physician-patient relationship. I will continue to be available to you for emergency treatment for thirty (30) days from the date of this letter while you locate another physician."),
    (Dismissal, false, "en", "Dear Elena Vang:", "Your account has been flagged and you have been dismissed from Green Valley Family Medicine. Do not come to the office. Records can be sent to your next doctor."),
    (Dismissal, true, "en", "Dear Elena Vang:", "This letter confirms your discharge from our practice. We will fill your prescriptions one last time, and provide emergency care through April 3, 2026."),
    (Dismissal, false, "en", "Dear Elena Vang:", "I regret that I am not able to go on treating you. I strongly advise you to find a new physician to take over your care."),
    (Warning, false, "en", "Dear Elena Vang:", "We had you down for a visit on Tuesday, February 24 at 9:30 am and did not see you. When you do not come we cannot offer the time to someone else. Give us a call at (831) 555-0199 to get a new appointment."),
    (Other, false, "en", "Dear Elena Vang:", "This letter documents that you arrived 40 minutes late on 2/17/2026. Patients who are late or absent three times in twelve months can be referred back to the health plan for a new PCP assignment. We hope that will not be needed."),
    (Warning, false, "en", "Dear Elena Vang:", "A friendly reminder: you have now missed two visits (1/5/2026 and 2/16/2026). One more and we would have to request your reassignment to another doctor under Alliance rules."),
    (Warning, false, "en", "Dear Elena Vang:", "During your last visit you used foul language with our nurse. We ask that you treat our staff with respect. Repeated incidents will lead to dismissal from this practice."),
    (ReassignmentNotice, false, "es", "Estimada Elena Vang:", "Por este medio le notificamos que su proveedor ha iniciado los tramites ante la Alianza para que usted reciba atencion con otro medico. Hasta que la Alianza lo apruebe seguimos a sus ordenes."),
    (ReassignmentNotice, false, "es", "Hola Elena Vang,", "Debido a sus faltas, nuestro consultorio le pidio a la Alianza cambiarla con otro doctor. No cambia nada hasta que la Alianza le avise por carta."),
    (Dismissal, false, "es", "Estimada Elena Vang:", "Lamentamos comunicarle que no podremos continuar brindandole atencion medica en nuestra clinica. Le recomendamos buscar otro medico lo antes posible."),
    (Warning, false, "es", "Estimada Elena Vang:", "Le recordamos que el 12 de febrero tenia cita y no se presento. Nuestra regla es que despues de tres faltas pedimos al plan que le asigne otro doctor. Llamenos para hacer una nueva cita."),
    (Dismissal, true, "es", "Estimada Elena Vang:", "La relacion medico-paciente terminara el 2 de abril de 2026. Hasta esa fecha atenderemos unicamente emergencias."),
    (ReassignmentNotice, false, "hmn", "Nyob zoo Elena Vang:", "Peb lub tsev kho mob tau xa ib daim ntawv mus rau Alliance thov kom lawv hloov koj tus kws kho mob. Qhov no yog vim peb thiab koj sib haum tsis tau."),
    (ReassignmentNotice, false, "hmn", "Hawm txog Elena Vang:", "Kuv tus kws khomob Brandt tau thov lub Alliance kom muab lwm tus kws khomob rau koj. Koj yuav tau txais tsab ntawv los ntawm Alliance."),
    (Other, false, "en", "Dear Elena Vang:", "You missed three visits this year. Your health plan will give you a new primary care provider. Our office turned in the papers today."),
];

/// Words on a line of a letter.
const LINE: usize = 13;

#[test]
fn wordings_that_nobody_has_seen() {
    let mut wrong = Vec::new();
    for &(kind, ends, language, salutation, body) in LETTERS {
        let mut lines: Vec<String> =
            ["Green Valley Family Medicine", "455 Main Street, Salinas, CA 93901", "03/03/2026", "Elena Vang"]
                .into_iter()
                .chain(["12 Oak Street", "Salinas, CA 93901", salutation])
                .map(str::to_owned)
                .collect();
        let words: Vec<&str> = body.split(' ').collect();
        lines.extend(words.chunks(LINE).map(|line| line.join(" ")));
        lines.extend(["Sincerely,".to_owned(), "Ana Brandt, MD".to_owned()]);
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let words = page(&lines);
        let facts = letter_facts(
            &PageText::new(&words, 2200),
            PhraseBook::builtin(),
            NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
        );
        let told = (facts.kind, !facts.states_end_of_care.is_empty(), facts.language.as_deref());
        if told != (kind, ends, Some(language)) || facts.unfilled {
            wrong.push(format!("{told:?}, not {kind:?} {ends} {language}: {body}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
