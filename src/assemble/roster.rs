//! The plan's roster: up to a million members, loaded once and shared by all workers.
//!
//! Text lies in one buffer and every member in a few numbers, so that a million members take about 100 MB. Lines that cannot be used are
//! told by number and column, never by value: the roster is health information.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::names;
use super::person::plain_id;

/// Columns that a roster must have.
const COLUMNS: [&str; 4] = ["member_id", "member_name", "member_dob", "pcp_npi"];
/// The column that it may have: how the plan writes the PCP's name.
const PCP_NAME: &str = "pcp_name";
/// Problems told one by one; the rest is counted.
const TOLD: usize = 100;

#[derive(Debug, thiserror::Error)]
pub enum RosterError {
    #[error("cannot read the roster at {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("the roster at {} has no column `{column}`; its first line must be member_id,member_name,member_dob,pcp_npi,pcp_name", path.display())]
    Column { path: PathBuf, column: &'static str },
    #[error("the roster at {} holds no member that can be used", path.display())]
    Empty { path: PathBuf },
}

/// A line that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosterProblem {
    /// 1-based line of the file.
    pub line: u64,
    pub column: &'static str,
    /// What is wrong, without the value.
    pub what: &'static str,
}

impl std::fmt::Display for RosterProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "roster line {}: {} {}", self.line, self.column, self.what)
    }
}

/// One member as the roster has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RosterMember<'r> {
    pub id: &'r str,
    pub name: &'r str,
    pub birth_date: Option<NaiveDate>,
    pub pcp_npi: &'r str,
    /// Empty where the roster has none.
    pub pcp_name: &'r str,
}

#[derive(Clone, Copy, Debug, Default)]
struct Record {
    /// Where id, name, NPI and the PCP's name stand in the text, one after the other.
    start: u32,
    id: u8,
    name: u8,
    npi: u8,
    pcp: u8,
    /// Line of the file.
    line: u32,
    /// Days from the common era; 0 when the roster has none.
    birth: i32,
}

/// All members, with lookups by id, by birth date and by the PCP's NPI.
#[derive(Debug, Default)]
pub struct Roster {
    text: String,
    records: Vec<Record>,
    by_id: Vec<u32>,
    by_birth: Vec<u32>,
    /// One member of each PCP, in the order of the NPIs.
    by_npi: Vec<u32>,
    problems: Vec<RosterProblem>,
    problem_count: u64,
}

impl Roster {
    /// Reads a CSV with the columns `member_id,member_name,member_dob,pcp_npi`, in any order and with any others beside them.
    pub fn load(path: &Path) -> Result<Roster, RosterError> {
        let file = File::open(path).map_err(|source| RosterError::Read { path: path.to_owned(), source })?;
        Roster::read(file, path)
    }

    fn read(source: impl Read, path: &Path) -> Result<Roster, RosterError> {
        let failed = |error: csv::Error| {
            let source = match error.into_kind() {
                csv::ErrorKind::Io(source) => source,
                _ => std::io::Error::new(std::io::ErrorKind::InvalidData, "not a CSV file"),
            };
            RosterError::Read { path: path.to_owned(), source }
        };
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(source);
        let header: Vec<String> = reader
            .byte_headers()
            .map_err(failed)?
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim_start_matches('\u{feff}').to_lowercase())
            .collect();
        let mut at = [0usize; COLUMNS.len()];
        for (place, column) in at.iter_mut().zip(COLUMNS) {
            *place = header
                .iter()
                .position(|name| name == column)
                .ok_or(RosterError::Column { path: path.to_owned(), column })?;
        }
        let pcp_at = header.iter().position(|name| name == PCP_NAME);
        let mut roster = Roster::default();
        let mut record = csv::ByteRecord::new();
        loop {
            match reader.read_byte_record(&mut record) {
                Ok(false) => break,
                Ok(true) => roster.add(&record, &at, pcp_at),
                Err(error) => return Err(failed(error)),
            }
        }
        roster.index();
        if roster.records.is_empty() { Err(RosterError::Empty { path: path.to_owned() }) } else { Ok(roster) }
    }

    fn add(&mut self, record: &csv::ByteRecord, at: &[usize; COLUMNS.len()], pcp_at: Option<usize>) {
        let line = record.position().map_or(0, csv::Position::line);
        let mut texts = [""; COLUMNS.len()];
        for ((text, &place), column) in texts.iter_mut().zip(at).zip(COLUMNS) {
            match record.get(place).map(std::str::from_utf8) {
                Some(Ok(value)) => *text = value,
                Some(Err(_)) => return self.problem(line, column, "is not UTF-8"),
                None => return self.problem(line, column, "is not there: the line has too few columns"),
            }
        }
        let [id, name, birth, npi] = texts;
        let id = plain_id(id);
        if id.is_empty() {
            return self.problem(line, "member_id", "is empty");
        }
        let birth = match NaiveDate::parse_from_str(birth, "%Y-%m-%d") {
            Ok(date) => chrono::Datelike::num_days_from_ce(&date),
            Err(_) if birth.is_empty() => 0,
            Err(_) => return self.problem(line, "member_dob", "is no date of the form YYYY-MM-DD"),
        };
        if !npi.is_empty() && (npi.len() != 10 || !npi.bytes().all(|b| b.is_ascii_digit())) {
            return self.problem(line, "pcp_npi", "is not ten digits");
        }
        // A PCP's name only helps to read a form: one that cannot be used costs no member.
        let pcp = pcp_at.and_then(|at| record.get(at)).and_then(|name| std::str::from_utf8(name).ok());
        let pcp = pcp.filter(|name| name.len() <= usize::from(u8::MAX)).unwrap_or_default();
        let length = |text: &str| u8::try_from(text.len());
        let (Ok(start), Ok(id_length), Ok(name_length), Ok(npi_length), Ok(pcp_length)) =
            (u32::try_from(self.text.len()), length(&id), length(name), length(npi), length(pcp))
        else {
            return self.problem(line, "member_name", "is longer than 255 bytes, or the roster than 4 GB");
        };
        self.text.push_str(&id);
        self.text.push_str(name);
        self.text.push_str(npi);
        self.text.push_str(pcp);
        self.records.push(Record {
            start,
            id: id_length,
            name: name_length,
            npi: npi_length,
            pcp: pcp_length,
            line: u32::try_from(line).unwrap_or(u32::MAX),
            birth,
        });
    }

    fn problem(&mut self, line: u64, column: &'static str, what: &'static str) {
        self.problem_count += 1;
        if self.problems.len() < TOLD {
            self.problems.push(RosterProblem { line, column, what });
        }
    }

    fn index(&mut self) {
        let count = u32::try_from(self.records.len()).unwrap_or(u32::MAX);
        let mut by_id: Vec<u32> = (0..count).collect();
        by_id.sort_by(|&a, &b| self.id_of(a).cmp(self.id_of(b)).then(a.cmp(&b)));
        // The first line of an id stands; a later one that says otherwise is a mistake of the roster.
        let mut kept: Vec<u32> = Vec::with_capacity(by_id.len());
        let mut repeated = Vec::new();
        for index in by_id {
            match kept.last() {
                Some(&last) if self.id_of(last) == self.id_of(index) => repeated.push((last, index)),
                _ => kept.push(index),
            }
        }
        for (first, second) in repeated {
            if self.member(first) != self.member(second) {
                self.problem(
                    u64::from(self.record(second).line),
                    "member_id",
                    "stands twice with different members; the first is used",
                );
            }
        }
        let mut by_birth = kept.clone();
        by_birth.sort_by_key(|&index| (self.birth_of(index), index));
        let mut by_npi = kept.clone();
        by_npi.retain(|&index| self.record(index).npi > 0 && self.record(index).pcp > 0);
        by_npi.sort_by(|&a, &b| self.member(a).pcp_npi.cmp(self.member(b).pcp_npi).then(a.cmp(&b)));
        by_npi.dedup_by(|&mut next, &mut first| self.member(next).pcp_npi == self.member(first).pcp_npi);
        self.by_id = kept;
        self.by_birth = by_birth;
        self.by_npi = by_npi;
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Lines that were left out, at most a hundred of them; [`Roster::problem_count`] has their number.
    pub fn problems(&self) -> &[RosterProblem] {
        &self.problems
    }

    pub fn problem_count(&self) -> u64 {
        self.problem_count
    }

    /// The member with this id; spaces, hyphens and case do not matter.
    pub fn by_id(&self, id: &str) -> Option<RosterMember<'_>> {
        let id = plain_id(id);
        let at = self.by_id.binary_search_by(|&index| self.id_of(index).cmp(id.as_str())).ok()?;
        self.by_id.get(at).map(|&index| self.member(index))
    }

    /// How the roster writes the name of the PCP with this NPI; of several ways the first.
    pub fn pcp_name(&self, npi: &str) -> Option<&str> {
        let at = self.by_npi.binary_search_by(|&index| self.member(index).pcp_npi.cmp(npi)).ok()?;
        self.by_npi.get(at).map(|&index| self.member(index).pcp_name)
    }

    /// Everyone born on a day.
    pub fn by_birth(&self, birth: NaiveDate) -> impl Iterator<Item = RosterMember<'_>> {
        let day = chrono::Datelike::num_days_from_ce(&birth);
        let from = self.by_birth.partition_point(|&index| self.birth_of(index) < day);
        let members = self.by_birth.get(from..).unwrap_or_default().iter();
        members.take_while(move |&&index| self.birth_of(index) == day).map(|&index| self.member(index))
    }

    /// Everyone of this name, accents and order apart, born on that day.
    pub fn by_person(&self, name: &str, birth: NaiveDate) -> impl Iterator<Item = RosterMember<'_>> {
        let sorted = |name: &str| {
            let mut words = names::words(name);
            words.sort();
            words
        };
        let wanted = sorted(name);
        self.by_birth(birth).filter(move |member| sorted(member.name) == wanted)
    }

    fn record(&self, index: u32) -> Record {
        let at = usize::try_from(index).unwrap_or(usize::MAX);
        self.records.get(at).copied().unwrap_or_default()
    }

    fn birth_of(&self, index: u32) -> i32 {
        self.record(index).birth
    }

    fn id_of(&self, index: u32) -> &str {
        let record = self.record(index);
        let start = record.start as usize;
        self.text.get(start..start + usize::from(record.id)).unwrap_or_default()
    }

    fn member(&self, index: u32) -> RosterMember<'_> {
        let record = self.record(index);
        let id = record.start as usize;
        let name = id + usize::from(record.id);
        let npi = name + usize::from(record.name);
        let pcp = npi + usize::from(record.npi);
        let text = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        RosterMember {
            id: text(id, name),
            name: text(name, npi),
            birth_date: if record.birth == 0 { None } else { NaiveDate::from_num_days_from_ce_opt(record.birth) },
            pcp_npi: text(npi, pcp),
            pcp_name: text(pcp, pcp + usize::from(record.pcp)),
        }
    }

    #[cfg(test)]
    pub(super) fn of(lines: &str) -> Roster {
        let text = format!("member_id,member_name,member_dob,pcp_npi,pcp_name\n{lines}");
        Roster::read(text.as_bytes(), Path::new("roster.csv")).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_by_id_and_by_name_with_birth_date() {
        let roster = Roster::of(
            "94817955U,Ana Xiong,1968-11-01,1158507180,\"Mai Delacroix, MD\"\n98669812E,\"Gonzalez, José\",1981-04-09,1491680173,x\n90000001A,Eva Xiong,1968-11-01,,\n",
        );
        assert_eq!(roster.len(), 3);
        assert_eq!(roster.by_id("9481-7955u").unwrap().name, "Ana Xiong");
        assert_eq!(roster.by_id("94817955U").unwrap().pcp_npi, "1158507180");
        assert_eq!(roster.by_id("94817955A"), None);
        assert_eq!((roster.pcp_name("1158507180"), roster.pcp_name("1158507181")), (Some("Mai Delacroix, MD"), None));
        let day = NaiveDate::from_ymd_opt(1981, 4, 9).unwrap();
        assert_eq!(roster.by_person("Jose Gonzalez", day).next().unwrap().id, "98669812E");
        let day = NaiveDate::from_ymd_opt(1968, 11, 1).unwrap();
        assert_eq!(roster.by_birth(day).count(), 2);
        assert_eq!(roster.by_person("Xiong, Eva", day).count(), 1);
        assert!(roster.problems().is_empty());
    }

    #[test]
    fn lines_that_cannot_be_used_are_told_by_number_without_their_values() {
        let roster = Roster::of(
            "94817955U,Ana Xiong,11/01/1968,1158507180,x\n,Nobody,1968-11-01,,x\n98669812E,Eva\n98669813E,Eva Lor,1990-01-01,12,x\n98669814E,Kao Lor,1990-01-01,1158507180,x\n98669814E,Mee Lor,1990-01-01,1158507180,x\n",
        );
        let told: Vec<String> = roster.problems().iter().map(RosterProblem::to_string).collect();
        assert_eq!(
            told,
            [
                "roster line 2: member_dob is no date of the form YYYY-MM-DD",
                "roster line 3: member_id is empty",
                "roster line 4: member_dob is not there: the line has too few columns",
                "roster line 5: pcp_npi is not ten digits",
                "roster line 7: member_id stands twice with different members; the first is used",
            ]
        );
        assert_eq!((roster.len(), roster.problem_count()), (1, 5));
        assert_eq!(roster.by_id("98669814E").unwrap().name, "Kao Lor");
    }

    /// Run with `--ignored --nocapture` to measure.
    #[test]
    #[ignore = "takes some seconds"]
    fn a_million_members_are_loaded_once() {
        let lines: String = (0..1_000_000)
            .map(|n| {
                format!(
                    "9{n:07}A,Given{n} Family{},19{:02}-0{}-1{},1158507180,x\n",
                    n % 977,
                    n % 90 + 10,
                    n % 9 + 1,
                    n % 10
                )
            })
            .collect();
        let started = std::time::Instant::now();
        let roster = Roster::of(&lines);
        let bytes = roster.text.capacity()
            + roster.records.capacity() * size_of::<Record>()
            + (roster.by_id.capacity() + roster.by_birth.capacity()) * 4;
        println!("{} members in {:?}, {} MB", roster.len(), started.elapsed(), bytes >> 20);
        let started = std::time::Instant::now();
        assert!((0..10_000).all(|n| roster.by_id(&format!("9{:07}A", n * 97)).is_some()));
        println!("ten thousand lookups in {:?}", started.elapsed());
        let day = NaiveDate::from_ymd_opt(1937, 1, 17).unwrap();
        println!("{} born on one day, {:?} with their names", roster.by_birth(day).count(), {
            let started = std::time::Instant::now();
            roster.by_person("Nobody", day).count();
            started.elapsed()
        });
    }

    #[test]
    fn a_roster_without_its_columns_is_no_roster() {
        let error = Roster::read("id,name\n1,2\n".as_bytes(), Path::new("r.csv")).unwrap_err();
        assert!(error.to_string().contains("no column `member_id`"), "{error}");
        assert!(matches!(
            Roster::read("member_id,member_name,member_dob,pcp_npi\n".as_bytes(), Path::new("r.csv")),
            Err(RosterError::Empty { .. })
        ));
    }
}
