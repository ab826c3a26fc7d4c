//! Requests from the pages of one transmission, step by step.

use super::assign::{self, Problem};
use super::letters::{self, Page};
use super::merge::merge;
use super::names;
use super::openers::{self, Opener, Opening, Role};
use super::order::sending_order;
use super::person::{Identity, Match};
use super::promised::{Counts, pages_missing};
use super::settings::AssemblySettings;
use super::sheet::{Class, Sheet};
use super::{PageOutcome, Request, RequestKind, receipt, sender, several};
use crate::answer::{Answer, Confidence, Reading};
use crate::decode::Rejection;
use crate::extract::values::{is_credential, read_name};
use crate::geometry::Rect;
use crate::inbox::Transmission;
use crate::ocr::text_of;
use crate::reading::{FieldReading, KindScore, PageReading, PersonMention, Value};
use crate::rules::phrases::PhraseBook;
use crate::rules::{Pack, ReceivedSource};

/// The field that holds the provider's name.
const PROVIDER: &str = "provider_name";
/// The field that tells what happened.
const NARRATIVE: &str = "narrative";
/// The field that holds a notice's own date.
const NOTICE_DATE: &str = "request_date";

/// Splits one transmission into requests. Never empty: a file without a request gives one of kind
/// [`RequestKind::NoRequest`] or [`RequestKind::Unreadable`].
///
/// `pages` are all pages of the file, in the order of the file. Every page but cover sheets and blanks that follow nobody's page belongs
/// to exactly one request.
pub fn assemble(transmission: &Transmission, pages: &[PageOutcome], pack: &Pack) -> Vec<Request> {
    assemble_with(transmission, pages, &AssemblySettings::of(pack))
}

/// [`assemble`] with settings of its own.
pub fn assemble_with(transmission: &Transmission, pages: &[PageOutcome], settings: &AssemblySettings) -> Vec<Request> {
    let sheets = Sheet::all(pages);
    let count =
        if sheets.iter().any(|sheet| sheet.class == Class::Cover) { settings.cover_counts.as_slice() } else { &[] };
    let file = File {
        transmission,
        received_at: received_at(transmission, &sheets, settings),
        pages_missing: pages_missing(&sheets, transmission.promised_pages, &Counts::new(count)),
    };
    if sheets.iter().all(|sheet| sheet.reading.is_none()) {
        return vec![file.whole(RequestKind::Unreadable(worst(pages)), &sheets)];
    }
    let order = sending_order(&sheets);
    let (openers, roles) = openers::find(&sheets, &order);
    if openers.is_empty() {
        return vec![file.whole(RequestKind::NoRequest, &sheets)];
    }
    let mut shares = Shares::of(&sheets, &order, openers, roles, settings);
    // A form that names several members has a letter for each of them.
    let of_several = shares.openers.iter().any(|opener| names_several(opener, &sheets));
    let problem = shares.problem(&sheets, &order);
    let surplus = if of_several { Vec::new() } else { assign::surplus_letters(&problem, &shares.owners) };
    if !surplus.is_empty() {
        let Shares { mut openers, mut roles, .. } = shares;
        openers::open_for(&surplus, &sheets, &mut openers, &mut roles);
        shares = Shares::of(&sheets, &order, openers, roles, settings);
    }
    let (problem, owners) = (shares.problem(&sheets, &order), &shares.owners);
    let mut requests: Vec<Request> =
        (0..problem.openers.len()).map(|owner| file.request(&problem, owners, owner)).collect();
    requests.sort_by_key(|request| request.pages.first().copied());
    let numbers = sender::numbers(transmission, &sheets);
    for (ordinal, request) in (1u32..).zip(&mut requests) {
        request.ordinal = ordinal;
        request.id = file.id(ordinal);
        sender::agree(request, &numbers);
        receipt::agree(request, &settings.written);
    }
    requests
}

/// The requests of a transmission, and the pages that each of them gets.
struct Shares<'a> {
    openers: Vec<Opener<'a>>,
    roles: Vec<Role>,
    portal: Vec<bool>,
    matches: Vec<Vec<Match>>,
    owners: Vec<Option<usize>>,
}

impl<'a> Shares<'a> {
    fn of(
        sheets: &[Sheet<'a>],
        order: &[usize],
        openers: Vec<Opener<'a>>,
        roles: Vec<Role>,
        settings: &AssemblySettings,
    ) -> Self {
        let portal = openers.iter().map(|o| o.form.is_some_and(|form| settings.portal_forms.contains(form))).collect();
        let matches = sheets.iter().zip(&roles).map(|(sheet, role)| compare(sheet, role, &openers)).collect();
        let mut shares = Shares { openers, roles, portal, matches, owners: Vec::new() };
        shares.owners = assign::owners(&shares.problem(sheets, order));
        shares
    }

    fn problem<'p>(&'p self, sheets: &'p [Sheet<'a>], order: &'p [usize]) -> Problem<'p, 'a> {
        let Shares { openers, roles, portal, matches, .. } = self;
        Problem { sheets, order, openers, roles, portal, matches }
    }
}

/// Whether the form that opened a request may name more than one member.
fn names_several(opener: &Opener<'_>, sheets: &[Sheet<'_>]) -> bool {
    let reading = sheets.get(opener.sheet).and_then(|sheet| sheet.reading);
    let Some(form) = reading.and_then(|reading| reading.form.as_ref()) else { return false };
    several::on_form(|id| form.fields.iter().find(|field| field.field == id)) != Answer::NotMet
}

fn compare(sheet: &Sheet<'_>, role: &Role, openers: &[Opener<'_>]) -> Vec<Match> {
    if *role == Role::Nobody {
        return Vec::new();
    }
    let mentions = sheet.mentions();
    let compared = openers.iter().map(|opener| opener.identity.compare(&mentions));
    let Some(page) = sheet.reading.filter(|_| sheet.class == Class::Letter) else { return compared.collect() };
    let words: Vec<&str> = page.words.iter().map(|word| word.text.as_str()).collect();
    let folded = names::fold(&words.join(" "));
    let said: Vec<&str> = folded.split(' ').collect();
    let to_guardian = page.letter.as_ref().is_some_and(|letter| letter.to_guardian);
    let by_text = |(opener, found): (&Opener<'_>, Match)| opener.identity.compare_text(&said, to_guardian, found);
    openers.iter().zip(compared).map(by_text).collect()
}

/// Of several reasons the one that an operator can do something about.
fn worst(pages: &[PageOutcome]) -> Rejection {
    let rank = |rejection: &Rejection| match rejection {
        Rejection::Encrypted => 0,
        Rejection::Unsupported => 1,
        Rejection::TooLarge(_) => 2,
        Rejection::TimedOut => 3,
        Rejection::Corrupt(_) => 4,
        Rejection::Empty => 5,
    };
    let rejections = pages.iter().filter_map(|page| match page {
        PageOutcome::Rejected(rejection) => Some(rejection),
        PageOutcome::Read(_) => None,
    });
    rejections.min_by_key(|rejection| rank(rejection)).cloned().unwrap_or(Rejection::Empty)
}

fn received_at(transmission: &Transmission, sheets: &[Sheet<'_>], settings: &AssemblySettings) -> Option<String> {
    settings.received.iter().find_map(|source| match source {
        ReceivedSource::FileName => transmission.received_at.clone().filter(|_| transmission.received_from_name),
        ReceivedSource::Header => sheets.iter().find_map(|sheet| sheet.reading?.header.as_ref()?.sent_at.clone()),
        ReceivedSource::FileTime => transmission.received_at.clone().filter(|_| !transmission.received_from_name),
    })
}

/// What all requests of a file share.
struct File<'t> {
    transmission: &'t Transmission,
    received_at: Option<String>,
    pages_missing: Option<(u32, u32)>,
}

impl File<'_> {
    fn id(&self, ordinal: u32) -> String {
        let hash: String = self.transmission.sha256.chars().take(12).collect();
        format!("{hash}-{ordinal}")
    }

    fn empty(&self, kind: RequestKind) -> Request {
        Request {
            id: self.id(1),
            source_file: self.transmission.source_file.clone(),
            ordinal: 1,
            kind,
            pages: Vec::new(),
            form: None,
            fields: Vec::new(),
            choices: Vec::new(),
            several_members: Answer::NotMet,
            letters: Vec::new(),
            attachments: Vec::new(),
            stray_pages: Vec::new(),
            unread_pages: Vec::new(),
            pages_missing: self.pages_missing,
            received_at: self.received_at.clone(),
            notes: Vec::new(),
            duplicate_of: None,
            superseded_by: None,
            supersedes: Vec::new(),
            settled: Vec::new(),
            roster: None,
        }
    }

    /// One request that holds the whole file.
    fn whole(&self, kind: RequestKind, sheets: &[Sheet<'_>]) -> Request {
        let all: Vec<&Sheet<'_>> = sheets.iter().collect();
        let mut request = self.empty(kind);
        request.pages = all.iter().map(|sheet| sheet.number).collect();
        request.unread_pages = unread(&all);
        request.notes = notes(&all);
        request
    }

    fn request(&self, problem: &Problem<'_, '_>, owners: &[Option<usize>], owner: usize) -> Request {
        let Some(opener) = problem.openers.get(owner) else { return self.empty(RequestKind::NoRequest) };
        let mine: Vec<usize> = (0..owners.len()).filter(|&index| owners.get(index) == Some(&Some(owner))).collect();
        let sheets: Vec<&Sheet<'_>> = mine.iter().filter_map(|&index| problem.sheets.get(index)).collect();
        let kind = match opener.opening {
            Opening::Form if problem.portal.get(owner) == Some(&true) => RequestKind::Portal,
            Opening::Form => RequestKind::Reassignment,
            Opening::OtherPlan => RequestKind::OtherPlan,
            Opening::Letter => RequestKind::LetterOnly,
        };
        let mut request = self.empty(kind);
        request.pages = sheets.iter().map(|sheet| sheet.number).collect();
        request.form = opener.form.map(str::to_owned);
        request.unread_pages = unread(&sheets);
        request.notes = notes(&sheets);
        if opener.form.is_some() {
            let forms: Vec<_> = sheets
                .iter()
                .filter(|s| matches!(s.class, Class::Form(_)))
                .filter_map(|s| s.reading?.form.as_ref())
                .collect();
            (request.fields, request.choices) = merge(&forms);
            continue_narrative(&mut request.fields, &sheets);
            if request.kind == RequestKind::Portal {
                date_from_letter(&mut request.fields, &sheets);
                provider_from_closing(&mut request.fields, &sheets);
            }
            request.several_members = several::on_form(|id| request.field(id));
        } else {
            let opened_on = problem.sheets.get(opener.sheet).map_or(1, |sheet| sheet.number);
            request.fields = named_fields(opened_on, &opener.mentions);
        }
        // A joint letter is one page and proof for nobody; who else it names has no letter missing either.
        let shared = (0..owners.len()).filter(|index| !mine.contains(index)).filter(|&index| {
            let is_letter = problem.sheets.get(index).is_some_and(|sheet| sheet.class == Class::Letter);
            let Some(compared) = problem.matches.get(index).filter(|_| is_letter) else { return false };
            compared.get(owner).is_some_and(|mine| match mine.answer {
                Answer::Met => joint(problem, compared, owner),
                _ => mine.reasons.iter().any(|reason| reason == "joint-letter"),
            })
        });
        let pages: Vec<Page<'_, '_>> = mine
            .iter()
            .copied()
            .chain(shared)
            .filter_map(|index| {
                let (sheet, compared) = (problem.sheets.get(index)?, problem.matches.get(index)?);
                Some(Page {
                    sheet,
                    compared: compared.get(owner)?,
                    joint: joint(problem, compared, owner),
                    alone: problem.openers.len() == 1,
                })
            })
            .collect();
        request.letters = letters::letters(&pages);
        request.attachments = letters::attachments(&pages);
        if request.several_members == Answer::Met {
            // Whose a page is that names one of several, or all of them, cannot be told.
            for attachment in request.attachments.iter_mut().filter(|a| a.same_member == Answer::NotMet) {
                attachment.same_member = Answer::CannotTell;
            }
        }
        request.stray_pages = stray(problem, owners, owner, &mine, &request);
        request
    }
}

/// Whether a letter is as much for another of the requests' members, who is somebody else.
fn joint(problem: &Problem<'_, '_>, compared: &[Match], owner: usize) -> bool {
    let Some(mine) = problem.openers.get(owner) else { return false };
    let met = |m: &Match| m.answer == Answer::Met;
    (problem.openers.iter().zip(compared).enumerate())
        .any(|(index, (other, m))| index != owner && met(m) && differ(&mine.identity, &other.identity))
}

fn differ(a: &Identity, b: &Identity) -> bool {
    let (Some(first), Some(second)) = (a.names.first(), b.names.first()) else { return false };
    let mention = PersonMention { name: Some(second.value.clone()), confidence: 1.0, ..PersonMention::default() };
    Identity { names: vec![first.clone()], ..Identity::default() }.compare(&[&mention]).answer == Answer::NotMet
}

/// Pages that a person must judge: they name somebody else, could not be read, or follow nothing that they could continue.
fn stray(
    problem: &Problem<'_, '_>,
    owners: &[Option<usize>],
    owner: usize,
    mine: &[usize],
    request: &Request,
) -> Vec<u32> {
    let mut stray = Vec::new();
    for &index in mine {
        let (Some(sheet), Some(role)) = (problem.sheets.get(index), problem.roles.get(index)) else { continue };
        if *role != Role::Assigned {
            continue;
        }
        let answer = problem.matches.get(index).and_then(|m| m.get(owner)).map_or(Answer::CannotTell, |m| m.answer);
        let fits = match sheet.class {
            // The best letter speaks for itself, whoever it names; a further one to somebody else fits nowhere.
            Class::Letter => {
                answer != Answer::NotMet || request.letters.first().is_none_or(|best| best.page == sheet.number)
            }
            Class::Attachment(_) => answer != Answer::NotMet,
            Class::Unknown => answer != Answer::NotMet && follows_own(problem, owners, owner, index),
            Class::Junk | Class::Unread => false,
            Class::Form(_) | Class::OtherPlan | Class::Cover | Class::Blank => true,
        };
        if !fits {
            stray.push(sheet.number);
        }
    }
    stray
}

/// A plain page behind a page of the same request continues it.
fn follows_own(problem: &Problem<'_, '_>, owners: &[Option<usize>], owner: usize, index: usize) -> bool {
    let place = problem.order.iter().position(|&i| i == index).unwrap_or(0);
    let before = problem.order.get(..place).unwrap_or_default();
    let solid = |i: &&usize| problem.sheets.get(**i).is_some_and(|sheet| sheet.class != Class::Blank);
    before.iter().rev().find(solid).is_some_and(|&i| {
        let class = problem.sheets.get(i).map(|sheet| sheet.class);
        owners.get(i) == Some(&Some(owner)) && !matches!(class, Some(Class::Junk | Class::Unread | Class::Cover))
    })
}

fn unread(sheets: &[&Sheet<'_>]) -> Vec<u32> {
    sheets.iter().filter(|sheet| sheet.class == Class::Unread).map(|sheet| sheet.number).collect()
}

fn notes(sheets: &[&Sheet<'_>]) -> Vec<String> {
    let mut notes: Vec<String> =
        sheets.iter().filter_map(|sheet| sheet.reading).flat_map(|reading| reading.notes.iter().cloned()).collect();
    notes.sort();
    notes.dedup();
    notes
}

/// What happened is told on, or told at all, on pages that say that they go on from the form.
fn continue_narrative(fields: &mut Vec<FieldReading>, sheets: &[&Sheet<'_>]) {
    let pages = sheets.iter().filter(|sheet| sheet.class == Class::Unknown);
    let goes_on = |page: &PageReading| page.kinds.first().is_some_and(KindScore::continues_form);
    let pages = pages.filter_map(|sheet| Some((sheet.number, sheet.reading?))).filter(|(_, page)| goes_on(page));
    for (number, page) in pages {
        let more = text_of(&page.words);
        let known = fields.iter().find(|field| field.field == NARRATIVE);
        let told = match known.and_then(|field| field.reading.value()) {
            Some(Value::Text(text)) => format!("{text} {more}"),
            _ => more,
        };
        let reading = Reading::Read(Value::Text(told));
        let told = match known {
            Some(field) if field.reading.value().is_some() => FieldReading { reading, ..field.clone() },
            _ => FieldReading::new(NARRATIVE, reading, page.legibility.confidence, number),
        };
        put(fields, told);
    }
}

/// A notice that is a letter carries its date where letters do: where no label announced one, that date is the request's.
fn date_from_letter(fields: &mut Vec<FieldReading>, sheets: &[&Sheet<'_>]) {
    if has_value(fields, NOTICE_DATE) {
        return;
    }
    let dated = sheets
        .iter()
        .filter(|sheet| matches!(sheet.class, Class::Form(_)))
        .find_map(|sheet| Some((sheet.number, sheet.reading?.letter.as_ref()?)).filter(|(_, l)| !l.date.is_blank()));
    let Some((page, letter)) = dated else { return };
    let date = match &letter.date {
        Reading::Read(date) => Reading::Read(Value::Date(*date)),
        _ => Reading::Unreadable,
    };
    let reading = FieldReading {
        raw: letter.date_raw.clone(),
        ..FieldReading::new(NOTICE_DATE, date, letter.date_confidence, page)
    };
    put(fields, reading);
}

fn has_value(fields: &[FieldReading], id: &str) -> bool {
    fields.iter().any(|field| field.field == id && field.reading.value().is_some())
}

/// Puts a reading in the place of the field's own, if it has one.
fn put(fields: &mut Vec<FieldReading>, reading: FieldReading) {
    match fields.iter_mut().find(|field| field.field == reading.field) {
        Some(field) => *field = reading,
        None => fields.push(reading),
    }
}

/// Lines at the end of a page without a closing in which the signer's name may stand.
const LINES_SIGNED: usize = 3;

/// A notice is a letter: where no label names the provider, the name with its credentials under the closing does.
fn provider_from_closing(fields: &mut Vec<FieldReading>, sheets: &[&Sheet<'_>]) {
    if has_value(fields, PROVIDER) {
        return;
    }
    let letters = sheets.iter().filter(|sheet| matches!(sheet.class, Class::Form(_)));
    let signed =
        letters.filter_map(|sheet| Some((sheet.number, sheet.reading?))).filter(|(_, page)| page.letter.is_some());
    let closings: Vec<String> =
        PhraseBook::builtin().people.closings.iter().map(|closing| names::fold(closing)).collect();
    let Some(reading) = signed.into_iter().find_map(|(number, page)| {
        let lines = page.lines();
        let closing = lines.iter().rposition(|line| closings.contains(&names::fold(&line.text())));
        // A memorandum has no closing: the name stands at its end.
        let last = || lines.len().saturating_sub(LINES_SIGNED);
        lines.iter().skip(closing.map_or_else(last, |at| at + 1)).find_map(|line| {
            let name = read_name(&line.text()).value?;
            let signed =
                name.split_whitespace().count() >= 3 && name.split_whitespace().last().is_some_and(is_credential);
            signed.then(|| {
                let surest = line.words.iter().map(|word| word.confidence.get()).fold(1.0, f32::min);
                let read =
                    FieldReading::new(PROVIDER, Reading::Read(Value::Text(name)), Confidence::new(surest), number);
                let zone = Rect::bounding(line.words.iter().map(|word| &word.rect)).unwrap_or_default();
                FieldReading { raw: line.text(), zone, ink: Some(zone), ..read }
            })
        })
    }) else {
        return;
    };
    put(fields, reading);
}

/// The member's columns of a request without a form of ours, from what its page names.
fn named_fields(page: u32, mentions: &[&PersonMention]) -> Vec<FieldReading> {
    let mut fields = Vec::new();
    let mut add = |field: &str, value: Option<(Value, String)>, confidence: f32| {
        if let Some((value, raw)) = value {
            let read = FieldReading::new(field, Reading::Read(value), Confidence::new(confidence), page);
            fields.push(FieldReading { raw, ..read });
        }
    };
    if let Some((name, mention)) = mentions.iter().find_map(|m| m.name.as_ref().map(|name| (name, m))) {
        add("member_name", Some((Value::Text(super::names::member_of(name)), name.clone())), mention.confidence);
    }
    if let Some((id, mention)) = mentions.iter().find_map(|m| m.member_id.as_ref().map(|id| (id, m))) {
        add("member_id", Some((Value::Text(id.clone()), id.clone())), mention.confidence);
    }
    if let Some((date, mention)) = mentions.iter().find_map(|m| m.birth_date.map(|date| (date, m))) {
        add("member_dob", Some((Value::Date(date), date.to_string())), mention.confidence);
    }
    fields
}
