//! A letter read as a whole: addressee, date, language, kind, blanks left, end of care.

use std::ops::Range;
use std::rc::Rc;

use chrono::NaiveDate;

use crate::extract::fuzzy::{Found, Phrase, fold, is_one_of};
use crate::extract::page_text::{PageText, TextLine};
use crate::extract::values::dates::find_dates;
use crate::extract::values::{DateContext, Sameness, is_credential, same_person};
use crate::geometry::Rect;
use crate::reading::{LetterFacts, LetterKind, PersonMention};
use crate::rules::PhraseBook;
use crate::rules::phrases::PeopleWords;

use super::date::{day_on, letter_date};
use super::language::detect_language;
use super::people::{date_in, member_id_in, people, plausible_name};
use super::template::is_unfilled;
use super::wording::wording;

/// Lines of an address above a salutation.
const ADDRESS_LINES: usize = 7;

/// The parts of a letter, by line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    pub salutation: Option<usize>,
    /// What stands behind the salutation's word, without its colon.
    pub salutation_text: Option<String>,
    /// `Sincerely`.
    pub closing: Option<usize>,
    /// `RE:` lines.
    pub references: Vec<usize>,
}

/// Reads a letter. `reference` is the day the fax was received.
pub fn letter_facts(text: &PageText, phrases: &PhraseBook, reference: NaiveDate) -> LetterFacts {
    let layout = layout(text, phrases);
    let language = detect_language(text, &phrases.languages);
    let context = date_context(language.as_deref(), phrases, reference);
    let date = letter_date(text, &layout, phrases, &context);
    let wording = wording(text, &layout, phrases, &context);
    let addressee = addressee(text, &layout, phrases, reference);
    LetterFacts {
        kind: if is_to_plan(text, &layout, phrases) {
            LetterKind::ToPlan
        } else if is_to_office(text, &layout, phrases) {
            LetterKind::ToOffice
        } else {
            wording.kind
        },
        language,
        date: date.reading,
        date_confidence: date.confidence,
        date_raw: date.raw,
        unfilled: is_unfilled(text, &layout, addressee.is_some(), phrases),
        to_guardian: speaks_of_a_ward(text, phrases),
        addressee,
        states_end_of_care: wording.ends,
    }
}

fn date_context<'p>(language: Option<&str>, phrases: &'p PhraseBook, reference: NaiveDate) -> DateContext<'p> {
    DateContext { reference, day_first: language == Some("es"), words: &phrases.dates }
}

/// The line of a letter that gives its date.
pub struct DateLine<'p> {
    /// Its words, by their place on the page.
    pub words: Range<usize>,
    pub rect: Rect,
    day: NaiveDate,
    context: DateContext<'p>,
}

impl DateLine<'_> {
    /// Whether another reading of the line gives the same day; `None` when it gives none.
    pub fn agrees_with(&self, line: &str) -> Option<bool> {
        day_on(line, &self.context).map(|day| day == self.day)
    }
}

/// Where a letter gives its date, if a day could be read there. `reference` is the day the fax was received.
pub fn date_line<'p>(text: &PageText, phrases: &'p PhraseBook, reference: NaiveDate) -> Option<DateLine<'p>> {
    let language = detect_language(text, &phrases.languages);
    let context = date_context(language.as_deref(), phrases, reference);
    let found = letter_date(text, &layout(text, phrases), phrases, &context);
    let line = text.lines().get(found.line?)?;
    let day = *found.reading.value()?;
    Some(DateLine { words: line.words.clone(), rect: line.rect, day, context })
}

/// Whether the letter is written to the plan: it greets one of its departments, or nobody by name under the plan's own address.
fn is_to_plan(text: &PageText, layout: &Layout, phrases: &PhraseBook) -> bool {
    let people = &phrases.people;
    let (Some(salutation), Some(greeted)) = (layout.salutation, &layout.salutation_text) else { return false };
    let names_plan = |line: &str| {
        let line = fold(line);
        people.plan_addressees.iter().any(|known| line.contains(&fold(known)))
    };
    if names_plan(greeted) {
        return true;
    }
    let lines = text.lines().get(salutation.saturating_sub(ADDRESS_LINES)..salutation).unwrap_or_default();
    !greets_somebody(greeted, phrases)
        && lines.iter().any(|line| names_plan(&line.text) && line.words.len() <= 8)
        && !layout.references.iter().any(|at| text.lines().get(*at).is_some_and(|l| names_plan(&l.text)))
}

/// Whether the letter is written to a pharmacy or another office: it greets a doctor by name and title or a pharmacist, or says `To:` or
/// `Attn:` before one above its text.
fn is_to_office(text: &PageText, layout: &Layout, phrases: &PhraseBook) -> bool {
    let people = &phrases.people;
    let greeted = layout.salutation_text.as_deref().unwrap_or_default();
    let names_office = |text: &str| {
        let words: Vec<String> = text.split_whitespace().map(fold).collect();
        let holds = |office: &String| {
            let office: Vec<String> = office.split_whitespace().map(fold).collect();
            // An empty entry of a pack is nobody's name.
            words.windows(office.len().max(1)).any(|part| part == office)
        };
        people.other_offices.iter().any(holds)
    };
    // Do and Ma are families' names as well: a profession stands behind a comma.
    let is_doctor = |name: &str| name.contains(',') && is_professional(name);
    if is_doctor(greeted) || names_office(greeted) {
        return true;
    }
    let head = layout.salutation.unwrap_or(OPENING_LINES);
    let to = |line: &TextLine| {
        let (to, office) = line.text.split_once(':').unwrap_or_default();
        is_one_of(&people.memo_to, to) && (names_office(office) || is_doctor(office.trim()))
    };
    !greets_somebody(greeted, phrases)
        && text.lines().iter().take(head).any(|line| line.words.len() <= LONGEST_HEAD && to(line))
}

/// Whether a greeting names somebody.
fn greets_somebody(greeted: &str, phrases: &PhraseBook) -> bool {
    joined_names(greeted, phrases).iter().any(|name| !is_nobody(name, &phrases.people))
}

/// `Doctor`, `Sir or Madam`: nobody's name.
fn is_nobody(name: &str, people: &PeopleWords) -> bool {
    is_one_of(&people.offices_greeted, name)
}

/// Finds salutation, closing and reference lines.
pub fn layout(text: &PageText, phrases: &PhraseBook) -> Layout {
    let compile = |texts: &[String]| texts.iter().map(|t| Phrase::of_pack(t)).collect::<Vec<_>>();
    let people = &phrases.people;
    let (salutations, closings, references) =
        (compile(&people.salutations), compile(&people.closings), compile(&people.references));
    let mut layout = Layout::default();
    for (at, line) in text.lines().iter().enumerate() {
        let count = line.words.len();
        if layout.salutation.is_none() && count <= 12 {
            // The longest wording that fits whole words, `Estimado(a)` before `Estimado`: `Apreciable Sr. Lemus` does not begin with
            // `Apreciables`.
            let behind = |found: &Found| {
                text.words().get(found.words.end - 1).and_then(|w| w.text.get(found.end..)).unwrap_or_default()
            };
            let found = salutations
                .iter()
                .filter_map(|phrase| {
                    let found = text.starts_with(at, phrase, if phrase.len() >= 4 { 0.16 } else { 0.0 })?;
                    Some(((!behind(&found).starts_with(char::is_alphabetic), phrase.len()), found))
                })
                .max_by(|a, b| a.0.cmp(&b.0).then(b.1.distance.total_cmp(&a.1.distance)));
            if let Some((_, found)) = found {
                let joined = behind(&found);
                let rest = format!(
                    "{} {}",
                    joined.trim_start_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '[' | '{' | '<' | '_')),
                    text.text(found.words.end..line.words.end)
                );
                let ends_well = line.text.trim_end().ends_with([':', ',', ';', '.']);
                if ends_well || count <= 6 {
                    layout.salutation = Some(at);
                    layout.salutation_text = Some(rest.trim().trim_end_matches([':', ',', ';', '.']).trim().to_owned());
                    continue;
                }
            }
        }
        let behind = layout.salutation.is_some_and(|s| at > s);
        if behind
            && layout.closing.is_none()
            && count <= 4
            && closings.iter().any(|c| text.starts_with(at, c, 0.2).is_some())
        {
            layout.closing = Some(at);
        }
        let reference = references.iter().any(|r| {
            text.starts_with(at, r, 0.1).is_some_and(|f| {
                text.words().get(f.words.end - 1).is_some_and(|w| {
                    w.text.get(f.end..).is_some_and(|t| t.starts_with([':', '.', ';'])) || f.end < w.text.len()
                })
            })
        });
        if reference && layout.closing.is_none() {
            layout.references.push(at);
        }
    }
    if layout.salutation.is_none() {
        titled_salutation(text, phrases, &mut layout);
    }
    if layout.salutation.is_none() {
        named_salutation(text, phrases, &mut layout);
    }
    if layout.salutation.is_none() {
        guardian_salutation(text, phrases, &mut layout);
    }
    if layout.salutation.is_none() {
        memo_head(text, phrases, &mut layout);
    }
    layout
}

/// Words of a line from which it is running text.
pub(super) const RUNNING: usize = 7;

/// `To the parent/guardian of Gael Bautista` over running text: a letter to a grown-up that greets nobody else.
fn guardian_salutation(text: &PageText, phrases: &PhraseBook, layout: &mut Layout) {
    let wordings: Vec<_> = phrases.people.guardian.iter().map(|wording| Phrase::of_pack(wording)).collect();
    let lines = text.lines();
    let found = lines.iter().zip(lines.iter().skip(1)).enumerate().find_map(|(at, (line, next))| {
        if line.words.len() > 12 || next.words.len() < RUNNING {
            return None;
        }
        let longest =
            wordings.iter().filter_map(|wording| text.starts_with(at, wording, 0.16)).max_by_key(|f| f.words.end)?;
        Some((at, text.text(longest.words.end..line.words.end)))
    });
    if let Some((at, name)) = found {
        layout.salutation = Some(at);
        layout.salutation_text = Some(name.trim_end_matches([':', ',', ';', '.']).trim().to_owned());
    }
}

/// `TO: Karina Norris` under the heading of a memorandum: whom a letter greets, a memo names.
fn memo_head(text: &PageText, phrases: &PhraseBook, layout: &mut Layout) {
    let people = &phrases.people;
    let lines = text.lines();
    let Some(heading) = lines.iter().position(|line| is_one_of(&people.memo_headings, &line.text)) else { return };
    let found = lines.iter().enumerate().skip(heading + 1).take(ADDRESS_LINES).find_map(|(at, line)| {
        let (to, name) = line.text.split_once(':')?;
        let named = is_one_of(&people.memo_to, to) && !is_nobody(name, people);
        (named && plausible_name(name.trim(), people).is_some()).then(|| (at, name.trim().to_owned()))
    });
    if let Some((at, name)) = found {
        // From whom, when and about what it is stand in lines of their own; then it begins.
        let head = lines.iter().skip(at).take_while(|line| line.text.contains(':') && line.words.len() <= LONGEST_HEAD);
        layout.salutation = Some(at + head.count() - 1);
        layout.salutation_text = Some(name);
    }
}

/// Lines of a letter that greets nobody among which it may say to whom it goes.
const OPENING_LINES: usize = 14;

/// Words of a line in the head of a memorandum, at the most.
const LONGEST_HEAD: usize = 12;

/// `Mr. Vue:` without a greeting: a title and a name on a short line that ends as salutations do.
fn titled_salutation(text: &PageText, phrases: &PhraseBook, layout: &mut Layout) {
    let titles: Vec<String> = phrases.people.titles.iter().map(|t| fold(t)).collect();
    let closing = layout.closing.unwrap_or(usize::MAX);
    let found = text.lines().iter().enumerate().take_while(|(at, _)| *at < closing).find_map(|(at, line)| {
        let body = line.text.trim().strip_suffix([':', ','])?;
        let (title, name) = body.split_once(' ')?;
        let named = line.words.len() <= 5 && titles.contains(&fold(title)) && !layout.references.contains(&at);
        let named = named && plausible_name(name.trim(), &phrases.people).is_some();
        named.then(|| (at, body.to_owned()))
    });
    if let Some((at, body)) = found {
        layout.salutation = Some(at);
        layout.salutation_text = Some(body);
    }
}

/// `Apreciable Frances Montoya:` and other greetings that nobody listed: a short line that ends as salutations do, with a name at its end
/// and running text under it.
fn named_salutation(text: &PageText, phrases: &PhraseBook, layout: &mut Layout) {
    let closing = layout.closing.unwrap_or(usize::MAX);
    let lines = text.lines();
    let found = lines.iter().enumerate().take_while(|(at, _)| *at < closing).find_map(|(at, line)| {
        let body = line.text.trim().strip_suffix([':', ','])?;
        // `To: Cynthia Ibarra:` greets as well.
        let is_to = |(to, _): &(&str, &str)| is_one_of(&phrases.people.memo_to, to);
        let body = body.split_once(':').filter(is_to).map_or(body, |(_, name)| name);
        let words: Vec<&str> = body.split_whitespace().collect();
        let runs_on = lines.get(at + 1).is_some_and(|next| next.words.len() >= RUNNING);
        if !(2..=6).contains(&words.len()) || !runs_on || layout.references.contains(&at) || body.contains([':', '(']) {
            return None;
        }
        let capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
        let name = words.get(words.len().saturating_sub(3)..)?.iter().skip_while(|word| !capital(word));
        let name = name.copied().collect::<Vec<_>>().join(" ");
        let named = name.split_whitespace().count() >= 2
            && !is_professional(&name)
            && name.split_whitespace().all(|w| capital(&w));
        // Of three words the first may be the greeting's.
        let (_, shorter) = name.split_once(' ').filter(|_| words.len() == 3).unwrap_or(("", &name));
        let name = if shorter.split_whitespace().count() >= 2 { shorter } else { &name };
        (named && plausible_name(name, &phrases.people).is_some()).then(|| (at, name.to_owned()))
    });
    if let Some((at, name)) = found {
        layout.salutation = Some(at);
        layout.salutation_text = Some(name);
    }
}

/// Whom the letter is to, as a member: what the salutation, the address, the reference line and `parent of` say, together.
fn addressee(text: &PageText, layout: &Layout, phrases: &PhraseBook, reference: NaiveDate) -> Option<PersonMention> {
    let all = mentions(text, layout, phrases, reference);
    let of = |role: &str| all.iter().find(|m| m.role == role && m.name.is_some());
    let is_whole = |m: &PersonMention| m.name.as_ref().is_some_and(|name| name.split_whitespace().count() >= 2);
    let count = |role: &str| all.iter().filter(|m| m.role == role && is_whole(m)).count();
    // A child is named behind `parent of` or in the reference line; a grown-up in the address.
    // Address and salutation say the same name twice: the better reading of it counts.
    let greeted = of("salutation").filter(|m| is_whole(m));
    let addressed = match (of("addressee"), greeted) {
        (Some(block), Some(greeted)) => {
            let same = |other: &PersonMention| !is_another(block, other);
            // `Dear Ana Cruz and Luis Cruz` under an address of which one line alone was taken for the name.
            let several = count("salutation") > count("addressee").max(1);
            let agree = if several { all.iter().any(|m| m.role == "salutation" && same(m)) } else { same(greeted) };
            Some(if agree && (several || greeted.confidence > block.confidence) { greeted } else { block })
        }
        (block, greeted) => block.or(greeted),
    };
    // `Dear Ms. Fairbanks` under `RE: Carolyn Fairbanks`: the reference says the whole name.
    let family = of("salutation");
    let whole = of("reference").filter(|reference| family.is_none_or(|family| is_part(family, reference)));
    // A reference line that names somebody else than the address, and says more of them or bears their family's name, names the child.
    let child = of("reference").filter(|m| is_whole(m)).filter(|referred| {
        let other = addressed.is_some_and(|to| is_another(to, referred));
        other && (referred.birth_date.is_some() || referred.member_id.is_some() || shares_family(addressed, referred))
    });
    let named = of("guardian-of").or(child).or(addressed).or(whole).or(family).or_else(|| of("reference"));
    let mut best = named.cloned().or_else(|| all.first().cloned())?;
    // A letter to two members names both, so that nobody takes it for the first one's alone.
    if matches!(best.role.as_str(), "addressee" | "salutation") {
        let names = all.iter().filter(|m| m.role == best.role).filter_map(|m| m.name.clone());
        best.name = together(names.collect());
    }
    for other in &all {
        let together = match (&best.name, &other.name) {
            (Some(a), Some(b)) => same_person(a, b, 0.9).answer == Sameness::Same,
            _ => true,
        };
        if together {
            best.member_id = best.member_id.take().or_else(|| other.member_id.clone());
            best.birth_date = best.birth_date.or(other.birth_date);
        }
    }
    Some(best)
}

fn is_another(one: &PersonMention, other: &PersonMention) -> bool {
    let (Some(a), Some(b)) = (&one.name, &other.name) else { return false };
    same_person(a, b, one.confidence.min(other.confidence)).answer == Sameness::Different
}

fn shares_family(one: Option<&PersonMention>, other: &PersonMention) -> bool {
    let family = |mention: &PersonMention| mention.name.as_deref().and_then(|n| n.split_whitespace().last()).map(fold);
    one.is_some_and(|one| family(one).is_some() && family(one) == family(other))
}

/// Whether the letter speaks of a child of whom it is written to.
fn speaks_of_a_ward(text: &PageText, phrases: &PhraseBook) -> bool {
    let lines = 0..text.lines().len();
    phrases.people.wards.iter().any(|ward| text.find_at(&Phrase::of_pack(ward), 0.0, lines.clone()).is_some())
}

/// Whether every word of one name stands in the other.
fn is_part(part: &PersonMention, whole: &PersonMention) -> bool {
    let words = |mention: &PersonMention| -> Vec<String> {
        mention.name.iter().flat_map(|name| name.split_whitespace()).map(fold).collect()
    };
    let all = words(whole);
    words(part).iter().all(|word| all.contains(word))
}

/// Several whole names as one text with `&` between them; names that one reader's slip may have made of one stay one.
fn together(names: Vec<String>) -> Option<String> {
    let mut apart: Vec<&String> = Vec::new();
    for name in names.iter().filter(|name| name.split_whitespace().count() >= 2) {
        if apart.iter().all(|known| same_person(known, name, 0.9).answer == Sameness::Different) {
            apart.push(name);
        }
    }
    if let [_, _, ..] = apart.as_slice() {
        return Some(apart.into_iter().map(String::as_str).collect::<Vec<_>>().join(" & "));
    }
    names.into_iter().next()
}

/// Everyone that a letter names, by role: addressee, salutation, reference, guardian-of, then labelled lines.
pub(super) fn mentions(
    text: &PageText,
    layout: &Layout,
    phrases: &PhraseBook,
    reference: NaiveDate,
) -> Vec<PersonMention> {
    let mut found: Vec<PersonMention> = Vec::new();
    let words = &phrases.people;
    let guardians: Vec<Rc<Phrase>> = words.guardian.iter().map(|t| Phrase::of_pack(t)).collect();
    let head = layout.salutation.map_or(0, |s| s + 1);
    for line in 0..head.max(layout.references.last().map_or(0, |r| r + 1)) {
        if let Some(mention) = guardian_of(text, line, &guardians, phrases) {
            found.push(mention);
        }
    }
    if layout.salutation.is_none() {
        found.extend(addressed_name(text, phrases));
    }
    if let Some(salutation) = layout.salutation {
        found.extend(address_name(text, layout, salutation, phrases, reference));
        if let (Some(name), Some(line)) = (&layout.salutation_text, text.lines().get(salutation)) {
            let trust = text.confidence(line.words.clone());
            for part in joined_names(name, phrases) {
                found.push(mention("salutation", Some(part), trust));
            }
        }
    }
    for at in &layout.references {
        found.extend(reference_mention(text, *at, phrases, reference));
    }
    found
}

fn mention(role: &str, name: Option<String>, confidence: f32) -> PersonMention {
    PersonMention { name, role: role.to_owned(), confidence, ..PersonMention::default() }
}

/// The first line of the address above the salutation that is a name.
fn address_name(
    text: &PageText,
    layout: &Layout,
    salutation: usize,
    phrases: &PhraseBook,
    reference: NaiveDate,
) -> Vec<PersonMention> {
    let context_words = &phrases.people;
    let dated = |line: &str| {
        let context = DateContext { reference, day_first: false, words: &phrases.dates };
        !find_dates(line, &context).is_empty()
    };
    let block = address_block(text, layout, salutation);
    let below_date = text.lines().iter().take(salutation).rposition(|line| dated(&line.text)).map_or(0, |at| at + 1);
    // Nothing stands between the date and the greeting: what stands over the date is as often the office's own address.
    let over_date = below_date == salutation;
    let greets = layout.salutation_text.as_deref().map(|name| joined_names(name, phrases)).unwrap_or_default();
    if over_date && greets.iter().any(|name| name.split_whitespace().count() >= 2) {
        return Vec::new();
    }
    let is_greeted = |name: &str| {
        let words: Vec<String> = name.split_whitespace().map(fold).collect();
        greets.is_empty()
            || greets.iter().any(|greeted| greeted.split_whitespace().any(|word| words.contains(&fold(word))))
    };
    for at in block.start.max(if over_date { 0 } else { below_date })..block.end {
        let Some(line) = text.lines().get(at) else { continue };
        let body = without_to(&line.text);
        if layout.references.contains(&at) || body.contains(':') || line.words.len() > 8 {
            continue;
        }
        let names: Vec<String> = joined_names(body, phrases).into_iter().collect();
        // What stands over everything else is a letterhead where the letter greets somebody else by name.
        let over_all = at < LETTERHEAD && greets.iter().any(|name| name.split_whitespace().count() >= 2);
        if let Some(first) = names.first()
            && !is_professional(first)
            && (!(over_date || over_all) || is_greeted(first))
            && first.split_whitespace().count() >= 2
            && plausible_name(first, context_words).is_some()
        {
            let trust = text.confidence(line.words.clone());
            return names.into_iter().map(|n| mention("addressee", Some(n), trust)).collect();
        }
    }
    Vec::new()
}

/// Lines at the top of a letter that are the office's own.
const LETTERHEAD: usize = 2;

/// `To: Pamela Gallagher`: the name alone.
fn without_to(line: &str) -> &str {
    match line.split_once(':') {
        Some((label, name))
            if ["to", "a", "para", "rau", "attn", "attention", "atencion"].contains(&fold(label).as_str()) =>
        {
            name.trim()
        }
        _ => line,
    }
}

/// A name with the letters of a profession behind it is the office's.
fn is_professional(name: &str) -> bool {
    name.split_whitespace().last().is_some_and(is_credential)
}

/// Whether a page has a name above a street and a town, as letters in window envelopes do.
pub fn is_addressed(text: &PageText, phrases: &PhraseBook) -> bool {
    addressed_name(text, phrases).is_some()
}

/// The name above a street and a line that ends in a postal code, in a letter that greets nobody.
fn addressed_name(text: &PageText, phrases: &PhraseBook) -> Option<PersonMention> {
    let lines = text.lines();
    (0..lines.len()).find_map(|at| {
        let name = lines.get(at).filter(|line| line.words.len() <= 5 && !line.text.contains(':'))?;
        let street = lines.get(at + 1)?;
        let town = (at + 2..at + 4).any(|next| lines.get(next).is_some_and(|line| ends_in_postal_code(&line.text)));
        let numbered = street.text.chars().any(|c| c.is_ascii_digit()) && street.words.len() <= 8;
        let person = plausible_name(&name.text, &phrases.people)
            .filter(|name| name.split_whitespace().count() >= 2 && !is_professional(name))?;
        (town && numbered).then(|| mention("addressee", Some(person), text.confidence(name.words.clone())))
    })
}

fn ends_in_postal_code(line: &str) -> bool {
    let last = line.split_whitespace().last().unwrap_or_default();
    let code = last.split('-').next().unwrap_or_default();
    code.len() == 5 && code.bytes().all(|b| b.is_ascii_digit()) && line.split_whitespace().count() >= 2
}

/// Lines between the date (or the top) and the salutation: up from the salutation to a date line or the limit of an address.
fn address_block(text: &PageText, layout: &Layout, salutation: usize) -> Range<usize> {
    let digits = |line: &str| line.chars().filter(char::is_ascii_digit).count();
    let mut start = salutation;
    let mut address_seen = false;
    while start > 0 && salutation - start < ADDRESS_LINES {
        let Some(line) = text.lines().get(start - 1) else { break };
        let named = !layout.references.contains(&(start - 1)) && digits(&line.text) == 0;
        address_seen |= digits(&line.text) >= 3 && !layout.references.contains(&(start - 1));
        start -= 1;
        // The first line without digits above the address lines is the name; above it stand date and letterhead.
        if named && address_seen && line.words.len() <= 8 {
            break;
        }
    }
    start..salutation
}

/// `Mr. and Mrs.`, titles and joiners taken off: the names in a salutation or an address line.
fn joined_names(text: &str, phrases: &PhraseBook) -> Vec<String> {
    let words = &phrases.people;
    let titles: Vec<String> = words.titles.iter().map(|t| fold(t)).collect();
    let joiners: Vec<String> = words.joiners.iter().map(|j| fold(j)).collect();
    let mut parts: Vec<Vec<&str>> = vec![Vec::new()];
    for word in text.split_whitespace() {
        let folded = fold(word);
        let is_joiner = word == "&" || joiners.contains(&folded);
        if is_joiner {
            parts.push(Vec::new());
        } else if (!titles.contains(&folded) || parts.last().is_some_and(|p| p.len() >= 2))
            && let Some(part) = parts.last_mut()
        {
            part.push(word);
        }
    }
    let mut names: Vec<String> =
        parts.iter().filter(|p| !p.is_empty()).filter_map(|p| plausible_name(&p.join(" "), words)).collect();
    // `Mai and Tou Vang` share their family name.
    let family = names
        .last()
        .filter(|n| n.split_whitespace().count() >= 2)
        .and_then(|n| n.split_whitespace().last())
        .map(str::to_owned);
    if let Some(family) = family {
        for name in names.iter_mut().filter(|n| n.split_whitespace().count() == 1) {
            name.push(' ');
            name.push_str(&family);
        }
    }
    names
}

fn guardian_of(text: &PageText, line: usize, guardians: &[Rc<Phrase>], phrases: &PhraseBook) -> Option<PersonMention> {
    let found = guardians
        .iter()
        .filter_map(|phrase| text.find_at(phrase, 0.15, line..line + 1).map(|f| (phrase.len(), f)))
        .max_by(|a, b| a.0.cmp(&b.0).then(b.1.distance.total_cmp(&a.1.distance)))?
        .1;
    let end = text.lines().get(line)?.words.end;
    let rest = text.text(found.words.end..end);
    let trust = text.confidence(found.words.start..end);
    let rest = rest.trim().trim_start_matches(|c: char| !c.is_alphanumeric());
    // The name may stand on the next line.
    let name = if rest.chars().filter(|c| c.is_alphabetic()).count() >= 4 {
        together(joined_names(rest, phrases))
    } else {
        text.lines().get(line + 1).and_then(|next| plausible_name(&next.text, &phrases.people))
    };
    name.map(|name| mention("guardian-of", Some(name), trust))
}

/// `RE: Mai Vang, DOB 3/4/2015, Alliance ID 94448812D`, on one line or two.
fn reference_mention(
    text: &PageText,
    line: usize,
    phrases: &PhraseBook,
    reference: NaiveDate,
) -> Option<PersonMention> {
    let first = text.lines().get(line)?;
    let next = text.lines().get(line + 1).filter(|next| {
        member_id_in(&next.text).is_some()
            || people_in_line(text, line + 1, phrases, reference).is_some_and(|m| m.birth_date.is_some())
    });
    let end = next.map_or(first.words.end, |next| next.words.end);
    let body = text.text(first.words.start..end);
    let body = body.split_once([':', '.', ';']).map_or(body.as_str(), |(_, rest)| rest);
    let trust = text.confidence(first.words.clone());
    let labelled = people_in_line(text, line, phrases, reference);
    let member_id = member_id_in(body);
    let birth_date = labelled
        .as_ref()
        .and_then(|m| m.birth_date)
        .or_else(|| member_id.is_some().then(|| date_in(body, phrases, reference)).flatten())
        .or_else(|| bracketed_birth(body, phrases, reference));
    let head: String = body.split([',', ';', '(', '-']).next().unwrap_or(body).to_owned();
    let head = cut_at_labels(&head, phrases);
    let name = labelled
        .and_then(|m| m.name)
        .or_else(|| plausible_name(&head, &phrases.people).filter(|n| n.split_whitespace().count() >= 2));
    if name.is_none() && member_id.is_none() && birth_date.is_none() {
        return None;
    }
    Some(PersonMention { name, member_id, birth_date, confidence: trust, role: "reference".to_owned() })
}

/// `Ernest Calloway (05/25/1984)`: a day long past in brackets behind a name is the birth date.
fn bracketed_birth(body: &str, phrases: &PhraseBook, reference: NaiveDate) -> Option<NaiveDate> {
    let (_, inside) = body.split_once('(')?;
    let inside = inside.split(')').next().unwrap_or(inside);
    date_in(inside, phrases, reference).filter(|date| reference.signed_duration_since(*date).num_days() > YEAR)
}

/// Days.
const YEAR: i64 = 366;

fn people_in_line(text: &PageText, line: usize, phrases: &PhraseBook, reference: NaiveDate) -> Option<PersonMention> {
    let range = text.lines().get(line)?.words.clone();
    let words = text.words().get(range)?;
    people(&PageText::new(words, u32::MAX), phrases, reference).into_iter().next()
}

/// `Mai Vang DOB 3/4/2015`: the name ends where a label or a digit begins.
fn cut_at_labels(text: &str, phrases: &PhraseBook) -> String {
    let people = &phrases.people;
    let labels: Vec<String> =
        people.dob_labels.iter().chain(&people.id_labels).chain(&people.other_labels).map(|l| fold(l)).collect();
    text.split_whitespace()
        .take_while(|word| !word.chars().any(|c| c.is_ascii_digit()) && !labels.contains(&fold(word)))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
pub(crate) mod tests {
    use chrono::Datelike;

    use super::*;
    use crate::answer::{Confidence, Reading};
    use crate::geometry::Rect;
    use crate::ocr::Word;
    use crate::reading::LetterKind;

    /// Words of a page, a line each 50 pixels, a letter every 12.
    pub(crate) fn page(lines: &[&str]) -> Vec<Word> {
        let mut words = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            let mut left = 200;
            for word in line.split_whitespace() {
                let width = word.chars().count() as i32 * 12;
                let top = 150 + at as i32 * 50;
                words.push(Word {
                    text: word.to_owned(),
                    confidence: Confidence::new(0.95),
                    rect: Rect::new(left, top, left + width, top + 28),
                    line: at as u32,
                });
                left += width + 12;
            }
        }
        words
    }

    fn facts(lines: &[&str]) -> LetterFacts {
        let words = page(lines);
        letter_facts(
            &PageText::new(&words, 2200),
            PhraseBook::builtin(),
            NaiveDate::from_ymd_opt(2026, 11, 20).unwrap(),
        )
    }

    const HEAD: [&str; 7] = [
        "Harbor Medical Group",
        "8476 Main St, Santa Cruz, CA 95060",
        "November 11, 2026",
        "Mai Vang",
        "3616 Mission Dr",
        "Santa Cruz, CA 95060",
        "Dear Mai Vang:",
    ];

    fn letter(body: &[&str]) -> LetterFacts {
        let lines: Vec<&str> = HEAD.iter().chain(body).copied().collect();
        facts(&lines)
    }

    #[test]
    fn a_memorandum_names_whom_it_is_to() {
        let letter = facts(&[
            "WESTSIDE MEDICAL ASSOCIATES",
            "MEMORANDUM",
            "TO: Karina Norris",
            "FROM: Westside Medical Associates / Marguerite Zhang, MD",
            "DATE: November 9, 2026",
            "SUBJECT: Request to change your primary care provider",
            "Please note that a request for a change of your PCP was sent to the Alliance.",
            "This clinic will continue to look after you in the meantime.",
        ]);
        assert_eq!(letter.addressee.and_then(|to| to.name).as_deref(), Some("Karina Norris"));
        assert_eq!(letter.date, Reading::Read(NaiveDate::from_ymd_opt(2026, 11, 9).expect("a day")));
        assert_eq!(letter.kind, LetterKind::ReassignmentNotice);
    }

    #[test]
    fn a_letter_may_greet_the_guardian_alone() {
        let letter = facts(&[
            "October 24, 2026",
            "To the parent/guardian of Gael Bautista",
            "Please be informed that we have begun the process to change the PCP of your child with Central",
            "California Alliance for Health.",
        ]);
        assert_eq!(letter.addressee.and_then(|to| to.name).as_deref(), Some("Gael Bautista"));
    }

    #[test]
    fn a_notice_is_read_with_addressee_date_and_language() {
        let facts = letter(&[
            "This letter is to inform you that I arn asking Central California",
            "Alliance for Health to assign you to a new primary care provider.",
            "Our records show that you missed your appointment on October 3, 2026.",
            "I will continue to provide your medical care until the Alliance notifies you.",
            "Sincerely,",
        ]);
        assert_eq!(facts.kind, LetterKind::ReassignmentNotice);
        assert_eq!(facts.language.as_deref(), Some("en"));
        assert_eq!(facts.date, Reading::Read(NaiveDate::from_ymd_opt(2026, 11, 11).unwrap()));
        assert_eq!(facts.addressee.unwrap().name.as_deref(), Some("Mai Vang"));
        assert!(!facts.unfilled && facts.states_end_of_care.is_empty(), "{:?}", facts.states_end_of_care);
    }

    #[test]
    fn a_threat_is_a_warning_and_no_notice() {
        let facts = letter(&[
            "You did not come to your appointment on October 19, 2026 and did not",
            "call us to cancel. If you miss more appointments, we may ask Central California",
            "Alliance for Health to help you find another doctor.",
            "Sincerely,",
        ]);
        assert_eq!(facts.kind, LetterKind::Warning);
        let facts = letter(&[
            "You have missed three visits with our office.",
            "If we do not hear from you by December 1, 2026 I will no longer be able to",
            "serve as your physician.",
            "Sincerely,",
        ]);
        assert_eq!(facts.kind, LetterKind::Warning, "{:?}", facts.states_end_of_care);
    }

    #[test]
    fn an_end_of_care_is_told_in_many_words() {
        for end in [
            "I will no longer be available to provide medical services to you after December 10, 2026.",
            "Effective immediately, I will no longer be your doctor.",
            "The termination of our physician/patient relationship will be effective in 30 days from the date of this letter.",
            "Effective December 10, 2026 our office will no longer provide medical care to you.",
            "We will see you for emergencies only for thirty (30) days.",
            "Ya no podremos atenderle después del 10 de diciembre de 2026.",
        ] {
            assert!(!letter(&[end, "Sincerely,"]).states_end_of_care.is_empty(), "{end}");
        }
        for none in [
            "I will continue to provide your medical care until the Alliance notifies you of the effective date of the change.",
            "Please call within 30 days with any questions about your new doctor.",
            "You missed your appointment on October 3, 2026.",
        ] {
            let ends = letter(&[none, "Sincerely,"]).states_end_of_care;
            assert!(ends.is_empty(), "{none}: {ends:?}");
        }
    }

    #[test]
    fn unfilled_templates_are_told() {
        let body = ["I am asking the Alliance to assign you to a new primary care provider.", "Sincerely,"];
        for name in ["[Patient Name]", "{Patient Narne]", "<Member Name>", "IPatient Name]", "_________", ""] {
            let salutation = format!("Dear {name}:");
            let lines =
                ["November 11, 2026", name, "3616 Mission Dr", "Santa Cruz, CA 95060", &salutation, body[0], body[1]];
            let lines: Vec<&str> = lines.into_iter().filter(|l| !l.is_empty()).collect();
            assert!(facts(&lines).unfilled, "{name}");
        }
        assert!(!letter(&body).unfilled);
    }

    #[test]
    fn a_letter_to_a_parent_names_the_child() {
        let facts = facts(&[
            "November 11, 2026",
            "To the Parent or Guardian of Tou Vang",
            "12 Oak Ave",
            "Salinas, CA 93901",
            "RE: Tou Vang, DOB 3/4/2015, Alliance ID 94448812D",
            "Dear Parent:",
            "I am asking the Alliance to assign you to a new doctor.",
        ]);
        let child = facts.addressee.unwrap();
        assert_eq!((child.name.as_deref(), child.member_id.as_deref()), (Some("Tou Vang"), Some("94448812D")));
        assert_eq!(child.birth_date.map(|d| d.year()), Some(2015));
    }

    #[test]
    fn a_letter_to_a_parent_is_about_the_child_of_its_reference() {
        let facts = facts(&[
            "November 8, 2026",
            "Ms. Winifred Izaguirre",
            "2977 Ingalls St",
            "Los Banos, CA 93635",
            "Re: Xavier Izaguirre (DOB April 2, 2022)",
            "Dear Ms. Izaguirre:",
            "Our office has begun the steps for your child, Xavier, to get a new provider through the Alliance.",
        ]);
        assert_eq!(facts.addressee.unwrap().name.as_deref(), Some("Xavier Izaguirre"));
        assert!(facts.to_guardian);
    }

    #[test]
    fn a_greeting_of_nobody_is_no_blank_and_a_date_may_stand_last() {
        let lines = [
            "Bear Creek Community Health",
            "Greetings,",
            "This regards the primary care of Desmond Yarbrough, a member",
            "of the Central California Alliance for Health assigned to our practice.",
            "We have placed a request with the Alliance for reassignment.",
            "Angela Duarte",
            "November 11, 2026",
        ];
        let facts = facts(&lines);
        assert!(!facts.unfilled);
        assert_eq!(facts.date, Reading::Read(NaiveDate::from_ymd_opt(2026, 11, 11).unwrap()));
        let words = page(&lines);
        let reference = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        assert!(people(&PageText::new(&words, 2200), PhraseBook::builtin(), reference).is_empty());
    }

    #[test]
    fn spanish_and_hmong_are_told_from_noisy_words() {
        let spanish = facts(&[
            "8 de noviernbre de 2026",
            "Jose Lee",
            "Estimado{a) Jose Lee:",
            "Le escribo para informarle que he solicitado a la Alianza",
            "que le asigne un nuevo proveedor de atencidn primaria.",
            "Atentamente,",
        ]);
        assert_eq!((spanish.language.as_deref(), spanish.kind), (Some("es"), LetterKind::ReassignmentNotice));
        assert_eq!(spanish.date, Reading::Read(NaiveDate::from_ymd_opt(2026, 11, 8).unwrap()));
        assert_eq!(spanish.addressee.unwrap().name.as_deref(), Some("Jose Lee"));
        let hmong = facts(&[
            "10/28/2026",
            "Mai Lee",
            "Nyobzoo Mai Lee:",
            "Tsab ntawv no yog sau tuaj ghia rau koj paub tias kuv tau thov kom Alliance",
            "nrhiav ib tug kws khomob tshiab rau koj. Thov hu rau Alliance",
            "Ua tsaug,",
        ]);
        assert_eq!((hmong.language.as_deref(), hmong.kind), (Some("hmn"), LetterKind::ReassignmentNotice));
    }

    #[test]
    fn a_letter_to_two_members_names_both() {
        for (address, salutation, named) in [
            ("Ana Cruz and Luis Cruz", "Dear Ana Cruz and Luis Cruz:", "Ana Cruz & Luis Cruz"),
            ("To the parent or guardian of Ana Cruz and Luis Cruz", "Dear Parents:", "Ana Cruz & Luis Cruz"),
            ("Ana Cruz", "Dear Ana Cruz:", "Ana Cruz"),
            ("Mr. and Mrs. Cruz", "Dear Mr. and Mrs. Cruz:", "Cruz"),
            ("Luis Cruz", "Dear Ana Cruz and Luis Cruz,", "Ana Cruz & Luis Cruz"),
        ] {
            let facts = facts(&[
                "March 4, 2026",
                address,
                "12 Oak St",
                "Salinas, CA 93901",
                salutation,
                "We write to you.",
                "Sincerely,",
            ]);
            let addressee = facts.addressee.unwrap();
            assert_eq!(addressee.name.as_deref(), Some(named), "{address}");
        }
    }

    #[test]
    fn a_date_right_below_the_salutation_is_the_letters() {
        let letter = |dated: &str| {
            let lines = [
                "Mai Vang",
                "3616 Mission Dr",
                "Dear Mai Vang:",
                dated,
                "I will no longer be your doctor.",
                "Sincerely,",
            ];
            facts(&lines)
        };
        for dated in ["November 4, 2026", "Date: 11/4/2026", "Noviembre 4 de 2026"] {
            let facts = letter(dated);
            assert_eq!(facts.date, Reading::Read(NaiveDate::from_ymd_opt(2026, 11, 4).unwrap()), "{dated}");
            assert!(facts.states_end_of_care.is_empty(), "the letter's own date ends no care: {facts:?}");
        }
        assert_eq!(letter("On November 4, 2026 you missed your appointment.").date, Reading::Blank);
    }

    #[test]
    fn a_letter_may_tell_its_day_in_a_sentence() {
        let letter = |lines: &[&str]| {
            let lines: Vec<&str> =
                ["Mai Vang", "3616 Mission Dr", "Dear Mai Vang:"].into_iter().chain(lines.iter().copied()).collect();
            facts(&lines).date
        };
        let day = Reading::Read(NaiveDate::from_ymd_opt(2026, 11, 3).unwrap());
        let told: [&[&str]; 5] = [
            &["Please be advised that on Nov. 3,", "2026 we mailed you this notice and asked for another doctor."],
            &[
                "This letter, given under my hand on November 3, 2026, is to",
                "notify you that I leave on December 9, 2026.",
            ],
            &[
                "You are receiving this notice, mailed on 11/3/2026, because",
                "you missed appointments on October 2, 2026.",
            ],
            &["Dated and mailed 11/3/26, this letter serves as notice that my", "services end on December 9, 2026."],
            &["You missed an appointment on", "October 2, 2026.", "Given this 3rd day of November, 2026."],
        ];
        for lines in told {
            assert_eq!(letter(lines), day, "{lines:?}");
        }
        let of_others: [&[&str]; 3] = [
            &["This letter is to remind you of our letter dated October 3, 2026."],
            &["This letter tells you that after December 9, 2026 care ends."],
            &["We sent you a warning on October 3, 2026."],
        ];
        for lines in of_others {
            assert_eq!(letter(lines), Reading::Blank, "{lines:?}");
        }
    }

    #[test]
    fn a_letter_to_a_pharmacy_or_a_doctor_is_not_the_members() {
        let kind = |head: &[&str]| {
            let body = ["We are asking the Alliance to assign the patient to another doctor.", "Sincerely,"];
            facts(&head.iter().copied().chain(body).collect::<Vec<_>>()).kind
        };
        let to_office: [&[&str]; 3] = [
            &["Valley Care Pharmacy", "Patient: Nhia Alvarado", "Dear Pharmacist:"],
            &["To: Mission Drug Store", "Otis Hang", "To whom it may concern:"],
            &["Delta Rose Clinic", "594 Union Rd", "Dear Dao Engstrom, MD:"],
        ];
        for head in to_office {
            assert_eq!(kind(head), LetterKind::ToOffice, "{head:?}");
        }
        let to_member: [&[&str]; 2] =
            [&["Corner Clinic and Pharmacy", "To: Ana Lor", "Dear Ana Lor:"], &["Dear Ms. Do:"]];
        for head in to_member {
            assert_ne!(kind(head), LetterKind::ToOffice, "{head:?}");
        }
    }

    #[test]
    fn a_letter_without_a_date_is_blank_and_a_spoilt_one_unreadable() {
        let lines = [
            "Mai Vang",
            "3616 Mission Dr",
            "Dear Mai Vang:",
            "You missed your appointment on October 3, 2026.",
            "Sincerely,",
        ];
        assert_eq!(facts(&lines).date, Reading::Blank);
        let spoilt: Vec<&str> = ["November 4?, 2O?6"].into_iter().chain(lines).collect();
        assert_eq!(facts(&spoilt).date, Reading::Unreadable);
    }
}
