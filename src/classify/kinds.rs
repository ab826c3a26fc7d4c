//! The scores of all kinds for one page.

use std::cell::OnceCell;

use crate::extract::fuzzy::{Found, Phrase, fold, tolerance};
use crate::extract::letters::{Layout, Wording, is_addressed, layout, tells_its_day, wording};
use crate::extract::page_text::{PageText, TextLine};
use crate::extract::values::DateContext;
use crate::extract::values::dates::find_dates;
use crate::reading::{AttachmentKind, KindScore, PageKind};
use crate::rules::phrases::{PagePhrase, PhraseKind, Place};
use crate::rules::{FormDefinition, FormPurpose, PhraseBook};

use super::forms::{TITLE_EDITS, form_points};
use super::other_plan::other_plan_points;

/// What is known of a page when its kind is asked for.
pub struct PageEvidence<'a> {
    /// The words without the fax header's.
    pub text: &'a PageText<'a>,
    /// Share of the page's pixels that are ink, 0 to 1, the header band left out.
    pub ink_share: f32,
    /// Check boxes found by shape.
    pub boxes: u32,
    /// Ruling lines found.
    pub rulings: u32,
    /// The day that two-digit years turn on.
    pub reference: chrono::NaiveDate,
}

/// Points at which a kind is as likely as not.
const EVEN: f32 = 2.0;
/// Ink of an empty page: specks and a streak.
const BLANK_INK: f32 = 0.008;
/// Points of a cover sheet's own wordings that no form has by chance.
const COVER: f32 = 1.5;
/// Weighted edits a letter up to which a phrase is taken as found: with more of them a long one is another with words in common.
const PHRASE_EDITS: f32 = 0.16;
/// Points from which a page is more likely filled in than written.
const FILLED: f32 = 4.0;
/// Labels of a member and a provider that a page has which goes on from a form: the form itself has more.
const FEW_FIELDS: usize = 5;
/// Labels up to which a page may be a letter that states in labelled lines what it is about.
const LETTER_FIELDS: usize = 6;
/// Points of a page that tells the member what is asked for and has neither a form's fields nor its options.
const TOLD: f32 = 3.0;
/// The upper part of a page, where titles stand.
pub(super) const TOP: f32 = 0.36;

/// Points for one kind, with the ids of what gave them.
#[derive(Clone, Debug, Default)]
pub(super) struct Points {
    pub sum: f32,
    pub reasons: Vec<String>,
}

impl Points {
    pub fn add(&mut self, points: f32, reason: impl Into<String>) {
        self.sum += points;
        self.reasons.push(reason.into());
    }

    fn into_score(self, kind: PageKind) -> KindScore {
        let sum = self.sum.max(0.0);
        KindScore { kind, score: sum / (sum + EVEN), reasons: self.reasons }
    }
}

/// All kinds that anything speaks for, best first; never empty.
pub fn classify(page: &PageEvidence, phrases: &PhraseBook, forms: &[FormDefinition]) -> Vec<KindScore> {
    let text = page.text;
    let mut scores = vec![blank_score(page)];
    let mut other = other_plan_points(text, phrases, forms);
    let mut cover = page_phrase_points(text, phrases, PhraseKind::Cover);
    let letter_layout = layout(text, phrases);
    let context = DateContext { reference: page.reference, day_first: false, words: &phrases.dates };
    let words = OnceCell::new();
    // All its sentences are weighed for that: only where it may matter.
    let said = || words.get_or_init(|| wording(text, &letter_layout, phrases, &context));
    let mut letter = letter_points(page, &letter_layout, phrases, &context, said);
    let greets = letter.reasons.iter().any(|reason| reason == "salutation" || reason == "closing");
    let personal =
        letter.reasons.iter().any(|reason| reason == "letter-wording") && greets_person(&letter_layout, phrases);
    let continuation = page_phrase_points(text, phrases, PhraseKind::Continuation);
    let mut best_form: f32 = 0.0;
    // The same of the portal's forms that are no notice.
    let mut best_to_fill: f32 = 0.0;
    let mut named = false;
    let mut is_told = false;
    for form in forms {
        let found = form_points(page, form, forms, phrases);
        let mut points = found.points;
        // A form that another plan's name or title speaks for is ours only when ours does too.
        if other.gate && !found.named && !other.own_name {
            points.sum *= 0.3;
        }
        // Two plans may call their forms the same.
        if other.foreign && found.named && form.purpose == FormPurpose::Reassignment {
            points.sum *= 0.3;
        }
        // A cover sheet names the form, the plan and the sender; without the form's title or boxes it stays a cover sheet.
        if cover.sum >= COVER && !found.named && found.options < 2 {
            points.sum *= 0.3;
        }
        // "Continuation of Request for Member Reassignment" holds the title of the form that it goes on from.
        if continuation.sum > 0.0 && !greets && found.fields < FEW_FIELDS && found.options < 2 {
            points.sum *= 0.3;
        }
        // A letter may state in labelled lines what it is about.
        if personal && !found.named && found.options < 2 {
            points.sum *= 0.4;
        }
        // "Notice of request for reassignment" over a few labelled lines that tell the member of it holds the form's title.
        let few = found.fields <= LETTER_FIELDS && found.options < 2 && points.sum > 0.0;
        if few && form.purpose != FormPurpose::Portal && said().tells {
            points.sum *= 0.3;
            is_told = true;
        }
        // A notice is a letter: without greeting and closing its title is another form's.
        if form.id == phrases.pages.other_plan.notice_form && !greets {
            points.sum *= 0.7;
        }
        if !other.foreign && (found.named || found.options >= 3 || other.own_name && found.fields >= 4) {
            other.points.sum *= 0.3;
        }
        // Labels of a form, and nobody is greeted: what reads like a letter is the office's description.
        if found.fields > LETTER_FIELDS && found.options >= 2 && !greets {
            letter.sum *= 0.5;
        }
        best_form = best_form.max(points.sum);
        if form.purpose == FormPurpose::Portal && form.id != phrases.pages.other_plan.notice_form {
            best_to_fill = best_to_fill.max(points.sum);
        }
        // The notice's own definition is a letter's: it does not silence letters.
        named |= found.named && form.id != phrases.pages.other_plan.notice_form && !is_told;
        if points.sum > 0.0 {
            scores.push(points.into_score(PageKind::Form(form.id.clone())));
        }
    }
    if is_told && letter.sum < TOLD {
        letter.add(TOLD - letter.sum, "tells-the-member");
    }
    let mut notice = page_phrase_points(text, phrases, PhraseKind::PortalNotice);
    let mut junk = page_phrase_points(text, phrases, PhraseKind::Junk);
    let attachments = [
        (PhraseKind::MedicationAgreement, AttachmentKind::MedicationAgreement),
        (PhraseKind::AppointmentLog, AttachmentKind::AppointmentLog),
        (PhraseKind::ChartNotes, AttachmentKind::ChartNotes),
        (PhraseKind::ProofOfMailing, AttachmentKind::ProofOfMailing),
    ];
    // A title of its own, no greeting and no closing: what a patient signed, whatever it speaks of.
    let is_titled = attachments.iter().any(|(kind, _)| {
        let mut titles = phrases.pages.phrases.iter().filter(|p| p.kind == *kind && p.place == Some(Place::Top));
        titles.any(|phrase| phrase.texts.iter().any(|wording| stands(text, phrase, wording)))
    });
    if is_titled && !greets {
        letter.sum *= 0.5;
    }
    for (phrase_kind, attachment) in attachments {
        let mut points = page_phrase_points(text, phrases, phrase_kind);
        if phrase_kind == PhraseKind::AppointmentLog {
            weigh_dates(&mut points, text, &context);
        }
        // A letter or form that speaks of certified mail or missed visits is no attachment.
        if letter.sum >= 4.0 || named || other.gate {
            points.sum *= 0.5;
        }
        if points.sum > 0.0 {
            scores.push(points.into_score(PageKind::Attachment(attachment)));
        }
    }
    // Who is greeted by name is told something: a notice to the plan greets one of its departments, or whom it may concern.
    if named || personal {
        notice.sum *= 0.4;
    }
    // The end of an agreement speaks of notices, and has a form's labels: nobody is greeted in it.
    if best_to_fill >= FILLED && !greets {
        notice.sum *= 0.5;
    }
    // What goes on from a form has the form's member in a reference line, and its narrative is prose: no letter greets nobody.
    let goes_on = continuation.sum > 0.0 && best_form < 6.0 && !greets;
    if goes_on {
        for points in [&mut notice, &mut cover, &mut junk, &mut letter] {
            points.sum *= 0.2;
        }
        scores.push(continuation.into_score(PageKind::Unknown));
    }
    if best_form >= 6.0 {
        for points in [&mut notice, &mut cover, &mut junk, &mut letter] {
            points.sum *= 0.3;
        }
    }
    if letter.sum >= 4.0 {
        junk.sum *= 0.4;
        cover.sum *= 0.5;
        other.points.sum *= 0.3;
    }
    // A notice to the plan has a letter's layout; whom it is to, tells.
    if notice.sum >= 3.0 {
        letter.sum *= 0.5;
        cover.sum *= 0.7;
    }
    if !notice.reasons.iter().any(|r| r.starts_with("portal-notice-subject")) {
        notice.sum *= 0.5;
    }
    if other.gate {
        scores.push(other.points.into_score(PageKind::OtherPlanForm));
    }
    let notice_form = phrases.pages.other_plan.notice_form.clone();
    for (points, kind) in [
        (letter, PageKind::Letter),
        (notice, PageKind::Form(notice_form)),
        (cover, PageKind::Cover),
        (junk, PageKind::Junk),
    ] {
        if points.sum > 0.0 {
            scores.push(points.into_score(kind));
        }
    }
    scores.push(KindScore { kind: PageKind::Unknown, score: 0.3, reasons: vec!["nothing-known".to_owned()] });
    merge_same_kinds(&mut scores);
    scores.retain(|s| s.score > 0.0);
    scores.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.kind.cmp(&b.kind)));
    scores
}

/// A form of the pack may have the id that notices get: the better of the two stands.
fn merge_same_kinds(scores: &mut Vec<KindScore>) {
    let mut kept: Vec<KindScore> = Vec::with_capacity(scores.len());
    for score in scores.drain(..) {
        match kept.iter_mut().find(|k| k.kind == score.kind) {
            Some(known) if known.score >= score.score => {}
            Some(known) => *known = score,
            None => kept.push(score),
        }
    }
    *scores = kept;
}

/// Blank is almost no ink and no words; ink without words is unreadable, which is another thing.
fn blank_score(page: &PageEvidence) -> KindScore {
    let real = page
        .text
        .words()
        .iter()
        .filter(|w| w.confidence.get() >= 0.4 && w.text.chars().filter(|c| c.is_alphanumeric()).count() >= 3)
        .count();
    let letters = page.text.letters().len();
    let score = match (real, page.ink_share <= BLANK_INK) {
        (0, true) if letters <= 12 => 0.97,
        (0..=1, true) if letters <= 30 => 0.8,
        (0, false) if letters <= 4 && page.ink_share <= 2.0 * BLANK_INK => 0.4,
        _ => 0.0,
    };
    KindScore { kind: PageKind::Blank, score, reasons: vec!["almost-no-ink".to_owned(), format!("words-{real}")] }
}

/// Points of one kind's phrases: the first wording gives its weight, each further one a third, up to twice the weight.
fn page_phrase_points(text: &PageText, phrases: &PhraseBook, kind: PhraseKind) -> Points {
    let mut points = Points::default();
    for phrase in phrases.pages.phrases.iter().filter(|p| p.kind == kind) {
        let found =
            phrase.texts.iter().filter(|wording| stands(text, phrase, wording)).count() + pairs_found(text, phrase);
        if found > 0 {
            let factor = (1.0 + (found - 1) as f32 / 3.0).min(2.0);
            points.add(phrase.weight * factor, format!("{}-{found}", phrase.id));
        }
    }
    points
}

fn stands(text: &PageText, phrase: &PagePhrase, wording: &str) -> bool {
    let compiled = Phrase::of_pack(wording);
    match phrase.place {
        None => {
            let most = tolerance(compiled.len()).min(PHRASE_EDITS);
            text.find_at(&compiled, most, 0..text.lines().len()).is_some()
        }
        Some(Place::Top) => {
            let found = text.find_at(&compiled, tolerance(compiled.len()).min(TITLE_EDITS), 0..top_lines(text));
            found.is_some_and(|found| is_heading(text, &found))
        }
        Some(Place::Line) => (0..text.lines().len()).any(|line| text.is_line(line, &compiled)),
    }
}

/// A heading begins with a capital, and little stands beside it on its line: the same words in a sentence are none.
fn is_heading(text: &PageText, found: &Found) -> bool {
    let line = text.lines().get(text.line_of(found.words.end - 1));
    let behind = line.map_or(0, |line| line.words.end.saturating_sub(found.words.end));
    let line = text.lines().get(text.line_of(found.words.start));
    let before = line.map_or(0, |line| found.words.start.saturating_sub(line.words.start));
    let first = text.words().get(found.words.start).and_then(|word| word.text.chars().find(|c| c.is_alphabetic()));
    behind <= BESIDE_HEADING && before <= BESIDE_HEADING && first.is_none_or(char::is_uppercase)
}

/// Words that may stand before a heading, and behind it, on its line.
const BESIDE_HEADING: usize = 4;

/// Lines of the upper part of the page, and never fewer than the first three.
pub(super) fn top_lines(text: &PageText) -> usize {
    let lines = text.lines();
    let top = lines.iter().take_while(|line| text.depth(line.words.start) <= TOP).count();
    top.max(3.min(lines.len()))
}

/// Pairs of words that begin lines with a colon behind them (`TO:` … `FROM:`).
fn pairs_found(text: &PageText, phrase: &PagePhrase) -> usize {
    if phrase.pairs.is_empty() {
        return 0;
    }
    let leads: Vec<String> = text
        .words()
        .iter()
        .enumerate()
        .filter(|(at, word)| {
            word.text.ends_with(':') || text.words().get(at + 1).is_some_and(|next| next.text.starts_with(':'))
        })
        .map(|(_, word)| fold(&word.text))
        .collect();
    let heads: Vec<String> = text
        .lines()
        .iter()
        .filter(|l| l.words.len() <= 8)
        .map(|l| fold(l.text.split_whitespace().next().unwrap_or_default()))
        .collect();
    phrase
        .pairs
        .iter()
        .filter(|pair| {
            let all = pair.iter().map(|w| fold(w)).collect::<Vec<_>>();
            let heading = |w: &String| heads.contains(w);
            all.iter().all(|w| leads.contains(w))
                || all.iter().all(heading)
                    && (phrase.kind == PhraseKind::Cover || all.iter().any(|w| leads.contains(w)))
        })
        .count()
}

/// Rows that begin with a date make a log, which says of each visit when it was: a page of prose that speaks of missed visits has no dates.
fn weigh_dates(points: &mut Points, text: &PageText, context: &DateContext) {
    if points.sum <= 0.0 {
        return;
    }
    let in_line = |line: &TextLine| find_dates(&line.text, context).into_iter().map(|(range, _)| range.start);
    let starts: Vec<usize> = text.lines().iter().flat_map(in_line).collect();
    let rows = starts.iter().filter(|&&start| start <= 4).count();
    if rows >= 2 {
        points.add((rows as f32 * 0.4).min(2.0), format!("dated-rows-{rows}"));
    }
    if starts.len() < 2 {
        points.sum *= 0.3;
    }
}

/// Whether a letter greets somebody who is neither a department of the plan nor nobody in particular.
fn greets_person(layout: &Layout, phrases: &PhraseBook) -> bool {
    let Some(greeted) = layout.salutation_text.as_deref().map(fold).filter(|greeted| greeted.len() >= 3) else {
        return false;
    };
    let people = &phrases.people;
    let mut offices = people.plan_addressees.iter().chain(&people.offices_greeted).chain(&people.lone_salutations);
    !offices.any(|office| greeted.contains(&fold(office)))
}

/// Salutation, closing, address and running prose; then what the letter says.
fn letter_points<'s>(
    page: &PageEvidence,
    layout: &Layout,
    phrases: &PhraseBook,
    context: &DateContext,
    said: impl Fn() -> &'s Wording,
) -> Points {
    let text = page.text;
    let mut points = page_phrase_points(text, phrases, PhraseKind::Letter);
    if layout.salutation.is_some() {
        points.add(2.5, "salutation");
    }
    if layout.closing.is_some() {
        points.add(1.0, "closing");
    }
    if layout.salutation.is_none() && is_addressed(text, phrases) {
        points.add(1.5, "address");
    }
    let prose = text.lines().iter().filter(|line| line.words.len() >= 8 && !line.text.contains(':')).count();
    if prose >= 3 {
        points.add(0.7, "prose");
    }
    let head = layout.salutation.unwrap_or(top_lines(text));
    let dated =
        text.lines().iter().take(head).any(|line| line.words.len() <= 6 && !find_dates(&line.text, context).is_empty());
    if dated && (layout.salutation.is_some() || prose >= 3) {
        points.add(0.5, "date-above");
    }
    let told = !dated && prose >= 3 && text.lines().iter().any(|line| tells_its_day(&line.text, phrases, context));
    if told {
        points.add(0.5, "date-told");
    }
    let dated = dated || told;
    // What patients sign speaks of dismissal too: without greeting or closing only an act makes a letter.
    let greets = layout.salutation.is_some() || layout.closing.is_some();
    if greets || prose >= 3 {
        let said = said();
        let speaks = said.found > 0 || !said.ends.is_empty();
        if speaks && (greets || said.kind.is_notice()) {
            points.add(1.5 + (said.found as f32 * 0.3).min(1.5), "letter-wording");
        }
    }
    // Neither dated nor signed off: an agreement or a policy speaks of the same things, and a stray line looks like a greeting.
    if !dated && layout.closing.is_none() {
        points.sum *= 0.6;
    }
    // Check boxes in numbers belong to forms.
    if page.boxes >= 4 {
        points.sum *= 0.6;
    }
    points
}
