//! The worker's end of the pipe: one request a line in, one result a line out.
//!
//! Reading itself is behind [`ReadPage`], so that tests can put a reader without an engine in its place. A bad document is a result; an
//! error here means that the worker itself broke. The real stdout is taken away before anything is read, so that a library that
//! prints cannot garble the protocol.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::time::Instant;

use super::protocol::{
    Call, EngineFacts, Greeting, Hello, MAX_REQUEST_BYTES, Reply, Status, Terms, VERSION, Wanted, picture_to_text,
};
use super::sandbox::{self, InForce};
use crate::decode::{Container, Rejection};
use crate::reading::PageReading;

/// Reads the pages of documents: the whole way from bytes to fields, one page at a time.
///
/// Calls for the pages of one document mostly follow each other, so a reader may keep the last document open.
pub trait ReadPage {
    /// Opens the document and counts its pages; decodes none.
    fn probe(&mut self, path: &Path) -> Result<Probe, ReadFailure>;
    /// Reads page `page`, counted from 1, and draws the picture that is wanted of it.
    fn read(&mut self, path: &Path, page: u32, picture: Option<Wanted>) -> Result<PageOutput, ReadFailure>;
    /// Versions and hashes of what reads, for the run record.
    fn facts(&mut self) -> EngineFacts;
    /// What the next call is held to.
    fn agree(&mut self, terms: Terms);
}

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    pub container: Container,
    pub pages: u32,
}

/// What a page came to.
#[derive(Clone, Debug)]
pub struct PageOutput {
    pub reading: PageReading,
    /// A PNG, when one was wanted and is not too large.
    pub picture: Option<Vec<u8>>,
    /// Milliseconds by stage; they never reach a reading or a row.
    pub stages: BTreeMap<String, u32>,
}

/// Why there is no reading.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadFailure {
    /// The document's fault: trying again gives the same.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The reader's fault: worth one more try in a fresh worker. The text names the stage and never holds a word of the document.
    #[error("the reader broke: {0}")]
    Broken(String),
}

/// A worker broke, or its pipe did.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    #[error("the page reader cannot work: {0}")]
    Engine(String),
    #[error("the pipe broke: {0}")]
    Pipe(#[from] io::Error),
}

/// Takes the real stdout for the protocol and points file descriptor 1 at stderr's file instead.
#[cfg(unix)]
pub fn take_stdout() -> io::Result<File> {
    let protocol = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok(File::from(protocol))
}

/// Answers requests until the end of input.
///
/// `start` makes the reader, after the sandbox stands. A reader that cannot start answers the first request with the reason and
/// ends the worker.
pub fn serve(
    input: impl Read,
    output: &mut dyn Write,
    in_force: InForce,
    start: impl FnOnce() -> Result<Box<dyn ReadPage>, String>,
) -> Result<(), WorkerError> {
    remember_where_panics_happen();
    let mut input = BufReader::new(input);
    let mut reader = match start() {
        Ok(reader) => reader,
        Err(reason) => {
            if let Some(line) = next_line(&mut input)? {
                let id = serde_json::from_slice::<Call>(&line).map(|call| call.id).unwrap_or_default();
                let reply = Reply { detail: Some(reason.clone()), ..Reply::new(id, Status::Failed) };
                send(output, &reply)?;
            }
            return Err(WorkerError::Engine(reason));
        }
    };
    while let Some(line) = next_line(&mut input)? {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let started = Instant::now();
        let mut reply = match serde_json::from_slice::<Call>(&line) {
            Ok(call) => answer(reader.as_mut(), &call, &in_force),
            Err(_) => Reply { detail: Some("not a request".to_owned()), ..Reply::new(String::new(), Status::Failed) },
        };
        reply.ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        send(output, &reply)?;
    }
    Ok(())
}

/// The next line without its end; none at the end of input. A line over the limit is skipped to its end and comes back empty of
/// meaning, so that it is answered as no request.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = MAX_REQUEST_BYTES as u64;
    let read = input.by_ref().take(limit).read_until(b'\n', &mut line)?;
    if read == 0 {
        return Ok(None);
    }
    if read as u64 == limit && !line.ends_with(b"\n") {
        input.skip_until(b'\n')?;
        line.clear();
        line.push(b'?');
    }
    Ok(Some(line))
}

fn send(output: &mut dyn Write, reply: &Reply) -> io::Result<()> {
    let mut line = serde_json::to_vec(reply).map_err(io::Error::other)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}

fn answer(reader: &mut dyn ReadPage, call: &Call, in_force: &InForce) -> Reply {
    let reply = |status| Reply::new(call.id.clone(), status);
    if call.v != VERSION {
        return Reply { detail: Some(format!("protocol version {VERSION} is spoken here")), ..reply(Status::Failed) };
    }
    if let Some(greeting) = call.hello {
        let engine = (greeting == Greeting::Facts).then(|| reader.facts());
        let hello = Hello { program: env!("CARGO_PKG_VERSION").to_owned(), sandbox: in_force.clone(), engine };
        return Reply { hello: Some(Box::new(hello)), ..reply(Status::Ok) };
    }
    let Some(document) = call.document() else {
        return Reply { detail: Some("the request names no document".to_owned()), ..reply(Status::Failed) };
    };
    sandbox::allow_cpu_for_one_more_page(in_force, call.terms.cpu_ms);
    let page = call.page.unwrap_or(0);
    reader.agree(call.terms.clone());
    let outcome = catch_unwind(AssertUnwindSafe(|| match page {
        0 => reader.probe(&document).map(Outcome::Probed),
        page => reader.read(&document, page, call.picture).map(|output| Outcome::Read(Box::new(output))),
    }));
    match outcome {
        Ok(Ok(Outcome::Probed(probe))) => {
            Reply { pages: Some(probe.pages), container: Some(probe.container), ..reply(Status::Ok) }
        }
        Ok(Ok(Outcome::Read(output))) => {
            let picture = output.picture.as_deref().map(picture_to_text);
            Reply { reading: Some(Box::new(output.reading)), picture, stages: output.stages, ..reply(Status::Ok) }
        }
        Ok(Err(ReadFailure::Rejected(Rejection::TimedOut))) => reply(Status::Timeout),
        Ok(Err(ReadFailure::Rejected(rejection))) => Reply { rejection: Some(rejection), ..reply(Status::Rejected) },
        Ok(Err(ReadFailure::Broken(what))) => Reply { detail: Some(what), ..reply(Status::Failed) },
        Err(_) => Reply { detail: Some(last_panic()), ..reply(Status::Failed) },
    }
}

enum Outcome {
    Probed(Probe),
    Read(Box<PageOutput>),
}

static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// A panic's message may quote the document; only its place in the program is kept, and nothing is printed.
fn remember_where_panics_happen() {
    std::panic::set_hook(Box::new(|info| {
        if let (Some(place), Ok(mut last)) = (info.location(), LAST_PANIC.lock()) {
            *last = format!("panic at {}:{}", place.file(), place.line());
        }
    }));
}

fn last_panic() -> String {
    LAST_PANIC.lock().map(|place| place.clone()).unwrap_or_else(|_| "panic".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct OnePage;

    impl ReadPage for OnePage {
        fn probe(&mut self, path: &Path) -> Result<Probe, ReadFailure> {
            match path.to_str() {
                Some("panics") => panic!("Jane Roe, 12345678A"),
                Some("empty") => Err(Rejection::Empty.into()),
                _ => Ok(Probe { container: Container::Tiff, pages: 1 }),
            }
        }

        fn read(&mut self, _: &Path, _: u32, _: Option<Wanted>) -> Result<PageOutput, ReadFailure> {
            Err(ReadFailure::Broken("page reader".to_owned()))
        }

        fn facts(&mut self) -> EngineFacts {
            EngineFacts { tesseract: "5".to_owned(), ..EngineFacts::default() }
        }

        fn agree(&mut self, _: Terms) {}
    }

    fn replies(requests: &[u8]) -> Vec<Reply> {
        let mut output = Vec::new();
        serve(requests, &mut output, InForce::default(), || Ok(Box::new(OnePage))).unwrap();
        let lines = String::from_utf8(output).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn every_request_gets_exactly_one_result_with_its_id() {
        let got = replies(b"{\"v\":1,\"id\":\"a\",\"path\":\"x\"}\n\n{\"v\":1,\"id\":\"b\",\"path\":\"x\",\"page\":1}");
        assert_eq!(got.len(), 2, "an empty line is no request, and the last line needs no end");
        assert_eq!((got[0].id.as_str(), got[0].status, got[0].pages), ("a", Status::Ok, Some(1)));
        assert_eq!((got[1].id.as_str(), got[1].status), ("b", Status::Failed));
    }

    #[test]
    fn a_bad_document_is_a_result() {
        let got = replies(b"{\"v\":1,\"id\":\"a\",\"path\":\"empty\",\"page\":0}\n");
        assert_eq!((got[0].status, got[0].rejection.clone()), (Status::Rejected, Some(Rejection::Empty)));
    }

    #[test]
    fn a_panic_is_a_result_that_quotes_nothing() {
        let got = replies(b"{\"v\":1,\"id\":\"a\",\"path\":\"panics\"}\n{\"v\":1,\"id\":\"b\",\"path\":\"x\"}\n");
        assert_eq!((got[0].status, got[1].status), (Status::Failed, Status::Ok));
        let detail = got[0].detail.clone().unwrap();
        assert!(!detail.contains("Jane"), "{detail}");
    }

    #[test]
    fn lines_that_are_no_requests_fail_and_the_next_is_served() {
        let mut requests = b"nonsense\n\xff\xfe\n".to_vec();
        requests.extend(vec![b'x'; MAX_REQUEST_BYTES * 2]);
        requests.extend(b"\n{\"v\":2,\"id\":\"new\",\"path\":\"x\"}\n{\"v\":1,\"id\":\"ok\",\"path\":\"x\"}\n");
        let statuses: Vec<Status> = replies(&requests).iter().map(|reply| reply.status).collect();
        assert_eq!(statuses, [Status::Failed, Status::Failed, Status::Failed, Status::Failed, Status::Ok]);
    }

    #[test]
    fn hello_names_the_engine_only_when_asked() {
        let got = replies(b"{\"v\":1,\"id\":\"a\",\"hello\":\"ready\"}\n{\"v\":1,\"id\":\"b\",\"hello\":\"facts\"}\n");
        assert!(got[0].hello.as_ref().unwrap().engine.is_none());
        assert_eq!(got[1].hello.as_ref().unwrap().engine.as_ref().unwrap().tesseract, "5");
    }

    #[test]
    fn an_engine_that_cannot_start_says_why_and_ends_the_worker() {
        let mut output = Vec::new();
        let ended =
            serve(&b"{\"v\":1,\"id\":\"a\",\"hello\":\"ready\"}\n"[..], &mut output, InForce::default(), || {
                Err("no language data".to_owned())
            });
        assert!(matches!(ended, Err(WorkerError::Engine(_))));
        let reply: Reply = serde_json::from_slice(&output).unwrap();
        assert_eq!((reply.status, reply.detail.as_deref()), (Status::Failed, Some("no language data")));
    }
}
