//! What the roster says of a request's member, and the uncertain readings it settles.
//!
//! A lens, not a truth: the one member that fits two of id, name and birth date settles an uncertain third; a confident reading is never
//! overwritten, and what was read stays beside what was settled. Linkage is decided only on a valid id and a valid NPI.

use chrono::NaiveDate;

use super::letters;
use super::names;
use super::offered::{self, DOUBTED, doubt, is_one_off, is_slip};
use super::person::{Candidate, Identity, SURE, plain_id};
use super::roster::{Roster, RosterMember};
use super::{Request, RequestKind, RosterAnswer};
use crate::answer::{Answer, Confidence};
use crate::extract::values::ids::npi_is_valid;
use crate::extract::values::{IdShape, read_member_id};
use crate::reading::{FieldReading, Hand, Reader, ReaderAnswer, Value};

/// The confidence of a reading that the roster settled: enough to stand, less than two readers that agree.
const SETTLED: f32 = 0.9;
/// Letters of an id that a reading may have wrong and still be a reading of it.
const MISREAD: usize = 3;

/// How alike a name must be to the one that the roster has for the NPI, where the form's own NPI is the only other evidence.
const NAMED: f32 = 0.7;
/// Same, where that NPI is also the one of the member's PCP.
const LINKED_NAME: f32 = 0.5;
/// Below it a name that was read well is another one, or no name.
const OTHERWISE: f32 = 0.4;
/// From here on a reading of a name is no mere scrawl.
const READABLE: f32 = 0.5;
/// From here on two names are one name with a letter or two misread.
const NEARLY: f32 = 0.8;

/// Asks the roster about one request: fills [`Request::roster`] and settles what is uncertain, if `settle` says so.
pub fn apply_roster(roster: &Roster, request: &mut Request, settle: bool) {
    if !matches!(request.kind, RequestKind::Reassignment | RequestKind::LetterOnly) {
        return;
    }
    let identity = Identity::of_fields(|field| request.field(field));
    if settle
        && request.several_members != Answer::Met
        && let Some(member) = only_fit(roster, request, &identity)
    {
        settle_fields(request, &member);
        ask_letters_again(request, &member);
    }
    if settle && request.several_members != Answer::Met {
        settle_provider(roster, request);
    }
    request.roster = Some(answer(roster, request));
}

/// How many of id, name and birth date a member fits.
fn fits(identity: &Identity, member: &RosterMember<'_>) -> (bool, bool, bool) {
    let id = identity.ids.iter().any(|c| c.value == member.id);
    let name =
        identity.names.iter().any(|c| names::same_person(&c.value, member.name, c.confidence).answer == Answer::Met);
    let birth = member.birth_date.is_some_and(|birth| identity.births.iter().any(|c| c.value == birth));
    (id, name, birth)
}

/// The one member that fits two of the three; none when two members do.
fn only_fit<'r>(roster: &'r Roster, request: &Request, identity: &Identity) -> Option<RosterMember<'r>> {
    let by_id = identity.ids.iter().filter_map(|c| roster.by_id(&c.value));
    let by_birth = identity.births.iter().flat_map(|c| roster.by_birth(c.value));
    let mut found: Option<RosterMember<'r>> = None;
    for member in by_id.chain(by_birth) {
        let (id, name, birth) = fits(identity, &member);
        if u8::from(id) + u8::from(name) + u8::from(birth) < 2 {
            continue;
        }
        match found {
            Some(other) if other.id != member.id => return None,
            _ => found = Some(member),
        }
    }
    found.filter(|member| !contradicted(request, identity, member))
}

/// A confident reading that names somebody else, and is no slip: in a hand's figures two characters, in typed ones a single one.
fn contradicted(request: &Request, identity: &Identity, member: &RosterMember<'_>) -> bool {
    let by_hand = |field: &str| request.field(field).is_some_and(|field| field.hand != Hand::Typed);
    let slip = |field: &str, read: &str, known: &str| {
        if by_hand(field) { is_slip(read, known) } else { is_one_off(read, known) }
    };
    let id = standing(&identity.ids)
        .is_some_and(|c| c.confidence >= SURE && c.value != member.id && !slip("member_id", &c.value, member.id));
    let birth = standing(&identity.births).zip(member.birth_date).is_some_and(|(c, birth)| {
        c.confidence >= SURE && c.value != birth && !slip("member_dob", &c.value.to_string(), &birth.to_string())
    });
    let name = standing(&identity.names).is_some_and(|c| {
        c.confidence >= SURE
            && !is_misread(&c.value, member.name)
            && names::same_person(&c.value, member.name, c.confidence).answer == Answer::NotMet
    });
    // A reader read another name, whatever became of it.
    let name = name
        || request.field("member_name").is_some_and(|field| {
            field.answers.iter().any(|answer| {
                answer.confidence.get() >= READABLE
                    && names::words(&answer.text).len() >= 2
                    && names::alike(&answer.text, member.name) < OTHERWISE
            })
        });
    // Of three, one confident reading may be the office's own slip: then nothing is settled.
    id || birth || name
}

fn standing<T>(candidates: &[Candidate<T>]) -> Option<&Candidate<T>> {
    candidates.iter().find(|c| c.stands)
}

fn settle_fields(request: &mut Request, member: &RosterMember<'_>) {
    for field in &mut request.fields {
        if request.settled.contains(&field.field) {
            continue;
        }
        if field.field == "member_name"
            && let Some(read) = field.reading.value().map(Value::to_column)
            && field.confidence.get() >= SURE
            && is_misread(&read, member.name)
        {
            doubt(field, Value::Text(member.name.to_owned()));
            continue;
        }
        if field.field == "member_name" && spaced_like(field, member.name) {
            let name = names::spelled(&field.reading.value().map(Value::to_column).unwrap_or_default(), member.name);
            let confidence = field.confidence;
            settle_one(field, Value::Text(name), member.name.to_owned());
            field.confidence = confidence;
            continue;
        }
        if field.confidence.get() >= SURE {
            rewrite_figures(field, member);
            continue;
        }
        let uncertain = !field.reading.is_blank() && field.confidence.get() < SURE;
        // A figure or two in a number's place are dirt in a blank as often as a number that could not be read.
        if !uncertain || is_crumb(field) {
            continue;
        }
        match field.field.as_str() {
            "member_id"
                if could_be(&field.raw, member.id)
                    && !lacks_letter(&field.raw, member.id)
                    && !is_as_written(field, member.id) =>
            {
                settle_one(field, Value::Text(member.id.to_owned()), member.id.to_owned());
            }
            "member_name" => {
                // The way that the office writes a name stands; only letters that could not be read come from the roster.
                let read = field.reading.value().map(Value::to_column);
                if read.as_deref().is_some_and(|name| says_otherwise(field, name, member.name)) {
                    continue;
                }
                // An initial that the roster does not have was written all the same.
                let texts = field.answers.iter().map(|answer| answer.text.as_str());
                if let Some((name, agreed)) = names::with_initial(member.name, texts) {
                    settle_one(field, Value::Text(name), member.name.to_owned());
                    if !agreed {
                        field.confidence = Confidence::new(DOUBTED);
                    }
                    continue;
                }
                let agrees = read.as_deref().is_some_and(|name| names::words(name) == names::words(member.name));
                let value = if agrees { read.unwrap_or_default() } else { member.name.to_owned() };
                settle_one(field, Value::Text(value), member.name.to_owned());
            }
            "member_dob" => {
                if let Some(birth) = member.birth_date {
                    settle_one(field, Value::Date(birth), birth.to_string());
                }
            }
            _ => {}
        }
    }
}

/// Whether something else was typed in a name's place, and read well: words of a label are no misreading of a name.
fn says_otherwise(field: &FieldReading, name: &str, known: &str) -> bool {
    let surest = field.answers.iter().map(|answer| answer.confidence.get()).fold(0.0, f32::max);
    field.hand != Hand::Hand && surest >= SURE && names::alike(name, known) < OTHERWISE
}

/// Whether two readers were sure of the same other typed characters: a figure too few is the office's slip then, and not theirs.
fn is_as_written(field: &FieldReading, known: &str) -> bool {
    let sure = field.answers.iter().filter(|answer| answer.confidence.get() >= AS_WRITTEN);
    let read: Vec<(Reader, String)> = sure.map(|answer| (answer.reader, names::fold(&answer.text))).collect();
    let agree = |(reader, text): &(Reader, String)| read.iter().any(|(other, same)| other != reader && same == text);
    field.hand == Hand::Typed && read.iter().any(|answer| agree(answer) && answer.1 != names::fold(known))
}

/// How sure both readers have to be for that.
const AS_WRITTEN: f32 = 0.8;

/// Whether a reading has the roster's letters in other words (`Hi Nojosa`), and one of the readers saw the roster's words.
fn spaced_like(field: &FieldReading, known: &str) -> bool {
    let known = names::words(known);
    let read = field.reading.value().map(|value| names::words(&value.to_column())).unwrap_or_default();
    let saw = |answer: &ReaderAnswer| names::words(&answer.text) == known;
    read != known && read.concat() == known.concat() && field.answers.iter().any(saw)
}

/// A certain reading that a character or two keep from being what the roster has, where all else fits: readers misread hands more often than
/// offices copy wrong, so the roster's stands in the place of figures by hand. What was typed stands. A person sees both.
fn rewrite_figures(field: &mut FieldReading, member: &RosterMember<'_>) {
    let known = match (field.field.as_str(), member.birth_date) {
        ("member_id", _) => Value::Text(member.id.to_owned()),
        ("member_dob", Some(birth)) => Value::Date(birth),
        _ => return,
    };
    let text = known.to_column();
    let Some(read) = field.reading.value().map(Value::to_column) else { return };
    if field.hand != Hand::Typed && is_slip(&read, &text) {
        settle_one(field, known, text);
        field.confidence = Confidence::new(DOUBTED);
    } else if field.hand == Hand::Typed && is_one_off(&read, &text) {
        doubt(field, known);
    }
}

/// The provider's name and NPI, each from the other: the roster knows the name that belongs to an NPI, and the PCP of the member.
///
/// A form that names a provider who is not the member's PCP is a deficiency, so an NPI is only settled where the ink nearly says it.
fn settle_provider(roster: &Roster, request: &mut Request) {
    let text = |request: &Request, field: &str| request.field(field)?.reading.value().map(Value::to_column);
    let sure = |request: &Request, field: &str| request.field(field).is_some_and(|f| f.confidence.get() >= SURE);
    let own = text(request, "member_id").filter(|_| sure(request, "member_id")).and_then(|id| roster.by_id(&id));
    let name = text(request, "provider_name").unwrap_or_default();
    let open = |request: &Request, field: &str| {
        let open = |f: &&FieldReading| !f.reading.is_blank() && !request.settled.contains(&f.field);
        request.field(field).filter(open).cloned()
    };
    let read = open(request, "provider_npi");
    if let (Some(own), Some(read)) = (own, read)
        && !own.pcp_npi.is_empty()
        && names::alike(&name, own.pcp_name) >= NAMED
        && may_say(&read, own.pcp_npi)
    {
        let npi = own.pcp_npi.to_owned();
        settle_field(request, "provider_npi", |field| {
            settle_one(field, Value::Text(npi.clone()), npi);
            field.confidence = Confidence::new(DOUBTED);
        });
    }
    let Some(npi) = text(request, "provider_npi") else { return };
    let Some(known) = roster.pcp_name(&npi) else { return };
    let alike = names::alike(&name, known);
    let enough = if own.is_some_and(|own| own.pcp_npi == npi) { LINKED_NAME } else { NAMED };
    let Some(field) = open(request, "provider_name") else { return };
    if alike == 1.0 || alike < enough {
        return;
    }
    let settled = Value::Text(names::spelled(&name, known));
    if field.confidence.get() < SURE {
        settle_field(request, "provider_name", |field| settle_one(field, settled, known.to_owned()));
    } else if is_misread(&name, known) {
        settle_field(request, "provider_name", |field| doubt(field, settled));
    }
}

/// Whether a reading of an NPI may be a misreading of `npi`: too few digits, or valid ones by hand of which the constraint of the check digit
/// chose one or two. Ten digits that fail the check may be the office's own slip, and then they are what the form says.
fn may_say(field: &FieldReading, npi: &str) -> bool {
    let read = field.reading.value().map(Value::to_column).unwrap_or_default();
    if read.len() == npi.len() {
        field.hand != Hand::Typed && npi_is_valid(&read) && is_slip(&read, npi)
    } else {
        could_be(&field.raw, npi)
    }
}

/// A certain reading that differs from the roster by a letter or two: a slip of the office or of the readers. An initial more is none.
fn is_misread(read: &str, known: &str) -> bool {
    let (own, other) = (names::words(read), names::words(known));
    let whole = |words: &[String]| words.iter().all(|word| word.chars().count() > 1);
    (NEARLY..1.0).contains(&names::alike(read, known)) && (own.len() == other.len() || whole(&own) && whole(&other))
}

fn settle_field(request: &mut Request, field: &str, settle: impl FnOnce(&mut FieldReading)) {
    if let Some(field) = request.fields.iter_mut().find(|f| f.field == field) {
        settle(field);
    }
}

/// A letter that could not be told from the form's own reading may be told from what the roster settled, or from the roster's name of a
/// member whom the form does not name.
fn ask_letters_again(request: &mut Request, member: &RosterMember<'_>) {
    let mut identity = Identity::of_fields(|field| request.field(field));
    if request.field("member_name").is_some_and(|field| field.reading.is_blank()) {
        identity.names.push(Candidate { value: member.name.to_owned(), confidence: SETTLED, stands: true });
    }
    for letter in &mut request.letters {
        let open = letter.same_member == Answer::CannotTell
            && !letter.reasons.iter().any(|r| r == "joint-letter" || r == "perhaps-a-letter");
        if let (true, Some(addressee)) = (open, &letter.facts.addressee) {
            let again = identity.compare(&[addressee]);
            letter.same_member = again.answer;
            let new: Vec<String> =
                again.reasons.into_iter().filter(|reason| !letter.reasons.contains(reason)).collect();
            letter.reasons.extend(new);
        }
    }
    letters::best_first(&mut request.letters);
}

/// Whether something was read, and hardly anything: a speck, or the dash of an office that leaves the place empty. What a format made of it
/// does not count.
fn is_crumb(field: &FieldReading) -> bool {
    // A letter among figures is no name either: a neighbour's number reached into its place.
    let counts = |c: &char| if field.field == "member_name" { c.is_alphabetic() } else { c.is_alphanumeric() };
    let least = if field.field == "member_name" { NAME_CRUMB } else { CRUMB };
    !field.raw.trim().is_empty() && field.raw.chars().filter(counts).count() < least
}

/// Characters below which a number is none, and letters below which a name is none.
const CRUMB: usize = 4;
const NAME_CRUMB: usize = 2;

/// Whether ink that was read as `raw` may say `id`; ink that gave no letters may say anything.
fn could_be(raw: &str, id: &str) -> bool {
    let raw = plain_id(raw);
    raw.len() < 4 || strsim::levenshtein(&raw, id) <= MISREAD
}

/// Whether all of an id's figures were read and nothing behind them: no misreading, the office left the letter out.
fn lacks_letter(raw: &str, id: &str) -> bool {
    id.strip_prefix(plain_id(raw).as_str()).is_some_and(|rest| rest.len() == 1)
}

fn settle_one(field: &mut FieldReading, value: Value, text: String) {
    offered::settle(field, Reader::Roster, value, text, Confidence::new(SETTLED));
}

fn answer(roster: &Roster, request: &Request) -> RosterAnswer {
    let unknown =
        RosterAnswer { known: Answer::CannotTell, name_agrees: Answer::CannotTell, linked: Answer::CannotTell };
    let text = |field: &str| {
        let field = request.field(field)?;
        field.reading.value().map(|value| (value.to_column(), field.confidence.get()))
    };
    let Some((id, id_confidence)) = text("member_id") else { return unknown };
    if request.several_members == Answer::Met {
        return unknown;
    }
    let name = text("member_name");
    let birth: Option<NaiveDate> =
        request.field("member_dob").and_then(|f| f.reading.value()).and_then(|value| match value {
            Value::Date(date) => Some(*date),
            _ => None,
        });
    let Some(member) = roster.by_id(&id) else {
        // An id that no member could have is told by another rule, and one that was hardly read by none.
        let certain = id_confidence >= SURE && read_member_id(&id).shape == IdShape::Cin;
        return RosterAnswer { known: if certain { Answer::NotMet } else { Answer::CannotTell }, ..unknown };
    };
    let name_answer = name
        .as_ref()
        .map_or(Answer::CannotTell, |(name, confidence)| names::same_person(name, member.name, *confidence).answer);
    let name_sure = name.as_ref().is_some_and(|(_, confidence)| *confidence >= SURE);
    let birth_fits = birth.is_some() && birth == member.birth_date;
    // A doubtful id that happens to be somebody's is nobody's until something else fits.
    if id_confidence < SURE && name_answer != Answer::Met && !birth_fits {
        return unknown;
    }
    let name_agrees = if name_answer == Answer::NotMet && !name_sure { Answer::CannotTell } else { name_answer };
    let linked = match text("provider_npi") {
        _ if member.pcp_npi.is_empty() => Answer::CannotTell,
        Some((npi, _)) if npi == member.pcp_npi => Answer::Met,
        Some((npi, confidence)) if confidence >= SURE && npi_is_valid(&npi) => Answer::NotMet,
        _ => Answer::CannotTell,
    };
    RosterAnswer { known: Answer::Met, name_agrees, linked }
}

#[cfg(test)]
#[path = "roster_lens_tests.rs"]
mod tests;
