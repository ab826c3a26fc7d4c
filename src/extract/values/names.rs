//! Names of members and providers: cleaned of what readers add, in one order, in one case.
//!
//! Hand-printed forms are written in capitals, and their names are given in title case; a name in mixed case is kept as written.

use unicode_normalization::UnicodeNormalization;

/// Letters behind a name, as they are written.
const CREDENTIALS: &[&str] = &[
    "MD", "DO", "NP", "FNP", "FNP-C", "FNP-BC", "PA", "PA-C", "RN", "DNP", "APRN", "CNM", "MPH", "MBBS", "PhD",
    "PharmD", "DPM", "DDS", "DC", "OD", "FAAP", "FAAFP", "FACP", "LCSW", "MSN", "LVN", "CNP", "ANP", "PNP", "MS", "MA",
    "FACOG", "AGNP", "CRNP",
];

/// Parts of a name that follow the family name.
const SUFFIXES: &[&str] = &["Jr", "Sr", "II", "III", "IV"];

/// Titles before a name.
const TITLES: &[&str] = &["Dr", "Dra", "Mr", "Mrs", "Ms", "Miss", "Sr", "Sra", "Srta", "Doctor", "Doctora"];

/// A name as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameReading {
    /// Given names first, title case where the writing had one case only; `None` when no letters were read.
    pub value: Option<String>,
    /// Digits among the letters were taken for letters, or junk was cut off.
    pub repaired: bool,
    /// Two words or more of letters only: what a name looks like.
    pub certain: bool,
}

/// Reads a name: `ORTIZ, SUSAN` → `Susan Ortiz`, `| Tou McAllister. MD` → `Tou McAllister, MD`.
pub fn read_name(text: &str) -> NameReading {
    let mut repaired = false;
    let text: String =
        text.nfc().map(|c| if matches!(c, '’' | '‘' | '`' | '´') { '\'' } else { without_strange_mark(c) }).collect();
    let text = at_initials(&text);
    let mut cut_up = false;
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace().flat_map(at_specks) {
        let mut cleaned = clean_word(word, &mut repaired);
        if words.is_empty() && word.ends_with([',', ';', ':']) && is_title(&cleaned) {
            // `Dr, Ana Kaur`: a period that was read as another mark.
            cleaned = format!("{}.", cleaned.trim_end_matches(','));
        }
        if cleaned.chars().any(char::is_alphabetic) {
            words.push(cleaned);
        } else if cleaned == "," && words.last().is_some_and(|w| !w.ends_with(',')) {
            // `Tou McAllister , MD`
            if let Some(last) = words.last_mut() {
                last.push(',');
            }
        } else if word.chars().any(char::is_alphanumeric) {
            repaired = true;
        }
    }
    // `-uis -opez`: of a stroke before a small letter more was lost than a mark.
    let is_cut = |word: &str| {
        let mut letters = word.chars();
        letters.next().is_some_and(|c| !c.is_alphanumeric()) && letters.next().is_some_and(char::is_lowercase)
    };
    cut_up |= text.split_whitespace().any(is_cut);
    let words = out_of_cells(with_syllables(words), &mut cut_up);
    let mut words = with_whole_credentials(words);
    // `Isabel Belmonte, FUP` is no family of two names with a given one: a short word behind two may be anybody's letters.
    cut_up |= matches!(words.as_slice(), [_, second, last] if second.ends_with(',') && is_short(last) && !is_credential(last));
    repaired |= restore_credential(&mut words);
    let words = with_commas(in_order(words));
    if words.is_empty() {
        return NameReading { repaired, ..NameReading::default() };
    }
    let name = title_case(&words.join(" "));
    let name = name.trim_end_matches([',', '-']).to_owned();
    let plain = name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | ',' | '.' | '\'' | '-'));
    // `Grewal, DO` lacks a name: a doctor's letters are none.
    let named = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() >= 2 && !is_credential(word);
    let long = name.split_whitespace().filter(named).count();
    NameReading { certain: plain && (2..=MOST_WORDS).contains(&long) && !cut_up, value: Some(name), repaired }
}

/// Words of a name, at the most: with more it is a sentence of the form's.
const MOST_WORDS: usize = 6;

/// A letter with a mark that neither English nor Spanish has, without it: on a fax that is a speck (`Saechão`, `Pacheço`).
fn without_strange_mark(letter: char) -> char {
    const KNOWN: &str = "áéíóúñüÁÉÍÓÚÑÜ";
    if letter.is_ascii() || KNOWN.contains(letter) {
        return letter;
    }
    std::iter::once(letter).nfd().next().filter(char::is_ascii_alphabetic).unwrap_or(letter)
}

/// `XaiP.Vue`: an initial with its period is a word of its own, whatever spaces a reader lost around it.
fn at_initials(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut apart = String::with_capacity(text.len() + 2);
    for (at, &letter) in letters.iter().enumerate() {
        let around = |steps: isize| at.checked_add_signed(steps).and_then(|at| letters.get(at));
        let is = |steps: isize, kind: fn(&char) -> bool| around(steps).is_some_and(kind);
        let period = |steps: isize| around(steps) == Some(&'.');
        let opens_initial = letter.is_uppercase() && period(1) && is(-1, |c| c.is_lowercase());
        let follows_initial = letter.is_uppercase()
            && is(1, |c| c.is_lowercase())
            && is(2, |c| c.is_alphabetic())
            && period(-1)
            && is(-2, |c| c.is_uppercase())
            && !is(-3, |c| c.is_uppercase());
        if opens_initial || follows_initial {
            apart.push(' ');
        }
        apart.push(letter);
    }
    apart
}

/// `Simone.Beaumont`: a speck between two whole words took their space.
fn at_specks(word: &str) -> impl Iterator<Item = &str> {
    let whole =
        |part: &str| part.len() >= 3 && part.chars().all(char::is_alphabetic) && part.starts_with(char::is_uppercase);
    match word.split_once('.') {
        Some((first, second))
            if whole(first) && whole(second.trim_end_matches(',')) && first.ends_with(char::is_lowercase) =>
        {
            [Some(first), Some(second)].into_iter().flatten()
        }
        _ => [Some(word), None].into_iter().flatten(),
    }
}

/// A word without the marks around it; digits between letters become the letters they are misread for.
fn clean_word(word: &str, repaired: &mut bool) -> String {
    if word == "," {
        return word.to_owned();
    }
    let trimmed = word
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .trim_end_matches(|c: char| !(c.is_alphanumeric() || matches!(c, ',' | '.')));
    // One comma or period may stay: the comma parts family and given name, the period ends an initial or a title.
    let body = trimmed.trim_end_matches([',', '.']);
    let tail = trimmed.get(body.len()..).unwrap_or_default();
    let letters = body.chars().filter(|c| c.is_alphabetic()).count();
    let digits = body.chars().filter(char::is_ascii_digit).count();
    let mut out = String::with_capacity(word.len());
    if digits > 0 && letters > digits {
        let upper = body.chars().filter(|c| c.is_uppercase()).count() * 2 > letters;
        for c in body.chars() {
            let letter = match c {
                '0' => 'o',
                '1' => 'l',
                '5' => 's',
                '8' => 'b',
                '|' => 'l',
                other => other,
            };
            *repaired |= letter != c;
            // A one among capitals is an I far more often than an L.
            out.push(match (letter == c, upper, c) {
                (true, ..) => c,
                (false, true, '1' | '|') => 'I',
                (false, true, _) => letter.to_ascii_uppercase(),
                (false, false, _) => letter,
            });
        }
    } else {
        out.extend(
            body.chars()
                .map(|c| if c == '|' { 'l' } else { c })
                .filter(|c| c.is_alphanumeric() || matches!(c, '\'' | '-' | '.' | ',')),
        );
    }
    if tail.contains(',') {
        out.push(',');
    } else if tail.starts_with('.') && !out.is_empty() {
        out.push('.');
    }
    // A lone speck read as a small letter is no initial.
    if out.chars().count() == 1 && !out.chars().all(char::is_uppercase) && out != "y" && out != "," {
        *repaired = true;
        return String::new();
    }
    out
}

/// Credentials that a reader cut at their periods come together again: `M. D.`, and `M.D` without its last one.
fn with_whole_credentials(words: Vec<String>) -> Vec<String> {
    let mut whole: Vec<String> = Vec::with_capacity(words.len());
    let mut rest = words.into_iter().peekable();
    while let Some(word) = rest.next() {
        // `Ana M. D. Cruz` has two initials.
        let ends = rest.peek().is_none_or(|next| is_credential(next));
        let initial = |word: &str| word.ends_with('.') && word.chars().filter(|c| c.is_alphabetic()).count() == 1;
        // Behind a comma a letter without its period is one as well: `Ana Kaur, M D.`
        let behind_comma = whole.len() >= 2 && whole[whole.len() - 2].ends_with(',');
        match whole.last_mut() {
            Some(last)
                if (initial(last) || behind_comma && last.len() == 1)
                    && ends
                    && word.len() <= 2
                    && is_credential(&format!("{last}{word}")) =>
            {
                if !last.ends_with('.') {
                    last.push('.');
                }
                last.push_str(&word);
            }
            _ => whole.push(word),
        }
        if let Some(last) = whole.last_mut()
            && let Some(hyphenated) = with_hyphen(last)
        {
            *last = hyphenated;
        }
        if let Some(last) = whole.last_mut()
            && last.contains('.')
            && is_credential(last)
        {
            let body = last.trim_end_matches(['.', ',']).len();
            let comma = last.ends_with(',');
            last.truncate(body);
            last.push_str(if comma { ".," } else { "." });
        }
    }
    whole
}

/// `Gurpre et Cruz`: a syllable in small letters behind a word that began with a capital is the rest of it, unless it is a word of names.
fn with_syllables(words: Vec<String>) -> Vec<String> {
    let mut whole: Vec<String> = Vec::with_capacity(words.len());
    for word in words {
        let is_rest =
            word.len() <= SYLLABLE && word.chars().all(char::is_lowercase) && !PARTICLES.contains(&word.as_str());
        match whole.last_mut() {
            Some(before) if is_rest && begins_a_name(before) => before.push_str(&word),
            _ => whole.push(word),
        }
    }
    whole
}

fn begins_a_name(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(char::is_uppercase) && word.len() >= 3 && letters.all(char::is_lowercase)
}

/// Letters of the longest syllable that a reader sets apart.
const SYLLABLE: usize = 3;

/// Small words that names have.
const PARTICLES: [&str; 24] = [
    "de", "la", "del", "las", "los", "y", "e", "van", "von", "da", "di", "du", "do", "dos", "das", "el", "al", "le",
    "der", "den", "ter", "ten", "bin", "san",
];

/// Letters that may be a credential's.
fn is_short(word: &str) -> bool {
    word.chars().filter(|c| c.is_alphabetic()).count() <= 3
}

/// `O F E L IA VUE`: letters of a name that stand in cells of their own come together; where one name ends and the next begins they do not say.
fn out_of_cells(words: Vec<String>, cut_up: &mut bool) -> Vec<String> {
    let is_cell = |word: &String| word.chars().count() <= 2 && word.chars().all(char::is_alphabetic);
    let mut whole = Vec::with_capacity(words.len());
    *cut_up |= words.len() >= 3 && words.first().is_some_and(|first| first.chars().count() == 1);
    for run in words.chunk_by(|a, b| is_cell(a) && is_cell(b)) {
        if run.len() >= CELLS && run.iter().filter(|word| word.chars().count() == 1).count() * 2 > run.len() {
            *cut_up = true;
            whole.push(run.concat());
        } else {
            whole.extend_from_slice(run);
        }
    }
    whole
}

/// Words of a letter or two in a row from which they are the cells of a comb.
const CELLS: usize = 4;

/// `PAC` is PA-C: a reader lost the hyphen of a credential that has one.
fn with_hyphen(word: &str) -> Option<String> {
    let letters = word.trim_end_matches(['.', ',']);
    if letters.contains(|c: char| !c.is_ascii_uppercase()) {
        return None;
    }
    let known = CREDENTIALS.iter().find(|known| known.contains('-') && known.replace('-', "") == letters)?;
    Some(format!("{known}{}", word.get(letters.len()..).unwrap_or_default()))
}

/// `Hugo Prescott, HD`: two consonants behind a name, one of them an `M` or a `D`, are nobody's given name but a doctor's letters.
fn restore_credential(words: &mut [String]) -> bool {
    let count = words.len();
    let Some(last) = words.last_mut().filter(|last| count >= 3 && !is_credential(last)) else { return false };
    let letters = bare(last);
    let consonants = letters.len() == 2 && letters.chars().all(|c| c.is_ascii_uppercase() && !"AEIOUY".contains(c));
    let restored = consonants && (letters.starts_with('M') || letters.ends_with('D'));
    if restored {
        *last = "MD".to_owned();
    }
    restored
}

/// `Last, First` becomes `First Last`; a comma before credentials or a suffix stays.
fn in_order(words: Vec<String>) -> Vec<String> {
    let Some(at) = words.iter().position(|w| w.ends_with(',')) else { return words };
    let (family, rest) = words.split_at(at + 1);
    let tail_is_title = rest.iter().all(|w| is_credential(w) || is_suffix(w));
    if rest.is_empty() || tail_is_title {
        return words;
    }
    let end = rest
        .iter()
        .position(|w| w.ends_with(',') || is_credential(w))
        .map_or(rest.len(), |p| if is_credential(rest.get(p).map_or("", |w| w)) { p } else { p + 1 });
    let (given, tail) = rest.split_at(end);
    let mut out: Vec<String> = given.iter().map(|w| w.trim_end_matches(',').to_owned()).collect();
    out.extend(family.iter().map(|w| w.trim_end_matches(',').to_owned()));
    if !tail.is_empty()
        && let Some(last) = out.last_mut()
    {
        last.push(',');
    }
    out.extend(tail.iter().cloned());
    out
}

/// A period that a reader made of the comma before credentials becomes the comma again.
fn with_commas(mut words: Vec<String>) -> Vec<String> {
    for at in 1..words.len() {
        let credential = words.get(at).is_some_and(|w| is_credential(w));
        if !credential {
            continue;
        }
        if let Some(before) = words.get_mut(at - 1)
            && before.ends_with('.')
            && before.chars().filter(|c| c.is_alphabetic()).count() > 1
            && !is_suffix(before)
        {
            before.pop();
            before.push(',');
        }
    }
    // A speck behind a whole word is no period.
    let last = words.len().saturating_sub(1);
    for (at, word) in words.iter_mut().enumerate() {
        let title = is_title(word);
        if at < last
            && word.ends_with('.')
            && word.chars().filter(|c| c.is_alphabetic()).count() > 2
            && !title
            && !is_suffix(word)
            && word.matches('.').count() == 1
        {
            word.pop();
        }
    }
    // Periods at the end of the whole belong to nothing, unless an initial or a suffix ends it.
    if let Some(last) = words.last_mut()
        && last.ends_with('.')
        && last.chars().filter(|c| c.is_alphabetic()).count() > 1
        && !is_suffix(last)
        && last.matches('.').count() == 1
    {
        last.pop();
    }
    words
}

fn bare(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()
}

/// What stands before a name: `Dr`, `Sra.`.
pub fn is_title(word: &str) -> bool {
    let bare = bare(word);
    TITLES.iter().any(|t| t.eq_ignore_ascii_case(&bare))
}

/// Letters behind a name: `MD`, `M.D.`, `PA-C`. In small letters they are a name (`Ana Do`).
pub fn is_credential(word: &str) -> bool {
    let bare = bare(word);
    CREDENTIALS.iter().any(|c| c.eq_ignore_ascii_case(&bare))
        && (word.chars().all(|c| !c.is_lowercase()) || CREDENTIALS.contains(&bare.as_str()) || word.contains('.'))
}

fn is_suffix(word: &str) -> bool {
    let bare = bare(word);
    SUFFIXES.iter().any(|s| s.eq_ignore_ascii_case(&bare))
}

/// Title case for a name in one case; a name in mixed case is returned as it is.
pub fn title_case(name: &str) -> String {
    let (mut upper, mut lower) = (0, 0);
    for word in name.split_whitespace().filter(|w| !is_credential(w) && !is_suffix(w)) {
        upper += word.chars().filter(|c| c.is_uppercase()).count();
        lower += with_bars(word).chars().filter(|c| c.is_lowercase()).count();
    }
    // One small letter among capitals is a misread capital.
    let one_case = lower == 0 || upper == 0 || upper >= lower * 5;
    if !one_case {
        return name.split(' ').map(|word| bar_first(&small_second(word))).collect::<Vec<_>>().join(" ");
    }
    name.split(' ').map(|word| title_word(&with_bars(word))).collect::<Vec<_>>().join(" ")
}

/// `SOfia` is Sofia and `TOMas` Tomas: no name in two cases begins with capitals before small letters.
fn small_second(word: &str) -> String {
    let letters: Vec<char> = word.chars().take_while(|c| c.is_alphabetic()).collect();
    let capitals = letters.iter().take_while(|c| c.is_uppercase()).count();
    let misread = letters.len() >= 3
        && (2..letters.len()).contains(&capitals)
        && letters.iter().skip(capitals).all(|c| c.is_lowercase())
        && (capitals == 2 || !word.starts_with("MC"));
    if misread && !is_credential(word) {
        let small = |(at, c): (usize, char)| {
            if (1..capitals).contains(&at) { c.to_lowercase().to_string() } else { c.to_string() }
        };
        word.chars().enumerate().map(small).collect()
    } else {
        word.to_owned()
    }
}

/// Whether every word of a name is in the case of the others: `Tua BUI, FNP` is not, its credential aside.
pub fn is_evenly_cased(name: &str) -> bool {
    let capitals =
        |word: &str| word.chars().filter(|c| c.is_alphabetic()).count() > 2 && !word.contains(char::is_lowercase);
    let mut words = name.split_whitespace().filter(|w| !is_credential(w) && !is_suffix(w)).map(capitals);
    words.next().is_none_or(|first| words.all(|word| word == first))
}

/// A bar among the capitals of a word is an I: `MARlA`.
fn with_bars(word: &str) -> String {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let in_capitals = word.contains(char::is_uppercase) && letters.all(|c| c.is_uppercase() || c == 'l');
    if in_capitals { word.replace('l', "I") } else { word.to_owned() }
}

/// `lbarra` is Ibarra: a bar before a consonant that no L stands before is a capital I, as it is in `lye` (Iyer, Iyengar).
fn bar_first(word: &str) -> String {
    let Some(rest) = word.strip_prefix('l') else { return word.to_owned() };
    let mut letters = rest.chars();
    let is_capital = match (letters.next(), letters.next()) {
        (Some('y'), Some(next)) => next == 'e',
        (Some(second), Some(_)) => second.is_ascii_lowercase() && !"aeioulyh".contains(second),
        _ => false,
    };
    if is_capital { format!("I{rest}") } else { word.to_owned() }
}

fn title_word(word: &str) -> String {
    let core = bare(word);
    if let Some(known) = CREDENTIALS.iter().chain(SUFFIXES).find(|known| known.eq_ignore_ascii_case(&core)) {
        let tail = if word.ends_with(',') { "," } else { "" };
        // `Jr.` keeps its period, `M.D.` its own.
        return if word.contains('.') && known.len() == core.len() {
            if SUFFIXES.contains(known) { format!("{known}.{tail}") } else { word.to_uppercase() }
        } else {
            format!("{known}{tail}")
        };
    }
    let mut out = String::with_capacity(word.len());
    let mut start = true;
    for c in word.chars() {
        if start && c.is_alphabetic() {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        start = match c {
            '-' | '.' => true,
            // O'Brien, D'Angelo; not Na's.
            '\'' => out.chars().filter(|c| c.is_alphabetic()).count() == 1,
            c => start && !c.is_alphabetic(),
        };
    }
    // McAllister: the letter after Mc is a capital.
    let letters: Vec<char> = out.chars().collect();
    if out.starts_with("Mc") && letters.len() > 4 {
        return letters.iter().enumerate().map(|(at, c)| if at == 2 { c.to_ascii_uppercase() } else { *c }).collect();
    }
    out
}

/// The folded words of a name that tell people apart: no titles, no credentials; given names first.
pub(super) fn parts(name: &str) -> Vec<String> {
    let read = read_name(name);
    let Some(value) = read.value else { return Vec::new() };
    let words: Vec<&str> = value.split_whitespace().collect();
    let last = words.len().saturating_sub(1);
    let mut parts = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let title = at == 0 && words.len() > 1 && is_title(word);
        let tail = at > 0 && at + 2 > last && (is_credential(word) || is_suffix(word)) && words.len() > 2;
        if title || tail {
            continue;
        }
        for piece in word.split('-') {
            let folded = crate::extract::fuzzy::fold(piece);
            if !folded.is_empty() {
                parts.push(folded);
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        read_name(text).value.unwrap_or_default()
    }

    #[test]
    fn marks_of_other_languages_are_specks() {
        for (raw, name) in [
            ("Nhia Saechão", "Nhia Saechao"),
            ("Vang Pacheço", "Vang Pacheco"),
            ("José Peña", "José Peña"),
            ("ANa Pham", "Ana Pham"),
        ] {
            assert_eq!(read_name(raw).value.as_deref(), Some(name));
        }
    }

    #[test]
    fn one_case_becomes_title_case_and_mixed_case_stays() {
        for (text, name) in [
            ("SUSAN ORTIZ", "Susan Ortiz"),
            ("susan ortiz", "Susan Ortiz"),
            ("JOHN O'BRIEN", "John O'Brien"),
            ("TOU MCALLISTER, MD", "Tou McAllister, MD"),
            ("ROSA LOPEZ-GARCIA", "Rosa Lopez-Garcia"),
            ("Susan deVries", "Susan deVries"),
            ("Ana Kaur", "Ana Kaur"),
            ("TERESA DELACROIX, MD", "Teresa Delacroix, MD"),
            ("JOSÉ NUÑEZ JR.", "José Nuñez Jr."),
            ("MAI XIONG NP", "Mai Xiong NP"),
            ("SUSAN ORTiZ", "Susan Ortiz"),
            ("MARlA lBARRA", "Maria Ibarra"),
            ("MARIA DE la CRUZ", "Maria De La Cruz"),
            ("Sunil lyer, PA-C", "Sunil Iyer, PA-C"),
            ("lnes la Torre", "Ines la Torre"),
            ("Anne luna", "Anne luna"),
            ("SOfia Mahoney", "Sofia Mahoney"),
            ("TOMas Villalobos PA-C", "Tomas Villalobos PA-C"),
            ("Tou MCAllister", "Tou MCAllister"),
            ("Ana McAllister, PhD", "Ana McAllister, PhD"),
        ] {
            assert_eq!(read(text), name, "{text}");
        }
    }

    #[test]
    fn letters_of_a_doctor_that_were_misread_are_no_given_name() {
        for text in ["Hugo Prescott, HD", "Hugo Prescott MP"] {
            let read = read_name(text);
            assert!(read.repaired, "{text}");
            assert!(
                ["Hugo Prescott, MD", "Hugo Prescott MD"].contains(&read.value.as_deref().unwrap_or_default()),
                "{read:?}"
            );
        }
        assert_eq!(read_name("Ng, Vo").value.as_deref(), Some("Vo Ng"));
    }

    #[test]
    fn family_name_first_is_turned() {
        assert_eq!(read("Ortiz, Susan"), "Susan Ortiz");
        assert_eq!(read("GARCIA LOPEZ, MARIA"), "Maria Garcia Lopez");
        assert_eq!(read("Patel, Rosa, MD"), "Rosa Patel, MD");
        assert_eq!(read("Rosa Patel, MD"), "Rosa Patel, MD");
        assert_eq!(read("Rosa Patel , MD"), "Rosa Patel, MD");
    }

    #[test]
    fn periods_of_titles_and_credentials_are_mended() {
        assert_eq!(read("Dr, Irene Farias"), "Dr. Irene Farias");
        assert_eq!(read("Dr; Irene Farias"), "Dr. Irene Farias");
        assert_eq!(read("Dr Irene Farias"), "Dr Irene Farias");
        assert_eq!(read("Yolanda Kang M. D."), "Yolanda Kang M.D.");
        assert_eq!(read("Yolanda Kang, M.D"), "Yolanda Kang, M.D.");
        assert_eq!(read("Denise Fairbanks, M D."), "Denise Fairbanks, M.D.");
        assert_eq!(read("Simone.Beaumont, PA-C"), "Simone Beaumont, PA-C");
        assert_eq!(read("Ana M. D. Cruz"), "Ana M. D. Cruz");
        assert_eq!(read("Eloise Moreno PAC"), "Eloise Moreno PA-C");
        assert_eq!(read("Eloise Moreno, FNPBC"), "Eloise Moreno, FNP-BC");
        assert_eq!(read("Walter Her M.D,"), "Walter Her M.D.");
        assert_eq!(read("Walter Her, M.D, MPH"), "Walter Her, M.D., MPH");
        assert_eq!(read("Yolanda D. Kang"), "Yolanda D. Kang");
    }

    #[test]
    fn initials_stand_apart() {
        for (text, name) in [
            ("XaiP.Vue", "Xai P. Vue"),
            ("Xai P.Vue", "Xai P. Vue"),
            ("Vue, Xai P.", "Xai P. Vue"),
            ("Ana Kaur, M.D.", "Ana Kaur, M.D."),
            ("J.P. Nguyen", "J.P. Nguyen"),
        ] {
            assert_eq!(read(text), name, "{text}");
        }
    }

    #[test]
    fn letters_in_cells_come_together_and_are_doubtful() {
        let read = read_name("O F E L IA VUE");
        assert_eq!((read.value.as_deref(), read.certain), (Some("Ofelia Vue"), false));
        assert!(!read_name("O FE LIA VUE").certain);
        assert!(read_name("VO T. NG").certain && read_name("J. Robert Vue").certain);
    }

    #[test]
    fn letters_of_a_doctor_alone_are_no_second_name() {
        assert!(!read_name("Grewal, DO").certain);
        assert!(read_name("Kiran Grewal, DO").certain);
    }

    #[test]
    fn a_word_in_capitals_among_others_is_uneven() {
        assert!(!is_evenly_cased("Tua BUI, FNP"));
        assert!(is_evenly_cased("Tua Bui, FNP"));
        assert!(is_evenly_cased("TUA BUI, FNP"));
    }

    #[test]
    fn what_readers_add_is_cut_off() {
        assert_eq!(read("| Susan Ortiz _"), "Susan Ortiz");
        assert_eq!(read("Rosa Patel. MD"), "Rosa Patel, MD");
        assert_eq!(read("_Susan Ortiz."), "Susan Ortiz");
        assert_eq!(read("Rosa. Williams"), "Rosa Williams");
        let zero = read_name("SUSAN 0RTIZ");
        assert_eq!((zero.value.as_deref(), zero.repaired), (Some("Susan Ortiz"), true));
        assert_eq!(read_name("__ | .").value, None);
        assert_eq!(read("John Q. Public"), "John Q. Public");
    }

    #[test]
    fn titles_and_credentials_tell_nobody_apart() {
        assert_eq!(parts("Dr. Rosa Patel, MD"), ["rosa", "patel"]);
        assert_eq!(parts("Lopez-García, Ana"), ["ana", "lopez", "garcia"]);
    }

    #[test]
    fn what_readers_set_apart_comes_together_and_what_they_lost_is_doubted() {
        let read = |text: &str| {
            let reading = read_name(text);
            (reading.value.unwrap_or_default(), reading.certain)
        };
        assert_eq!(read("Gurpre et Cruz"), ("Gurpreet Cruz".to_owned(), true));
        assert_eq!(read("Ana de la Cruz"), ("Ana de la Cruz".to_owned(), true));
        assert!(!read("-uis -opez").1);
        assert!(!read("Isabel Belmonte, FUP").1);
        assert!(read("Isabel Belmonte, FNP").1);
        assert!(read("Belmonte, Ana").1);
    }
}
